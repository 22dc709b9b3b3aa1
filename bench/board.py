"""The director's board and the process map with 100,000 cases: their figures, and the files, on SQLite and PostgreSQL.

The cases are those of bench.queue, with what measures them added: answers, hand-offs, solutions, stretches.

Run: python -m bench.board [cases] [--sqlite] [--check]
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time as stopwatch
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import insert, select, update

from bench._full_desk import AT, CASES, fill
from portal.direction.board_sheets import sheets
from portal.direction.exports import as_csv, as_pdf, as_xlsx
from storage.board import process_counts
from storage.board.board import Scope, board
from storage.engine.database import Database, upgrade
from storage.engine.tables import cases, facts, stretches
from tests.support.postgres import postgres_server

PLANS = ("standard", "premium")
STOOD_STILL = "  the loop stood still at most"
MOST_STILL_MS = 100
"""Nobody else's page may wait longer than that for somebody's board."""
_AT_ONCE = 2_000


async def measured_cases(db: Database) -> None:
    """Give each case what the board measures, ending some minutes after it was opened."""
    chance = Random(11)
    async with db.write() as connection:
        # The queue's bench opens a case a minute; a year's worth lies further apart.
        numbers = list(await connection.execute(select(cases.c.number).order_by(cases.c.number)))
        apart = timedelta(days=360) / len(numbers)
        opened = {row.number: AT - apart * (len(numbers) - place) for place, row in enumerate(numbers)}
    todo = list(opened.items())
    for start in range(0, len(todo), _AT_ONCE):
        happened: list[dict[str, Any]] = []
        stood: list[dict[str, Any]] = []
        for number, at in todo[start : start + _AT_ONCE]:
            _live(chance, number, at, happened, stood)
        async with db.write() as connection:
            for number, at in todo[start : start + _AT_ONCE]:
                await connection.execute(update(cases).where(cases.c.number == number).values(opened_at=at))
            await connection.execute(insert(facts), happened)
            await connection.execute(insert(stretches), stood)


def _live(chance: Random, number: str, at: Any, happened: list[dict[str, Any]], stood: list[dict[str, Any]]) -> None:
    row = {"case_number": number, "actor_role": "agent", "actor_id": "ana", "internal": False, "due_at": None}
    answered, due, solved = (at + timedelta(minutes=chance.randint(*span)) for span in ((1, 90), (60, 60), (61, 4_000)))
    happened.append(
        {**row, "seq": 4, "turn": 4, "at": answered, "kind": "initial_attention_given", "data": {"in_time": True}}
    )
    if chance.random() < 0.5:
        data = {"from_level": 1, "to_level": 2, "cause": "limit"}
        late = due + timedelta(milliseconds=chance.randint(5, 900))
        happened.append({**row, "seq": 5, "turn": 5, "at": late, "due_at": due, "kind": "handed_off", "data": data})
    happened.append({**row, "seq": 6, "turn": 6, "at": solved, "kind": "case_resolved", "data": {}})
    stretch = {"case_number": number, "place": 0, "clock": "level", "counted": True, "why": None}
    middle = at + (solved - at) / 3
    stood += [
        {**stretch, "turn": 5, "level": 1, "from_at": at, "to_at": middle},
        {**stretch, "turn": 6, "level": 2, "from_at": middle, "to_at": solved - (solved - at) / 3},
        {**stretch, "turn": 6, "place": 1, "level": 2, "from_at": solved - (solved - at) / 3, "to_at": solved,
         "counted": False, "why": "information"},
    ]  # fmt: skip


async def measure(url: str, count: int) -> list[tuple[str, float]]:
    """Every figure of one database, in milliseconds; and how long the loop stood still at most."""
    db = Database.at(url)
    found: list[tuple[str, float]] = []
    try:
        await fill(db, count, count // 5)
        await measured_cases(db)
        year = Scope(from_at=AT - timedelta(days=365), until_at=AT + timedelta(days=1))
        month = Scope(from_at=AT - timedelta(days=30), until_at=AT + timedelta(days=1))
        customer = Scope(from_at=year.from_at, until_at=year.until_at, customer_id="customer-5")
        asked = {
            "board: a year, all customers, the first time": lambda: board(db, year, plans=PLANS, at=AT),
            "board: a year, all customers, again": lambda: board(db, year, plans=PLANS, at=AT),
            "board: a month, all customers": lambda: board(db, month, plans=PLANS, at=AT),
            "board: a year, one customer": lambda: board(db, customer, plans=PLANS, at=AT),
            "map: what stands where": lambda: process_counts.standing(db, at=AT),
            "map: how long cases stay": lambda: process_counts.dwell(db, since=AT - timedelta(days=90)),
        }
        for name, ask in asked.items():
            took, stood_still = await _timed(ask)
            found += [(name, took), (f"{STOOD_STILL}, {name.partition(':')[0]}", stood_still)]
        made = sheets(await board(db, month, plans=PLANS, at=AT), "es")
        for name, write in (("CSV", partial(as_csv, language="es")), ("XLSX", as_xlsx)):
            begun = stopwatch.perf_counter()
            write("Tablero", made)
            found.append((f"file: {name}", (stopwatch.perf_counter() - begun) * 1_000))
        begun = stopwatch.perf_counter()
        await as_pdf("Tablero", "Mes", made, language="es")
        found.append(("file: PDF", (stopwatch.perf_counter() - begun) * 1_000))
    finally:
        await db.close()
    return found


async def _timed(ask: Any) -> tuple[float, float]:
    worst = 0.0

    async def watch() -> None:
        nonlocal worst
        while True:
            begun = stopwatch.perf_counter()
            await asyncio.sleep(0.005)
            worst = max(worst, stopwatch.perf_counter() - begun - 0.005)

    watching = asyncio.create_task(watch())
    begun = stopwatch.perf_counter()
    await ask()
    took = stopwatch.perf_counter() - begun
    watching.cancel()
    return took * 1_000, worst * 1_000


def main() -> int:
    count = next((int(each) for each in sys.argv[1:] if each.isdecimal()), CASES)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/escala.db"
        upgrade(url)
        told = {"SQLite": asyncio.run(measure(url, count))}
    if "--sqlite" not in sys.argv and Path("/usr/lib/postgresql").exists():
        with postgres_server() as server:

            async def there() -> list[tuple[str, float]]:
                return await measure(await server.clean_database(), count)

            told["PostgreSQL"] = asyncio.run(there())
    print(f"{count:,} cases, in ms".ljust(60) + "".join(f"{name:>14}" for name in told))
    rows = list(zip(*told.values(), strict=True))
    for row in rows:
        print(row[0][0].ljust(60) + "".join(f"{took:>14,.0f}" for _, took in row))
    longest = max(took for row in rows for name, took in row if name.startswith(STOOD_STILL))
    print(f"board: the loop stood still for {longest:.0f} ms, at most {MOST_STILL_MS}")
    return int("--check" in sys.argv and longest > MOST_STILL_MS)


if __name__ == "__main__":
    sys.exit(main())
