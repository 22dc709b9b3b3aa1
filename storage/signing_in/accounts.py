"""Accounts: an address that may sign in, how it proves itself, and in whose name it may act.

An account is nobody's by itself. Whose it is follows from the rosters and the list of agents at every request, so a
contact that is taken off the roster is out at once. Only commercial and admin, who stand on no list, carry their role.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any

from sqlalchemy import and_, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from policy.case.case import Actor, Role
from policy.people.contacts import mailbox_of
from policy.terms.policy_file import PolicyFile
from storage.audit import audit
from storage.audit.acts import Act, doer
from storage.engine.database import Database, Reader, insert
from storage.engine.prepared import Prepared
from storage.engine.tables import accounts, sessions, sign_in_keys
from storage.engine.tables import agents as agent_table
from storage.people import agents, contacts, customers
from storage.people.contacts import Contact
from storage.search.search import searchable
from storage.signing_in import token_ends


class Purpose(StrEnum):
    """What a single-use key lets its bearer do: choose a first password, or a new one."""

    INVITATION = "invitation"
    RESET = "reset"


class NobodyAdministers(Exception):
    """Nobody would be left to administer the desk; nothing happened."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account. `totp_secret` is encrypted; `recovery_hashes` are those of the codes not used yet."""

    id: str
    mailbox: str
    name: str
    staff_role: Role | None
    password_hash: str | None
    totp_secret: str | None
    totp_confirmed_at: datetime | None
    totp_last_step: int | None
    recovery_hashes: tuple[str, ...]
    language: str | None
    shortcuts: bool
    created_at: datetime
    disabled_at: datetime | None

    @property
    def asks_for_code(self) -> bool:
        """Whether a second factor is set up."""
        return self.totp_confirmed_at is not None


@dataclass(frozen=True, kw_only=True)
class NewAccount:
    """An account to make for an address; contacts and agents have their roles from their lists."""

    id: str
    email: str
    name: str
    staff_role: Role | None = None


@dataclass(frozen=True, kw_only=True)
class SignInKey:
    """A single-use key, made at an instant and valid until another. Its secret is kept nowhere."""

    secret: str
    purpose: Purpose
    at: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Persona:
    """In whose name an account may act: a customer's contact, an agent, the director, or a staff role."""

    actor: Actor
    customer_id: str | None
    name: str
    customer_name: str | None = None


async def create(db: Database, new: NewAccount, *, at: datetime) -> Account:
    """An account for this address, or the one it has; a staff role given is put. A new one has no password yet.

    Raises NobodyAdministers where the role is another one than the last administrator's.
    """
    mailbox = mailbox_of(new.email)
    row = {"id": new.id, "mailbox": mailbox, "name": new.name, "staff_role": new.staff_role}
    fresh = {"recovery_hashes": [], "shortcuts": True, "created_at": at}
    async with db.write() as connection:
        made = insert(connection, accounts).values(**row, **fresh)
        await connection.execute(made.on_conflict_do_nothing(index_elements=["mailbox"]))
        known = select(accounts).where(accounts.c.mailbox == mailbox)
        account = _account((await connection.execute(known)).mappings().one())
        if new.staff_role is None:
            return account
        if new.staff_role is account.staff_role:
            if account.id == new.id:
                await audit.note(connection, Act.ROLE_GIVEN, account.id, at=at, role=new.staff_role.value)
            return account
        await _check_somebody_administers(connection, account.id)
        await connection.execute(update(accounts).where(accounts.c.id == account.id).values(staff_role=new.staff_role))
        await token_ends.of_role(connection, account.id, but=new.staff_role, at=at)
        await audit.note(connection, Act.ROLE_GIVEN, account.id, at=at, role=new.staff_role.value)
        return replace(account, staff_role=new.staff_role)


async def get(db: Reader, account_id: str) -> Account | None:
    async with db.read() as connection:
        row = await _BY_ID.first(connection, id=account_id)
    return None if row is None else _account(row._asdict())


async def by_mailbox(db: Reader, email: str) -> Account | None:
    """The account of an address, whatever its capitals."""
    async with db.read() as connection:
        row = await _BY_MAILBOX.first(connection, mailbox=mailbox_of(email))
    return None if row is None else _account(row._asdict())


