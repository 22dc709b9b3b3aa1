"""The growth bench: an opening's and a command's cost by the number of open cases, and that of a case forgotten.

Each open case is a workflow that waits and rows of the database. Between measurements cases are put there as those of
an earlier desk are: recorded, and their workflows begun. Commands go to cases that the worker keeps in memory, and to
others that it has to read again from their history. Processor time of all processes counts, notices delivered.

Run: python -m bench.growth [how many open cases, several times] [--cached N] [--check]
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from bench._desk import CONTACT, CONTACT_ID, CUSTOMER, HERE, SOLUTION, written
from bench._sides import HttpDesk, Processes, both_sides
from bench.engine import Timed, busy, run
from desk.engine import Engine
from policy.case import lifecycle
from policy.case.case import Category, Channel, Plan, Priority
from policy.case.commands import OpenCase
from policy.terms.terms import Terms
from settings import Settings
from storage.case import ledger
from storage.case.intake import reserve_number
from storage.terms.policy_files import read_policy_file
from storage.terms.terms import preview_terms

SIZES = (1_000, 10_000, 50_000)
CACHED = 800
"""Cases that the worker keeps, unless told otherwise: fewer than the smallest number, so that each has its misses."""
MOST_TIMES_THE_FIRST = 1.1
OPENINGS, COMMANDS, TOUCHED = 60, 120, 60
"""How many a measurement makes, and to how many cases the commands go: the cases that are kept are asked twice."""
_IN_FLIGHT, _AT_ONCE = 10, 40
_AT_REST = 5
"""Seconds, one after the other, in which hardly anything was done."""
_FAR = timedelta(days=30)
_places = count(1)


@dataclass(frozen=True)
class Measured:
    """Processor time of one opening or command, in ms, by process."""

    busy: dict[str, float]

    @property
    def total(self) -> float:
        return sum(self.busy.values())


@dataclass(frozen=True)
class Stage:
    """The desk, and what it takes to put cases there."""

    desk: HttpDesk
    engine: Engine
    processes: Processes
    terms: Terms
    numbers: list[str]

    async def grow(self, to: int) -> None:
        """Put cases there until so many are open."""
        waiting = iter(range(to - len(self.numbers)))

        async def one_after_the_other() -> None:
            for _ in waiting:
                self.numbers.append(await self._adopted())

        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_ONCE):
                group.create_task(one_after_the_other())
        await self._rests()

    async def measure(self) -> dict[str, Measured]:
        """An opening, a command to a case that is in the worker's memory, and one to a case that is not."""
        forgotten = self.numbers[:TOUCHED]
        del self.numbers[:TOUCHED]
        opened = await self._spent(await self.desk.openings(OPENINGS))
        kept = self.desk.numbers[-TOUCHED:]
        self.desk.numbers[:] = kept
        commands = await self._spent(await self.desk.commands(COMMANDS))
        self.desk.numbers[:] = forgotten
        missed = await self._spent(await self.desk.commands(TOUCHED))
        self.numbers.extend((*kept, *forgotten))
        self.desk.numbers.clear()
        return {"an opening": opened, "a command": commands, "to a case forgotten": missed}

    async def _spent(self, asked: list[Callable[[], Awaitable[None]]]) -> Measured:
        before = busy(self.processes)
        await run(asked, _IN_FLIGHT, Timed())
        await self.desk.settled()
        spent = busy(self.processes) - before
        return Measured({name: ms / len(asked) for name, ms in spent.items()})

    async def _adopted(self) -> str:
        at, db = datetime.now(UTC), self.desk.db
        number = (await reserve_number(db, scope="bench", key=f"growth-{next(_places)}", at=at)).number
        opening = OpenCase(
            by=CONTACT,
            number=number,
            received_at=at,
            customer_id=CUSTOMER,
            contact_id=CONTACT_ID,
            solution_id=SOLUTION,
            channel=Channel.WEB,
            category=Category.INCIDENT,
            proposed_priority=Priority.SERIOUS,
            title=HERE,
            description=HERE,
            prior_analysis=HERE,
        )
        decision = lifecycle.open_case(await written(db, number, opening, key="opening"), terms=self.terms)
        await ledger.record(db, replace(decision, notices=()), self.terms)
        await self.engine.adopt(decision.case, self.terms)
        return number

    async def _rests(self) -> None:
        """Wait until what was put there is taken in: a busy machine may keep the processes waiting for a second."""
        spent, at_rest = busy(self.processes), 0
        while at_rest < _AT_REST:
            await asyncio.sleep(1)
            now = busy(self.processes)
            at_rest = at_rest + 1 if now.total() - spent.total() <= 100 else 0
            spent = now


