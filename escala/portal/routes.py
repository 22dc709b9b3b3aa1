"""Where the pages are put together: an application of its own beside the API, with the same edge behind it."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Match, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from escala.api import problems
from escala.language import language_of, translate
from escala.policy.refusals import Refusal
from escala.portal import account, home, sign_in
from escala.portal.keys import Keys
from escala.portal.pages import STATIC, answered, page, to
from escala.portal.post import Post
from escala.portal.session import Portal, SignInNeeded, StaleForm, Visit
from escala.settings import Settings

_NOUNS = (home, sign_in, account)


def portal(settings: Settings) -> FastAPI:
    """The application that serves the pages; its `state.edge` is the API's, given when that starts."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.state.portal = Portal(settings=settings, keys=Keys.of(settings), post=Post.of(settings))
    for noun in _NOUNS:
        app.include_router(noun.router)
    app.mount("/static", _Static(directory=STATIC), name="static")
    _answer_problems(app)
    app.add_middleware(GZipMiddleware, minimum_size=1_000)
    return app


class PortalMount(Mount):
    """Everything that is not the API's."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if str(scope.get("path", "")).startswith("/api/"):
            return Match.NONE, {}
        return super().matches(scope)


class _Static(StaticFiles):
    """Files whose address changes with their content."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


# -- problems ---------------------------------------------------------------------------------------------------------


def _answer_problems(app: FastAPI) -> None:
    """Everything that is not served becomes a page that says why, in the visitor's language."""

    @app.exception_handler(SignInNeeded)
    def sign_in_needed(request: Request, needed: SignInNeeded) -> Response:
        address = f"/ingreso?volver={needed.back}"
        if "hx-request" in request.headers:  # a part of a page cannot be the sign-in page
            return Response(status_code=401, headers={"HX-Redirect": address})
        return to(address, getattr(request.state, "visit", None))

    @app.exception_handler(StaleForm)
    def stale(request: Request, _: StaleForm) -> Response:
        return _told(request, 403, "This form is no longer valid. Go back, reload the page and send it again.")

    @app.exception_handler(problems.Problem)
    def problem(request: Request, problem: problems.Problem) -> Response:
        return _told(request, problem.status, problem.message, **problem.values)

    @app.exception_handler(Refusal)
    def refusal(request: Request, refusal: Refusal) -> Response:
        request.app.state.edge.figures.refused(refusal)
        return _told(request, problems.status_of(refusal), refusal.message, refusal.rule, **refusal.values)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, _: RequestValidationError) -> Response:
        return _told(request, 422, "Some of the data is not valid. Go back and check what you wrote.")

    @app.exception_handler(HTTPException)
    def other(request: Request, error: HTTPException) -> Response:
        known = {404: problems.NotFound, 405: problems.MethodNotAllowed}
        problem = known.get(error.status_code, problems.MalformedRequest)()
        return _told(request, problem.status, problem.message)

    @app.exception_handler(Exception)
    def unexpected(request: Request, _: Exception) -> Response:
        return _told(request, 500, problems.InternalError.message)


def _told(request: Request, status: int, message: str, rule: str | None = None, /, **values: object) -> Response:
    visit: Visit | None = getattr(request.state, "visit", None)
    if visit is None:  # it failed before anybody was known
        language = language_of(request.headers.get("accept-language"))
        return answered(PlainTextResponse(translate(message, language, **values), status), None)
    sentence = translate(message, visit.language, **values)
    return page(request, "problem.html", status=status, code=status, sentence=sentence, rule=rule)
