"""An office to call: the app on a real database and a paper desk, two customers, and a token for each role."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, cast

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from starlette.datastructures import State

from api.http.app import create_app, open_desk
from desk.desk import EnginePort
from policy.case.case import Level, Plan, Role
from policy.people.contacts import RosterEntry
from portal.frame.routes import PortalMount
from portal.frame.session import Portal
from settings import Settings
from storage.cover import contracts, solutions
from storage.cover.contracts import NewContract
from storage.cover.solutions import Solution, SolutionKind
from storage.engine.database import Database
from storage.people import agents, contacts, customers
from storage.people.agents import Agent
from storage.people.contacts import NewContact, NewRoster
from storage.people.customers import Customer
from storage.signing_in import tokens
from storage.signing_in.tokens import Token
from storage.terms.policy_files import read_policy_file
from tests.support.desk import PaperDesk
from tests.support.lives import bogota, policy

BASE = "/api/v1"
PREMIUM, STANDARD = "premium-1", "standard-1"

NEW_CASE: dict[str, Any] = {
    "contact_id": f"contact-{STANDARD}",
    "solution_id": f"solution-{STANDARD}",
    "channel": "web",
    "category": "incident",
    "title": "El mapa no carga",
    "description": "Aparece en blanco desde las 8:00.",
    "prior_analysis": "Probamos otro navegador y otra red.",
    "proposed_priority": 2,
}
NEW_PREMIUM_CASE: dict[str, Any] = NEW_CASE | {"contact_id": f"contact-{PREMIUM}", "solution_id": f"solution-{PREMIUM}"}

PEOPLE: dict[str, dict[str, Any]] = {
    "contact": {"role": Role.CONTACT, "subject_id": f"contact-{STANDARD}", "customer_id": STANDARD},
    "premium_contact": {"role": Role.CONTACT, "subject_id": f"contact-{PREMIUM}", "customer_id": PREMIUM},
    "agent": {"role": Role.AGENT, "subject_id": "ana", "levels": (Level.HELP_DESK,)},
    "specialist": {"role": Role.AGENT, "subject_id": "eva", "levels": (Level.SPECIALISTS,)},
    "director": {"role": Role.DIRECTOR, "subject_id": "dora"},
    "commercial": {"role": Role.COMMERCIAL, "subject_id": "carla"},
    "admin": {"role": Role.ADMIN, "subject_id": "root"},
}

AGENTS: dict[str, Agent] = {
    "agent": Agent(id="ana", name="Ana Torres", email="ana@escala.example", levels=(Level.HELP_DESK,)),
    "specialist": Agent(id="eva", name="Eva Luna", email="eva@escala.example", levels=(Level.SPECIALISTS,)),
    "director": Agent(
        id="dora", name="Dora Ruiz", email="dora@escala.example", levels=(Level.DIRECTOR,), is_director=True
    ),
}


@dataclass
class Clock:
    """The edge's clock, which a test sets."""

    at: datetime = field(default_factory=lambda: bogota("09:00"))

    def __call__(self) -> datetime:
        return self.at

    def passes(self, **duration: float) -> None:
        self.at += timedelta(**duration)


@dataclass
class Office:
    """The app and those who call it."""

    app: FastAPI
    db: Database
    clock: Clock
    desk: PaperDesk
    client: AsyncClient
    secrets: dict[str, str]
    keys: Any = field(default_factory=lambda: (f"key-{place}" for place in count(1)))
    written_at_first: int = field(init=False)

    def __post_init__(self) -> None:
        """Remember what the start of the app wrote."""
        self.written_at_first = self.written

    @property
    def is_untouched(self) -> bool:
        """Whether nothing was written since it opened, on SQLite."""
        return self.db._lock is not None and self.written == self.written_at_first

    @property
    def written(self) -> int:
        """How much the database's journal holds: it grows with every write."""
        journal = Path(f"{self.file}-wal")
        return journal.stat().st_size if journal.exists() else 0

    @property
    def file(self) -> Path:
        """The database's file; this office has one of its own."""
        return Path(str(self.db._reader.url.database))

    def headers(self, who: str | None, **more: str) -> dict[str, str]:
        return ({"Authorization": f"Bearer {self.secrets[who]}"} if who else {}) | more

    async def get(self, path: str, who: str | None = "agent", **query: Any) -> Response:
        return await self.client.get(BASE + path, headers=self.headers(who), params=query)

    async def post(
        self, path: str, body: Any = None, who: str | None = "agent", *, key: str | None = None, **headers: str
    ) -> Response:
        sent = self.headers(who, **{"Idempotency-Key": key or next(self.keys), **headers})
        answer = await self.client.post(BASE + path, json=body, headers=sent)
        check_documented(self.app, path, answer)
        return answer

    async def put(self, path: str, body: Any, who: str = "admin") -> Response:
        return await self.client.put(BASE + path, json=body, headers=self.headers(who))

    async def open(self, who: str = "contact", **changes: Any) -> str:
        """A new case's number."""
        case = NEW_PREMIUM_CASE if who == "premium_contact" else NEW_CASE
        answer = await self.post("/cases", case | changes, who)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["number"])

    async def give(self, number: str, command: str, who: str = "agent", /, **body: Any) -> Response:
        return await self.post(f"/cases/{number}/{command}", body or None, who)

    async def take_contact_off_roster(self, customer_id: str = STANDARD) -> None:
        """Somebody else is the customer's contact from now on."""
        luz = RosterEntry(
            name="Luz",
            email="luz@cliente.example",
            is_system_administrator=True,
            notice_reference="Carta 18",
            notified_on=date(2026, 11, 2),
            can_sign_in=True,
        )
        new = [NewContact(f"luz-{customer_id}", luz)]
        await contacts.replace_roster(self.db, customer_id, NewRoster(new), policy=policy(), at=self.clock())

    async def timeline(self, number: str, who: str = "agent") -> list[dict[str, Any]]:
        return list((await self.get(f"/cases/{number}/timeline", who)).json()["items"])


