"""The agents' queue with 100,000 cases: its queries with their plans, and the whole page, on SQLite and PostgreSQL.

The cases are put into the tables at once, not lived: one case that the policy lived lends its state to all. A fifth are
open, unless told otherwise. What a page costs is measured at the server: the app is asked without a network between. It
fails where a page's median is above what is promised.

Run: python -m bench.queue [cases] [open] [--queries] [--sqlite]
"""

from __future__ import annotations

import asyncio
import logging
import os
import statistics
import sys
import tempfile
import time as stopwatch
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from httpx import ASGITransport, AsyncClient
from sqlalchemy import Connection, event, insert, text

from api.http.app import create_app
from bench._desk import WORDS, furnish
from policy.case.case import Category, Channel, Level, Plan, Priority, Role, Status
from policy.terms.terms import CoverKind
from portal.frame.session import SESSION_COOKIE
from settings import Settings
from storage.case import queue, views
from storage.case.ledger import title_key
from storage.case.views import CaseFilter
from storage.engine import codec
from storage.engine.columns import NEVER, UNDATED
from storage.engine.database import Database, upgrade
from storage.engine.tables import case_terms, cases, contacts, contents, customers, facts, reservations, solutions
from storage.search import case_words, names, vocabulary
from storage.search.search_results import search
from storage.signing_in import accounts, sessions
from storage.signing_in.accounts import NewAccount
from storage.signing_in.sessions import Session
from storage.terms import pinned
from tests.support.desk import PaperDesk
from tests.support.lives import PREMIUM, STANDARD, opening
from tests.support.postgres import postgres_server

CASES, OPEN = 100_000, 20_000
PROMISED_MS = 100.0
AT = datetime(2026, 11, 25, 15, tzinfo=UTC)
_PEOPLE = 10
_CUSTOMERS, _AGENTS, _GROUPS = 400, 30, ("sig", "infraestructura", "google-maps-platform", "rastreo")
_AT_ONCE = 500
_TIMES = 40
_NOUNS = tuple(
    each
    for line in (
        "mapa ruta geocerca vehículo sensor despacho conductor servidor capa geoportal visor reporte clave cuota",
        "consulta dirección placa batería señal antena usuario permiso tablero alerta turno bodega flota parada",
        "tiempo historial",
    )
    for each in line.split()
)
_FAULTS = (
    *("no carga", "aparece en blanco", "llega tarde", "muestra un error", "se cerró", "no responde"),
    *("duplica los datos", "perdió la conexión", "calcula mal", "no exporta", "va muy lento", "rechaza el ingreso"),
    *("quedó bloqueado", "no se actualiza"),
)


# ------------------------------------------------------------------------------------------- a desk that is full


