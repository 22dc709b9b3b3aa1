"""Amendments as a use case: what is refused before any case is asked, and how far one has come."""

from __future__ import annotations

import pytest

from desk.desk import Desk
from desk.problems import InvalidCursor, NotFound
from desk.refusals import AmendmentTargetUnclear, PolicyChanged
from desk.terms import amendments
from desk.terms.amendments import AmendmentPreview, AmendmentState, NewAmendment
from policy.case.case import Actor, Role
from policy.case.refusals import ReasonMissing
from policy.terms.amended_terms import AmendedPart, AmendmentOutcome
from storage.terms.amendments import Amendment, CaseOutcome
from tests.desk.asking import request
from tests.support.lives import bogota

pytestmark = pytest.mark.rule("PLAN-15")

DORA = Actor(Role.DIRECTOR, "dora")
NUMBERS = ("MA-2026-000001", "MA-2026-000002", "MA-2026-000003")
WANTED = NewAmendment(what=[AmendedPart.HOLIDAYS], numbers=list(NUMBERS[:1]), reason="La ley.")


@pytest.mark.parametrize("target", [{}, {"numbers": list(NUMBERS), "all_open": True}])
async def test_a_preview_is_of_chosen_cases_or_of_all(desk: Desk, target: dict[str, object]) -> None:
    wanted = AmendmentPreview.model_validate({"what": [AmendedPart.MATRIX], **target})
    with pytest.raises(AmendmentTargetUnclear):
        await amendments.preview(desk, wanted, by=DORA, at=bogota("09:00"))


async def test_a_preview_goes_on_where_its_own_cursor_says(desk: Desk) -> None:
    wanted = AmendmentPreview(what=[AmendedPart.MATRIX], all_open=True, cursor="abc")
    with pytest.raises(InvalidCursor):
        await amendments.preview(desk, wanted, by=DORA, at=bogota("09:00"))


async def test_without_a_reason_nothing_begins(desk: Desk) -> None:
    with pytest.raises(ReasonMissing):
        await amendments.amend(desk, WANTED.model_copy(update={"reason": ""}), request(), by=DORA)
    assert (await amendments.listing(desk, limit=50)).items == []


async def test_what_is_applied_is_what_was_previewed(desk: Desk) -> None:
    with pytest.raises(PolicyChanged):
        await amendments.amend(desk, WANTED.model_copy(update={"policy_version": "another"}), request(), by=DORA)


async def test_a_case_that_is_not_there_is_an_outcome(desk: Desk) -> None:
    state = await amendments.amend(desk, WANTED, request(), by=DORA)

    [outcome] = state.outcomes.values()
    assert (outcome.outcome, state.pending) == (AmendmentOutcome.REFUSED, 0)
    assert outcome.problem is not None
    assert outcome.problem["type"] == "urn:escala:not-found"
    assert await amendments.read(desk, state.amendment.id) == state


async def test_an_amendment_that_nobody_made_is_not_there(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await amendments.read(desk, "amd_none")


def test_what_is_not_known_yet_is_pending() -> None:
    asked = Amendment(
        id="amd_1",
        at=bogota("09:00"),
        by=DORA,
        what=(AmendedPart.MATRIX,),
        policy_version="1",
        reason="La ley.",
        numbers=NUMBERS,
    )
    known = [CaseOutcome(case_number=each, outcome=AmendmentOutcome.APPLIED) for each in NUMBERS[:2]]

    state = AmendmentState(amendment=asked, outcomes={each.case_number: each for each in known})

    assert state.pending == 1
    assert state.counted == {outcome: 2 * (outcome is AmendmentOutcome.APPLIED) for outcome in AmendmentOutcome}
