"""The way into the database: transactions, instants, migrations, and being ready."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from policy.case.case import Priority
from policy.terms.terms import Terms
from storage.case import views
from storage.case.views import CaseFilter
from storage.engine import codec, database
from storage.engine.database import Database, Reader, _config, upgrade
from storage.engine.reach import DatabaseUnavailable
from storage.engine.tables import case_terms, cases, metadata, pinned_terms, requests
from tests.storage.desk import Desk
from tests.support import lives, quick_databases
from tests.support.lives import (
    ANSWER,
    ASK,
    PREMIUM,
    RELEASE,
    REOPEN,
    REPLY,
    RESOLVE,
    STANDARD,
    UNCOVERED,
    WITHDRAW,
    Step,
    amend,
    bogota,
)

AT = datetime(2026, 11, 25, 14, 0, 0, 123456, UTC)


def a_request(key: str, at: datetime = AT) -> dict[str, Any]:
    return {"scope": "tests", "key": key, "fingerprint": "f", "begun_at": at}


async def keys(db: Reader) -> list[str]:
    async with db.read() as connection:
        return list(await connection.scalars(select(requests.c.key).order_by(requests.c.begun_at)))


# -- transactions


async def test_what_fails_half_way_leaves_nothing(db: Database) -> None:
    async def fails() -> None:
        async with db.write() as connection:
            await connection.execute(insert(requests), a_request("one"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fails()

    assert await keys(db) == []


async def test_what_is_cancelled_half_way_leaves_nothing(db: Database) -> None:
    """And the next write goes through: neither a lock nor a connection is lost."""

    async def never_ends() -> None:
        async with db.write() as connection:
            await connection.execute(insert(requests), a_request("one"))
            await asyncio.Event().wait()

    task = asyncio.create_task(never_ends())
    await asyncio.wait([task], timeout=0.1)
    task.cancel()
    await asyncio.wait([task])

    async with db.write() as connection:
        await connection.execute(insert(requests), a_request("two"))
    assert await keys(db) == ["two"]


async def test_readers_do_not_wait_for_a_writer(db: Database) -> None:
    """They see what was there before it."""
    async with db.write() as connection:
        await connection.execute(insert(requests), a_request("one"))

        assert await asyncio.wait_for(keys(db), 5) == []


async def test_a_reader_sees_one_state(db: Database) -> None:
    """Also of what is committed while it reads."""
    async with db.read() as connection:
        assert await connection.scalar(select(requests.c.key)) is None
        async with db.write() as other:
            await other.execute(insert(requests), a_request("one"))
        assert await connection.scalar(select(requests.c.key)) is None
    assert await keys(db) == ["one"]


async def test_all_reads_of_a_snapshot_see_one_state(db: Database) -> None:
    async with db.snapshot() as snapshot:
        assert await keys(snapshot) == []
        async with db.write() as connection:
            await connection.execute(insert(requests), a_request("one"))
        assert await keys(snapshot) == []
    assert await keys(db) == ["one"]


async def test_many_writers_at_once_all_get_their_turn(db: Database) -> None:
    async def write(key: str) -> None:
        async with db.write() as connection:
            await connection.execute(insert(requests), a_request(key))

    await asyncio.gather(*(write(str(place)) for place in range(50)))

    assert len(await keys(db)) == 50


async def test_two_databases_on_one_file_take_turns(url: str) -> None:
    """As the API and the worker do."""
    one, other = Database.at(url), Database.at(url)

    async def write(db: Database, key: str) -> None:
        async with db.write() as connection:
            await connection.execute(insert(requests), a_request(key))

    try:
        await asyncio.gather(*(write(db, f"{place}-{id(db)}") for place in range(25) for db in (one, other)))
        assert len(await keys(one)) == 50
    finally:
        await one.close()
        await other.close()


async def test_reading_does_not_write(tmp_path: Path) -> None:
    """On SQLite the connections of readers cannot, so no write gets past the lock."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'escala.db'}"
    upgrade(url)
    db = Database.at(url)
    try:
        with pytest.raises(DatabaseUnavailable) as refused:
            async with db.read() as connection:
                await connection.execute(delete(requests))
        assert "readonly" in str(refused.value.__cause__)
    finally:
        await db.close()


