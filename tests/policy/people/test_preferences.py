"""Choices about mail: nobody is spared what the policy promises, and what is overdue waits for nobody."""

from __future__ import annotations

from datetime import time

import pytest

from policy.case import facts as f
from policy.people.preferences import (
    OF_AGENTS,
    OF_CONTACTS,
    Digested,
    Leaves,
    Preferences,
    QuietHours,
    Spared,
    Topic,
    Waits,
    fate_of,
    may_wait,
    topic_of,
)
from tests.support.lives import bogota
from wording.notices.samples import SAMPLES

NIGHT = QuietHours(time(20), time(6, 30))
ALL = Preferences(spared=frozenset(Topic), digest=True, quiet=NIGHT)
AT_NIGHT = bogota("2026-11-25 23:15")


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-11-25 19:59", None),
        ("2026-11-25 20:00", "2026-11-26 06:30"),
        ("2026-11-26 06:29", "2026-11-26 06:30"),
        ("2026-11-26 06:30", None),
    ],
)
def test_quiet_hours_go_over_midnight(at: str, until: str | None) -> None:
    assert NIGHT.until(bogota(at)) == (bogota(until) if until else None)


def test_quiet_hours_of_one_day_end_on_it() -> None:
    lunch = QuietHours(time(12), time(13))
    assert lunch.until(bogota("12:30")) == bogota("13:00")
    assert lunch.until(bogota("13:00")) is None


@pytest.mark.rule("ESC-6")
def test_what_is_overdue_leaves_at_once_whatever_was_chosen() -> None:
    overdue = [each for each in SAMPLES if not may_wait(each)]
    assert {type(each) for each in overdue} == {f.CaseOverdue, f.OverdueRepeated}
    for fact in overdue:
        assert fate_of(fact, ALL, OF_AGENTS, at=AT_NIGHT) == Leaves()


@pytest.mark.parametrize("topics", [OF_CONTACTS, OF_AGENTS])
def test_only_what_ones_role_may_choose_about_is_spared(topics: tuple[Topic, ...]) -> None:
    for fact in SAMPLES:
        fate = fate_of(fact, ALL, topics, at=AT_NIGHT)
        if topic_of(fact) in topics:
            assert fate == Spared()
        elif may_wait(fact):
            assert fate == Waits(bogota("2026-11-26 06:30"))


def test_a_digest_is_for_agents() -> None:
    answered = next(each for each in SAMPLES if isinstance(each, f.CustomerAnswered))
    opened = next(each for each in SAMPLES if isinstance(each, f.CaseOpened))
    chosen = Preferences(digest=True)
    assert fate_of(answered, chosen, OF_AGENTS, at=AT_NIGHT) == Digested()
    assert fate_of(opened, chosen, OF_CONTACTS, at=AT_NIGHT) == Leaves()
    assert fate_of(f.UnknownFact(kind="newer", data={}), ALL, OF_AGENTS, at=AT_NIGHT) == Leaves()
