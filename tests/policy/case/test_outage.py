"""What falls due while the service is down happens at the restart, in order, as if it had been on time (ESC-15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from policy.case.case import Case, ClosingReason, Priority
from policy.case.facts import CaseOverdue, HandedOff, OverdueRepeated
from policy.case.lifecycle import elapse, settle
from policy.people.recipients import Administrators, Director
from policy.terms.terms import Terms
from tests.support.lives import PREMIUM, RESOLVE, STANDARD, UNCOVERED, Step, after, bogota, facts, opened, turns

# Standard, priority 2 from 09:00: level 2 at 10:00, level 3 at 11:00, overdue at 16:00, then every 4 business hours.
RESTART = bogota("2026-11-27 09:30")
LIFE = turns(opened(), RESTART)
DUE = [(entry.fact, entry.due_at) for turn in LIFE for entry in turn.entries]


def on_time(case: Case, until: datetime, *, terms: Terms = STANDARD) -> Case:
    """The case when every wake was served at its instant."""
    while case.next_wake_at and case.next_wake_at <= until:
        case = elapse(case, terms=terms, at=case.next_wake_at).case
    return case


def unrecorded(case: Case) -> Case:
    """The case without how many turns it took and when they were written down."""
    return replace(case, turn=0, facts=0, last_at=case.opened_at, closed_at=None)


@pytest.mark.rule("ESC-15")
class TestALongOutage:
    def test_lets_every_hand_off_happen_in_order(self) -> None:
        """Level 2, level 3, overdue; each at its due instant."""
        moves = [(type(fact), due) for fact, due in DUE if isinstance(fact, HandedOff | CaseOverdue)]
        assert moves == [
            (HandedOff, bogota("10:00")),
            (HandedOff, bogota("11:00")),
            (CaseOverdue, bogota("16:00")),
        ]

    def test_makes_one_turn_of_each_due_instant(self) -> None:
        """In order of what was due, numbered on; only a second warning at the same instant has a turn of its own."""
        due = [(turn.entries[0].due_at, turn.entries[0].fact.kind == "clock_warned") for turn in LIFE]
        assert all(a[0] and b[0] and (a[0] < b[0] or (a[0] == b[0] and a[1])) for a, b in pairwise(due))
        assert [turn.case.turn for turn in LIFE] == list(range(2, len(LIFE) + 2))

    def test_records_how_late_each_was(self) -> None:
        """Recorded at the restart, due long before."""
        first = next(entry for turn in LIFE for entry in turn.entries if isinstance(entry.fact, HandedOff))
        assert first.due_at
        assert (first.at, first.at - first.due_at) == (RESTART, timedelta(days=1, hours=23, minutes=30))

    def test_starts_each_next_clock_at_the_due_instant_before(self) -> None:
        """The stretches of the levels join without a gap."""
        stretches = [stretch for turn in LIFE for stretch in turn.stretches if stretch.clock == "level"]
        assert [(s.level, s.from_at, s.to_at) for s in stretches] == [
            (1, bogota("09:00"), bogota("10:00")),
            (2, bogota("10:00"), bogota("11:00")),
        ]

    @pytest.mark.rule("ESC-6")
    def test_says_once_how_often_it_would_have_been_said(self) -> None:
        """Two periods passed, at 11:00 and 16:00 of Thursday: one notice with the number."""
        assert [fact for fact, _ in DUE if isinstance(fact, OverdueRepeated)] == [OverdueRepeated(periods=2)]
        assert LIFE[-1].case.next_wake_at == bogota("2026-11-27 11:00")

    @pytest.mark.rule("ESC-6")
    def test_sends_as_few_notices_of_it(self) -> None:
        """The director is not woken by forty messages."""
        told = [n for turn in LIFE for n in turn.notices if n.kind.startswith(("case_overdue", "overdue_repeated"))]
        assert [n.recipient for n in told] == [Director(), Administrators("customer-1")] * 2

    @pytest.mark.parametrize("terms", [STANDARD, PREMIUM], ids=["standard", "premium"])
    @pytest.mark.parametrize("priority", list(Priority))
    @pytest.mark.parametrize("hours", [1, 5, 30, 200])
    def test_ends_where_punctuality_would_have(self, priority: Priority, terms: Terms, hours: int) -> None:
        """The same level, clocks, periods and next wake; only the instants of writing differ."""
        case = opened(priority=priority, terms=terms)
        restart = bogota("09:00") + timedelta(hours=hours)
        assert unrecorded(after(case, restart, terms=terms)) == unrecorded(on_time(case, restart, terms=terms))

    @pytest.mark.parametrize(
        ("case", "terms", "reason"),
        [
            (after(opened(), ("09:10", RESOLVE)), STANDARD, ClosingReason.UNANSWERED),
            (opened(terms=UNCOVERED), UNCOVERED, ClosingReason.NOT_COVERED),
        ],
        ids=["resolved", "held"],
    )
    def test_closes_late_what_was_to_be_closed(self, case: Case, terms: Terms, reason: ClosingReason) -> None:
        """With the instant at which it was due beside the one at which it was written."""
        last = turns(case, "2027-06-01 09:00", terms=terms)[-1]
        assert last.case.closing_reason is reason
        assert (last.entries[0].at, last.entries[0].due_at) == (bogota("2027-06-01 09:00"), case.next_wake_at)

    def test_does_not_stop_the_customers_time(self) -> None:
        """A command right after it finds the case where it belongs."""
        step: Step = ("2026-11-27 09:30", RESOLVE)
        assert after(opened(), step).level == 3

    def test_tells_nothing_that_was_not_due(self) -> None:
        """All that was let happen lies before the restart."""
        assert all(due and due <= RESTART for _, due in DUE)
        assert facts([LIFE[-1]])[-1].kind == "overdue_repeated"


@pytest.mark.rule("ESC-15")
def test_what_no_rule_takes_is_told_and_not_tried_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wake that changes nothing would make one turn after the other, at the same instant."""
    case = opened()
    monkeypatch.setattr("policy.case.escalation.warn", lambda case, due_at, *, terms: (case, ()))
    with pytest.raises(ValueError, match="no rule takes"):
        list(settle(case, terms=STANDARD, at=RESTART))
