"""The portal's application: every page's routes, static files and problems, beside the API."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, PlainTextResponse
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Match, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desk import problems
from desk.problems import NotFound, Problem, status_of
from policy.case.refusals import Refusal
from portal.case import (
    attachments,
    canned,
    case_page,
    case_stream,
    command_forms,
    macros,
    merging,
    municipality_choice,
    opening,
    rating_form,
    tags,
    workbench,
)
from portal.chat import board_page as chats_page
from portal.chat import opening_page as chat_opening
from portal.chat import talk_page
from portal.customers import covers, customers_page, home_page, incidents_page, my_cases, people
from portal.customers.customer_scope import CustomerNotNamed
from portal.direction import absences, approvals, board
from portal.duty import acknowledgement, calendar_pages, duty_page, rota_pages
from portal.frame import home
from portal.frame.afterwards import Afterwards
from portal.frame.deps import desk_of
from portal.frame.lean import LEAN, lean
from portal.frame.pages import answered, page, to
from portal.frame.rooms import STATIC
from portal.frame.session import Portal, SecondFactorNeeded, SignInNeeded, StaleForm, Visitor, portal_of, visitor
from portal.mail import inbox_page, samples_page
from portal.process import process_map
from portal.queue import bulk, concerns_page, queue, queue_file, saved_views, search_page
from portal.signing_in import account, audit_page, new_password, notice_choices, oidc, second_factor, sign_in, users
from portal.telephone import calls_page
from portal.webhooks import webhooks_pages
from settings import Settings
from storage.engine.reach import DatabaseUnavailable
from wording.language import language_of, translate

_NOUNS = (
    home,
    bulk,
    saved_views,
    concerns_page,
    queue,
    queue_file,
    search_page,
    attachments,
    chat_opening,
    talk_page,
    chats_page,
    my_cases,
    opening,
    people,
    covers,
    home_page,
    customers_page,
    incidents_page,
    case_page,
    case_stream,
    command_forms,
    workbench,
    canned,
    macros,
    tags,
    merging,
    municipality_choice,
    rating_form,
    sign_in,
    new_password,
    second_factor,
    account,
    notice_choices,
    users,
    audit_page,
    oidc,
    absences,
    approvals,
    board,
    process_map,
    webhooks_pages,
    inbox_page,
    calls_page,
    samples_page,
    duty_page,
    rota_pages,
    acknowledgement,
    calendar_pages,
)
_FILES = SimpleNamespace(path="/static/{path}")


def portal(settings: Settings) -> FastAPI:
    """The application that serves the pages; its `state.edge` is the API's, given when that starts."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.portal = Portal.of(settings)
    for noun in _NOUNS:
        app.include_router(noun.router)
    app.mount("/static", _Static(), name="static")
    _answer_problems(app)
    app.add_middleware(GZipMiddleware, minimum_size=1_000)
    app.add_middleware(_HeadAsGet)
    app.add_middleware(Afterwards)
    return app


class PortalMount(Mount):
    """Everything that is not the API's."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if str(scope.get("path", "")).startswith("/api/"):
            return Match.NONE, {}
        return super().matches(scope)


class _Static(StaticFiles):
    """The files of all rooms; their address changes with their content."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC[0])
        self.all_directories = list(STATIC)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = _FILES  # for the access log
        await super().__call__(scope, receive, send)

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        if isinstance(response, FileResponse) and self._is_lean(file := Path(response.path)):
            for name in ("Content-Length", "Accept-Ranges"):
                del response.headers[name]
            return Response(lean(file, file.stat().st_mtime), headers=dict(response.headers))
        return response

    @staticmethod
    def _is_lean(file: Path) -> bool:
        return file.suffix in LEAN and file.parent.name == "static"


class _HeadAsGet:
    """ASGI middleware: HEAD is answered with what GET would say, without its body. A stream has no end to wait for."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD" or scope["path"].endswith("/eventos"):
            await self._app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        scope["method"] = "GET"
        try:
            await self._app(scope, receive, without_body)
        finally:
            scope["method"] = "HEAD"  # for the access log


# -- problems ---------------------------------------------------------------------------------------------------------


def _answer_problems(app: FastAPI) -> None:
    """Everything that is not served becomes a page that says why, in the visitor's language."""

    @app.exception_handler(SignInNeeded)
    def sign_in_needed(request: Request, needed: SignInNeeded) -> Response:
        return _instead(request, needed.address)

    @app.exception_handler(SecondFactorNeeded)
    def second_factor_needed(request: Request, _: SecondFactorNeeded) -> Response:
        return _instead(request, "/cuenta")

    @app.exception_handler(CustomerNotNamed)
    def customer_not_named(request: Request, _: CustomerNotNamed) -> Response:
        return _instead(request, "/clientes")

    @app.exception_handler(StaleForm)
    async def stale(request: Request, _: StaleForm) -> Response:
        who: Visitor | None = getattr(request.state, "visitor", None)
        if who and who.persona and request.url.path == "/ingreso":  # signed in meanwhile, in another tab
            return to("/", who)
        return await _told(request, 403, "This form is no longer valid. Go back, reload the page and send it again.")

    @app.exception_handler(Problem)
    async def problem(request: Request, problem: Problem) -> Response:
        answer = await _told(request, problem.status, problem.message, **problem.values)
        answer.headers.update(problem.answer_headers)
        return answer

    @app.exception_handler(Refusal)
    async def refusal(request: Request, refusal: Refusal) -> Response:
        request.app.state.desk.metrics.refused(refusal)
        return await _told(request, status_of(refusal), refusal.message, refusal.rule, **refusal.values)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, _: RequestValidationError) -> Response:
        return await _told(request, 422, "Some of the data is not valid. Go back and check what you wrote.")

    @app.exception_handler(HTTPException)
    async def other(request: Request, error: HTTPException) -> Response:
        known = {404: NotFound, 405: problems.MethodNotAllowed}
        problem = known.get(error.status_code, problems.MalformedRequest)()
        answer = await _told(request, problem.status, problem.message)
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(DatabaseUnavailable)
    async def unavailable(request: Request, away: DatabaseUnavailable) -> Response:
        return await problem(request, problems.of_database(away))

    @app.exception_handler(Exception)
    async def unexpected(request: Request, _: Exception) -> Response:
        return await _told(request, 500, problems.InternalError.message)


def _instead(request: Request, address: str) -> Response:
    """The page that has to come first. A part of a page, or a stream, cannot be it: the script goes there instead."""
    if "hx-request" in request.headers or "text/event-stream" in request.headers.get("accept", ""):
        return answered(Response(status_code=401, headers={"HX-Redirect": address}), None)
    return to(address, getattr(request.state, "visitor", None))


async def _told(request: Request, status: int, message: str, rule: str | None = None, /, **values: object) -> Response:
    shown = await _whose(request, status)
    if shown is None:
        language = language_of(request.headers.get("accept-language"))
        return answered(PlainTextResponse(translate(message, language, **values), status), None)
    sentence = translate(message, shown.language, **values)
    return page(request, "frame/problem.html", status=status, code=status, sentence=sentence, rule=rule)


async def _whose(request: Request, status: int) -> Visitor | None:
    """Whose visit failed; None where nobody can be known (our own failure) or nobody looks (a file's address)."""
    known: Visitor | None = getattr(request.state, "visitor", None)
    if known or status >= 500 or request.url.path.startswith("/static/"):
        return known
    desk = desk_of(request)
    with suppress(NotFound):  # who it is was known before the address was found to be none
        await visitor(request, desk, portal_of(request), desk.clock())
    found: Visitor | None = request.state.visitor
    return found
