"""A visit from its request to its end: where to, who agrees, by when, on which date (ONS-1, ONS-3, ONS-4, ONS-5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

import pytest

from policy.case import commands as c
from policy.case.case import Case, Channel, Outcome, Status, WakeKind
from policy.case.decision import Decision
from policy.case.lifecycle import ALLOWED, decide, elapse
from policy.visit import facts as v
from policy.visit.places import VisitInsideBogota
from policy.visit.refusals import NoVisitOpen, RemoteChannelsNotExhausted
from policy.visit.visit import Side, Visit, VisitStep
from tests.support.lives import (
    ACCEPT,
    APPROVE,
    CONTACT,
    DECLINE,
    PREMIUM,
    REFUSE,
    REPORT,
    REQUEST_VISIT,
    RESOLVE,
    SCHEDULE,
    SIGN_OFF,
    STANDARD,
    START,
    WITHDRAW,
    Step,
    When,
    after,
    attempt,
    bogota,
    exhausted,
    expense,
    facts,
    kinds,
    opened,
    turns,
    visit_at,
)

AnyFact = TypeVar("AnyFact", bound=v.VisitFact)


def visit_of(case: Case) -> Visit:
    assert case.visit
    return case.visit


def last(decisions: list[Decision], kind: type[AnyFact]) -> AnyFact:
    """The last fact of that kind in these turns."""
    return [fact for fact in facts(decisions) if isinstance(fact, kind)][-1]


def punctual(case: Case, until: When) -> Iterator[Decision]:
    """The turns of the case when every wake is served at its instant."""
    while case.next_wake_at and case.next_wake_at <= bogota(until):
        decision = elapse(case, terms=STANDARD, at=case.next_wake_at)
        case = decision.case
        yield decision


def reminders(decisions: Iterable[Decision]) -> list[tuple[str, bool]]:
    """When each reminder was due, in UTC, and whether it was past the limit."""
    entries = [entry for turn in decisions for entry in turn.entries]
    return [
        (f"{entry.due_at:%m-%d %H:%M}", entry.fact.is_past)
        for entry in entries
        if isinstance(entry.fact, v.VisitReminded)
    ]


class TestARequest:
    @pytest.mark.rule("ONS-1")
    def test_for_bogota_is_refused_even_with_every_channel_exhausted(self) -> None:
        """The rule is named."""
        with pytest.raises(VisitInsideBogota) as refused:
            after(exhausted(), ("09:10", replace(REQUEST_VISIT, city_code="11001")))
        assert refused.value.rule == "ONS-1"

    @pytest.mark.rule("ONS-1", "ONS-4")
    def test_is_taken_for_anywhere_else(self) -> None:
        """By an agent or the customer."""
        asked = replace(REQUEST_VISIT, by=CONTACT, city_code="25754")
        assert visit_of(after(exhausted(), ("09:10", asked))).city_code == "25754"

    @pytest.mark.rule("ONS-4")
    @pytest.mark.parametrize("outcome", [Outcome.NOT_SOLVED, Outcome.NO_ANSWER])
    def test_counts_every_attempt_that_did_not_solve_the_case(self, outcome: Outcome) -> None:
        """Nobody who answers has solved nothing either."""
        tried = after(opened(), ("09:05", attempt(outcome=outcome)), ("09:10", REQUEST_VISIT))
        assert visit_of(tried).step is VisitStep.REQUESTED

    @pytest.mark.rule("ONS-4")
    def test_does_not_count_an_attempt_that_solved_it(self) -> None:
        """What is solved needs no visit."""
        with pytest.raises(RemoteChannelsNotExhausted):
            after(opened(), ("09:05", attempt(outcome=Outcome.SOLVED)), ("09:10", REQUEST_VISIT))

    @pytest.mark.rule("ONS-4")
    def test_does_not_count_a_channel_that_the_plan_does_not_hold(self) -> None:
        """Standard has the web platform: a call in vain exhausts nothing."""
        with pytest.raises(RemoteChannelsNotExhausted) as refused:
            after(opened(), ("09:05", attempt(Channel.PHONE)), ("09:10", REQUEST_VISIT))
        assert refused.value.values == {"channels": "web"}

    @pytest.mark.rule("ONS-4")
    def test_needs_all_four_channels_of_premium(self) -> None:
        """And takes them in any order, some of them twice."""
        tried = [("09:05", attempt(channel)) for channel in reversed((*PREMIUM.channels, *PREMIUM.channels))]
        case = after(opened(terms=PREMIUM), *tried, ("09:10", REQUEST_VISIT), terms=PREMIUM)
        assert visit_of(case).step is VisitStep.REQUESTED

    @pytest.mark.rule("ONS-4")
    def test_still_counts_the_attempts_after_a_hand_off(self) -> None:
        """They were made in this case."""
        assert after(exhausted(), "10:00", ("10:05", REQUEST_VISIT)).visit

    @pytest.mark.rule("ONS-5")
    @pytest.mark.parametrize(
        "step", [VisitStep.REFUSED, VisitStep.DECLINED, VisitStep.LAPSED, VisitStep.CANCELLED, VisitStep.SIGNED_OFF]
    )
    def test_can_be_made_again_once_a_visit_has_ended(self, step: VisitStep) -> None:
        """The second one starts from nothing."""
        case = visit_at(step)
        again = visit_of(decide(case, REQUEST_VISIT, terms=STANDARD, at=case.last_at).case)
        assert (again.number, again.step, again.quote, again.acceptances) == (2, VisitStep.REQUESTED, None, ())


class TestBothAgreements:
    @pytest.mark.rule("ONS-3")
    def test_come_one_after_the_other(self) -> None:
        """The director's, the customer's, and then a date is looked for."""
        steps = (("09:10", REQUEST_VISIT), ("09:15", APPROVE), ("09:20", ACCEPT))
        assert [visit_of(turn.case).step for turn in turns(exhausted(), *steps)] == ["requested", "quoted", "agreed"]

    @pytest.mark.rule("ONS-2", "ONS-3")
    def test_are_kept_with_who_when_and_which_amount(self) -> None:
        """In writing."""
        visit = visit_of(visit_at(VisitStep.AGREED))
        (accepted,) = visit.acceptances
        assert (visit.approved_by, visit.quote) == ("director-1", 350_000)
        assert (accepted.contact_id, accepted.at, accepted.amount) == ("contact-1", bogota("09:20"), 350_000)

    @pytest.mark.rule("ONS-3")
    @pytest.mark.parametrize(
        ("step", "command", "kind"),
        [(VisitStep.REQUESTED, REFUSE, "visit_refused"), (VisitStep.QUOTED, DECLINE, "visit_declined")],
    )
    def test_may_be_withheld_with_a_reason(self, step: VisitStep, command: c.Command, kind: str) -> None:
        """The case goes on remotely, its clock running."""
        decision = turns(visit_at(step), ("09:20", command))[-1]
        assert kinds([decision]) == [kind]
        assert (decision.case.status, decision.case.next_hand_off_at is None) == (Status.IN_PROGRESS, False)

    @pytest.mark.rule("ONS-3")
    @pytest.mark.parametrize(("step", "at"), [(VisitStep.REQUESTED, "09:10"), (VisitStep.QUOTED, "09:15")])
    def test_have_two_business_days_each(self, step: VisitStep, at: str) -> None:
        """From Wednesday to Friday's closing; the second counts from the first."""
        term = visit_of(visit_at(step)).term
        assert term
        assert (term.since_at, term.due_at) == (bogota(at), bogota("2026-11-27 17:00"))

    @pytest.mark.rule("ONS-3")
    def test_have_a_reminder_at_half_of_their_business_time(self) -> None:
        """From Wednesday 15:00 to Friday 17:00 are 18 business hours: nine later it is Thursday, 16:00."""
        case = after(opened("14:55"), ("14:56", attempt()), ("15:00", REQUEST_VISIT))
        assert reminders(punctual(case, "2026-11-27 16:59")) == [("11-26 21:00", False)]

    @pytest.mark.rule("ONS-3")
    def test_are_reminded_of_once(self) -> None:
        """And then they lapse."""
        assert len(reminders(punctual(visit_at(VisitStep.QUOTED), "2027-01-15 09:00"))) == 1

    @pytest.mark.rule("ONS-3")
    @pytest.mark.parametrize("step", [VisitStep.REQUESTED, VisitStep.QUOTED])
    def test_lapse_at_their_limit(self, step: VisitStep) -> None:
        """Whoever did not decide; the case goes on remotely."""
        decisions = turns(visit_at(step), "2026-11-27 17:00")
        assert last(decisions, v.VisitLapsed) == v.VisitLapsed(visit=1, step=step, is_excess=False)
        assert visit_of(decisions[-1].case).step is VisitStep.LAPSED
        assert decisions[-1].case.level_clock
        assert decisions[-1].case.level_clock.counting

    @pytest.mark.rule("ONS-3")
    @pytest.mark.parametrize(("step", "command"), [(VisitStep.REQUESTED, APPROVE), (VisitStep.QUOTED, ACCEPT)])
    def test_come_too_late_at_the_very_limit(self, step: VisitStep, command: c.Command) -> None:
        """What is due happens before what is asked."""
        with pytest.raises(NoVisitOpen):
            after(visit_at(step), ("2026-11-27 17:00", command))

    @pytest.mark.rule("ONS-3")
    @pytest.mark.parametrize(("step", "command"), [(VisitStep.REQUESTED, APPROVE), (VisitStep.QUOTED, ACCEPT)])
    def test_come_in_time_just_before_it(self, step: VisitStep, command: c.Command) -> None:
        """One second is enough."""
        assert visit_of(after(visit_at(step), ("2026-11-27 16:59:59", command))).is_open


