"""Openings a second and the latency of commands, over HTTP, against the bare floor of the engine.

The desk runs as `escala up` runs it: Temporal on a SQLite file, the worker and the API as processes of their own. The
floor stands beside it on the same server and the same database: a workflow that does nothing but have the same rows
written by the same `ledger.record`, in a worker of its own, asked directly by a Temporal client. Rounds of both take
turns, so that whatever else the machine does falls on both; only the ratios mean something.

Run: python -m bench.engine
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any

import psutil
from temporalio import workflow
from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.ledger import Ledger, Turn
from bench._desk import (
    CONTACT,
    CONTACT_ID,
    CUSTOMER,
    HELP_DESK,
    SOLUTION,
    WORDS,
    Secrets,
    free_port,
    furnish,
)
from cli.temporal_server import find_binary, is_ready, prepare_namespace, start_command, worker_polls
from policy.case import commands as c
from policy.case import lifecycle
from policy.case.case import Case, Category, Channel, Priority, Text
from policy.case.commands import OpenCase
from settings import Settings
from storage.case.intake import Deposit, deposit, reserve_number
from storage.engine.database import Database, upgrade
from storage.notices import outbox
from storage.terms.policy_files import read_policy_file
from storage.terms.terms import CustomerSolution, terms_for
from worker import connect

ROUNDS = 3
OPENINGS = {1: 10, 10: 40, 30: 60}
"""How many cases a round opens, by how many are in flight."""

ALONE, TOGETHER, IN_FLIGHT = 40, 160, 20
"""How many commands a round gives, one after the other and with so many in flight."""

_CASES = 100
FLOOR_QUEUE = "floor"
_OF = CustomerSolution(customer_id=CUSTOMER, solution_id=SOLUTION)
_PATIENT = {"ESCALA_ENGINE_TIMEOUT": "60"}  # however busy the machine is: an answer that comes late is to be counted
_WIDE = {
    f"ESCALA_{what}_PER_{whose}": "1000000"
    for what in ("OPENINGS", "COMMANDS")
    for whose in ("CONTACT", "CUSTOMER", "TOKEN")
}
_PATIENCE = 60.0
_keys = (f"key-{place}" for place in count(1))


# ------------------------------------------------------------------------------------------- the floor


@workflow.defn(name="Floor")
class Floor:
    """Has each turn that it is given recorded, and does nothing else."""

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.update
    async def record(self, turn: Turn) -> int:
        await workflow.execute_local_activity_method(Ledger.record, turn, start_to_close_timeout=timedelta(seconds=30))
        return turn.decision.case.turn


@workflow.defn(name="FloorClock")
class FloorClock:
    """Waits for an instant and has a turn recorded."""

    @workflow.run
    async def run(self, turn: Turn, at: datetime) -> None:
        await workflow.sleep(at - workflow.now())
        await workflow.execute_local_activity_method(Ledger.record, turn, start_to_close_timeout=timedelta(seconds=30))


async def work_on_the_floor(settings: Settings) -> None:
    """The floor's worker, until it is ended."""
    database = Database.at(settings.database_url)
    async with Worker(
        await connect(settings),
        task_queue=FLOOR_QUEUE,
        workflows=[Floor, FloorClock],
        activities=[Ledger(database).record],
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_cached_workflows=5_000,
    ):
        await asyncio.Event().wait()


# ------------------------------------------------------------------------------------------- both sides


