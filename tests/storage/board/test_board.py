"""The board's figures, against small stories that were counted by hand."""

from __future__ import annotations

from typing import Any

import pytest

from policy.case import commands as c
from policy.case.case import Cause, OutOfScopeKind
from storage.board import board as boards
from storage.board.board import Board, Kept, Scope, Spread, percentile
from storage.case import ledger
from storage.case.ratings import Rating, rate
from tests.storage.desk import Desk, priority
from tests.support.lives import (
    ANSWER,
    ASK,
    CONFIRM,
    HAND_OFF,
    HELP_DESK,
    NO_COVER,
    PREMIUM,
    RELEASE,
    REOPEN,
    REPLY,
    RESOLVE,
    SPECIALIST,
    WITHDRAW,
    WORDS,
    bogota,
    policy,
    terms,
    turns,
)

FROM, UNTIL = bogota("2026-11-01 00:00"), bogota("2026-12-01 00:00")
M = 60.0
CLAIMED: dict[str, Any] = {"serial_number": "SN-1", "equipment": c.Equipment(supplied_by_us=True, serial_number="SN-1")}
ENDS_UNSOLVED = (
    pytest.param(WITHDRAW, id="withdrawn"),
    pytest.param(c.CloseAsDuplicate(by=HELP_DESK, of="MA-2026-000999"), id="duplicate"),
    pytest.param(c.RecordDiagnosis(by=SPECIALIST, cause=Cause.MISUSE, summary=WORDS), id="denied"),
)
OUT_OF_SCOPE = c.CloseAsOutOfScope(by=HELP_DESK, kind=OutOfScopeKind.DATA_LOAD, reason=WORDS)


async def figures(desk: Desk, at: str = "2026-11-30 12:00", customer: str | None = None) -> Board:
    scope = Scope(from_at=FROM, until_at=UNTIL, customer_id=customer)
    return await boards.board(desk.db, scope, plans=policy().plans, at=bogota(at))


