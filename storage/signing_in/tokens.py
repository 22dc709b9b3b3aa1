"""Bearer tokens: who asks, known by a secret of which only the digest is kept.

A token gives nobody a right: it stands for somebody, and what it may is what that person may at the instant of its use.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from policy.case.case import Actor, Level, Role
from policy.people.contacts import mailbox_of
from storage.audit import audit
from storage.audit.acts import Act
from storage.engine import paging
from storage.engine.database import Database, Reader, insert
from storage.engine.paging import Page
from storage.engine.prepared import Prepared
from storage.engine.tables import accounts, agents, contacts, tokens
from storage.signing_in.token_ends import OF_THE_HOUSE, SERVING, end
from storage.terms.terms import bogota_date

_PREFIX = "esc_"  # so that secret scanners know one when it lies around
_NOTED_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Token:
    """A token as it is listed. `subject_id` is the contact's or agent's id; of the house, an account's id, or the name
    of a program, which is nobody's account. `last_used_at` is to the minute.
    """

    id: str
    role: Role
    subject_id: str
    customer_id: str | None = None
    levels: tuple[Level, ...] = ()
    label: str = ""
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    def is_in_force(self, *, at: datetime) -> bool:
        """Whether it has neither been revoked nor expired; whose it is may still have lost the right to it."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > at)


@dataclass(frozen=True)
class Principal:
    """Who asks. `customer_id` bounds what a contact may see; None for those who serve.

    `is_to_note`: that the token was used has not been noted for a minute.
    `stands_in_for`: as whom else it may act on cases, in the names of those who are absent now (ESC-17).
    """

    token_id: str
    actor: Actor
    customer_id: str | None
    is_to_note: bool = field(default=False, compare=False)
    stands_in_for: tuple[Actor, ...] = ()


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
        made = insert(connection, tokens).on_conflict_do_nothing(index_elements=["id"]).returning(tokens.c.id)
        if (await connection.execute(made, row)).first() is not None:
            said: dict[str, Any] = {"role": token.role.value, "subject": token.subject_id}
            await audit.note(connection, Act.TOKEN_MADE, token.id, at=token.created_at, **said)
        return _token((await connection.execute(_SELECT.where(tokens.c.id == token.id))).mappings().one())


async def get(db: Reader, token_id: str) -> Token | None:
    """A token, also one that has ended."""
    async with db.read() as connection:
        row = (await connection.execute(_SELECT.where(tokens.c.id == token_id))).mappings().first()
    return None if row is None else _token(row)


async def listing(db: Reader) -> list[Token]:
    """All tokens, the oldest first, without their secrets."""
    async with db.read() as connection:
        rows = await connection.execute(_SELECT.order_by(tokens.c.created_at, tokens.c.id))
        return [_token(row) for row in rows.mappings()]


async def paged(db: Reader, *, limit: int = 50, cursor: str | None = None) -> Page[Token]:
    """A page of all tokens, by id."""
    wanted = _SELECT.order_by(tokens.c.id)
    if cursor is not None:
        wanted = wanted.where(tokens.c.id > paging.decode(cursor, "tokens", str)[0])
    limit = paging.clamp(limit)
    async with db.read() as connection:
        found = [_token(row) for row in (await connection.execute(wanted.limit(limit + 1))).mappings()]
    return paging.page(found, limit, lambda token: paging.encode("tokens", token.id))


async def in_force(db: Reader, *, at: datetime, limit: int) -> list[Token]:
    """The tokens that have not ended, those that expire soonest first."""
    c = tokens.c
    lasting = or_(c.expires_at.is_(None), c.expires_at > at)
    wanted = _SELECT.where(c.revoked_at.is_(None), lasting).order_by(c.expires_at.is_(None), c.expires_at, c.id)
    async with db.read() as connection:
        return [_token(row) for row in (await connection.execute(wanted.limit(limit))).mappings()]


async def revoke(db: Database, token_id: str, *, at: datetime) -> None:
    """End a token; one that has ended stays as it ended."""
    async with db.write() as connection:
        await end(connection, tokens.c.id == token_id, at=at)


async def note_use(db: Database, token_id: str, *, at: datetime) -> None:
    """Note that a token was used; an older use changes nothing."""
    c = tokens.c
    async with db.write(brief=True) as connection:
        used = update(tokens).where(c.id == token_id, or_(c.last_used_at.is_(None), c.last_used_at < at))
        await connection.execute(used.values(last_used_at=at))


async def to_warn_of(db: Reader, *, within: timedelta, at: datetime) -> list[Token]:
    """The tokens in force that expire within that time, and of whose end nobody was told."""
    c = tokens.c
    soon = and_(c.revoked_at.is_(None), c.warned_at.is_(None), c.expires_at > at, c.expires_at <= at + within)
    async with db.read() as connection:
        return [_token(row) for row in (await connection.execute(_SELECT.where(soon).order_by(c.id))).mappings()]


