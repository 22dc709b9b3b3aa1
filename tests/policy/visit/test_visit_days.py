"""A visit's date, its start and its signature: whose clock counts meanwhile, how its case may end (ESC-10, ONS-5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from policy.case.case import Actor, Case, ClosingReason, Level, Status, WaitingFor, WakeKind
from policy.case.lifecycle import decide
from policy.case.refusals import CaseHeld
from policy.visit import facts as v
from policy.visit import refusals as r
from policy.visit.visit import VisitStep
from tests.policy.case.test_outage import on_time, unrecorded
from tests.support.lives import (
    ACCEPT,
    ASK,
    CANCEL,
    CONFIRM,
    DIRECTOR,
    PREMIUM,
    REOPEN,
    REPORT,
    RESOLVE,
    SCHEDULE,
    SIGN_OFF,
    SPECIALIST,
    STANDARD,
    START,
    UNCOVERED,
    after,
    bogota,
    expense,
    facts,
    kinds,
    opened,
    turns,
    visit_at,
)

# The date is Thursday 2026-12-03 at 09:00; 20 of level 1's 60 minutes are used.
SCHEDULED, STARTED, REPORTED = (visit_at(step) for step in (VisitStep.SCHEDULED, VisitStep.STARTED, VisitStep.REPORTED))
BEFORE = replace(STANDARD, edition=2)
NINE = bogota("2026-12-03 09:00")


def spent(case: Case) -> timedelta:
    assert case.level_clock
    return case.level_clock.spent


@pytest.mark.rule("ESC-10")
class TestADateThatPassesWithoutAStart:
    def test_lets_the_clock_count_from_that_very_instant(self) -> None:
        """The engineer did not come: 40 minutes later the case is level 2's."""
        case = after(SCHEDULED, NINE)
        assert (case.waits, case.status, case.next_hand_off_at) == ((), Status.IN_PROGRESS, bogota("2026-12-03 09:40"))
        assert after(case, "2026-12-03 09:40").level is Level.SPECIALISTS

    def test_is_recorded_with_whose_date_it_was(self) -> None:
        """A fact of its own, due at the date."""
        [entry] = turns(SCHEDULED, NINE)[-1].entries
        assert entry.fact == v.VisitMissed(visit=1, starts_at=NINE, engineer_id="agent-2")
        assert entry.due_at == NINE

    def test_is_a_wake_of_its_own(self) -> None:
        """Among all that comes by itself, and the next limit."""
        assert (WakeKind.VISIT_DATE, NINE) in [(wake.kind, wake.at) for wake in SCHEDULED.wakes]
        assert after(SCHEDULED, "2026-12-01 09:00").next_limit_at == NINE

    @pytest.mark.rule("ESC-15")
    @pytest.mark.parametrize("until", ["2026-12-03 09:30", "2026-12-03 12:00", "2026-12-09 09:00"])
    def test_is_found_out_late_with_the_customers_time_counted_on(self, until: str) -> None:
        """A service that was down over the date hands the case on when it was due."""
        late = turns(SCHEDULED, until)
        assert unrecorded(late[-1].case) == unrecorded(on_time(SCHEDULED, bogota(until)))
        assert next(e.due_at for turn in late for e in turn.entries if e.fact.kind == "visit_missed") == NINE

    def test_may_still_be_started_on_its_day(self) -> None:
        """At eleven: the clock has counted since nine, and counts on."""
        case = after(SCHEDULED, ("2026-12-03 09:30", START))
        assert (case.waits, case.next_hand_off_at) == ((), bogota("2026-12-03 09:40"))

    def test_is_waited_for_again_once_another_is_agreed_on(self) -> None:
        """From the agreement to the new date."""
        moved = after(SCHEDULED, ("2026-12-03 09:10", replace(SCHEDULE, starts_at=bogota("2026-12-04 09:00"))))
        assert (moved.waits, spent(moved)) == ((WaitingFor.VISIT,), timedelta(minutes=30))
        assert after(moved, "2026-12-04 09:00").next_hand_off_at == bogota("2026-12-04 09:30")

    def test_may_be_called_off(self) -> None:
        """The clock went on already."""
        assert after(SCHEDULED, ("2026-12-03 09:10", CANCEL)).next_hand_off_at == bogota("2026-12-03 09:40")

    def test_leaves_another_wait_standing(self) -> None:
        """The question is still the customer's."""
        case = after(after(SCHEDULED, ("2026-12-01 10:00", ASK)), NINE)
        assert (case.waits, case.next_hand_off_at) == ((WaitingFor.INFORMATION,), None)

    def test_counts_at_night_under_premium(self) -> None:
        """Level 1 has used 20 minutes of 60, around the clock."""
        night = replace(SCHEDULE, starts_at=bogota("2026-12-03 23:50"))
        case = after(visit_at(VisitStep.AGREED, terms=PREMIUM), ("09:25", night), "2026-12-03 23:50", terms=PREMIUM)
        assert case.next_hand_off_at == bogota("2026-12-04 00:30")

    def test_is_waited_for_still_in_a_case_of_an_older_edition(self) -> None:
        """Recorded histories decide as they did."""
        case = after(visit_at(VisitStep.SCHEDULED, terms=BEFORE), "2026-12-04 09:00", terms=BEFORE)
        assert case.waits == (WaitingFor.VISIT,)


