"""Every command of a visit at every step, and a situation for each of its refusals (ONS)."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from policy.case import commands as c
from policy.case.case import Case, Channel, Outcome
from policy.case.commands import Command
from policy.case.decision import Decision
from policy.case.lifecycle import decide
from policy.case.refusals import ReasonMissing, Refusal, StateRefusal, TextMissing
from policy.visit import refusals as r
from policy.visit.places import VisitInsideBogota
from policy.visit.visit import VisitStep
from tests.support.every import every
from tests.support.lives import (
    ACCEPT,
    APPROVE,
    CANCEL,
    CONTACT,
    DECLINE,
    DIRECTOR,
    HELP_DESK,
    NO_WORDS,
    PREMIUM,
    REFUSE,
    REPORT,
    REQUEST_VISIT,
    RESOLVE,
    SCHEDULE,
    SIGN_OFF,
    SPECIALIST,
    STANDARD,
    START,
    WITHDRAW,
    after,
    attempt,
    bogota,
    exhausted,
    expense,
    opened,
    visit_at,
)

CASES = {step: visit_at(step) for step in VisitStep}
STEPS = {
    "r": VisitStep.REQUESTED,
    "q": VisitStep.QUOTED,
    "a": VisitStep.AGREED,
    "s": VisitStep.SCHEDULED,
    "b": VisitStep.STARTED,
    "t": VisitStep.REPORTED,
}
"""The open steps by a letter: requested, quoted, agreed, scheduled, begun, told."""
ENDED = set(VisitStep) - set(STEPS.values())
EXPENSE = expense(120_000)

# The order in rows that a manager can read: where each command is taken, and what refuses it elsewhere.
OutOfOrder = dict[str, type[Refusal]]
ORDER: tuple[tuple[Command, str, OutOfOrder], ...] = (
    (REQUEST_VISIT, "", {"rqasbt": r.VisitAlreadyOpen}),
    (APPROVE, "r", {"qasbt": r.VisitOutOfOrder}),
    (REFUSE, "r", {"qasbt": r.VisitOutOfOrder}),
    (ACCEPT, "q", {"r": r.VisitNotApproved, "asbt": r.NothingToAccept}),
    (DECLINE, "q", {"r": r.VisitNotApproved, "asbt": r.NothingToAccept}),
    (SCHEDULE, "as", {"rq": r.VisitOutOfOrder, "bt": r.VisitAlreadyStarted}),
    (CANCEL, "rqas", {"bt": r.VisitAlreadyStarted}),
    (START, "", {"rqabt": r.VisitOutOfOrder, "s": r.NotTheVisitsDay}),
    (EXPENSE, "asbt", {"rq": r.VisitOutOfOrder}),
    (REPORT, "b", {"rqast": r.VisitOutOfOrder}),
    (SIGN_OFF, "t", {"rqasb": r.VisitOutOfOrder}),
    (RESOLVE, "rqt", {"as": r.VisitUnderWay, "b": r.VisitGoesOn}),
    (WITHDRAW, "rq", {"as": r.VisitUnderWay, "b": r.VisitGoesOn, "t": r.VisitNotSignedOff}),
)


def expected(row: tuple[Command, str, OutOfOrder], step: VisitStep) -> type[Refusal] | None:
    command, taken, refused = row
    if step in ENDED:
        free = isinstance(command, c.RequestVisit | c.ResolveCase | c.WithdrawCase)
        return None if free else r.NoVisitOpen
    letter = next(letter for letter, open_step in STEPS.items() if open_step is step)
    return None if letter in taken else next(kind for letters, kind in refused.items() if letter in letters)


def answered(case: Case, command: Command, at: str | None = None) -> Decision | Refusal:
    moved = replace(command, starts_at=bogota("2027-01-15 09:00")) if command is SCHEDULE else command
    try:
        return decide(case, moved, terms=STANDARD, at=bogota(at) if at else case.last_at)
    except Refusal as refusal:
        return refusal


@pytest.mark.rule("ONS-3", "ONS-5")
class TestAVisitsCommand:
    @every("row, step", product(ORDER, VisitStep))
    def test_at_every_step_is_taken_or_refused_as_the_table_says(
        self, row: tuple[Command, str, OutOfOrder], step: VisitStep
    ) -> None:
        """In their order only; an ended visit leaves room for another."""
        refusal = expected(row, step)
        answer = answered(CASES[step], row[0])
        assert isinstance(answer, Decision) if refusal is None else type(answer) is refusal

    def test_that_comes_out_of_order_says_where_it_would_not(self) -> None:
        """The step it is at, and those at which it is taken."""
        refusal = answered(CASES[VisitStep.REQUESTED], SCHEDULE)
        assert isinstance(refusal, r.VisitOutOfOrder)
        assert refusal.values == {"number": "MA-2026-000001", "step": "requested", "needed": "agreed, scheduled"}


REQUESTED, QUOTED, AGREED = CASES[VisitStep.REQUESTED], CASES[VisitStep.QUOTED], CASES[VisitStep.AGREED]
SCHEDULED, STARTED, REPORTED = CASES[VisitStep.SCHEDULED], CASES[VisitStep.STARTED], CASES[VisitStep.REPORTED]
SPENT = after(STARTED, ("2026-12-03 09:00", EXPENSE))
EXCEEDED = after(REPORTED, ("2026-12-03 09:31", expense(400_000)))
GROWN = after(EXCEEDED, ("2026-12-03 09:32", expense(1, "FV-2")))
MISSED = after(SCHEDULED, "2026-12-04 00:00")
THURSDAY, IN_2099 = "2026-12-03 09:31", bogota("2099-01-05 09:00")
SITUATIONS: tuple[tuple[type[Refusal], str | None, Case, Command, str], ...] = (
    (r.RemoteChannelsNotExhausted, "ONS-4", opened(), REQUEST_VISIT, "09:10"),
    (VisitInsideBogota, "ONS-1", exhausted(), replace(REQUEST_VISIT, city_code="11001"), "09:10"),
    (ReasonMissing, "ONS-4", exhausted(), replace(REQUEST_VISIT, reason=NO_WORDS), "09:10"),
    (TextMissing, "ONS-1", exhausted(), replace(REQUEST_VISIT, address=NO_WORDS), "09:10"),
    (TextMissing, "ONS-1", exhausted(), replace(REQUEST_VISIT, place=NO_WORDS), "09:10"),
    (r.VisitAlreadyOpen, "ONS-5", REQUESTED, REQUEST_VISIT, "09:15"),
    (r.NoVisitOpen, "ONS-5", exhausted(), START, "09:15"),
    (r.VisitOutOfOrder, "ONS-5", REQUESTED, START, "09:15"),
    (r.VisitNotApproved, "ONS-3", REQUESTED, ACCEPT, "09:15"),
    (r.NothingToAccept, "ONS-2", AGREED, ACCEPT, "09:25"),
    (r.DirectorDecides, "ONS-3", REQUESTED, replace(APPROVE, by=HELP_DESK), "09:15"),
    (r.CustomerDecides, "ONS-3", QUOTED, replace(ACCEPT, by=HELP_DESK), "09:20"),
    (r.CustomerDecides, "ONS-3", REPORTED, replace(SIGN_OFF, by=SPECIALIST), THURSDAY),
    (ReasonMissing, "ONS-3", REQUESTED, replace(REFUSE, reason=None), "09:15"),
    (r.QuoteNotPositive, "ONS-2", REQUESTED, replace(APPROVE, quote=None), "09:15"),
    (r.QuoteNotPositive, "ONS-2", REQUESTED, replace(APPROVE, quote=0), "09:15"),
    (r.QuoteNotPositive, "ONS-2", REQUESTED, replace(APPROVE, quote=-1), "09:15"),
    (r.AmountChanged, "ONS-2", QUOTED, replace(ACCEPT, amount=300_000), "09:20"),
    (r.AmountChanged, "ONS-2", QUOTED, replace(DECLINE, amount=300_000), "09:20"),
    (ReasonMissing, "ONS-3", QUOTED, replace(DECLINE, reason=None), "09:20"),
    (ReasonMissing, "ONS-3", QUOTED, replace(DECLINE, reason=NO_WORDS), "09:20"),
    (r.AmountGrown, "ONS-2", GROWN, ACCEPT, "2026-12-03 09:33"),
    (r.VisitDatePast, "ONS-5", AGREED, replace(SCHEDULE, starts_at=bogota("09:25")), "09:25"),
    (r.VisitDateTooFar, "ONS-5", AGREED, replace(SCHEDULE, starts_at=bogota("2027-01-24 09:26")), "09:25"),
    (r.VisitDateTooFar, "ONS-5", SCHEDULED, replace(SCHEDULE, by=CONTACT, starts_at=IN_2099), "09:30"),
    (r.EngineerMissing, "ONS-5", AGREED, replace(SCHEDULE, engineer_id=None), "09:25"),
    (r.EngineerMissing, "ONS-5", AGREED, replace(SCHEDULE, by=CONTACT, engineer_id=None), "09:25"),
    (r.EngineerChosenBySupport, "ONS-5", SCHEDULED, replace(SCHEDULE, by=CONTACT, engineer_id="agent-3"), "09:30"),
    (r.VisitAlreadyStarted, "ONS-5", STARTED, CANCEL, THURSDAY),
    (r.ExpenseNotPositive, "ONS-2", STARTED, expense(0), THURSDAY),
    (r.ExpenseNotPositive, "ONS-2", STARTED, expense(-120_000), THURSDAY),
    (TextMissing, "ONS-2", STARTED, replace(EXPENSE, concept=NO_WORDS), THURSDAY),
    (r.ReceiptMissing, "ONS-2", STARTED, expense(120_000, "  "), THURSDAY),
    (r.ReceiptUsedTwice, "ONS-2", SPENT, expense(80_000), THURSDAY),
    (r.ReceiptUsedTwice, "ONS-2", SPENT, expense(80_000, " fv-1 "), THURSDAY),
    (TextMissing, "ONS-5", STARTED, replace(REPORT, done=NO_WORDS), THURSDAY),
    (TextMissing, "ONS-5", STARTED, replace(REPORT, found=NO_WORDS), THURSDAY),
    (r.ExcessUndecided, "ONS-2", EXCEEDED, SIGN_OFF, "2026-12-03 09:32"),
    (r.VisitUnderWay, "ONS-5", SCHEDULED, RESOLVE, "09:30"),
    (r.VisitGoesOn, "ONS-5", STARTED, RESOLVE, THURSDAY),
    (r.VisitNotSignedOff, "ONS-5", REPORTED, WITHDRAW, THURSDAY),
    (r.NotTheEngineer, "ONS-5", SCHEDULED, replace(START, by=HELP_DESK), "2026-12-03 08:55"),
    (r.NotTheVisitsDay, "ONS-5", SCHEDULED, START, "2026-12-02 23:59"),
    (r.NotTheVisitsDay, "ONS-5", SCHEDULED, replace(START, by=DIRECTOR), "2026-12-02 23:59"),
    (r.NotTheVisitsDay, "ONS-5", MISSED, replace(START, by=DIRECTOR), "2026-12-04 00:00"),
)


class TestAVisitsRefusal:
    @pytest.mark.parametrize(
        ("refusal", "rule", "case", "command", "at"),
        [
            pytest.param(*row, id=f"{n}-{row[0].__name__}", marks=[pytest.mark.rule(row[1])] if row[1] else [])
            for n, row in enumerate(SITUATIONS)
        ],
    )
    def test_names_its_rule_in_a_sentence(
        self, refusal: type[Refusal], rule: str | None, case: Case, command: Command, at: str
    ) -> None:
        """The situation, the rule's id, and a message whose blanks are all filled."""
        with pytest.raises(refusal) as refused:
            decide(case, command, terms=STANDARD, at=bogota(at))
        assert refused.value.rule == rule
        assert refused.value.message.format(**refused.value.values)

    def test_is_found_in_the_table_above_whichever_it_is(self) -> None:
        """Every refusal of a visit has its situation."""
        known = {kind for kind in vars(r).values() if isinstance(kind, type) and issubclass(kind, Refusal)}
        here = {kind for kind in known if kind.__module__ == r.__name__}
        assert here <= {row[0] for row in SITUATIONS}

    def test_about_the_step_is_one_about_the_state(self) -> None:
        """In another step it might be allowed: 409, not 422."""
        assert issubclass(r.VisitOutOfOrder, StateRefusal)
        assert issubclass(r.NoVisitOpen, StateRefusal)

    @pytest.mark.rule("ONS-4")
    def test_of_one_too_early_names_the_channels_still_to_try(self) -> None:
        """Premium has four; one was tried in vain, and one did solve something."""
        steps = (("09:05", attempt(Channel.WEB)), ("09:06", attempt(Channel.CHAT, Outcome.SOLVED)))
        with pytest.raises(r.RemoteChannelsNotExhausted) as refused:
            after(opened(terms=PREMIUM), *steps, ("09:10", REQUEST_VISIT), terms=PREMIUM)
        assert refused.value.values == {"channels": "chat, email, phone"}