def _terms() -> Terms:
    """Terms under which no clock runs out before the end."""
    here = preview_terms(read_policy_file(None), Plan.STANDARD, at=datetime.now(UTC))
    limits = tuple(tuple(_FAR for _ in row) for row in here.limits)
    return replace(here, limits=limits, initial_attention_within=_FAR)  # type: ignore[arg-type]


async def measure(sizes: list[int], cached: int) -> dict[int, dict[str, Measured]]:
    with TemporaryDirectory(prefix="escala-growth-") as folder:
        async with both_sides(Path(folder), ESCALA_CACHED_CASES=str(cached)) as (sides, processes):
            desk, floor = sides["desk"], sides["bare"]
            assert isinstance(desk, HttpDesk)
            assert not isinstance(floor, HttpDesk)
            engine = Engine(floor.client, Settings(state_dir=Path(folder), engine_timeout=60))
            its = {name: process for name, process in processes.items() if name not in ("floor", "http")}
            stage = Stage(desk, engine, its, _terms(), [])
            await stage.grow(min(200, sizes[0]))
            await stage.measure()  # everything warms up
            found = {}
            for size in sizes:
                await stage.grow(size)
                found[size] = await stage.measure()
                print(_row(f"{size:,}", *(f"{each.total:.1f}" for each in found[size].values())), flush=True)
            return found


def _row(first: str, *cells: str) -> str:
    return f"  {first:<20}" + "".join(f"{cell:>22}" for cell in cells)


def report(found: dict[int, dict[str, Measured]]) -> str:
    lines = []
    for size, each in found.items():
        for what, measured in each.items():
            spent = ", ".join(f"{process} {ms:.1f}" for process, ms in measured.busy.items())
            lines.append(f"  {f'{size:,}: {what}':<36}{measured.total:7.1f} = {spent}")
    return "\n".join(lines)


def main() -> int:
    arguments = sys.argv[1:]
    cached = int(arguments.pop(arguments.index("--cached") + 1)) if "--cached" in arguments else CACHED
    sizes = sorted(int(each) for each in arguments if each.isdigit()) or list(SIZES)
    print(f"Processor time in ms, {cached:,} cases kept by the worker (load {os.getloadavg()[0]:.1f})")
    print(_row("open cases", "an opening", "a command", "to a case forgotten"))
    found = asyncio.run(measure(sizes, cached))
    print(f"\n{report(found)}\n  load at the end: {os.getloadavg()[0]:.1f}")
    first, last = found[sizes[0]], found[sizes[-1]]
    grown = {what: max(each[what].total for each in found.values()) / first[what].total for what in list(first)[:2]}
    miss = last["to a case forgotten"].total - last["a command"].total
    said = ", ".join(f"{what} x {times:.2f}" for what, times in grown.items())
    print(f"growth: {said} up to {sizes[-1]:,} open cases, at most x {MOST_TIMES_THE_FIRST}; a miss {miss:.0f} ms more")
    return int("--check" in sys.argv and max(grown.values()) > MOST_TIMES_THE_FIRST)


if __name__ == "__main__":
    sys.exit(main())
