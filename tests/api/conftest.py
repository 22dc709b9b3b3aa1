"""An office of its own for each test of the API, on SQLite."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from api.http.app import create_app
from settings import Settings
from storage.engine.database import upgrade
from tests.api.office import Office, open_office


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "escala.db"
    upgrade(f"sqlite+aiosqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def front(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """The app that serves the tests' offices, each in its turn."""
    return create_app(Settings(state_dir=tmp_path_factory.mktemp("front")))


@pytest.fixture
async def office(migrated: Path, front: FastAPI, tmp_path: Path) -> AsyncIterator[Office]:
    file = shutil.copy(migrated, tmp_path / "escala.db")
    async with open_office(f"sqlite+aiosqlite:///{file}", tmp_path, front=front) as office:
        yield office
