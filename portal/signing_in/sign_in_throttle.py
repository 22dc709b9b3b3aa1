"""What every way of signing in shares: what slows a guesser down, how a session begins, and in whose name it acts."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from fastapi import Request, Response

from desk.desk import Desk
from policy.people.contacts import mailbox_of
from portal.frame.pages import set_cookie, to
from portal.frame.session import SESSION_COOKIE, Portal, Visitor, safe_path, with_back
from storage.signing_in import accounts, sessions
from storage.signing_in.accounts import Account, Persona, digest_of
from storage.signing_in.sessions import Session

KNOWN_BROWSER_COOKIE = "__Host-escala-navegador"
TOO_MANY = "Too many attempts. Please wait a few minutes and try again."
CODE_WITHIN = timedelta(minutes=5)

_FREE_OF_ACCOUNT, _FREE_OF_ADDRESS = 5, 20
_A_YEAR = 365 * 86_400


@dataclass(frozen=True)
class Tries:
    """What an attempt counts against: what is the account's own, and what the visitor's address shares."""

    own: str
    shared: str

    async def begin(self, desk: Desk, *, at: datetime) -> bool:
        """Whether the attempt may be made; it counts as failed until it succeeded."""
        free = {self.own: _FREE_OF_ACCOUNT, self.shared: _FREE_OF_ADDRESS}
        return await sessions.attempt(desk.database, free, at=at) is None

    async def succeeded(self, desk: Desk, *, at: datetime) -> None:
        await sessions.succeeded(desk.database, self.own, shared=[self.shared], at=at)


def password_tries(request: Request, portal: Portal, email: str) -> Tries:
    """What a password for this address counts against, whether or not it has an account.

    A browser in which the account signed in before counts for itself: a stranger who keeps failing slows strangers
    down, and never locks the owner out of where they work.
    """
    mailbox = mailbox_of(email)
    nonce, _, signature = request.cookies.get(KNOWN_BROWSER_COOKIE, "").partition(".")
    if portal.keys.is_signed("browser", f"{nonce}.{mailbox}", signature):
        return Tries(f"browser:{digest_of(nonce)}", address_key(request))
    return Tries(account_key(mailbox), address_key(request))


def code_tries(request: Request, account: Account) -> Tries:
    return Tries(f"code:{account.id}", address_key(request))


def account_key(mailbox: str) -> str:
    """The key by which an account's failures are kept: no address, since people type passwords into that field."""
    return f"account:{digest_of(mailbox)}"


def address_key(request: Request) -> str:
    """The key of where the visitor is; who has a whole IPv6 network counts once."""
    try:
        address = ip_address(address_of(request))
    except ValueError:
        return "address:unknown"
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return f"address:{ip_network((address, 64), strict=False)}"
    return f"address:{address}"


def address_of(request: Request) -> str:
    """Where the visitor is, as the server knows it (see `trusted_proxies` in the settings)."""
    return request.client.host[:100] if request.client else "unknown"


async def begin(
    request: Request,
    visitor: Visitor,
    account: Account,
    desk: Desk,
    portal: Portal,
    *,
    at: datetime,
    back: str,
    code_given: bool = False,
) -> Response:
    """Begin a session under a new secret, whatever the browser brought, and show the way on."""
    awaits_code = account.asks_for_code and not code_given
    lasts = CODE_WITHIN if awaits_code else timedelta(hours=portal.settings.session_hours)
    names = [] if awaits_code else await accounts.personas(desk.database, account, policy=desk.policy, at=at)
    only = names[0] if len(names) == 1 else None
    secret = secrets.token_urlsafe(32)
    session = Session(
        id=f"ses_{secrets.token_hex(8)}",
        account_id=account.id,
        role=only.actor.role if only else None,
        subject_id=only.actor.id if only else None,
        customer_id=only.customer_id if only else None,
        awaits_code=awaits_code,
        created_at=at,
        seen_at=at,
        expires_at=at + lasts,
        ended_at=None,
        browser=request.headers.get("user-agent", "")[:300],
        address=address_of(request),
    )
    await sessions.begin(desk.database, session, secret)
    if visitor.session:
        await sessions.end(desk.database, visitor.session.id, account_id=visitor.session.account_id, at=at)
    step = "/ingreso/codigo" if awaits_code else "/ingreso/como"
    answer = to(safe_path(back) if only else with_back(step, back))
    set_cookie(answer, SESSION_COOKIE, secret, seconds=int(lasts.total_seconds()))
    if not awaits_code:
        nonce = secrets.token_urlsafe(16)
        known = f"{nonce}.{portal.keys.signature('browser', f'{nonce}.{account.mailbox}')}"
        set_cookie(answer, KNOWN_BROWSER_COOKIE, known, seconds=_A_YEAR)
    return answer


async def act_as(desk: Desk, session: Session, persona: Persona, answer: Response, *, at: datetime) -> None:
    """Go on in this name, under a new secret: a form that was open in another name's page is not taken any more."""
    actor = persona.actor
    await sessions.act_as(desk.database, session.id, actor.role, actor.id, persona.customer_id)
    await renew(desk, session, answer, at=at)


async def renew(desk: Desk, session: Session, answer: Response, *, at: datetime) -> None:
    """Give the session another secret, which the answer hands to the browser; it ends when it would have ended."""
    hand_over(answer, await new_secret(desk, session), session, at=at)


async def new_secret(desk: Desk, session: Session) -> str:
    """The session under another secret, for the browser to have."""
    secret = secrets.token_urlsafe(32)
    await sessions.rename(desk.database, session.id, secret)
    return secret


def hand_over(answer: Response, secret: str, session: Session, *, at: datetime) -> None:
    set_cookie(answer, SESSION_COOKIE, secret, seconds=int((session.expires_at - at).total_seconds()))