async def test_sqlite_waits_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """WAL and synchronous FULL (2): an acknowledged turn survives a power cut."""
    monkeypatch.setattr(database, "_SYNCHRONOUS", quick_databases.IN_SERVICE)
    url = f"sqlite+aiosqlite:///{tmp_path / 'escala.db'}"
    upgrade(url)
    db = Database.at(url)
    try:
        async with db.write() as connection:
            pragmas = [await connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous")]
            assert pragmas == ["wal", 2]
            assert await connection.scalar(text("PRAGMA foreign_keys")) == 1
    finally:
        await db.close()


async def test_an_error_shows_nothing_of_what_was_to_be_kept(db: Database) -> None:
    """Errors end in logs."""
    row = a_request("dos veces") | {"fingerprint": "de nadie más"}
    with pytest.raises(IntegrityError) as error:
        async with db.write() as connection:
            await connection.execute(insert(requests), [row, row])
    assert "de nadie más" not in str(error.value)


async def test_foreign_keys_are_kept(db: Database) -> None:
    with pytest.raises(DBAPIError):
        async with db.write() as connection:
            await connection.execute(text("INSERT INTO case_terms (case_number, terms) VALUES ('MA-0', '{}')"))


def test_sqlite_in_memory_is_refused() -> None:
    """Each of its connections would be a database of its own."""
    with pytest.raises(ValueError, match="file"):
        Database.at("sqlite+aiosqlite://")


# -- instants


@pytest.mark.parametrize(
    "at",
    [
        AT,
        AT.replace(microsecond=0),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=-5))),
    ],
)
async def test_an_instant_comes_back_in_utc_to_the_microsecond(db: Database, at: datetime) -> None:
    async with db.write() as connection:
        await connection.execute(insert(requests), a_request("one", at))
        found = await connection.scalar(select(requests.c.begun_at))

    assert found == at
    assert found.tzinfo is UTC


async def test_an_instant_without_a_zone_is_refused(db: Database) -> None:
    with pytest.raises(StatementError, match="no time zone"):
        async with db.write() as connection:
            await connection.execute(insert(requests), a_request("one", AT.replace(tzinfo=None)))


async def test_instants_compare_in_sql_as_in_time(db: Database) -> None:
    """Also around the second, where a shorter text would sort wrongly."""
    instants = [AT.replace(microsecond=micro) for micro in (0, 1, 10, 999_999)] + [AT.replace(second=1, microsecond=0)]
    async with db.write() as connection:
        for place in (3, 0, 4, 2, 1):
            await connection.execute(insert(requests), a_request(str(place), instants[place]))

    assert await keys(db) == ["0", "1", "2", "3", "4"]


# -- migrations


async def test_migrations_and_tables_agree(db: Database) -> None:
    """Whoever changes a table writes a migration, and the other way round."""

    def differences(connection: Connection) -> list[Any]:
        def is_ours(name: str | None, kind: str, _: Any) -> bool:
            """The index of words differs between the databases: see storage/case_words.py."""
            return kind != "table" or not str(name).startswith("case_words")

        context = MigrationContext.configure(connection, opts={"include_name": is_ours})
        return list(compare_metadata(context, metadata))

    async with db.read() as connection:
        assert await connection.run_sync(differences) == []


async def test_every_foreign_key_of_the_case_is_indexed_or_rare(db: Database) -> None:
    """What lists filter by has an index that begins with it."""
    indexed = {next(iter(index.columns)).name for index in metadata.tables["cases"].indexes}

    assert indexed >= {
        "status", "level", "priority", "plan", "customer_id", "assignee", "overdue", "next_due_at", "opened_at"
    }  # fmt: skip


async def test_upgrading_again_keeps_everything(desk: Desk, url: str) -> None:
    case = await desk.open()

    upgrade(url)

    async with desk.db.read() as connection:
        assert await connection.scalar(text("SELECT number FROM cases")) == case.number


async def test_a_database_is_ready_once_it_is_migrated(empty_url: str) -> None:
    db = Database.at(empty_url)
    try:
        assert not await db.ready()
        upgrade(empty_url)
        assert await db.ready()
    finally:
        await db.close()


async def test_a_database_that_cannot_be_reached_is_not_ready(tmp_path: Path) -> None:
    """And asking makes no file."""
    for url in (f"sqlite+aiosqlite:///{tmp_path}/none/escala.db", f"postgresql+asyncpg://nobody@/none?host={tmp_path}"):
        db = Database.at(url)
        assert not await db.ready()
        await db.close()

    assert os.listdir(tmp_path) == []  # noqa: PTH208


async def test_a_database_of_another_version_is_not_ready(empty_url: str) -> None:
    upgrade(empty_url)
    db = Database.at(empty_url)
    try:
        async with db.write() as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

        assert not await db.ready()
    finally:
        await db.close()


def test_no_migration_can_be_undone() -> None:
    """Going back is restoring a backup: a step that drops what it made would drop facts."""
    for step in ScriptDirectory.from_config(_config()).walk_revisions():
        with pytest.raises(NotImplementedError):
            step.module.downgrade()


