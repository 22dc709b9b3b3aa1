"""Letting somebody in: an account for their address, and a single-use key by mail to choose a first password."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from desk.desk import Desk
from policy.case.case import Role
from policy.people.contacts import mailbox_of
from portal.frame.session import Portal
from storage.signing_in import accounts, sessions
from storage.signing_in.accounts import Account, Purpose, digest_of
from wording.language import DEFAULT

VALID_FOR = timedelta(days=7)
_FREE_INVITATIONS = 3


async def invite(
    desk: Desk, portal: Portal, *, email: str, name: str, staff_role: Role | None = None, at: datetime
) -> None:
    """Let this address in; whom it may act for is the rosters' and the agents' list's to say, before this is called.

    It answers nothing, and sends the same to everybody's eyes: a key that is valid for seven days, to whoever has no
    password yet; otherwise word of how to sign in. So who invites never learns whether the address was known here.
    Some invitations to one mailbox are sent, then ever fewer; to a disabled account nothing is.
    """
    account = await ensure_account(desk, email=email, name=name, staff_role=staff_role, at=at)
    wishes = {f"invitation:{digest_of(account.mailbox)}": _FREE_INVITATIONS}
    if account.disabled_at is None and await sessions.attempt(desk.database, wishes, at=at) is None:
        portal.post.later(_send_invitation(desk, portal, account, at=at))


async def ensure_account(desk: Desk, *, email: str, name: str, staff_role: Role | None = None, at: datetime) -> Account:
    """The address's account, made where it has none; a staff role given is put."""
    return await accounts.create(
        desk.database,
        id=f"acc_{secrets.token_hex(8)}",
        email=mailbox_of(email),
        name=name,
        staff_role=staff_role,
        at=at,
    )


async def _send_invitation(desk: Desk, portal: Portal, account: Account, *, at: datetime) -> None:
    if account.password_hash is None:
        await send_key(desk, portal, account, Purpose.INVITATION, at=at, valid_for=VALID_FOR)
    else:
        portal.post.send_word(account.mailbox, language=account.language or DEFAULT, at=at)


async def send_key(
    desk: Desk, portal: Portal, account: Account, purpose: Purpose, *, at: datetime, valid_for: timedelta
) -> None:
    """Make a single-use key and mail it. It is kept by its digest, and stands nowhere but in that mail."""
    secret = secrets.token_urlsafe(32)
    await accounts.keep_key(desk.database, account.id, secret, purpose, at=at, valid_for=valid_for)
    portal.post.send_key(
        account.mailbox, secret, purpose, language=account.language or DEFAULT, at=at, until=at + valid_for
    )


async def make_no_key(
    desk: Desk, portal: Portal, email: str, purpose: Purpose, *, at: datetime, valid_for: timedelta
) -> None:
    """Work as long as `send_key` does, for an address that has no account; nothing is kept, and nothing leaves."""
    secret = secrets.token_urlsafe(32)
    await accounts.keep_no_key(desk.database, secret, purpose, at=at)
    portal.post.key_letter(email, secret, purpose, language=DEFAULT, at=at, until=at + valid_for)
