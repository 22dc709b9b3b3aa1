"""The preview of a case's limits: the policy's own answer, before anybody opens one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.http import problems
from api.http.auth import Caller
from api.http.bodies import Answer, Z
from api.http.deps import DeskDep
from api.http.documented_refusals import can_refuse
from desk.inputs import Instant, PlanId
from policy.case.case import Plan, Priority
from policy.cover.contracts import UnknownPlan, check_plan
from policy.time.preview import preview
from storage.terms.terms import preview_terms

router = APIRouter(tags=["promises"])


class PreviewAnswer(Answer):
    """The instants of an untouched case (PLAN-5, ESC-1..3, ESC-6)."""

    plan: Plan
    priority: int
    opened_at: Z
    initial_attention_due_at: Z
    level_2_at: Z
    level_3_at: Z
    overdue_at: Z


@router.get(
    "/sla/preview",
    response_model=PreviewAnswer,
    summary="Preview the promises of an untouched case",
    responses=can_refuse(problems.InvalidInput, UnknownPlan),
)
async def preview_promises(
    _: Caller,
    desk: DeskDep,
    plan: Annotated[PlanId, Query(examples=["standard"])],
    priority: Annotated[int, Query(ge=1, le=4, examples=[2])],
    opened_at: Annotated[Instant, Query(examples=["2026-11-27T21:30:00Z"])],
) -> PreviewAnswer:
    check_plan(plan, desk.policy.plans)
    terms = preview_terms(desk.policy, plan, at=opened_at)
    found = preview(terms=terms, priority=Priority(priority), opened_at=opened_at)
    return PreviewAnswer(plan=plan, priority=priority, opened_at=opened_at, **vars(found))
