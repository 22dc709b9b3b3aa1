"""A migrated SQLite database for each test of imports and the demonstration, and a desk that only notes adoptions."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from desk.problems import EngineUnavailable
from policy.case.case import Case
from policy.terms.terms import Terms
from storage.engine.database import Database
from tests.support.templates import migrated_file


@dataclass
class NotingDesk:
    """Notes whom it adopted; the first time counts, as in Temporal. `patience`: how many calls before it is gone."""

    adopted: dict[str, tuple[Case, Terms]] = field(default_factory=dict)
    patience: int | None = None

    async def adopt(self, case: Case, terms: Terms) -> None:
        if self.patience is not None:
            self.patience -= 1
            if self.patience < 0:
                raise EngineUnavailable
        self.adopted.setdefault(case.number, (case, terms))


@pytest.fixture(scope="session")
def migrated() -> Path:
    return migrated_file()


@pytest.fixture
def database_url(migrated: Path, tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{shutil.copy(migrated, tmp_path / 'escala.db')}"


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    database = Database.at(database_url)
    yield database
    await database.close()


@pytest.fixture
def desk() -> NotingDesk:
    return NotingDesk()
