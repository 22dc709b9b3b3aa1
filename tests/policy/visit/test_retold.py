"""A visit told anew by its facts is the visit that the case had: for every way in which one ends (ONS-5)."""

from __future__ import annotations

import pytest

from policy.case.decision import Decision
from policy.visit.facts import VisitFact
from policy.visit.retold import ended_visit
from policy.visit.visit import Visit
from tests.policy.case.test_round_trip import LIVES
from tests.support.random_lives import live


def told(decisions: list[Decision], number: int) -> Visit:
    return ended_visit(
        (entry.at, entry.by.id, entry.fact)
        for decision in decisions
        for entry in decision.entries
        if isinstance(entry.fact, VisitFact) and entry.fact.visit == number
    )


@pytest.mark.rule("ONS-5")
def test_every_ended_visit_of_random_lives_is_told_as_it_was() -> None:
    """Whatever was agreed, spent, asked anew and decided."""
    ended = 0
    for decisions in lived():
        for decision in decisions:
            visit = decision.case.visit
            if visit and not visit.is_open:
                known = decisions[: decisions.index(decision) + 1]
                assert told(known, visit.number) == visit
                ended += 1
    assert ended > 20


def lived() -> list[list[Decision]]:
    """The turns of some lives that hold visits."""
    return live(60, first=7).turns_lived


def test_a_visit_that_goes_on_is_not_told_anew() -> None:
    """What is still to come of it stands in no fact."""
    requested = next(each for each in LIVES if each.entries[0].fact.kind == "visit_requested")
    with pytest.raises(ValueError, match="ended"):
        told([requested], 1)
