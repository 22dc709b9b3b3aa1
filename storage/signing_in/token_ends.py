"""The end of bearer tokens, within the transaction that takes away what they stood for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from policy.case.case import Actor, Role
from policy.people.contacts import mailbox_of
from storage.audit import audit
from storage.audit.acts import Act
from storage.engine.tables import accounts, agents, contacts, tokens

SERVING = (Role.AGENT, Role.DIRECTOR)
"""Whose tokens are of somebody on the agents' list."""

OF_THE_HOUSE = (Role.COMMERCIAL, Role.ADMIN)
"""Whose tokens are of an account with a role, or of a program."""


async def end(connection: AsyncConnection, which: ColumnElement[bool], *, at: datetime) -> None:
    """End these tokens; one that has ended stays as it ended."""
    c = tokens.c
    ended = update(tokens).where(which, c.revoked_at.is_(None)).values(revoked_at=at).returning(c.id, c.subject_id)
    for row in sorted(await connection.execute(ended)):
        await audit.note(connection, Act.TOKEN_REVOKED, row.id, at=at, subject=row.subject_id)


async def of_account(connection: AsyncConnection, account_id: str, *, at: datetime) -> None:
    """End every token of an account's owner, in whichever name: whom it was disabled for."""
    mailbox = await connection.scalar(select(accounts.c.mailbox).where(accounts.c.id == account_id))
    if mailbox is None:
        return
    rows = await connection.execute(select(agents.c.id, agents.c.email))
    serving = [row.id for row in rows if mailbox_of(row.email) == mailbox]
    speaking = select(contacts.c.id).where(contacts.c.mailbox == mailbox)
    t = tokens.c
    its = or_(
        and_(t.role == Role.CONTACT, t.subject_id.in_(speaking)),
        and_(t.role.in_(SERVING), t.subject_id.in_(serving)),
        _of_account(account_id, mailbox),
    )
    await end(connection, its, at=at)


async def of_role(connection: AsyncConnection, account_id: str, *, but: Role | None, at: datetime) -> None:
    """End the tokens of an account in a role of the house that it does not have any more, all `but` those in one."""
    mailbox = await connection.scalar(select(accounts.c.mailbox).where(accounts.c.id == account_id))
    other = tokens.c.role != but if but else tokens.c.role.in_(OF_THE_HOUSE)
    await end(connection, and_(_of_account(account_id, mailbox or ""), other), at=at)


async def of_agent(connection: AsyncConnection, now: Actor, *, at: datetime) -> None:
    """End the tokens of who serves cases as `now` that are of the other role, or for levels that are served no more."""
    t = tokens.c
    rows = await connection.execute(
        select(t.id, t.role, t.levels).where(t.subject_id == now.id, t.role.in_(SERVING), t.revoked_at.is_(None))
    )
    over = [row.id for row in rows if row.role != now.role or (row.levels and not set(row.levels) & set(now.levels))]
    await end(connection, t.id.in_(over) if over else false(), at=at)


async def of_roster(connection: AsyncConnection, customer_id: str, *, at: datetime) -> None:
    """End the tokens of a customer's contacts who were taken off the roster, or may sign in no more."""
    c = contacts.c
    out = or_(c.removed_at.is_not(None), c.can_sign_in.is_(False))
    theirs = select(c.id).where(c.customer_id == customer_id, out)
    await end(connection, and_(tokens.c.customer_id == customer_id, tokens.c.subject_id.in_(theirs)), at=at)


def _of_account(account_id: str, mailbox: str) -> ColumnElement[bool]:
    t = tokens.c
    return and_(t.role.in_(OF_THE_HOUSE), t.subject_id.in_((account_id, mailbox)))
