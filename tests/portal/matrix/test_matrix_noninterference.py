"""What happens at another customer's leaves no trace: the same questions get the same answers, counts and all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient

from portal.frame.session import SESSION_COOKIE
from tests.portal.matrix.asking import Answer, ask
from tests.portal.matrix.bodies import request
from tests.portal.matrix.cells import Cell, cells
from tests.portal.matrix.desks import copied
from tests.portal.matrix.routes import routes
from tests.portal.matrix.verdict import plain
from tests.portal.matrix.world import World, plainly
from tests.portal.matrix.world_cases import fill_cases
from tests.support.thoroughness import IS_LONG


def looks(world: World, who: str) -> list[Cell]:
    """All that a contact can look at, searches with the words of both customers among it."""
    return [
        cell
        for route in routes()
        if route.method == "GET" and "metrics" not in route.path and "static" not in route.path
        for cell in cells(route, world.ids)
        if cell.who == who and cell.may and (cell.kind == "own" or "word" in cell.kind or "secret" in cell.kind)
    ]


async def answers(world: World, asked: list[Cell]) -> dict[str, tuple[Cell, Answer]]:
    found = {}
    for cell in asked:
        headers, body = request(world, cell.route, cell.who, cell.choice)
        found[str(cell)] = (cell, await ask(world.office.app, cell.route.method, cell.address, headers, body))
    return found


async def open_their_cases(world: World, who: str) -> None:
    """What somebody has seen is told on their list, and is noted once a page has gone out: none waits for it below."""
    transport, cookies = ASGITransport(app=world.office.app), {SESSION_COOKIE: world.sessions[who]}
    async with AsyncClient(transport=transport, base_url="https://escala.test", cookies=cookies) as them:
        for number in set(re.findall(r"/casos/(MA-\d+-\d+)", (await them.get("/casos")).text)):
            await them.get(f"/casos/{number}")


@pytest.mark.parametrize("who", ["contact_a", "admin_a"])
async def test_what_another_customer_does_is_seen_nowhere(filled: World, tmp_path: Path, who: str) -> None:
    async with copied(filled, tmp_path) as world:
        asked = looks(world, who)
        await open_their_cases(world, who)
        before = await answers(world, asked)
        await fill_cases(world, "b", plainly)
        after = await answers(world, asked)
    differ = [name for name, (cell, answer) in after.items() if plain(cell, answer) != plain(*before[name])]
    assert len(asked) > (100 if IS_LONG or who == "contact_a" else 50)  # a short run has one contact search
    assert differ == []
