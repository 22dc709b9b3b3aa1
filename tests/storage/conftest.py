"""Each test of storage runs on both databases: a migrated one, and what a case needs to exist in it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from storage.engine.database import Database
from tests.storage.desk import Desk
from tests.support import quick_databases
from tests.support.postgres import PostgresServer, postgres_server
from tests.support.templates import migrated_file

BOTH = ("sqlite", "postgresql")


@pytest.fixture(autouse=True)
def as_in_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite answers in threads here, as it does in an installation."""
    quick_databases.ask_by_threads(monkeypatch)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One cluster for the tests of this process."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template() -> Path:
    return migrated_file()


@pytest.fixture(params=BOTH)
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a migrated database that holds nothing."""
    if request.param == "sqlite":
        template = request.getfixturevalue("sqlite_template")
        yield f"sqlite+aiosqlite:///{shutil.copy(template, tmp_path / 'escala.db')}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    yield await server.clean_database()


@pytest.fixture(params=BOTH)
async def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a database that was never migrated."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'new.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    where = await server.empty_database()
    yield where
    await server.drop(where)


@pytest.fixture
async def db(url: str) -> AsyncIterator[Database]:
    database = Database.at(url)
    yield database
    await database.close()


@pytest.fixture
async def desk(db: Database) -> Desk:
    """The database with a customer, its contact and its solution."""
    desk = Desk(db)
    await desk.furnish()
    return desk
