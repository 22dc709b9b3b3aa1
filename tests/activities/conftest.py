"""A real outbox in a database of its own, and notices that go to a post that keeps them."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from activities.notices.bell import Bell
from activities.notices.delivery import Delivery
from activities.notices.dispatcher import Dispatcher
from policy.case.case import Level
from storage.engine.database import Database
from storage.people import agents
from storage.people.agents import Agent
from tests.activities.post import MAILBOXES, Clock, Post
from tests.storage.desk import Desk
from tests.support.templates import migrated_file


@pytest.fixture(scope="module")
def empty_database() -> Path:
    return migrated_file()


@pytest.fixture
async def desk(empty_database: Path, tmp_path: Path) -> AsyncIterator[Desk]:
    database = Database.at(f"sqlite+aiosqlite:///{shutil.copy(empty_database, tmp_path / 'escala.db')}")
    desk = Desk(database)
    await desk.furnish()
    for number in (1, 2):
        agent = Agent(id=f"agent-{number}", name="Luz", email=f"a{number}@desk.example", levels=(Level(number),))
        await agents.put(database, agent)
    yield desk
    await database.close()


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def notices(desk: Desk, post: Post, clock: Clock) -> Dispatcher:
    return Dispatcher(delivery(desk, post, clock), Bell())


def delivery(desk: Desk, post: Post, clock: Clock) -> Delivery:
    """Letters from the desk, which stay at the post."""
    return Delivery(
        database=desk.db,
        mail=post,
        mail_from="Mesa de Ayuda Ñ <mesa@escala.example>",
        desk_mailboxes=MAILBOXES,
        public_url="https://mesa.example/",
        support="mesa@escala.example",
        clock=clock,
    )
