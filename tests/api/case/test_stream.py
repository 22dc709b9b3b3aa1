"""A case's stream: one event per fact, resumed where the reader was, ended when there is nothing more to come."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from httpx import AsyncClient, Response

from desk import feed, stream_readers
from desk.reading import stream
from policy.case.case import Role
from storage.case import case_progress
from storage.signing_in import tokens
from storage.signing_in.tokens import Token
from tests.api.office import BASE, Office
from tests.support.serving import serving

Event = tuple[int, dict[str, Any]]


async def events(answer: Response, many: int | None = None) -> list[Event]:
    """The next events, or all until the stream ends."""
    found: list[Event] = []
    event_id, data = 0, {}
    async for line in lines(answer):
        if line.startswith("data: "):
            data = json.loads(line.removeprefix("data: "))
        elif line.startswith("id: "):
            event_id = int(line.removeprefix("id: "))
        elif not line and event_id:
            found.append((event_id, data))
            event_id = 0
            if len(found) == many:
                break
    return found


_ITERATORS: dict[int, AsyncIterator[str]] = {}


def lines(answer: Response) -> AsyncIterator[str]:
    """The lines that are still to come; a response is read from where the test left it."""
    return _ITERATORS.setdefault(id(answer), answer.aiter_lines())


@asynccontextmanager
async def following(office: Office, number: str, who: str = "agent", **headers: str) -> AsyncIterator[Response]:
    async with serving(office.app) as address, AsyncClient(base_url=address, timeout=10) as client:
        path = f"{BASE}/cases/{number}/stream"
        async with client.stream("GET", path, headers=office.headers(who, **headers)) as answer:
            yield answer
        _ITERATORS.pop(id(answer), None)


@pytest.mark.rule("PLAN-9")
async def test_sends_what_happened_and_then_what_happens(office: Office) -> None:
    number = await office.open()
    async with asyncio.timeout(10), following(office, number) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        [(first_id, first)] = await events(answer, 1)
        await office.give(number, "claim")
        [(second_id, second)] = await events(answer, 1)
    assert [(first_id, first["kind"]), (second_id, second["kind"])] == [(1, "case_opened"), (2, "case_claimed")]


async def test_an_event_is_the_fact_as_in_the_timeline(office: Office) -> None:
    number = await office.open()
    async with following(office, number) as answer:
        [(_, fact)] = await events(answer, 1)
    assert [fact] == await office.timeline(number)


async def test_goes_on_after_the_last_event_that_the_reader_has(office: Office) -> None:
    number = await office.open()
    await office.give(number, "replies", body="Sí.")
    async with following(office, number, **{"Last-Event-ID": "2"}) as answer:
        assert [seq for seq, _ in await events(answer, 1)] == [3]


@pytest.mark.parametrize("last", ["", "abc", "-1", "9" * 20])
async def test_begins_anew_for_a_reader_who_is_confused(office: Office, last: str) -> None:
    number = await office.open()
    async with following(office, number, **{"Last-Event-ID": last}) as answer:
        assert [seq for seq, _ in await events(answer, 1)] == [1]


@pytest.mark.rule("PLAN-9")
async def test_hides_internal_facts_from_contacts(office: Office) -> None:
    number = await office.open()
    await office.give(number, "notes", body="Ojo.")
    await office.give(number, "replies", body="Sí.")
    async with following(office, number, "contact") as answer:
        assert [seq for seq, _ in await events(answer, 2)] == [1, 3]


async def test_ends_when_the_case_is_closed_and_all_was_sent(office: Office) -> None:
    number = await office.open()
    async with asyncio.timeout(10), following(office, number) as answer:
        await office.give(number, "withdrawal", "contact")
        assert [fact["kind"] for _, fact in await events(answer)] == ["case_opened", "case_closed"]


async def test_tells_a_reader_who_has_everything_of_a_closed_case_not_to_come_back(office: Office) -> None:
    number = await office.open()
    await office.give(number, "withdrawal", "contact")
    async with following(office, number, **{"Last-Event-ID": "2"}) as answer:
        assert answer.status_code == 204


async def test_sends_a_heartbeat_while_nothing_happens(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT", 0.2)
    number = await office.open()
    async with asyncio.timeout(10), following(office, number, **{"Last-Event-ID": "1"}) as answer:
        beats = [line async for line in take(lines(answer), 6)]
    assert [line for line in beats if line] == [": ping"] * 3


async def take(found: AsyncIterator[str], many: int) -> AsyncIterator[str]:
    for _ in range(many):
        yield await anext(found)


async def test_lets_everybody_go_when_the_process_stops(office: Office) -> None:
    number = await office.open()
    async with asyncio.timeout(10), following(office, number) as answer:
        await events(answer, 1)
        office.app.state.desk.feed.close()
        assert await events(answer) == []


@pytest.fixture
def doubted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is believed for a second."""
    monkeypatch.setattr(stream_readers, "BELIEVED_FOR", 0.0)


