"""What the case workflow adds to the policy: waiting, order, once each, and what operators see."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from policy.case import commands as c
from policy.case import facts as f
from policy.case.case import Level, Priority, Status
from tests.support.lives import (
    ANSWER,
    ASK,
    CLAIM,
    CONFIRM,
    CONTACT,
    HAND_OFF,
    HELP_DESK,
    PREMIUM,
    REOPEN,
    REPLY,
    RESOLVE,
    UNCOVERED,
    opening,
    priority,
)
from tests.support.server import EarlierLedger, MemoryCover, MemoryNotices, eventually, settings_for
from tests.workflows.conftest import TOMORROW, House, LiveCase
from worker import Activities, build_worker
from workflows import addresses
from workflows.case_run import CaseRun
from workflows.operators.words import when

HOUR = timedelta(hours=1)
WARNED_AFTER = timedelta(minutes=22, seconds=30)
"""75 % of Premium's initial attention."""


def refused(error: pytest.ExceptionInfo[WorkflowUpdateFailedError]) -> str | None:
    """The name of the refusal that came back."""
    cause = error.value.cause
    assert isinstance(cause, ApplicationError)
    return cause.type


async def events(case: LiveCase) -> Counter[str]:
    """How many events of each type the history holds."""
    history = await case.handle.fetch_history()
    return Counter(EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in history.events)


class TestACommand:
    """A command is an update that answers once its turn is recorded."""

    async def test_is_recorded_when_it_answers(self, house: House) -> None:
        """A caller reads its own write."""
        case = await house.open(terms=PREMIUM)
        turn = await case.give(CLAIM)
        assert (case.state.turn, case.state.assignee) == (turn, "agent-1")

    async def test_that_the_policy_refuses_costs_no_event(self, house: House) -> None:
        """The validator asks the same rules as the handler."""
        case = await house.open(terms=PREMIUM)
        before = await events(case)
        with pytest.raises(WorkflowUpdateFailedError) as error:
            await case.give(CONFIRM)
        assert refused(error) == "case-not-resolved"
        assert (await events(case))["WORKFLOW_EXECUTION_UPDATE_ACCEPTED"] == before[
            "WORKFLOW_EXECUTION_UPDATE_ACCEPTED"
        ]

    async def test_of_two_at_once_only_one_claims(self, house: House) -> None:
        """Two agents claim at the same time: one has the case, the other is told."""
        case = await house.open(terms=PREMIUM)
        both = [case.give(CLAIM), case.give(c.ClaimCase(by=replace(HELP_DESK, id="agent-9")))]
        answers = await asyncio.gather(*both, return_exceptions=True)
        assert sorted(type(answer).__name__ for answer in answers) == ["WorkflowUpdateFailedError", "int"]
        assert sum(isinstance(entry.fact, f.CaseClaimed) for entry in case.entries) == 1

    async def test_with_the_same_key_happens_once(self, house: House) -> None:
        """A caller that lost its answer asks again."""
        case = await house.open(terms=PREMIUM)
        assert await case.give(REPLY, key="k-1") == await case.give(REPLY, key="k-1")
        assert sum(isinstance(entry.fact, f.ReplySent) for entry in case.entries) == 1

    @pytest.mark.parametrize(
        ("name", "argument", "answer"),
        [
            ("DropTables", CLAIM, "unknown-command"),
            ("ResolveCase", {"by": 7}, "malformed-command"),
            ("SetPriority", {"priority": 9}, "malformed-command"),
        ],
    )
    async def test_that_is_none_is_refused_without_failing_a_task(
        self, house: House, name: str, argument: Any, answer: str
    ) -> None:
        """Whatever somebody sends by hand, the case lives on."""
        case = await house.open(terms=PREMIUM)
        with pytest.raises(WorkflowUpdateFailedError) as error:
            await case.handle.execute_update(name, argument)
        assert refused(error) == answer
        assert await case.give(CLAIM) == 2

    @pytest.mark.rule("ESC-15")
    async def test_that_races_a_hand_off_finds_it_done(self, house: House) -> None:
        """What was due before the command is recorded before it."""
        case = await house.open(opening(TOMORROW), terms=PREMIUM)
        due_at = case.state.next_hand_off_at
        assert due_at is not None
        await case.until(due_at - timedelta(milliseconds=20))
        await asyncio.gather(case.until(due_at + timedelta(seconds=1)), case.give(REPLY))
        kinds = [entry.fact.kind for entry in case.entries]
        assert kinds.count("handed_off") == 1
        assert kinds.count("reply_sent") == 1
        assert [entry.seq for entry in case.entries] == list(range(1, len(kinds) + 1))


