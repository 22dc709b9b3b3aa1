"""The visitor of a page: the session behind the cookie, in whose name it acts, and the stamp of our own forms.

A page asks for `AnyVisitor`, `SignedIn` (somebody who is known) or a role. What that person may see is asked of
desk/access.py, with a principal as a token has one.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import FormData

from desk import chats, concerns
from desk.access import REGISTRARS, STAFF, check_decides, check_role, stands_in_for
from desk.budgets import Spending
from desk.desk import Desk
from desk.problems import NotFound
from desk.reading import callers
from desk.signing_in import sign_in
from desk.signing_in.keys import Keys
from desk.signing_in.sign_in_mail import SignInMail
from policy.case.case import Role
from portal.frame.afterwards import afterwards
from portal.frame.deps import At, DeskDep
from portal.signing_in.identity import IdentityProvider
from settings import Settings
from storage.audit.acts import Doer, acts_as
from storage.people.absences import StoodInFor
from storage.signing_in import sessions
from storage.signing_in.accounts import Account, Persona
from storage.signing_in.sessions import Session
from storage.signing_in.tokens import Principal
from storage.telephone.calls import CallRow
from storage.workbench.concerns import Unread
from wording.language import LANGUAGES, language_of

SESSION_COOKIE = "__Host-escala"
VISIT_COOKIE = "__Host-escala-visita"
LANGUAGE_COOKIE = "escala-idioma"
_SECRET_BYTES = 32
_LONGEST = 100
_LONGEST_PATH = 4_000

BY_ITSELF = re.compile(
    r"/cola/(eventos|filas)|/avisos/(eventos|campana)|/casos/(lista|eventos)|/proceso/cifras|/casos/[^/]+/(eventos|partes/[^/]+|presencia(/fin)?|chat/(partes|presencia(/fin)?))|/chats/lista"
)
"""What an open page asks for by itself: nobody was there for that, and a session does not live on by it."""


class SignInNeeded(Exception):
    """The page is for somebody who has signed in. `address` is the step that is missing, and knows the way back."""

    def __init__(self, step: str, back: str) -> None:
        self.address = with_back(step, back)
        super().__init__(self.address)


class SecondFactorNeeded(Exception):
    """Who serves customers here has to set up a second factor before anything else."""


class StaleForm(Exception):
    """A form that did not come from a page of ours, or from one whose session has ended."""


@dataclass(frozen=True, kw_only=True)
class Portal:
    """What pages share beside the desk."""

    settings: Settings
    keys: Keys
    mail: SignInMail
    provider: IdentityProvider | None = None

    @classmethod
    def of(cls, settings: Settings) -> Portal:
        """What the settings ask for; the installation's secret is made where there is none yet."""
        return cls(
            settings=settings,
            keys=Keys.of(settings),
            mail=SignInMail.of(settings),
            provider=IdentityProvider.of(settings),
        )


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """One request for a page. `stamp` is whose forms they are; `persona` in whose name it acts, if known.

    `stands_in_for`: as whom else it acts on cases while others are absent (ESC-17).
    """

    language: str
    stamp: str
    account: Account | None = None
    session: Session | None = None
    persona: Persona | None = None
    stands_in_for: tuple[StoodInFor, ...] = ()
    cookies: dict[str, str] = field(default_factory=dict)
    unread: Unread = field(default_factory=Unread)
    """How much concerns them that they have not read, for the bell of a page."""
    calls: Sequence[tuple[CallRow, Sequence[str]]] = ()
    """The telephone calls that ring or go on for them, each with who has its number."""
    headers: dict[str, str] = field(default_factory=dict)
    """What the answer says beside its page: when to try again."""

    @property
    def principal(self) -> Principal:
        """The same as a token's owner, for everything that is decided by it."""
        assert self.persona is not None
        assert self.session is not None
        others = tuple(each.actor for each in self.stands_in_for)
        token_id, actor = f"session:{self.session.id}", self.persona.actor
        return Principal(token_id, actor, self.persona.customer_id, stands_in_for=others)

    @property
    def role(self) -> Role | None:
        return self.persona.actor.role if self.persona else None


def portal_of(request: Request) -> Portal:
    portal: Portal = request.app.state.portal
    return portal


async def the_portal(request: Request) -> Portal:
    return portal_of(request)


PortalDep = Annotated[Portal, Depends(the_portal)]


