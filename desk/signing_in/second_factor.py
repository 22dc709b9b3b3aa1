"""The second factor of an account: codes of the half minute, and recovery codes that work once."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

import pyotp

from desk.desk import Desk
from desk.signing_in.attempts import code_tries, recovery_tries
from desk.signing_in.keys import Keys
from desk.signing_in.problems import WrongCode
from storage.audit import audit
from storage.audit.acts import Act, doer
from storage.signing_in import accounts
from storage.signing_in.accounts import Account, digest_of

_RECOVERY_CODES = 10
_STEP_SECONDS = 30
_DIGITS = 6


@dataclass(frozen=True)
class SecondFactor:
    """The second factor of one account as it was read; its secret is kept sealed with our keys."""

    desk: Desk
    keys: Keys
    account: Account

    async def offer(self) -> str:
        """Make a secret; it counts once a code of it was given and `switch_on` was asked for."""
        secret = pyotp.random_base32()
        await accounts.offer_totp(self.desk.database, self.account.id, self.keys.sealed(secret))
        return secret

    @property
    def offered(self) -> str | None:
        """The secret that waits for its first code; None where there is none, or one counts already."""
        if self.account.asks_for_code or self.account.totp_secret is None:
            return None
        return self.keys.opened(self.account.totp_secret)

    async def check(self, code: str, shared: str, *, at: datetime) -> None:
        """Take an unused code of the half minute, or of the one beside it, or a recovery code.

        Each of both kinds counts its failures for itself; `shared` is the key of the visitor's address.
        Raises WrongCode or TooManyAttempts.
        """
        plain = "".join(code.split()).replace("-", "")
        is_of_the_minute = len(plain) == _DIGITS and plain.isascii() and plain.isdecimal()
        tries = (code_tries if is_of_the_minute else recovery_tries)(self.account, shared)
        await tries.begin(self.desk, at=at)
        if not await (self._is_code(plain, at=at) if is_of_the_minute else self._is_recovery_code(plain, at=at)):
            by = doer().as_account(self.account.id)
            await audit.note_alone(self.desk.database, Act.SECOND_FACTOR_FAILED, self.account.id, at=at, by=by)
            raise WrongCode
        await tries.succeeded(self.desk, at=at)

    async def switch_on(self, *, at: datetime) -> list[str]:
        """Ask the account for a code from now on; gives the recovery codes, which nobody can see again."""
        codes = [secrets.token_hex(10).upper() for _ in range(_RECOVERY_CODES)]
        kept = [self._signature(each) for each in codes]
        await accounts.confirm_totp(self.desk.database, self.account.id, kept, at=at)
        return ["-".join(re.findall(".{5}", each)) for each in codes]

    async def switch_off(self, *, at: datetime) -> None:
        """Ask the account for no code any more."""
        await accounts.forget_totp(self.desk.database, self.account.id, at=at)

    async def _is_code(self, plain: str, *, at: datetime) -> bool:
        secret = self.keys.opened(self.account.totp_secret) if self.account.totp_secret else None
        if secret is None:
            return False
        totp, now = pyotp.TOTP(secret), int(at.timestamp()) // _STEP_SECONDS
        for step in (now, now - 1, now + 1):
            if secrets.compare_digest(totp.at(step * _STEP_SECONDS), plain):
                return await accounts.take_totp_step(self.desk.database, self.account.id, step)
        return False

    async def _is_recovery_code(self, plain: str, *, at: datetime) -> bool:
        if not plain.isascii():
            return False
        recovery = plain.upper()
        kept_as = self._signature(recovery), digest_of(recovery)  # the latter of codes of before
        return await accounts.take_recovery_code(self.desk.database, self.account.id, *kept_as, at=at)

    def _signature(self, code: str) -> str:
        """What is kept of a recovery code: it says nothing to who has the database and not our secret."""
        return self.keys.signature("recovery", f"{self.account.id}.{code}")
