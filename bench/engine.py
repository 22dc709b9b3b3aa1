"""Openings a second and the latency of commands, over HTTP, against two floors of the engine.

The desk runs as `escala up` runs it: Temporal on a SQLite file, the worker and the API as processes of their own. The
floors stand beside it on the same server and the same database: a workflow that does nothing but have the same rows
written by the same `ledger.record`, in a worker of its own. The bare one is asked directly by a Temporal client, the
other over HTTP by a process that deposits a text and asks. Rounds take turns, so that whatever else the machine does
falls on all; only the ratios mean something.

Run: python -m bench.engine [--check]
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

from bench._sides import Processes, Side, both_sides

ROUNDS = 5
MOST_TIMES = {("command", 1): (1.5, 1.1), ("command", 20): (1.6, 1.2)}
"""A command's median, in times the bare floor's and the HTTP floor's."""
LEAST_SHARE = {("open", 10): (0.65, 0.9), ("open", 30): (0.65, 0.9)}
"""Openings a second, as a share of the bare floor's and the HTTP floor's."""
FLOORS = ("bare", "http")
SIDES = (*FLOORS, "desk")

OPENINGS = {1: 10, 10: 40, 30: 60}
"""How many cases a round opens, by how many are in flight."""

ALONE, TOGETHER, IN_FLIGHT = 100, 160, 20
"""How many commands a round gives, one after the other and with so many in flight."""


@dataclass
class Timed:
    """What one side took for one question, over all rounds. `busy` is the processors' time by process, in ms."""

    seconds: float = 0.0
    each: list[float] = field(default_factory=list)
    busy: Counter[str] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        return len(self.each) / self.seconds

    def percentile(self, percent: int) -> float:
        """In milliseconds."""
        return quantiles(self.each, n=100, method="inclusive")[percent - 1] * 1e3


async def run(asked: Sequence[Callable[[], Awaitable[None]]], in_flight: int, timed: Timed) -> None:
    """Do all that is asked, at most so many at once."""
    waiting = iter(asked)

    async def one_after_the_other() -> None:
        for ask in waiting:
            begun = time.perf_counter()
            await ask()
            timed.each.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(in_flight):
            group.create_task(one_after_the_other())
    timed.seconds += time.perf_counter() - begun


Measured = dict[tuple[str, int], dict[str, Timed]]


async def measure() -> Measured:
    measured: Measured = {}
    with TemporaryDirectory(prefix="escala-engine-") as folder:
        async with both_sides(Path(folder)) as (sides, processes):
            for side in sides.values():  # both warm up
                await run(await side.openings(20), 5, Timed())
                await run(await side.commands(20), 5, Timed())
                await side.settled()
            for _ in range(ROUNDS):
                for name, side in sides.items():
                    await one_round(name, side, processes, measured)
    return measured


async def one_round(name: str, side: Side, processes: Processes, measured: Measured) -> None:
    openings = [("open", in_flight, how_many) for in_flight, how_many in OPENINGS.items()]
    for what, in_flight, how_many in (*openings, ("command", 1, ALONE), ("command", IN_FLIGHT, TOGETHER)):
        asked = await (side.openings(how_many) if what == "open" else side.commands(how_many))
        timed = measured.setdefault((what, in_flight), {}).setdefault(name, Timed())
        before = busy(processes)
        await run(asked, in_flight, timed)
        await side.settled()
        timed.busy += busy(processes) - before


def busy(processes: Processes) -> Counter[str]:
    """Milliseconds that each process has kept a processor busy."""
    times = {name: process.cpu_times() for name, process in processes.items()}
    return Counter({name: round((each.user + each.system) * 1000) for name, each in times.items()})


def report(measured: Measured) -> str:
    lines = [f"load of the machine: {os.getloadavg()[0]:.1f}", ""]
    lines.append(_row("openings a second", *SIDES, *(f"desk / {floor}" for floor in FLOORS)))
    for in_flight in OPENINGS:
        rates = {name: measured["open", in_flight][name].rate for name in SIDES}
        shares = (f"{rates['desk'] / rates[floor]:.0%}" for floor in FLOORS)
        lines.append(_row(f"  {in_flight} in flight", *(f"{rate:.1f}" for rate in rates.values()), *shares))
    for what, in_flight in measured:
        lines += ["", _row(f"{what}, {in_flight} in flight: ms", *SIDES, *(f"desk / {floor}" for floor in FLOORS))]
        for percent in (50, 95, 99):
            took = {name: measured[what, in_flight][name].percentile(percent) for name in SIDES}
            times = (f"x {took['desk'] / took[floor]:.2f}" for floor in FLOORS)
            lines.append(_row(f"  p{percent}", *(f"{each:.1f}" for each in took.values()), *times))
    lines += ["", "Processors' time for each, ms, notices delivered included:"]
    for what, in_flight in (("open", 10), ("command", IN_FLIGHT)):
        for name, timed in measured[what, in_flight].items():
            spent = (f"{process} {ms / len(timed.each):.1f}" for process, ms in timed.busy.items() if ms)
            lines.append(f"  {f'{what}, {name}':<18}{timed.busy.total() / len(timed.each):6.1f} = {', '.join(spent)}")
    return "\n".join(lines)


def missed(measured: Measured) -> list[str]:
    """The goals that were not reached."""
    found = []
    for (what, in_flight), goals in MOST_TIMES.items():
        took = {name: measured[what, in_flight][name].percentile(50) for name in SIDES}
        for floor, goal in zip(FLOORS, goals, strict=True):
            if took["desk"] > goal * took[floor]:
                found.append(f"{what}, {in_flight} in flight: x {took['desk'] / took[floor]:.2f} {floor}, not {goal}")
    for (what, in_flight), goals in LEAST_SHARE.items():
        rates = {name: measured[what, in_flight][name].rate for name in SIDES}
        for floor, goal in zip(FLOORS, goals, strict=True):
            if rates["desk"] < goal * rates[floor]:
                found.append(
                    f"{what}, {in_flight} in flight: {rates['desk'] / rates[floor]:.0%} of {floor}, not {goal:.0%}"
                )
    return found


def _row(*cells: str) -> str:
    first, *others = cells
    return f"{first:<28}" + "".join(f"{cell:>13}" for cell in others)


def main() -> int:
    measured = asyncio.run(measure())
    goals = missed(measured)
    print(report(measured))
    print("\nengine: " + ("; ".join(goals) or "every goal is reached"))
    return int("--check" in sys.argv and bool(goals))


if __name__ == "__main__":
    sys.exit(main())
