"""Webhooks: where they lead, what they are told of, and their secrets.

A secret has to be had again for every delivery, so it is kept as it is; whoever reads this table can sign in our name.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Update, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from policy.webhooks.delivery import FORMER_SECRET_FOR, DeliveryState, PausedWhy
from storage.audit import audit
from storage.audit.acts import Act
from storage.engine.database import Database, Reader, insert
from storage.engine.tables import webhook_deliveries, webhook_kinds, webhooks

_PREFIX = "whsec_"  # Standard Webhooks' own


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """A webhook. `kinds` are the facts that it is told of, none: all of them; `customer_id` None: every customer's.

    `with_internal`: also of what customers do not see, such as notes. `owner_email`: who is told where it is paused;
    empty: the administrators. `secret` signs its deliveries, and until `former_until` `former_secret` does so as well.
    """

    id: str
    url: str
    customer_id: str | None
    kinds: tuple[str, ...] = ()
    with_internal: bool = False
    owner_email: str = ""
    secret: str = field(repr=False)
    former_secret: str | None = field(default=None, repr=False)
    former_until: datetime | None = None
    created_at: datetime
    failing_since: datetime | None = None
    paused_at: datetime | None = None
    paused_why: PausedWhy | None = None

    def secrets_at(self, at: datetime) -> tuple[str, ...]:
        """What a delivery at that instant is signed with, the newest first."""
        lasting = self.former_secret and self.former_until and at < self.former_until
        return (self.secret, self.former_secret) if lasting and self.former_secret else (self.secret,)


def new_secret() -> str:
    """A secret for signing, in the form that Standard Webhooks' libraries read: 256 random bits."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


async def keep(db: Database, new: Webhook) -> None:
    """Keep a new webhook; the same id again changes nothing."""
    row = {name: value for name, value in vars(new).items() if name != "kinds"}
    async with db.write() as connection:
        made = insert(connection, webhooks).on_conflict_do_nothing().returning(webhooks.c.id)
        if (await connection.execute(made, row)).first() is None:
            return
        if new.kinds:
            told_of = [{"webhook_id": new.id, "kind": kind} for kind in new.kinds]
            await connection.execute(insert(connection, webhook_kinds), told_of)
        await audit.note(connection, Act.WEBHOOK_MADE, new.id, at=new.created_at, customer=new.customer_id or "")


async def get(db: Reader, webhook_id: str) -> Webhook | None:
    """A webhook; None where there is none, or it was removed."""
    found = await _found(db, webhooks.c.id == webhook_id)
    return found[0] if found else None


async def listing(db: Reader) -> list[Webhook]:
    """All of them, the oldest first."""
    return await _found(db)


async def rotate(db: Database, webhook_id: str, secret: str, *, at: datetime) -> None:
    """Sign with another secret from now on; the one before goes on signing beside it for a day."""
    w = webhooks.c
    changed = _of(webhook_id).where(w.secret != secret)
    changed = changed.values(secret=secret, former_secret=w.secret, former_until=at + FORMER_SECRET_FOR)
    await _do(db, changed, Act.WEBHOOK_SECRET_CHANGED, webhook_id, at=at)


async def remove(db: Database, webhook_id: str, *, at: datetime) -> None:
    """Tell it of nothing any more. What became of its deliveries stays."""
    await _do(db, _of(webhook_id).values(removed_at=at), Act.WEBHOOK_REMOVED, webhook_id, at=at)


async def pause(db: Database, webhook_id: str, why: PausedWhy, *, at: datetime) -> None:
    """Leave an endpoint alone; one that is paused already stays as it is."""
    async with db.write() as connection:
        await pause_in(connection, webhook_id, why, at=at)


async def pause_in(connection: AsyncConnection, webhook_id: str, why: PausedWhy, *, at: datetime) -> None:
    """Leave an endpoint alone, in this transaction."""
    paused = _of(webhook_id).where(webhooks.c.paused_at.is_(None)).values(paused_at=at, paused_why=why, told_at=None)
    if (await connection.execute(paused)).rowcount:
        await audit.note(connection, Act.WEBHOOK_PAUSED, webhook_id, at=at, why=why.value)


async def resume(db: Database, webhook_id: str, *, at: datetime) -> None:
    """Go on: what was held meanwhile leaves now."""
    d = webhook_deliveries.c
    again = _of(webhook_id).where(webhooks.c.paused_at.is_not(None))
    again = again.values(paused_at=None, paused_why=None, failing_since=None)
    held = update(webhook_deliveries).where(d.webhook_id == webhook_id, d.state == DeliveryState.HELD)
    async with db.write() as connection:
        if (await connection.execute(again)).rowcount:
            await connection.execute(held.values(state=DeliveryState.WAITING, round=d.round + 1, began_at=None))
            await audit.note(connection, Act.WEBHOOK_RESUMED, webhook_id, at=at)


async def to_tell_of(db: Reader) -> list[Webhook]:
    """Those that paused by themselves and whose owner was not told yet."""
    w = webhooks.c
    return await _found(db, w.paused_why.in_((PausedWhy.FAILING, PausedWhy.GONE)), w.told_at.is_(None))


async def told(db: Database, webhook_id: str, *, at: datetime) -> bool:
    """Note that its owner is told; False where somebody noted it before."""
    async with db.write() as connection:
        noted = _of(webhook_id).where(webhooks.c.told_at.is_(None), webhooks.c.paused_at.is_not(None))
        return (await connection.execute(noted.values(told_at=at))).rowcount == 1


async def _do(db: Database, change: Update, act: Act, webhook_id: str, *, at: datetime) -> None:
    async with db.write() as connection:
        if (await connection.execute(change)).rowcount:
            await audit.note(connection, act, webhook_id, at=at)


def _of(webhook_id: str) -> Update:
    return update(webhooks).where(webhooks.c.id == webhook_id, webhooks.c.removed_at.is_(None))


async def _found(db: Reader, *conditions: Any) -> list[Webhook]:
    w, k = webhooks.c, webhook_kinds.c
    wanted = select(webhooks).where(w.removed_at.is_(None), *conditions).order_by(w.created_at, w.id)
    async with db.read() as connection:
        rows = list((await connection.execute(wanted)).mappings())
        told_of = select(webhook_kinds).where(k.webhook_id.in_([row["id"] for row in rows])).order_by(k.kind)
        kinds = [(row.webhook_id, row.kind) for row in await connection.execute(told_of)] if rows else []
    return [_webhook(row, tuple(kind for its, kind in kinds if its == row["id"])) for row in rows]


def _webhook(row: RowMapping, kinds: tuple[str, ...]) -> Webhook:
    said = {name: value for name, value in row.items() if name not in ("told_at", "removed_at", "paused_why")}
    return Webhook(**said, kinds=kinds, paused_why=PausedWhy(row["paused_why"]) if row["paused_why"] else None)