async def visitor(request: Request, desk: DeskDep, portal: PortalDep, at: At) -> Visitor:
    """Who asks for this page. A visitor without any cookie gets one to sign the first form with."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    language = chosen if chosen in LANGUAGES else language_of(request.headers.get("accept-language"))
    secret = request.cookies.get(SESSION_COOKIE, "")
    found = await _known(desk, portal, secret, at=at, language=language)
    if found is None:
        known = request.cookies.get(VISIT_COOKIE, "")
        own = known if _is_plausible(known) else secrets.token_urlsafe(_SECRET_BYTES)
        cookies = {} if own == known else {VISIT_COOKIE: own}
        found = Visitor(language=language, stamp=portal.keys.signature("form", own), cookies=cookies)
    # Before anything is done: what this request does is its visitor's.
    acts_as(
        Doer(found.role.value if found.role else "", found.account.id if found.account else "", address_of(request))
    )
    if found.persona:
        request.state.role = found.persona.actor.role.value  # for the access log
    by_itself = BY_ITSELF.fullmatch(request.scope["path"]) is not None
    if found.session and not by_itself:
        _note(request, desk, found.session, at=at)
    if found.persona and not by_itself:
        found = replace(
            found,
            unread=await concerns.unread(desk, found.principal, at=at),
            calls=await callers.ringing(desk, concerns.told(found.principal), at=at),
        )
    request.state.visitor = found
    if any("\0" in text for text in (request.scope["path"], *request.query_params.values())):
        raise NotFound  # no database keeps such a sign, so nothing is there under it
    return found


async def signed_in_now(request: Request, desk: Desk, visitor: Visitor) -> Principal:
    """Who began to read a stream in this visit, as of now: NotFound where session or name is none any more."""
    secret, portal = request.cookies.get(SESSION_COOKIE, ""), portal_of(request)
    now = await _known(desk, portal, secret, at=desk.clock(), language=visitor.language)
    if now is None or now.persona is None or lacks_factor(now, portal):
        raise NotFound
    if (now.role, now.persona.customer_id) != (visitor.role, visitor.principal.customer_id):
        raise NotFound
    await chats.seen(desk, now.principal, at=desk.clock())
    return now.principal


def address_of(request: Request) -> str:
    """Where the visitor is, as the server knows it (see `trusted_proxies` in the settings)."""
    return request.client.host[:100] if request.client else "unknown"


def _note(request: Request, desk: Desk, session: Session, *, at: datetime) -> None:
    """Let the session live on: somebody is there, not only a page that they left open."""
    if sessions.is_to_note(session, at=at):
        afterwards(request, lambda: sessions.note(desk.database, session.id, at=at))


async def _known(desk: Desk, portal: Portal, secret: str, *, at: datetime, language: str) -> Visitor | None:
    """The visitor whose session has this secret and lasts."""
    if not _is_plausible(secret):
        return None
    idle_for = timedelta(minutes=portal.settings.session_idle_minutes)
    found = await sign_in.find(desk, secret, at=at, idle_for=idle_for)
    if found is None:
        return None
    persona = found.persona
    return Visitor(
        language=found.account.language or language,
        stamp=portal.keys.signature("form", secret),
        account=found.account,
        session=found.session,
        persona=persona,
        stands_in_for=await stands_in_for(desk.database, persona.actor, at=at) if persona else (),
    )


def _is_plausible(secret: str) -> bool:
    return 20 <= len(secret) <= _LONGEST and secret.isascii()


AnyVisitor = Annotated[Visitor, Depends(visitor)]


async def known(request: Request, visitor: AnyVisitor) -> Visitor:
    """Somebody who has signed in and in whose name is known; who has not is shown the way, and back afterwards."""
    if visitor.persona is None:
        step = "/ingreso"
        if visitor.session:
            step = "/ingreso/codigo" if visitor.session.awaits_code else "/ingreso/como"
        raise SignInNeeded(step, _back(request))
    return visitor


Known = Annotated[Visitor, Depends(known)]
"""For one's own account only: a second factor that the house demands may still be missing."""


async def signed_in(visitor: Known, portal: PortalDep) -> Visitor:
    """Somebody who is known, and has the second factor if the house demands one of its people."""
    if lacks_factor(visitor, portal):
        raise SecondFactorNeeded
    return visitor


def lacks_factor(visitor: Visitor, portal: Portal) -> bool:
    """Whether the house's rule sends this visitor to set up a second factor first."""
    must = portal.settings.staff_need_second_factor and visitor.role is not Role.CONTACT
    return must and visitor.account is not None and not visitor.account.asks_for_code


SignedIn = Annotated[Visitor, Depends(signed_in)]


