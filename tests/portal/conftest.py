"""An office for each test of the pages, the one browser, and people who have signed in."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.async_api import Browser

from portal.signing_in import new_password
from tests.api.conftest import front, furnished, migrated, office
from tests.api.office import Office, open_office
from tests.portal.demo_desk import DemoDesk, open_demo_desk
from tests.portal.matrix.world import World, furnish
from tests.support.browser import chromium, served

__all__ = ["browser", "demo_desk", "filled", "front", "furnished", "migrated", "office", "site"]


@pytest.fixture(autouse=True)
def wishes_are_looked_at_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody watches the clock here."""
    monkeypatch.setattr(new_password, "WITHIN", 0.0)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest.fixture
async def site(office: Office) -> AsyncIterator[str]:
    """The address where the test's office is served to a browser."""
    async with served(office) as address:
        yield address


@pytest.fixture(scope="session")
async def filled(migrated: Path, front: FastAPI, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A desk with two customers and all that one can have, to be read; `desks.copied` gives one that may be changed."""
    folder = tmp_path_factory.mktemp("filled")
    shutil.copy(migrated, folder / "escala.db")
    async with open_office(f"sqlite+aiosqlite:///{folder / 'escala.db'}", folder) as office:
        yield await furnish(office, folder, front)


@pytest.fixture(scope="session")
async def demo_desk(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DemoDesk]:
    async with open_demo_desk(migrated, tmp_path_factory.mktemp("demo")) as desk:
        yield desk