@dataclass
class BareFloor:
    """Asks the floor: what is to be written is decided before the clock starts."""

    client: Client
    db: Database
    cases: list[Case] = field(default_factory=list)

    async def openings(self, how_many: int) -> list[Callable[[], Awaitable[None]]]:
        at = datetime.now(UTC)
        terms = await terms_for(self.db, read_policy_file(None), _OF, at=at)
        asked = []
        for _ in range(how_many):
            number = (await reserve_number(self.db, scope="floor", key=next(_keys), at=at)).number
            text = Text(f"floor-{number}", len(WORDS))
            await deposit(self.db, [Deposit(text.content_id, number, WORDS)], at=at)
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
                title=text,
                description=text,
                prior_analysis=text,
            )
            asked.append(self._opening(Turn(decision=lifecycle.open_case(opening, terms=terms), terms=terms)))
        return asked

    async def commands(self, how_many: int) -> list[Callable[[], Awaitable[None]]]:
        at = datetime.now(UTC)
        terms = await terms_for(self.db, read_policy_file(None), _OF, at=at)
        asked = []
        for place in range(how_many):
            case = self.cases[place % min(_CASES, len(self.cases))]
            text = Text(f"floor-{case.number}", len(WORDS))
            reply = c.SendReply(by=HELP_DESK, body=text)
            decision = lifecycle.decide(case, reply, terms=terms, at=max(at, case.last_at))
            self.cases[place % min(_CASES, len(self.cases))] = decision.case
            asked.append(self._command(Turn(decision=decision, command_id=next(_keys))))
        return asked

    async def settled(self) -> None:
        """Nothing goes on here when nobody asks."""

    def _opening(self, turn: Turn) -> Callable[[], Awaitable[None]]:
        async def open_case() -> None:
            start = WithStartWorkflowOperation(
                Floor.run,
                id=turn.decision.case.number,
                task_queue=FLOOR_QUEUE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            )
            await self.client.execute_update_with_start_workflow(Floor.record, turn, start_workflow_operation=start)
            self.cases.append(turn.decision.case)

        return open_case

    def _command(self, turn: Turn) -> Callable[[], Awaitable[None]]:
        handle = self.client.get_workflow_handle(turn.decision.case.number)

        async def give() -> None:
            await handle.execute_update(Floor.record, turn, id=turn.command_id)

        return give


@dataclass
class HttpDesk:
    """Asks the API as its customers and agents do."""

    port: int
    secrets: Secrets
    db: Database
    numbers: list[str] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    idle: list[Connection] = field(default_factory=list)

    async def settled(self) -> None:
        """Wait until every notice is delivered, so that the other side is not charged for them."""
        while self.touched:
            number = self.touched.pop()
            await until(lambda: self._delivered(number))  # noqa: B023 - awaited before the next one

    async def openings(self, how_many: int) -> list[Callable[[], Awaitable[None]]]:
        self._begin_anew()
        body = {
            "contact_id": CONTACT_ID,
            "solution_id": SOLUTION,
            "channel": "web",
            "category": "incident",
            "title": WORDS,
            "description": WORDS,
            "prior_analysis": WORDS,
            "proposed_priority": 2,
        }

        async def open_case() -> None:
            answer = await self._post("/cases", body, self.secrets.contact, 201)
            self.numbers.append(answer["number"])
            self.touched.add(answer["number"])

        return [open_case] * how_many

    async def commands(self, how_many: int) -> list[Callable[[], Awaitable[None]]]:
        self._begin_anew()

        def reply(number: str) -> Callable[[], Awaitable[None]]:
            async def give() -> None:
                await self._post(f"/cases/{number}/replies", {"body": WORDS}, self.secrets.agent, 200)
                self.touched.add(number)

            return give

        return [reply(self.numbers[place % min(_CASES, len(self.numbers))]) for place in range(how_many)]

    async def _delivered(self, number: str) -> bool:
        return not await outbox.pending(self.db, number)

    def _begin_anew(self) -> None:
        """Let go of connections that the API would soon close, because they stood idle."""
        while self.idle:
            self.idle.pop().writer.close()

    async def _post(self, path: str, body: object, secret: str, expected: int) -> dict[str, Any]:
        connection = self.idle.pop() if self.idle else await Connection.to(self.port)
        status, answer = await connection.post(f"/api/v1{path}", body, secret, next(_keys))
        self.idle.append(connection)
        assert status == expected, answer
        return answer