async def common_language(db: Reader, addresses: Sequence[str]) -> str | None:
    """The language that everybody at these addresses chose; None where one chose another one, or none."""
    mailboxes = sorted({mailbox_of(each) for each in addresses})
    async with db.read() as connection:
        chosen = [row.language for row in await _LANGUAGES.rows(connection, mailboxes=mailboxes)]
    return chosen[0] if len(chosen) == len(mailboxes) and len(set(chosen)) == 1 else None


async def listing(db: Reader, *, sought: str = "", limit: int | None = None) -> Sequence[Account]:
    """Accounts by address: those whose address or name contains what is sought, in any capitals and accents."""
    wanted = searchable(sought)
    async with db.read() as connection:
        rows = (await connection.execute(_SELECT.order_by(accounts.c.mailbox))).mappings()
        found = (row for row in rows if wanted in searchable(f"{row['mailbox']} {row['name']}"))
        return [_account(row) for row in islice(found, limit)]


async def change(db: Database, account_id: str, **values: Any) -> None:
    """Put these columns of one account."""
    async with db.write() as connection:
        await connection.execute(update(accounts).where(accounts.c.id == account_id).values(**values))


async def put_password(db: Database, account_id: str, password_hash: str, *, at: datetime) -> None:
    """Put a password; keys that were waiting to choose one are worth nothing from now on."""
    async with db.write() as connection:
        await connection.execute(_used_up(account_id, at))
        await connection.execute(
            update(accounts).where(accounts.c.id == account_id).values(password_hash=password_hash)
        )
        await audit.note(connection, Act.PASSWORD_CHANGED, account_id, at=at)


async def disable(db: Database, account_id: str, *, at: datetime) -> None:
    """Let nobody in by this account until it is enabled; its sessions and tokens end, and no key of its works.

    Raises NobodyAdministers.
    """
    its = sessions.c.account_id == account_id
    async with db.write() as connection:
        await _check_somebody_administers(connection, account_id)
        await connection.execute(_used_up(account_id, at))
        await connection.execute(update(sessions).where(its, sessions.c.ended_at.is_(None)).values(ended_at=at))
        gone = update(accounts).where(accounts.c.id == account_id, accounts.c.disabled_at.is_(None))
        await connection.execute(gone.values(disabled_at=at))
        await token_ends.of_account(connection, account_id, at=at)
        await audit.note(connection, Act.ACCOUNT_DISABLED, account_id, at=at)


async def enable(db: Database, account_id: str, *, at: datetime) -> None:
    """Let an account in again; tokens and sessions that ended stay so."""
    async with db.write() as connection:
        await connection.execute(update(accounts).where(accounts.c.id == account_id).values(disabled_at=None))
        await audit.note(connection, Act.ACCOUNT_ENABLED, account_id, at=at)


async def take_role_away(db: Database, account_id: str, *, at: datetime) -> None:
    """Let an account act for the house no more. Raises NobodyAdministers."""
    async with db.write() as connection:
        await _check_somebody_administers(connection, account_id)
        await connection.execute(update(accounts).where(accounts.c.id == account_id).values(staff_role=None))
        await token_ends.of_role(connection, account_id, but=None, at=at)
        await audit.note(connection, Act.ROLE_TAKEN, account_id, at=at)


async def _check_somebody_administers(connection: AsyncConnection, account_id: str) -> None:
    """Raise NobodyAdministers where nobody else administers the desk.

    All who do are held fast: of two who send each other away at once, one stays.
    """
    its = [accounts.c.staff_role == Role.ADMIN, accounts.c.disabled_at.is_(None)]
    found = await connection.scalars(select(accounts.c.id).where(*its).order_by(accounts.c.id).with_for_update())
    if set(found) == {account_id}:
        raise NobodyAdministers


async def offer_totp(db: Database, account_id: str, sealed: str) -> None:
    """Put a second factor's secret that has still to be confirmed; one that is in use stays."""
    unset = and_(accounts.c.id == account_id, accounts.c.totp_confirmed_at.is_(None))
    async with db.write() as connection:
        await connection.execute(update(accounts).where(unset).values(totp_secret=sealed, totp_last_step=None))


