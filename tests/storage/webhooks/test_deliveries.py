"""Deliveries as rows, on both databases: made with the turn or not at all, held, begun and replayed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from policy.webhooks.delivery import TRIED_FOR, DeliveryState, PausedWhy
from storage.case import ledger
from storage.engine.database import Database
from storage.webhooks import deliveries, webhooks
from storage.webhooks.deliveries import Delivery, Failure
from storage.webhooks.webhooks import Webhook, new_secret
from tests.storage.desk import START, Desk
from tests.support.lives import STANDARD, bogota

NOW = bogota("10:00")
HOOK = Webhook(id="whk_a", url="https://erp.example/", customer_id=None, secret=new_secret(), created_at=START)


async def only(db: Database) -> Delivery:
    [found] = (await deliveries.listing(db, HOOK.id)).items
    return found


async def test_a_turn_that_is_recorded_twice_is_told_once(desk: Desk) -> None:
    await webhooks.keep(desk.db, HOOK)
    decision = await desk.opening()
    for _ in range(2):
        await ledger.record(desk.db, decision, STANDARD)
    found = (await deliveries.listing(desk.db, HOOK.id)).items
    told = sorted(entry.seq for entry in decision.entries if not entry.fact.internal)
    assert sorted(each.seq for each in found) == told
    assert {each.id for each in found} == {f"msg_whk_a_{decision.case.number}_{seq}" for seq in told}


@pytest.mark.parametrize(
    "other",
    [
        replace(HOOK, kinds=("case_closed",)),
        replace(HOOK, customer_id="customer-2"),
    ],
    ids=["other-kinds", "other-customer"],
)
async def test_who_is_not_told(desk: Desk, other: Webhook) -> None:
    await desk.furnish("customer-2", "contact-2", "solution-2")
    await webhooks.keep(desk.db, other)
    await desk.open()
    assert (await deliveries.listing(desk.db, HOOK.id)).items == []


async def test_a_late_try_changes_nothing_of_the_next_round(desk: Desk) -> None:
    await webhooks.keep(desk.db, replace(HOOK, kinds=("case_opened",)))
    await desk.open()
    first = await only(desk.db)
    await deliveries.begun(desk.db, first, at=NOW)
    await deliveries.delivered(desk.db, first, answered=200, at=NOW)
    assert await deliveries.replay(desk.db, first)
    late = Failure(answered=500, error="status_500", at=NOW)
    await deliveries.failed(desk.db, first, late)
    assert ((again := await only(desk.db)).state, again.round) == (DeliveryState.WAITING, 1)
    assert not await deliveries.replay(desk.db, again)


async def test_what_a_pause_held_leaves_when_it_ends(desk: Desk) -> None:
    await webhooks.keep(desk.db, replace(HOOK, kinds=("case_opened",)))
    await desk.open()
    tried = await only(desk.db)
    await deliveries.begun(desk.db, tried, at=NOW)
    states = [
        await deliveries.failed(desk.db, await only(desk.db), Failure(answered=None, error="timed_out", at=at))
        for at in (NOW, NOW + TRIED_FOR)
    ]
    assert states == [DeliveryState.UNDER_WAY, DeliveryState.HELD]
    paused = await webhooks.get(desk.db, HOOK.id)
    assert paused
    assert (paused.paused_why, paused.paused_at) == (PausedWhy.FAILING, NOW + TRIED_FOR)
    assert [each.id for each in await webhooks.to_tell_of(desk.db)] == [HOOK.id]
    assert [await webhooks.told(desk.db, HOOK.id, at=NOW) for _ in range(2)] == [True, False]

    await webhooks.resume(desk.db, HOOK.id, at=NOW + TRIED_FOR + timedelta(hours=1))
    [waiting] = await deliveries.waiting(desk.db, most=10)
    assert (waiting.id, waiting.round, waiting.began_at) == (tried.id, 1, None)
    assert await deliveries.standing(desk.db) == {HOOK.id: {DeliveryState.WAITING: 1}}
    assert await deliveries.forget(desk.db, before=NOW + timedelta(days=900)) == 0