class TestTheTimer:
    """One timer runs, kept when the deadline moves later and replaced when it moves earlier."""

    @pytest.mark.rule("ESC-10")
    async def test_is_kept_through_a_pause(self, house: House) -> None:
        """Asking the customer and hearing back later costs no timer of its own."""
        case = await house.open(opening(TOMORROW), terms=PREMIUM)
        await case.give(ASK)
        await case.give(ANSWER)
        assert (await events(case))["TIMER_CANCELED"] == 0

    @pytest.mark.rule("ESC-11")
    async def test_is_replaced_when_a_deadline_moves_earlier(self, house: House) -> None:
        """A more serious priority wakes the case sooner."""
        case = await house.open(opening(TOMORROW, Priority.LOW), terms=PREMIUM)
        await case.give(REPLY)
        await case.give(priority(Priority.CRITICAL))
        assert case.state.next_hand_off_at is not None
        await case.until(case.state.next_hand_off_at)
        assert case.state.level is Level.SPECIALISTS

    @pytest.mark.rule("ESC-10")
    async def test_that_rings_early_changes_nothing(self, house: House) -> None:
        """The kept timer rings at the old instant, finds nothing due, and is set again."""
        case = await house.open(opening(TOMORROW), terms=PREMIUM)
        await case.until(case.opened_at + timedelta(minutes=20))
        await case.give(ASK)
        await case.until(case.opened_at + 5 * HOUR)
        assert [entry.fact.kind for entry in case.entries].count("handed_off") == 0
        await case.give(ANSWER)
        await case.until(case.opened_at + 5 * HOUR + timedelta(minutes=41))
        assert case.state.level is Level.SPECIALISTS


class TestALife:
    """A life from opening to closing."""

    @pytest.mark.rule("ESC-14")
    async def test_ends_with_its_reason(self, house: House) -> None:
        """The workflow's result is the closing reason."""
        case = await house.open(terms=PREMIUM)
        for command in (CLAIM, RESOLVE, REOPEN, RESOLVE, CONFIRM):
            await case.give(command)
        assert await case.handle.result() == "confirmed"

    @pytest.mark.rule("ESC-14")
    async def test_closes_by_itself_when_the_customer_does_not_answer(self, house: House) -> None:
        """Five business days after the solution, over Easter."""
        case = await house.open(opening("2028-04-10 09:00"))
        await case.until(case.opened_at + timedelta(minutes=1))
        await case.give(RESOLVE)
        assert case.state.reopen_until is not None
        await case.env.fast_forward(case.handle, case.state.reopen_until - await case.now())
        assert await case.handle.result() == "unanswered"

    @pytest.mark.rule("WAR-3")
    async def test_without_cover_is_held_and_then_closed(self, house: House) -> None:
        """No clock runs on a held case, and 15 business days end it."""
        case = await house.open(opening(TOMORROW), terms=UNCOVERED)
        assert case.state.status is Status.HELD
        assert case.state.held_until is not None
        await case.env.fast_forward(case.handle, case.state.held_until - await case.now())
        assert await case.handle.result() == "not_covered"

    async def test_takes_no_command_after_its_end(self, house: House) -> None:
        """Closed stays closed, also for a command that waited its turn."""
        case = await house.open(terms=PREMIUM)
        withdraw = c.WithdrawCase(by=CONTACT)
        answers = await asyncio.gather(case.give(withdraw), case.give(REPLY), return_exceptions=True)
        await case.handle.result()
        assert case.entries[-1].fact.kind == "case_closed"
        assert isinstance(answers[0], int)

    @pytest.mark.rule("ESC-5")
    async def test_goes_on_when_somebody_cancels_its_workflow(self, house: House) -> None:
        """A button in Temporal's UI takes no promise back."""
        case = await house.open(opening(TOMORROW), terms=PREMIUM)
        due_at = case.state.next_hand_off_at
        assert due_at is not None
        await case.handle.cancel()
        await case.until(due_at)
        assert case.state.level is Level.SPECIALISTS
        await case.give(c.WithdrawCase(by=CONTACT))
        assert await case.handle.result() == "withdrawn"

    async def test_opens_though_it_is_cancelled_at_once(self, house: House) -> None:
        """Also while its first turn is being recorded."""
        case = await house.open(terms=PREMIUM, cancelled=True)
        assert await case.give(CLAIM) == 2