async def confirm_totp(db: Database, account_id: str, recovery_hashes: list[str], *, at: datetime) -> None:
    """Ask this account for a code from now on; these are kept of its recovery codes."""
    row = {"totp_confirmed_at": at, "recovery_hashes": recovery_hashes}
    async with db.write() as connection:
        await connection.execute(update(accounts).where(accounts.c.id == account_id).values(**row))
        await audit.note(connection, Act.SECOND_FACTOR_ON, account_id, at=at)


async def forget_totp(db: Database, account_id: str, *, at: datetime) -> None:
    """Ask this account for no code any more, until it sets a second factor up again."""
    row: dict[str, Any] = {
        "totp_secret": None,
        "totp_confirmed_at": None,
        "totp_last_step": None,
        "recovery_hashes": [],
    }
    async with db.write() as connection:
        await connection.execute(update(accounts).where(accounts.c.id == account_id).values(**row))
        await audit.note(connection, Act.SECOND_FACTOR_OFF, account_id, at=at)


async def take_totp_step(db: Database, account_id: str, step: int) -> bool:
    """Note that the code of this half minute was used; False where it, or a later one, was used before."""
    unused = accounts.c.totp_last_step.is_(None) | (accounts.c.totp_last_step < step)
    async with db.write() as connection:
        taken = update(accounts).where(accounts.c.id == account_id, unused).values(totp_last_step=step)
        return (await connection.execute(taken)).rowcount == 1


async def take_recovery_code(db: Database, account_id: str, *kept_as: str, at: datetime) -> bool:
    """Use a recovery code up, by what may have been kept of it; False where it is none."""
    async with db.write() as connection:
        kept = await connection.scalar(
            select(accounts.c.recovery_hashes).where(accounts.c.id == account_id).with_for_update()
        )
        codes: list[str] = kept or []
        left = [each for each in codes if each not in kept_as]
        if left == codes:
            return False
        await connection.execute(update(accounts).where(accounts.c.id == account_id).values(recovery_hashes=left))
        by = doer().as_account(account_id)
        await audit.note(connection, Act.RECOVERY_CODE_USED, account_id, at=at, by=by, left=len(left))
        return True


# -- in whose name ----------------------------------------------------------------------------------------------------


async def personas(db: Reader, account: Account, *, policy: PolicyFile, at: datetime) -> list[Persona]:
    """Everybody in whose name the account may act at this instant; none where it may not sign in at all."""
    if account.disabled_at is not None:
        return []
    own = [] if account.staff_role is None else [_staff(account, account.staff_role)]
    return [*own, *await personas_of(db, account.mailbox, policy=policy, at=at)]


async def personas_of(db: Reader, mailbox: str, *, policy: PolicyFile, at: datetime) -> list[Persona]:
    """Whom the lists know by this address at this instant, with or without an account: agents, and contacts."""
    async with db.read() as connection:
        rows = await connection.execute(select(agent_table.c.id, agent_table.c.email).order_by(agent_table.c.id))
        ids = [row.id for row in rows if mailbox_of(row.email) == mailbox]
    people = [await agents.get(db, agent_id) for agent_id in ids]
    found = [Persona(actor=each.actor, customer_id=None, name=each.name) for each in people if each]
    at_customers = [
        await _contact(db, contact, policy=policy, at=at) for contact in await contacts.by_email(db, mailbox)
    ]
    return [*found, *(persona for persona in at_customers if persona)]


async def persona(db: Reader, account: Account, named: Actor, *, policy: PolicyFile, at: datetime) -> Persona | None:
    """The one of `personas` with this role and id; None where the account may not (any more) act in that name."""
    role, subject_id = named.role, named.id
    if account.disabled_at is not None:
        return None
    if role is Role.CONTACT:
        contact = await contacts.get(db, subject_id)
        its = contact is not None and contact.mailbox == account.mailbox
        return await _contact(db, contact, policy=policy, at=at) if contact and its else None
    if role is account.staff_role:
        return _staff(account, role) if subject_id == account.id else None
    agent = await agents.get(db, subject_id)
    if agent is None or agent.actor.role is not role or mailbox_of(agent.email) != account.mailbox:
        return None
    return Persona(actor=agent.actor, customer_id=None, name=agent.name)