async def test_processes_that_migrate_at_once_wait_for_one_another(empty_url: str) -> None:
    """Both end well, and the tables are there once."""
    program = "import sys; from storage.engine.database import upgrade; upgrade(sys.argv[1])"
    command = [sys.executable, "-c", program, empty_url]

    ended = await asyncio.gather(*(asyncio.to_thread(subprocess.run, command, check=False) for _ in range(3)))

    db = Database.at(empty_url)
    assert [process.returncode for process in ended] == [0, 0, 0]
    assert await db.ready()
    await db.close()


async def test_a_migration_that_fails_leaves_the_database_as_it_was(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All tables of a step, or none: also on SQLite."""
    from storage.engine import database

    def fails(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE half (id INTEGER)"))
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(database, "_to_head", fails)
        with pytest.raises(RuntimeError):
            upgrade(empty_url)
    upgrade(empty_url)

    db = Database.at(empty_url)
    with pytest.raises(DBAPIError):
        async with db.read() as connection:
            await connection.execute(text("SELECT * FROM half"))
    await db.close()


async def test_customers_that_shared_a_nit_before_are_kept(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first of them has its number from now on; the others stay as they were."""
    with monkeypatch.context() as patched:
        patched.setattr(command, "upgrade", partial(_upgrade_to, command.upgrade, "0010"))
        upgrade(empty_url)
    db = Database.at(empty_url)
    columns = "INSERT INTO customers (id, name, tax_id, created_at) VALUES "
    row = columns + "('{0}', 'N', '{1}', '2026-11-0{2}T08:00:00.000000Z')"
    given = [("a", "900123456-8"), ("b", "0900123456"), ("c", "860002964")]
    async with db.write() as connection:
        for day, (id_, tax_id) in enumerate(given, start=1):
            await connection.execute(text(row.format(id_, tax_id, day)))
    upgrade(empty_url)

    async with db.read() as connection:
        kept = list(await connection.execute(text("SELECT id, tax_id, tax_number FROM customers ORDER BY id")))
    assert [tuple(each) for each in kept] == [
        ("a", "900123456-8", "900123456"),
        ("b", "0900123456", None),
        ("c", "860002964", "860002964"),
    ]
    await db.close()


_PAST = "2026-11-26 08:10"
_AROUND_THE_CLOCK = replace(STANDARD, hours=PREMIUM.hours)
_RELEASED = replace(RELEASE, covered_at=bogota("2026-11-25 10:00"))


@pytest.mark.rule("ESC-6")
@pytest.mark.parametrize(
    ("steps", "opened_under"),
    [
        pytest.param(["16:30"], STANDARD, id="left alone"),
        pytest.param(["09:30"], STANDARD, id="nothing missed"),
        pytest.param([("10:20", REPLY), "10:50"], STANDARD, id="answered late"),
        pytest.param([("16:10", ASK), ("16:40", ANSWER), _PAST], STANDARD, id="waited"),
        pytest.param([("16:30", RESOLVE), (_PAST, REOPEN), "2026-11-26 09:00"], STANDARD, id="reopened"),
        pytest.param(["16:00", ("16:30", lives.priority(Priority.LOW)), _PAST], STANDARD, id="not overdue any more"),
        pytest.param(
            ["16:00", ("16:30", lives.priority(Priority.LOW)), "2026-11-27 11:15"], STANDARD, id="overdue again"
        ),
        pytest.param([("09:40", lives.priority(Priority.CRITICAL)), "09:50"], STANDARD, id="a shorter limit"),
        pytest.param(
            ["16:30", ("17:00", amend(replace(STANDARD, hours=PREMIUM.hours))), "18:00"], STANDARD, id="amended"
        ),
        pytest.param(["16:30", ("16:40", WITHDRAW)], STANDARD, id="withdrawn"),
        pytest.param([("2026-11-26 08:00", _RELEASED), _PAST], UNCOVERED, id="released"),
    ],
)
async def test_what_was_missed_before_is_found_in_the_record(
    desk: Desk, steps: list[Step], opened_under: Terms
) -> None:
    """As if it had been written down at once."""
    case = await desk.live(await desk.open(terms=opened_under), *steps, terms=opened_under)
    migration = import_module("storage.migrations.versions.v0015_missed")
    untold = {**codec.case_to_json(case), "missed": []}
    async with desk.db.write() as connection:
        await connection.execute(update(cases).values(missed=False, state=untold))
        said = select(pinned_terms.c.terms).where(pinned_terms.c.digest == case_terms.c.digest).scalar_subquery()
        await connection.execute(update(case_terms).values(terms=said))  # each had its own then
        await connection.run_sync(migration.tell_what_was_missed)

    row = await views.case(desk.db, case.number)
    assert row
    assert row.case.missed == case.missed
    found = await views.cases(desk.db, CaseFilter(missed=True))
    assert [each.number for each in found.items] == [case.number] * bool(case.missed)


def _upgrade_to(upgrade_: Callable[..., None], revision: str, config: Config, _head: str) -> None:
    upgrade_(config, revision)