@pytest.mark.usefixtures("doubted")
async def test_a_revoked_token_reads_nothing_more(office: Office) -> None:
    number = await office.open()
    async with asyncio.timeout(10), following(office, number) as answer:
        await events(answer, 1)
        await tokens.revoke(office.db, "token-agent", at=office.clock())
        await office.give(number, "notes", "specialist", body="Ojo.")
        assert await events(answer) == []


@pytest.mark.usefixtures("doubted")
async def test_a_token_that_expires_reads_nothing_more(office: Office) -> None:
    office.secrets["visitor"] = secret = tokens.new_secret()
    until = office.clock.at + timedelta(minutes=5)
    person: dict[str, Any] = {"role": Role.DIRECTOR, "subject_id": "dora", "expires_at": until}
    await tokens.create(office.db, Token(id="token-visitor", created_at=office.clock(), **person), secret)
    number = await office.open()
    async with asyncio.timeout(10), following(office, number, "visitor") as answer:
        await events(answer, 1)
        office.clock.passes(minutes=6)
        await office.give(number, "notes", body="Ojo.")
        assert await events(answer) == []


@pytest.mark.usefixtures("doubted")
async def test_a_contact_that_is_taken_off_the_roster_reads_nothing_more(office: Office) -> None:
    number = await office.open()
    async with asyncio.timeout(10), following(office, number, "contact") as answer:
        await events(answer, 1)
        await office.take_contact_off_roster()
        await office.give(number, "replies", body="Sí.")
        assert await events(answer) == []


@pytest.mark.usefixtures("doubted")
async def test_who_may_not_read_any_more_is_let_go_while_nothing_happens(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT", 0.2)
    number = await office.open()
    async with asyncio.timeout(10), following(office, number) as answer:
        await events(answer, 1)
        await tokens.revoke(office.db, "token-agent", at=office.clock())
        assert await events(answer) == []


async def test_one_token_follows_so_many_cases_and_no_more(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_readers, "MOST_STREAMS", 1)
    number = await office.open()
    async with following(office, number) as answer:
        await events(answer, 1)
        async with following(office, number) as refused:
            assert refused.status_code == 429
        async with following(office, number, "contact") as another:
            assert another.status_code == 200
    async with following(office, number) as later:
        assert later.status_code == 200


async def test_a_reader_who_leaves_is_forgotten(office: Office) -> None:
    number = await office.open()
    async with following(office, number) as answer:
        await events(answer, 1)
        assert office.app.state.desk.feed.waiting == 1
    assert office.app.state.desk.feed.waiting == 0


async def test_many_readers_ask_the_database_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[set[str]] = []

    async def counted(db: Any, numbers: Any) -> Any:
        asked.append(set(numbers))
        return await case_progress.progress_of(db, asked[-1])

    monkeypatch.setattr(feed, "progress_of", counted)
    number = await office.open()
    source = feed.Feed(office.db, every=0.05)
    with source.watch(number) as one, source.watch(number) as two:
        assert await one.news(within=2) == await two.news(within=2)
        assert await one.news(within=0.12) is None
    assert all(each == {number} for each in asked)
    assert len(asked) <= 6
