"""Queue, case, search and similar cases with 100,000 cases, on SQLite and PostgreSQL: what each takes at the server.

The app is asked without a network between. `work` is the time of a processor that our process and PostgreSQL's took,
the median of 40, however busy the machine is; it is what is promised, for on a quiet machine an answer takes hardly
more. `--plans` prints how the database goes about the dearest statement of each; `--queries` asks the storage as well,
without a page; `--keep` keeps the filled databases, of which each run gets a copy. `--check` fails above what is
promised.

Run: python -m bench.queue [cases] [open] [--on SQLite|PostgreSQL] [--only WORDS] [--queries] [--plans] [--keep FOLDER]
     [--check]
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import statistics
import sys
import time as stopwatch
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, text

from bench._full_desk import AT, CASES, ME, OPEN, Size, full_desk
from policy.case.case import WORKED_ON, Level, Plan, Priority, Status
from storage.case import queue, views
from storage.case.views import CaseFilter
from storage.engine.database import Database
from storage.search.search_results import search
from tests.api.office import PREMIUM, Office
from tests.portal.people import Visitor, visitor

PROMISED_MS = 100.0
DATABASES = ("SQLite", "PostgreSQL")
_TIMES = 40

Ask = Callable[[], Awaitable[Any]]

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
_BEST_OF = ("a rare word, among all", "a word that half of all say, among all")


def queries(db: Database) -> dict[str, Ask]:
    """What is asked of the storage itself."""
    lists: dict[str, Ask] = {name: partial(views.cases, db, wanted) for name, wanted in FILTERS.items()}
    best: dict[str, Ask] = {
        f"the best of {name}": partial(search, db, replace(FILTERS[name], sort="-opened_at"), limit=31)
        for name in _BEST_OF
    }
    return {
        **lists,
        **best,
        "the counts of every tab": partial(queue.tally, db, at=AT),
        "a count that ends at 500": partial(views.how_many, db, FILTERS["mine"], at_most=501),
        "ten kept views, counted anew": partial(_counted, db),
        "what the bar counts": partial(queue.how_many_late, db, at=AT),
    }


async def _counted(db: Database) -> list[int]:
    """As many views as one look counts, each up to 999."""
    return [await views.how_many(db, each, at_most=1_000) for each in list(FILTERS.values())[:10]]


PAGES: Mapping[str, str] = {
    "queue": "/cola?tab=open",
    "queue: mine": "/cola?tab=mine",
    "queue: level 3, a group, priority 1, Premium": "/cola?tab=level-3&group=sig&priority=1&plan=premium",
    "queue: past their limit": "/cola?tab=overdue",
    "queue: by title": "/cola?tab=open&sort=title",
    "queue: by customer, of all": "/cola?tab=all&sort=customer",
    "queue: a rare word": "/cola?tab=all&q=incidente4321",
    "queue: a word that half of all say": "/cola?tab=all&q=mapa",
    "queue: what a live page asks again": "/cola/filas?tab=open",
    "queue: unread": "/cola?tab=open&unread=true",
    "queue: unread, by whoever has read all": "/cola?tab=open&unread=true",
    "case": "/casos/{number}",
    "case: one of the many": "/casos/{one}",
    "search: a number": "/buscar?q={one}",
    "search: a number's last figures": "/buscar?q={last}",
    "search: a rare word": "/buscar?q=incidente4321",
    "search: a word that half of all say": "/buscar?q=mapa",
    "search: two words that half of all say": "/buscar?q=mapa+antena",
    "search: a rare word and a common one": "/buscar?q=incidente4321+mapa",
    "search: words of every third title": "/buscar?q=la+ruta+no+carga",
    "search: a word that is nowhere": "/buscar?q=xilófono",
    "search: a mistyped word": "/buscar?q=geocrcha",
    "search: a mistyped word and a common one": "/buscar?q=geocrcha+antena",
    "search: a customer's name": "/buscar?q=transportes 12",
    "search: a NIT": "/buscar?q=900.100.123",
    "search: a contact's name": "/buscar?q=yurley+bateria",
    "search: while typing": "/buscar/rapido?q=mar",
    "search: while typing, one letter": "/buscar/rapido?q=m",
    "search: by a contact": "/buscar?q=mapa",
    "search: a mistyped word, by a contact": "/buscar?q=geocrcha",
    "similar: at a case": "/casos/{number}/partes/similar",
    "similar: at one of the many": "/casos/{one}/partes/similar",
}
"""The address of each page that an agent asks for, or whom its name tells of."""

OPENINGS: Mapping[str, Mapping[str, str]] = {
    "similar: while one types, of common words": {
        "title": "El mapa no carga en la ruta",
        "description": "El mapa aparece en blanco y el visor no responde cuando el conductor abre el tablero.",
    },
    "similar: while one types, of rare words too": {
        "title": "El certificado de la antena 4321 venció",
        "description": "La geocerca llega tarde; incidente4321 en la bodega con el geoportal.",
    },
}
"""What a contact types who is about to ask."""


async def pages(office: Office, lived: str, middle: int, stack: AsyncExitStack) -> dict[str, Ask]:
    """What is asked of the app, by name."""
    ana = await stack.enter_async_context(visitor(office, "agent"))
    eva = await stack.enter_async_context(visitor(office, "specialist"))
    contact = await stack.enter_async_context(visitor(office, "premium_contact"))
    await _reads_all(office.db, "acc-specialist")
    numbers = {"number": lived, "one": f"MA-{AT.year}-{middle:06}", "last": middle}
    asked: dict[str, Ask] = {}
    for name, path in PAGES.items():
        who = contact if "contact" in name.split()[-1] else eva if "read all" in name else ana
        asked[name] = partial(_seen, who, path.format(**numbers))
    form = {"contact_id": f"contact-{PREMIUM}", "solution_id": f"solution-{PREMIUM}", "cliente": PREMIUM}
    for name, typed in OPENINGS.items():
        asked[name] = partial(_typed, contact, form | dict(typed))
    return asked


async def _reads_all(db: Database, account_id: str) -> None:
    """Let an account have seen every case to its end."""
    async with db.write() as connection:
        looks = (
            "INSERT INTO case_looks (account_id, case_number, seq, at) "
            "SELECT :account, number, facts, opened_at FROM cases WHERE answered_seq IS NOT NULL"
        )
        await connection.execute(text(looks), {"account": account_id})
        if connection.dialect.name == "postgresql":
            await connection.execute(text("ANALYZE case_looks"))


async def _seen(somebody: Visitor, path: str) -> None:
    answer = await somebody.get(path)
    assert answer.status_code == 200, f"{path}: {answer.status_code}"


async def _typed(somebody: Visitor, form: Mapping[str, Any]) -> None:
    answer = await somebody.post("/casos/nuevo/parecidos", **form)
    assert answer.status_code == 200, answer.text


# ------------------------------------------------------------------------------------------- what it takes


@dataclass(frozen=True)
class Took:
    """Milliseconds: the median, the 95th percentile, and what processors worked at the median."""

    median: float
    slow: float
    work: float


async def timed(db: Database, ask: Ask, times: int = _TIMES) -> Took:
    """What it takes after the first time, which warms up."""
    await ask()
    backends = await backends_of(db)
    took, worked = [], []
    for _ in range(times):
        begun, begun_work = stopwatch.perf_counter(), work_of(backends)
        await ask()
        took.append((stopwatch.perf_counter() - begun) * 1_000)
        worked.append(work_of(backends) - begun_work)
    return Took(statistics.median(took), statistics.quantiles(took, n=20)[-1], statistics.median(worked))


def work_of(backends: Sequence[Path]) -> float:
    """For how many milliseconds this process and these others have had a processor."""
    theirs = (int(each.read_text().split()[0]) for each in backends)
    return stopwatch.process_time() * 1_000 + sum(theirs) / 1e6


async def backends_of(db: Database) -> list[Path]:
    """Where Linux tells of the processes of PostgreSQL that answer us; SQLite has none."""
    async with db.read() as connection:
        if connection.dialect.name == "sqlite":
            return []
        asked = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        found = [Path(f"/proc/{row.pid}/schedstat") for row in await connection.execute(asked)]
    return [each for each in found if each.exists()]


@contextmanager
def _statements(db: Database) -> Iterator[dict[tuple[str, str], tuple[Any, float]]]:
    """The statements that read, with their parameters, and the milliseconds that each took."""
    heard: dict[tuple[str, str], tuple[Any, float]] = {}
    begun = 0.0

    def before(*_: Any) -> None:
        nonlocal begun
        begun = stopwatch.perf_counter()

    def after(_c: Connection, _cursor: Any, statement: str, parameters: Any, _x: Any, _many: bool) -> None:
        heard[statement, repr(parameters)] = (parameters, (stopwatch.perf_counter() - begun) * 1_000)

    engine = db._reader.sync_engine  # noqa: SLF001
    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    try:
        yield heard
    finally:
        event.remove(engine, "before_cursor_execute", before)
        event.remove(engine, "after_cursor_execute", after)


async def plan_of(db: Database, ask: Ask) -> list[str]:
    """How the database goes about the dearest statement of what is asked, and which that is."""
    with _statements(db) as heard:
        await ask()
    (statement, _), (parameters, took) = max(heard.items(), key=lambda said: said[1][1])
    async with db.read() as connection:
        on_sqlite = connection.dialect.name == "sqlite"
        explain = "EXPLAIN QUERY PLAN " if on_sqlite else "EXPLAIN (ANALYZE, BUFFERS) "
        rows = (await connection.exec_driver_sql(explain + statement, parameters)).all()
    return [f"{took:.1f} ms of {len(heard)} statements: {' '.join(statement.split())}", *(str(row[-1]) for row in rows)]


async def measure(on: str, asked: argparse.Namespace) -> dict[str, Took]:
    """Every figure of one database."""
    found: dict[str, Took] = {}
    async with AsyncExitStack() as stack:
        size = Size(cases=asked.cases, still_open=asked.open)
        office, lived = await stack.enter_async_context(full_desk(on, size, asked.keep))
        every = await pages(office, lived, asked.cases // 2 + 5, stack)
        if asked.queries:
            every |= {f"query: {name}": ask for name, ask in queries(office.db).items()}
        for name, ask in every.items():
            if asked.only in name:
                found[name] = await timed(office.db, ask, asked.times)
                if asked.plans:
                    print(f"\n{on}, {name}: {found[name].work:.0f} ms of work")
                    print("\n".join(f"    {line}" for line in await plan_of(office.db, ask)))
    return found


def main() -> None:
    given = argparse.ArgumentParser(prog="python -m bench.queue")
    given.add_argument("cases", nargs="?", type=int, default=CASES)
    given.add_argument("open", nargs="?", type=int, default=OPEN)
    given.add_argument("--on", choices=DATABASES)
    given.add_argument("--only", default="", help="what is asked must have this in its name")
    given.add_argument("--times", type=int, default=_TIMES)
    given.add_argument("--queries", action="store_true")
    given.add_argument("--plans", action="store_true")
    given.add_argument("--keep", type=Path)
    given.add_argument("--check", action="store_true")
    asked = given.parse_args()
    logging.disable()  # the access log has a line for each page
    measured = {on: asyncio.run(measure(on, asked)) for on in ([asked.on] if asked.on else DATABASES)}
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    print(f"\n{f'{asked.cases:,} cases, ms: p50, p95, work; {load}':58}" + "".join(f"{name:>25}" for name in measured))
    for name in next(iter(measured.values())):
        every = (found[name] for found in measured.values())
        print(f"{name:58}" + "".join(f"{each.median:>9.1f}{each.slow:>8.1f}{each.work:>8.1f}" for each in every))
    work, on, name = max((took.work, on, name) for on, found in measured.items() for name, took in found.items())
    print(f"the dearest: {name}, on {on}: {work:.0f} ms of work (promised: at most {PROMISED_MS:.0f})")
    sys.exit(asked.check and work > PROMISED_MS)


if __name__ == "__main__":
    main()
