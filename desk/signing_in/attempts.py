"""Attempts to sign in: each counts as a failure until it succeeds, for the account and the address, and slows both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from desk import auditing
from desk.desk import Desk
from desk.signing_in.problems import TooManyAttempts
from storage.audit.acts import Act, doer
from storage.signing_in import sessions
from storage.signing_in.accounts import Account, digest_of

_FREE_OF_ACCOUNT, _FREE_OF_ADDRESS = 5, 20


@dataclass(frozen=True)
class Tries:
    """What an attempt counts against: what is the account's own, and what the visitor's address shares."""

    own: str
    shared: str

    async def begin(self, desk: Desk, *, at: datetime) -> None:
        """Begin an attempt, which counts as failed until it succeeded. Raises TooManyAttempts, of which the audit keeps
        a tally.
        """
        free = {self.own: _FREE_OF_ACCOUNT, self.shared: _FREE_OF_ADDRESS}
        if await sessions.attempt(desk.database, free, at=at) is not None:
            await auditing.tried(desk, Act.SIGN_IN_THROTTLED, doer().address, at=at)
            raise TooManyAttempts

    async def succeeded(self, desk: Desk, *, at: datetime) -> None:
        """The attempt was no failure: the account's are forgotten, the address gets back what it counted for."""
        await sessions.succeeded(desk.database, self.own, shared=[self.shared], at=at)


def account_key(mailbox: str) -> str:
    """The key by which an account's failures are kept: no address, since people type passwords into that field."""
    return f"account:{digest_of(mailbox)}"


def code_tries(account: Account, shared: str) -> Tries:
    """What a code of the half minute counts against."""
    return Tries(f"code:{account.id}", shared)


def recovery_tries(account: Account, shared: str) -> Tries:
    """What a recovery code counts against: who guesses at these keeps nobody from using their telephone."""
    return Tries(f"recovery:{account.id}", shared)


def present_password_tries(account: Account, shared: str) -> Tries:
    """What a present password counts against: a session left open is no place to try them out."""
    return Tries(f"present:{account.id}", shared)
