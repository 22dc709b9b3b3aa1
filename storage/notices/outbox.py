"""The notices that wait to be delivered, with what each message shows, and the addresses behind their recipients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select, update

from policy.case.case import Plan
from policy.case.facts import RecordedFact
from storage.case import views
from storage.engine.database import Database, Reader
from storage.engine.tables import agents, cases, contacts, notices
from storage.terms.terms import bogota_date


@dataclass(frozen=True, kw_only=True)
class OutboxRow:
    """A notice to deliver, with the fact that it tells of, the words that the fact speaks of, and its case's title."""

    id: int
    case_number: str
    turn: int
    kind: str
    recipient: str
    seq: int
    limit_at: datetime | None
    at: datetime
    due_at: datetime | None
    attempts: int
    title: str
    plan: Plan
    customer_id: str
    fact: RecordedFact
    words: Mapping[str, str]
    language: str = "es"


async def pending(db: Reader, case_number: str) -> list[OutboxRow]:
    """The case's notices that were neither delivered nor given up, in the order of what they tell of."""
    n = notices.c
    wanted = (
        select(
            n.id, n.case_number, n.turn, n.kind, n.recipient, n.seq, n.limit_at, n.at, n.attempts,
            cases.c.title, cases.c.plan, cases.c.customer_id,
        )
        .join(cases, cases.c.number == n.case_number)
        .where(n.case_number == case_number, n.delivered_at.is_(None), n.given_up.is_(False))
        .order_by(n.seq, n.id)
    )  # fmt: skip
    async with db.read() as connection:
        rows = list((await connection.execute(wanted)).mappings())
        told = {seq: await views.fact(connection, case_number, seq) for seq in {row["seq"] for row in rows}}
    return [
        OutboxRow(**{**row, "plan": Plan(row["plan"])}, due_at=of.due_at, fact=of.fact, words=of.words)
        for row in rows
        if (of := told[row["seq"]]) is not None
    ]


async def delivered(db: Database, notice_id: int, *, at: datetime, to: list[str]) -> None:
    """Note that a notice left, and to which addresses; the first time counts."""
    left = update(notices).where(notices.c.id == notice_id, notices.c.delivered_at.is_(None))
    async with db.write() as connection:
        await connection.execute(
            left.values(delivered_at=at, delivered_to=to, attempts=notices.c.attempts + 1, last_error=None)
        )


async def failed(db: Database, notice_id: int, *, error: str, final: bool) -> None:
    """Note that a try failed; after the final one the notice is given up and stays visible as such."""
    tried = update(notices).where(notices.c.id == notice_id, notices.c.delivered_at.is_(None))
    async with db.write() as connection:
        await connection.execute(tried.values(attempts=notices.c.attempts + 1, last_error=error[:2000], given_up=final))


async def addresses(db: Reader, recipient: str, mailboxes: Mapping[str, str], *, at: datetime) -> list[str]:
    """The addresses behind a notice's recipient at an instant; none if nobody is there.

    `mailboxes` are the desk's own by recipient ("level:1", "group:sig", "commercial", "director"); a group without one
    is reached at level 2, the director at level 3. A contact who was taken off the roster is no longer written to: the
    customer's administrators are, those whose written notice is in force (REQ-3).
    """
    kind, _, id_ = recipient.partition(":")
    if kind == "contact":
        return await _contact_addresses(db, id_, on=bogota_date(at))
    if kind == "administrators":
        return await _emails(db, _administrators(id_, on=bogota_date(at)))
    if kind == "agent":
        return await _emails(db, select(agents.c.email).where(agents.c.id == id_))
    fallback = {"group": "level:2", "director": "level:3"}.get(kind, recipient)
    found = mailboxes.get(recipient) or mailboxes.get(fallback)
    return [found] if found else []


async def _contact_addresses(db: Reader, contact_id: str, *, on: date) -> list[str]:
    known = select(contacts.c.email, contacts.c.customer_id, contacts.c.removed_at).where(contacts.c.id == contact_id)
    async with db.read() as connection:
        contact = (await connection.execute(known)).first()
    if contact is None:
        return []
    if contact.removed_at is None:
        return [contact.email]
    return await _emails(db, _administrators(contact.customer_id, on=on))


def _administrators(customer_id: str, *, on: date) -> Select[tuple[str]]:
    c = contacts.c
    return select(c.email).where(
        c.customer_id == customer_id,
        c.is_system_administrator.is_(True),
        c.removed_at.is_(None),
        c.notified_on <= on,
    )


async def _emails(db: Reader, wanted: Select[tuple[str]]) -> list[str]:
    async with db.read() as connection:
        return sorted(await connection.scalars(wanted))
