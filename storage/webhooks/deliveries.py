"""The deliveries of webhooks: a row for each fact and webhook, made with the fact, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, Update, delete, func, or_, select, text
from sqlalchemy import update as update_of
from sqlalchemy.ext.asyncio import AsyncConnection

from policy.webhooks.delivery import DeliveryState, after_failure
from storage.engine import paging
from storage.engine.database import Database, Reader
from storage.engine.paging import Page
from storage.engine.prepared import Prepared
from storage.engine.tables import cases, webhook_deliveries, webhooks
from storage.webhooks.webhooks import pause_in


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A fact that a webhook is told of. `id` is what the receiver knows it by, however often it comes.

    `round`: how often it was replayed; `answered`: the last try's HTTP status; `last_error`: why it failed.
    """

    id: str
    webhook_id: str
    case_number: str
    seq: int
    kind: str
    at: datetime
    state: DeliveryState
    round: int
    began_at: datetime | None
    attempts: int
    answered: int | None
    last_error: str | None
    delivered_at: datetime | None


_PUBLISHED = Prepared(
    text(
        """
        INSERT INTO webhook_deliveries (id, webhook_id, case_number, seq, kind, at, state, round, attempts)
        SELECT 'msg_' || w.id || '_' || f.case_number || '_' || CAST(f.seq AS VARCHAR),
               w.id, f.case_number, f.seq, f.kind, f.at, 'waiting', 0, 0
        FROM webhooks w JOIN facts f ON f.case_number = :number AND f.turn = :turn
        WHERE w.removed_at IS NULL
          AND (w.customer_id IS NULL OR w.customer_id = :customer)
          AND (w.with_internal OR NOT f.internal)
          AND (NOT EXISTS (SELECT 1 FROM webhook_kinds k WHERE k.webhook_id = w.id)
               OR EXISTS (SELECT 1 FROM webhook_kinds k WHERE k.webhook_id = w.id AND k.kind = f.kind))
        """
    )
)
"""For each fact of a turn, a delivery to each webhook that is told of it."""


async def publish(connection: AsyncConnection, number: str, *, turn: int, customer_id: str) -> None:
    """Have the facts of a turn delivered to whoever is told of them, in the turn's own transaction."""
    await _PUBLISHED.changed(connection, number=number, turn=turn, customer=customer_id)


async def waiting(db: Reader, *, most: int) -> list[Delivery]:
    """Those that nobody has begun with, the oldest first."""
    d = webhook_deliveries.c
    wanted = select(webhook_deliveries).where(d.state == DeliveryState.WAITING).order_by(d.at, d.id).limit(most)
    async with db.read() as connection:
        return [_delivery(row) for row in (await connection.execute(wanted)).mappings()]


async def get(db: Reader, delivery_id: str) -> Delivery | None:
    """A delivery."""
    async with db.read() as connection:
        wanted = select(webhook_deliveries).where(webhook_deliveries.c.id == delivery_id)
        row = (await connection.execute(wanted)).mappings().first()
    return _delivery(row) if row else None


async def listing(
    db: Reader, webhook_id: str, *, state: DeliveryState | None = None, limit: int = 50, cursor: str | None = None
) -> Page[Delivery]:
    """A webhook's deliveries, the newest first. ValueError for no cursor of this list."""
    d = webhook_deliveries.c
    wanted = select(webhook_deliveries).where(d.webhook_id == webhook_id).order_by(d.at.desc(), d.id.desc())
    if state is not None:
        wanted = wanted.where(d.state == state)
    if cursor is not None:
        at, id_ = paging.decode(cursor, "webhook-deliveries", datetime, str)
        wanted = wanted.where(or_(d.at < at, (d.at == at) & (d.id < id_)))
    limit = paging.clamp(limit)
    async with db.read() as connection:
        found = [_delivery(row) for row in (await connection.execute(wanted.limit(limit + 1))).mappings()]
    return paging.page(found, limit, lambda each: paging.encode("webhook-deliveries", each.at, each.id))