@pytest.mark.rule("ONS-5")
class TestADate:
    def test_is_agreed_with_an_engineer(self) -> None:
        """The first invitation of the calendar is number 0."""
        scheduled = last(turns(visit_at(VisitStep.AGREED), ("09:25", SCHEDULE)), v.VisitScheduled)
        assert (scheduled.starts_at, scheduled.engineer_id) == (bogota("2026-12-03 09:00"), "agent-2")
        assert (scheduled.sequence, scheduled.from_starts_at) == (0, None)

    def test_lies_sixty_days_ahead_at_most(self) -> None:
        """To the minute; without a limit in its terms, as before, wherever it was agreed to lie."""
        last_at, beyond_at = bogota("2027-01-24 09:25"), bogota("2027-01-24 09:26")
        furthest = after(visit_at(VisitStep.AGREED), ("09:25", replace(SCHEDULE, starts_at=last_at)))
        assert visit_of(furthest).starts_at == last_at
        before = replace(STANDARD, visits=replace(STANDARD.visits, date_within_days=None))
        agreed = visit_at(VisitStep.AGREED, terms=before)
        further = after(agreed, ("09:25", replace(SCHEDULE, starts_at=beyond_at)), terms=before)
        assert visit_of(further).starts_at == beyond_at

    def test_is_moved_by_support_with_another_engineer(self) -> None:
        """The next invitation knows what it replaces."""
        moved = replace(SCHEDULE, starts_at=bogota("2026-12-04 14:00"), engineer_id="agent-3")
        scheduled = last(turns(visit_at(VisitStep.SCHEDULED), ("09:30", moved)), v.VisitScheduled)
        assert (scheduled.sequence, scheduled.engineer_id, scheduled.from_engineer_id) == (1, "agent-3", "agent-2")
        assert scheduled.from_starts_at == bogota("2026-12-03 09:00")

    @pytest.mark.parametrize("engineer_id", [None, "agent-2"])
    def test_is_moved_by_the_customer_with_the_engineer_as_it_is(self, engineer_id: str | None) -> None:
        """Named again or not."""
        moved = replace(SCHEDULE, by=CONTACT, starts_at=bogota("2026-12-04 14:00"), engineer_id=engineer_id)
        visit = visit_of(after(visit_at(VisitStep.SCHEDULED), ("09:30", moved)))
        assert (visit.engineer_id, visit.starts_at) == ("agent-2", bogota("2026-12-04 14:00"))

    def test_is_moved_after_it_has_passed(self) -> None:
        """The engineer did not come: both look for another one."""
        moved = replace(SCHEDULE, starts_at=bogota("2026-12-04 14:00"))
        case = after(visit_at(VisitStep.SCHEDULED), ("2026-12-03 15:00", moved))
        assert case.next_limit_at == visit_of(case).starts_at == bogota("2026-12-04 14:00")

    def test_is_reminded_of_a_day_before_and_when_nobody_starts(self) -> None:
        """Wednesday 09:00; after each business day from the hour itself, of which visit_missed tells."""
        assert reminders(punctual(visit_at(VisitStep.SCHEDULED), "2026-12-07 17:00")) == [
            ("12-02 14:00", False),
            ("12-04 22:00", True),
            ("12-07 22:00", True),
        ]

    def test_of_tomorrow_morning_is_not_reminded_of_in_the_past(self) -> None:
        """Less than a day ahead there is no day before."""
        soon = replace(SCHEDULE, starts_at=bogota("2026-11-26 08:00"))
        assert reminders(punctual(after(visit_at(VisitStep.AGREED), ("09:25", soon)), "2026-11-26 07:59")) == []

    def test_that_nobody_agrees_on_is_reminded_of_every_period(self) -> None:
        """At half, at the limit, and each two business days from there; 8 December is a holiday."""
        owed = reminders(punctual(visit_at(VisitStep.AGREED), "2026-12-04 17:00"))
        assert [is_past for _, is_past in owed] == [False, True, True, True]
        assert [at for at, _ in owed[1:]] == ["11-27 22:00", "12-01 22:00", "12-03 22:00"]

    @pytest.mark.parametrize("step", [VisitStep.AGREED, VisitStep.STARTED])
    def test_or_report_that_was_owed_through_an_outage_is_reminded_of_once(self, step: VisitStep) -> None:
        """As an overdue case is: the engineer finds one message, not twenty."""
        past = [is_past for _, is_past in reminders(turns(visit_at(step), "2027-01-15 09:00"))]
        assert past.count(True) == 1


