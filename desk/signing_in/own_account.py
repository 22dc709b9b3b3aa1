"""Choosing and changing the password of one's own account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from desk.desk import Desk
from desk.signing_in import passwords
from desk.signing_in.attempts import Tries, account_key
from desk.signing_in.problems import PasswordsDiffer, PasswordTooWeak, WrongPresentPassword
from storage.audit import audit
from storage.audit.acts import Act
from storage.engine.database import Database, Reader
from storage.people import contacts, customers
from storage.signing_in import accounts, sessions
from storage.signing_in.accounts import Account
from storage.signing_in.sessions import Session


@dataclass(frozen=True)
class ChosenPassword:
    """A password as it was chosen, typed twice."""

    password: str
    again: str

    async def check(self, db: Reader, account: Account) -> None:
        """Raise PasswordsDiffer or PasswordTooWeak where it will not do for this account."""
        if self.password != self.again:
            raise PasswordsDiffer
        try:
            await passwords.check(self.password, await known_of(db, account))
        except passwords.BadPassword:
            raise PasswordTooWeak from None


async def known_of(db: Reader, account: Account) -> list[str]:
    """What somebody who knows the account's owner would try: the address, the names, and those of their companies."""
    at_customers = await contacts.by_email(db, account.mailbox)
    companies = [await customers.get(db, each.customer_id) for each in at_customers]
    names = [each.name for each in (*at_customers, *companies) if each]
    return [account.mailbox, account.mailbox.partition("@")[0], account.name, *names]


async def choose_password(desk: Desk, key: str, chosen: ChosenPassword, *, at: datetime) -> Account | None:
    """Put a password with a single-use key that came by mail; None where the key cannot be used (any more).

    Every session ends. Raises as `ChosenPassword.check` does; the key can be used again then.
    """
    account = await accounts.account_of_key(desk.database, key, at=at)
    if account is None:
        return None
    await chosen.check(desk.database, account)
    # Of two at once, one uses the key up; the other finds it used.
    account = await accounts.choose_password(desk.database, key, await passwords.hash_of(chosen.password), at=at)
    if account is None:
        return None
    await sessions.end_all(desk.database, account.id, at=at)
    # Whoever reads the mail is no guesser: strangers' failures do not keep the owner out.
    await sessions.succeeded(desk.database, account_key(account.mailbox), at=at)
    return account


async def change_password(
    db: Database, account: Account, password: str, *, at: datetime, but: Session | None = None
) -> None:
    """Put another password, which was checked; every session of the account ends `but` this one."""
    await accounts.put_password(db, account.id, await passwords.hash_of(password), at=at)
    await sessions.end_all(db, account.id, at=at, but=but.id if but else None)


async def check_present(desk: Desk, account: Account, present: str, tries: Tries, *, at: datetime) -> None:
    """Raise WrongPresentPassword unless this is the account's password, or TooManyAttempts; both are on the audit."""
    await tries.begin(desk, at=at)
    if not await passwords.matches(present, account.password_hash):
        await audit.note_alone(desk.database, Act.PRESENT_PASSWORD_FAILED, account.id, at=at)
        raise WrongPresentPassword
    await tries.succeeded(desk, at=at)
