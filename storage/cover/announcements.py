"""The announcements of a cover's end, one for each recipient, and what became of each (WAR-5).

And those of the day after, where fewer contacts may sign in than before: the customer chooses who stays (PLAN-8).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from policy.case.case import Plan
from policy.cover.cover import CoverRef
from policy.cover.cover_end import CoverDates
from policy.people.recipients import (
    Administrators,
    Commercial,
    CustomerRecipient,
    Recipient,
    recipient_from_text,
    recipient_to_text,
)
from policy.terms.policy_file import PolicyFile
from policy.terms.terms import CoverKind
from storage.cover import covers
from storage.engine.database import Database, Reader, insert
from storage.engine.tables import contracts, cover_announcements, customers, solutions
from storage.people import contacts
from storage.people.customers import hold
from storage.terms.terms import bogota_date

DAY_AFTER = -1
"""The days before of what is told on the day after the last one."""
TOLD_OF_END = -2
"""The days before of what is told of an end before the term (PLAN-17)."""
_SUPERSEDED = "superseded: it no longer held when it could have left"


@dataclass(frozen=True, kw_only=True)
class AnnouncementRow:
    """An announcement to one recipient; `name` is the customer's, `solution` the solution's of a warranty."""

    id: int
    cover: CoverKind
    cover_id: str
    ends_on: date
    days_before: int
    recipient: Recipient
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
    last_error: str | None = None

    @property
    def ref(self) -> CoverRef:
        """The cover that it speaks of."""
        return CoverRef(kind=self.cover, id=self.cover_id, customer_id=self.customer_id)

    @property
    def is_for_the_customer(self) -> bool:
        return isinstance(self.recipient, CustomerRecipient)

    @property
    def asks_who_stays(self) -> bool:
        """Whether it asks who signs in from now on, instead of announcing an end."""
        return self.days_before == DAY_AFTER

    @property
    def tells_of_early_end(self) -> bool:
        """Whether it tells that the contract was ended or replaced, instead of announcing an end."""
        return self.days_before == TOLD_OF_END

    @property
    def is_superseded(self) -> bool:
        """Whether it was not sent because it no longer held."""
        return self.given_up and self.last_error == _SUPERSEDED


async def announce(db: Database, policy: PolicyFile, cover: CoverRef, *, at: datetime) -> CoverDates | None:
    """Record what of the cover's end is to be announced at `at`, once, to the administrators and the commercial team.

    The customer is held and the days are read in the same transaction, so that nothing is announced that a payment
    moved meanwhile. Answers the dates as they are then; None where there is no such cover.
    """
    administrators = recipient_to_text(Administrators(cover.customer_id))
    async with db.write() as connection:
        with suppress(LookupError):  # no such customer: then there is no such cover either
            await hold(connection, cover.customer_id)
        known = await covers.dates(connection, policy, cover)
        if known is None or known.covered_through is None:
            return known
        row = {
            "cover": cover.kind, "cover_id": cover.id, "ends_on": known.covered_through,
            "customer_id": cover.customer_id, "unpaid_until": known.unpaid_until, "at": at,
            "attempts": 0, "given_up": False,
        }  # fmt: skip
        due = known.next_announcement(at=at)
        if due and due.at <= at:
            both = (administrators, recipient_to_text(Commercial()))
            rows = [{**row, "recipient": each, "days_before": due.days_before} for each in both]
        elif known.has_lapsed(at=at) and await _has_to_choose(connection, policy, cover, on=bogota_date(at)):
            rows = [{**row, "recipient": administrators, "days_before": DAY_AFTER}]
        else:
            return known
        await connection.execute(insert(connection, cover_announcements).on_conflict_do_nothing(), rows)
        return await covers.dates(connection, policy, cover)


async def _has_to_choose(connection: AsyncConnection, policy: PolicyFile, cover: CoverRef, *, on: date) -> bool:
    """Whether a contract's end leaves fewer places to sign in than it had, and than there are persons named for it."""
    if cover.kind is not CoverKind.CONTRACT:
        return False
    plan = Plan((await connection.execute(select(contracts.c.plan).where(contracts.c.id == cover.id))).scalar_one())
    state = await contacts.state_in(connection, cover.customer_id, policy=policy, on=on)
    ended = policy.plans.get(plan)  # a plan that is over may have left the file
    return state.sign_ins.choice_needed and (ended is None or state.places < ended.portal_users)


async def pending(db: Reader, cover: CoverRef) -> list[AnnouncementRow]:
    """The cover's announcements that were neither delivered nor given up, in order."""
    a = cover_announcements.c
    waiting = (a.delivered_at.is_(None), a.given_up.is_(False))
    return await of_cover(db, cover, *waiting)


async def of_cover(db: Reader, cover: CoverRef, *conditions: Any) -> list[AnnouncementRow]:
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
        AnnouncementRow(
            **{
                **row,
                "cover": CoverKind(row["cover"]),
                "recipient": recipient_from_text(row["recipient"]),
                "delivered_to": tuple(row["delivered_to"] or ()),
            }
        )
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


async def superseded(db: Database, announcement_id: int) -> None:
    """Give up an announcement that no longer holds."""
    await failed(db, announcement_id, error=_SUPERSEDED, final=True)


async def failed(db: Database, announcement_id: int, *, error: str, final: bool) -> None:
    """Note that a try failed; after the final one the announcement is given up."""
    a = cover_announcements.c
    tried = update(cover_announcements).where(a.id == announcement_id, a.delivered_at.is_(None))
    async with db.write() as connection:
        await connection.execute(tried.values(attempts=a.attempts + 1, last_error=error[:2000], given_up=final))
