"""A held case that goes on once its cover has come: when its clocks start, and when it may not (WAR-3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from policy.case.case import Case, Channel, ClockState, ClosingReason, Level, Plan, Status
from policy.case.commands import ReleaseCase
from policy.case.decision import Decision
from policy.case.facts import CaseReleased
from policy.case.lifecycle import decide, settle
from policy.case.refusals import CaseClosed, CaseHeld, CaseNotHeld, CaseResolvedAlready, Refusal, RoleNotAllowed
from policy.terms.terms import CoverKind
from tests.support.lives import (
    ANSWER,
    ASK,
    CLAIM,
    DIRECTOR,
    PREMIUM,
    RELEASE,
    REPLY,
    RESOLVE,
    STANDARD,
    UNCOVERED,
    WITHDRAW,
    When,
    after,
    bogota,
    opened,
)

HELD = opened(terms=UNCOVERED)
# Covered on Thursday 26 November at 09:00.
pytestmark = pytest.mark.rule("WAR-3")


def released(at: When = "2026-11-26 09:00", case: Case = HELD, release: ReleaseCase = RELEASE) -> Decision:
    return decide(case, release, terms=UNCOVERED, at=bogota(at))


class TestAReleasedCase:
    def test_is_new_at_help_desk_with_both_clocks_running(self) -> None:
        """From the instant at which its cover was registered."""
        case = released().case
        assert (case.status, case.level, case.held_until) == (Status.NEW, Level.HELP_DESK, None)
        assert case.next_hand_off_at == bogota("2026-11-26 10:00")
        assert case.initial_attention
        assert case.initial_attention.due_at == bogota("2026-11-26 10:00")

    def test_has_the_terms_of_its_cover_from_then_on(self) -> None:
        """The plan that was bought, told on the timeline."""
        decision = released(release=replace(RELEASE, terms=PREMIUM))
        assert decision.terms is PREMIUM
        assert decision.entries[0].fact == CaseReleased(plan=Plan.PREMIUM, cover=CoverKind.CONTRACT)
        assert decision.case.next_hand_off_at == bogota("2026-11-26 10:00")

    def test_starts_at_the_next_opening_when_it_was_paid_at_night(self) -> None:
        """Business time, as for any opening."""
        paid = replace(RELEASE, covered_at=bogota("2026-11-26 22:00"))
        assert released("2026-11-26 22:00", release=paid).case.next_hand_off_at == bogota("2026-11-27 09:00")

    @pytest.mark.rule("ESC-15")
    def test_that_learns_of_it_late_has_lost_no_time(self) -> None:
        """Registered at 09:00, known at 15:00: level 2 since 10:00, level 3 since 11:00, and the lateness on record."""
        decision = released("2026-11-26 15:00")
        assert decision.entries[0].at - (decision.entries[0].due_at or bogota("09:00")) == timedelta(hours=6)
        *_, last = settle(decision.case, terms=STANDARD, at=bogota("2026-11-26 15:00"))
        assert (last.case.level, last.case.next_limit_at) == (Level.DIRECTOR, bogota("2026-11-26 16:00"))

    def test_starts_no_earlier_than_what_last_happened_to_it(self) -> None:
        """As it was decided by those that did not say since when its cover counts."""
        written = after(HELD, ("2026-11-26 12:00", ANSWER), terms=UNCOVERED)
        assert released("2026-11-26 15:00", case=written).entries[0].due_at == bogota("2026-11-26 12:00")

    @pytest.mark.rule("ESC-15")
    def test_counts_from_its_payment_whatever_was_written_before_that_was_registered(self) -> None:
        """Paid on the 26th and registered on the 27th at 15:00: what fell due meanwhile happens now, and is late."""
        written = after(HELD, ("2026-11-27 12:00", ANSWER), terms=UNCOVERED)
        paid = replace(RELEASE, covered_at=bogota("2026-11-27 15:00"), counts_from=bogota("2026-11-26 00:00"))
        decision = released("2026-11-27 15:00", case=written, release=paid)
        assert (decision.entries[0].due_at, decision.entries[0].at) == (
            bogota("2026-11-26 00:00"),
            bogota("2026-11-27 15:00"),
        )
        assert all(notice.limit_at is None for notice in decision.notices)
        turns = list(settle(decision.case, terms=STANDARD, at=bogota("2026-11-27 15:00")))
        moved = [entry.due_at for turn in turns for entry in turn.entries if entry.fact.kind == "handed_off"]
        assert moved == [bogota("2026-11-26 09:00"), bogota("2026-11-26 10:00")]
        assert turns[-1].case.overdue_at == bogota("2026-11-26 15:00")

    def test_starts_no_earlier_than_its_opening(self) -> None:
        """Paid before: the case was covered from its first instant."""
        decision = released(release=replace(RELEASE, counts_from=bogota("2026-11-01 00:00")))
        assert decision.entries[0].due_at == HELD.opened_at

    @pytest.mark.rule("PLAN-7")
    def test_that_came_by_a_channel_of_another_plan_stays_and_goes_on_by_its_own(self) -> None:
        """The channel by which it came is noted; one that came by the plan's own has nothing to note."""
        by_phone = replace(HELD, channel=Channel.PHONE)
        fact = released(case=by_phone).entries[0].fact
        assert fact == CaseReleased(
            plan=Plan.STANDARD, cover=CoverKind.CONTRACT, came_by=Channel.PHONE, channels=tuple(STANDARD.channels)
        )
        assert released(case=by_phone).case.status is Status.NEW
        on_premium = released(case=by_phone, release=replace(RELEASE, terms=PREMIUM)).entries[0].fact
        assert on_premium == CaseReleased(plan=Plan.PREMIUM, cover=CoverKind.CONTRACT)

    def test_starts_no_later_than_now(self) -> None:
        """Another machine's clock may be ahead."""
        decision = released("2026-11-26 08:59:58")
        assert decision.entries[0].due_at == decision.entries[0].at == bogota("2026-11-26 08:59:58")

    def test_still_owes_its_initial_attention(self) -> None:
        """What was written while it was held met no promise, for none ran."""
        written = after(HELD, ("09:30", REPLY), terms=UNCOVERED)
        attention = released(case=written).case.initial_attention
        assert attention
        assert attention.state is ClockState.RUNNING

    def test_no_longer_closes_as_not_covered(self) -> None:
        """The end of the fifteen business days is nothing to it."""
        answered = after(released().case, ("2026-11-26 09:10", REPLY))
        assert after(answered, "2027-01-15 09:00").status is Status.IN_PROGRESS