@pytest.mark.rule("ONS-5")
class TestTheVisitItself:
    def test_starts_is_reported_on_and_signed_off(self) -> None:
        """Nothing of it is left to happen."""
        steps: tuple[Step, ...] = (
            ("2026-12-03 08:55", START),
            ("2026-12-03 09:10", REPORT),
            ("2026-12-03 09:20", SIGN_OFF),
        )
        visit = visit_of(after(visit_at(VisitStep.SCHEDULED), *steps))
        assert (visit.step, visit.term, visit.started_at) == (VisitStep.SIGNED_OFF, None, bogota("2026-12-03 08:55"))

    def test_is_signed_off_by_silence_after_five_business_days(self) -> None:
        """Thursday to the Friday after next: 8 December is a holiday."""
        decisions = turns(visit_at(VisitStep.REPORTED), "2026-12-11 17:00")
        assert last(decisions, v.VisitSignedOff).unanswered
        assert decisions[-1].entries[0].due_at == bogota("2026-12-11 17:00")

    def test_is_not_signed_off_before(self) -> None:
        """The customer has all of Friday."""
        assert visit_of(after(visit_at(VisitStep.REPORTED), "2026-12-11 16:59:59")).step is VisitStep.REPORTED

    def test_that_is_not_reported_on_is_reminded_of_every_two_business_days(self) -> None:
        """At half first."""
        assert [is_past for _, is_past in reminders(punctual(visit_at(VisitStep.STARTED), "2026-12-10 17:00"))] == [
            False,
            True,
            True,
        ]


