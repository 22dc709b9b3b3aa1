"""Covers as their workflows see them: a contract's and a warranty's days, which are not over, whom they may release.

What a case is promised under a cover is `terms`; that a cover's end was announced is `announcements`.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from policy.case.case import Status
from policy.cover.cover import CoverRef, warranty_ends_on
from policy.cover.cover_end import CoverDates, goes_on
from policy.terms.policy_file import PolicyFile
from policy.terms.terms import CoverKind
from storage.engine.database import Reader
from storage.engine.tables import cases, contracts, cover_announcements, solutions
from storage.terms.terms import bogota_date, paid_terms

_LONGEST_MONTH = timedelta(days=31)


async def dates(connection: AsyncConnection, policy: PolicyFile, cover: CoverRef) -> CoverDates | None:
    """The cover's days as they are known now, with what was announced of them; None where there is no such cover."""
    found = await _days(connection, policy, cover)
    if found is None:
        return None
    starts_on, agreed_until, through = found
    given: tuple[int, ...] = ()
    if through is not None:
        a = cover_announcements.c
        wanted = select(a.days_before).where(
            a.cover == cover.kind, a.cover_id == cover.id, a.ends_on == through, a.days_before >= 0
        )
        given = tuple(sorted(set(await connection.scalars(wanted)), reverse=True))
    return CoverDates(
        starts_on=starts_on,
        agreed_until=agreed_until,
        covered_through=through,
        days_before=policy.cover_end_announced_days_before,
        given=given,
        goes_on=through is not None and goes_on(through, await paid_terms(connection, cover.customer_id)),
    )


async def unfinished(db: Reader, policy: PolicyFile, *, at: datetime) -> list[CoverRef]:
    """Every cover that is not over at an instant, also one that begins later: each has a workflow."""
    today = bogota_date(at)
    c, s = contracts.c, solutions.c
    accepted = select(s.id, s.customer_id, s.accepted_on).where(
        s.accepted_on >= today - _LONGEST_MONTH * policy.warranty_months
    )
    async with db.read() as connection:
        agreed = [
            CoverRef(kind=CoverKind.CONTRACT, id=row.id, customer_id=row.customer_id)
            for row in await connection.execute(select(c.id, c.customer_id).where(c.ends_on >= today).order_by(c.id))
        ]
        warranties = [
            CoverRef(kind=CoverKind.WARRANTY, id=row.id, customer_id=row.customer_id)
            for row in await connection.execute(accepted.order_by(s.id))
            if warranty_ends_on(row.accepted_on, months=policy.warranty_months) >= today
        ]
    return [*agreed, *warranties]


async def held_cases(db: Reader, customer_id: str | None = None) -> list[str]:
    """The numbers of a customer's held cases, or of everybody's: those that wait for cover (WAR-3)."""
    wanted = select(cases.c.number).where(cases.c.status == Status.HELD)
    if customer_id is not None:
        wanted = wanted.where(cases.c.customer_id == customer_id)
    async with db.read() as connection:
        return list(await connection.scalars(wanted.order_by(cases.c.number)))


async def _days(
    connection: AsyncConnection, policy: PolicyFile, cover: CoverRef
) -> tuple[date, date, date | None] | None:
    """First day, last agreed day, last covered day."""
    if cover.kind is CoverKind.CONTRACT:
        c = contracts.c
        wanted = select(c.starts_on, c.ends_on, c.paid_through).where(c.id == cover.id)
        row = (await connection.execute(wanted)).first()
        return (row.starts_on, row.ends_on, row.paid_through) if row else None
    accepted_on = await connection.scalar(select(solutions.c.accepted_on).where(solutions.c.id == cover.id))
    if accepted_on is None:
        return None
    last = warranty_ends_on(accepted_on, months=policy.warranty_months)
    return accepted_on, last, last
