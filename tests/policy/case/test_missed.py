"""Broken promises stay with their case for ever, and by how much counted time they were broken (ESC-6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from policy.case import commands as c
from policy.case.case import Case, Level, OutOfScopeKind, Priority, Promise
from policy.case.commands import Command
from policy.case.missed import late_at, met_at
from policy.terms.terms import Terms
from tests.support.lives import (
    ANSWER,
    ASK,
    CONFIRM,
    HAND_OFF,
    HELP_DESK,
    LONGER,
    PREMIUM,
    REOPEN,
    REPLY,
    RESOLVE,
    STANDARD,
    WITHDRAW,
    WORDS,
    Step,
    When,
    after,
    amend,
    bogota,
    opened,
    priority,
    transfer,
)

pytestmark = pytest.mark.rule("ESC-6")

MINUTE = timedelta(minutes=1)
LEFT_ALONE: list[tuple[str, datetime]] = [
    ("initial_attention", bogota("10:00")),
    ("level_1", bogota("10:00")),
    ("level_2", bogota("11:00")),
    ("level_3", bogota("16:00")),
]
"""What a Standard case of priority 2 that was opened at 09:00 misses by 16:00, if nobody does anything."""


def lived(*steps: Step, terms: Terms = STANDARD) -> Case:
    """A serious case that was opened on Wednesday at 09:00, after these steps."""
    return after(opened("09:00", Priority.SERIOUS, terms=terms), *steps, terms=terms)


def missed(case: Case) -> list[tuple[str, datetime]]:
    return [(each.promise.value, each.due_at) for each in case.missed]


def late(case: Case, at: When, *, terms: Terms = STANDARD) -> list[float]:
    """By how many minutes each promise was missed, as of an instant."""
    return [late_at(each, at=bogota(at), hours=terms.hours) / MINUTE for each in case.missed]


class TestACase:
    def test_has_missed_nothing_at_first(self) -> None:
        """Nor while all its promises still stand."""
        assert lived("09:59").missed == ()

    def test_left_alone_misses_every_promise_in_order(self) -> None:
        """The answer and level 3's solution are ever later, without lunch; levels 1 and 2 let it go at once."""
        case = lived("16:30")
        assert missed(case) == LEFT_ALONE
        assert late(case, "16:30") == [5.5 * 60, 0, 0, 30]
        assert late(case, "2026-11-26 08:10") == [6 * 60 + 10, 0, 0, 70]

    def test_counts_clock_time_under_premium(self) -> None:
        """The hours are its plan's (ESC-4): half an hour for the answer, and level 3 ends at 15:00."""
        case = lived("15:00", terms=PREMIUM)
        assert missed(case) == [
            ("initial_attention", bogota("09:30")),
            *LEFT_ALONE[1:3],
            ("level_3", bogota("15:00")),
        ]
        assert late(case, "2026-11-26 03:00", terms=PREMIUM) == [17.5 * 60, 0, 0, 12 * 60]

    @pytest.mark.parametrize("step", [HAND_OFF, transfer(level=Level.DIRECTOR)], ids=["by hand", "functional"])
    def test_that_moves_up_early_misses_nothing(self, step: Command) -> None:
        """The level's time was kept (ESC-7, ESC-8)."""
        assert lived(("09:10", REPLY), ("09:59", step), terms=PREMIUM).missed == ()

    @pytest.mark.rule("ESC-12")
    def test_answered_late_shows_by_how_much(self) -> None:
        """From 10:00 to 10:20, however long it lives on."""
        case = lived(("10:20", REPLY), "10:50")
        assert missed(case) == LEFT_ALONE[:2]
        assert late(case, "17:00") == [20, 0]
        assert [met_at(each, case) for each in case.missed] == [bogota("10:20"), None]

    @pytest.mark.rule("ESC-15")
    def test_is_as_late_as_it_was_due_however_late_that_is_found_out(self) -> None:
        """Whether the service looked at each due instant, or once in the evening."""
        often = after(opened(), *(f"{hour:02}:{minute:02}" for hour in range(9, 18) for minute in (0, 20, 40)))
        assert lived("17:40").missed == often.missed


