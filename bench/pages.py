"""Each page's transactions, statements and milliseconds at the server, with 10,000 cases on SQLite.

Counted is what is asked until the answer has gone out; the app is asked without a network between. `work` is
the time of a processor that a page takes, the database too, however busy the machine is, and what is promised. `--save`
keeps the figures, `--against` prints those that were kept beside today's, `--keep` keeps the filled database, of which
each run gets a copy, `--check` fails above what is promised.

Run: python -m bench.pages [cases] [open] [--on SQLite|PostgreSQL] [--keep FOLDER] [--save FILE] [--against FILE]
     [--check]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import statistics
import sys
import time as stopwatch
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from bench._full_desk import Size, full_desk
from bench.queue import DATABASES, backends_of, work_of
from desk.reading.case import PARTS
from tests.portal.people import Visitor, visitor
from tests.support.counting import Counting

CASES, OPEN = 10_000, 2_000
MOST_READS, MOST_WRITES, MOST_MS = 4, 0, 100.0
CSV, MOST_MS_OF_CSV = "the queue as CSV", 1_000.0
"""A file of 5,000 cases, which nobody reads a page of meanwhile."""
_TIMES = 12
PAGES = (
    ("case, as agent", "agent", "/casos/{number}"),
    ("case, as customer", "premium_contact", "/casos/{number}"),
    *((f"its part {part}", "agent", f"/casos/{{number}}/partes/{part}") for part in PARTS),
    ("its path", "agent", "/casos/{number}/proceso"),
    ("queue", "agent", "/cola?tab=open"),
    ("queue, a rare word", "agent", "/cola?tab=all&q=incidente4321"),
    ("queue, its rows anew", "agent", "/cola/filas?tab=open"),
    ("search", "agent", "/buscar?q=incidente4321"),
    ("my cases", "premium_contact", "/casos"),
    ("my cases, their rows anew", "premium_contact", "/casos/lista"),
    ("my cases, a word", "premium_contact", "/casos?q=mapa"),
    ("opening", "premium_contact", "/casos/nuevo"),
    ("people of mine", "premium_contact", "/contactos"),
    ("board", "director", "/direccion/tablero"),
    ("visits to approve", "director", "/direccion/visitas"),
    ("absences", "director", "/ausencias"),
    ("process", "agent", "/proceso"),
    ("process, its figures", "agent", "/proceso/cifras"),
    ("commercial", "commercial", "/inicio"),
    ("contracts", "commercial", "/contratos?cliente=premium-1"),
    ("customers", "agent", "/clientes"),
    ("a customer", "agent", "/clientes/customer-5"),
    ("the largest customer", "agent", "/clientes/premium-1"),
    ("what concerns me", "agent", "/avisos"),
    ("inbox", "agent", "/correo"),
    ("duty", "agent", "/guardia"),
    ("rotas", "director", "/guardia/turnos"),
    ("chats", "agent", "/chats"),
    ("telephone", "agent", "/telefono"),
    ("incidents", "agent", "/incidentes"),
    ("users", "admin", "/usuarios"),
    ("audit", "admin", "/auditoria"),
    ("webhooks", "admin", "/webhooks"),
    (CSV, "agent", "/cola.csv?tab=open"),
)


@dataclass(frozen=True)
class Cost:
    """What a page cost: transactions that read and that write, statements; milliseconds at the median, and work."""

    reads: int
    writes: int
    statements: int
    ms: float
    work: float


async def measure(asked: argparse.Namespace) -> dict[str, Cost]:
    """The cost of every page, by its name."""
    found: dict[str, Cost] = {}
    async with AsyncExitStack() as stack:
        size = Size(cases=asked.cases, still_open=asked.open)
        office, number = await stack.enter_async_context(full_desk(asked.on, size, asked.keep))
        counter = Counting(office.app)
        stack.enter_context(counter.hearing(office.db))
        counted = replace(office, app=counter)  # type: ignore[arg-type]
        people = {who: await stack.enter_async_context(visitor(counted, who)) for who in dict.fromkeys(_WHO)}
        for name, who, path in PAGES:
            backends = await backends_of(office.db)
            found[name] = await _cost(people[who], counter, path.format(number=number), backends)
    return found


_WHO = tuple(who for _, who, _ in PAGES)


async def _cost(somebody: Visitor, counter: Counting, path: str, backends: Sequence[Path]) -> Cost:
    """The first look warms up; the dearest of the others is what is counted, and the median what is timed."""
    took, worked, counts = [], [], []
    for _ in range(_TIMES + 1):
        begun, begun_work = stopwatch.perf_counter(), work_of(backends)
        answer = await somebody.get(path)
        took.append((stopwatch.perf_counter() - begun) * 1_000)
        worked.append(work_of(backends) - begun_work)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        counts.append(counter.count)
    most = max(counts[1:], key=lambda count: (count.writes, count.reads, count.statements))
    ms, work = (round(statistics.median(each[1:]), 1) for each in (took, worked))
    return Cost(most.reads, most.writes, most.statements, ms, work)


def _print(found: Mapping[str, Cost], before: Mapping[str, Cost]) -> None:
    columns = ("reads", "writes", "statements", "ms", "work")
    print(f"{'':24}" + "".join(f"{each:>{20 if before else 12}}" for each in columns))
    for name, cost in found.items():
        print(f"{name:24}" + "".join(_cell(name, each, cost, before) for each in columns))


def _cell(name: str, column: str, cost: Cost, before: Mapping[str, Cost]) -> str:
    now = str(getattr(cost, column))
    if not before:
        return f"{now:>12}"
    was = str(getattr(before[name], column)) if name in before else "-"
    return f"{f'{was} -> {now}':>20}"


def too_dear(found: Mapping[str, Cost]) -> list[str]:
    """What is above what is promised: a case's page and its parts in what they ask, and every page in its time."""
    dear = []
    for name, cost in found.items():
        most = MOST_MS_OF_CSV if name == CSV else MOST_MS
        if cost.work > most:
            dear.append(f"{name}: {cost.work} ms, promised {most:.0f}")
        if name.startswith(("case, ", "its part ")) and (cost.reads > MOST_READS or cost.writes > MOST_WRITES):
            dear.append(f"{name}: {cost.reads} reads, {cost.writes} writes; promised {MOST_READS}, {MOST_WRITES}")
    return dear


def main() -> None:
    given = argparse.ArgumentParser(prog="python -m bench.pages")
    given.add_argument("cases", nargs="?", type=int, default=CASES)
    given.add_argument("open", nargs="?", type=int, default=OPEN)
    given.add_argument("--on", choices=DATABASES, default=DATABASES[0])
    given.add_argument("--keep", type=Path)
    given.add_argument("--save", type=Path)
    given.add_argument("--against", type=Path)
    given.add_argument("--check", action="store_true")
    asked = given.parse_args()
    logging.disable()  # the access log has a line for each page
    found = asyncio.run(measure(asked))
    kept = json.loads(asked.against.read_text()) if asked.against else {}
    _print(found, {name: Cost(**cost) for name, cost in kept.items()})
    if asked.save:
        asked.save.write_text(json.dumps({name: asdict(cost) for name, cost in found.items()}, indent=2))
    dear = too_dear(found)
    print("\n".join(dear) or "all as promised")
    sys.exit(bool(dear) and asked.check)


if __name__ == "__main__":
    main()
