"""Signing in: proving to be an account's owner, and the session that this begins.

What is refused is refused alike for addresses that exist and that do not, and takes as long.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.desk import Desk
from desk.signing_in import passwords
from desk.signing_in.attempts import Tries
from desk.signing_in.problems import NoAccess, NoAccount, WrongPassword
from policy.case.case import Actor
from storage.audit import audit
from storage.audit.acts import Act, doer
from storage.signing_in import accounts, sessions
from storage.signing_in.accounts import Account, Persona
from storage.signing_in.sessions import Session

CODE_WITHIN = timedelta(minutes=5)
"""How long a session waits for its second factor."""


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """A session that lasts, with its account; `persona` is in whose name it acts, None until that was chosen."""

    session: Session
    account: Account
    persona: Persona | None


@dataclass(frozen=True, kw_only=True)
class NewSession:
    """A session to begin, in place of an earlier one of the same browser if there is one.

    `lasts` is how long, once the second factor was given if the account has one. `browser` and `address` are shown to
    the account's owner.
    """

    account: Account
    lasts: timedelta
    browser: str
    address: str
    code_given: bool = False
    instead_of: Session | None = None


@dataclass(frozen=True)
class Begun:
    """A session that has begun, and its secret, which nobody but the browser has."""

    session: Session
    secret: str


async def with_password(desk: Desk, email: str, password: str, tries: Tries, *, at: datetime) -> Account:
    """The account whose address and password these are. Raises TooManyAttempts, WrongPassword or NoAccess."""
    await tries.begin(desk, at=at)
    account = await accounts.by_mailbox(desk.database, email)
    if not await passwords.matches(password, account.password_hash if account else None):
        await _failed(desk, account, at=at)
        raise WrongPassword
    assert account is not None
    assert account.password_hash is not None
    await tries.succeeded(desk, at=at)
    if not await accounts.personas(desk.database, account, policy=desk.policy, at=at):
        await _failed(desk, account, at=at)
        raise NoAccess
    if passwords.is_outdated(account.password_hash):
        await accounts.change(desk.database, account.id, password_hash=await passwords.hash_of(password))
    return account


async def with_confirmed_address(desk: Desk, email: str, *, at: datetime) -> Account:
    """The account of an address that the organization's provider confirmed. Raises NoAccount."""
    account = await accounts.by_mailbox(desk.database, email)
    if account is None or not await accounts.personas(desk.database, account, policy=desk.policy, at=at):
        await _failed(desk, account, at=at)
        raise NoAccount
    return account


async def _failed(desk: Desk, account: Account | None, *, at: datetime) -> None:
    """Put a failure on the audit: of which account, never what was typed. People type passwords into any field."""
    tried = account.id if account else ""
    await audit.note_alone(desk.database, Act.SIGN_IN_FAILED, tried, at=at, by=doer().as_account(tried))


async def begin(desk: Desk, wanted: NewSession, *, at: datetime) -> Begun:
    """Begin a session under a new secret; it acts in the account's name at once where there is only one."""
    account = wanted.account
    awaits_code = account.asks_for_code and not wanted.code_given
    names = [] if awaits_code else await accounts.personas(desk.database, account, policy=desk.policy, at=at)
    only = names[0] if len(names) == 1 else None
    session = Session(
        id=f"ses_{secrets.token_hex(8)}",
        account_id=account.id,
        role=only.actor.role if only else None,
        subject_id=only.actor.id if only else None,
        customer_id=only.customer_id if only else None,
        awaits_code=awaits_code,
        created_at=at,
        seen_at=at,
        expires_at=at + (CODE_WITHIN if awaits_code else wanted.lasts),
        ended_at=None,
        browser=wanted.browser,
        address=wanted.address,
    )
    secret = secrets.token_urlsafe(32)
    await sessions.begin(desk.database, session, secret)
    if wanted.instead_of:
        await sessions.end(desk.database, wanted.instead_of.id, account_id=wanted.instead_of.account_id, at=at)
    return Begun(session, secret)


async def find(desk: Desk, secret: str, *, at: datetime, idle_for: timedelta) -> SignedIn | None:
    """Whose session has this secret and lasts, in the name that it was begun in, read as one snapshot.

    One whose name may not sign in any more (taken off the roster, no place, no agent now) ends here, for good.
    """
    persona, is_chosen = None, False
    async with desk.database.snapshot() as db:
        session = await sessions.find(db, secret, at=at, idle_for=idle_for)
        account = await accounts.get(db, session.account_id) if session else None
        if session is None or account is None or account.disabled_at is not None:
            return None
        if session.role and session.subject_id and not session.awaits_code:
            is_chosen = True
            named = Actor(session.role, session.subject_id)
            persona = await accounts.persona(db, account, named, policy=desk.policy, at=at)
    if is_chosen and (persona is None or persona.customer_id != session.customer_id):
        await sessions.end(desk.database, session.id, account_id=account.id, at=at)
        return None
    return SignedIn(session=session, account=account, persona=persona)


async def act_as(desk: Desk, session: Session, persona: Persona, *, at: datetime) -> str:
    """Go on in this name, under a new secret: a form that was open in another name's page is not taken any more."""
    await sessions.act_as(desk.database, session.id, persona.actor, persona.customer_id, at=at)
    return await new_secret(desk, session)


async def new_secret(desk: Desk, session: Session) -> str:
    """The session under another secret, for the browser to have; it ends when it would have ended."""
    secret = secrets.token_urlsafe(32)
    await sessions.rename(desk.database, session.id, secret)
    return secret