class TestABrokenPromise:
    def test_outlives_a_change_of_priority(self) -> None:
        """The case is overdue no more, but it was: half an hour of level 3's time, which does not grow on."""
        case = lived("16:00", ("16:30", priority(Priority.LOW)))
        assert not case.overdue
        assert missed(case) == LEFT_ALONE
        assert late(case, "17:00")[3] == 30

    @pytest.mark.rule("ESC-11")
    def test_is_not_the_last_where_the_new_limit_is_missed_too(self) -> None:
        """16 h, of which 4.5 are used by 16:30: the rest ends on Friday at 11:00 (Thursday has eight)."""
        # 11.5 h are left: 0.5 on Wednesday, 8 on Thursday, 3 on Friday until 11:00.
        case = lived("16:00", ("16:30", priority(Priority.LOW)), "2026-11-27 11:15")
        assert case.overdue
        assert missed(case) == [*LEFT_ALONE, ("level_3", bogota("2026-11-27 11:00"))]
        assert late(case, "2026-11-27 11:15")[3:] == [30, 15]

    @pytest.mark.rule("ESC-11")
    def test_is_one_where_a_shorter_limit_lies_behind(self) -> None:
        """Nobody had promised it sooner: it is late from the change on."""
        case = lived(("09:10", REPLY), ("09:40", priority(Priority.CRITICAL)), "10:00")
        assert missed(case) == [("level_1", bogota("09:40"))]
        assert late(case, "10:00") == [0]

    def test_ends_with_the_solution(self) -> None:
        """Which was the answer, too."""
        case = lived(("16:30", RESOLVE), "17:00")
        assert not case.overdue
        assert missed(case) == LEFT_ALONE
        assert late(case, "2026-11-26 12:00") == [5.5 * 60, 0, 0, 30]
        assert [met_at(each, case) for each in case.missed] == [bogota("16:30"), None, None, bogota("16:30")]
        assert after(case, ("16:50", CONFIRM)).missed == case.missed

    @pytest.mark.rule("ESC-14")
    def test_goes_on_with_a_case_that_is_reopened(self) -> None:
        """Half an hour before the solution, a quarter after it."""
        case = lived(("16:30", RESOLVE), ("2026-11-26 08:00", REOPEN))
        assert missed(case) == LEFT_ALONE
        assert late(case, "2026-11-26 08:15")[3] == 45
        assert met_at(case.missed[3], case) is None

    @pytest.mark.rule("ESC-10")
    def test_stands_while_the_case_waits(self) -> None:
        """From 16:10 to 16:40 the customer was asked."""
        case = lived(("16:10", ASK), ("16:40", ANSWER), "17:00")
        assert late(case, "16:50")[3] == 20

    @pytest.mark.parametrize(
        "end",
        [
            WITHDRAW,
            c.CloseAsDuplicate(by=HELP_DESK, of="MA-2026-000002"),
            c.CloseAsOutOfScope(by=HELP_DESK, kind=OutOfScopeKind.DATA_LOAD, reason=WORDS),
        ],
        ids=["withdrawn", "duplicate", "out of scope"],
    )
    @pytest.mark.rule("ESC-18")
    def test_outlives_every_end(self, end: Command) -> None:
        """And grows no more; the answer never came."""
        case = lived(("16:30", end))
        assert missed(case) == LEFT_ALONE
        assert late(case, "2026-12-30 12:00") == [5.5 * 60, 0, 0, 30]
        assert [met_at(each, case) for each in case.missed] == [None] * 4

    @pytest.mark.rule("PLAN-15")
    def test_is_counted_in_the_hours_that_held(self) -> None:
        """Until Wednesday evening Standard's, then around the clock."""
        always = replace(STANDARD, policy_version="always", hours=PREMIUM.hours)
        case = lived("16:30", ("17:00", amend(always)))
        assert late(case, "18:00", terms=always) == [7 * 60, 0, 0, 2 * 60]

    @pytest.mark.rule("PLAN-15")
    def test_outlives_a_longer_limit(self) -> None:
        """The amendment takes back no promise that was broken."""
        case = lived(("16:30", amend(LONGER)))
        assert not case.overdue
        assert missed(case) == LEFT_ALONE

    def test_is_found_in_a_case_that_an_older_program_went_on_with(self) -> None:
        """Its clocks show what it missed, but for what it left behind at other levels."""
        case = after(replace(lived("16:30"), missed=()), ("16:40", REPLY))
        assert [each.promise for each in case.missed] == [Promise.INITIAL_ATTENTION, Promise.LEVEL_3]
        assert late(case, "16:50") == [5 * 60 + 40, 50]