@pytest.mark.rule("ONS-5")
class TestTheEndOfACase:
    @pytest.mark.parametrize("step", [VisitStep.REQUESTED, VisitStep.QUOTED])
    @pytest.mark.parametrize(("command", "side"), [(RESOLVE, Side.SUPPORT), (WITHDRAW, Side.CUSTOMER)])
    def test_calls_off_a_visit_that_is_not_agreed(self, step: VisitStep, command: c.Command, side: Side) -> None:
        """In the same turn, before it."""
        decision = turns(visit_at(step), ("09:20", command))[-1]
        cancelled = decision.entries[0].fact
        assert isinstance(cancelled, v.VisitCancelled)
        assert (cancelled.cancelled_by, cancelled.borne_by_customer, cancelled.borne_by_support) == (side, 0, 0)
        assert (visit_of(decision.case).step, decision.case.waits) == (VisitStep.CANCELLED, ())

    def test_leaves_nothing_of_the_visit_to_happen(self) -> None:
        """Only the time to reopen runs."""
        resolved = after(visit_at(VisitStep.QUOTED), ("09:20", RESOLVE))
        assert [wake.kind for wake in resolved.wakes] == [WakeKind.REOPENING_END]

    def test_is_possible_once_the_visit_is_signed_off(self) -> None:
        """It was made."""
        assert after(visit_at(VisitStep.SIGNED_OFF), ("2026-12-03 09:33", RESOLVE)).status is Status.RESOLVED