class TestPromises:
    @pytest.mark.rule("PLAN-5")
    async def test_initial_attention_is_kept_by_an_answer_in_time_and_missed_without(self, desk: Desk) -> None:
        await desk.live(await desk.open(), ("09:30", REPLY))
        await desk.live(await desk.open(), ("11:00", REPLY))
        await desk.live(await desk.open(), "11:00")
        await desk.open()
        found = (await figures(desk)).attention
        assert found["standard", 2] == Kept(met=1, missed=2)
        assert found["premium", 2] == Kept()

    @pytest.mark.rule("ESC-5")
    async def test_a_level_is_kept_by_leaving_it_before_its_limit(self, desk: Desk) -> None:
        await desk.live(await desk.open(), ("09:30", RESOLVE))
        await desk.live(await desk.open(), ("09:30", HAND_OFF))
        await desk.live(await desk.open(), "10:00")
        found = (await figures(desk)).levels
        assert found["standard", 2, 1] == Kept(met=2, missed=1)
        assert found["standard", 2, 2] == Kept()

    @pytest.mark.rule("ESC-6")
    async def test_level_3_is_missed_by_being_overdue_also_once_it_is_solved(self, desk: Desk) -> None:
        await desk.live(await desk.open(terms=PREMIUM), ("15:30", RESOLVE), terms=PREMIUM)
        await desk.live(await desk.open(terms=PREMIUM), ("13:30", RESOLVE), terms=PREMIUM)
        found = await figures(desk)
        assert found.levels["premium", 2, 3] == Kept(met=1, missed=1)
        assert found.hand_offs == {(1, 2, "limit"): 2, (2, 3, "limit"): 2}

    @pytest.mark.parametrize("end", ENDS_UNSOLVED)
    async def test_an_end_without_a_solution_keeps_no_promise(self, desk: Desk, end: c.Command) -> None:
        """Whoever withdraws, repeats itself or is denied was neither served in time nor late."""
        await desk.live(await desk.open(**CLAIMED), ("09:20", HAND_OFF), ("09:30", end))
        found = await figures(desk)
        assert found.levels["standard", 2, 1] == Kept(met=1)
        assert found.levels["standard", 2, 2] == Kept()
        assert found.attention["standard", 2] == Kept()

    @pytest.mark.parametrize("end", ENDS_UNSOLVED)
    async def test_what_was_missed_before_such_an_end_stays_missed(self, desk: Desk, end: c.Command) -> None:
        """Level 3's limit is 4 hours: level 1 is missed at 10:00, level 2 at 11:00, level 3 at 16:00."""
        await desk.live(await desk.open(**CLAIMED), ("16:30", end))
        found = await figures(desk)
        assert [found.levels["standard", 2, level] for level in (1, 2, 3)] == [Kept(missed=1)] * 3
        assert found.attention["standard", 2] == Kept(missed=1)

    async def test_an_answer_in_time_was_kept_however_the_case_ended(self, desk: Desk) -> None:
        await desk.live(await desk.open(), ("09:30", REPLY), ("09:40", WITHDRAW))
        assert (await figures(desk)).attention["standard", 2] == Kept(met=1)

    @pytest.mark.rule("ESC-14")
    async def test_a_solution_that_was_confirmed_or_not_answered_keeps_its_level(self, desk: Desk) -> None:
        await desk.live(await desk.open(), ("09:30", RESOLVE), ("09:40", CONFIRM))
        await desk.live(await desk.open(), ("09:30", RESOLVE), "2026-12-20 12:00")
        await desk.live(await desk.open(), ("09:30", RESOLVE), ("09:40", REOPEN), ("09:45", WITHDRAW))
        assert (await figures(desk)).levels["standard", 2, 1] == Kept(met=2)

    @pytest.mark.rule("SCOPE-5")
    async def test_a_case_out_of_scope_is_in_no_figure_but_its_own(self, desk: Desk) -> None:
        await desk.live(await desk.open(), ("10:30", REPLY), ("10:40", OUT_OF_SCOPE))
        found = await figures(desk)
        assert found.out_of_scope == {"data_load": 1}
        assert (found.opened, found.closed["out_of_scope"]) == (1, 1)
        assert all(each == Kept() for each in (*found.attention.values(), *found.levels.values()))
        assert found.to_attention["standard"][0].count == 0
        assert found.hand_offs.total() == 0

    @pytest.mark.rule("WAR-3")
    async def test_a_case_without_cover_was_promised_nothing(self, desk: Desk) -> None:
        none = terms(cover=NO_COVER)
        await desk.live(await desk.open(terms=none), ("09:40", WITHDRAW), terms=none)
        await desk.open(terms=none)
        found = await figures(desk)
        assert (found.held, found.closed["withdrawn"]) == (1, 1)
        assert all(each == Kept() for each in found.levels.values())


class TestTimes:
    @pytest.mark.rule("ESC-4")
    async def test_to_attention_are_counted_in_the_plans_hours_and_by_the_clock(self, desk: Desk) -> None:
        await desk.live(await desk.open(at="11:50"), ("13:10", REPLY))
        counted, clock = (await figures(desk)).to_attention["standard"]
        assert (counted.count, counted.median, clock.median) == (1, 20 * M, 80 * M)

    @pytest.mark.rule("ESC-10")
    async def test_to_resolution_leave_pauses_and_closed_hours_out(self, desk: Desk) -> None:
        case = await desk.open(at="11:30")
        await desk.live(case, ("11:40", ASK), ("14:00", ANSWER), ("14:20", RESOLVE))
        counted, clock = (await figures(desk)).to_resolution["standard"]
        assert (counted.median, clock.median) == (30 * M, 170 * M)

    @pytest.mark.rule("ESC-14")
    async def test_to_resolution_of_a_reopened_case_go_on_to_its_last_solution(self, desk: Desk) -> None:
        await desk.live(
            await desk.open(), ("09:10", RESOLVE), ("09:30", REOPEN), ("09:45", RESOLVE), ("10:00", CONFIRM)
        )
        counted, clock = (await figures(desk)).to_resolution["standard"]
        assert (counted.count, counted.median, clock.median) == (1, 25 * M, 45 * M)

    async def test_a_case_that_ended_unsolved_has_none(self, desk: Desk) -> None:
        await desk.live(await desk.open(), ("09:10", RESOLVE), ("09:30", REOPEN), ("09:45", WITHDRAW))
        assert (await figures(desk)).to_resolution["standard"][0] == Spread(0)

    @pytest.mark.rule("WAR-3")
    async def test_of_a_released_case_begin_with_its_cover(self, desk: Desk) -> None:
        none = terms(cover=NO_COVER)
        case = await desk.open(terms=none)
        steps = (("2026-11-26 09:00", RELEASE), ("2026-11-26 09:30", REPLY), ("2026-11-26 09:40", RESOLVE))
        for decision in turns(case, *steps, terms=none):
            await ledger.record(desk.db, decision, decision.terms)
        found = await figures(desk)
        assert found.to_attention["standard"][0].median == 30 * M
        assert [each.median for each in found.to_resolution["standard"]] == [40 * M, 40 * M]

    def test_percentiles_are_those_of_spreadsheets(self) -> None:
        assert [percentile([1.0, 2.0, 3.0, 4.0], share) for share in (0.5, 0.9)] == [2.5, pytest.approx(3.7)]
        assert Spread.of([7.0]) == Spread(1, 7.0, 7.0, 7.0, 7.0)


