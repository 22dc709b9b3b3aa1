"""The outbox: notices that wait to be delivered, with what each message shows, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from policy.case.case import Plan
from policy.case.facts import RecordedFact
from policy.people.recipients import Recipient, recipient_from_text
from storage.case import views
from storage.engine.database import Database, Reader
from storage.engine.tables import cases, notices


@dataclass(frozen=True, kw_only=True)
class OutboxRow:
    """A notice to deliver, with the fact that it tells of, the words that the fact speaks of, and its case's title."""

    id: int
    case_number: str
    turn: int
    kind: str
    recipient: Recipient
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
        OutboxRow(
            **{**row, "plan": Plan(row["plan"]), "recipient": recipient_from_text(row["recipient"])},
            due_at=of.due_at,
            fact=of.fact,
            words=of.words,
        )
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
