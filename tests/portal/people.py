"""Those who visit the pages: an account for each of the office's people, and a visitor who fills in forms.

`visitor(office, "agent")` has signed in without the form (fast); `account(office, "agent")` can sign in by it.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from argon2 import PasswordHasher
from httpx import ASGITransport, AsyncClient, Response

from policy.case.case import Role
from portal.frame.session import SESSION_COOKIE
from storage.people import agents, contacts
from storage.signing_in import accounts, sessions
from storage.signing_in.accounts import Account, NewAccount
from storage.signing_in.sessions import Session
from tests.api.office import AGENTS, PEOPLE, PREMIUM, STANDARD, Office
from tests.support.lives import policy

PASSWORD = "caballito de totora"
_CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD_HASH = _CHEAP.hash(PASSWORD)  # the first sign-in by the form replaces it by a dear one

EMAILS = {
    "contact": "ana@standard.example",
    "premium_contact": "ana@premium.example",
    "agent": "ana@escala.example",
    "specialist": "eva@escala.example",
    "director": "dora@escala.example",
    "commercial": "carla@escala.example",
    "admin": "root@escala.example",
}


async def account(office: Office, who: str, *, password: bool = True) -> Account:
    """The account of one of the office's people, who may sign in from now on; its password is PASSWORD."""
    role = Role(PEOPLE[who]["role"])
    if who in AGENTS:
        await agents.put(office.db, AGENTS[who])
    elif role is Role.CONTACT:
        await _give_own_address(office, PEOPLE[who]["customer_id"], EMAILS[who])
    staff_role = role if role in (Role.COMMERCIAL, Role.ADMIN) else None
    made = await accounts.create(
        office.db, NewAccount(id=f"acc-{who}", email=EMAILS[who], name=who, staff_role=staff_role), at=office.clock()
    )
    if password:
        await accounts.change(office.db, made.id, password_hash=PASSWORD_HASH)
    found = await accounts.get(office.db, made.id)
    assert found
    return found


async def _give_own_address(office: Office, customer_id: str, email: str) -> None:
    """The two customers' contacts share an address; here each has one, and with it one persona."""
    from sqlalchemy import update

    from storage.engine.tables import contacts as table

    async with office.db.write() as connection:
        its = table.c.id == f"contact-{customer_id}"
        await connection.execute(update(table).where(its).values(email=email, mailbox=email))


async def session_secret(office: Office, who: str) -> str:
    """A session that has begun, by its secret: what SESSION_COOKIE holds."""
    its = await account(office, who, password=False)
    (persona,) = await accounts.personas(office.db, its, policy=policy(), at=office.clock())
    secret, at = secrets.token_urlsafe(32), office.clock()
    session = Session(
        id=f"ses-{secrets.token_hex(4)}",
        account_id=its.id,
        role=persona.actor.role,
        subject_id=persona.actor.id,
        customer_id=persona.customer_id,
        awaits_code=False,
        created_at=at,
        seen_at=at,
        expires_at=at + timedelta(hours=12),
        ended_at=None,
        browser="test",
        address="127.0.0.1",
    )
    await sessions.begin(office.db, session, secret)
    return secret


@dataclass
class Visitor:
    """A browser without a screen: keeps cookies, and fills in the forms of the page it has open."""

    client: AsyncClient
    stamp: str = ""

    def bring(self, secret: str) -> None:
        """Come with this session's cookie, as the server would have set it."""
        self.client.cookies.set(SESSION_COOKIE, secret, domain="escala.test", path="/")

    async def get(self, path: str, **query: Any) -> Response:
        return self._sees(await self.client.get(path, params=query or None))

    async def post(
        self, path: str, /, *, files: Any = None, headers: dict[str, str] | None = None, **fields: Any
    ) -> Response:
        """Send a form of the page that was shown last (of the start, where none was)."""
        if not self.stamp:
            await self.get("/cuenta" if SESSION_COOKIE in self.client.cookies else "/ingreso")
        data = {"stamp": self.stamp, **fields}
        return self._sees(await self.client.post(path, data=data, files=files, headers=headers))

    def _sees(self, answer: Response) -> Response:
        if found := re.search(r'name="stamp" value="([^"]+)"', answer.text):
            self.stamp = found[1]
        return answer


@asynccontextmanager
async def visitor(office: Office, who: str | None = None, **headers: str) -> AsyncIterator[Visitor]:
    """Somebody at the pages, signed in where `who` says as whom."""
    transport = ASGITransport(office.app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="https://escala.test", headers=headers) as client:
        if who:
            Visitor(client).bring(await session_secret(office, who))
        yield Visitor(client)


def unspaced(page: str) -> str:
    """The page without the blanks that mean nothing to a test: those beside and inside of tags, and more than one."""
    one_line = re.sub(r"\s+", " ", page)
    return re.sub(r" ?(<[^>]*>) ?", r"\1", one_line)


__all__ = [
    "EMAILS",
    "PASSWORD",
    "PREMIUM",
    "STANDARD",
    "Visitor",
    "account",
    "contacts",
    "session_secret",
    "unspaced",
    "visitor",
]
