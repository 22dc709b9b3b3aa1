"""Bearer tokens: who asks, known by a secret of which only the digest is kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select, update

from policy.case.case import Actor, Level, Role
from storage.engine.database import Database, Reader, insert
from storage.engine.tables import agents, contacts, tokens
from storage.terms.terms import bogota_date

_PREFIX = "esc_"  # so that secret scanners know one when it lies around


@dataclass(frozen=True, kw_only=True)
class Token:
    """A token as it is listed; `subject_id` is the contact's or agent's id."""

    id: str
    role: Role
    subject_id: str
    customer_id: str | None = None
    levels: tuple[Level, ...] = ()
    label: str = ""
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True)
class Principal:
    """Who asks. `customer_id` bounds what a contact may see; None for those who serve."""

    token_id: str
    actor: Actor
    customer_id: str | None


def new_secret() -> str:
    """A secret to give to somebody, once: 256 random bits, so its plain SHA-256 cannot be turned back."""
    return _PREFIX + secrets.token_urlsafe(32)


async def create(db: Database, token: Token, secret: str) -> Token:
    """Keep a token under its secret's digest; the same id again gives the one that is kept.

    ValueError for a contact's token that names no customer, or another role's that does.
    """
    if (token.role is Role.CONTACT) != (token.customer_id is not None):
        raise ValueError("a contact's token names its customer, and no other token does")
    row = {**vars(token), "hash": _digest(secret), "levels": [int(level) for level in token.levels]}
    async with db.write() as connection:
        await connection.execute(insert(connection, tokens).on_conflict_do_nothing(index_elements=["id"]), row)
        return _token((await connection.execute(_SELECT.where(tokens.c.id == token.id))).mappings().one())


async def revoke(db: Database, token_id: str, *, at: datetime) -> None:
    """End a token; one that has ended stays as it ended."""
    ended = update(tokens).where(tokens.c.id == token_id, tokens.c.revoked_at.is_(None)).values(revoked_at=at)
    async with db.write() as connection:
        await connection.execute(ended)


async def listing(db: Reader) -> list[Token]:
    """All tokens, the oldest first, without their secrets."""
    async with db.read() as connection:
        rows = await connection.execute(_SELECT.order_by(tokens.c.created_at, tokens.c.id))
        return [_token(row) for row in rows.mappings()]


async def principal(db: Reader, secret: str, *, at: datetime) -> Principal | None:
    """Who holds this secret, or None: unknown, expired, revoked, or of a contact who may not act (REQ-1, REQ-3).

    A contact's token is a way to sign in: it holds while the contact is named for that (REQ-6). An agent's groups are
    those of this instant; its levels are the token's.
    """
    in_force = and_(
        tokens.c.hash == _digest(secret),
        tokens.c.revoked_at.is_(None),
        or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > at),
    )
    active = and_(
        contacts.c.removed_at.is_(None), contacts.c.can_sign_in.is_(True), contacts.c.notified_on <= bogota_date(at)
    )
    authorized = select(contacts.c.id).where(
        contacts.c.id == tokens.c.subject_id, contacts.c.customer_id == tokens.c.customer_id, active
    )
    serving = and_(agents.c.id == tokens.c.subject_id, tokens.c.role == Role.AGENT)
    wanted = (
        _SELECT.add_columns(agents.c.groups)
        .outerjoin_from(tokens, agents, serving)
        .where(in_force, or_(tokens.c.role != Role.CONTACT, authorized.exists()))
    )
    async with db.read() as connection:
        row = (await connection.execute(wanted)).mappings().first()
    if row is None:
        return None
    token = _token({name: row[name] for name in Token.__dataclass_fields__})
    actor = Actor(token.role, token.subject_id, token.levels, tuple(row["groups"] or ()))
    return Principal(token.id, actor, token.customer_id)


_SELECT = select(*(tokens.c[name] for name in Token.__dataclass_fields__))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _token(row: Mapping[Any, Any]) -> Token:
    levels = tuple(Level(level) for level in row["levels"])
    return Token(**{**row, "role": Role(row["role"]), "levels": levels})
