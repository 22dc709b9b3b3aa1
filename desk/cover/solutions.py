"""Registering the solutions that a customer was given, and their acceptance certificates (WAR-1)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictBool

from desk.access import checked_id, sees
from desk.cover import cover_changes
from desk.desk import Desk
from desk.idempotency import IdempotentRequest
from desk.inputs import Body, Code, Day, Name, Reference
from desk.problems import NotFound
from storage.cover import solutions
from storage.cover.solutions import Certificate, Solution, SolutionKind
from storage.signing_in.tokens import Principal

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


async def visible(desk: Desk, principal: Principal, solution_id: str) -> Solution:
    """The solution with that id, or NotFound."""
    solution = await solutions.get(desk.database, checked_id(solution_id))
    if solution is None or not sees(principal, solution.customer_id):
        raise NotFound
    return solution


async def register(desk: Desk, customer_id: str, new: NewSolution, request: IdempotentRequest) -> Solution:
    """Keep a solution; the same request again gives the one that is kept. Raises as `check_acceptance` does."""
    solution = Solution(id=request.derived("sol_"), customer_id=customer_id, **dict(new))
    kept = await solutions.create(desk.database, solution, at=request.at)
    if kept.warranty:
        await cover_changes.tell(desk, kept.warranty, at=request.at)
    return kept


async def accept(desk: Desk, solution_id: str, given: Acceptance, request: IdempotentRequest) -> Solution:
    """Keep the certificate of a solution that has none; the same request again changes nothing.

    Raises as `check_acceptance` does, and AcceptanceRegisteredAlready.
    """
    accepted = await solutions.accept(
        desk.database,
        solution_id,
        Certificate(id=request.derived("acc_"), accepted_on=given.accepted_on, reference=given.acceptance_reference),
        at=request.at,
    )
    assert accepted.warranty is not None, "it has its certificate now"
    await cover_changes.tell(desk, accepted.warranty, at=request.at)
    return accepted