async def standing(db: Reader) -> dict[str, dict[DeliveryState, int]]:
    """How many deliveries of each webhook are in which state."""
    d = webhook_deliveries.c
    found: dict[str, dict[DeliveryState, int]] = {}
    async with db.read() as connection:
        counted = select(d.webhook_id, d.state, func.count()).group_by(d.webhook_id, d.state)
        for webhook_id, state, many in await connection.execute(counted):
            found.setdefault(webhook_id, {})[DeliveryState(state)] = many
    return found


async def begun(db: Database, delivery: Delivery, *, at: datetime) -> None:
    """Note that somebody is at it."""
    mine = _of(delivery).where(webhook_deliveries.c.state == DeliveryState.WAITING)
    async with db.write() as connection:
        await connection.execute(mine.values(state=DeliveryState.UNDER_WAY, began_at=at))


async def hold(db: Database, delivery: Delivery) -> None:
    """Keep it until its webhook goes on."""
    async with db.write() as connection:
        await connection.execute(_of(delivery).values(state=DeliveryState.HELD))


async def delivered(db: Database, delivery: Delivery, *, answered: int, at: datetime) -> None:
    """Note that the endpoint took it, and that it works."""
    d, w = webhook_deliveries.c, webhooks.c
    took = {"state": DeliveryState.DELIVERED, "delivered_at": at, "answered": answered, "last_error": None}
    async with db.write() as connection:
        await connection.execute(_of(delivery).values(**took, attempts=d.attempts + 1))
        works = update_of(webhooks).where(w.id == delivery.webhook_id, w.failing_since.is_not(None))
        await connection.execute(works.values(failing_since=None))


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A try in vain: the HTTP status if there was one, and why in a word."""

    answered: int | None
    error: str
    at: datetime


async def failed(db: Database, delivery: Delivery, failure: Failure) -> DeliveryState:
    """Note a try in vain, and what follows from it: what the delivery's state is now."""
    d, w = webhook_deliveries.c, webhooks.c
    async with db.write() as connection:
        began = func.coalesce(w.failing_since, failure.at)
        failing = update_of(webhooks).where(w.id == delivery.webhook_id).values(failing_since=began)
        since = (await connection.execute(failing.returning(w.failing_since))).scalar_one()
        follows = after_failure(
            began_at=delivery.began_at or failure.at, failing_since=since, answered=failure.answered, at=failure.at
        )
        state = DeliveryState.UNDER_WAY
        if follows.pauses:
            await pause_in(connection, delivery.webhook_id, follows.pauses, at=failure.at)
            state = DeliveryState.HELD
        elif follows.gives_up:
            state = DeliveryState.GIVEN_UP
        tried = {"attempts": d.attempts + 1, "answered": failure.answered, "last_error": failure.error}
        tried |= {"began_at": func.coalesce(d.began_at, failure.at)}
        await connection.execute(_of(delivery).values(**tried, state=state))
    return state


async def replay(db: Database, delivery: Delivery) -> bool:
    """Have it delivered once more, under the same id; False where it is on its way already."""
    d = webhook_deliveries.c
    rests = d.state.in_((DeliveryState.DELIVERED, DeliveryState.HELD, DeliveryState.GIVEN_UP))
    again = _of(delivery).where(rests)
    async with db.write() as connection:
        again = again.values(state=DeliveryState.WAITING, round=d.round + 1, began_at=None)
        return (await connection.execute(again)).rowcount == 1


async def forget(db: Database, *, before: datetime) -> int:
    """Delete what was delivered before then; answer how many."""
    d = webhook_deliveries.c
    async with db.write() as connection:
        return (await connection.execute(delete(webhook_deliveries).where(d.delivered_at < before))).rowcount


async def customer_of(db: Reader, case_number: str) -> str | None:
    """Whose case it is."""
    async with db.read() as connection:
        found: str | None = await connection.scalar(select(cases.c.customer_id).where(cases.c.number == case_number))
    return found


def _of(delivery: Delivery) -> Update:
    """This round of a delivery: a try that ends late changes nothing of the next."""
    d = webhook_deliveries.c
    return update_of(webhook_deliveries).where(d.id == delivery.id, d.round == delivery.round)


def _delivery(row: RowMapping) -> Delivery:
    return Delivery(**{**row, "state": DeliveryState(row["state"])})