def _cases_of(chance: Random, count: int, still_open: int) -> Iterator[dict[str, Any]]:
    """What differs from case to case."""
    lent = views_case()
    step = max(1, count // still_open)
    for place in range(1, count + 1):
        number = f"MA-2026-{place:06}"
        status = Status.CLOSED
        if place % step == 0:
            status = chance.choices(
                [Status.NEW, Status.IN_PROGRESS, Status.WAITING_CUSTOMER, Status.HELD, Status.RESOLVED],
                [10, 50, 20, 5, 15],
            )[0]
        counts = status in (Status.NEW, Status.IN_PROGRESS)
        due = AT + timedelta(minutes=chance.randint(-600, 6000), seconds=30)  # none at the very instant
        level = Level(chance.choices([1, 2, 3], [60, 30, 10])[0])
        overdue = counts and level is Level.DIRECTOR and due < AT
        customer = chance.randrange(_CUSTOMERS)
        noun, other = chance.choice(_NOUNS), chance.choice(_NOUNS)
        title = f"El {noun} {chance.choice(_FAULTS)} en {other} {chance.randrange(5000)}"
        body = " ".join(chance.choices(_NOUNS, k=25)) + f" {chance.choice(_FAULTS)} incidente{place % 9973}"
        case = replace(lent, number=number, status=status, level=level, customer_id=f"customer-{customer}")
        yield {
            "number": number,
            "turn": 3,
            "facts": 3,
            "status": status,
            "level": int(level),
            "priority": chance.randint(1, 4),
            "plan": Plan.PREMIUM if customer % 3 == 0 else Plan.STANDARD,
            "cover": CoverKind.CONTRACT,
            "customer_id": f"customer-{customer}",
            "contact_id": f"contact-{customer}",
            "solution_id": f"solution-{customer}",
            "channel": Channel.WEB,
            "category": Category.INCIDENT,
            "assignee": None if status is Status.NEW else f"agent-{chance.randrange(_AGENTS)}",
            "case_group": chance.choice(_GROUPS) if level > 1 else None,
            "overdue": overdue,
            "next_due_at": due if counts else NEVER if status is Status.CLOSED else UNDATED,
            "opened_at": AT - timedelta(minutes=count - place),
            "closed_at": AT if status is Status.CLOSED else None,
            "closing_reason": "confirmed" if status is Status.CLOSED else None,
            "title": title,
            "title_key": title_key(title),
            "answered_seq": 2 if place % 7 == 0 else None,
            "search_id": case_words.search_id(number),
            "change": place,
            "state": codec.case_to_json(case),
            "_words": (title, f"{body} {WORDS}", f"{chance.choice(_FAULTS)} {other}", f"Nota: {noun} {place % 997}"),
        }


def _person(chance: Random) -> str:
    first = chance.choice(("Ángela", "Wilmer", "Marcela", "Camilo", "Hernando", "Yurley", "Jhon Jairo", "Lina María"))
    return f"{first} {chance.choice(_NOUNS).title()} {chance.choice(_NOUNS).title()}"


def views_case() -> Any:
    """A case as the policy opens it."""
    from policy.case.lifecycle import open_case

    return open_case(opening(AT, priority=Priority.SERIOUS), terms=STANDARD).case


_OPENED: dict[str, Any] = {
    "plan": "standard",
    "cover": "contract",
    "priority": 3,
    "channel": "web",
    "category": "incident",
}
"""What an opening says beside its texts, so that a page can read it."""


async def fill(db: Database, count: int, still_open: int) -> None:
    """The whole desk, in a few statements."""
    chance = Random(7)
    await furnish(db)
    for place in range(_CUSTOMERS):
        async with db.write() as connection:
            its = {"customer_id": f"customer-{place}"}
            await connection.execute(
                insert(customers).values(
                    id=f"customer-{place}",
                    name=f"Transportes {place:03}",
                    tax_id=f"NIT {place}",
                    created_at=AT,
                    name_key=f"transportes {place:03}",
                )
            )
            await connection.execute(
                insert(solutions).values(
                    id=f"solution-{place}", name="Geoportal", kind="cloud", supplied_by_us=True, created_at=AT, **its
                )
            )
            await connection.execute(
                insert(contacts).values(
                    id=f"contact-{place}",
                    name="Lina",
                    email="l@c.example",
                    mailbox="l@c.example",
                    is_system_administrator=True,
                    notice_reference="1",
                    notified_on=AT.date(),
                    can_sign_in=True,
                    **its,
                )
            )
            await names.keep_customer(
                connection, f"customer-{place}", name=f"Transportes {place:03}", tax_id=f"{900_100_000 + place}"
            )
            for person in range(_PEOPLE):
                its_name, address = _person(chance), f"p{place}x{person}@cliente{place}.example"
                await connection.execute(
                    insert(contacts).values(
                        id=f"contact-{place}-{person}",
                        customer_id=f"customer-{place}",
                        name=its_name,
                        email=address,
                        mailbox=address,
                        is_system_administrator=False,
                        notice_reference="1",
                        notified_on=AT.date(),
                        can_sign_in=False,
                    )
                )
                await names.keep_contact(
                    connection, f"contact-{place}-{person}", f"customer-{place}", name=its_name, email=address
                )
    # All that a list asks of a case's terms.
    promised = [codec.terms_to_json(each) for each in (PREMIUM, STANDARD, STANDARD)]
    async with db.write() as connection:
        digests = [
            await pinned.keep_in(connection, {"managed_support": False, "hours": each["hours"]}) for each in promised
        ]
    rows = _cases_of(chance, count, still_open)
    while some := [row for _, row in zip(range(_AT_ONCE), rows, strict=False)]:
        async with db.write() as connection:
            words = {row["number"]: row.pop("_words") for row in some}
            await connection.execute(
                insert(reservations),
                [{"scope": "b", "key": n, "number": n, "received_at": AT} for n in words],
            )
            await connection.execute(
                insert(contents),
                [
                    {"content_id": f"{n}-{i}", "case_number": n, "body": body, "deposited_at": AT}
                    for n, said in words.items()
                    for i, body in enumerate(said)
                ],
            )
            await connection.execute(insert(cases), some)
            await connection.execute(
                insert(case_terms),
                [{"case_number": n, "from_turn": 1, "digest": digests[int(n[-6:]) % 3]} for n in words],
            )
            await connection.execute(
                insert(facts),
                [
                    {
                        "case_number": n,
                        "seq": seq,
                        "turn": seq,
                        "at": AT,
                        "kind": kind,
                        "actor_role": "contact",
                        "actor_id": "c",
                        "internal": seq == 3,
                        "data": more | {name: {"content_id": f"{n}-{i}", "characters": 1} for name, i in data},
                    }
                    for n in words
                    for seq, kind, more, data in (
                        (1, "case_opened", _OPENED, (("title", 0), ("description", 1), ("prior_analysis", 1))),
                        (2, "reply_sent", {}, (("body", 2),)),
                        (3, "note_added", {}, (("body", 3),)),
                    )
                ],
            )
            await case_words.index(
                connection,
                [
                    {
                        "id": case_words.search_id(n) << case_words.TEXT_BITS | at,
                        "internal": i == 3,
                        "words": f"{n} {said[i]}" if i == 0 else said[i],
                    }
                    for n, said in words.items()
                    for i, at in enumerate((case_words.TITLE, case_words.TITLE - 2, 2 << 3, 3 << 3))
                ],
            )
            for each in some:
                *public, note = words[each["number"]]
                await vocabulary.learn(connection, each["customer_id"], public, public=True)
                await vocabulary.learn(connection, each["customer_id"], [note], public=False)
    async with db.write() as connection:
        await connection.execute(text("ANALYZE" if connection.dialect.name == "postgresql" else "SELECT 1"))


# ------------------------------------------------------------------------------------------- the queries

ME = "agent-7"
WORKED_ON = (Status.NEW, Status.IN_PROGRESS, Status.WAITING_CUSTOMER)
_QUEUE = CaseFilter(sort="next_due", is_open=True, among_notes=True)
FILTERS = {
    "the first page of all open": replace(_QUEUE, status=WORKED_ON),
    "mine": replace(_QUEUE, status=WORKED_ON, assignee=ME),
    "unassigned": replace(_QUEUE, status=WORKED_ON, unassigned=True),
    "level 3, a group, priority 1, Premium": replace(
        _QUEUE, status=WORKED_ON, level=Level.DIRECTOR, group="sig", priority=Priority.CRITICAL, plan=Plan.PREMIUM
    ),
    "past their limit": replace(_QUEUE, late_at=AT),
    "by title": replace(_QUEUE, status=WORKED_ON, sort="title"),
    "by customer, the last first": replace(_QUEUE, status=WORKED_ON, sort="-customer"),
    "by who has it, of all": replace(_QUEUE, is_open=None, sort="assignee"),
    "unread": replace(_QUEUE, status=WORKED_ON, unread_by="acc"),
    "resolved": replace(_QUEUE, status=(Status.RESOLVED,)),
    "all, of a customer, priority 1": replace(
        _QUEUE, is_open=None, customer_id="customer-5", priority=Priority.CRITICAL
    ),
    "a rare word, among open ones": replace(_QUEUE, q="incidente4321"),
    "a rare word, among all": replace(_QUEUE, is_open=None, q="incidente4321"),
    "two words, among open ones": replace(_QUEUE, q="mapas antena"),
    "a word that half of all say, among all": replace(_QUEUE, is_open=None, q="mapa"),
    "a word that is nowhere": replace(_QUEUE, is_open=None, q="xilófono"),
}


@contextmanager
def _statements(db: Database) -> Iterator[list[tuple[str, Any]]]:
    heard: list[tuple[str, Any]] = []

    def hear(_c: Connection, _cursor: Any, statement: str, parameters: Any, _x: Any, _many: bool) -> None:
        heard.append((statement, parameters))

    engine = db._reader.sync_engine  # noqa: SLF001
    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(engine, "before_cursor_execute", hear)


async def plan_of(db: Database, ask: Callable[[], Awaitable[Any]]) -> list[str]:
    """How the database goes about what is asked of it, at its most elaborate."""
    with _statements(db) as heard:
        await ask()
    statement, parameters = max(heard, key=lambda said: len(said[0]))
    async with db.read() as connection:
        on_sqlite = connection.dialect.name == "sqlite"
        explained = ("EXPLAIN QUERY PLAN " if on_sqlite else "EXPLAIN (COSTS OFF) ") + statement
        rows = (await connection.exec_driver_sql(explained, parameters)).all()
    return [str(row[-1]) for row in rows]


async def timed(db: Database, ask: Callable[[], Awaitable[Any]]) -> tuple[float, float, float]:
    """Milliseconds: the median, the 95th percentile, and the work of our process and PostgreSQL's at the median.

    The last says what it takes where other processes want the machine too.
    """
    await ask()
    backends = await _backends(db)
    took, worked = [], []
    for _ in range(_TIMES):
        begun, begun_work = stopwatch.perf_counter(), _work(backends)
        await ask()
        took.append((stopwatch.perf_counter() - begun) * 1_000)
        worked.append(_work(backends) - begun_work)
    return statistics.median(took), statistics.quantiles(took, n=20)[-1], statistics.median(worked)


def _work(backends: Sequence[Path]) -> float:
    """For how many milliseconds this process and these others have had a processor."""
    theirs = (int(each.read_text().split()[0]) for each in backends)
    return stopwatch.process_time() * 1_000 + sum(theirs) / 1e6


async def _backends(db: Database) -> list[Path]:
    """Where Linux tells of the processes of PostgreSQL that answer us; SQLite has none."""
    async with db.read() as connection:
        if connection.dialect.name == "sqlite":
            return []
        asked = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        found = [Path(f"/proc/{row.pid}/schedstat") for row in await connection.execute(asked)]
    return [each for each in found if each.exists()]


async def measure(url: str, count: int, still_open: int) -> list[tuple[str, float, float, float]]:
    """Every figure of one database."""
    db = Database.at(url)
    found: list[tuple[str, float, float, float]] = []
    try:
        begun = stopwatch.perf_counter()
        await fill(db, count, still_open)
        print(
            f"\n{url.partition('+')[0]}: {count:,} cases, {still_open:,} open; "
            f"filled in {stopwatch.perf_counter() - begun:.0f} s"
        )
        asked: dict[str, Callable[[], Awaitable[Any]]] = {
            f"query: {name}": partial(views.cases, db, wanted) for name, wanted in FILTERS.items()
        }
        for name in ("a rare word, among all", "a word that half of all say, among all"):
            asked[f"query: the best of {name}"] = partial(search, db, FILTERS[name], limit=31)
        asked["query: the counts of every tab"] = lambda: queue.tally(db, at=AT)
        asked["query: a count that ends at 500"] = lambda: views.how_many(db, FILTERS["mine"], at_most=501)
        for name, ask in asked.items():
            print(f"  {name}")
            for line in await plan_of(db, ask):
                print(f"      {line}")
            found.append((name, *await timed(db, ask)))
        if "--queries" not in sys.argv:
            async with _agent_at(db, url) as agent:
                for name, path in PAGES.items():
                    found.append((f"page: {name}", *await timed(db, partial(_seen, agent, path))))
    finally:
        await db.close()
    return found


# ------------------------------------------------------------------------------------------- the page

PAGES = {
    "the first": "/cola?tab=open",
    "mine": "/cola?tab=mine",
    "level 3, a group, priority 1, Premium": "/cola?tab=level-3&group=sig&priority=1&plan=premium",
    "a rare word": "/cola?tab=all&q=incidente4321",
    "a word that half of all say": "/cola?tab=all&q=mapa",
    "what a live page asks again": "/cola/filas?tab=open",
    "search, ranked, a rare word": "/buscar?q=incidente4321",
    "search, ranked, a word that half of all say": "/buscar?q=mapa",
    "search, a mistyped word": "/buscar?q=geocrcha",
    "search, a customer's name": "/buscar?q=transportes 12",
    "search, a NIT": "/buscar?q=900.100.123",
    "search, while typing": "/buscar/rapido?q=mar",
    "the queue by title": "/cola?tab=open&sort=title",
    "the queue by customer, of all": "/cola?tab=all&sort=customer",
    "unread": "/cola?tab=open&unread=true",
    "past their limit": "/cola?tab=overdue",
}


@asynccontextmanager
async def _agent_at(db: Database, url: str) -> AsyncIterator[AsyncClient]:
    from storage.people import agents
    from storage.people.agents import Agent

    await agents.put(db, Agent(id=ME, name="Ana", email="ana7@escala.example", levels=(Level.HELP_DESK,)))
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(state_dir=Path(folder), database_url=url)
        app = create_app(settings, database=db, engine=PaperDesk(db, lambda: AT), clock=lambda: AT)
        account = await accounts.create(db, NewAccount(id="acc", email="ana7@escala.example", name="Ana"), at=AT)
        session = Session(
            id="ses", account_id=account.id, role=Role.AGENT, subject_id=ME, customer_id=None, awaits_code=False,
            created_at=AT, seen_at=AT, expires_at=AT + timedelta(hours=12), ended_at=None, browser="", address="",
        )  # fmt: skip
        await sessions.begin(db, session, "s" * 40)
        async with app.router.lifespan_context(app):
            client = AsyncClient(transport=ASGITransport(app), base_url="https://escala.test")
            client.cookies.set(SESSION_COOKIE, "s" * 40)
            async with client:
                yield client


async def _seen(agent: AsyncClient, path: str) -> None:
    answer = await agent.get(path)
    assert answer.status_code == 200, f"{path}: {answer.status_code}"


def main() -> None:
    logging.disable()  # the access log has a line for each page
    figures = [int(each) for each in sys.argv[1:] if each.isdecimal()]
    count, still_open = (*figures, *(CASES, OPEN)[len(figures) :])
    print(f"load of this machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/escala.db"
        upgrade(url)
        measured = {"SQLite": asyncio.run(measure(url, count, still_open))}
        print(f"  {Path(folder, 'escala.db').stat().st_size / 1e6:,.0f} MB")
    if Path("/usr/lib/postgresql").exists() and "--sqlite" not in sys.argv:
        with postgres_server() as server:

            async def there() -> list[tuple[str, float, float, float]]:
                where = await server.clean_database()
                return await measure(where, count, still_open)

            measured["PostgreSQL"] = asyncio.run(there())
    print(f"\n{f'ms: p50, p95 of {_TIMES}, work':58}" + "".join(f"{name:>25}" for name in measured))
    for row in zip(*measured.values(), strict=True):
        print(f"{row[0][0]:58}" + "".join(f"{median:>9.1f}{slow:>8.1f}{work:>8.1f}" for _, median, slow, work in row))
    pages = [median for rows in measured.values() for name, median, *_ in rows if name.startswith("page: ")]
    worst = max(pages, default=0.0)
    print(f"\nthe slowest page: {worst:.0f} ms at the median (promised: at most {PROMISED_MS:.0f})")
    sys.exit(worst > PROMISED_MS)


if __name__ == "__main__":
    main()
