"""Tokens over HTTP and at the page of users: listed without a secret, with their last use, and revoked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from policy.case.case import Role
from storage.signing_in import tokens
from storage.signing_in.tokens import Token
from tests.api.office import BASE, Office
from tests.portal.people import visitor


async def test_they_are_listed_without_their_secrets(office: Office) -> None:
    await office.get("/cases")
    office.clock.passes(hours=1)
    found = await office.get("/tokens", "admin")
    by_id = {each["id"]: each for each in found.json()["items"]}
    assert by_id["token-agent"] == {
        "id": "token-agent",
        "label": "",
        "role": "agent",
        "subject": "ana",
        "customer_id": None,
        "levels": [1],
        "created_at": "2026-11-02T13:00:00Z",
        "expires_at": None,
        "last_used_at": "2026-11-25T14:00:00Z",
        "revoked_at": None,
    }
    assert by_id["token-director"]["last_used_at"] is None
    assert "esc_" not in found.text
    assert (await office.get("/tokens/token-agent", "admin")).json() == by_id["token-agent"]


async def test_the_list_goes_on_by_its_cursor(office: Office) -> None:
    first = (await office.get("/tokens", "admin", limit=4)).json()
    rest = (await office.get("/tokens", "admin", cursor=first["next_cursor"])).json()
    assert len({each["id"] for each in first["items"] + rest["items"]}) == 7
    assert (await office.get("/tokens", "admin", cursor="bm9uZQ")).json()["type"] == "urn:escala:invalid-cursor"


async def test_one_is_revoked_and_stays_so(office: Office) -> None:
    for _ in range(2):
        gone = await office.client.delete(f"{BASE}/tokens/token-agent", headers=office.headers("admin"))
        assert (gone.status_code, gone.content) == (204, b"")
    assert (await office.get("/cases", "agent")).status_code == 401
    assert (await office.get("/tokens/token-agent", "admin")).json()["revoked_at"] == "2026-11-25T14:00:00Z"


@pytest.mark.parametrize("who", ["contact", "agent", "director", "commercial"])
async def test_they_are_the_administrators(office: Office, who: str) -> None:
    assert (await office.get("/tokens", who)).status_code == 403
    gone = await office.client.delete(f"{BASE}/tokens/token-admin", headers=office.headers(who))
    assert gone.status_code == 403
    assert (await office.get("/tokens", "admin")).status_code == 200


async def test_the_page_of_users_shows_them_and_revokes(office: Office) -> None:
    soon = office.clock() + timedelta(days=10)
    person: dict[str, Any] = {"role": Role.AGENT, "subject_id": "ana", "created_at": office.clock(), "expires_at": soon}
    await tokens.create(office.db, Token(id="tok-1", label="consola de Ana", **person), "esc_" + "a" * 40)
    async with visitor(office, "admin") as root:
        page = (await root.get("/usuarios")).text
        assert "consola de Ana" in page
        assert page.count("vence pronto") == 1
        assert (await root.post("/usuarios/tokens/tok-1/fin")).headers["location"] == "/usuarios#tokens"
        assert "consola de Ana" not in (await root.get("/usuarios")).text
        assert (await root.post("/usuarios/tokens/tok-none/fin")).status_code == 404
    async with visitor(office, "commercial") as carla:
        assert "token-agent" not in (await carla.get("/usuarios")).text
