"""The contracts and warranties, customer by customer: what ends soon, what is not paid, and how much is covered.

Days are Bogotá's, both ends included.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, or_, select

from policy.case.case import Plan
from storage.cover.contracts import Contract
from storage.cover.solutions import Solution, SolutionKind
from storage.engine.columns import NEVER
from storage.engine.database import Reader
from storage.engine.tables import cases, contract_endings, contracts, customers, solutions

MOST = 100
"""How many of each are listed."""

_CONTRACT = tuple(contracts.c[name] for name in Contract.__dataclass_fields__)
_SOLUTION = tuple(solutions.c[name] for name in Solution.__dataclass_fields__)


@dataclass(frozen=True)
class Covered:
    """How many customers there are, and how many a paid contract covers, by its plan."""

    customers: int
    by_plan: Mapping[Plan, int]


async def ending(db: Reader, since: date, until: date) -> Sequence[Contract]:
    """Paid contracts whose last day lies within these, with none after them; the earliest first.

    One that was ended early is not renewed (PLAN-17), and not here.
    """
    c = contracts.c
    later = contracts.alias("later")
    follows = select(later.c.id).where(later.c.customer_id == c.customer_id, later.c.starts_on > c.ends_on)
    ended = select(contract_endings.c.id).where(contract_endings.c.contract_id == c.id)
    wanted = select(*_CONTRACT).where(
        c.ends_on >= since, c.ends_on <= until, c.starts_on <= since, c.paid_through >= c.ends_on,
        ~follows.exists(), ~ended.exists(),
    )  # fmt: skip
    async with db.read() as connection:
        rows = await connection.execute(wanted.order_by(c.ends_on, c.id).limit(MOST))
        return [Contract(**{**row, "plan": Plan(row["plan"])}) for row in rows.mappings()]


async def unpaid(db: Reader, on: date) -> Sequence[Contract]:
    """Contracts that are not over and of which some days are not paid; those that cover nothing first."""
    c = contracts.c
    owed = and_(c.ends_on >= on, or_(c.paid_through.is_(None), c.paid_through < c.ends_on))
    first = func.coalesce(c.paid_through, c.starts_on)
    async with db.read() as connection:
        rows = await connection.execute(select(*_CONTRACT).where(owed).order_by(first, c.id).limit(MOST))
        return [Contract(**{**row, "plan": Plan(row["plan"])}) for row in rows.mappings()]


async def accepted(db: Reader, since: date, until: date) -> Sequence[Solution]:
    """Solutions whose acceptance certificate is of these days (WAR-1), the earliest first."""
    on = solutions.c.accepted_on
    async with db.read() as connection:
        wanted = select(*_SOLUTION).where(on >= since, on <= until).order_by(on, solutions.c.id)
        return [
            Solution(**{**row, "kind": SolutionKind(row["kind"])})
            for row in (await connection.execute(wanted)).mappings()
        ]


async def covered(db: Reader, on: date) -> Covered:
    """Of all customers, those with a contract that covers the day."""
    c = contracts.c
    counts = (
        select(c.plan, func.count(c.customer_id.distinct()))
        .where(c.starts_on <= on, c.ends_on >= on, c.paid_through >= on)
        .group_by(c.plan)
    )
    async with db.read() as connection:
        rows = (await connection.execute(counts)).all()
        every = await connection.scalar(select(func.count()).select_from(customers)) or 0
    return Covered(every, {Plan(plan): count for plan, count in rows})


async def in_force(db: Reader, customer_ids: Iterable[str], on: date) -> dict[str, Contract]:
    """The contract that covers each of these customers that day; of several, that which ends last."""
    c = contracts.c
    wanted = select(*_CONTRACT).where(
        c.customer_id.in_(set(customer_ids)), c.starts_on <= on, c.ends_on >= on, c.paid_through >= on
    )
    async with db.read() as connection:
        rows = await connection.execute(wanted.order_by(c.ends_on, c.id))
        return {row["customer_id"]: Contract(**{**row, "plan": Plan(row["plan"])}) for row in rows.mappings()}


async def open_cases(db: Reader, customer_ids: Iterable[str]) -> dict[str, int]:
    """How many open cases these customers have."""
    c = cases.c
    wanted = select(c.customer_id, func.count().label("cases")).where(
        c.customer_id.in_(set(customer_ids)), c.next_due_at < NEVER
    )
    async with db.read() as connection:
        rows = await connection.execute(wanted.group_by(c.customer_id))
        return {row.customer_id: row.cases for row in rows}
