"""Who is signed in half, or not any more, is shown the door of every page, and is told nothing of what is behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from policy.case.case import Role
from storage.signing_in import accounts, sessions
from storage.signing_in.sessions import Session
from tests.portal.matrix.asking import ask
from tests.portal.matrix.bodies import request
from tests.portal.matrix.cells import cells
from tests.portal.matrix.desks import copied, everything
from tests.portal.matrix.routes import API, Route, routes
from tests.portal.matrix.who_may import NOBODY, WHO_MAY
from tests.portal.matrix.world import INTERNAL, WORDS, World

CLOSED = [each for each in routes() if NOBODY not in WHO_MAY.get(each.name, ())]
PAGES = [each for each in CLOSED if not each.is_of_the_api]
WHO = {"awaits_code": "agent", "signed_out": "agent", "left_roster": "contact_a"}
"""Each outsider, and whose place it has, or had."""


@pytest.fixture(scope="module")
async def outside(filled: World, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """The filled desk, with a session that waits for its code, one that was ended, and a contact who is none now."""
    async with copied(filled, tmp_path_factory.mktemp("outside")) as world:
        for who in ("awaits_code", "signed_out"):
            world.sessions[who] = await _session(world, who)
        world.sessions["left_roster"] = world.sessions["contact_a"]
        world.office.secrets["left_roster"] = world.office.secrets["contact_a"]
        await world.office.take_contact_off_roster("cli-a")
        yield world


async def _session(world: World, who: str) -> str:
    office, at = world.office, world.office.clock()
    account = await accounts.by_mailbox(office.db, "ana@escala.example")
    assert account
    half = who == "awaits_code"
    secret = who.ljust(40, "s")
    session = Session(
        id=f"ses-{who}",
        account_id=account.id,
        role=None if half else Role.AGENT,
        subject_id=None if half else "ana",
        customer_id=None,
        awaits_code=half,
        created_at=at,
        seen_at=at,
        expires_at=at + timedelta(hours=1),
        ended_at=None,
        browser="test",
        address="127.0.0.1",
    )
    await sessions.begin(office.db, session, secret)
    if not half:
        assert await sessions.end(office.db, session.id, account_id=account.id, at=at)
    return secret


@pytest.mark.parametrize("route", PAGES, ids=lambda route: route.name)
async def test_a_page_is_closed_to_who_is_half_in_or_out_again(outside: World, route: Route) -> None:
    wrong, before = [], everything(outside)
    for who, like in WHO.items():
        seen = set()
        for cell in cells(route, outside.ids):
            if cell.who != like or cell.kind != "own" or cell.choice in seen:
                continue
            seen.add(cell.choice)
            headers, body = request(outside, route, who, cell.choice)
            answer = await ask(outside.office.app, route.method, cell.address, headers, body)
            door = answer.status == 303 and answer.header("location").startswith("/ingreso")
            if not door and answer.status not in (403, 404):
                wrong.append(f"{who} {cell.address}: {answer.status}")
            wrong += [f"{who} {cell.address} tells {w}" for w in (*WORDS.values(), INTERNAL) if w in answer.whole]
    assert wrong == []
    after = everything(outside)
    ended = {"sessions", "audit"}  # a session of somebody who is nobody now ends when it is used, and that is kept
    assert [name for name in after if after[name] != before[name] and name not in ended] == []


@pytest.mark.parametrize("path", ["/cases", "/files", "/provider-incidents", "/sla/preview"])
async def test_the_api_is_closed_to_a_contact_who_is_none_now(outside: World, path: str) -> None:
    answer = await ask(outside.office.app, "GET", API + path, outside.token("left_roster"))
    assert answer.status in (401, 405)
