"""What a case to come would be promised: plan, hours, holidays and cover as they stand at an instant (PLAN-15, WAR-3).

What a case *was* promised is kept with it: `views.terms`.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from escala.policy.calendar import Closure
from escala.policy.case import Plan
from escala.policy.cover import ContractTerm, cover_on
from escala.policy.holiday_list import NO_CHANGES
from escala.policy.policy_file import PolicyFile, read_policy
from escala.policy.terms import Cover, CoverKind, Terms
from escala.storage.closures import holidays_between
from escala.storage.engine import Database
from escala.storage.tables import contracts, solutions

_BOGOTA = ZoneInfo("America/Bogota")
_YEARS_AHEAD = 2
_BUILT_IN = "policy.toml"


def bogota_date(at: datetime) -> date:
    """The date in Bogotá, on which cover and notices are judged."""
    return at.astimezone(_BOGOTA).date()


def read_policy_file(path: Path | None) -> PolicyFile:
    """The policy file at `path`, or the built-in one. PolicyFileError if it says what cannot be."""
    if path is None:
        return read_policy(resources.files("escala.policy").joinpath(_BUILT_IN).read_text("utf-8"), file=_BUILT_IN)
    return read_policy(path.read_text("utf-8"), file=path.name)


async def terms_for(db: Database, policy: PolicyFile, *, customer_id: str, solution_id: str, at: datetime) -> Terms:
    """The terms of a case opened at `at` for this customer and solution; without any cover, those of a warranty."""
    on = bogota_date(at)
    async with db.read() as connection:
        held = await _contracts(connection, customer_id)
        accepted_on = await connection.scalar(
            select(solutions.c.accepted_on).where(solutions.c.id == solution_id, solutions.c.customer_id == customer_id)
        )
    cover = cover_on(
        on,
        contracts=list(held),
        solution_id=solution_id,
        accepted_on=accepted_on,
        warranty_months=policy.warranty_months,
    )
    found = {term.id: (term.plan, hours) for term, hours in held.items()}
    plan, hours = (policy.warranty_plan, None) if cover.kind is not CoverKind.CONTRACT else found[str(cover.reference)]
    return policy.terms(plan, cover=cover, closures=_closures(policy, on.year), hours=hours)


def preview_terms(policy: PolicyFile, plan: Plan, *, at: datetime) -> Terms:
    """The terms that a contract of this plan gives at an instant."""
    cover = Cover(CoverKind.CONTRACT)
    return policy.terms(plan, cover=cover, closures=_closures(policy, bogota_date(at).year))


async def plan_on(connection: AsyncConnection, policy: PolicyFile, *, customer_id: str, on: date) -> Plan:
    """The customer's plan on a day: its contract's, else the one that a warranty gives."""
    held = [term for term in await _contracts(connection, customer_id) if term.covers(on)]
    last = max(held, key=lambda term: term.ends_on, default=None)
    return last.plan if last else policy.warranty_plan


async def _contracts(connection: AsyncConnection, customer_id: str) -> dict[ContractTerm, str | None]:
    """The customer's contracts as cover sees them, as far as they are paid, each with its own hours if it has any."""
    c = contracts.c
    wanted = select(c.id, c.plan, c.starts_on, c.paid_through, c.calendar).where(
        c.customer_id == customer_id, c.paid_through.is_not(None)
    )
    return {
        ContractTerm(row.id, Plan(row.plan), row.starts_on, row.paid_through, paid=True): row.calendar
        for row in await connection.execute(wanted)
    }


def _closures(policy: PolicyFile, year: int) -> dict[str, tuple[Closure, ...]]:
    countries = {hours.holidays for hours in policy.hours.values() if hours.holidays}
    first, last = date(year, 1, 1), date(year + _YEARS_AHEAD, 12, 31)
    listed = {
        country: tuple(day for ahead in range(_YEARS_AHEAD + 1) for day in _holidays(country, year + ahead))
        for country in countries
    }
    return {
        country: policy.holidays.get(country, NO_CHANGES).applied(days, first=first, last=last)
        for country, days in listed.items()
    }


@lru_cache(maxsize=64)
def _holidays(country: str, year: int) -> tuple[Closure, ...]:
    return holidays_between(date(year, 1, 1), date(year, 12, 31), country=country)
