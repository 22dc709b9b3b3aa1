"""Amendments on record, and the terms that a case has before and after one, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from policy.case.case import Actor, Case, Priority, Role, WakeKind
from policy.case.commands import AmendTerms
from policy.case.facts import Moved
from policy.terms.amended_terms import AmendedPart, AmendmentOutcome
from storage.case import ledger, views
from storage.case.hours import hours_of
from storage.terms import amendments
from storage.terms.amendments import Amendment, CaseOutcome
from tests.policy.time.test_a_new_holiday import with_holiday
from tests.storage.desk import Desk, priority
from tests.support.lives import DIRECTOR, STANDARD, bogota, turns

pytestmark = pytest.mark.rule("PLAN-15")

ASKED = Amendment(
    id="amd_1",
    at=bogota("16:40"),
    by=Actor(Role.DIRECTOR, "dora"),
    what=(AmendedPart.HOLIDAYS, AmendedPart.MATRIX),
    policy_version="law",
    reason="La ley.",
    numbers=("MA-2026-000002", "MA-2026-000001"),
)


async def amended(desk: Desk) -> Case:
    """A recorded case, amended by the command `cmd_1` after its opening."""
    case = await desk.open(at="16:30", **priority(Priority.LOW))
    reason = await desk.text(case.number, "La ley.")
    command = AmendTerms(by=DIRECTOR, terms=with_holiday(STANDARD), reason=reason)
    [decision] = turns(case, ("16:40", command))
    await ledger.record(desk.db, decision, decision.terms, command_id="cmd_1")
    return decision.case


async def test_a_case_keeps_the_terms_of_before_and_of_now(desk: Desk) -> None:
    case = await amended(desk)

    by_turn = await views.terms_by_turn(desk.db, case.number)

    assert by_turn == {1: STANDARD, 2: with_holiday(STANDARD)}
    assert await views.terms(desk.db, case.number) == with_holiday(STANDARD)
    assert await hours_of(desk.db, [case.number]) == {case.number: with_holiday(STANDARD).hours}


async def test_what_a_command_moved_is_found_by_its_id(desk: Desk) -> None:
    case = await amended(desk)

    moved = await amendments.moved_by(desk.db, case.number, "cmd_1")

    assert moved
    assert Moved(WakeKind.LEVEL_LIMIT, bogota("2026-11-26 09:30"), bogota("2026-11-27 09:30")) in moved
    assert await amendments.moved_by(desk.db, case.number, "cmd_2") is None


async def test_the_first_record_of_an_amendment_stays(desk: Desk) -> None:
    await amendments.begin(desk.db, ASKED)

    again = await amendments.begin(desk.db, replace(ASKED, policy_version="another", at=ASKED.at + timedelta(days=1)))

    assert again == ASKED == await amendments.get(desk.db, "amd_1")
    assert await amendments.get(desk.db, "amd_2") is None


async def test_the_first_outcome_of_a_case_stays(desk: Desk) -> None:
    await amendments.begin(desk.db, ASKED)
    applied = CaseOutcome(
        case_number="MA-2026-000001",
        outcome=AmendmentOutcome.APPLIED,
        deadlines=(Moved(WakeKind.LEVEL_LIMIT, None, bogota("2026-11-27 09:30")),),
    )
    refused = CaseOutcome(
        case_number="MA-2026-000002", outcome=AmendmentOutcome.REFUSED, problem={"type": "urn:escala:case-closed"}
    )
    for outcome in (applied, refused, replace(applied, outcome=AmendmentOutcome.UNCHANGED, deadlines=())):
        await amendments.note(desk.db, "amd_1", outcome)

    assert await amendments.outcomes(desk.db, "amd_1") == {"MA-2026-000001": applied, "MA-2026-000002": refused}


async def test_amendments_are_listed_from_the_newest_with_their_figures(desk: Desk) -> None:
    for place in range(3):
        await amendments.begin(desk.db, replace(ASKED, id=f"amd_{place}", at=ASKED.at + timedelta(hours=place)))
    done = CaseOutcome(case_number="MA-2026-000001", outcome=AmendmentOutcome.APPLIED)
    await amendments.note(desk.db, "amd_2", done)

    first = await amendments.listing(desk.db, limit=2)
    rest = await amendments.listing(desk.db, limit=2, cursor=first.next_cursor)

    assert [(each.id, counted) for each, counted in first.items] == [
        ("amd_2", {AmendmentOutcome.APPLIED: 1}),
        ("amd_1", {}),
    ]
    assert [each.id for each, _ in rest.items] == ["amd_0"]
    assert rest.next_cursor is None


async def test_a_cursor_of_another_list_is_none_of_this(desk: Desk) -> None:
    with pytest.raises(ValueError, match="cursor"):
        await amendments.listing(desk.db, cursor="bm9wZQ")