STAYING = [
    (VisitStep.REQUESTED, {WakeKind.VISIT_REMINDER, WakeKind.VISIT_LIMIT}),
    (VisitStep.QUOTED, {WakeKind.VISIT_REMINDER, WakeKind.VISIT_LIMIT}),
    (VisitStep.AGREED, {WakeKind.VISIT_REMINDER, WakeKind.VISIT_LIMIT}),
    (VisitStep.SCHEDULED, {WakeKind.VISIT_REMINDER, WakeKind.VISIT_DATE}),
    (VisitStep.STARTED, {WakeKind.VISIT_REMINDER, WakeKind.VISIT_LIMIT}),
    (VisitStep.REPORTED, {WakeKind.VISIT_REMINDER, WakeKind.VISIT_LIMIT}),
    *((step, set[WakeKind]()) for step in VisitStep if not visit_of(visit_at(step)).is_open),
]


@pytest.mark.rule("ONS-3", "ONS-5")
class TestTheNextWake:
    @pytest.mark.parametrize(("step", "expected"), STAYING)
    def test_covers_each_steps_term(self, step: VisitStep, expected: set[WakeKind]) -> None:
        """Nothing of a visit waits for somebody to look."""
        found = {wake.kind for wake in visit_at(step).wakes}
        assert found & {WakeKind.VISIT_REMINDER, WakeKind.VISIT_DATE, WakeKind.VISIT_LIMIT} == expected

    def test_covers_the_answer_to_expenses_above_the_quote(self) -> None:
        """Beside the step's own."""
        case = after(visit_at(VisitStep.STARTED), ("2026-12-03 09:00", expense(400_000)))
        assert {WakeKind.EXCESS_REMINDER, WakeKind.EXCESS_LIMIT} <= {wake.kind for wake in case.wakes}

    def test_is_the_soonest_of_them(self) -> None:
        """While the clock stands, the visit's reminder is all there is."""
        case = after(visit_at(VisitStep.SCHEDULED), "2026-12-01 09:00")
        assert case.next_wake_at == bogota("2026-12-02 09:00")


def test_every_visits_command_needs_a_case_that_is_worked_on() -> None:
    """Neither a held nor a closed case has visits; a resolved one may have one to be paid for and signed off."""
    visits = [kind for kind in ALLOWED if "Visit" in kind.__name__]
    at_its_end = {c.AcceptVisit, c.LogVisitExpense, c.SignOffVisit}
    assert len(visits) == 9
    assert all(ALLOWED[kind] - {Status.RESOLVED} == ALLOWED[c.ClaimCase] for kind in visits)
    assert {kind for kind in visits if Status.RESOLVED in ALLOWED[kind]} == at_its_end
