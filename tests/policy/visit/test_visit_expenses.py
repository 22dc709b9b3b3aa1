"""Who bears what of a visit: quotes, expenses, what exceeds them, and who calls it off (ONS-2, ONS-5)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policy.case import commands as c
from policy.case.case import Actor, Case, Status
from policy.case.decision import Decision
from policy.visit import facts as v
from policy.visit.refusals import AmountGrown
from policy.visit.visit import Side, Visit, VisitStep
from tests.support.lives import (
    ACCEPT,
    CANCEL,
    CONTACT,
    DECLINE,
    DIRECTOR,
    REPORT,
    SIGN_OFF,
    STANDARD,
    START,
    Step,
    When,
    after,
    bogota,
    expense,
    facts,
    kinds,
    turns,
    visit_at,
)

STARTED = visit_at(VisitStep.STARTED)
THURSDAY = "2026-12-03"
# The quote is 350.000; on Monday at 17:00 ends the time to answer what exceeds it on Thursday.
EXCEEDED = after(STARTED, (f"{THURSDAY} 09:00", expense(300_000)), (f"{THURSDAY} 09:10", expense(150_000, "FV-2")))
LAPSES = "2026-12-07 17:00"
pytestmark = pytest.mark.rule("ONS-2")


def visit_of(case: Case) -> Visit:
    assert case.visit
    return case.visit


def signed_off(case: Case, *steps: Step) -> v.VisitSignedOff:
    """The end of the visit, once the steps have happened."""
    return next(fact for fact in facts(turns(case, *steps)) if isinstance(fact, v.VisitSignedOff))


def lapse(decisions: list[Decision]) -> v.VisitLapsed:
    return next(fact for fact in facts(decisions) if isinstance(fact, v.VisitLapsed))


class TestAnExpense:
    def test_is_logged_with_its_receipt_and_the_sum(self) -> None:
        """Beside what the customer accepted."""
        (logged,) = facts(turns(STARTED, (f"{THURSDAY} 09:00", expense(120_000, " FV-1 "))))
        assert isinstance(logged, v.VisitExpenseLogged)
        assert (logged.amount, logged.total, logged.accepted) == (120_000, 120_000, 350_000)
        assert logged.receipt_reference == "FV-1"

    @pytest.mark.parametrize("step", [VisitStep.AGREED, VisitStep.SCHEDULED, VisitStep.STARTED, VisitStep.REPORTED])
    def test_may_come_before_during_and_after_the_visit(self, step: VisitStep) -> None:
        """A ticket is paid for before the journey, a taxi is reported after it."""
        case = visit_at(step)
        assert visit_of(after(case, (case.last_at, expense(120_000)))).expenses == 120_000

    def test_up_to_the_quote_needs_no_new_acceptance(self) -> None:
        """To the last peso."""
        assert kinds(turns(STARTED, (f"{THURSDAY} 09:00", expense(350_000)))) == ["visit_expense_logged"]

    def test_above_the_quote_asks_the_customer_anew(self) -> None:
        """By one peso; the customer has two business days."""
        decision = turns(STARTED, (f"{THURSDAY} 09:00", expense(350_001)))[-1]
        exceeded = decision.entries[-1].fact
        assert isinstance(exceeded, v.VisitQuoteExceeded)
        assert (exceeded.total, exceeded.accepted, exceeded.decide_by) == (350_001, 350_000, bogota(LAPSES))

    @pytest.mark.rule("ESC-10")
    def test_above_the_quote_does_not_pause_the_clock(self) -> None:
        """The policy names a quote to decide; actual expenses are none, and the work goes on."""
        assert (EXCEEDED.status, EXCEEDED.waits) == (Status.IN_PROGRESS, ())
        assert EXCEEDED.level_clock == STARTED.level_clock


class TestWhatExceedsTheQuote:
    def test_is_borne_by_the_customer_once_accepted(self) -> None:
        """All of it, by a second acceptance."""
        steps = ((f"{THURSDAY} 09:20", replace(ACCEPT, amount=450_000)), (f"{THURSDAY} 09:25", REPORT))
        case = after(EXCEEDED, *steps)
        assert [acceptance.amount for acceptance in visit_of(case).acceptances] == [350_000, 450_000]
        end = signed_off(case, (f"{THURSDAY} 09:30", SIGN_OFF))
        assert (end.borne_by_customer, end.borne_by_support) == (450_000, 0)

    def test_that_grew_while_the_customer_was_asked_is_accepted_by_its_amount(self) -> None:
        """It may have read the first mail alone; a yes without an amount would cover the second expense unread."""
        grown = after(EXCEEDED, (f"{THURSDAY} 09:15", expense(500_000, "FV-3")))
        with pytest.raises(AmountGrown) as refused:
            after(grown, (f"{THURSDAY} 09:20", ACCEPT))
        assert (refused.value.rule, refused.value.values) == ("ONS-2", {"amount": 950_000})
        agreed = after(grown, (f"{THURSDAY} 09:21", replace(ACCEPT, amount=950_000)))
        assert visit_of(agreed).accepted == 950_000

    def test_that_grew_is_declined_without_its_amount(self) -> None:
        """No is no, to whatever it came to."""
        grown = after(EXCEEDED, (f"{THURSDAY} 09:15", expense(500_000, "FV-3")))
        assert visit_of(after(grown, (f"{THURSDAY} 09:20", DECLINE))).excess_declined

    def test_that_is_asked_about_anew_needs_no_amount(self) -> None:
        """After a no, the new sum is the only one that awaits an answer."""
        steps: tuple[Step, ...] = (
            (f"{THURSDAY} 09:20", DECLINE),
            (f"{THURSDAY} 09:25", expense(1, "FV-3")),
            (f"{THURSDAY} 09:30", ACCEPT),
        )
        assert visit_of(after(EXCEEDED, *steps)).accepted == 450_001

    def test_is_borne_by_support_once_declined(self) -> None:
        """The customer bears what it had accepted."""
        steps = ((f"{THURSDAY} 09:20", DECLINE), (f"{THURSDAY} 09:25", REPORT), (f"{THURSDAY} 09:30", SIGN_OFF))
        end = signed_off(EXCEEDED, *steps)
        assert (end.borne_by_customer, end.borne_by_support) == (350_000, 100_000)

    def test_is_borne_by_support_once_nobody_answered(self) -> None:
        """No answer is no agreement, and the visit goes on."""
        decisions = turns(EXCEEDED, LAPSES)
        assert lapse(decisions) == v.VisitLapsed(visit=1, step=VisitStep.STARTED, is_excess=True)
        visit = visit_of(decisions[-1].case)
        assert (visit.is_open, visit.excess_declined, visit.borne_by_customer) == (True, True, 350_000)

    def test_is_reminded_of_at_half(self) -> None:
        """The customer, not the engineer."""
        reminded = [fact for fact in facts(turns(EXCEEDED, "2026-12-04 17:00")) if isinstance(fact, v.VisitReminded)]
        assert [fact.is_past for fact in reminded if fact.is_excess] == [False]

    def test_is_asked_about_again_when_it_grows(self) -> None:
        """The new sum, with the whole time for it."""
        declined = after(EXCEEDED, (f"{THURSDAY} 09:20", DECLINE))
        visit = visit_of(after(declined, ("2026-12-04 10:00", expense(50_000, "FV-3"))))
        assert visit.excess
        assert (visit.excess_declined, visit.expenses, visit.excess.due_at) == (
            False,
            500_000,
            bogota("2026-12-09 17:00"),
        )

    def test_is_not_asked_about_again_within_what_was_accepted_anew(self) -> None:
        """450.000 were accepted, and the visit cost them exactly."""
        accepted = after(EXCEEDED, (f"{THURSDAY} 09:20", ACCEPT))
        assert visit_of(accepted).excess is None
        more = turns(accepted, (f"{THURSDAY} 09:25", expense(1, "FV-3")))
        assert kinds(more) == ["visit_expense_logged", "visit_quote_exceeded"]

    def test_is_decided_before_silence_signs_the_visit_off(self) -> None:
        """Logged on the last day of the sign-off's time: the customer still has its two business days."""
        late = after(visit_at(VisitStep.REPORTED), ("2026-12-11 16:00", expense(400_000)))
        decisions = turns(late, "2026-12-15 17:00")
        assert kinds(decisions)[-2:] == ["visit_lapsed", "visit_signed_off"]
        assert [turn.entries[0].due_at for turn in decisions[-2:]] == [bogota("2026-12-15 17:00")] * 2

    def test_reminds_of_the_sign_off_that_waits_for_it_at_half_of_its_own_time(self) -> None:
        """The reminder of the five days was given long ago; the two that were added have theirs."""
        late = after(visit_at(VisitStep.REPORTED), ("2026-12-11 16:00", expense(400_000)))
        visit = visit_of(late)
        assert visit.term == visit.excess
        reminded = [fact for fact in facts(turns(late, "2026-12-15 16:00")) if isinstance(fact, v.VisitReminded)]
        assert [(fact.is_excess, fact.limit_at) for fact in reminded] == [
            (True, bogota("2026-12-15 17:00")),
            (False, bogota("2026-12-15 17:00")),
        ]

    def test_of_a_case_from_before_moves_the_end_of_its_sign_off_alone(self) -> None:
        """Edition 1 decided so, and recorded histories hold it."""
        before = replace(STANDARD, edition=1)
        late = after(visit_at(VisitStep.REPORTED, terms=before), ("2026-12-11 16:00", expense(400_000)), terms=before)
        term = visit_of(late).term
        assert term
        assert (term.due_at, term.remind_at, term.business_days) == (bogota("2026-12-15 17:00"), None, 5)

    def test_and_the_sign_off_that_fall_due_together_make_a_turn_each(self) -> None:
        """So that neither notice swallows the other."""
        late = after(visit_at(VisitStep.REPORTED), ("2026-12-11 16:00", expense(400_000)))
        assert [len(turn.entries) for turn in turns(late, "2026-12-15 17:00")][-2:] == [1, 1]


