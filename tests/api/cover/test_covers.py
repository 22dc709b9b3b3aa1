"""Contracts over HTTP: what is paid counts, what is registered stands, and each change reaches its workflow."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

import pytest

from policy.cover.cover import CoverRef
from policy.terms.terms import CoverKind
from storage.cover import cover_changes
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
    body = {"name": "Visor", "kind": "software", "accepted_on": "2026-11-20", "acceptance_reference": "Acta 1"}
    solution = (await office.post(f"/customers/{PREMIUM}/solutions", body, "commercial")).json()
    await office.post(f"/customers/{PREMIUM}/solutions", {"name": "Visor", "kind": "software"}, "commercial")

    assert office.desk.changed == [CoverRef(kind=CoverKind.WARRANTY, id=solution["id"], customer_id=PREMIUM)]


CERTIFICATE = {"accepted_on": "2026-11-20", "acceptance_reference": "Acta 7"}


@pytest.mark.rule("WAR-1")
async def test_a_certificate_that_is_registered_later_reaches_its_warranty(office: Office) -> None:
    answer = await office.post(f"/solutions/solution-{STANDARD}/acceptance", CERTIFICATE, "commercial")

    assert (answer.status_code, {name: answer.json()[name] for name in CERTIFICATE}) == (200, CERTIFICATE)
    warranty = CoverRef(kind=CoverKind.WARRANTY, id=f"solution-{STANDARD}", customer_id=STANDARD)
    assert office.desk.changed == [warranty]


@pytest.mark.rule("WAR-1")
async def test_a_solution_has_one_certificate_whole_and_of_the_past(office: Office) -> None:
    path = f"/solutions/solution-{STANDARD}/acceptance"
    ahead = await office.post(path, CERTIFICATE | {"accepted_on": "2026-11-26"}, "commercial")
    half = await office.post(path, CERTIFICATE | {"acceptance_reference": " "}, "commercial")
    first = await office.post(path, CERTIFICATE, "commercial", key="k")
    again = await office.post(path, CERTIFICATE, "commercial", key="k")
    second = await office.post(path, CERTIFICATE, "commercial")

    assert [each.json()["type"].removeprefix("urn:escala:") for each in (ahead, half, second)] == [
        "acceptance-in-future",
        "acceptance-incomplete",
        "acceptance-registered-already",
    ]
    assert {each.json()["rule"] for each in (ahead, half, second)} == {"WAR-1"}
    assert again.json() == first.json()


@pytest.mark.rule("WAR-1")
@pytest.mark.parametrize("missing", CERTIFICATE)
async def test_nor_is_a_solution_registered_with_half_a_certificate(office: Office, missing: str) -> None:
    body = {"name": "Visor", "kind": "software", **{name: CERTIFICATE[name] for name in CERTIFICATE if name != missing}}
    answer = await office.post(f"/customers/{STANDARD}/solutions", body, "commercial")
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:escala:acceptance-incomplete")


async def test_a_certificate_is_for_commercial_to_register(office: Office) -> None:
    path = f"/solutions/solution-{STANDARD}/acceptance"
    assert (await office.post(path, CERTIFICATE, "agent")).status_code == 403
    assert (await office.post("/solutions/nothing/acceptance", CERTIFICATE, "commercial")).status_code == 404


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
async def test_a_payment_is_of_the_past_of_what_is_owed_and_once(office: Office) -> None:
    """Each refusal says what to do; in Bogotá it is still the day before at eleven in the evening."""
    contract = await registered(office)
    office.clock.at = bogota("2026-11-25 23:00")

    async def paid(paid_on: str, reference: str) -> tuple[int, str, str]:
        body = {"paid_on": paid_on, "reference": reference}
        answer = await office.post(f"/contracts/{contract['id']}/payments", body, "commercial")
        told = answer.json()
        return answer.status_code, told.get("type", ""), told.get("detail", "")

    ahead = await paid("2026-11-26", "FV-1")
    first = await paid("2026-11-25", "FV-1")
    owed = await paid("2026-11-25", "FV-2")
    await office.post(f"/contracts/{contract['id']}/renewals", {"ends_on": "2029-12-31"}, "commercial")
    twice = await paid("2026-11-25", "FV-1")

    assert [each[1] for each in (ahead, owed, twice)] == [
        "urn:escala:payment-in-future",
        "urn:escala:nothing-owed",
        "urn:escala:payment-registered-already",
    ]
    assert "Regístrelo cuando se haya hecho" in ahead[2]
    assert first[0] == 200
    assert (await paid("2026-11-25", "FV-2"))[0] == 200


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


class TestAnEarlyEnd:
    """PLAN-17, where a person can reach it."""

    pytestmark = pytest.mark.rule("PLAN-17")
    ID = f"contract-{PREMIUM}"
    CONTRACTS, END = f"/customers/{PREMIUM}/contracts", f"/contracts/contract-{PREMIUM}/end"
    NEW: ClassVar[dict[str, Any]] = {
        "plan": "standard",
        "paid": True,
        "replaces": ID,
        "starts_on": "2026-12-01",
        "ends_on": "2027-12-31",
    }

    async def test_a_replacement_serves_new_cases_and_open_ones_keep_theirs(self, office: Office) -> None:
        """From today on: the same contact's next case has the other plan, and the list says who replaced whom."""
        before = await office.open("premium_contact")
        wanted = self.NEW | {"starts_on": "2026-11-25", "ends_on": "2027-12-31", "reason": "Cambia de plan."}
        kept = await office.post(self.CONTRACTS, wanted, "commercial", key="k1")
        again = await office.post(self.CONTRACTS, wanted, "commercial", key="k1")
        after = await office.open("premium_contact")

        assert (kept.status_code, again.json()) == (201, kept.json())
        plans = [(await office.get(f"/cases/{number}")).json()["plan"] for number in (before, after)]
        assert plans == ["premium", "standard"]
        old, new = (await office.get(f"/customers/{PREMIUM}/contracts", "premium_contact")).json()["items"]
        assert (old["ends_on"], new["starts_on"], new["ends_on"]) == ("2026-11-24", "2026-11-25", "2027-12-31")
        assert old["ended_early"] | {"at": ""} == {
            "from_on": "2026-11-25",
            "from_ends_on": "2027-12-31",
            "reason": "Cambia de plan.",
            "at": "",
            "replaced_by": new["id"],
        }
        assert [each.id for each in office.desk.changed] == [self.ID, new["id"]]

    async def test_ends_cover_from_its_day_on(self, office: Office) -> None:
        """The contract's own answer says so, and the case that comes then is held."""
        answer = await office.post(
            f"/contracts/{self.ID}/end", {"ends_on": "2026-12-09", "reason": "Cierra."}, "commercial"
        )
        assert (answer.status_code, answer.json()["ends_on"]) == (200, "2026-12-09")
        office.clock.at = bogota("2026-12-10 00:00")
        number = await office.open("premium_contact")
        assert (await office.get(f"/cases/{number}")).json()["status"] == "held"
        read = (await office.get(f"/contracts/{self.ID}", "premium_contact")).json()
        assert read["ended_early"]["reason"] == "Cierra."

    @pytest.mark.parametrize(
        ("path", "body", "name"),
        [
            (END, {"ends_on": "2026-11-23", "reason": "x"}, "end-in-past"),
            (END, {"ends_on": "2027-12-31", "reason": "x"}, "end-outside-term"),
            (END, {"ends_on": "2026-11-30", "reason": " "}, "reason-missing"),
            (END, {"ends_on": "2026-11-30"}, "invalid-input"),
            (CONTRACTS, NEW, "reason-missing"),
            (CONTRACTS, NEW | {"reason": "x", "replaces": None}, "reason-without-replacement"),
            (CONTRACTS, NEW | {"reason": "x", "plan": "oro"}, "unknown-plan"),
            (CONTRACTS, NEW | {"reason": "x", "starts_on": "2026-11-24"}, "end-in-past"),
            (CONTRACTS, NEW | {"reason": "x", "calendar": "9x9"}, "unknown-calendar"),
            (CONTRACTS, NEW | {"reason": "x", "ends_on": "2026-11-30"}, "term-ends-before-it-starts"),
        ],
    )
    async def test_is_refused_by_its_rule_and_leaves_all_as_it_was(
        self, office: Office, path: str, body: dict[str, Any], name: str
    ) -> None:
        answer = await office.post(path, body, "commercial")
        assert (answer.status_code, answer.json()["type"]) == (422, f"urn:escala:{name}")
        [contract] = (await office.get(f"/customers/{PREMIUM}/contracts")).json()["items"]
        assert (contract["ends_on"], contract["ended_early"]) == ("2027-12-31", None)

    async def test_replaces_no_contract_of_another_customer(self, office: Office) -> None:
        """Nor one that nobody has."""
        for unknown in (f"contract-{STANDARD}", "con_nadie"):
            answer = await office.post(self.CONTRACTS, self.NEW | {"replaces": unknown, "reason": "x"}, "commercial")
            assert (answer.status_code, answer.json()["type"]) == (404, "urn:escala:not-found")

    async def test_is_said_once(self, office: Office) -> None:
        end = {"ends_on": "2026-12-09", "reason": "Cierra."}
        await office.post(f"/contracts/{self.ID}/end", end, "commercial")
        twice = await office.post(f"/contracts/{self.ID}/end", end, "commercial")
        renewed = await office.post(f"/contracts/{self.ID}/renewals", {"ends_on": "2028-12-31"}, "commercial")
        assert [each.json()["type"] for each in (twice, renewed)] == ["urn:escala:contract-ended"] * 2
