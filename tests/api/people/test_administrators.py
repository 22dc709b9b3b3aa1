"""A customer keeps an administrator who is active today, whichever way its roster is changed (REQ-2, REQ-3)."""

from __future__ import annotations

from typing import Any

import pytest

from storage.people import contacts
from tests.api.office import STANDARD, Office
from tests.portal.people import visitor

pytestmark = [pytest.mark.rule("REQ-2"), pytest.mark.rule("REQ-3")]

ANA: dict[str, Any] = {
    "name": "Ana",
    "email": "ana@cliente.example",
    "is_system_administrator": True,
    "notice_reference": "Carta 17",
    "notified_on": "2026-11-02",
    "can_sign_in": True,
}
LATER = {"notified_on": "2026-12-01"}
LUZ = ANA | {"name": "Luz", "email": "luz@cliente.example"}
PATH = f"/customers/{STANDARD}/contacts"


async def roster(office: Office) -> list[tuple[str, str, bool]]:
    found = await contacts.roster(office.db, STANDARD)
    return [(each.name, str(each.notified_on), each.is_system_administrator) for each in found]


@pytest.mark.parametrize(
    "changed",
    [[LUZ | LATER], [ANA | LATER], [ANA | {"is_system_administrator": False}, LUZ | LATER]],
    ids=["another from tomorrow", "herself from tomorrow", "administrator no more"],
)
async def test_a_roster_that_leaves_none_today_is_refused(office: Office, changed: list[dict[str, Any]]) -> None:
    answer = await office.put(PATH, changed)
    told = answer.json()
    assert (answer.status_code, told["type"]) == (422, "urn:escala:active-administrator-missing")
    assert told["rule"] == "REQ-3"
    assert await roster(office) == [("Ana", "2026-11-02", True)]


@pytest.mark.parametrize("changes", [LATER, {"is_system_administrator": False}], ids=["put off", "no administrator"])
async def test_nor_is_the_only_one_changed_so(office: Office, changes: dict[str, Any]) -> None:
    """Beside one who begins later."""
    assert (await office.post(PATH, LUZ | LATER, "commercial")).status_code == 201
    answer = await office.post(PATH, ANA | changes, "commercial")
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:escala:active-administrator-missing")
    assert ("Ana", "2026-11-02", True) in await roster(office)


async def test_once_the_other_is_active_she_may_be_replaced(office: Office) -> None:
    await office.post(PATH, LUZ | LATER, "commercial")
    office.clock.passes(days=7)
    assert (await office.put(PATH, [LUZ | LATER])).status_code == 200


async def test_a_first_roster_may_begin_later(office: Office) -> None:
    customer = (await office.post("/customers", {"name": "Rutas", "tax_id": "900555111"}, "admin")).json()
    for _ in ("the first", "and the same again"):
        assert (await office.put(f"/customers/{customer['id']}/contacts", [LUZ | LATER])).status_code == 200


async def test_the_page_says_so_beside_what_was_typed(office: Office) -> None:
    async with visitor(office, "commercial") as carla:
        page = (await carla.get(f"/contactos?cliente={STANDARD}")).text
        tag = page.split('name="tag" value="')[1].split('"')[0]
        rows: dict[str, Any] = {
            "name": ["Luz"],
            "email": [LUZ["email"]],
            "notice_reference": ["Carta 18"],
            "notified_on": ["2026-12-01"],
            "administrator": ["0"],
            "signs_in": ["0"],
        }
        answer = await carla.post(f"/contactos/lista?cliente={STANDARD}", tag=tag, **rows)
    assert answer.status_code == 422
    assert "sin un administrador activo" in answer.text
