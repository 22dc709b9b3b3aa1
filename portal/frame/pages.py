"""How a page is made: templates in the visitor's language, what they may show, and the headers that every page carries.

Templates escape everything; an undefined name is an error. No page has a script or a style of its own text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_decimal
from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from starlette.datastructures import URL

from desk.files.file_kinds import KINDS
from policy.case.case import Role
from portal.frame.session import LANGUAGE_COOKIE, SESSION_COOKIE, VISIT_COOKIE, Visitor
from wording.language import show_date, show_duration, show_instant, translate, translate_count, word

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
_BOGOTA = ZoneInfo("America/Bogota")
_REGION = {"es": "es_CO", "en": "en_US"}

# Pico draws its arrows and ticks from data, hence the images.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def page(request: Request, template: str, /, *, status: int = 200, **shown: Any) -> Response:
    """The page, for the visit of this request. `shown` is what the template speaks of."""
    visitor: Visitor = request.state.visitor
    return answered(HTMLResponse(render(request, visitor, template, **shown), status), visitor)


def render(request: Request, visitor: Visitor, template: str, /, **shown: Any) -> str:
    """The template's text: a page, or a part of one that a script puts in place."""
    portal = request.app.state.portal
    return (
        _environment()
        .get_template(template)
        .render(
            visitor=visitor,
            language=visitor.language,
            stamp=lambda: portal.keys.stamp(visitor.stamp),
            here=request.url.path,
            returning=_returning(request),
            navigation=_navigation(visitor),
            provider=portal.provider.name if portal.provider else None,
            operators_url=portal.settings.temporal_ui_url.rstrip("/"),
            namespace=portal.settings.temporal_namespace,
            **shown,
        )
    )


def _returning(request: Request) -> str:
    """Where a form that every page has leads back to: this page with its filters, or the one that sent the form."""
    shown = request.url
    if request.method != "GET":
        shown = URL(request.headers.get("referer", "/"))
    path = shown.path or "/"
    return f"{path}?{shown.query}" if shown.query else path


def _navigation(visitor: Visitor) -> tuple[tuple[str, str], ...]:
    """Where a visitor's work is: addresses and their names."""
    return _PLACES.get(visitor.role, ()) if visitor.role else ()


_WORK = (
    ("/cola", "Queue"),
    ("/incidentes", "Providers' incidents"),
    ("/clientes", "Customers"),
    ("/proceso", "Process"),
)
_PLACES: Mapping[Role, tuple[tuple[str, str], ...]] = {
    Role.CONTACT: (
        ("/casos", "My cases"),
        ("/casos/nuevo", "Open a case"),
        ("/contactos", "Contacts"),
        ("/contratos", "Contracts"),
    ),
    Role.AGENT: _WORK,
    Role.DIRECTOR: (_WORK[0], ("/direccion/visitas", "Visits"), ("/direccion/tablero", "Board"), *_WORK[1:]),
    Role.COMMERCIAL: (("/clientes", "Customers"), ("/usuarios", "Users"), ("/direccion/tablero", "Board")),
    Role.ADMIN: (
        ("/clientes", "Customers"),
        ("/usuarios", "Users"),
        ("/direccion/tablero", "Board"),
        ("/proceso", "Process"),
    ),
}


def to(path: str, visitor: Visitor | None = None) -> Response:
    """Go on at another page of ours, with GET."""
    return answered(RedirectResponse(path, 303), visitor)


def answered(response: Response, visitor: Visitor | None) -> Response:
    """The answer with the headers of every page, and the cookie that a new visitor's forms need."""
    response.headers.update(HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")
    if visitor:
        for name, value in visitor.cookies.items():
            set_cookie(response, name, value)
    return response


def set_cookie(response: Response, name: str, value: str, *, seconds: int | None = None) -> None:
    """A cookie that no script reads and no other site sends; `__Host-` names need no domain and the whole path."""
    response.set_cookie(name, value, max_age=seconds, secure=True, httponly=True, samesite="lax", path="/")


def forget_cookies(response: Response) -> None:
    """End what the browser keeps of a session."""
    for name in (SESSION_COOKIE, VISIT_COOKIE):
        response.delete_cookie(name, secure=True, httponly=True, samesite="lax", path="/")


def remember_language(response: Response, language: str) -> None:
    response.set_cookie(LANGUAGE_COOKIE, language, max_age=365 * 86_400, secure=True, samesite="lax", path="/")


# -- what templates may say -------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "_": _translated,
        "_n": _counted,
        "word": _word,
        "static": static_address,
        "accepted_files": ",".join(f".{each}" for each in sorted(KINDS)),
    }
    environment.filters |= {
        "instant": _instant,
        "short": _short,
        "clock": _clock,
        "date": _date,
        "duration": _duration,
        "cop": _cop,
        "iso": lambda at: at.isoformat().replace("+00:00", "Z"),
    }
    return environment


@pass_context
def _translated(context: Context, message: str, **values: object) -> str:
    return translate(message, context["language"], **values)


@pass_context
def _counted(context: Context, one: str, many: str, how_many: int, **values: object) -> str:
    return translate_count(one, many, how_many, context["language"], **values)


@pass_context
def _word(context: Context, kind: str, value: object) -> str:
    return word(kind, value, context["language"])


@pass_context
def _instant(context: Context, at: datetime) -> str:
    return show_instant(at, context["language"])


@pass_context
def _short(context: Context, at: datetime) -> str:
    """An instant in a table: "mié 25 nov, 9:00"."""
    pattern = "EEE d MMM, H:mm" if context["language"] == "es" else "EEE MMM d, h:mm a"
    return format_datetime(at, pattern, tzinfo=_BOGOTA, locale=_REGION[context["language"]])


def _clock(seconds: int) -> str:
    """A duration in figures: 1:30:00."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


@pass_context
def _date(context: Context, on: date) -> str:
    return show_date(on, context["language"])


@pass_context
def _duration(context: Context, amount: timedelta) -> str:
    return show_duration(amount, context["language"])


@pass_context
def _cop(context: Context, amount: int) -> str:
    return f"$ {format_decimal(amount, locale=_REGION[context['language']])} COP"


def static_address(path: str) -> str:
    """Where a static file is; the address changes with its content, so that browsers may keep it for ever."""
    return f"/static/{path}?{_versions().get(path, '')}"


@lru_cache(maxsize=1)
def _versions() -> Mapping[str, str]:
    files = (file for file in STATIC.rglob("*") if file.is_file())
    return {str(file.relative_to(STATIC)): hashlib.sha256(file.read_bytes()).hexdigest()[:10] for file in files}
