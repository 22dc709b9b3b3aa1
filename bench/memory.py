"""A waiting case's cost of a worker's memory, beside the bare workflow's.

Each is a worker in a process of its own, whose ledger writes nothing; it is given cases until they fill its cache, and
asked how much it grew. What a case takes of the databases, bench/growth and bench/queue say.

Run: python -m bench.memory [--check]
"""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.ledger import Recorded, Turn
from bench._sides import Floor, process, until
from policy.case import lifecycle
from settings import Settings
from tests.support.lives import STANDARD, opening
from tests.support.server import MemoryCover, MemoryNotices, settings_for, time_skipping_server
from worker import Activities, build_worker, connect
from workflows import addresses
from workflows.case_run import CaseRun

FIRST, CASES, IN_FLIGHT = 100, 500, 10
"""How many warm it up, how many are measured, and how many open at once."""
MOST_KB = 110
"""What a waiting case may take."""
KINDS = {"a case": "case", "the bare workflow": "floor"}
_PATIENCE = 300.0
_numbers = count(1)


class Nowhere:
    """A ledger that keeps nothing."""

    @activity.defn(name="record")
    async def record(self, turn: Turn) -> Recorded:
        return Recorded(has_notices=False)


async def work(kind: str, settings: Settings) -> None:
    """A worker of that kind, until it is ended."""
    client = await connect(settings)
    parts: dict[str, Any] = {"ledger": Nowhere(), "notices": MemoryNotices(), "cover": MemoryCover()}
    if kind == "case":
        worker = build_worker(client, settings, Activities(**parts))
    else:
        worker = Worker(
            client,
            task_queue=settings.task_queue,
            workflows=[Floor],
            activities=[Nowhere().record],
            workflow_runner=UnsandboxedWorkflowRunner(),
            max_cached_workflows=5_000,
        )
    async with worker:
        await asyncio.Event().wait()


@dataclass(frozen=True)
class Opened:
    """How cases of a kind are opened."""

    client: Client
    kind: str

    async def some(self, how_many: int) -> None:
        waiting = iter(range(how_many))

        async def one_after_the_other() -> None:
            for _ in waiting:
                await self.one()

        async with asyncio.TaskGroup() as group:
            for _ in range(IN_FLIGHT):
                group.create_task(one_after_the_other())

    async def one(self) -> None:
        number = f"{self.kind}-{next(_numbers)}"
        terms = replace(STANDARD, cover=replace(STANDARD.cover, reference=f"contract-{number[-2:]}"))
        command = replace(opening(datetime.now(UTC)), number=number)
        if self.kind == "floor":
            turn = Turn(decision=lifecycle.open_case(command, terms=terms), terms=terms)
            handle = await self.client.start_workflow(Floor.run, id=number, task_queue=self.kind)
            await handle.execute_update(Floor.record, turn)
            return
        run = CaseRun(opening=command, terms=terms, link=f"https://escala.example/casos/{number}")
        known = await self.client.start_workflow(addresses.CASE_WORKFLOW, run, id=number, task_queue=self.kind)
        await known.execute_update(addresses.OPENED_UPDATE)


async def measure() -> dict[str, float]:
    """Kilobytes of a case of each kind."""
    found: dict[str, float] = {}
    with TemporaryDirectory(prefix="escala-memory-") as folder:
        async with time_skipping_server() as env:
            for name, kind in KINDS.items():
                async with AsyncExitStack() as stack:
                    settings = settings_for(env, task_queue=kind, state_dir=Path(folder))
                    told = settings.environment() | {"ESCALA_TASK_QUEUE": kind}
                    command = (sys.executable, "-m", "bench.memory", "work", kind)
                    running = await stack.enter_async_context(process(Path(folder) / f"{kind}.log", *command, **told))
                    opened = Opened(env.client, kind)
                    async with asyncio.timeout(_PATIENCE):
                        await opened.some(FIRST)
                        before = await _rests(running)
                        await opened.some(CASES)
                        found[name] = (await _rests(running) - before) / CASES / 1024
    return found


async def _rests(running: psutil.Process) -> float:
    """The memory that is the process's own, once it has nothing to do."""
    busy = [0.0]

    async def is_quiet() -> bool:
        busy.append(sum(running.cpu_times()[:2]))
        await asyncio.sleep(0.5)
        return busy[-1] - busy[-2] < 0.02

    await until(is_quiet)
    return float(running.memory_full_info().uss)


def main() -> int:
    found = asyncio.run(measure())
    print(f"\nA case that waits, over {CASES} of them (load {os.getloadavg()[0]:.1f}):")
    for name, kilobytes in found.items():
        print(f"  {name:<20}{kilobytes:8.0f} KB")
    taken = found["a case"]
    print(f"memory: a cached case takes {taken:.0f} KB, at most {MOST_KB}")
    return int("--check" in sys.argv and taken > MOST_KB)


if __name__ == "__main__":
    if sys.argv[1:2] == ["work"]:
        from settings import settings

        asyncio.run(work(sys.argv[2], settings()))
    else:
        sys.exit(main())
