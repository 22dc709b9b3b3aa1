"""What journeys do beside cases: people on duty, whom mail calls, a chat of two, a calendar at its address."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import httpx
from sqlalchemy import update

from policy.case.case import Level, Role
from policy.duty.feeds import FeedKind
from policy.duty.rota import Layer
from portal.frame.session import VISIT_COOKIE
from storage.duty import feeds, rotas
from storage.duty.feeds import Feed
from storage.engine.database import Database
from storage.engine.tables import pages
from storage.people import agents
from storage.people.agents import Agent
from storage.signing_in import accounts
from storage.signing_in.accounts import NewAccount
from tests.journeys.conftest import LiveDesk
from tests.journeys.talk import insist

_WRITES_EVERY = 0.4
"""Seconds."""
_VISIT = {"Cookie": f"{VISIT_COOKIE}={'v' * 43}"}


@asynccontextmanager
async def database(desk: LiveDesk) -> AsyncIterator[Database]:
    """The desk's own, for what only a page of the portal does."""
    db = Database.at(desk.database_url)
    try:
        yield db
    finally:
        await db.close()


# -- on duty ----------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def on_duty(desk: LiveDesk, turns: Mapping[Level, Sequence[str]]) -> AsyncIterator[None]:
    """These take turns at their levels, the first of each now; afterwards nobody is on duty again."""
    since = datetime.now(UTC) - timedelta(days=1)
    said: dict[str, Any] = {"starts_on": since.date(), "every_hours": 24 * 31, "made_at": since}
    async with database(desk) as db:
        for each in sorted({who for people in turns.values() for who in people}):
            person = Agent(id=each, name=each, email=f"{each}@escala.example", levels=tuple(Level))
            await agents.put(db, person)
        for level, people in turns.items():
            await rotas.keep_layer(db, Layer(id=f"rot_{int(level)}", level=level, people=tuple(people), **said))
    yield
    async with database(desk) as db:
        for level in turns:
            await rotas.end_layer(db, f"rot_{int(level)}", at=datetime.now(UTC))


async def pass_the_minutes(desk: LiveDesk, number: str) -> None:
    """The minutes in which the page of this case is to be acknowledged are over."""
    async with database(desk) as db, db.write() as connection:
        its = update(pages).where(pages.c.case_number == number)
        await connection.execute(its.values(next_at=datetime.now(UTC)))


async def letters_of_pages(desk: LiveDesk, person: str) -> list[EmailMessage]:
    """The messages by which this person was called, once there is one. What is sent again is the same file."""
    async with asyncio.timeout(30):
        while True:
            files = (desk.folder / "state" / "mail").glob("*page.pgm_*.eml")
            letters = [message_from_bytes(each.read_bytes(), policy=default) for each in files]
            if found := [each for each in letters if str(each["To"]) == f"{person}@escala.example"]:
                return found
            await asyncio.sleep(0.1)


async def acknowledge(desk: LiveDesk, letter: EmailMessage) -> None:
    """Take it as an impatient hand does: the page at the address, then its one button, twice."""
    body = letter.get_body(("plain",))
    assert body
    link = re.search(r"/guardia/aviso/\S+", body.get_content())
    assert link
    async with httpx.AsyncClient(base_url=desk.url.removesuffix("/api/v1"), headers=_VISIT) as http:
        stamp = re.search(r'name="stamp" value="([^"]+)"', (await http.get(link[0])).text)
        assert stamp
        for _ in range(2):
            assert (await http.post(link[0], data={"stamp": stamp[1]})).is_success


async def steps_told(desk: LiveDesk, number: str, most: int) -> list[tuple[str, str]]:
    """What the case's timeline says of its page, once that is so much."""
    async with asyncio.timeout(30):
        while True:
            told = [each["data"] for each in await desk.timeline(number) if each["kind"] == "duty_paged"]
            if len(told) >= most:
                return [(each["step"], each["person_id"]) for each in told]
            await asyncio.sleep(0.1)


# -- a calendar -------------------------------------------------------------------------------------------------------


