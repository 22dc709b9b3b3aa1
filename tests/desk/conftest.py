"""A desk of its own for each test of a use case: on SQLite and without an engine, furnished as the API's office is."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from desk.desk import Desk
from desk.feed import Feed
from desk.files.arriving import Arriving, ArrivingLimits
from desk.metrics import Metrics
from desk.opening import open_case
from desk.turnstile import Turnstile
from settings import Settings
from storage.case.views import CaseRow
from storage.engine.database import Database
from storage.files.file_store import FileStore
from tests.api.office import Clock, furnish
from tests.desk.asking import opening, read
from tests.support.desk import PaperDesk
from tests.support.lives import policy
from tests.support.templates import migrated_file


@pytest.fixture(scope="session")
def migrated() -> Path:
    return migrated_file()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def database(migrated: Path, tmp_path: Path) -> AsyncIterator[Database]:
    db = Database.at(f"sqlite+aiosqlite:///{shutil.copy(migrated, tmp_path / 'escala.db')}")
    yield db
    await db.close()


@pytest.fixture
def engine(database: Database, clock: Clock) -> PaperDesk:
    return PaperDesk(database, clock)


@pytest.fixture
async def desk(database: Database, engine: PaperDesk, clock: Clock, tmp_path: Path) -> AsyncIterator[Desk]:
    await furnish(database)
    feed = Feed(database)
    yield Desk(
        database=database,
        engine=engine,
        policy=policy(),
        clock=clock,
        feed=feed,
        metrics=Metrics(),
        turnstile=Turnstile(),
        files=FileStore(tmp_path / "files"),
        arriving=Arriving(ArrivingLimits.of(Settings(state_dir=tmp_path))),
    )
    feed.close()


@pytest.fixture
async def row(desk: Desk, clock: Clock) -> CaseRow:
    """A case that was opened just now."""
    return await read(desk, (await open_case(desk, opening(clock, key="row"))).number)
