"""A desk with a rota, and a way out for mail that remembers what left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from desk.desk import Desk
from desk.duty.paging import Paging
from desk.opening import open_case
from policy.case.case import Level
from policy.duty.rota import Layer
from storage.duty import rotas
from storage.people import agents
from tests.api.office import AGENTS, NEW_PREMIUM_CASE, PREMIUM, Clock
from tests.desk.asking import contact_of, opening
from tests.support.desk import PaperDesk

LUZ = replace(AGENTS["specialist"], id="luz", name="Luz Ríos", email="luz@escala.example")


@dataclass
class Posted:
    """What left: to whom, and what. `fails` is raised instead, while it is set."""

    letters: list[tuple[str, EmailMessage]] = field(default_factory=list)
    fails: Exception | None = None
    tried: list[str] = field(default_factory=list)

    async def send(self, message: EmailMessage, to: Sequence[str], *, all_or_nobody: bool = True) -> list[str]:
        self.tried.append(str(message["Message-ID"]))
        if self.fails:
            raise self.fails
        self.letters += [(each, message) for each in to]
        return list(to)

    def taken(self) -> list[str]:
        """To whom letters left since this was asked last."""
        found = [mailbox.partition("@")[0] for mailbox, _ in self.letters]
        self.letters.clear()
        return found

    def text(self) -> str:
        body = self.letters[-1][1].get_body(("plain",))
        assert body is not None
        return str(body.get_content())


@pytest.fixture
def post() -> Posted:
    return Posted()


@pytest.fixture
def paging(desk: Desk, engine: PaperDesk, clock: Clock, post: Posted) -> Paging:
    return Paging(
        database=desk.database,
        engine=engine,
        policy=desk.policy,
        mail=post,
        sender="Mesa <mesa@escala.example>",
        public_url="https://mesa.example",
        within=timedelta(minutes=10),
        clock=clock,
    )


async def rota(desk: Desk, *people: str, level: Level = Level.SPECIALISTS, **said: Any) -> None:
    """These take turns for a week each."""
    at = desk.clock() - timedelta(days=1)
    known: dict[str, Any] = {"id": f"rot_{level}", "starts_on": date(2026, 11, 2), "every_hours": 168, "made_at": at}
    await rotas.keep_layer(desk.database, Layer(level=level, people=people, **{**known, **said}))


@pytest.fixture
async def on_duty(desk: Desk) -> Desk:
    """Eva is on duty at level 2 this week, then Luz."""
    await agents.put(desk.database, LUZ)
    await rota(desk, "luz", "eva", starts_on=date(2026, 11, 16))
    return desk


async def opened(desk: Desk, clock: Clock, key: str = "k") -> str:
    """A Premium case."""
    return (await open_case(desk, opening(clock, contact_of(PREMIUM), key=key, **NEW_PREMIUM_CASE))).number
