"""The notices that a plan lacks the channel of a request: a row for each contact, channel and day (REQ-7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Update, select, update

from policy.case.case import Channel
from policy.terms.channels import Misdirected
from storage.engine.database import Database, Reader, insert
from storage.engine.tables import channel_notices


@dataclass(frozen=True, kw_only=True)
class ChannelNotice:
    """A notice and what became of it; `last_error` says why it has not left, or never will."""

    contact_id: str
    channel: Channel
    on_date: date
    at: datetime
    delivered_at: datetime | None
    delivered_to: list[str] | None
    last_error: str | None


async def begin(db: Database, told: Misdirected, *, at: datetime) -> ChannelNotice:
    """The notice of that contact, channel and day, made at `at` unless it is there."""
    row: dict[str, Any] = {"contact_id": told.contact_id, "channel": told.channel, "on_date": told.on, "at": at}
    async with db.write() as connection:
        await connection.execute(insert(connection, channel_notices).on_conflict_do_nothing(), row)
        found = await connection.execute(select(channel_notices).where(*_key(told)))
        return _notice(found.mappings().one())


async def delivered(db: Database, told: Misdirected, *, to: list[str], at: datetime) -> None:
    """Note that it left, and to which addresses."""
    async with db.write() as connection:
        await connection.execute(_of(told).values(delivered_at=at, delivered_to=to, last_error=None))


async def failed(db: Database, told: Misdirected, *, error: str) -> None:
    """Note why it did not leave."""
    async with db.write() as connection:
        await connection.execute(_of(told).values(last_error=error[:2000]))


async def of_contact(db: Reader, contact_id: str) -> list[ChannelNotice]:
    """A contact's notices, by day and channel."""
    c = channel_notices.c
    wanted = select(channel_notices).where(c.contact_id == contact_id).order_by(c.on_date, c.channel)
    async with db.read() as connection:
        return [_notice(row) for row in (await connection.execute(wanted)).mappings()]


def _of(told: Misdirected) -> Update:
    return update(channel_notices).where(*_key(told), channel_notices.c.delivered_at.is_(None))


def _key(told: Misdirected) -> tuple[Any, ...]:
    c = channel_notices.c
    return c.contact_id == told.contact_id, c.channel == told.channel, c.on_date == told.on


def _notice(row: Any) -> ChannelNotice:
    return ChannelNotice(**{**row, "channel": Channel(row["channel"])})