class TestARelease:
    @pytest.mark.parametrize(
        ("case", "refusal"),
        [
            (opened(), CaseNotHeld),
            (after(opened(), ("09:10", CLAIM)), CaseNotHeld),
            (after(opened(), ("09:10", ASK)), CaseNotHeld),
            (released().case, CaseNotHeld),
            (after(opened(), ("09:10", RESOLVE)), CaseResolvedAlready),
            (after(HELD, ("09:10", WITHDRAW), terms=UNCOVERED), CaseClosed),
            (after(HELD, "2026-12-17 17:00", terms=UNCOVERED), CaseClosed),
        ],
        ids=["new", "in progress", "waiting", "released before", "resolved", "withdrawn", "closed as not covered"],
    )
    def test_of_what_is_not_held_is_refused(self, case: Case, refusal: type[Refusal]) -> None:
        """By a name, never by an error."""
        with pytest.raises(refusal):
            released("2026-12-18 09:00", case=case)

    def test_without_a_cover_is_refused(self) -> None:
        """It stays held."""
        with pytest.raises(CaseHeld):
            released(release=replace(RELEASE, terms=UNCOVERED))

    def test_by_a_person_is_refused(self) -> None:
        """Renewal and payment release a case, nobody's word."""
        with pytest.raises(RoleNotAllowed):
            released(release=replace(RELEASE, by=DIRECTOR))

    def test_comes_too_late_after_the_end_of_the_wait(self) -> None:
        """Fifteen business days without cover closed it."""
        assert after(HELD, "2026-12-17 17:00", terms=UNCOVERED).closing_reason is ClosingReason.NOT_COVERED