class TestTheRest:
    async def test_pauses_are_told_by_reason(self, desk: Desk) -> None:
        await desk.live(await desk.open(), ("09:10", ASK), ("09:40", ANSWER), ("10:00", ASK), ("10:10", ANSWER))
        assert (await figures(desk)).pauses == {"information": (2, 40 * M)}

    @pytest.mark.rule("ESC-15")
    async def test_lateness_is_what_lies_between_due_and_done(self, desk: Desk) -> None:
        # The second one happens when the service is back, at 11:30: its level 1 was due at 10:00, its level 2 at 11:00.
        await desk.live(await desk.open(), "10:00")
        await desk.live(await desk.open(), "11:30")
        found = await figures(desk)
        assert found.lateness.count == 3
        assert (found.lateness.median, found.lateness.longest) == (30 * M, 90 * M)
        assert found.lateness_classes == [1, 0, 0, 0, 0, 1, 1]

    async def test_the_backlog_has_ages_and_levels_whatever_the_period(self, desk: Desk) -> None:
        await desk.open(at="2026-10-20 09:00")
        await desk.live(await desk.open(at="2026-11-25 09:00"), ("09:10", HAND_OFF))
        await desk.live(await desk.open(), ("09:30", RESOLVE))
        found = (await figures(desk, at="2026-11-25 12:00")).backlog
        assert [dict(each) for each in found] == [{2: 1}, {}, {}, {}, {}, {1: 1}]

    async def test_a_period_holds_what_was_opened_in_it(self, desk: Desk) -> None:
        for at in ("2026-10-31 23:59:59", "2026-11-01 00:00", "2026-11-30 23:59:59", "2026-12-01 00:00"):
            await desk.open(at=at, terms=PREMIUM)
        assert (await figures(desk)).opened == 2

    async def test_a_customers_figures_are_its_own(self, desk: Desk) -> None:
        await desk.furnish("customer-2", "contact-2", "solution-2")
        await desk.live(await desk.open(), ("09:30", REPLY))
        assert (await figures(desk, customer="customer-2")).opened == 0
        assert (await figures(desk, customer="customer-1")).attention["standard", 2].met == 1

    async def test_ratings_are_those_of_the_periods_cases(self, desk: Desk) -> None:
        for score in (5, 5, 2):
            case = await desk.open()
            rating = Rating(case_number=case.number, score=score, comment="", contact_id="contact-1", at=case.opened_at)
            await rate(desk.db, rating)
        assert (await figures(desk)).ratings == {5: 2, 2: 1}

    async def test_priorities_stand_apart(self, desk: Desk) -> None:
        await desk.live(await desk.open(**priority(1)), ("09:10", REPLY))
        found = (await figures(desk)).attention
        assert [number for (plan, number), its in found.items() if its.met] == [1]

    async def test_of_nothing_there_is_nothing(self, desk: Desk) -> None:
        found = await figures(desk)
        assert (found.opened, found.lateness, found.pauses) == (0, Spread(0), {})
        assert Kept().share is None
