"""Webhooks beside each other, on both databases: what is done with one leaves the other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from policy.webhooks.delivery import PausedWhy
from storage.engine.database import Database
from storage.webhooks import webhooks
from storage.webhooks.webhooks import new_secret
from tests.storage.desk import Desk
from tests.storage.webhooks.test_deliveries import HOOK, NOW

OTHER = replace(HOOK, id="whk_b", url="https://crm.example/", secret=new_secret())
ACTS: dict[str, Callable[[Database], Awaitable[object]]] = {
    "pause": lambda db: webhooks.pause(db, HOOK.id, PausedWhy.BY_HAND, at=NOW),
    "resume": lambda db: webhooks.resume(db, HOOK.id, at=NOW),
    "rotate": lambda db: webhooks.rotate(db, HOOK.id, new_secret(), at=NOW),
    "told": lambda db: webhooks.told(db, HOOK.id, at=NOW),
    "remove": lambda db: webhooks.remove(db, HOOK.id, at=NOW),
}


@pytest.mark.parametrize("act", ACTS)
async def test_the_other_stays_as_it_is(desk: Desk, act: str) -> None:
    db = desk.db
    for each in (HOOK, OTHER):
        await webhooks.keep(db, each)
        if act in ("resume", "told"):
            await webhooks.pause(db, each.id, PausedWhy.FAILING, at=NOW)
    one, other = await webhooks.get(db, HOOK.id), await webhooks.get(db, OTHER.id)
    waited = await webhooks.to_tell_of(db)

    await ACTS[act](db)

    assert await webhooks.get(db, OTHER.id) == other
    assert (await webhooks.get(db, HOOK.id), await webhooks.to_tell_of(db)) != (one, waited)
