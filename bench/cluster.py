"""Openings and commands a second on PostgreSQL and Temporal's own server: one worker and API, then two of each.

Temporal's server is built from its Go module, outside of the project (docs/scaling.md says how), and PostgreSQL is any
that can be reached without a password by its superuser; three databases are made there and dropped again. Rounds take
turns. What scales says the ratio, and what is full first the processors' time by process.

Run: python -m bench.cluster SERVER SQL_TOOL MODULE HOST:PORT [--check]
(the two programs, the folder of the Go module go.temporal.io/server, and PostgreSQL)
"""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import psutil
from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.service import RPCError

from bench._desk import furnish
from bench._sides import Calls, HttpDesk, is_prepared, listens, process, until
from bench.engine import Timed, run
from cli.temporal_server import ORDERED, connect, worker_polls
from settings import Settings
from storage.engine.database import Database, upgrade
from tests.support.ports import free_port

ROUNDS = 3
LEAST_OF_ONE = 0.9
"""What two workers and APIs have to reach of one's rate, on processors that are full: that they do not cost."""
SIDES = {"one of each": 1, "two of each": 2}
ASKED = {("open", 30): 120, ("command", 20): 240}
"""How many a round asks, by what and how many are in flight."""
DATABASES = ("temporal", "temporal_visibility", "escala")
SHARDS = 128
_RETAINED = Duration(seconds=3 * 24 * 3600)
_WIDE = {
    **{f"ESCALA_{what}_PER_{whose}": "1000000" for what in ("OPENINGS", "COMMANDS") for whose in ("CONTACT", "TOKEN")},
    **{f"ESCALA_{what}_PER_CUSTOMER": "1000000" for what in ("OPENINGS", "COMMANDS")},
    "ESCALA_ENGINE_TIMEOUT": "60",
}


@dataclass(frozen=True)
class Given:
    """What the cluster is made of."""

    server: Path
    sql_tool: Path
    module: Path
    postgres: str

    @property
    def host(self) -> str:
        return self.postgres.partition(":")[0]

    @property
    def port(self) -> str:
        return self.postgres.partition(":")[2]


@asynccontextmanager
async def databases(given: Given) -> AsyncIterator[psutil.Process]:
    """The three databases, with Temporal's tables; answers PostgreSQL's own process."""
    url = f"postgresql://postgres@{given.postgres}/postgres"
    connection = await asyncpg.connect(url)
    try:
        postmaster = psutil.Process(await connection.fetchval("SELECT pg_backend_pid()")).parent()
        assert postmaster is not None
        for name in DATABASES:
            await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            await connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        for name, tables in (("temporal", "temporal"), ("temporal_visibility", "visibility")):
            where = ("--plugin", "postgres12", "--ep", given.host, "--port", given.port, "--user", "postgres")
            for what in (
                ("setup-schema", "--version", "0.0"),
                ("update-schema", "--schema-dir", f"{given.module}/schema/postgresql/v12/{tables}/versioned"),
            ):
                command = (str(given.sql_tool), *where, "--db", name, *what)
                made = await asyncio.create_subprocess_exec(*command, stdout=DEVNULL, stderr=DEVNULL)
                assert await made.wait() == 0
        yield postmaster
        for name in DATABASES:
            await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await connection.close()


def configuration(given: Given, folder: Path, port: int) -> list[str]:
    """The server's command, its configuration written as development-postgres12.yaml of its module has it."""
    values = "".join(f"{name}:\n  - value: {said}\n" for name, said in (each.split("=") for each in ORDERED))
    (folder / "dynamic.yaml").write_text(values)
    text = (given.module / "config" / "development-postgres12.yaml").read_text()
    for was, is_now in {
        "127.0.0.1:5432": given.postgres,
        'user: "temporal"': 'user: "postgres"',
        "maxConns: 2\n": "maxConns: 10\n",
        "numHistoryShards: 4": f"numHistoryShards: {SHARDS}",
        "level: info": "level: error",
        "config/dynamicconfig/development-sql.yaml": str(folder / "dynamic.yaml"),
        "grpcPort: 7233": f"grpcPort: {port}",
        "localhost:7233": f"localhost:{port}",
        **{each: str(free_port()) for each in ("7235", "7234", "7239", "7243", "6933", "6934", "6935", "6939", "7936")},
        "127.0.0.1:8000": f"127.0.0.1:{free_port()}",
    }.items():
        assert was in text, was
        text = text.replace(was, is_now)
    (folder / "escala.yaml").write_text(text)
    return [str(given.server), "--root", str(folder), "--config", ".", "--env", "escala", "start"]


