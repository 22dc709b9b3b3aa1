"""Everything that a workflow carries survives its way through the history: JSON by Temporal's pydantic converter."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, get_args

import pytest
from temporalio.contrib.pydantic import pydantic_data_converter

from policy.case import commands as c
from policy.case.case import Case, Cause, Level, OutOfScopeKind, Priority
from policy.case.commands import COMMANDS, Command
from policy.case.decision import Decision
from policy.case.facts import Fact
from policy.case.lifecycle import open_case
from policy.people.recipients import Recipient
from policy.terms.terms import Terms
from policy.visit.visit import VisitStep
from tests.support.every import every
from tests.support.lives import (
    ACCEPT,
    ADMIN,
    ANALYSIS,
    APPROVE,
    ASK,
    CANCEL,
    CLAIM,
    DECLINE,
    DIRECTOR,
    HELP_DESK,
    LONGER,
    PREMIUM,
    REFUSE,
    RELEASE,
    REPORT,
    REQUEST_VISIT,
    SCHEDULE,
    SIGN_OFF,
    SPECIALIST,
    STANDARD,
    UNCOVERED,
    WORDS,
    Step,
    after,
    amend,
    bogota,
    commands,
    exhausted,
    expense,
    facts,
    opened,
    opening,
    priority,
    terms,
    transfer,
    turns,
    visit_at,
)

_CONVERTER = pydantic_data_converter.payload_converter


def carried(value: object, kind: type[Any]) -> Any:
    """The value as the next workflow task reads it."""
    (payload,) = _CONVERTER.to_payloads([value])
    return _CONVERTER.from_payloads([payload], [kind])[0]


ENDS = {c.CloseAsOutOfScope, c.CloseAsDuplicate, c.ConfirmSolution}
ELSEWHERE = {
    c.RecordDiagnosis,
    c.RecordAnalysis,
    c.AmendTerms,
    *(kind for kind in COMMANDS if "Visit" in kind.__name__),
}


def _lives() -> list[Decision]:
    """Turns that hold every fact there is: one life with all commands that go on, the ends, and what time does."""
    new, held = opened(terms=PREMIUM), opened(terms=UNCOVERED)
    goes_on = [("09:05", command) for command in commands() if type(command) not in ENDS | ELSEWHERE]
    return [
        open_case(opening(), terms=PREMIUM),
        open_case(opening(), terms=UNCOVERED),
        *turns(new, *goes_on, terms=PREMIUM),
        *turns(new, ("09:05", priority(new.priority)), ("09:06", transfer(level=Level.DIRECTOR)), terms=PREMIUM),
        *turns(new, ("09:05", c.CloseAsOutOfScope(by=HELP_DESK, kind=OutOfScopeKind.DEVELOPMENT, reason=WORDS))),
        *turns(new, ("09:05", c.CloseAsDuplicate(by=HELP_DESK, of="MA-2026-000002"))),
        *turns(replace(new, lacks_analysis=True), ("09:05", ANALYSIS), terms=PREMIUM),
        *turns(opened(), "2026-11-27 12:00"),
        *turns(opened(), ("09:05", amend(LONGER))),
        *turns(held, ("2026-11-26 09:00", RELEASE), terms=UNCOVERED),
        *turns(new, ("09:05", ASK), "2027-01-15 09:00", terms=PREMIUM),
        *turns(exhausted(), ("09:06", ASK), ("2026-12-02 09:00", REQUEST_VISIT), "2026-12-03 09:00"),
        *_equipment(),
        *_visits(),
    ]


def _equipment() -> Iterator[Decision]:
    claim = opening(serial_number="SN-1", equipment=c.Equipment(supplied_by_us=True, serial_number="SN-1"))
    yield (claimed := open_case(claim, terms=STANDARD))
    for cause in Cause:
        diagnosis = c.RecordDiagnosis(by=SPECIALIST, cause=cause, summary=WORDS)
        yield from turns(claimed.case, ("09:10", diagnosis))


def _visits() -> Iterator[Decision]:
    """A visit through all of its steps, its expenses above the quote, and every other end of one."""
    thursday = "2026-12-03"
    spent = [(f"{thursday} 09:00", expense(120_000)), (f"{thursday} 09:10", expense(400_000, "FV-2"))]
    yield from turns(exhausted(), ("09:10", REQUEST_VISIT), ("09:15", APPROVE), ("09:20", ACCEPT), ("09:25", SCHEDULE))
    yield from turns(visit_at(VisitStep.STARTED), *spent, (f"{thursday} 09:20", REPORT))
    yield from turns(visit_at(VisitStep.REPORTED), (f"{thursday} 09:40", SIGN_OFF))
    for step, late in (*_LATE, *((step, ("2027-01-15 09:00",)) for step in VisitStep)):
        yield from turns(visit_at(step), *late)


SENT = c.StartVisit(by=DIRECTOR)
_LATE: tuple[tuple[VisitStep, tuple[Step, ...]], ...] = (
    (VisitStep.REQUESTED, (("09:15", REFUSE),)),
    (VisitStep.QUOTED, (("09:20", DECLINE),)),
    (VisitStep.SCHEDULED, (("09:30", expense(120_000)), ("09:40", CANCEL))),
    (VisitStep.SCHEDULED, (("09:30", replace(SCHEDULE, engineer_id="agent-3")), ("2026-12-03 08:55", SENT))),
    (VisitStep.STARTED, (("2026-12-03 09:00", expense(400_000)), "2027-01-15 09:00")),
)


LIVES = _lives()


class TestOnItsWayThroughAHistory:
    @every("decision", LIVES)
    def test_a_decision_stays_what_it_is(self, decision: Decision) -> None:
        """Case, entries, notices and stretches, each fact as its own kind."""
        assert carried(decision, Decision) == decision

    @every("command", [opening(), *commands(), RELEASE])
    def test_a_command_stays_what_it_is(self, command: Command) -> None:
        """With who gave it and the levels they serve."""
        assert carried(command, type(command)) == command

    @pytest.mark.parametrize(
        "promised", [STANDARD, PREMIUM, UNCOVERED, terms()], ids=["standard", "premium", "uncovered", "default"]
    )
    def test_terms_stay_what_they_are(self, promised: Terms) -> None:
        """With their calendars, shifts and closures."""
        assert carried(promised, Terms) == promised

    def test_a_case_decides_as_it_would_have(self) -> None:
        """Equal values, equal decisions: enums, instants and durations come back as such."""
        case, promised = carried(opened(), Case), carried(STANDARD, Terms)
        steps = (("09:10", CLAIM), ("09:40", priority(Priority.CRITICAL)), "2026-11-27 12:00")
        assert turns(case, *steps, terms=promised) == turns(opened(), *steps)

    def test_an_instant_stays_in_utc(self) -> None:
        """Written with Z, read as the same instant."""
        case = carried(after(opened(), "10:00"), Case)
        assert case.next_hand_off_at == bogota("11:00")

    def test_no_words_travel(self) -> None:
        """Histories carry ids and figures: the longest text in a turn is an id."""
        (payload,) = _CONVERTER.to_payloads([LIVES[0]])
        entry = json.loads(payload.data)["entries"][0]
        assert entry["fact"]["description"] == {"content_id": "content-1", "characters": 40}

    def test_a_command_by_nobody_in_particular_keeps_its_empty_levels(self) -> None:
        """A tuple stays a tuple."""
        assert carried(replace(CLAIM, by=ADMIN), type(CLAIM)).by.levels == ()


class TestTheLivesAbove:
    def test_hold_every_fact(self) -> None:
        """So that none travels untested."""
        assert {type(fact) for fact in facts(LIVES)} == set(get_args(Fact))

    def test_tell_every_recipient(self) -> None:
        """Whose types must not be taken for one another's."""
        told = {type(notice.recipient) for decision in LIVES for notice in decision.notices}
        assert told == set(get_args(Recipient))

    def test_hold_every_command(self) -> None:
        """The builders know them all."""
        assert tuple(type(command) for command in commands()) == COMMANDS