def only(*roles: Role) -> Callable[[Visitor], Awaitable[Visitor]]:
    """A dependency that lets these roles pass."""

    async def check(visitor: SignedIn) -> Visitor:
        check_role(visitor.role, *roles)
        return visitor

    return check


async def decider(visitor: SignedIn) -> Visitor:
    """A dependency that lets the director pass, and who stands in for one (ESC-17)."""
    check_decides(visitor.principal)
    return visitor


Contact = Annotated[Visitor, Depends(only(Role.CONTACT))]
Worker = Annotated[Visitor, Depends(only(Role.AGENT, Role.DIRECTOR))]
Decider = Annotated[Visitor, Depends(decider)]
Staff = Annotated[Visitor, Depends(only(*STAFF))]
Registrar = Annotated[Visitor, Depends(only(*REGISTRARS))]
ForContacts = Depends(only(Role.CONTACT))
ForWorkers = Depends(only(Role.AGENT, Role.DIRECTOR))
ForRegistrars = Depends(only(*REGISTRARS))
ForAdmins = Depends(only(Role.ADMIN))


# -- forms ------------------------------------------------------------------------------------------------------------


async def check_form(request: Request, visitor: AnyVisitor, desk: DeskDep, portal: PortalDep, at: At) -> None:
    """Take a form from our own pages only: the browser says where it comes from, and the page's stamp is in it.

    The stamp is a field named `stamp`, or the header `X-Escala-Stamp` where a script sends the form. Every form of
    somebody who is known has a budget, also one that changes nothing; who signs in has the attempts' (attempts.py).
    """
    if not _is_from_here(request, portal.settings):
        raise StaleForm
    if visitor.persona:
        desk.budgets.spend(Spending.FORM, visitor.principal, at=at)
    form = await request.form()
    if not all(_is_text(word) for word in _words_of(form)):
        raise RequestValidationError([])
    given = request.headers.get("x-escala-stamp") or str(form.get("stamp", ""))
    if not portal.keys.is_stamp(given, visitor.stamp):
        raise StaleForm


Stamped = Depends(check_form)
"""Put on every route that changes something: `dependencies=[Stamped]`."""


def _words_of(form: FormData) -> Iterator[str]:
    """All that a form says: names, values and the names of files."""
    for name, value in form.multi_items():
        yield name
        yield value if isinstance(value, str) else value.filename or ""


def _is_text(word: str) -> bool:
    """Whether a database keeps it: no NUL, and no half of a character, which some encodings of forms can say."""
    return "\0" not in word and not any("\ud800" <= sign <= "\udfff" for sign in word)


def _is_from_here(request: Request, settings: Settings) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return True
    if settings.profile == "production":  # one address, which people were given
        return origin == origin_of(settings.public_url)
    host = request.headers.get("host")
    return bool(host) and origin.partition("://")[2] == host


def origin_of(address: str) -> str:
    """An address's origin, as browsers write it: without the port that its scheme has anyway."""
    parts = urlsplit(address)
    is_usual = parts.port in (None, {"https": 443, "http": 80}.get(parts.scheme))
    return f"{parts.scheme}://{parts.hostname}" + ("" if is_usual else f":{parts.port}")


def _back(request: Request) -> str:
    """Where the visitor wanted to go, as a path of ours; a part of a page belongs to the page that shows it."""
    if shown_by := request.headers.get("hx-current-url"):
        return path_in(shown_by)
    if request.method != "GET":
        return "/"
    query = f"?{request.url.query}" if request.url.query else ""
    return request.url.path + query


def path_in(address: str) -> str:
    """The path and query of an address that a caller says; the start where it is none."""
    try:
        parts = urlsplit(address)
    except ValueError:  # half a bracket, or a sign that no host has
        return "/"
    path = parts.path or "/"
    return f"{path}?{parts.query}" if parts.query else path


def safe_path(given: str) -> str:
    """A path of ours, or the start: nobody is sent elsewhere by a link to the sign-in page.

    What browsers drop (tabs, line ends) or read as a slash (a backslash) is written out, so that it leads nowhere.
    """
    is_ours = given.startswith("/") and not given.startswith(("//", "/\\")) and len(given) <= _LONGEST_PATH
    return quote(given, safe="/?&=%:._~-+,;@!$'()*") if is_ours else "/"


def with_back(step: str, back: str) -> str:
    """The address of a step of signing in that goes on at `back` when it is done."""
    path = safe_path(back)
    return step if path == "/" else f"{step}?volver={quote(path, safe='/')}"
