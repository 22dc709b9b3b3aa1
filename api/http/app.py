"""The API's composition root: the one place that makes its parts and hands them to the operations."""

from __future__ import annotations

import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from importlib.metadata import version
from types import FrameType
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from activities.webhooks.reach import networks
from api.case import cases, chats, clocks, commands, notices, openings, preview, ratings, stream, timeline
from api.cover import contracts, solutions
from api.duty import on_duty, pages, rotas, swaps
from api.files import files
from api.http import docs_page, health, metrics, openapi, problems
from api.http.access_log import STRICTEST, AccessLog, log_to_stderr
from api.http.legible import Legible
from api.http.limits import BodyLimit, OwnHost, Patient
from api.http.queries import KNOWN_NAMES
from api.mail import inbox
from api.people import absences, agents, contacts, customers, groups
from api.providers import provider_incidents
from api.signing_in import access_tokens, audit_trail
from api.telephone import events
from api.terms import amendments
from api.visit import municipalities, visit_record
from api.webhooks import webhooks
from desk import auditing
from desk.budgets import Budgets, allowances
from desk.desk import Desk, EnginePort
from desk.engine import Engine
from desk.feed import Feed
from desk.files.arriving import Arriving, ArrivingLimits
from desk.mail.post import Post
from desk.metrics import Metrics
from desk.problems import InternalError, MalformedRequest, MethodNotAllowed, NotFound, Problem, of_database
from desk.turnstile import Turnstile
from policy.case.refusals import Refusal
from policy.terms.policy_file import PolicyFile
from portal.frame.routes import PortalMount, portal
from settings import Settings, settings
from storage.engine.database import Database
from storage.engine.reach import DatabaseUnavailable
from storage.files.file_store import FileStore
from storage.terms.policy_files import expect_policy_needs, read_policy_file
from wording.input_errors import input_errors
from wording.language import language_of, learn

BASE = "/api/v1"

_ROUTERS = (
    health,
    customers,
    contracts,
    solutions,
    contacts,
    agents,
    absences,
    on_duty,
    rotas,
    swaps,
    pages,
    groups,
    access_tokens,
    audit_trail,
    openings,
    chats,
    cases,
    commands,
    files,
    ratings,
    visit_record,
    timeline,
    clocks,
    provider_incidents,
    stream,
    preview,
    amendments,
    municipalities,
    notices,
    webhooks,
    inbox,
    events,
    metrics,
)


def app_from_settings() -> FastAPI:
    """The app of this process, for `uvicorn --factory`."""
    return create_app(settings())