@pytest.mark.rule("ONS-5")
class TestTheStart:
    night = replace(SCHEDULE, starts_at=bogota("2026-12-03 23:30"))
    late = after(visit_at(VisitStep.AGREED), ("09:25", night))

    @pytest.mark.parametrize("by", [SPECIALIST, DIRECTOR], ids=["its engineer", "the director"])
    @pytest.mark.parametrize("at", ["2026-12-03 00:00", "2026-12-03 08:55", "2026-12-03 23:59"])
    def test_is_its_engineers_or_the_directors_on_its_day(self, by: Actor, at: str) -> None:
        """From midnight to midnight of Bogotá's."""
        case = after(SCHEDULED, (at, replace(START, by=by)))
        assert case.visit
        assert case.visit.step is VisitStep.STARTED

    @pytest.mark.parametrize("at", ["2026-12-02 23:59:59", "2026-12-04 00:00"])
    @pytest.mark.parametrize("by", [SPECIALIST, DIRECTOR], ids=["its engineer", "the director"])
    def test_is_nobodys_on_another_day(self, by: Actor, at: str) -> None:
        """A no-show is moved or called off, by the director too; where UTC's day is another one makes no difference."""
        with pytest.raises(r.NotTheVisitsDay) as refused:
            after(self.late, (at, replace(START, by=by)))
        assert (refused.value.rule, refused.value.values["day"]) == ("ONS-5", "2026-12-03")

    def test_is_not_another_agents(self) -> None:
        """Not even of a colleague at the same level; who was sent first may not either, once another is."""
        other = replace(SPECIALIST, id="agent-9")
        replaced = after(SCHEDULED, ("09:30", replace(SCHEDULE, engineer_id="agent-9")))
        for case, by in ((SCHEDULED, other), (replaced, SPECIALIST)):
            with pytest.raises(r.NotTheEngineer):
                after(case, ("2026-12-03 08:55", replace(START, by=by)))
        assert after(replaced, ("2026-12-03 08:55", replace(START, by=other))).waits == ()

    def test_is_anybodys_in_a_case_of_an_older_edition(self) -> None:
        """Recorded histories decide as they did."""
        case = visit_at(VisitStep.SCHEDULED, terms=BEFORE)
        started = after(case, ("2026-12-07 08:55", replace(START, by=replace(SPECIALIST, id="agent-9"))), terms=BEFORE)
        assert started.visit
        assert started.visit.step is VisitStep.STARTED


@pytest.mark.rule("ESC-10")
class TestAReport:
    def test_stands_the_clock_until_the_signature(self) -> None:
        """35 minutes were counted from the start to the report; five are left when the customer signs."""
        assert (REPORTED.waits, REPORTED.status) == ((WaitingFor.SIGN_OFF,), Status.WAITING_CUSTOMER)
        signed = after(REPORTED, ("2026-12-07 10:00", SIGN_OFF))
        assert (signed.waits, signed.next_hand_off_at) == ((), bogota("2026-12-07 10:05"))

    def test_stands_it_until_its_own_limit_at_the_latest(self) -> None:
        """Five business days, 8 December being a holiday: signed off by silence, and the clock goes on."""
        silent = turns(REPORTED, "2026-12-11 17:00")[-1]
        assert kinds([silent]) == ["visit_signed_off"]
        assert silent.case.next_hand_off_at == bogota("2026-12-14 08:05")

    def test_stands_no_clock_in_a_case_of_an_older_edition(self) -> None:
        """There it ran on."""
        case = after(visit_at(VisitStep.STARTED, terms=BEFORE), ("2026-12-03 09:30", REPORT), terms=BEFORE)
        assert case.waits == ()