async def new_calendar(desk: LiveDesk, person: str) -> str:
    """The secret address of somebody's own turns."""
    at, secret = datetime.now(UTC), secrets.token_urlsafe(32)
    async with database(desk) as db:
        new = NewAccount(id=f"acc-{person}", email=f"{person}@escala.example", name=person)
        account = await accounts.create(db, new, at=at)
        feed = Feed(id=f"cal_{person}", account_id=account.id, subject_id=person, kind=FeedKind.MINE, made_at=at)
        assert await feeds.keep(db, feed, secret)
    return f"{desk.url.removesuffix('/api/v1')}/calendario/{secret}.ics"


async def read_calendar(address: str) -> str:
    """As a calendar program reads it."""
    async with httpx.AsyncClient() as http:
        answer = await http.get(address)
    assert answer.is_success
    assert "BEGIN:VEVENT" in answer.text
    return answer.text


# -- a chat -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Chat:
    """A chat of a customer and an agent who both insist, and what somebody heard who followed it."""

    number: str
    said: dict[Role, list[str]] = field(default_factory=lambda: {Role.CONTACT: [], Role.AGENT: []})
    heard: list[dict[str, Any]] = field(default_factory=list)
    is_over: asyncio.Event = field(default_factory=asyncio.Event)

    async def check(self, desk: LiveDesk) -> None:
        """Each line is there once and in its speaker's order, and whoever followed it heard the same."""
        told = [each for each in await desk.timeline(self.number) if each["kind"] in ("chat_said", "chat_ended")]
        for role, bodies in self.said.items():
            assert [each["data"].get("body") for each in told if each["actor"]["role"] == role][: len(bodies)] == bodies
        assert [each["kind"] for each in told] == ["chat_said"] * sum(map(len, self.said.values())) + ["chat_ended"]
        assert [each["seq"] for each in self.heard] == sorted({each["seq"] for each in self.heard})
        lines = [each["seq"] for each in self.heard if each["kind"] == "chat_said"]
        assert lines == [each["seq"] for each in told[:-1]]


@asynccontextmanager
async def chatting(desk: LiveDesk) -> AsyncIterator[Chat]:
    """A chat in which both sides write on and on; it is ended afterwards."""
    new = {
        "solution_id": desk.ids["solution"],
        "title": "El mapa no carga",
        "description": "Buenos días: el mapa está en blanco.",
        "prior_analysis": "Probamos otra red.",
        "proposed_priority": 4,
    }
    number = (await desk.post(Role.CONTACT, "/chats", new))["number"]
    await desk.post(Role.AGENT, f"/cases/{number}/chat/claim")
    chat = Chat(number=number)
    follows = asyncio.create_task(_follow(desk, chat))
    speak = asyncio.gather(*(_speak(desk, chat, role) for role in chat.said))
    yield chat
    chat.is_over.set()
    await speak
    await desk.post(Role.AGENT, f"/cases/{number}/chat/end", {"outcome": "solved", "summary": "Ya carga."})
    async with asyncio.timeout(30):
        await follows


async def _speak(desk: LiveDesk, chat: Chat, role: Role) -> None:
    async with desk.client(role) as http:
        while not chat.is_over.is_set():
            n = len(chat.said[role])
            line = {"body": f"{role}: línea {n}"}
            await insist(http, f"/cases/{chat.number}/chat/lines", line, key=f"{chat.number}-{role}-{n}")
            chat.said[role].append(line["body"])
            with suppress(TimeoutError):
                await asyncio.wait_for(chat.is_over.wait(), _WRITES_EVERY)


async def _follow(desk: LiveDesk, chat: Chat) -> None:
    """Hear the chat to its end, as the customer's browser: what breaks off is taken up after the last that came."""
    while not any(each["kind"] == "chat_ended" for each in chat.heard):
        after = {"Last-Event-ID": str(chat.heard[-1]["seq"] if chat.heard else 0)}
        with suppress(httpx.TransportError):
            async with (
                desk.client(Role.CONTACT) as http,
                http.stream("GET", f"/cases/{chat.number}/stream", headers=after) as stream,
            ):
                async for line in stream.aiter_lines():
                    if line.startswith("data:"):
                        chat.heard.append(json.loads(line.removeprefix("data:")))
                        if chat.heard[-1]["kind"] == "chat_ended":
                            return
        await asyncio.sleep(0.05)