def _staff(account: Account, role: Role) -> Persona:
    return Persona(actor=Actor(role, account.id), customer_id=None, name=account.name)


async def _contact(db: Reader, contact: Contact, *, policy: PolicyFile, at: datetime) -> Persona | None:
    roster = await contacts.state(db, contact.customer_id, policy=policy, at=at)
    if not contact.is_active(at=at) or not roster.may_sign_in(contact):
        return None
    customer = await customers.get(db, contact.customer_id)
    named = customer.name if customer else None
    actor = Actor(Role.CONTACT, contact.id)
    return Persona(actor=actor, customer_id=contact.customer_id, name=contact.name, customer_name=named)


# -- single-use keys --------------------------------------------------------------------------------------------------


async def keep_key(db: Database, account_id: str, key: SignInKey) -> None:
    """Keep a key by its digest; earlier keys of the account for the same purpose are used up by it."""
    async with db.write() as connection:
        await connection.execute(_used_up(account_id, key.at, sign_in_keys.c.purpose == key.purpose))
        row = {"account_id": account_id, "purpose": key.purpose, "created_at": key.at, "expires_at": key.until}
        await connection.execute(insert(connection, sign_in_keys).values(hash=digest_of(key.secret), **row))
        act = Act.INVITED if key.purpose is Purpose.INVITATION else Act.PASSWORD_FORGOTTEN
        await audit.note(connection, act, account_id, at=key.at)


async def keep_no_key(db: Database, key: SignInKey) -> None:
    """What keeping a key takes, for nobody: nothing changes."""
    digest_of(key.secret)
    async with db.write() as connection:
        await connection.execute(_used_up("", key.at, sign_in_keys.c.purpose == key.purpose))


async def account_of_key(db: Reader, secret: str, *, at: datetime) -> Account | None:
    """Whose key this is, while it can be used."""
    c = sign_in_keys.c
    usable = and_(c.hash == digest_of(secret), c.used_at.is_(None), c.expires_at > at)
    async with db.read() as connection:
        account_id = await connection.scalar(select(c.account_id).where(usable))
    found = None if account_id is None else await get(db, account_id)
    return found if found and found.disabled_at is None else None


async def choose_password(db: Database, secret: str, password_hash: str, *, at: datetime) -> Account | None:
    """Use the key up and put the password; None where the key cannot be used (any more)."""
    c = sign_in_keys.c
    async with db.write() as connection:
        usable = and_(c.hash == digest_of(secret), c.used_at.is_(None), c.expires_at > at)
        account_id = await connection.scalar(
            update(sign_in_keys).where(usable).values(used_at=at).returning(c.account_id)
        )
        if account_id is None:
            return None
        await connection.execute(_used_up(account_id, at))
        await connection.execute(
            update(accounts).where(accounts.c.id == account_id).values(password_hash=password_hash)
        )
        by = doer().as_account(account_id)
        await audit.note(connection, Act.PASSWORD_CHANGED, account_id, at=at, by=by, by_key=True)
    return await get(db, account_id)


def digest_of(secret: str) -> str:
    """What is kept of a secret of many random bits, which a plain digest does not give away."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _used_up(account_id: str, at: datetime, *which: Any) -> Any:
    c = sign_in_keys.c
    return update(sign_in_keys).where(c.account_id == account_id, c.used_at.is_(None), *which).values(used_at=at)


_SELECT = select(accounts)
_BY_ID = Prepared(_SELECT.where(accounts.c.id == bindparam("id")))
_BY_MAILBOX = Prepared(_SELECT.where(accounts.c.mailbox == bindparam("mailbox")))
_LANGUAGES = Prepared(select(accounts.c.language).where(accounts.c.mailbox.in_(bindparam("mailboxes", expanding=True))))


def _account(row: Mapping[Any, Any]) -> Account:
    role = Role(row["staff_role"]) if row["staff_role"] else None
    return Account(**{**row, "staff_role": role, "recovery_hashes": tuple(row["recovery_hashes"])})
