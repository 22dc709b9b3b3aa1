"""The audit of security acts, for administrators: listed, exported whole, and what the settings were at each start."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from desk.desk import Desk
from desk.problems import own_cursor
from settings import Settings
from storage.audit import audit
from storage.audit.acts import Act, Doer
from storage.audit.audit import Entry, Wanted
from storage.engine.database import Database
from storage.engine.paging import Page
from storage.engine.reach import DatabaseUnavailable


async def listing(desk: Desk, wanted: Wanted, *, limit: int, cursor: str | None = None) -> Page[Entry]:
    """A page of the audit, the newest first. Raises InvalidCursor."""
    with own_cursor():
        return await audit.listing(desk.database, wanted, limit=limit, cursor=cursor)


async def exported(desk: Desk, what: str, *, at: datetime) -> None:
    """Put on the audit that somebody takes this out of the house."""
    await audit.note_alone(desk.database, Act.EXPORTED, what, at=at)


async def tried(desk: Desk, act: Act, address: str, *, at: datetime) -> None:
    """Count what a stranger tried, and put the tally on the audit where it is to be told. Best effort: they are told
    the same whether or not the database takes it.
    """
    tally = desk.tallies.count(act, address, at=at)
    if tally:
        with suppress(DatabaseUnavailable):
            said: dict[str, Any] = {"times": tally.times, "hour": tally.hour.isoformat()}
            await audit.note_alone(desk.database, act, at=at, by=Doer(role="", address=tally.address), **said)


def whole(desk: Desk) -> AsyncIterator[Entry]:
    """Every entry, the oldest first."""
    return audit.whole(desk.database)


async def note_settings(db: Database, settings: Settings, policy_version: str, *, at: datetime) -> None:
    """Put on the audit which settings are others than at the API's last start; of secrets nothing."""
    now = {"policy": policy_version, **_told(settings)}
    before = await audit.latest(db, Act.SETTINGS_CHANGED)
    known: dict[str, str] = dict(each.split("=", 1) for each in before.detail["now"]) if before else {}
    changed = sorted(name for name in now.keys() | known.keys() if now.get(name) != known.get(name))
    if changed:
        said: dict[str, Any] = {"changed": changed, "now": [f"{name}={value}" for name, value in sorted(now.items())]}
        await audit.note_alone(db, Act.SETTINGS_CHANGED, at=at, by=Doer(), **said)


def _told(settings: Settings) -> dict[str, str]:
    """The settings as they may be told: of a secret, or an address that can hold a password, whether there is one."""
    told: dict[str, Any] = {}
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        is_secret = isinstance(value, SecretStr) or not field.repr
        told[name] = "(set)" if is_secret and value else value
    return {name: json.dumps(value, default=str) for name, value in told.items()}
