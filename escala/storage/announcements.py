"""That a cover ends, told once to each recipient: what is to be said, and what became of it (WAR-5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update

from escala.policy.cover import CoverRef
from escala.policy.cover_end import CoverDates
from escala.policy.policy_file import PolicyFile
from escala.policy.terms import CoverKind
from escala.storage import covers
from escala.storage.customers import hold
from escala.storage.engine import Database, insert
from escala.storage.tables import contracts, cover_announcements, customers, solutions


@dataclass(frozen=True, kw_only=True)
class AnnouncementRow:
    """An announcement to one recipient; `name` is the customer's, `solution` the solution's of a warranty."""

    id: int
    cover: CoverKind
    cover_id: str
    ends_on: date
    days_before: int
    recipient: str
    customer_id: str
    unpaid_until: date | None
    at: datetime
    attempts: int
    given_up: bool = False
    delivered_at: datetime | None = None
    delivered_to: tuple[str, ...] = ()
    name: str = ""
    plan: str | None = None
    solution: str | None = None
    language: str = "es"


async def announce(db: Database, policy: PolicyFile, cover: CoverRef, *, at: datetime) -> CoverDates | None:
    """Record what of the cover's end is to be announced at `at`, once, to the administrators and the commercial team.

    The customer is held and the days are read in the same transaction, so that nothing is announced that a payment
    moved meanwhile. Answers the dates as they are then; None where there is no such cover.
    """
    async with db.write() as connection:
        await hold(connection, cover.customer_id)
        known = await covers.dates(connection, policy, cover)
        due = known.next_announcement(at=at) if known else None
        if known is None or due is None or due.at > at:
            return known
        row = {
            "cover": cover.kind, "cover_id": cover.id, "ends_on": due.ends_on, "days_before": due.days_before,
            "customer_id": cover.customer_id, "unpaid_until": known.unpaid_until, "at": at,
            "attempts": 0, "given_up": False,
        }  # fmt: skip
        rows = [{**row, "recipient": each} for each in (f"administrators:{cover.customer_id}", "commercial")]
        await connection.execute(insert(connection, cover_announcements).on_conflict_do_nothing(), rows)
        return await covers.dates(connection, policy, cover)


async def pending(db: Database, cover: CoverRef) -> list[AnnouncementRow]:
    """The cover's announcements that were neither delivered nor given up, in order."""
    a = cover_announcements.c
    waiting = (a.delivered_at.is_(None), a.given_up.is_(False))
    return await of_cover(db, cover, *waiting)


async def of_cover(db: Database, cover: CoverRef, *conditions: Any) -> list[AnnouncementRow]:
    """What was announced of a cover, in order."""
    a = cover_announcements.c
    names = [a[name] for name in AnnouncementRow.__dataclass_fields__ if name in a]
    wanted = (
        select(*names, customers.c.name, contracts.c.plan, solutions.c.name.label("solution"))
        .join(customers, customers.c.id == a.customer_id)
        .outerjoin(contracts, (contracts.c.id == a.cover_id) & (a.cover == CoverKind.CONTRACT))
        .outerjoin(solutions, (solutions.c.id == a.cover_id) & (a.cover == CoverKind.WARRANTY))
        .where(a.cover == cover.kind, a.cover_id == cover.id, *conditions)
        .order_by(a.id)
    )
    async with db.read() as connection:
        rows = list((await connection.execute(wanted)).mappings())
    return [
        AnnouncementRow(**{**row, "cover": CoverKind(row["cover"]), "delivered_to": tuple(row["delivered_to"] or ())})
        for row in rows
    ]


async def delivered(db: Database, announcement_id: int, *, at: datetime, to: list[str]) -> None:
    """Note that an announcement left, and to which addresses; the first time counts."""
    a = cover_announcements.c
    left = update(cover_announcements).where(a.id == announcement_id, a.delivered_at.is_(None))
    async with db.write() as connection:
        await connection.execute(
            left.values(delivered_at=at, delivered_to=to, attempts=a.attempts + 1, last_error=None)
        )


async def failed(db: Database, announcement_id: int, *, error: str, final: bool) -> None:
    """Note that a try failed; after the final one the announcement is given up."""
    a = cover_announcements.c
    tried = update(cover_announcements).where(a.id == announcement_id, a.delivered_at.is_(None))
    async with db.write() as connection:
        await connection.execute(tried.values(attempts=a.attempts + 1, last_error=error[:2000], given_up=final))
