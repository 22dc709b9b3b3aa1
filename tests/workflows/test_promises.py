"""The written promises, held against the workflow on the real server in skipped time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from policy.case import facts as f
from policy.case.facts import Entry
from tests.support.lives import opening, terms
from tests.support.promises import PROMISES, Promise
from tests.workflows.conftest import House


def _due(entries: list[Entry], *kinds: type[f.Fact]) -> list[datetime | None]:
    return [entry.due_at for entry in entries if isinstance(entry.fact, kinds)]


@pytest.mark.rule("ESC-1")
@pytest.mark.rule("ESC-2")
@pytest.mark.rule("ESC-3")
@pytest.mark.rule("ESC-4")
@pytest.mark.rule("ESC-5")
@pytest.mark.rule("PLAN-5")
@pytest.mark.parametrize("promise", PROMISES, ids=str)
async def test_an_untouched_case_moves_at_the_promised_instants(house: House, promise: Promise) -> None:
    """Initial attention, level 2, level 3 and overdue come to the second, and on time."""
    case = await house.open(opening(promise.opened_at, promise.priority), terms(promise.plan))
    await case.until(promise.overdue_at)

    assert _due(case.entries, f.InitialAttentionMissed) == [promise.initial_attention_due_at]
    assert _due(case.entries, f.HandedOff) == [promise.level_2_at, promise.level_3_at]
    assert _due(case.entries, f.CaseOverdue) == [promise.overdue_at]
    if promise.opened_at > datetime.now(UTC):  # a table grows old; then the rows show a late start instead
        late = [entry.at - entry.due_at for entry in case.entries if entry.due_at]
        assert max(late) < timedelta(seconds=5)
