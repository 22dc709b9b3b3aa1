"""A PostgreSQL server of the tests' own: a throw-away cluster from the system's binaries, on a unix socket."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import asyncpg
import pytest

from storage.engine.database import upgrade
from storage.engine.tables import metadata

_SHARED = "escala"
_WITHOUT_TRIGGERS = "SET session_replication_role = replica; "  # which refuse to delete facts, and keep foreign keys


@dataclass
class PostgresServer:
    """A running cluster, and the databases that tests ask of it."""

    folder: Path
    run: Callable[..., None]
    """Runs one of PostgreSQL's binaries as the cluster's owner."""

    def __post_init__(self) -> None:
        self._names = (f"test_{place}" for place in count(1))
        self._cleaning = ""

    def start(self) -> None:
        """Answer once it takes connections."""
        settings = "-c fsync=off -c full_page_writes=off -c listen_addresses="
        log, options = str(self.folder / "log"), f"{settings} -k {self.folder}"
        self.run("pg_ctl", "start", "-w", "-D", self._data, "-l", log, "-o", options)

    def stop(self) -> None:
        """End it as a crash would: whoever is connected is cut off."""
        self.run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", self._data)

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def url(self, database: str) -> str:
        return f"postgresql+asyncpg://postgres@/{database}?host={self.folder}"

    async def empty_database(self) -> str:
        """The address of a database without tables; `drop` it."""
        name = next(self._names)
        await self._run(f"CREATE DATABASE {name} TEMPLATE template0")
        return self.url(name)

    async def clean_database(self) -> str:
        """The address of the one migrated database, with nothing in it: for one test at a time.

        Emptying it takes a hundredth of the time that a new one would.
        """
        if not self._cleaning:
            await self._run(f"CREATE DATABASE {_SHARED}")
            upgrade(self.url(_SHARED))
            self._cleaning = _WITHOUT_TRIGGERS + "".join(
                f"DELETE FROM {table}; " for table in (*metadata.tables, "case_words")
            )
        await self._run(self._cleaning, _SHARED)
        return self.url(_SHARED)

    async def drop(self, url: str) -> None:
        await self._run(f"DROP DATABASE {url.partition('?')[0].rpartition('/')[2]} WITH (FORCE)")

    async def _run(self, statement: str, database: str = "postgres") -> None:
        connection = await asyncpg.connect(host=str(self.folder), user="postgres", database=database)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Start a cluster and end it. It keeps nothing, so it need not wait for any disk."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not binaries:
        pytest.fail("the tests need PostgreSQL's binaries; on Debian: apt-get install postgresql", pytrace=False)
    folder = Path(tempfile.mkdtemp(prefix="escala-pg-"))
    # PostgreSQL refuses to run as root.
    owner = "postgres" if os.getuid() == 0 else None
    if owner:
        shutil.chown(folder, owner)

    def run(binary: str, *arguments: str | Path) -> None:
        subprocess.run(
            [binaries[-1] / binary, *arguments], check=True, user=owner, cwd=folder, stdout=subprocess.DEVNULL
        )

    server = PostgresServer(folder, run)
    try:
        run("initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
