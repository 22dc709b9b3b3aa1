"""The solutions that a customer was given, over HTTP: what support and warranty are for."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.http.auth import Registrar
from api.http.bodies import Answer
from api.http.deps import DeskDep
from api.http.documented_refusals import can_refuse
from api.http.idempotency import Idempotent, Success, answer_once
from api.http.lists import Listed
from api.http.visibility import IdInPath, VisibleCustomer
from desk.cover import solutions
from desk.cover.solutions import Acceptance, NewSolution
from desk.problems import NotFound
from policy.cover.solutions import AcceptanceIncomplete, AcceptanceInFuture, AcceptanceRegisteredAlready
from storage.cover.solutions import Solution, SolutionKind, of_customer

router = APIRouter(tags=["solutions"])


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
    customer: VisibleCustomer, _: Registrar, body: NewSolution, request: Idempotent, desk: DeskDep
) -> JSONResponse:
    async def act() -> Success:
        kept = await solutions.register(desk, customer.id, body, request)
        return Success(201, show(kept))

    return await answer_once(desk, request, body, act)


@router.post(
    "/solutions/{solution_id}/acceptance",
    response_model=SolutionAnswer,
    summary="Register the acceptance certificate of a solution",
    responses=can_refuse(NotFound, *_CERTIFICATE_REFUSALS, AcceptanceRegisteredAlready, post=True, role=True),
)
async def accept_solution(
    solution_id: IdInPath, principal: Registrar, body: Acceptance, request: Idempotent, desk: DeskDep
) -> JSONResponse:
    solution = await solutions.visible(desk, principal, solution_id)

    async def act() -> Success:
        accepted = await solutions.accept(desk, solution.id, body, request)
        return Success(200, show(accepted))

    return await answer_once(desk, request, body, act)


@router.get(
    "/customers/{customer_id}/solutions",
    response_model=Listed[SolutionAnswer],
    summary="List a customer's solutions",
    responses=can_refuse(NotFound),
)
async def list_solutions(customer: VisibleCustomer, desk: DeskDep) -> Listed[SolutionAnswer]:
    return Listed(items=[show(each) for each in await of_customer(desk.database, customer.id)])


def show(solution: Solution) -> SolutionAnswer:
    return SolutionAnswer(**vars(solution))
