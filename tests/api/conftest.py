"""An office of its own for each test of the API, on SQLite."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from storage.engine.database import Database
from tests.api.office import Furnished, Office, furnish, open_office
from tests.support.apps import app_at_rest
from tests.support.templates import migrated_file


@pytest.fixture(scope="session")
def migrated() -> Path:
    return migrated_file()


@pytest.fixture(scope="session")
def front() -> FastAPI:
    """The app that serves the tests' offices, each in its turn."""
    return app_at_rest()


@pytest.fixture(scope="session")
async def furnished(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    """What stands in an office when it opens: to be copied, which takes a hundredth of the time."""
    file = shutil.copy(migrated, tmp_path_factory.mktemp("furnished") / "escala.db")
    database = Database.at(f"sqlite+aiosqlite:///{file}")
    secrets = await furnish(database)
    await database.close()
    return Furnished(Path(file), secrets)


@pytest.fixture
async def office(furnished: Furnished, front: FastAPI, tmp_path: Path) -> AsyncIterator[Office]:
    file = shutil.copy(furnished.file, tmp_path / "escala.db")
    async with open_office(f"sqlite+aiosqlite:///{file}", tmp_path, front=front, secrets=furnished.secrets) as office:
        yield office
