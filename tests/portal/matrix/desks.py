"""A filled desk, made once: open to be read by all tests of a module's worker, and copied for those that change it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache
from pathlib import Path

from httpx import ASGITransport, AsyncClient

from settings import Settings
from storage.engine.database import Database
from storage.engine.tables import metadata
from tests.api.office import Clock, Office, standing_in
from tests.portal.matrix.world import World
from tests.support.desk import PaperDesk

_NOT_COMPARED = frozenset({"requests", "sign_in_failures", "presence", "case_looks", "concerns"})
"""What is noted of a request itself: its key, its failure, and that a page was open, and so seen."""


@asynccontextmanager
async def copied(world: World, folder: Path) -> AsyncIterator[World]:
    """The same desk again, in a folder of its own."""
    async with world.office.db.write():  # nobody writes meanwhile
        with sqlite3.connect(world.folder / "escala.db") as source, sqlite3.connect(folder / "escala.db") as target:
            source.backup(target)
    shutil.copytree(world.folder / "files", folder / "files", dirs_exist_ok=True)
    shutil.copy(world.folder / "secret.key", folder / "secret.key")
    clock = Clock(world.office.clock.at)
    url = f"sqlite+aiosqlite:///{folder / 'escala.db'}"
    db = Database.at(url)
    paper = PaperDesk(db, clock)
    settings = Settings(state_dir=folder, database_url=url)
    try:
        async with AsyncExitStack() as stack:
            serving = standing_in(world.front, settings, database=db, engine=paper, clock=clock)
            front = await stack.enter_async_context(serving)
            transport = ASGITransport(front)
            client = await stack.enter_async_context(AsyncClient(transport=transport, base_url="http://escala.test"))
            office = Office(front, db, clock, paper, client, world.office.secrets, keys=world.office.keys)
            ids = {whose: dict(its) for whose, its in world.ids.items()}  # what is added here is not there
            yield World(office, folder, front, ids, dict(world.sessions))
    finally:
        await db.close()


def everything(world: World) -> dict[str, list[tuple[object, ...]]]:
    """All that the desk's database holds, table by table."""
    with sqlite3.connect(world.folder / "escala.db") as connection:
        return {name: connection.execute(wanted).fetchall() for name, wanted in _queries().items()}


@cache
def _queries() -> dict[str, str]:
    """How each table is read: all but what is noted of a request itself, and when a token was last used."""
    found = {}
    for table in metadata.sorted_tables:
        columns = ", ".join(f'"{column.name}"' for column in table.columns if column.name != "last_used_at")
        if table.name not in _NOT_COMPARED:
            found[table.name] = f'SELECT {columns} FROM "{table.name}"'
    return found