@dataclass
class Connection:
    """One connection that is kept, with as little of HTTP as the API speaks: the client is not to be measured."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def to(cls, port: int) -> Connection:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def post(self, path: str, body: object, secret: str, key: str) -> tuple[int, dict[str, Any]]:
        content = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(content)}\r\nAuthorization: Bearer {secret}\r\nIdempotency-Key: {key}\r\n\r\n"
        )
        self.writer.write(head.encode() + content)
        first, *headers = (await self.reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        length = next(int(line[15:]) for line in headers if line.lower().startswith("content-length:"))
        return int(first.split()[1]), json.loads(await self.reader.readexactly(length))


Side = BareFloor | HttpDesk
Processes = dict[str, psutil.Process]


# ------------------------------------------------------------------------------------------- the processes


@asynccontextmanager
async def process(log: Path, *command: str, **environment: str) -> AsyncIterator[psutil.Process]:
    """A process with its output in a file, ended at the end."""
    with log.open("wb") as output:
        running = await asyncio.create_subprocess_exec(
            *command, stdout=output, stderr=output, env={**os.environ, **environment}
        )
    try:
        yield psutil.Process(running.pid)
    finally:
        with suppress(ProcessLookupError):
            running.terminate()
        try:
            await asyncio.wait_for(running.wait(), 10)
        except TimeoutError:
            running.kill()
            await running.wait()


@asynccontextmanager
async def both_sides(folder: Path) -> AsyncIterator[tuple[dict[str, Side], Processes]]:
    """The desk's processes and the floor's, on one server and one database."""
    port, ui_port, api_port = free_port(), free_port(), free_port()
    settings = Settings(
        state_dir=folder,
        temporal_address=f"127.0.0.1:{port}",
        temporal_ui_url=f"http://127.0.0.1:{ui_port}",
        api_port=api_port,
    )
    upgrade(settings.database_url)
    # As an installation runs: with Python's bytecode kept.
    kept = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
    async with AsyncExitStack() as stack:
        processes: Processes = {}

        async def start(name: str, *command: str, **environment: str) -> int:
            told = settings.environment() | _PATIENT | _WIDE | kept | environment
            given = process(folder / f"{name}.log", *command, **told)
            processes[name] = await stack.enter_async_context(given)
            return processes[name].pid

        server = start_command(find_binary(), settings.temporal_db, port, ui_port, settings.temporal_namespace)
        await start("temporal", *server)
        await until(lambda: is_prepared(settings))
        database = Database.at(settings.database_url)
        stack.push_async_callback(database.close)
        secrets = await furnish(database)
        pid = await start("worker", sys.executable, "-m", "cli", "worker")
        await until(lambda: worker_polls(settings, pid))
        await start("api", sys.executable, "-m", "cli", "api")
        await until(lambda: listens(api_port))
        on_the_floor = settings.model_copy(update={"task_queue": FLOOR_QUEUE})
        floor_pid = await start("floor", sys.executable, "-m", "bench.engine", "floor", ESCALA_TASK_QUEUE=FLOOR_QUEUE)
        await until(lambda: worker_polls(on_the_floor, floor_pid))
        floor, desk = BareFloor(await connect(settings), database), HttpDesk(api_port, secrets, database)
        yield {"floor": floor, "desk": desk}, processes


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(_PATIENCE):
        while True:
            if await condition():
                return
            await asyncio.sleep(0.02)


async def is_prepared(settings: Settings) -> bool:
    if not await is_ready(settings):
        return False
    await prepare_namespace(settings)
    return True


async def listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


# ------------------------------------------------------------------------------------------- measuring


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
    lines = ["", _row("openings a second", "desk", "floor", "desk / floor")]
    for in_flight in OPENINGS:
        desk, floor = (measured["open", in_flight][name].rate for name in ("desk", "floor"))
        lines.append(_row(f"  {in_flight} in flight", f"{desk:.1f}", f"{floor:.1f}", f"{desk / floor:.0%}"))
    for what, in_flight in measured:
        lines += ["", _row(f"{what}, {in_flight} in flight: ms", "desk", "floor", "desk / floor")]
        for percent in (50, 95, 99):
            desk, floor = (measured[what, in_flight][name].percentile(percent) for name in ("desk", "floor"))
            lines.append(_row(f"  p{percent}", f"{desk:.1f}", f"{floor:.1f}", f"x {desk / floor:.2f}"))
    lines += ["", "Processors' time for each, ms, notices delivered included:"]
    for what, in_flight in (("open", 10), ("command", IN_FLIGHT)):
        for name, timed in measured[what, in_flight].items():
            spent = (f"{process} {ms / len(timed.each):.1f}" for process, ms in timed.busy.items() if ms)
            lines.append(f"  {f'{what}, {name}':<18}{timed.busy.total() / len(timed.each):6.1f} = {', '.join(spent)}")
    return "\n".join(lines)


def _row(*cells: str) -> str:
    first, *others = cells
    return f"{first:<34}" + "".join(f"{cell:>14}" for cell in others)


def main() -> None:
    print(report(asyncio.run(measure())))


if __name__ == "__main__":
    if sys.argv[1:] == ["floor"]:
        from settings import settings

        asyncio.run(work_on_the_floor(settings()))
    else:
        main()
