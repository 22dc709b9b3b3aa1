"""The solutions that a customer was given: what support and warranty are for."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field, StrictBool

from api.http.auth import Registrar
from api.http.bodies import Answer
from api.http.deps import At, DeskDep
from api.http.documented_refusals import can_refuse
from api.http.idempotency import Given, OnceDep
from api.http.lists import Listed
from api.http.visibility import IdInPath, VisibleCustomer
from desk import cover_changes
from desk.access import checked_id, sees
from desk.inputs import Body, Code, Day, Name, Reference
from desk.problems import NotFound
from policy.cover.solutions import AcceptanceIncomplete, AcceptanceInFuture, AcceptanceRegisteredAlready
from storage.cover import solutions
from storage.cover.solutions import Solution, SolutionKind

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


class Acceptance(Body):
    """The acceptance certificate of a solution that was registered without one (WAR-1)."""

    accepted_on: Day = Field(examples=["2026-10-15"])
    acceptance_reference: Reference = Field(examples=["Acta 118 de 2026"])


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


_CERTIFICATE_REFUSALS = (AcceptanceInFuture, AcceptanceIncomplete)


@router.post(
    "/customers/{customer_id}/solutions",
    status_code=201,
    response_model=SolutionAnswer,
    summary="Register a customer's solution",
    responses=can_refuse(NotFound, *_CERTIFICATE_REFUSALS, post=True, role=True),
)
async def register_solution(
    customer: VisibleCustomer, _: Registrar, body: NewSolution, once: OnceDep, desk: DeskDep, at: At
) -> JSONResponse:
    async def act() -> Given:
        solution = Solution(id=once.derived("sol_"), customer_id=customer.id, **dict(body))
        kept = await solutions.create(desk.database, solution, at=at)
        if kept.warranty:
            await cover_changes.tell(desk, kept.warranty, at=at)
        return Given(201, show(kept))

    return await once(body, act)


@router.post(
    "/solutions/{solution_id}/acceptance",
    response_model=SolutionAnswer,
    summary="Register the acceptance certificate of a solution",
    responses=can_refuse(NotFound, *_CERTIFICATE_REFUSALS, AcceptanceRegisteredAlready, post=True, role=True),
)
async def accept_solution(
    solution_id: IdInPath, principal: Registrar, body: Acceptance, once: OnceDep, desk: DeskDep, at: At
) -> JSONResponse:
    solution = await solutions.get(desk.database, checked_id(solution_id))
    if solution is None or not sees(principal, solution.customer_id):
        raise NotFound

    async def act() -> Given:
        accepted = await solutions.accept(
            desk.database,
            solution.id,
            id=once.derived("acc_"),
            accepted_on=body.accepted_on,
            reference=body.acceptance_reference,
            at=at,
        )
        assert accepted.warranty is not None, "it has its certificate now"
        await cover_changes.tell(desk, accepted.warranty, at=at)
        return Given(200, show(accepted))

    return await once(body, act)


@router.get(
    "/customers/{customer_id}/solutions",
    response_model=Listed[SolutionAnswer],
    summary="List a customer's solutions",
    responses=can_refuse(NotFound),
)
async def list_solutions(customer: VisibleCustomer, desk: DeskDep) -> Listed[SolutionAnswer]:
    return Listed(items=[show(each) for each in await solutions.of_customer(desk.database, customer.id)])


def show(solution: Solution) -> SolutionAnswer:
    return SolutionAnswer(**vars(solution))