def cancelled(step: VisitStep, by: c.CancelVisit, *steps: Step, at: When = "09:40") -> v.VisitCancelled:
    fact = facts(turns(visit_at(step), *steps, (at, by)))[-1]
    assert isinstance(fact, v.VisitCancelled)
    return fact


@pytest.mark.rule("ONS-5")
class TestWhoCallsAVisitOff:
    @pytest.mark.parametrize(
        ("by", "side"), [(CONTACT, Side.CUSTOMER), (DIRECTOR, Side.SUPPORT)], ids=["customer", "support"]
    )
    @pytest.mark.parametrize("step", [VisitStep.REQUESTED, VisitStep.QUOTED])
    def test_before_it_is_agreed_bears_nothing(self, step: VisitStep, by: Actor, side: Side) -> None:
        """Nothing was spent."""
        fact = cancelled(step, replace(CANCEL, by=by))
        assert (fact.cancelled_by, fact.borne_by_customer, fact.borne_by_support) == (side, 0, 0)

    @pytest.mark.parametrize("step", [VisitStep.AGREED, VisitStep.SCHEDULED])
    def test_afterwards_bears_what_was_spent(self, step: VisitStep) -> None:
        """The customer its tickets, or support."""
        tickets: Step = ("09:30", expense(200_000))
        theirs, ours = cancelled(step, replace(CANCEL, by=CONTACT), tickets), cancelled(step, CANCEL, tickets)
        assert (theirs.borne_by_customer, theirs.borne_by_support) == (200_000, 0)
        assert (ours.borne_by_customer, ours.borne_by_support) == (0, 200_000)

    def test_never_bears_more_than_it_accepted(self) -> None:
        """What exceeded the quote was not agreed to."""
        fact = cancelled(VisitStep.SCHEDULED, replace(CANCEL, by=CONTACT), ("09:30", expense(400_000)))
        assert (fact.borne_by_customer, fact.borne_by_support) == (350_000, 50_000)

    def test_needs_no_reason(self) -> None:
        """But may give one."""
        assert cancelled(VisitStep.SCHEDULED, replace(CANCEL, by=CONTACT, reason=None)).reason is None

    def test_sends_a_calendar_message_with_the_next_number(self) -> None:
        """0 was the invitation; the date says which event it is."""
        fact = cancelled(VisitStep.SCHEDULED, CANCEL)
        assert (fact.sequence, fact.starts_at, fact.engineer_id) == (1, bogota("2026-12-03 09:00"), "agent-2")

    @pytest.mark.parametrize("step", [VisitStep.REQUESTED, VisitStep.QUOTED, VisitStep.AGREED, VisitStep.SCHEDULED])
    def test_lets_the_case_go_on_remotely(self, step: VisitStep) -> None:
        """It waits for nothing any more, and nothing of the visit falls due."""
        case = after(visit_at(step), ("09:40", CANCEL))
        assert (case.status, case.waits, visit_of(case).term) == (Status.IN_PROGRESS, (), None)

    def test_does_so_also_when_the_date_has_passed(self) -> None:
        """Nobody came."""
        late = cancelled(VisitStep.SCHEDULED, replace(CANCEL, by=CONTACT), at="2026-12-04 10:00")
        assert late.cancelled_by is Side.CUSTOMER


class TestTheSum:
    def test_of_both_sides_is_what_was_spent(self) -> None:
        """At its ordinary end too."""
        steps: tuple[Step, ...] = (
            (f"{THURSDAY} 08:56", START),
            (f"{THURSDAY} 09:00", expense(120_000)),
            (f"{THURSDAY} 09:10", expense(80_000, "FV-2")),
            (f"{THURSDAY} 09:20", REPORT),
            (f"{THURSDAY} 09:25", SIGN_OFF),
        )
        end = signed_off(visit_at(VisitStep.SCHEDULED), *steps)
        assert (end.borne_by_customer, end.borne_by_support) == (200_000, 0)
