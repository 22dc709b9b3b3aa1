"""Random lives, two thousand in a long run: all commands in any order, by anybody, and time passing.

What is held against every turn is in `tests/support/life_books.py`; how a life is lived, in `random_lives.py`; how many
are lived a minute, `make bench` says.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import get_args

import pytest

from policy.case import chats, refusals, remote_sessions
from policy.case.case import WakeKind
from policy.case.commands import COMMANDS, ReleaseCase
from policy.case.facts import Fact
from policy.case.refusals import Refusal, StateRefusal
from policy.cover import equipment
from policy.terms import amendment
from policy.visit import places
from policy.visit import refusals as visit_refusals
from tests.support.random_commands import ALL_COMMANDS
from tests.support.random_lives import live
from tests.support.thoroughness import seed_of, size

SHARDS = size(4, long=5)
LIVES_IN_A_SHARD = size(96, long=400)

# What fell due happens before a command is decided, so a case that can no longer be reopened is
# closed by then. What is known of municipalities is the edge's.
NEVER_IN_A_LIFE = {Refusal, StateRefusal, refusals.ReopeningTooLate}
EDGE_ONLY = {places.MunicipalityCodeMalformed, places.UnknownDepartment, places.UnknownMunicipality}


@cache
def seen(shard: int) -> Counter[str]:
    """What occurred in a shard's lives."""
    lives = live(LIVES_IN_A_SHARD, first=seed_of(shard))
    assert len({(script.opening, script.steps) for script in lives.scripts}) == LIVES_IN_A_SHARD, "no two the same"
    return lives.seen


def refusals_of_the_core() -> set[str]:
    """By name: those that the modules of a case's life define."""
    modules = (refusals, visit_refusals, remote_sessions, chats, equipment, amendment, places)
    found = {
        kind
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Refusal) and kind.__module__ == module.__name__
    }
    return {kind.name for kind in found - NEVER_IN_A_LIFE - EDGE_ONLY}


@pytest.mark.rule("ESC-4", "ESC-5", "ESC-10", "ESC-15", "ESC-17", "ONS-3", "ONS-4", "ONS-5", "PLAN-15", "WAR-3")
@pytest.mark.parametrize("shard", range(1, SHARDS + 1))
def test_every_life_keeps_the_rules(shard: int) -> None:
    """A life that does not is shown shrunk to its fewest steps."""
    assert seen(shard)


class TestTheLivesTried:
    """Otherwise the test above would say little."""

    def test_hold_every_fact(self) -> None:
        """Also those that few lives lead to."""
        assert {kind.kind for kind in get_args(Fact)} <= set(_all())

    def test_hold_every_command(self) -> None:
        """Each given and taken; no person gives the last one."""
        assert set(ALL_COMMANDS) == {*COMMANDS, ReleaseCase}
        assert {kind.__name__ for kind in ALL_COMMANDS} <= set(_all())

    def test_hold_every_refusal(self) -> None:
        """Each by its name."""
        assert refusals_of_the_core() <= set(_all())

    def test_hold_every_wake(self) -> None:
        """All that a case wakes up for."""
        assert {f"wake:{kind}" for kind in WakeKind} <= set(_all())

    @pytest.mark.parametrize(
        ("what", "at_least"),
        [
            ("visit_signed_off", 80),
            ("visit_quote_exceeded", 100),
            ("visits_retold", 300),
            ("case_released", 100),
            ("on_behalf", 100),
            ("terms_amended", 1000),
            ("case_reopened", 500),
            ("overdue_repeated", 1000),
            ("chat_ended", 300),
        ],
    )
    def test_go_far(self, what: str, at_least: int) -> None:
        """A good share of two thousand lives reaches what takes many steps, and as large a share of fewer."""
        assert _all()[what] >= at_least * SHARDS * LIVES_IN_A_SHARD // 2_000


@cache
def _all() -> Counter[str]:
    return sum((seen(shard) for shard in range(1, SHARDS + 1)), Counter())