class TestNotices:
    """Notices are rows of the turn; the dispatcher delivers them."""

    async def test_cost_a_command_nothing(self, house: House) -> None:
        """An update, the recording, and one task that holds both."""
        case = await house.open(terms=PREMIUM)
        await case.give(REPLY)  # changes what operators search by, once
        before = await events(case)
        await case.give(REPLY)
        assert house.ledger.turns[case.handle.id][-1].decision.notices
        more = await events(case)
        more.subtract(before)
        assert +more == {
            "WORKFLOW_TASK_SCHEDULED": 1,
            "WORKFLOW_TASK_STARTED": 1,
            "WORKFLOW_TASK_COMPLETED": 1,
            "WORKFLOW_EXECUTION_UPDATE_ACCEPTED": 1,
            "MARKER_RECORDED": 1,
            "WORKFLOW_EXECUTION_UPDATE_COMPLETED": 1,
        }

    async def test_keep_no_case_open(self, house: House) -> None:
        """Whatever mail does: a case that is closed has ended."""
        case = await house.open(terms=PREMIUM)
        await case.give(c.WithdrawCase(by=CONTACT))
        assert await case.handle.result() == "withdrawn"
        assert (await events(case))["ACTIVITY_TASK_SCHEDULED"] == 0
        assert case.handle.id not in house.notices.delivered

    async def test_that_an_earlier_version_left_to_the_case_are_asked_for(self, house: House) -> None:
        """By cases that this version goes on with, and the last ones before the end."""
        ledger, notices = EarlierLedger(), MemoryNotices()
        settings = settings_for(house.env, task_queue="earlier")
        parts: Any = {"ledger": ledger, "notices": notices, "cover": MemoryCover()}
        async with build_worker(house.env.client, settings, Activities(**parts)):
            case = await replace(house, ledger=ledger, queue="earlier").open(terms=PREMIUM)
            await eventually(lambda: notices.delivered.count(case.handle.id) == 1)
            await case.give(c.WithdrawCase(by=CONTACT))
            await case.handle.result()
        assert notices.delivered.count(case.handle.id) == 2

    async def test_that_an_earlier_run_left_are_asked_for(self, house: House) -> None:
        """A run that began under the earlier version and went on in one of this."""
        case = await house.open(terms=PREMIUM)
        number = f"{case.handle.id}9"
        state = replace(case.state, number=number)
        await house.env.client.start_workflow(
            addresses.CASE_WORKFLOW,
            CaseRun(case=state, terms=PREMIUM, link="", undelivered=True),
            id=number,
            task_queue=house.queue,
        )
        await eventually(lambda: house.notices.delivered.count(number) == 1)


class TestOperators:
    """What Temporal's UI shows of a case."""

    async def test_find_it_by_its_attributes(self, house: House) -> None:
        """Status, level, priority, plan, customer, overdue and the next deadline are searchable and current."""
        case = await house.open(terms=PREMIUM)
        await case.give(HAND_OFF)
        shown = (await case.handle.describe()).typed_search_attributes
        assert (shown[addresses.STATUS], shown[addresses.LEVEL], shown[addresses.PRIORITY]) == ("new", 2, 2)
        assert (shown[addresses.PLAN], shown[addresses.CUSTOMER]) == ("premium", "customer-1")
        assert shown[addresses.OVERDUE] is False
        assert shown[addresses.NEXT_DEADLINE] == case.state.next_limit_at

    async def test_read_what_it_does_and_what_comes_next(self, house: House) -> None:
        """The details name state, level, clocks, the next wakes and a link."""
        case = await house.open(opening(TOMORROW), terms=PREMIUM)
        page = await case.handle.query(addresses.CLOCKS_QUERY)
        assert f"{case.handle.id}: nuevo" in page
        assert "nivel 1 -> 2" in page
        assert f"http://escala.test/casos/{case.handle.id}" in page
        assert (await case.handle.query(addresses.WAKES_QUERY))[0].startswith(when(TOMORROW + WARNED_AFTER))

    async def test_read_what_each_timer_waits_for(self, house: House) -> None:
        """A timer's summary names the hand-off, the priority, the plan and the instant."""
        case = await house.open(opening(TOMORROW, Priority.CRITICAL), terms=PREMIUM)
        history = await case.handle.fetch_history()
        summaries = [
            json.loads(event.user_metadata.summary.data)
            for event in history.events
            if event.event_type == EventType.EVENT_TYPE_TIMER_STARTED
        ]
        assert summaries == [f"aviso: 75 % de la atención inicial, P1 Premium, {when(TOMORROW + WARNED_AFTER)}"]
