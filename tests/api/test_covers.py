"""Contracts over HTTP: what is paid counts, what is registered stands, and each change reaches its workflow."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from escala.policy.cover import CoverRef
from escala.policy.terms import CoverKind
from escala.storage import cover_changes
from tests.api.office import PREMIUM, STANDARD, Office
from tests.support.lives import bogota

CONTRACT = {"plan": "premium", "starts_on": "2028-01-01", "ends_on": "2028-12-31"}


async def registered(office: Office, **changes: Any) -> dict[str, Any]:
    answer = await office.post(f"/customers/{PREMIUM}/contracts", CONTRACT | changes, "commercial")
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def ref(contract: dict[str, Any]) -> CoverRef:
    return CoverRef(kind=CoverKind.CONTRACT, id=contract["id"], customer_id=PREMIUM)


@pytest.mark.rule("WAR-5")
async def test_each_change_reaches_the_covers_workflow(office: Office) -> None:
    contract = await registered(office)
    await office.post(f"/contracts/{contract['id']}/renewals", {"ends_on": "2029-12-31"}, "commercial")
    payment = {"paid_on": "2026-11-25", "reference": "FV-1"}
    await office.post(f"/contracts/{contract['id']}/payments", payment, "commercial")

    assert office.desk.changed == [ref(contract)] * 3
    assert ref(contract) not in await cover_changes.untold(office.db)


@pytest.mark.rule("WAR-5")
async def test_so_does_a_solutions_acceptance(office: Office) -> None:
    body = {"name": "Visor", "kind": "software", "accepted_on": "2026-11-20"}
    solution = (await office.post(f"/customers/{PREMIUM}/solutions", body, "commercial")).json()
    await office.post(f"/customers/{PREMIUM}/solutions", body | {"accepted_on": None}, "commercial")

    assert office.desk.changed == [CoverRef(kind=CoverKind.WARRANTY, id=solution["id"], customer_id=PREMIUM)]


@pytest.mark.rule("WAR-2")
async def test_a_payment_stands_though_the_engine_is_away(office: Office) -> None:
    """It is noted with the payment that the workflow is still to be told; the sweep tells it."""
    contract = await registered(office)
    office.desk.down = True
    payment = {"paid_on": "2026-11-25", "reference": "FV-1"}
    answer = await office.post(f"/contracts/{contract['id']}/payments", payment, "commercial")

    assert (answer.status_code, answer.json()["paid"]) == (200, True)
    assert ref(contract) in await cover_changes.untold(office.db)


@pytest.mark.rule("WAR-2")
async def test_a_renewal_pays_nothing(office: Office) -> None:
    contract = await registered(office, paid=True)
    answer = await office.post(f"/contracts/{contract['id']}/renewals", {"ends_on": "2029-12-31"}, "commercial")
    assert (answer.json()["paid"], answer.json()["paid_through"]) == (False, "2028-12-31")


@pytest.mark.rule("WAR-2")
async def test_nobody_else_registers_a_payment(office: Office) -> None:
    contract = await registered(office)
    payment = {"paid_on": "2026-11-25", "reference": "FV-1"}
    answer = await office.post(f"/contracts/{contract['id']}/payments", payment, "agent")
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:escala:role-not-allowed")


@pytest.mark.rule("PLAN-13")
async def test_managed_support_is_what_the_contract_in_force_says(office: Office) -> None:
    """The add-on shows on the contract and on the cases that are opened under it."""
    office.clock.at = bogota("2028-03-01 09:00")
    contract = await registered(office, paid=True, managed_support=True)
    with_it = await office.open("premium_contact")
    office.clock.at -= timedelta(days=365)
    without = await office.open()

    assert (await office.get(f"/contracts/{contract['id']}", "commercial")).json()["managed_support"]
    assert (await office.get(f"/cases/{with_it}")).json()["managed_support"]
    assert not (await office.get(f"/cases/{without}")).json()["managed_support"]


@pytest.mark.rule("WAR-6")
@pytest.mark.parametrize(("at", "status"), [("2027-12-31 23:59", "new"), ("2028-01-01 00:00", "held")])
async def test_cover_is_what_it_is_when_the_case_is_opened(office: Office, at: str, status: str) -> None:
    office.clock.at = bogota(at)
    number = await office.open(contact_id=f"contact-{STANDARD}")
    assert (await office.get(f"/cases/{number}")).json()["status"] == status


@pytest.mark.rule("WAR-3")
async def test_a_held_case_is_not_worked_on(office: Office) -> None:
    office.clock.at = bogota("2028-01-03 09:00")
    number = await office.open()
    answer = await office.give(number, "claim")
    assert (answer.status_code, answer.json()["rule"]) == (409, "WAR-3")
