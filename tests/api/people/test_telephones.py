"""Contacts' telephones on the roster: kept in one form, left as they are where nothing is said of them."""

from __future__ import annotations

from typing import Any

from tests.api.office import STANDARD, Office

ROSTER = f"/customers/{STANDARD}/contacts"
ANA: dict[str, Any] = {
    "name": "Ana",
    "email": "ana@cliente.example",
    "is_system_administrator": True,
    "notice_reference": "Carta 17",
    "notified_on": "2026-11-02",
    "can_sign_in": True,
}


async def phones(office: Office) -> list[str]:
    return [each["phone"] for each in (await office.get(ROSTER, "admin")).json()["items"]]


async def test_a_telephone_is_kept_in_one_form_until_it_is_taken_away(office: Office) -> None:
    named = await office.post(ROSTER, ANA | {"phone": "(300) 123-4567"}, "admin")
    assert named.json()["phone"] == "+573001234567"
    assert (await office.put(ROSTER, [ANA])).status_code == 200
    assert await phones(office) == ["+573001234567"]
    wrong = await office.post(ROSTER, ANA | {"phone": "ext. 104"}, "admin")
    assert (wrong.status_code, wrong.json()["errors"][0]["path"]) == (422, "phone")
    assert (await office.put(ROSTER, [ANA | {"phone": ""}])).status_code == 200
    assert await phones(office) == [""]


async def test_the_customers_administrator_changes_no_telephone(office: Office) -> None:
    await office.post(ROSTER, ANA | {"phone": "3001234567"}, "admin")
    other = await office.put(ROSTER, [ANA | {"phone": "3009999999"}], "contact")
    assert other.json()["type"] == "urn:escala:written-notice-needed"
    assert (await office.put(ROSTER, [ANA], "contact")).status_code == 200
    assert await phones(office) == ["+573001234567"]
