"""The solutions that a customer was given: what support and warranty are for."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field, StrictBool

from escala.api import cover_changes
from escala.api.answers import can_refuse
from escala.api.auth import Registrar
from escala.api.bodies import Answer, Body, Code, Day, Name, Reference
from escala.api.deps import At, EdgeDep
from escala.api.idempotency import Given, OnceDep
from escala.api.lists import Listed
from escala.api.problems import NotFound
from escala.api.visibility import VisibleCustomer
from escala.policy.solutions import AcceptanceInFuture
from escala.storage import solutions
from escala.storage.solutions import Solution, SolutionKind

router = APIRouter(tags=["solutions"])

SerialNumber = Annotated[Code | None, Field(default=None, examples=["SN-48213"])]


class NewSolution(Body):
    """A delivered solution, and its acceptance certificate (WAR-1)."""

    name: Name = Field(examples=["Plataforma de rastreo de flota"])
    kind: SolutionKind = Field(examples=["cloud"])
    accepted_on: Day | None = Field(default=None, examples=["2026-10-15"])
    acceptance_reference: Reference | None = Field(default=None, examples=["Acta 118 de 2026"])
    supplied_by_us: StrictBool = Field(default=True, examples=[True])
    serial_number: SerialNumber = None
    provider_product: Code | None = Field(default=None, examples=["google-maps-platform"])


class SolutionAnswer(Answer):
    """A solution."""

    id: str
    customer_id: str
    name: str
    kind: SolutionKind
    accepted_on: date | None
    acceptance_reference: str | None
    supplied_by_us: bool
    serial_number: str | None
    provider_product: str | None


@router.post(
    "/customers/{customer_id}/solutions",
    status_code=201,
    response_model=SolutionAnswer,
    summary="Register a customer's solution",
    responses=can_refuse(NotFound, AcceptanceInFuture, post=True, role=True),
)
async def register_solution(
    customer: VisibleCustomer, _: Registrar, body: NewSolution, once: OnceDep, edge: EdgeDep, at: At
) -> JSONResponse:
    async def act() -> Given:
        solution = Solution(id=once.derived("sol_"), customer_id=customer.id, **dict(body))
        kept = await solutions.create(edge.database, solution, at=at)
        if kept.warranty:
            await cover_changes.tell(edge, kept.warranty, at=at)
        return Given(201, show(kept))

    return await once(body, act)


@router.get(
    "/customers/{customer_id}/solutions",
    response_model=Listed[SolutionAnswer],
    summary="List a customer's solutions",
    responses=can_refuse(NotFound),
)
async def list_solutions(customer: VisibleCustomer, edge: EdgeDep) -> Listed[SolutionAnswer]:
    return Listed(items=[show(each) for each in await solutions.of_customer(edge.database, customer.id)])


def show(solution: Solution) -> SolutionAnswer:
    return SolutionAnswer(**vars(solution))