@dataclass
class Cluster:
    """The running parts: as many APIs as workers, and everybody's processes."""

    desks: list[HttpDesk]
    processes: dict[str, psutil.Process]

    async def openings(self, how_many: int) -> list[Callable[[], Awaitable[None]]]:
        return self._in_turns([await desk.openings(how_many) for desk in self.desks])[:how_many]

    async def commands(self, how_many: int) -> list[Callable[[], Awaitable[None]]]:
        return self._in_turns([await desk.commands(how_many) for desk in self.desks])[:how_many]

    def busy(self) -> Counter[str]:
        """Milliseconds that each process and its children have kept a processor busy."""
        found = Counter[str]()
        for name, each in self.processes.items():
            for one in (each, *each.children(recursive=True)):
                times = one.cpu_times()
                found[name] += round((times.user + times.system) * 1000)
        return found

    @staticmethod
    def _in_turns(lists: list[list[Callable[[], Awaitable[None]]]]) -> list[Callable[[], Awaitable[None]]]:
        return [each for together in zip(*lists, strict=True) for each in together]


@asynccontextmanager
async def cluster(given: Given, folder: Path, parts: int) -> AsyncIterator[Cluster]:
    """Temporal's server, so many workers and APIs, on a furnished database."""
    port = free_port()
    settings = Settings(
        state_dir=folder,
        temporal_address=f"127.0.0.1:{port}",
        database_url=f"postgresql+asyncpg://postgres@{given.postgres}/escala",
    )
    async with AsyncExitStack() as stack:
        postmaster = await stack.enter_async_context(databases(given))
        processes = {"postgresql": postmaster}

        async def start(name: str, *command: str, **its: str) -> int:
            told = settings.environment() | _WIDE | {"ESCALA_DATABASE_URL": settings.database_url} | its
            processes[name] = await stack.enter_async_context(process(folder / f"{name}.log", *command, **told))
            return processes[name].pid

        upgrade(settings.database_url)
        await start("temporal", *configuration(given, folder, port))
        await until(lambda: _has_namespace(settings))
        await until(lambda: is_prepared(settings))
        database = Database.at(settings.database_url)
        stack.push_async_callback(database.close)
        secrets, numbers, touched = await furnish(database), list[str](), set[str]()
        desks = []
        for place in range(1, parts + 1):
            pid = await start(f"worker {place}", sys.executable, "-m", "cli", "worker")
            await until(lambda: worker_polls(settings, pid))  # noqa: B023 - awaited before the next one
            api_port = free_port()
            await start(f"api {place}", sys.executable, "-m", "cli", "api", ESCALA_API_PORT=str(api_port))
            await until(lambda: listens(api_port))  # noqa: B023 - awaited before the next one
            desks.append(HttpDesk(Calls(api_port), secrets, database, numbers, touched))
        yield Cluster(desks, processes)


async def _has_namespace(settings: Settings) -> bool:
    """Whether the namespace is there, which is made where it is not."""
    try:
        client = await connect(settings.model_copy(update={"temporal_namespace": "temporal-system"}))
        await client.workflow_service.register_namespace(
            RegisterNamespaceRequest(
                namespace=settings.temporal_namespace, workflow_execution_retention_period=_RETAINED
            )
        )
    except RPCError as error:
        return "already" in str(error).lower()
    except Exception:
        return False
    return False


async def measure(given: Given, parts: int) -> tuple[dict[str, Timed], dict[str, Counter[str]]]:
    timed: dict[str, Timed] = {}
    spent: dict[str, Counter[str]] = {}
    with TemporaryDirectory(prefix="escala-cluster-") as folder:
        async with cluster(given, Path(folder), parts) as its:
            await run(await its.openings(30), 5, Timed())
            await run(await its.commands(40), 5, Timed())
            await its.desks[0].settled()
            for _ in range(ROUNDS):
                for (what, in_flight), how_many in ASKED.items():
                    asked = await (its.openings(how_many) if what == "open" else its.commands(how_many))
                    before = its.busy()
                    await run(asked, in_flight, timed.setdefault(what, Timed()))
                    await its.desks[0].settled()
                    spent[what] = spent.get(what, Counter()) + (its.busy() - before)
    return timed, spent


def main() -> int:
    server, sql_tool, module, postgres = sys.argv[1:5]
    given = Given(Path(server), Path(sql_tool), Path(module), postgres)
    rates: dict[str, dict[str, float]] = {}
    for name, parts in SIDES.items():
        timed, spent = asyncio.run(measure(given, parts))
        print(f"\n{name} (load {os.getloadavg()[0]:.1f})")
        rates[name] = {what: each.rate for what, each in timed.items()}
        for what, each in timed.items():
            took = ", ".join(f"{process} {ms / len(each.each):.1f}" for process, ms in sorted(spent[what].items()))
            print(f"  {what}: {each.rate:.1f} a second, median {each.percentile(50):.0f} ms; processors: {took}")
    ratios = {what: rates["two of each"][what] / rate for what, rate in rates["one of each"].items()}
    said = ", ".join(f"{what} x {ratio:.2f}" for what, ratio in ratios.items())
    print(f"cluster: two of each make {said} of one, at least {LEAST_OF_ONE}, on {os.cpu_count()} processors")
    return int("--check" in sys.argv and min(ratios.values()) < LEAST_OF_ONE)


if __name__ == "__main__":
    sys.exit(main())
