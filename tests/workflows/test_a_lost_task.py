"""A worker that dies between recording a turn and telling Temporal leaves the ledger ahead; the case follows it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from activities.ledger import Turn
from policy.case import lifecycle
from policy.case.commands import SendReply
from tests.support.lives import CLAIM, HELP_DESK, PREMIUM, REPLY
from tests.support.server import LedgerAhead, MemoryCover, MemoryNotices, settings_for
from tests.workflows.conftest import House
from worker import Activities, build_worker


async def test_what_was_recorded_once_stays_and_the_new_command_follows(house: House) -> None:
    """The lost claim is there once, the reply comes after it, and repeating the claim's key changes nothing."""
    ledger = LedgerAhead()
    settings = settings_for(house.env, task_queue="ahead")
    parts: Any = {"ledger": ledger, "notices": MemoryNotices(), "cover": MemoryCover()}
    async with build_worker(house.env.client, settings, Activities(**parts)):
        there = replace(house, ledger=ledger, queue="ahead")
        case = await there.open(terms=PREMIUM)
        claimed = lifecycle.decide(case.state, CLAIM, terms=PREMIUM, at=case.state.last_at)
        ledger.lost = Turn(decision=claimed, command_id="lost-claim")

        await case.give(REPLY, key="reply")
        await case.give(CLAIM, key="lost-claim")

    assert [entry.fact.kind for entry in case.entries] == [
        "case_opened",
        "case_claimed",
        "reply_sent",
        "initial_attention_given",
    ]
    assert case.state.assignee == HELP_DESK.id


async def test_a_command_that_the_ledger_already_holds_is_not_done_again(house: House) -> None:
    """The command that was lost with the task is the one that comes again."""
    ledger = LedgerAhead()
    settings = settings_for(house.env, task_queue="ahead")
    parts: Any = {"ledger": ledger, "notices": MemoryNotices(), "cover": MemoryCover()}
    async with build_worker(house.env.client, settings, Activities(**parts)):
        there = replace(house, ledger=ledger, queue="ahead")
        case = await there.open(terms=PREMIUM)
        replied = lifecycle.decide(case.state, REPLY, terms=PREMIUM, at=case.state.last_at)
        ledger.lost = Turn(decision=replied, command_id="reply")

        await case.give(REPLY, key="reply")

    assert isinstance(REPLY, SendReply)
    assert [entry.fact.kind for entry in case.entries].count("reply_sent") == 1
