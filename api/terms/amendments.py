"""Amendments: a changed holiday list or matrix applied to chosen open cases, previewed, applied and kept (PLAN-15).

A case keeps what it was promised until somebody does this. Each case takes it as a command of its own (amending.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import Field, StrictBool

from api.http import problems
from api.http.auth import only
from api.http.bodies import Answer, Z
from api.http.deps import At, DeskDep, Language
from api.http.documented_refusals import can_refuse
from api.http.idempotency import Given, Once, OnceDep
from api.http.lists import Cursor, Limit, Listed
from api.http.visibility import IdInPath
from desk.access import checked_id
from desk.desk import Desk
from desk.inputs import Body, Words
from desk.problems import EngineUnavailable, InvalidCursor, NotFound, own_cursor
from desk.refusals import AmendmentTargetUnclear, PolicyChanged
from desk.terms import amending
from desk.terms.amending import Prospect
from policy.case.case import Role, Status, WakeKind
from policy.case.refusals import ReasonMissing
from policy.terms.amended_terms import AmendedPart, AmendmentOutcome
from policy.terms.amendment import AtOnce
from storage.case import views
from storage.case.views import CaseFilter
from storage.signing_in.tokens import Principal
from storage.terms import amendments
from storage.terms.amendments import Amendment, CaseOutcome
from wording.language import word

router = APIRouter(tags=["amendments"])

MOST = 200
"""Cases in one call: each is a turn of its own."""

_OPEN = tuple(status for status in Status if status is not Status.CLOSED)
_Amender = Annotated[Principal, Depends(only(Role.DIRECTOR, Role.ADMIN))]
_Number = Annotated[str, Field(pattern=r"^MA-\d{4}-\d{6,9}$")]
_What = Annotated[list[AmendedPart], Field(min_length=1, max_length=2, examples=[["holidays"]])]
_Version = Annotated[str, Field(max_length=200)]


class AmendmentPreview(Body):
    """What to preview: some cases by their numbers, or all that are open, a page at a time."""

    what: _What
    numbers: list[_Number] | None = Field(default=None, max_length=MOST, examples=[["MA-2026-000042"]])
    all_open: StrictBool = False
    limit: Annotated[int, Field(strict=True, ge=1, le=MOST)] = 100
    cursor: Annotated[str, Field(max_length=500, pattern=r"^[A-Za-z0-9_-]+$")] | None = None


class NewAmendment(Body):
    """What to apply to which cases, and why: the customers read it. `policy_version` is the one that was previewed."""

    what: _What
    numbers: list[_Number] = Field(min_length=1, max_length=MOST, examples=[["MA-2026-000042"]])
    reason: Words = Field(examples=["La Ley 2578 de 2026 hace festivo el lunes 13 de julio."])
    policy_version: _Version | None = None


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


class PreviewAnswer(Answer):
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
    response_model=PreviewAnswer,
    summary="Preview which deadlines an amendment would move",
    responses=can_refuse(AmendmentTargetUnclear, InvalidCursor, post=True, role=True),
)
async def preview_amendment(
    body: AmendmentPreview, principal: _Amender, once: OnceDep, desk: DeskDep, at: At, language: Language
) -> JSONResponse:
    async def act() -> Given:
        numbers, next_cursor = await _chosen(desk, body)
        found = [await amending.prospect(desk, each, set(body.what), by=principal.actor, at=at) for each in numbers]
        answer = PreviewAnswer(
            policy_version=desk.policy.version,
            items=[_prospect(each, language) for each in found if not each.changes_nothing],
            unchanged=sum(each.changes_nothing for each in found),
            next_cursor=next_cursor,
        )
        return Given(200, answer, is_final=False)

    return await once(body, act)


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
async def amend(
    body: NewAmendment, principal: _Amender, once: OnceDep, desk: DeskDep, at: At, language: Language
) -> JSONResponse:
    return await once(body, lambda: _amend(body, principal, once, desk, at, language))


@router.get(
    "/amendments",
    response_model=Listed[AmendmentSummary],
    summary="List the amendments, the newest first",
    responses=can_refuse(InvalidCursor, role=True),
)
async def list_amendments(
    _: _Amender, desk: DeskDep, limit: Limit = 50, cursor: Cursor = None
) -> Listed[AmendmentSummary]:
    with own_cursor():
        page = await amendments.listing(desk.database, limit=limit, cursor=cursor)
    items = [AmendmentSummary(**_summary(each, counted)) for each, counted in page.items]
    return Listed(items=items, next_cursor=page.next_cursor)


@router.get(
    "/amendments/{amendment_id}",
    response_model=AmendmentAnswer,
    summary="Show an amendment",
    responses=can_refuse(NotFound, role=True),
)
async def show_amendment(_: _Amender, amendment_id: IdInPath, desk: DeskDep, language: Language) -> AmendmentAnswer:
    found = await amendments.get(desk.database, checked_id(amendment_id))
    if found is None:
        raise NotFound
    return _answer(found, await amendments.outcomes(desk.database, found.id), language)


async def _chosen(desk: Desk, body: AmendmentPreview) -> tuple[Sequence[str], str | None]:
    if (body.numbers is not None) is body.all_open:
        raise AmendmentTargetUnclear
    if body.numbers is not None:
        return list(dict.fromkeys(body.numbers)), None
    with own_cursor():
        wanted = CaseFilter(status=_OPEN, sort="number")
        page = await views.cases(desk.database, wanted, limit=body.limit, cursor=body.cursor)
    return [row.number for row in page.items], page.next_cursor


async def _amend(
    body: NewAmendment, principal: Principal, once: Once, desk: Desk, at: datetime, language: str
) -> Given:
    if not body.reason:
        raise ReasonMissing(rule="PLAN-15")
    if body.policy_version not in (None, desk.policy.version):
        raise PolicyChanged
    asked = Amendment(
        id=once.derived("amd_"),
        at=at,
        by=principal.actor,
        what=tuple(dict.fromkeys(body.what)),
        policy_version=desk.policy.version,
        reason=body.reason,
        numbers=tuple(dict.fromkeys(body.numbers)),
    )
    amendment = await amendments.begin(desk.database, asked)
    if amendment.policy_version != desk.policy.version:  # begun before the policy file changed, and broken off
        raise PolicyChanged
    known = await amendments.outcomes(desk.database, amendment.id)
    for number in amendment.numbers:
        if number not in known and (outcome := await amending.apply(desk, amendment, number, once=once, at=at)):
            await amendments.note(desk.database, amendment.id, outcome)
    known = await amendments.outcomes(desk.database, amendment.id)
    answer = _answer(amendment, known, language)
    return Given(202 if answer.pending else 201, answer, f"/api/v1/amendments/{answer.id}", is_final=not answer.pending)


# -- answers ----------------------------------------------------------------------------------------------------------


def _prospect(found: Prospect, language: str) -> ProspectAnswer:
    return ProspectAnswer(
        number=found.number,
        from_version=found.from_version,
        deadlines=[_deadline(vars(each), language) for each in found.deadlines],
        at_once=[AtOnceAnswer(what=each, label=word("at_once", each, language)) for each in found.at_once],
        problem=problems.document(found.refused, language) if found.refused else None,
    )


def _deadline(moved: Mapping[str, Any], language: str) -> DeadlineAnswer:
    return DeadlineAnswer(label=word("deadline", WakeKind(moved["what"]), language), **moved)


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


def _answer(amendment: Amendment, known: Mapping[str, CaseOutcome], language: str) -> AmendmentAnswer:
    reached = [each.outcome for each in known.values()]
    counted = {outcome: reached.count(outcome) for outcome in AmendmentOutcome}
    return AmendmentAnswer(
        **_summary(amendment, counted),
        outcomes=[_outcome(number, known.get(number), language) for number in amendment.numbers],
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
