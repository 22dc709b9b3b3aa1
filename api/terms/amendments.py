"""Amendments over HTTP: previewed, applied, listed and shown (PLAN-15). What they do is desk/terms/amendments.py's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import Field

from api.http import problems
from api.http.auth import only
from api.http.bodies import Answer, Z
from api.http.deps import DeskDep, Language
from api.http.documented_refusals import can_refuse
from api.http.idempotency import Idempotent, Success, answer_once
from api.http.lists import Cursor, Limit, Listed
from api.http.visibility import IdInPath
from desk.problems import EngineUnavailable, InvalidCursor, NotFound
from desk.refusals import AmendmentTargetUnclear, PageOfChosenCases, PolicyChanged
from desk.terms import amendments
from desk.terms.amending import Prospect
from desk.terms.amendments import AmendmentPreview, AmendmentState, NewAmendment
from policy.case.case import Role, WakeKind
from policy.case.facts import Moved
from policy.case.refusals import ReasonMissing
from policy.terms.amended_terms import AmendedPart, AmendmentOutcome
from policy.terms.amendment import AtOnce
from storage.signing_in.tokens import Principal
from storage.terms.amendments import Amendment, CaseOutcome
from wording.language import word

router = APIRouter(tags=["amendments"])

_Amender = Annotated[Principal, Depends(only(Role.DIRECTOR, Role.ADMIN))]


class DeadlineAnswer(Answer):
    """A deadline before and after; null where there is none. `label` is `what` for people to read."""

    what: WakeKind
    label: str = Field(examples=["límite del nivel"])
    before_at: Z | None
    after_at: Z | None


class AtOnceAnswer(Answer):
    """What would happen at the amendment's very instant. `label` is `what` for people to read."""

    what: AtOnce
    label: str = Field(examples=["sube de nivel ya"])


class ProspectAnswer(Answer):
    """What would become of a case. No deadlines and no problem: only what comes later is counted otherwise."""

    number: str = Field(examples=["MA-2026-000042"])
    from_version: str | None
    deadlines: list[DeadlineAnswer]
    at_once: list[AtOnceAnswer]
    problem: dict[str, Any] | None


class AmendmentPreviewAnswer(Answer):
    """The cases whose terms would change, or that would take no change; those that have these terms are counted."""

    policy_version: str
    items: list[ProspectAnswer]
    unchanged: int
    next_cursor: str | None


class OutcomeAnswer(Answer):
    """What became of a case. `pending`: not known yet; the same request with the same key asks again."""

    number: str = Field(examples=["MA-2026-000042"])
    outcome: Literal["applied", "unchanged", "refused", "pending"]
    deadlines: list[DeadlineAnswer]
    problem: dict[str, Any] | None


class AmenderAnswer(Answer):
    """Who amended."""

    role: Role
    id: str


class AmendmentSummary(Answer):
    """An amendment, and how many cases had which outcome so far."""

    id: str
    at: Z
    by: AmenderAnswer
    what: list[AmendedPart]
    policy_version: str
    reason: str
    cases: int
    applied: int
    unchanged: int
    refused: int
    pending: int


class AmendmentAnswer(AmendmentSummary):
    """An amendment with its cases, in the order in which they were given."""

    outcomes: list[OutcomeAnswer]


@router.post(
    "/amendments/preview",
    response_model=AmendmentPreviewAnswer,
    summary="Preview which deadlines an amendment would move",
    responses=can_refuse(AmendmentTargetUnclear, PageOfChosenCases, InvalidCursor, post=True, role=True),
)
async def preview_amendment(
    body: AmendmentPreview, principal: _Amender, request: Idempotent, desk: DeskDep
) -> JSONResponse:
    async def act() -> Success:
        found = await amendments.preview(desk, body, by=principal.actor, at=request.at)
        answer = AmendmentPreviewAnswer(
            policy_version=desk.policy.version,
            items=[_prospect(each, request.language) for each in found.prospects],
            unchanged=found.unchanged,
            next_cursor=found.next_cursor,
        )
        return Success(200, answer, is_final=False)

    return await answer_once(desk, request, body, act)


