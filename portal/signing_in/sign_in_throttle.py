"""The throttle of signing in: an attempt counts against the account or its known browser, and the network address."""

from __future__ import annotations

from fastapi import Request

from desk.signing_in.attempts import Tries, account_key
from desk.tallies import network_of
from policy.people.contacts import mailbox_of
from portal.frame.session import Portal, address_of
from storage.signing_in.accounts import digest_of

KNOWN_BROWSER_COOKIE = "__Host-escala-navegador"


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


def address_key(request: Request) -> str:
    """The key of where the visitor is; who has a whole IPv6 network counts once."""
    return f"address:{network_of(address_of(request))}"
