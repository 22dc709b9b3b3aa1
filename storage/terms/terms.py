"""The terms of a case to come: plan, hours, holidays and cover as they stand at an instant (PLAN-15, WAR-3).

What a case *was* promised is kept with it: `views.terms`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, null, select
from sqlalchemy.ext.asyncio import AsyncConnection

from policy.case.case import Channel, Plan
from policy.cover.contracts import EarlyEnd
from policy.cover.cover import ContractTerm, cover_on
from policy.cover.cover_since import Certificate, CoveredSince, Registered, covered_since
from policy.terms.amended_terms import AmendedPart, reread_terms
from policy.terms.channels import AgreedPlan, last_plan
from policy.terms.policy_file import PolicyFile
from policy.terms.terms import Cover, CoverKind, Terms
from policy.time.calendar import Closure
from policy.time.holiday_list import NO_CHANGES
from storage.engine.database import Reader
from storage.engine.prepared import Prepared
from storage.engine.tables import contract_endings, contract_payments, contracts, solutions
from storage.terms.closures import holidays_between

_BOGOTA = ZoneInfo("America/Bogota")
_YEARS_AHEAD = 2


def bogota_date(at: datetime) -> date:
    """The date in Bogotá, on which cover and notices are judged."""
    return at.astimezone(_BOGOTA).date()


@dataclass(frozen=True)
class _Contract:
    """A contract as a case would have it: its term as far as it was paid, its own hours if any, its add-on.

    `at`: since when it is known to be paid so far; `paid_on`: the payment's own date. `ended`: that it ends early, and
    since when that is known.
    """

    term: ContractTerm
    hours: str | None
    managed_support: bool
    at: datetime
    paid_on: date | None = None
    ended: EarlyEnd | None = None

    @property
    def registered(self) -> Registered:
        """Its paid days, known since then."""
        term = self.term
        return Registered(
            starts_on=term.starts_on, ends_on=term.ends_on, at=self.at, paid_on=self.paid_on, ended=self.ended
        )

    def known_at(self, at: datetime) -> _Contract:
        """It as it was known at an instant: an end that was registered later is none yet (PLAN-17)."""
        return replace(self, term=replace(self.term, ends_on=self.registered.known_at(at)))


@dataclass(frozen=True)
class _Known:
    """What is registered of a customer and a solution: each payment of a contract, the certificate, what was agreed."""

    paid: Sequence[_Contract]
    agreed: Sequence[AgreedPlan]
    certificate: Certificate | None

    def by(self, at: datetime) -> _Known:
        """What of it was registered by an instant."""
        known = self.certificate if self.certificate and self.certificate.registered_at <= at else None
        return _Known(
            [each.known_at(at) for each in self.paid if each.at <= at],
            [each for each in self.agreed if each.registered_at <= at],
            known,
        )


@dataclass(frozen=True, kw_only=True)
class CustomerSolution:
    """What a case is about, by which its cover is found: a customer and one of its solutions, by their ids."""

    customer_id: str
    solution_id: str


async def terms_for(
    db: Reader, policy: PolicyFile, of: CustomerSolution, *, at: datetime, known_by: datetime | None = None
) -> Terms:
    """The terms of a case opened at `at` for this customer and solution; without any cover, those of a warranty.

    What was registered by then counts (WAR-2), or by `known_by`: whoever asks later is not promised more.
    """
    async with db.read() as connection:
        known = await _known(connection, of)
    return _terms_on(bogota_date(at), policy, known.by(known_by or at), solution_id=of.solution_id)


async def covered_terms(
    db: Reader, policy: PolicyFile, of: CustomerSolution, *, opened_at: datetime, held_until: datetime
) -> tuple[Terms, CoveredSince] | None:
    """What a held case is promised, and since when: as it stood at the first covered instant before `held_until`.

    That instant may lie ahead, where a contract that is paid begins later. None where no cover came (WAR-2, WAR-3).
    """
    async with db.read() as connection:
        known = await _known(connection, of)
    steps = [each.registered for each in known.paid]
    if known.certificate:
        steps.append(known.certificate.registered(months=policy.warranty_months))
    since = covered_since(steps, opened_at=opened_at, held_until=held_until)
    if since is None:
        return None
    on, then = bogota_date(since.counts_from), known.by(since.known_at)
    return _terms_on(on, policy, then, solution_id=of.solution_id), since


def _terms_on(on: date, policy: PolicyFile, known: _Known, *, solution_id: str) -> Terms:
    cover = cover_on(
        on,
        contracts=[each.term for each in known.paid],
        solution_id=solution_id,
        accepted_on=known.certificate.accepted_on if known.certificate else None,
        warranty_months=policy.warranty_months,
    )
    closures = _closures(policy, on.year)
    if cover.kind is CoverKind.CONTRACT:
        found = next(each for each in known.paid if each.term.id == cover.reference)
        terms = policy.terms(found.term.plan, cover=cover, closures=closures, hours=found.hours)
        return replace(terms, managed_support=found.managed_support)
    terms = policy.terms(policy.warranty_plan, cover=cover, closures=closures)
    if cover.kind is CoverKind.NONE:
        last = last_plan(known.agreed, on=on)
        table = policy.plans.get(last) if last else None  # a plan of long ago may have left the file
        return replace(terms, channels=table.channels if table else tuple(Channel))
    return terms


def preview_terms(policy: PolicyFile, plan: Plan, *, at: datetime) -> Terms:
    """The terms that a contract of this plan gives at an instant."""
    cover = Cover(CoverKind.CONTRACT)
    return policy.terms(plan, cover=cover, closures=_closures(policy, bogota_date(at).year))


def amended_now(policy: PolicyFile, terms: Terms, what: Collection[AmendedPart], *, at: datetime) -> Terms:
    """A case's terms with these parts as the policy file and the holidays are at `at`; the same ones if none differs.

    The years of its holidays stay as they are, until the year after `at` is none of them: a case that lives so long
    needs more.
    """
    years = [closure.on.year for closure in (*terms.hours.closures, *terms.business_days.closures)]
    now = bogota_date(at).year
    first, last = min(years, default=now), max(years, default=now + _YEARS_AHEAD)
    return reread_terms(terms, what, policy=policy, closures=_closures(policy, first, max(last, now + 1)))


async def plan_on(connection: AsyncConnection, policy: PolicyFile, *, customer_id: str, on: date) -> Plan:
    """The customer's plan on a day: its contract's, else the one that a warranty gives."""
    held = [term for term in await paid_terms(connection, customer_id) if term.covers(on)]
    last = max(held, key=lambda term: term.ends_on, default=None)
    return last.plan if last else policy.warranty_plan


async def paid_terms(connection: AsyncConnection, customer_id: str) -> list[ContractTerm]:
    """The customer's contracts as cover sees them, as far as they are paid."""
    return [_term(*row) for row in await _PAID_TERMS.rows(connection, customer_id=customer_id)]