@router.post(
    "/amendments",
    status_code=201,
    response_model=AmendmentAnswer,
    summary="Apply an amendment to open cases",
    responses={
        202: {
            "model": AmendmentAnswer,
            "description": "Some cases did not answer in time; the same request with the same key goes on.",
        },
        **can_refuse(PolicyChanged, ReasonMissing, EngineUnavailable, post=True, role=True),
    },
)
async def amend(body: NewAmendment, principal: _Amender, request: Idempotent, desk: DeskDep) -> JSONResponse:
    async def act() -> Success:
        state = await amendments.amend(desk, body, request, by=principal.actor)
        answer, is_final = _answer(state, request.language), state.pending == 0
        return Success(201 if is_final else 202, answer, f"/api/v1/amendments/{answer.id}", is_final=is_final)

    return await answer_once(desk, request, body, act)


@router.get(
    "/amendments",
    response_model=Listed[AmendmentSummary],
    summary="List the amendments, the newest first",
    responses=can_refuse(InvalidCursor, role=True),
)
async def list_amendments(
    _: _Amender, desk: DeskDep, limit: Limit = 50, cursor: Cursor = None
) -> Listed[AmendmentSummary]:
    page = await amendments.listing(desk, limit=limit, cursor=cursor)
    items = [AmendmentSummary(**_summary(each, counted)) for each, counted in page.items]
    return Listed(items=items, next_cursor=page.next_cursor)


@router.get(
    "/amendments/{amendment_id}",
    response_model=AmendmentAnswer,
    summary="Show an amendment",
    responses=can_refuse(NotFound, role=True),
)
async def show_amendment(_: _Amender, amendment_id: IdInPath, desk: DeskDep, language: Language) -> AmendmentAnswer:
    return _answer(await amendments.read(desk, amendment_id), language)


# -- answers ----------------------------------------------------------------------------------------------------------


def _prospect(found: Prospect, language: str) -> ProspectAnswer:
    return ProspectAnswer(
        number=found.number,
        from_version=found.from_version,
        deadlines=[_deadline(each, language) for each in found.deadlines],
        at_once=[AtOnceAnswer(what=each, label=word("at_once", each, language)) for each in found.at_once],
        problem=problems.document(found.refused, language) if found.refused else None,
    )


def _deadline(moved: Moved, language: str) -> DeadlineAnswer:
    return DeadlineAnswer(label=word("deadline", moved.what, language), **vars(moved))


def _summary(amendment: Amendment, counted: Mapping[AmendmentOutcome, int]) -> dict[str, Any]:
    return {
        "id": amendment.id,
        "at": amendment.at,
        "by": AmenderAnswer(role=amendment.by.role, id=amendment.by.id),
        "what": list(amendment.what),
        "policy_version": amendment.policy_version,
        "reason": amendment.reason,
        "cases": len(amendment.numbers),
        **{outcome.value: counted.get(outcome, 0) for outcome in AmendmentOutcome},
        "pending": len(amendment.numbers) - sum(counted.values()),
    }


def _answer(state: AmendmentState, language: str) -> AmendmentAnswer:
    return AmendmentAnswer(
        **_summary(state.amendment, state.counted),
        outcomes=[_outcome(number, state.outcomes.get(number), language) for number in state.amendment.numbers],
    )


def _outcome(number: str, found: CaseOutcome | None, language: str) -> OutcomeAnswer:
    if found is None:
        return OutcomeAnswer(number=number, outcome="pending", deadlines=[], problem=None)
    return OutcomeAnswer(
        number=number,
        outcome=found.outcome.value,
        deadlines=[_deadline(each, language) for each in found.deadlines],
        problem=dict(found.problem) if found.problem else None,
    )
