"""The preview of an untouched case agrees with the promises that were written out by hand."""

from __future__ import annotations

import pytest

from policy.time.preview import preview
from tests.support.every import every
from tests.support.lives import terms
from tests.support.promises import PROMISES, Promise


@pytest.mark.rule("ESC-1")
@pytest.mark.rule("ESC-2")
@pytest.mark.rule("ESC-3")
@pytest.mark.rule("ESC-4")
@pytest.mark.rule("PLAN-5")
@every("promise", PROMISES)
def test_promises_what_was_counted_on_paper(promise: Promise) -> None:
    found = preview(terms=terms(promise.plan), priority=promise.priority, opened_at=promise.opened_at)
    assert (found.initial_attention_due_at, found.level_2_at, found.level_3_at, found.overdue_at) == (
        promise.initial_attention_due_at,
        promise.level_2_at,
        promise.level_3_at,
        promise.overdue_at,
    )