def create_app(
    settings: Settings,
    *,
    database: Database | None = None,
    engine: EnginePort | None = None,
    clock: Callable[[], datetime] | None = None,
) -> FastAPI:
    """The app. What is not given is made from the settings when it starts, and closed when it stops."""
    log_to_stderr()
    policy = read_policy_file(settings.policy_file)
    learn("plan", policy.plan_names)
    portal_pages = portal(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        db, now = database or Database.at(settings.database_url), clock or _now
        try:
            await expect_policy_needs(db, policy, at=now())
            connected = engine or await Engine.connect(settings, db)
            async with open_desk(settings, policy, database=db, engine=connected, clock=now) as desk:
                app.state.desk = portal_pages.state.desk = desk
                await _note_settings(desk, settings)
                try:
                    yield
                finally:
                    await portal_pages.state.portal.mail.stop()
        finally:
            if database is None:
                await db.close()

    app = FastAPI(
        title="Escala",
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # a redirection would lead to whatever host the request names
        generate_unique_id_function=lambda route: route.name,
    )
    app.router.routes.append(PortalMount("/", app=portal_pages))  # first: no page is looked for among the API's routes
    for noun in _ROUTERS:
        # Probes and scrapers add names of their own.
        app.include_router(noun.router, prefix=BASE, dependencies=[] if noun in (health, metrics) else [KNOWN_NAMES])
    _serve_the_reference(app, settings, policy)
    _answer_problems(app)
    app.add_middleware(Patient, within=settings.waits_within)
    app.add_middleware(BodyLimit, within=settings.body_within, upload_within=settings.upload_within)
    app.add_middleware(Legible)
    if settings.profile == "production":
        app.add_middleware(OwnHost, address=settings.public_url)
    app.add_middleware(AccessLog)
    return app


@asynccontextmanager
async def open_desk(
    settings: Settings, policy: PolicyFile, *, database: Database, engine: EnginePort, clock: Callable[[], datetime]
) -> AsyncIterator[Desk]:
    """What the operations of one process share, from its start to its stop."""
    feed = Feed(database)
    try:
        with _streams_end_with_the_process(feed):
            yield Desk(
                database=database,
                engine=engine,
                policy=policy,
                clock=clock,
                feed=feed,
                metrics=Metrics(),
                turnstile=Turnstile(),
                files=FileStore(settings.files_folder),
                arriving=Arriving(ArrivingLimits.of(settings)),
                post=Post.of(settings),
                provider_feeds=tuple(settings.provider_feeds),
                webhook_networks=networks(settings.webhook_networks),
                telephone_secrets=settings.telephone_secrets,
                budgets=Budgets(allowances(settings)),
            )
    finally:
        feed.close()


async def _note_settings(desk: Desk, settings: Settings) -> None:
    """Best effort: a database that is still away keeps no API from starting."""
    with suppress(SQLAlchemyError, OSError):
        await auditing.note_settings(desk.database, settings, desk.policy.version, at=desk.clock())


def _now() -> datetime:
    return datetime.now(UTC)


def _serve_the_reference(app: FastAPI, settings: Settings, policy: PolicyFile) -> None:
    made: dict[str, Any] = {}

    def document() -> dict[str, Any]:
        if not made:
            its = {"version": version("escala"), "address": settings.public_url}
            made.update(openapi.document(app, **its, plans=policy.plans))
        return made

    app.openapi = document  # type: ignore[method-assign]
    app.add_api_route(f"{BASE}/openapi.json", lambda: JSONResponse(document()), include_in_schema=False)
    app.add_api_route(f"{BASE}/docs", lambda: docs_page.page(document()), include_in_schema=False)


# -- problems ---------------------------------------------------------------------------------------------------------


def _answer_problems(app: FastAPI) -> None:
    """Everything that is not an answer becomes problem+json, in the caller's language."""

    @app.exception_handler(DatabaseUnavailable)
    def unavailable(request: Request, away: DatabaseUnavailable) -> Response:
        return problems.response(of_database(away), _language(request))

    @app.exception_handler(Exception)
    def failed(request: Request, _: Exception) -> Response:
        answer = problems.response(InternalError(), _language(request))
        answer.headers.update(STRICTEST)  # this one is given outside of all middleware
        return answer

    @app.exception_handler(Problem)
    def problem(request: Request, problem: Problem) -> Response:
        return problems.response(problem, _language(request))

    @app.exception_handler(Refusal)
    def refusal(request: Request, refusal: Refusal) -> Response:
        request.app.state.desk.metrics.refused(refusal)
        return problems.response(refusal, _language(request))

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        language = _language(request)
        found = error.errors()
        if any(each["type"] == "missing" and each["loc"][0] == "header" for each in found):
            return problems.response(problems.IdempotencyKeyMissing(), language)
        return problems.response(problems.InvalidInput(), language, errors=input_errors(found, language))

    @app.exception_handler(HTTPException)
    def other(request: Request, error: HTTPException) -> Response:
        known = {405: MethodNotAllowed, 404: NotFound, 401: problems.Unauthenticated}
        answer = problems.response(known.get(error.status_code, MalformedRequest)(), _language(request))
        answer.headers.update(error.headers or {})
        return answer


def _language(request: Request) -> str:
    return language_of(request.headers.get("accept-language"))


# -- the end ----------------------------------------------------------------------------------------------------------


@contextmanager
def _streams_end_with_the_process(feed: Feed) -> Iterator[None]:
    """Let open streams go at the first signal: the server waits for its connections before it ends the lifespan."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    servers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def stop(number: int, frame: FrameType | None) -> None:
        feed.close()
        server = servers[signal.Signals(number)]
        if callable(server):
            server(number, frame)

    caught = [number for number, server in servers.items() if callable(server)]
    for number in caught:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in caught:
            signal.signal(number, servers[number])
