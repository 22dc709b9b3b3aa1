"""The solutions a customer was given: what support and warranty are for (WAR-1, WAR-4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, select, update

from policy.case.commands import Equipment
from policy.cover.cover import CoverRef
from policy.cover.solutions import AcceptanceRegisteredAlready, check_acceptance
from policy.terms.terms import CoverKind
from storage.cover import cover_changes
from storage.engine.database import Database, Reader, insert
from storage.engine.prepared import Prepared
from storage.engine.tables import solutions
from storage.people import customers
from storage.terms.terms import bogota_date


class SolutionKind(StrEnum):
    """What was delivered."""

    CLOUD = "cloud"
    SOFTWARE = "software"
    EQUIPMENT = "equipment"


@dataclass(frozen=True, kw_only=True)
class Solution:
    """A delivered solution; its warranty runs from `accepted_on`, the day of the acceptance certificate."""

    id: str
    customer_id: str
    name: str
    kind: SolutionKind
    accepted_on: date | None = None
    acceptance_reference: str | None = None
    supplied_by_us: bool = True
    serial_number: str | None = None
    provider_product: str | None = None

    @property
    def warranty(self) -> CoverRef | None:
        """Its warranty, by its id; none before there is an acceptance certificate (WAR-1)."""
        if self.accepted_on is None:
            return None
        return CoverRef(kind=CoverKind.WARRANTY, id=self.id, customer_id=self.customer_id)

    @property
    def equipment(self) -> Equipment | None:
        """What a claim on it has to match, where it is a piece of equipment (WAR-4)."""
        if self.kind is not SolutionKind.EQUIPMENT:
            return None
        return Equipment(self.supplied_by_us, self.serial_number)


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """An acceptance certificate; `reference` is the document's."""

    id: str
    accepted_on: date
    reference: str


async def create(db: Database, solution: Solution, *, at: datetime) -> Solution:
    """Keep a solution; the same id again gives the one that is kept. LookupError for an unknown customer.

    Refuses as `check_acceptance` does.
    """
    check_acceptance(solution.accepted_on, solution.acceptance_reference, on=bogota_date(at))
    async with db.write() as connection:
        await customers.hold(connection, solution.customer_id)
        row = {**asdict(solution), "created_at": at}
        await connection.execute(insert(connection, solutions).on_conflict_do_nothing(), row)
        if solution.warranty:
            await cover_changes.note(connection, solution.warranty, at=at)
        return _solution((await connection.execute(_SELECT.where(solutions.c.id == solution.id))).mappings().one())


async def accept(db: Database, solution_id: str, certificate: Certificate, *, at: datetime) -> Solution:
    """Keep the acceptance certificate of a solution that has none; the same id again changes nothing.

    Refuses as `check_acceptance` does, and a second certificate. LookupError for an unknown solution.
    """
    check_acceptance(certificate.accepted_on, certificate.reference, on=bogota_date(at))
    s = solutions.c
    async with db.write() as connection:
        customer_id = await connection.scalar(select(s.customer_id).where(s.id == solution_id))
        if customer_id is None:
            raise LookupError(f"no solution {solution_id}")
        await customers.hold(connection, customer_id)
        known = (await connection.execute(select(s.acceptance_id, s.accepted_on).where(s.id == solution_id))).one()
        if known.acceptance_id != certificate.id:
            if known.accepted_on is not None:
                raise AcceptanceRegisteredAlready(accepted_on=known.accepted_on.isoformat())
            given = {
                "accepted_on": certificate.accepted_on, "acceptance_reference": certificate.reference,
                "acceptance_id": certificate.id, "acceptance_registered_at": at,
            }  # fmt: skip
            await connection.execute(update(solutions).where(s.id == solution_id).values(**given))
            warranty = CoverRef(kind=CoverKind.WARRANTY, id=solution_id, customer_id=customer_id)
            await cover_changes.note(connection, warranty, at=at)
        return _solution((await connection.execute(_SELECT.where(s.id == solution_id))).mappings().one())


async def get(db: Reader, solution_id: str) -> Solution | None:
    async with db.read() as connection:
        row = await _BY_ID.first(connection, id=solution_id)
    return None if row is None else _solution(row._asdict())


async def some(db: Reader, solution_ids: Iterable[str]) -> Mapping[str, Solution]:
    """These solutions, by id; unknown ones are missing."""
    async with db.read() as connection:
        rows = await connection.execute(_SELECT.where(solutions.c.id.in_(set(solution_ids))))
        return {row["id"]: _solution(row) for row in rows.mappings()}


async def of_customer(db: Reader, customer_id: str) -> list[Solution]:
    """The customer's solutions, in the order they were registered."""
    wanted = _SELECT.where(solutions.c.customer_id == customer_id).order_by(solutions.c.created_at, solutions.c.id)
    async with db.read() as connection:
        return [_solution(row) for row in (await connection.execute(wanted)).mappings()]


_SELECT = select(*(solutions.c[name] for name in Solution.__dataclass_fields__))


_BY_ID = Prepared(_SELECT.where(solutions.c.id == bindparam("id")))


def _solution(row: Mapping[Any, Any]) -> Solution:
    return Solution(**{**row, "kind": SolutionKind(row["kind"])})
