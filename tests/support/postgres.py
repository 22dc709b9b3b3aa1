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
    is_kept: bool = False

    def __post_init__(self) -> None:
        self._names = (f"test_{place}" for place in count(1))
        self._cleaning = ""

    def start(self) -> None:
        """Answer once it takes connections."""
        settings = "-c fsync=off -c full_page_writes=off -c listen_addresses="
        log, options = str(self.folder / "log"), f"{settings} -k {self.folder}"
        self.run("pg_ctl", "start", "-w", "-D", self._data, "-l", log, "-o", options)

    def stop(self) -> None:
        """End it as a crash would, unless it is kept: whoever is connected is cut off."""
        self.run("pg_ctl", "stop", "-w", "-m", "fast" if self.is_kept else "immediate", "-D", self._data)

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def url(self, database: str) -> str:
        return f"postgresql+asyncpg://postgres@/{database}?host={self.folder}"

    async def empty_database(self) -> str:
        """The address of a database without tables; `drop` it."""
        return await self.new_database(next(self._names))

    async def new_database(self, name: str, *, of: str = "template0") -> str:
        """The address of a database of that name, a copy of another one; `drop` it."""
        how = (
            "" if of == "template0" else " STRATEGY file_copy"
        )  # by its files, which takes the least where it is large
        await self._run(f"CREATE DATABASE {name} TEMPLATE {of}{how}")
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
        await self._run(f"DROP DATABASE IF EXISTS {url.partition('?')[0].rpartition('/')[2]} WITH (FORCE)")

    async def _run(self, statement: str, database: str = "postgres") -> None:
        connection = await asyncpg.connect(host=str(self.folder), user="postgres", database=database)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


@contextmanager
def postgres_server(kept_in: Path | None = None) -> Iterator[PostgresServer]:
    """Start a cluster and end it. It keeps nothing, or all in a folder of its own; it need not wait for any disk."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not binaries:
        pytest.fail("the tests need PostgreSQL's binaries; on Debian: apt-get install postgresql", pytrace=False)
    folder = kept_in or Path(tempfile.mkdtemp(prefix="escala-pg-"))
    folder.mkdir(exist_ok=True)
    # PostgreSQL refuses to run as root.
    owner = "postgres" if os.getuid() == 0 else None
    if owner:
        shutil.chown(folder, owner)

    def run(binary: str, *arguments: str | Path) -> None:
        subprocess.run(
            [binaries[-1] / binary, *arguments], check=True, user=owner, cwd=folder, stdout=subprocess.DEVNULL
        )

    server = PostgresServer(folder, run, is_kept=kept_in is not None)
    options = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    try:
        if not (folder / "data").exists():
            run("initdb", "-D", folder / "data", *options)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        if not kept_in:
            shutil.rmtree(folder, ignore_errors=True)
