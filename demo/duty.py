"""The demonstration's rotas: two take turns at each level by weeks, and the director has level 3."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from demo.people import AGENTS, DIRECTOR
from policy.case.case import Level
from policy.duty.rota import Layer, wall_clock
from storage.duty import rotas
from storage.engine.database import Database

_A_WEEK = 168
_TAKE_TURNS = 3
_BEFORE = timedelta(days=28)


async def settle_duty(database: Database, *, at: datetime) -> None:
    """Have people on duty as of the seeding, the same each time it is asked for."""
    today = wall_clock(at).date()
    monday = today - timedelta(days=today.weekday()) - _BEFORE
    for level in Level:
        serving = [each.id for each in AGENTS if level in each.levels and not each.is_director]
        people = (DIRECTOR,) if level is Level.DIRECTOR else tuple(serving[:_TAKE_TURNS])
        layer = Layer(
            id=f"rot_demo_{int(level)}",
            level=level,
            people=people,
            starts_on=monday,
            hands_over_at=time(8),
            every_hours=_A_WEEK,
            made_at=at - _BEFORE,
        )
        await rotas.keep_layer(database, layer)
