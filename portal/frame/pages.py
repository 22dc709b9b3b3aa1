"""The making of a page: a template in the visitor's language, what all of them show, and every answer's headers.

No page has a script or a style of its own text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from policy.case.case import Role
from portal.frame.session import LANGUAGE_COOKIE, SESSION_COOKIE, VISIT_COOKIE, Visitor, path_in
from portal.frame.template_words import environment

# The second factor's picture is data.
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
    stamp = portal.keys.stamp(visitor.stamp)  # one a page: another each time, and no more bytes than that
    return (
        environment()
        .get_template(template)
        .render(
            visitor=visitor,
            language=visitor.language,
            stamp=lambda: stamp,
            here=request.url.path,
            returning=_returning(request),
            navigation=navigation(visitor),
            provider=portal.provider.name if portal.provider else None,
            operators_url=portal.settings.temporal_ui_url.rstrip("/"),
            namespace=portal.settings.temporal_namespace,
            **shown,
        )
    )


def _returning(request: Request) -> str:
    """Where a form that every page has leads back to: this page with its filters, or the one that sent the form."""
    return path_in(str(request.url) if request.method == "GET" else request.headers.get("referer", ""))


def navigation(visitor: Visitor) -> tuple[tuple[str, str], ...]:
    """Where a visitor's work is: addresses and their names."""
    own = _PLACES.get(visitor.role, ()) if visitor.role else ()
    decides = any(each.actor.role is Role.DIRECTOR for each in visitor.stands_in_for)
    return own if not decides or _VISITS in own else (*own, _VISITS)


_VISITS = ("/direccion/visitas", "Visits")
_DUTY = ("/guardia", "On duty")
_ABSENCES = ("/ausencias", "Absences")
_WORK = (
    ("/cola", "Queue"),
    ("/correo", "Mail"),
    ("/telefono", "Telephone"),
    ("/incidentes", "Providers' incidents"),
    ("/clientes", "Customers"),
    ("/proceso", "Process"),
    _DUTY,
    _ABSENCES,
)
_PLACES: Mapping[Role, tuple[tuple[str, str], ...]] = {
    Role.CONTACT: (
        ("/casos", "My cases"),
        ("/chat", "Chat"),
        ("/contactos", "Contacts"),
        ("/contratos", "Contracts"),
    ),
    Role.AGENT: _WORK,
    Role.DIRECTOR: (_WORK[0], _VISITS, ("/direccion/tablero", "Board"), *_WORK[1:]),
    Role.COMMERCIAL: (
        ("/inicio", "Start"),
        ("/clientes", "Customers"),
        ("/usuarios", "Users"),
        ("/direccion/tablero", "Board"),
    ),
    Role.ADMIN: (
        ("/clientes", "Customers"),
        ("/usuarios", "Users"),
        ("/auditoria", "Audit"),
        ("/webhooks", "Webhooks"),
        ("/avisos/ejemplos", "Sample notices"),
        ("/direccion/tablero", "Board"),
        ("/proceso", "Process"),
        _DUTY,
        _ABSENCES,
    ),
}


def to(path: str, visitor: Visitor | None = None) -> Response:
    """Go on at another page of ours, with GET."""
    return answered(RedirectResponse(path, 303), visitor)


def gone_to(request: Request, visitor: Visitor, path: str) -> Response:
    """Go on at another page of ours, also where a script sent the form."""
    if "hx-request" not in request.headers:
        return to(path, visitor)
    return answered(Response(status_code=204, headers={"HX-Redirect": path}), visitor)


def answered(response: Response, visitor: Visitor | None) -> Response:
    """The answer with the headers of every page, and the cookie that a new visitor's forms need."""
    response.headers.update(HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")
    if visitor:
        response.headers.update(visitor.headers)
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
