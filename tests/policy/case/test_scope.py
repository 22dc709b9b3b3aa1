"""What support is not, and the end of a case that asks for it (SCOPE-2..5)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policy.case import commands as c
from policy.case.case import ClockState, ClosingReason, OutOfScopeKind, Status
from policy.case.facts import CaseClosed
from policy.case.refusals import ReasonMissing
from policy.case.scope import RULES
from policy.people.recipients import Contact
from tests.support.lives import ASK, HELP_DESK, NO_WORDS, UNCOVERED, WORDS, after, opened, turns


def out(kind: OutOfScopeKind = OutOfScopeKind.DATA_LOAD) -> c.CloseAsOutOfScope:
    return c.CloseAsOutOfScope(by=HELP_DESK, kind=kind, reason=WORDS)


class TestACaseOutOfScope:
    @pytest.mark.rule("SCOPE-5")
    @pytest.mark.parametrize(
        ("kind", "rule"),
        [
            pytest.param(OutOfScopeKind.DEVELOPMENT, "SCOPE-2", marks=pytest.mark.rule("SCOPE-2")),
            pytest.param(OutOfScopeKind.DATA_LOAD, "SCOPE-3", marks=pytest.mark.rule("SCOPE-3")),
            pytest.param(OutOfScopeKind.DATABASE_UPDATE, "SCOPE-4", marks=pytest.mark.rule("SCOPE-4")),
        ],
    )
    def test_is_closed_with_which_of_the_three_it_is(self, kind: OutOfScopeKind, rule: str) -> None:
        """The fact and the case carry the kind, and the kind has its rule."""
        last = turns(opened(), ("09:10", out(kind)))[-1]
        assert last.entries[0].fact == CaseClosed(
            reason=ClosingReason.OUT_OF_SCOPE, words=WORDS, out_of_scope_kind=kind
        )
        assert (last.case.out_of_scope_kind, RULES[kind]) == (kind, rule)

    @pytest.mark.rule("SCOPE-5")
    def test_has_its_clocks_stopped(self) -> None:
        """Nothing will be met or missed, and nothing falls due."""
        case = after(opened(), ("09:10", out()))
        assert case.initial_attention
        assert case.level_clock
        assert {case.initial_attention.state, case.level_clock.state} == {ClockState.STOPPED}
        assert case.next_wake_at is None

    @pytest.mark.rule("SCOPE-5")
    def test_is_told_of_to_the_customer(self) -> None:
        """Which and why, in a public fact."""
        last = turns(opened(), ("09:10", out()))[-1]
        assert Contact("contact-1") in [notice.recipient for notice in last.notices]
        assert not last.entries[0].fact.internal

    @pytest.mark.rule("SCOPE-5")
    def test_needs_a_reason(self) -> None:
        """The customer reads it."""
        with pytest.raises(ReasonMissing):
            after(opened(), ("09:10", replace(out(), reason=NO_WORDS)))

    def test_can_be_one_that_waits_or_is_held(self) -> None:
        """Whether it is support does not hang on cover or answers."""
        assert after(opened(), ("09:10", ASK), ("09:20", out())).status is Status.CLOSED
        assert after(opened(terms=UNCOVERED), ("09:10", out()), terms=UNCOVERED).held_until is None
