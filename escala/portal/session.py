"""Who visits a page: the session behind the cookie, in whose name it acts, and that a form comes from our own pages.

A page asks for `AnyVisit` (anybody), `SignedIn` (somebody who is known) or a role. What that person may see is asked of
the same functions as in the API, with the same principal.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import Depends, Request, Response

from escala.api.deps import At, EdgeDep, edge_of
from escala.language import LANGUAGES, language_of
from escala.policy.case import Role
from escala.policy.refusals import RoleNotAllowed
from escala.portal.keys import Keys
from escala.portal.post import Post
from escala.settings import Settings
from escala.storage import accounts, sessions
from escala.storage.accounts import Account, Persona
from escala.storage.sessions import Session
from escala.storage.tokens import Principal

SESSION_COOKIE = "__Host-escala"
VISIT_COOKIE = "__Host-escala-visita"
LANGUAGE_COOKIE = "escala-idioma"
_SECRET_BYTES = 32
_LONGEST = 100


class SignInNeeded(Exception):
    """The page is for somebody who has signed in; `back` is where they wanted to go."""

    def __init__(self, back: str) -> None:
        super().__init__(back)
        self.back = back


class StaleForm(Exception):
    """A form that did not come from a page of ours, or from one whose session has ended."""


@dataclass(frozen=True, kw_only=True)
class Portal:
    """What pages share beside the API's edge."""

    settings: Settings
    keys: Keys
    post: Post


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One request for a page. `stamp` is whose forms they are; `persona` in whose name it acts, if known."""

    language: str
    stamp: str
    account: Account | None = None
    session: Session | None = None
    persona: Persona | None = None
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def principal(self) -> Principal:
        """The same as a token's owner, for everything that the API decides by it."""
        assert self.persona is not None
        assert self.session is not None
        return Principal(f"session:{self.session.id}", self.persona.actor, self.persona.customer_id)

    @property
    def role(self) -> Role | None:
        return self.persona.actor.role if self.persona else None


def portal_of(request: Request) -> Portal:
    portal: Portal = request.app.state.portal
    return portal


PortalDep = Annotated[Portal, Depends(portal_of)]


async def visit(request: Request, response: Response, edge: EdgeDep, portal: PortalDep, at: At) -> Visit:
    """Who asks for this page. A visitor without any cookie gets one to sign the first form with."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    language = chosen if chosen in LANGUAGES else language_of(request.headers.get("accept-language"))
    secret = request.cookies.get(SESSION_COOKIE, "")
    idle_for = timedelta(minutes=portal.settings.session_idle_minutes)
    session = await sessions.find(edge.database, secret, at=at, idle_for=idle_for) if _is_plausible(secret) else None
    account = await accounts.get(edge.database, session.account_id) if session else None
    if session is None or account is None or account.disabled_at is not None:
        known = request.cookies.get(VISIT_COOKIE, "")
        own = known if _is_plausible(known) else secrets.token_urlsafe(_SECRET_BYTES)
        cookies = {} if own == known else {VISIT_COOKIE: own}
        found = Visit(language=language, stamp=portal.keys.signature("form", own), cookies=cookies)
    else:
        stamp = portal.keys.signature("form", secret)
        found = Visit(
            language=account.language or language,
            stamp=stamp,
            account=account,
            session=session,
            persona=await _persona(request, account, session),
        )
        if found.persona:
            request.state.role = found.persona.actor.role.value  # for the access log
    request.state.visit = found
    return found


async def _persona(request: Request, account: Account, session: Session) -> Persona | None:
    if session.awaits_code or session.role is None:
        return None
    edge = edge_of(request)
    for each in await accounts.personas(edge.database, account, policy=edge.policy, at=edge.clock()):
        if (each.actor.role, each.actor.id, each.customer_id) == (
            session.role,
            session.subject_id,
            session.customer_id,
        ):
            return each
    return None


def _is_plausible(secret: str) -> bool:
    return 20 <= len(secret) <= _LONGEST and secret.isascii()


AnyVisit = Annotated[Visit, Depends(visit)]


def signed_in(request: Request, visit: AnyVisit) -> Visit:
    """Somebody who has signed in and in whose name is known; who has not is shown the way, and back afterwards."""
    if visit.persona is None:
        raise SignInNeeded(_back(request))
    return visit


SignedIn = Annotated[Visit, Depends(signed_in)]


def only(*roles: Role) -> Callable[[Visit], Visit]:
    """A dependency that lets these roles pass."""

    def check(visit: SignedIn) -> Visit:
        if visit.role not in roles:
            raise RoleNotAllowed
        return visit

    return check


Contact = Annotated[Visit, Depends(only(Role.CONTACT))]
Worker = Annotated[Visit, Depends(only(Role.AGENT, Role.DIRECTOR))]
Director = Annotated[Visit, Depends(only(Role.DIRECTOR))]
Staff = Annotated[Visit, Depends(only(Role.AGENT, Role.DIRECTOR, Role.COMMERCIAL, Role.ADMIN))]
Admin = Annotated[Visit, Depends(only(Role.ADMIN))]


# -- forms ------------------------------------------------------------------------------------------------------------


async def check_form(request: Request, visit: AnyVisit, portal: PortalDep) -> None:
    """Take a form from our own pages only: the browser says where it comes from, and the page's stamp is in it.

    The stamp is a field named `stamp`, or the header `X-Escala-Stamp` where a script sends the form.
    """
    if not _is_from_here(request):
        raise StaleForm
    given = request.headers.get("x-escala-stamp")
    if given is None:
        given = str((await request.form()).get("stamp", ""))
    if not portal.keys.is_stamp(given, visit.stamp):
        raise StaleForm


Stamped = Depends(check_form)
"""Put on every route that changes something: `dependencies=[Stamped]`."""


def _is_from_here(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def _back(request: Request) -> str:
    """Where the visitor wanted to go, as a path of ours."""
    if request.method != "GET":
        return "/"
    query = f"?{request.url.query}" if request.url.query else ""
    return request.url.path + query


def safe_path(given: str) -> str:
    """A path of ours, or the start: nobody is sent elsewhere by a link to the sign-in page."""
    is_ours = given.startswith("/") and not given.startswith(("//", "/\\")) and "\n" not in given and "\r" not in given
    return quote(given, safe="/?&=%:._~-+,;@!$'()*") if is_ours else "/"
