"""Telling a cover's workflow what was just registered. The registration stands whether it hears of it or not."""

from __future__ import annotations

from datetime import datetime

from desk.desk import Desk
from desk.problems import EngineUnavailable
from policy.cover.cover import CoverRef
from storage.cover import cover_changes


async def tell(desk: Desk, cover: CoverRef, *, at: datetime) -> None:
    """Tell its workflow of a change at `at`; where the engine is away the change stays noted for the sweep."""
    try:
        await desk.engine.cover_changed(cover)
    except EngineUnavailable:
        return
    await cover_changes.told(desk.database, cover, at=at)
