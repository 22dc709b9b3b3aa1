"""An office for each test of the pages, the one browser, and people who have signed in."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from playwright.async_api import Browser

from portal.signing_in import new_password
from tests.api.conftest import front, furnished, migrated, office
from tests.api.office import Office, open_office
from tests.portal.demo_desk import DemoDesk, open_demo_desk, seed_demo_desk
from tests.portal.matrix.world import World, furnish
from tests.support.browser import chromium, served
from tests.support.once_in_a_run import filled_once

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
    url = f"sqlite+aiosqlite:///{folder / 'escala.db'}"

    async def fill() -> dict[str, Any]:
        shutil.copy(migrated, folder / "escala.db")
        async with open_office(url, folder) as office:
            world = await furnish(office, folder, front)
        return {"ids": world.ids, "sessions": world.sessions, "secrets": office.secrets, "at": str(office.clock.at)}

    told = await filled_once("world", folder, tmp_path_factory, fill)
    async with open_office(url, folder, secrets=told["secrets"]) as office:
        office.clock.at = datetime.fromisoformat(told["at"])
        office.keys = (f"later-{place}" for place in count(1))  # those of the way are used
        yield World(office, folder, front, told["ids"], told["sessions"])


@pytest.fixture(scope="session")
async def demo_desk(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DemoDesk]:
    folder = tmp_path_factory.mktemp("demo")

    async def fill() -> dict[str, Any]:
        shutil.copy(migrated, folder / "escala.db")
        return await seed_demo_desk(folder)

    async with open_demo_desk(folder, await filled_once("demo", folder, tmp_path_factory, fill)) as desk:
        yield desk
