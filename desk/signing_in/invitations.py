"""Invitations: an account for their address, and a single-use key by mail to choose a password."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.desk import Desk
from desk.signing_in.problems import somebody_administers
from desk.signing_in.sign_in_mail import SignInMail
from policy.case.case import Role
from policy.people.contacts import mailbox_of
from storage.engine.database import Database
from storage.signing_in import accounts, sessions
from storage.signing_in.accounts import Account, NewAccount, Purpose, SignInKey, digest_of
from wording.language import DEFAULT

VALID_FOR = {Purpose.INVITATION: timedelta(days=7), Purpose.RESET: timedelta(hours=1)}
"""How long a key works, by what it is for."""

_FREE_INVITATIONS = 3


@dataclass(frozen=True, kw_only=True)
class Guest:
    """Whom to let in; a `staff_role` is put, whom else the account may act for is the lists' to say."""

    email: str
    name: str
    staff_role: Role | None = None


async def invite(desk: Desk, mail: SignInMail, guest: Guest, *, at: datetime) -> None:
    """Let this address in; whom it may act for is the rosters' and the agents' list's to say, before this is called.

    It answers nothing, and sends the same to everybody's eyes: a key that is valid for seven days, to whoever has no
    password yet; otherwise word of how to sign in. So who invites never learns whether the address was known here.
    Some invitations to one mailbox are sent, then ever fewer; to a disabled account nothing is.
    """
    account = await ensure_account(desk.database, guest, at=at)
    wishes = {f"invitation:{digest_of(account.mailbox)}": _FREE_INVITATIONS}
    if account.disabled_at is None and await sessions.attempt(desk.database, wishes, at=at) is None:
        mail.later(_send_invitation(desk, mail, account, at=at))


async def ensure_account(db: Database, guest: Guest, *, at: datetime) -> Account:
    """The address's account, made where it has none; a staff role given is put. Raises LastAdministrator."""
    new = NewAccount(
        id=f"acc_{secrets.token_hex(8)}", email=mailbox_of(guest.email), name=guest.name, staff_role=guest.staff_role
    )
    with somebody_administers():
        return await accounts.create(db, new, at=at)


async def make_key(db: Database, account: Account, purpose: Purpose, *, at: datetime) -> SignInKey:
    """Make a single-use key for an account. It is kept by its digest; the secret is nowhere but in what is given."""
    key = _new_key(purpose, at=at)
    await accounts.keep_key(db, account.id, key)
    return key


async def send_key(desk: Desk, mail: SignInMail, account: Account, purpose: Purpose, *, at: datetime) -> None:
    """Make a single-use key and mail it."""
    key = await make_key(desk.database, account, purpose, at=at)
    mail.send_key(account.mailbox, key, language=account.language or DEFAULT)


async def send_new_key(desk: Desk, mail: SignInMail, email: str, *, at: datetime) -> None:
    """Mail a key for a new password to the address's account.

    The same is done for an address that nobody has, and thrown away: who exists is not told by how busy we are.
    """
    account = await accounts.by_mailbox(desk.database, email)
    if account and account.disabled_at is None:
        await send_key(desk, mail, account, Purpose.RESET, at=at)
        return
    key = _new_key(Purpose.RESET, at=at)
    await accounts.keep_no_key(desk.database, key)
    mail.key_letter(email, key, language=DEFAULT)


def _new_key(purpose: Purpose, *, at: datetime) -> SignInKey:
    return SignInKey(secret=secrets.token_urlsafe(32), purpose=purpose, at=at, until=at + VALID_FOR[purpose])


async def _send_invitation(desk: Desk, mail: SignInMail, account: Account, *, at: datetime) -> None:
    if account.password_hash is None:
        await send_key(desk, mail, account, Purpose.INVITATION, at=at)
    else:
        mail.send_word(account.mailbox, language=account.language or DEFAULT, at=at)
