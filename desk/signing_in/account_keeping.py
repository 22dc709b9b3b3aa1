"""Keeping accounts: inviting, and what to do when something was lost or somebody left.

Administrators keep every account. Commercial keeps contacts' only: an account that is an agent's, too, or that has a
role of the house is not there for them (NotFound).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.access import REGISTRARS
from desk.desk import Desk
from desk.problems import NotFound
from desk.signing_in.invitations import Guest, invite
from desk.signing_in.problems import InvitationIncomplete, OnNoList, OwnAccount, somebody_administers
from desk.signing_in.sign_in_mail import SignInMail
from policy.case.case import Role
from policy.case.refusals import RoleNotAllowed
from policy.people.contacts import mailbox_of
from storage.engine.database import Database
from storage.signing_in import accounts, sessions
from storage.signing_in.accounts import Account, Persona

MOST = 50
"""Accounts in one list."""


@dataclass(frozen=True, kw_only=True)
class KeptAccount:
    """An account, with those in whose names the lists let its address act."""

    account: Account
    personas: list[Persona]


@dataclass(frozen=True, kw_only=True)
class KeptAccounts:
    """The accounts that were found, by address; `is_cut`: there may be more than are looked at."""

    accounts: list[KeptAccount]
    is_cut: bool


async def listing(desk: Desk, keeper: Role, *, sought: str, at: datetime) -> KeptAccounts:
    """The accounts that somebody in this role keeps, whose address or name contains what is sought."""
    known = [
        account
        for account in await accounts.listing(desk.database, sought=sought, limit=MOST)
        if keeper is Role.ADMIN or account.staff_role is None
    ]
    found = [KeptAccount(account=each, personas=await _personas(desk, each.mailbox, at=at)) for each in known]
    kept = [each for each in found if _may_keep(keeper, each.account, each.personas)]
    return KeptAccounts(accounts=kept, is_cut=len(known) == MOST)


async def kept_account(desk: Desk, keeper: Role, account_id: str, *, at: datetime) -> Account:
    """The account, where somebody in this role keeps it; for anybody else it is not there (NotFound)."""
    account = await accounts.get(desk.database, account_id)
    if account is None or not _may_keep(keeper, account, await _personas(desk, account.mailbox, at=at)):
        raise NotFound
    return account


async def invite_guest(desk: Desk, mail: SignInMail, keeper: Role, guest: Guest, *, at: datetime) -> None:
    """Invite who stands on a roster with a place to sign in, or on the agents' list; administrators also give roles.

    Raises RoleNotAllowed, InvitationIncomplete or OnNoList.
    """
    if guest.staff_role is None:
        found = await _personas(desk, mailbox_of(guest.email), at=at)
        if not found or not _may_keep(keeper, None, found):
            raise OnNoList
        await invite(desk, mail, Guest(email=guest.email, name=found[0].name), at=at)
        return
    if keeper is not Role.ADMIN or guest.staff_role not in REGISTRARS:
        raise RoleNotAllowed
    if not is_address(guest.email) or not guest.name.strip():
        raise InvitationIncomplete
    await invite(desk, mail, Guest(email=guest.email, name=guest.name.strip(), staff_role=guest.staff_role), at=at)


def is_address(email: str) -> bool:
    """Whether a text may be an e-mail address: enough to catch a slip, since a mail to it is what proves it."""
    return "@" in email and not any(sign.isspace() for sign in email.strip())


async def disable(desk: Desk, account: Account, *, by: Account, at: datetime) -> None:
    """Let nobody in by this account from now on. Raises OwnAccount or LastAdministrator."""
    if account.id == by.id:
        raise OwnAccount
    with somebody_administers():
        await accounts.disable(desk.database, account.id, at=at)


async def enable(desk: Desk, keeper: Role, account: Account, *, at: datetime) -> None:
    """An administrator's to do: whom one of them shut out, nobody else lets in again. Raises RoleNotAllowed."""
    if keeper is not Role.ADMIN:
        raise RoleNotAllowed
    await accounts.enable(desk.database, account.id, at=at)


async def take_role_away(desk: Desk, account: Account, *, at: datetime) -> None:
    """Let the account act for the house no more; what the lists give to its address it keeps.

    Raises LastAdministrator.
    """
    with somebody_administers():
        await accounts.take_role_away(desk.database, account.id, at=at)


async def reset_second_factor(db: Database, account: Account, *, at: datetime) -> None:
    """For who lost telephone and recovery codes. Their sessions end, so that nobody goes on in one of them."""
    await accounts.forget_totp(db, account.id, at=at)
    await sessions.end_all(db, account.id, at=at)


async def _personas(desk: Desk, mailbox: str, *, at: datetime) -> list[Persona]:
    return await accounts.personas_of(desk.database, mailbox, policy=desk.policy, at=at)


def _may_keep(keeper: Role, account: Account | None, personas: Sequence[Persona]) -> bool:
    """Whether an account is somebody's in this role to keep; `personas` are those that the lists give its address."""
    if keeper is Role.ADMIN:
        return True
    has_role = account is not None and account.staff_role is not None
    return not has_role and all(each.actor.role is Role.CONTACT for each in personas)