@pytest.mark.rule("ONS-5")
class TestACaseWhoseVisitLacksOnlyItsSignature:
    resolved = after(REPORTED, ("2026-12-03 10:00", RESOLVE))

    def test_is_resolved(self) -> None:
        """Its clock stops; the signature is still to come, with its reminder and its limit."""
        assert (self.resolved.status, self.resolved.waits) == (Status.RESOLVED, ())
        assert self.resolved.visit == REPORTED.visit
        assert {WakeKind.VISIT_LIMIT, WakeKind.REOPENING_END} <= {wake.kind for wake in self.resolved.wakes}

    def test_is_signed_off_afterwards(self) -> None:
        """The case stays resolved."""
        signed = after(self.resolved, ("2026-12-04 10:00", SIGN_OFF))
        assert (signed.status, signed.visit and signed.visit.step) == (Status.RESOLVED, VisitStep.SIGNED_OFF)

    def test_is_signed_off_by_its_confirmation(self) -> None:
        """The same people agree to the same work, once."""
        decision = turns(self.resolved, ("2026-12-04 10:00", CONFIRM))[-1]
        assert kinds([decision]) == ["visit_signed_off", "case_closed"]
        assert not facts([decision])[0].unanswered  # type: ignore[union-attr]
        assert decision.case.closing_reason is ClosingReason.CONFIRMED

    def test_is_not_confirmed_before_its_expenses_are_decided_on(self) -> None:
        """As it is not signed off."""
        spent_more = after(self.resolved, ("2026-12-04 10:00", expense(400_000)))
        with pytest.raises(r.ExcessUndecided):
            after(spent_more, ("2026-12-04 11:00", CONFIRM))
        assert after(spent_more, ("2026-12-04 11:00", ACCEPT), ("2026-12-04 11:01", CONFIRM)).closed_at

    @pytest.mark.rule("ESC-14")
    def test_goes_on_when_it_is_reopened(self) -> None:
        """The customer says that it is not solved: nobody waits for its signature, which may still come."""
        reopened = after(self.resolved, ("2026-12-04 10:00", REOPEN))
        assert (reopened.status, reopened.waits) == (Status.IN_PROGRESS, ())
        assert reopened.next_hand_off_at == bogota("2026-12-04 10:05")
        signed = after(reopened, ("2026-12-04 10:03", SIGN_OFF))
        assert signed.next_hand_off_at == bogota("2026-12-04 10:05")

    @pytest.mark.rule("ESC-14", "ONS-2")
    def test_is_not_closed_before_the_customer_had_its_time(self) -> None:
        """Expenses of the last day are decided on for two more days: the case can be reopened as long."""
        last_day = after(self.resolved, ("2026-12-11 10:00", expense(400_000)))
        assert last_day.reopen_until == bogota("2026-12-15 17:00")
        ended = turns(last_day, "2026-12-15 17:00")
        assert kinds(ended)[-3:] == ["visit_lapsed", "visit_signed_off", "case_closed"]
        assert ended[-1].case.closing_reason is ClosingReason.UNANSWERED

    @pytest.mark.parametrize("at", ["2026-12-11 17:00", "2026-12-20 09:00"])
    def test_is_closed_with_its_visit_ended(self, at: str) -> None:
        """Both by silence, the visit first, in time or late."""
        decided = turns(self.resolved, at)
        assert kinds(decided) == ["visit_reminded", "visit_signed_off", "case_closed"]

    def test_was_not_resolved_in_an_older_edition(self) -> None:
        """Recorded histories decide as they did."""
        with pytest.raises(r.VisitNotSignedOff):
            after(visit_at(VisitStep.REPORTED, terms=BEFORE), ("2026-12-03 10:00", RESOLVE), terms=BEFORE)


def test_a_held_case_says_that_it_is_held_to_whoever_signs() -> None:
    """And not that it is not resolved."""
    with pytest.raises(CaseHeld):
        decide(opened(terms=UNCOVERED), SIGN_OFF, terms=UNCOVERED, at=datetime.fromisoformat("2026-11-26T09:00:00Z"))
