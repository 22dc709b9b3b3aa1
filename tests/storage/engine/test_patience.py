"""Waiting for the database: so long in all, and a full disk or a held lock is told at once by who is asked."""

from __future__ import annotations

import asyncio
import fcntl
import shutil
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from settings import Settings
from storage.engine.database import Database
from storage.engine.patience import patient_for
from storage.engine.reach import DatabaseUnavailable
from tests.api.office import NEW_CASE, Office, open_office


@pytest.fixture
async def office(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Office]:
    """An office that waits for a third of a second."""
    url = f"sqlite+aiosqlite:///{shutil.copy(sqlite_template, tmp_path / 'escala.db')}"
    settings = Settings(state_dir=tmp_path, database_url=url, waits_within=0.3)
    async with open_office(url, tmp_path, settings=settings) as office:
        yield office


async def answered_late(office: Office) -> tuple[int, float]:
    """What an opening is answered, and after how long."""
    began = time.monotonic()
    answer = await office.post("/cases", NEW_CASE, "contact")
    return answer.status_code, time.monotonic() - began


async def test_a_held_lock_is_waited_for_once_and_told(office: Office, tmp_path: Path) -> None:
    await office.open()
    with (tmp_path / "escala.db.lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        found = await asyncio.gather(*(answered_late(office) for _ in range(4)))
        assert {status for status, _ in found} == {503}
        assert max(took for _, took in found) < 6
        assert (await office.get("/health/ready", None)).status_code == 503
        assert (await office.get("/cases")).status_code == 200
    await eventually_open(office)


async def test_a_database_that_another_program_holds_is_told_as_well(office: Office, tmp_path: Path) -> None:
    """It does not know of our lock."""
    await office.open()
    other = sqlite3.connect(tmp_path / "escala.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    status, took = await answered_late(office)
    other.close()
    assert (status, took < 6) == (503, True)
    await eventually_open(office)


async def eventually_open(office: Office) -> None:
    """It takes writes again, within moments."""
    async with asyncio.timeout(5):
        while (await office.get("/health/ready", None)).status_code != 200:
            await asyncio.sleep(0.05)
    assert await office.open()


async def test_waits_of_one_request_take_from_one_time(office: Office, tmp_path: Path) -> None:
    with patient_for(0.2), (tmp_path / "escala.db.lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        began = time.monotonic()
        for _ in range(3):
            with pytest.raises(DatabaseUnavailable):
                async with office.db.write():
                    pass
        assert time.monotonic() - began < 1


async def test_readiness_writes(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is read as before."""
    assert await db.ready()
    written = db._probed_at
    assert await db.ready()
    assert db._probed_at == written  # once a second, whoever asks

    def full(_: Database) -> None:
        raise DatabaseUnavailable

    monkeypatch.setattr(Database, "write", full)
    db._probed_at -= 10
    assert not await db.ready()
