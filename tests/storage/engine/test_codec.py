"""A fact as a row holds it, and back: every kind there is, with any values, and what other programs wrote."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.case.case import Plan, Priority, Text
from policy.case.facts import CaseClosed, CaseOpened, PriorityChanged, UnknownFact
from storage.engine.codec import fact_from_json, fact_to_json
from tests.support.any_facts import KINDS, any_of

TEXT = {"content_id": "content-1", "characters": 40}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
@settings(max_examples=25)
@given(data=st.data())
def test_a_fact_comes_back_as_it_was_recorded(kind: type[Any], data: st.DataObject) -> None:
    fact = data.draw(any_of(kind))

    assert fact_from_json(fact.kind, fact_to_json(fact)) == fact


def test_a_duration_is_whole_seconds_in_a_row_and_named_so() -> None:
    row = {"from_priority": 3, "to_priority": 1, "reason": TEXT, "spent_seconds": 5400}
    fact = fact_from_json("priority_changed", row)

    assert isinstance(fact, PriorityChanged)
    assert fact.spent.total_seconds() == 5400
    assert fact_to_json(fact) == row


class TestAnOlderProgramsRow:
    def test_has_the_defaults_of_what_it_did_not_know(self) -> None:
        """`architecture_help` came after the first cases were opened (PLAN-11)."""
        row = {
            "plan": "premium", "cover": "contract", "priority": 1, "channel": "web", "category": "incident",
            "title": TEXT, "description": TEXT, "prior_analysis": TEXT,
        }  # fmt: skip
        fact = fact_from_json("case_opened", row)

        assert isinstance(fact, CaseOpened)
        assert (fact.plan, fact.priority, fact.architecture_help) == (Plan.PREMIUM, Priority.CRITICAL, None)
        assert fact.title == Text("content-1", 40)

    def test_that_says_only_what_it_must_is_whole(self) -> None:
        fact = fact_from_json("case_closed", {"reason": "confirmed"})

        assert isinstance(fact, CaseClosed)
        assert (fact.words, fact.duplicate_of) == (None, None)


class TestANewerProgramsRow:
    @pytest.mark.parametrize(
        ("kind", "data"),
        [
            ("case_praised", {"stars": 5, "words": TEXT}),
            ("attempt_logged", {"channel": "by_pigeon", "outcome": "no_answer", "summary": TEXT}),
        ],
        ids=["a kind that nobody knew", "a word that nobody knew"],
    )
    def test_is_kept_as_it_stands(self, kind: str, data: dict[str, Any]) -> None:
        fact = fact_from_json(kind, data)

        assert fact == UnknownFact(kind=kind, data=data)
        assert fact_to_json(fact) == data

    def test_loses_only_a_field_that_nobody_knew(self) -> None:
        assert fact_from_json("case_claimed", {"agent_id": "agent-1", "from_afar": True}) == fact_from_json(
            "case_claimed", {"agent_id": "agent-1"}
        )
