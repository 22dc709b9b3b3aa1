"""What a case's page asks of the database: a snapshot beside the visitor's, and nothing that is written on its way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from desk.reading.case import PARTS
from storage.engine.database import Database
from storage.engine.reach import DatabaseUnavailable
from tests.api.given import ready_for
from tests.api.office import Office
from tests.portal.people import Visitor, visitor
from tests.support.counting import Counting

MOST_READS = 4
PAGES = ("", *(f"/partes/{part}" for part in (*PARTS, "all")))
WHO = ("agent", "director", "premium_contact")


@asynccontextmanager
async def counted(office: Office, who: str) -> AsyncIterator[tuple[Visitor, Counting]]:
    """Somebody whose session is old enough to be noted again, and what their last page asked."""
    counter = Counting(office.app)
    async with visitor(replace(office, app=counter), who) as person:  # type: ignore[arg-type]
        office.clock.passes(minutes=2)
        with counter.hearing(office.db):
            yield person, counter


@pytest.fixture
async def number(office: Office) -> str:
    return await ready_for(office, "visits/acceptance")


@pytest.mark.parametrize("who", WHO)
async def test_takes_few_transactions_and_writes_nothing_on_its_way(office: Office, number: str, who: str) -> None:
    async with counted(office, who) as (person, counter):
        for path in PAGES:
            assert (await person.get(f"/casos/{number}{path}")).status_code == 200, path
            assert (counter.count.reads <= MOST_READS, counter.count.writes) == (True, 0), (path, counter.count)


async def test_a_part_asks_for_no_more_than_it_shows(office: Office, number: str) -> None:
    asked = {}
    async with counted(office, "agent") as (person, counter):
        for part in PARTS:
            await person.get(f"/casos/{number}/partes/{part}")
            asked[part] = {table for table in TABLES if any(f"FROM {table}" in each for each in counter.count.asked)}
    visible = {"sessions", "accounts", "agents", "cases", "case_terms"}
    assert asked["presence"] == visible | {"presence"}
    assert asked["pending"] == visible | {"pending_replies"}
    assert asked["composer"] == visible | {"drafts", "canned_replies", "contacts", "facts", "pending_replies"}
    assert asked["clocks"] == visible | {"stretches"}
    assert asked["conversation"] == visible | {"facts", "contents", "files", "contacts", "pending_replies"}


TABLES = (
    *("sessions", "accounts", "agents", "contacts", "cases", "case_terms", "facts", "contents", "stretches"),
    *("presence", "pending_replies", "drafts", "canned_replies", "files", "ratings", "provider_incidents"),
)


async def test_opens_while_nothing_can_be_written(office: Office, number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def full(_: Database) -> Any:
        tried.append("write")
        raise DatabaseUnavailable

    async with counted(office, "agent") as (agent, _):
        monkeypatch.setattr(Database, "write", full)
        for path in PAGES:
            answer = await agent.get(f"/casos/{number}{path}")
            assert answer.status_code == 200, path
    assert tried  # that somebody was there was to be noted, and could not be