@dataclass(frozen=True)
class Furnished:
    """A database file with all that `furnish` puts there, and its tokens' secrets."""

    file: Path
    secrets: dict[str, str]


def pages_behind(app: FastAPI) -> FastAPI:
    """The application that serves the pages."""
    [mount] = [each for each in app.router.routes if isinstance(each, PortalMount)]
    return cast("FastAPI", mount.app)


def with_desk(office: Office, **changes: Any) -> None:
    """Let the office serve with another part of its desk, on both edges."""
    office.app.state.desk = pages_behind(office.app).state.desk = replace(office.app.state.desk, **changes)


@asynccontextmanager
async def standing_in(
    front: FastAPI, settings: Settings, *, database: Database, engine: EnginePort, clock: Clock
) -> AsyncIterator[FastAPI]:
    """The front, which meanwhile serves with the desk and the pages' parts that these settings ask for.

    What an app does as it starts was done with the database already: its copies are not looked through each time.
    """
    asked = read_policy_file(settings.policy_file) if settings.policy_file else policy()
    async with open_desk(settings, asked, database=database, engine=engine, clock=clock) as desk:
        pages, portal = pages_behind(front), Portal.of(settings)
        front.state, pages.state = State({"desk": desk}), State({"desk": desk, "portal": portal})
        try:
            yield front
        finally:
            await portal.mail.stop()


_documented: dict[str, dict[str, Any]] = {}


def check_documented(app: FastAPI, path: str, answer: Response) -> None:
    """Fail where a POST was refused by a name that the OpenAPI document does not list under its operation."""
    if answer.headers["content-type"] != "application/problem+json":
        return
    if not _documented:
        _documented.update(app.openapi()["paths"])
    for template, operations in _documented.items():
        if "post" in operations and re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template)), BASE + path):
            listed = operations["post"]["responses"].get(str(answer.status_code), {"content": {"": {"examples": {}}}})
            [content] = listed["content"].values()
            name = answer.json()["type"].removeprefix("urn:escala:")
            assert name in content["examples"], f"{template} does not say that it may answer {name}"


@cache
def _plain() -> Settings:
    """Reading the environment takes as long as opening an office's database."""
    return Settings()


@asynccontextmanager
async def open_office(
    url: str,
    state_dir: Path,
    *,
    settings: Settings | None = None,
    desk: EnginePort | None = None,
    front: FastAPI | None = None,
    secrets: dict[str, str] | None = None,
) -> AsyncIterator[Office]:
    """The app on the migrated, empty database at `url`, furnished; on paper unless a desk with an engine is given.

    `secrets` are those of a database that is `Furnished` already.

    A `front` serves many offices one after another: FastAPI works out a route when it is first asked for, and a new app
    takes longer over that than over most tests. An office that is open beside another needs an app of its own.
    """
    clock = Clock()
    async with AsyncExitStack() as stack:
        db = Database.at(url)
        stack.push_async_callback(db.close)
        paper = PaperDesk(db, clock)
        settings = settings or _plain().model_copy(update={"state_dir": state_dir, "database_url": url})
        if front:
            serving = standing_in(front, settings, database=db, engine=desk or paper, clock=clock)
            app = await stack.enter_async_context(serving)
        else:
            app = create_app(settings, database=db, engine=desk or paper, clock=clock)
            await stack.enter_async_context(app.router.lifespan_context(app))
        transport = ASGITransport(app, raise_app_exceptions=False)
        client = await stack.enter_async_context(AsyncClient(transport=transport, base_url="http://escala.test"))
        yield Office(app, db, clock, paper, client, dict(secrets or await furnish(db)))


async def furnish(db: Database) -> dict[str, str]:
    """Two customers with a contact and a solution each, an agent, and a token for each role: their secrets."""
    at = bogota("2026-11-02 08:00")
    for customer, plan in ((STANDARD, Plan.STANDARD), (PREMIUM, Plan.PREMIUM)):
        await customers.create(db, Customer(customer, f"Cliente {customer}", f"NIT-{customer}"), at=at)
        await contracts.create(
            db,
            NewContract(
                id=f"contract-{customer}",
                customer_id=customer,
                plan=plan,
                starts_on=date(2026, 1, 1),
                ends_on=date(2027, 12, 31),
                paid=True,
            ),
            at=at,
        )
        solution = Solution(id=f"solution-{customer}", customer_id=customer, name="Geoportal", kind=SolutionKind.CLOUD)
        await solutions.create(db, solution, at=at)
        entry = RosterEntry(
            name="Ana",
            email="ana@cliente.example",
            is_system_administrator=True,
            notice_reference="Carta 17",
            notified_on=date(2026, 11, 2),
            can_sign_in=True,
        )
        await contacts.replace_roster(
            db, customer, NewRoster([NewContact(f"contact-{customer}", entry)]), policy=policy(), at=at
        )
    for agent in AGENTS.values():
        await agents.put(db, agent)
    secrets = {}
    for name, person in PEOPLE.items():
        secrets[name] = tokens.new_secret()
        await tokens.create(db, Token(id=f"token-{name}", created_at=at, **person), secrets[name])
    return secrets