_PAID_TERMS = Prepared(
    select(contracts.c.id, contracts.c.plan, contracts.c.starts_on, contracts.c.paid_through).where(
        contracts.c.customer_id == bindparam("customer_id"), contracts.c.paid_through.is_not(None)
    )
)


async def _known(connection: AsyncConnection, of: CustomerSolution) -> _Known:
    its = {"customer_id": of.customer_id}
    signed = await _CERTIFICATE.first(connection, **its, solution_id=of.solution_id)
    agreed = await _AGREED.rows(connection, **its)
    return _Known(
        await _paid(connection, of.customer_id),
        [AgreedPlan(Plan(row.plan), row.starts_on, row.created_at) for row in agreed],
        Certificate(signed.accepted_on, signed.acceptance_registered_at or signed.created_at) if signed else None,
    )


async def _paid(connection: AsyncConnection, customer_id: str) -> list[_Contract]:
    """How far the customer's contracts were paid, and since when: at their registration, and with each payment."""
    its = {"customer_id": customer_id}
    return [
        _Contract(
            _term(row.id, row.plan, row.starts_on, row.through),
            row.calendar,
            row.managed_support,
            row.at,
            row.paid_on,
            EarlyEnd(row.from_on, row.ended_at) if row.from_on else None,
        )
        for row in (*await _PAID_AT_ONCE.rows(connection, **its), *await _PAID_LATER.rows(connection, **its))
    ]


_C, _E, _PAID = contracts.c, contract_endings.c, contract_payments.c
_ITS = _C.customer_id == bindparam("customer_id")
_CONTRACT = (_C.id, _C.plan, _C.starts_on, _C.calendar, _C.managed_support, _E.from_on, _E.at.label("ended_at"))
_ENDING = _E.contract_id == _C.id
_PAID_AT_ONCE = Prepared(
    select(*_CONTRACT, _C.registered_paid_through.label("through"), _C.created_at.label("at"), null().label("paid_on"))
    .join_from(contracts, contract_endings, _ENDING, isouter=True)
    .where(_ITS, _C.registered_paid_through.is_not(None))
)
_PAID_LATER = Prepared(
    select(*_CONTRACT, _PAID.paid_through.label("through"), _PAID.at, _PAID.paid_on)
    .join_from(contracts, contract_payments, _PAID.contract_id == _C.id)
    .join(contract_endings, _ENDING, isouter=True)
    .where(_ITS)
)
_AGREED = Prepared(select(_C.plan, _C.starts_on, _C.created_at).where(_ITS))
_CERTIFICATE = Prepared(
    select(solutions.c.accepted_on, solutions.c.acceptance_registered_at, solutions.c.created_at).where(
        solutions.c.id == bindparam("solution_id"),
        solutions.c.customer_id == bindparam("customer_id"),
        solutions.c.accepted_on.is_not(None),
    )
)


def _term(id: str, plan: str, starts_on: date, through: date) -> ContractTerm:  # noqa: A002
    return ContractTerm(id, Plan(plan), starts_on, through, paid=True)


def _closures(policy: PolicyFile, year: int, last_year: int | None = None) -> dict[str, tuple[Closure, ...]]:
    countries = {hours.holidays for hours in policy.hours.values() if hours.holidays}
    last_year = last_year or year + _YEARS_AHEAD
    first, last = date(year, 1, 1), date(last_year, 12, 31)
    listed = {
        country: tuple(day for each in range(year, last_year + 1) for day in _holidays(country, each))
        for country in countries
    }
    return {
        country: policy.holidays.get(country, NO_CHANGES).applied(days, first=first, last=last)
        for country, days in listed.items()
    }


def holidays_of(policy: PolicyFile, first: int, last: int) -> frozenset[date]:
    """The holidays of the policy's business days, through these years."""
    country = policy.hours[policy.business_days].holidays
    return frozenset(each.on for each in _closures(policy, first, last)[country]) if country else frozenset()


@lru_cache(maxsize=64)
def _holidays(country: str, year: int) -> tuple[Closure, ...]:
    return holidays_between(date(year, 1, 1), date(year, 12, 31), country=country)
