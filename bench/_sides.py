"""The sides that the engine's benchmarks compare, and their processes: the desk, and two floors beneath it.

On one server and one database: the desk as `escala up` runs it, a workflow that does nothing but have the same rows
written, asked directly, and the same asked over HTTP. Of those rows notices are left out: the desk's worker would find
them there and deliver them, some of them in the desk's own rounds. Nothing is measured here.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import psutil
import uvicorn
from pydantic import TypeAdapter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
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
    furnish,
)
from cli.temporal_server import find_binary, is_ready, prepare_namespace, start_command, worker_polls
from policy.case import commands as c
from policy.case import lifecycle
from policy.case.case import Case, Category, Channel, Priority, Text
from policy.case.commands import OpenCase
from policy.case.decision import Decision
from settings import Settings
from storage.case.intake import Deposit, deposit, reserve_number
from storage.engine.database import Database, upgrade
from storage.notices import outbox
from storage.terms.policy_files import read_policy_file
from storage.terms.terms import CustomerSolution, terms_for
from tests.support.ports import free_port
from worker import connect

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
_TURN: TypeAdapter[Turn] = TypeAdapter(Turn)
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


async def serve_the_floor(settings: Settings) -> None:
    """The floor over HTTP, until it is ended: a turn comes in, its text is deposited, the workflow is asked."""
    database, client = Database.at(settings.database_url), await connect(settings)

    async def asked(request: Request) -> Response:
        turn = _TURN.validate_json(await request.body())
        number = turn.decision.case.number
        await deposit(database, [Deposit(next(_keys), number, WORDS)], at=datetime.now(UTC))
        await (ask_to_open if turn.terms else ask_to_go_on)(client, turn)
        return JSONResponse({"number": number})

    app = Starlette(routes=[Route("/api/v1/turns", asked, methods=["POST"])])
    await uvicorn.Server(uvicorn.Config(app, port=settings.api_port, log_level="warning")).serve()


async def ask_to_open(client: Client, turn: Turn) -> None:
    start = WithStartWorkflowOperation(
        Floor.run,
        id=turn.decision.case.number,
        task_queue=FLOOR_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )
    await client.execute_update_with_start_workflow(Floor.record, turn, start_workflow_operation=start)


async def ask_to_go_on(client: Client, turn: Turn) -> None:
    handle = client.get_workflow_handle(turn.decision.case.number)
    await handle.execute_update(Floor.record, turn, id=turn.command_id)


def untold(decision: Decision) -> Decision:
    """The decision without its notices."""
    return replace(decision, notices=())


# ------------------------------------------------------------------------------------------- all sides


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
            asked.append(self._opening(Turn(decision=untold(lifecycle.open_case(opening, terms=terms)), terms=terms)))
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
            asked.append(self._command(Turn(decision=untold(decision), command_id=next(_keys))))
        return asked

    async def settled(self) -> None:
        """Nothing goes on here when nobody asks."""

    def _opening(self, turn: Turn) -> Callable[[], Awaitable[None]]:
        async def open_case() -> None:
            await ask_to_open(self.client, turn)
            self.cases.append(turn.decision.case)

        return open_case

    def _command(self, turn: Turn) -> Callable[[], Awaitable[None]]:
        return partial(ask_to_go_on, self.client, turn)


@dataclass
class HttpFloor(BareFloor):
    """Asks the floor over HTTP."""

    calls: Calls = field(default_factory=lambda: Calls(0))

    async def settled(self) -> None:
        self.calls.begin_anew()

    def _opening(self, turn: Turn) -> Callable[[], Awaitable[None]]:
        give = self._command(turn)

        async def open_case() -> None:
            await give()
            self.cases.append(turn.decision.case)

        return open_case

    def _command(self, turn: Turn) -> Callable[[], Awaitable[None]]:
        content = _TURN.dump_json(turn)

        async def give() -> None:
            await self.calls.post("/turns", content, "", 200)

        return give


@dataclass
class HttpDesk:
    """Asks the API as its customers and agents do."""

    calls: Calls
    secrets: Secrets
    db: Database
    numbers: list[str] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)

    async def settled(self) -> None:
        """Wait until every notice is delivered, so that the other side is not charged for them."""
        while self.touched:
            number = self.touched.pop()
            await until(lambda: self._delivered(number))  # noqa: B023 - awaited before the next one

    async def openings(self, how_many: int) -> list[Callable[[], Awaitable[None]]]:
        self.calls.begin_anew()
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
        self.calls.begin_anew()

        def reply(number: str) -> Callable[[], Awaitable[None]]:
            async def give() -> None:
                await self._post(f"/cases/{number}/replies", {"body": WORDS}, self.secrets.agent, 200)
                self.touched.add(number)

            return give

        return [reply(self.numbers[place % min(_CASES, len(self.numbers))]) for place in range(how_many)]

    async def _delivered(self, number: str) -> bool:
        return not await outbox.pending(self.db, number)

    async def _post(self, path: str, body: object, secret: str, expected: int) -> dict[str, Any]:
        return await self.calls.post(path, json.dumps(body).encode(), secret, expected)


@dataclass
class Calls:
    """Calls to a port of this machine, on connections that are kept."""

    port: int
    idle: list[Connection] = field(default_factory=list)

    def begin_anew(self) -> None:
        """Let go of connections that the server would soon close, because they stood idle."""
        while self.idle:
            self.idle.pop().writer.close()

    async def post(self, path: str, content: bytes, secret: str, expected: int) -> dict[str, Any]:
        while self.idle and self.idle[-1].reader.at_eof():  # it stood idle too long for the server
            self.idle.pop().writer.close()
        connection = self.idle.pop() if self.idle else await Connection.to(self.port)
        status, answer = await connection.post(f"/api/v1{path}", content, secret, next(_keys))
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

    async def post(self, path: str, content: bytes, secret: str, key: str) -> tuple[int, dict[str, Any]]:
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
async def both_sides(folder: Path, **told: str) -> AsyncIterator[tuple[dict[str, Side], Processes]]:
    """The desk's processes and the floor's, on one server and one database; `told`: settings of theirs beside."""
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
            its = settings.environment() | _PATIENT | _WIDE | kept | told | environment
            given = process(folder / f"{name}.log", *command, **its)
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
        floor_pid = await start("floor", sys.executable, "-m", "bench._sides", "floor", ESCALA_TASK_QUEUE=FLOOR_QUEUE)
        await until(lambda: worker_polls(on_the_floor, floor_pid))
        http_port = free_port()
        await start("http", sys.executable, "-m", "bench._sides", "http", ESCALA_API_PORT=str(http_port))
        await until(lambda: listens(http_port))
        client = await connect(settings)
        bare, http = BareFloor(client, database), HttpFloor(client, database, calls=Calls(http_port))
        yield {"bare": bare, "http": http, "desk": HttpDesk(Calls(api_port), secrets, database)}, processes


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


if __name__ == "__main__":
    asyncio.run({"floor": work_on_the_floor, "http": serve_the_floor}[sys.argv[1]](Settings()))