async def warned(db: Database, token_id: str, *, at: datetime) -> bool:
    """Note that the holder is told; False where somebody noted it before."""
    async with db.write() as connection:
        told = update(tokens).where(tokens.c.id == token_id, tokens.c.warned_at.is_(None)).values(warned_at=at)
        return (await connection.execute(told)).rowcount == 1


# -- whose they are, at each use --------------------------------------------------------------------------------------


async def principal(db: Reader, secret: str, *, at: datetime) -> Principal | None:
    """Who holds this secret; None where it is unknown, expired or revoked, or where its holder may not (any more).

    A contact has to be on the roster, named to sign in and active (REQ-1, REQ-3, REQ-6); an agent or director to be
    one now; somebody of the house to have the role now; and nobody's account may be disabled. An agent's groups are
    those of this instant, its levels those of the token that it still serves (ESC-8).
    """
    async with db.read() as connection:
        row = await _BY_HASH.first(connection, hash=_digest(secret))
        token = None if row is None else _token(row._asdict())
        if token is None or not token.is_in_force(at=at):
            return None
        actor = await _holder(connection, token, at=at)
    if actor is None:
        return None
    is_to_note = token.last_used_at is None or at - token.last_used_at >= _NOTED_AFTER
    return Principal(token.id, actor, token.customer_id, is_to_note)


async def _holder(connection: AsyncConnection, token: Token, *, at: datetime) -> Actor | None:
    """In what capacity the token's holder may act at this instant; None where not at all."""
    if token.role is Role.CONTACT:
        return await _contact(connection, token, at=at)
    if token.role in SERVING:
        return await _serving(connection, token)
    return await _of_the_house(connection, token) if token.role in OF_THE_HOUSE else None


async def _contact(connection: AsyncConnection, token: Token, *, at: datetime) -> Actor | None:
    its = {"id": token.subject_id, "customer_id": token.customer_id}
    mailbox = await _CONTACT.scalar(connection, **its, on=bogota_date(at))
    if mailbox is None or await _is_disabled(connection, mailbox):
        return None
    return Actor(Role.CONTACT, token.subject_id)


async def _serving(connection: AsyncConnection, token: Token) -> Actor | None:
    agent = await _AGENT.first(connection, id=token.subject_id)
    if agent is None or agent.is_director is not (token.role is Role.DIRECTOR):
        return None
    if await _is_disabled(connection, mailbox_of(agent.email)):
        return None
    if token.role is Role.DIRECTOR:
        return Actor(Role.DIRECTOR, token.subject_id)
    levels = tuple(level for level in token.levels if level in agent.levels)
    if token.levels and not levels:
        return None
    return Actor(Role.AGENT, token.subject_id, levels, tuple(agent.groups))


async def _of_the_house(connection: AsyncConnection, token: Token) -> Actor | None:
    c, subject = accounts.c, token.subject_id
    wanted = select(c.staff_role, c.disabled_at).where(or_(c.id == subject, c.mailbox == mailbox_of(subject)))
    account = (await connection.execute(wanted)).first()
    if account is None:  # a program of the house; an address that has no account is nobody
        return None if "@" in subject else Actor(token.role, subject)
    may = account.disabled_at is None and account.staff_role == token.role
    return Actor(token.role, subject) if may else None


async def _is_disabled(connection: AsyncConnection, mailbox: str) -> bool:
    return await _DISABLED.scalar(connection, mailbox=mailbox) is not None


_SELECT = select(*(tokens.c[name] for name in Token.__dataclass_fields__))
_BY_HASH = Prepared(_SELECT.where(tokens.c.hash == bindparam("hash")))
_CONTACT = Prepared(
    select(contacts.c.mailbox).where(
        contacts.c.id == bindparam("id"),
        contacts.c.customer_id == bindparam("customer_id"),
        contacts.c.removed_at.is_(None),
        contacts.c.can_sign_in.is_(True),
        contacts.c.notified_on <= bindparam("on"),
    )
)
_AGENT = Prepared(
    select(agents.c.email, agents.c.levels, agents.c.groups, agents.c.is_director).where(agents.c.id == bindparam("id"))
)
_DISABLED = Prepared(
    select(accounts.c.id).where(accounts.c.mailbox == bindparam("mailbox"), accounts.c.disabled_at.is_not(None))
)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _token(row: Mapping[Any, Any]) -> Token:
    levels = tuple(Level(level) for level in row["levels"])
    return Token(**{**row, "role": Role(row["role"]), "levels": levels})
