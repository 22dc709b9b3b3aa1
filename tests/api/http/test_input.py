"""What is not accepted: unknown fields, too much, control characters, absurd dates; each told in Spanish."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from api.http.limits import LARGEST_BODY
from tests.api.office import BASE, NEW_CASE, PREMIUM, STANDARD, Office


async def errors(office: Office, body: Any, path: str = "/cases", who: str = "contact") -> dict[str, str]:
    """path -> message of what is wrong."""
    answer = await office.post(path, body, who)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:escala:invalid-input"), answer.text
    return {error["path"]: error["message"] for error in answer.json()["errors"]}


async def test_an_unknown_field_is_refused_by_name(office: Office) -> None:
    assert await errors(office, NEW_CASE | {"urgent": True}) == {"urgent": "Este campo no se conoce aquí."}


async def test_an_unknown_field_of_a_command_that_takes_nothing_is_refused(office: Office) -> None:
    number = await office.open()
    assert "now" in await errors(office, {"now": True}, f"/cases/{number}/claim", "agent")
    assert (await office.post(f"/cases/{number}/claim", {})).status_code == 200


async def test_a_name_that_a_query_does_not_have_is_refused_by_every_operation(office: Office) -> None:
    """A filter that is misspelt would be no filter at all. Probes and scrapers alone may add what they like."""
    taken = set()
    for path, operations in office.app.openapi()["paths"].items():
        for method in operations:
            address = re.sub(r"{\w+}", "x", path) + "?desconocido=1"
            answer = await office.client.request(method, address, headers=office.headers("admin"), json={})
            body = answer.json() if answer.status_code == 422 else {}
            if not any(each["path"] == "query.desconocido" for each in body.get("errors", ())):
                taken.add(path.removeprefix(BASE))
    assert taken == {"/health/live", "/health/ready", "/metrics"}


async def test_every_body_refuses_what_it_does_not_know(office: Office) -> None:
    """Also within: no object of any body takes other names than its own."""
    document = office.app.openapi()
    schemas = document["components"]["schemas"]
    bodies = [
        each["content"]["application/json"]["schema"]
        for operations in document["paths"].values()
        for operation in operations.values()
        if "application/json" in (each := operation.get("requestBody", {"content": {}}))["content"]
    ]
    seen: set[str] = set()
    waiting, open_ones = list(bodies), []
    while waiting:
        schema = waiting.pop()
        if isinstance(schema, list):
            waiting += schema
        elif isinstance(schema, dict):
            name = str(schema.get("$ref", "")).rpartition("/")[2]
            if name and name not in seen:
                seen.add(name)
                waiting.append(schemas[name])
            if "properties" in schema and schema.get("additionalProperties") is not False:
                open_ones.append(schema.get("title"))
            waiting += [value for key, value in schema.items() if key not in ("example", "examples", "default")]
    assert len(seen) > 30
    assert open_ones == []


async def test_everything_that_is_missing_is_named_at_once(office: Office) -> None:
    told = await errors(office, {"title": "x"})
    assert set(told) == {"contact_id", "solution_id", "category", "description", "proposed_priority"}
    assert set(told.values()) == {"Falta este dato."}


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("title", "x" * 201, "como máximo 200"),
        ("description", "x" * 20_001, "como máximo 20000"),
        ("title", "dos\nlíneas", "una sola línea"),
        ("title", "con\x00nulo", "caracteres de control"),
        ("description", "campana\x07", "caracteres de control"),
        ("description", "c1\x85", "caracteres de control"),
        ("description", "al rev\u202eés", "caracteres de control"),
        ("description", 7, "Debe ser un texto"),
        ("proposed_priority", 0, "al menos 1"),
        ("proposed_priority", 5, "como máximo 4"),
        ("proposed_priority", "1", "número entero"),
        ("proposed_priority", True, "número entero"),
        ("proposed_priority", 1.0, "número entero"),
        ("category", "party", "'incident'"),
        ("channel", "fax", " o 'phone'"),
        ("contact_id", "a b", "forma esperada"),
        ("contact_id", "a\x00", "forma esperada"),
        ("serial_number", "<script>", "forma esperada"),
    ],
)
async def test_a_field_is_refused_with_what_it_should_be(office: Office, field: str, value: Any, message: str) -> None:
    told = await errors(office, NEW_CASE | {field: value})
    assert list(told) == [field]
    assert message in told[field]


@pytest.mark.parametrize(("name", "value"), [("description", "\ud800"), ("\udfff", 1)])
async def test_half_a_character_is_refused_in_values_and_in_names(office: Office, name: str, value: Any) -> None:
    headers = office.headers("contact", **{"Idempotency-Key": "k", "Content-Type": "application/json"})
    body = json.dumps(NEW_CASE | {name: value})
    answer = await office.client.post(f"{BASE}/cases", content=body, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:escala:invalid-input")


async def test_a_thousand_mistakes_are_not_all_told(office: Office) -> None:
    assert len(await errors(office, NEW_CASE | {f"field-{place}": 1 for place in range(1000)})) == 50


async def test_what_was_given_is_never_repeated(office: Office) -> None:
    answer = await office.post("/cases", NEW_CASE | {"contact_id": "cédula 52.123.456"}, "contact")
    assert "52.123" not in answer.text


async def test_texts_are_normalised_and_stripped(office: Office) -> None:
    number = await office.open(title="  Avería  ", description="uno\r\ndos\t\n")
    [opened] = await office.timeline(number)
    assert (opened["data"]["title"], opened["data"]["description"]) == ("Avería", "uno\ndos")


@pytest.mark.parametrize(
    "day", ["2026-02-30", "1999-12-31", "2101-01-01", "26-01-01", 20260101, "2026-01-01T00:00:00Z"]
)
async def test_a_day_is_a_day(office: Office, day: Any) -> None:
    body = {"plan": "premium", "starts_on": day, "ends_on": "2030-01-01"}
    assert list(await errors(office, body, f"/customers/{STANDARD}/contracts", "admin")) == ["starts_on"]


async def test_a_description_of_two_megabytes_is_refused_before_it_is_read(office: Office) -> None:
    answer = await office.post("/cases", NEW_CASE | {"description": "x" * 2_000_000}, "contact")
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:escala:request-too-large")
    assert "256 KiB" in answer.json()["detail"]


async def test_a_large_body_in_pieces_is_refused_too(office: Office) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(LARGEST_BODY // 1000 + 2):
            yield b"x" * 1000

    headers = office.headers("contact", **{"Idempotency-Key": "k"})
    answer = await office.client.post(f"{BASE}/cases", content=pieces(), headers=headers)
    assert answer.status_code == 413


@pytest.mark.parametrize("content", [b"{", b"[" * 100_000, b"\xff\xfe", b'"text"', b"[]", b"null"])
async def test_what_is_no_json_object_is_refused(office: Office, content: bytes) -> None:
    headers = office.headers("contact", **{"Idempotency-Key": "k", "Content-Type": "application/json"})
    answer = await office.client.post(f"{BASE}/cases", content=content, headers=headers)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("key", ["", "x" * 201, "two words", "tab\t"])
async def test_a_key_is_short_and_plain(office: Office, key: str) -> None:
    headers = office.headers("contact") | {"Idempotency-Key": key}
    answer = await office.client.post(f"{BASE}/cases", json=NEW_CASE, headers=headers)
    assert answer.status_code == 422


async def test_an_unknown_address_and_method_are_problems_too(office: Office) -> None:
    unknown = await office.get("/tickets")
    wrong = await office.client.delete(f"{BASE}/cases", headers=office.headers("agent"))
    assert (unknown.status_code, unknown.json()["type"]) == (404, "urn:escala:not-found")
    assert (wrong.status_code, wrong.json()["type"]) == (405, "urn:escala:method-not-allowed")
    assert "allow" in wrong.headers


async def test_a_failure_of_ours_is_a_problem_without_its_details(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object, **__: object) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr("storage.case.views.case", fails)
    answer = await office.get("/cases/MA-2026-000001")
    assert (answer.status_code, answer.json()["type"]) == (500, "urn:escala:internal-error")
    assert "secret" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.rule("REQ-5")
@pytest.mark.parametrize(
    "unseen", ["\u200b", "\ufeff", "\u2060 \u00ad", "\u3164", "\u115f\u1160", "\uffa0", "\u2800", "\ufe0f"]
)
async def test_a_text_that_nobody_can_see_is_empty(office: Office, unseen: str) -> None:
    answer = await office.post("/cases", NEW_CASE | {"prior_analysis": unseen}, "contact")
    assert (answer.status_code, answer.json()["rule"]) == (422, "REQ-5")


async def test_signs_that_show_nothing_stay_within_a_text_that_can_be_seen(office: Office) -> None:
    """A family of joined emoji, and a letter of an alphabet that joins."""
    number = await office.open(title="👩\u200d👧 می\u200cخواهم")
    assert (await office.get(f"/cases/{number}")).json()["title"] == "👩\u200d👧 می\u200cخواهم"


@pytest.mark.rule("REQ-3")
async def test_nor_is_a_reference_that_nobody_can_see_a_written_notice(office: Office) -> None:
    answer = await office.post(f"/customers/{STANDARD}/contacts", CONTACT | {"notice_reference": "\u200b"}, "admin")
    assert (answer.status_code, answer.json()["rule"]) == (422, "REQ-3")


class TestTheRegistry:
    async def test_a_customer_with_its_contract_solution_and_roster_can_open_a_case(self, office: Office) -> None:
        customer = (await office.post("/customers", {"name": "Aguas", "tax_id": "900.123.456-8"}, "commercial")).json()
        assert customer["tax_id"] == "900123456-8"
        home = f"/customers/{customer['id']}"
        contract = {"plan": "premium", "starts_on": "2026-01-01", "ends_on": "2026-12-31", "paid": True}
        assert (await office.post(f"{home}/contracts", contract, "commercial")).status_code == 201
        solution = (await office.post(f"{home}/solutions", {"name": "Mapas", "kind": "cloud"}, "commercial")).json()
        roster = (await office.put(f"{home}/contacts", {"contacts": [CONTACT]}, "commercial")).json()
        contact = roster["items"][0]
        assert contact["active"]
        opened = await office.post(
            "/cases", NEW_CASE | {"contact_id": contact["id"], "solution_id": solution["id"], "channel": "chat"}
        )
        assert (opened.status_code, opened.json()["plan"]) == (201, "premium")

    async def test_a_contract_is_renewed_and_paid(self, office: Office) -> None:
        path = f"/contracts/contract-{STANDARD}"
        renewed = (await office.post(f"{path}/renewals", {"ends_on": "2028-12-31"}, "commercial")).json()
        payment = {"paid_on": "2026-11-20", "reference": "FV-1"}
        paid = (await office.post(f"{path}/payments", payment, "commercial")).json()
        assert (renewed["ends_on"], renewed["paid"], paid["paid"]) == ("2028-12-31", False, True)

    @pytest.mark.rule("REQ-2")
    async def test_a_roster_needs_an_administrator(self, office: Office) -> None:
        roster = {"contacts": [CONTACT | {"is_system_administrator": False}]}
        answer = await office.put(f"/customers/{STANDARD}/contacts", roster)
        assert (answer.status_code, answer.json()["rule"]) == (422, "REQ-2")

    @pytest.mark.rule("REQ-3")
    async def test_a_roster_needs_written_notices(self, office: Office) -> None:
        roster = {"contacts": [{name: CONTACT[name] for name in ("name", "email", "is_system_administrator")}]}
        answer = await office.put(f"/customers/{STANDARD}/contacts", roster)
        assert (answer.status_code, answer.json()["rule"]) == (422, "REQ-3")

    @pytest.mark.rule("REQ-6")
    async def test_a_roster_has_as_many_sign_ins_as_the_plan(self, office: Office) -> None:
        roster = [CONTACT | {"email": f"{place}@cliente.example"} for place in range(3)]
        answer = await office.put(f"/customers/{STANDARD}/contacts", roster)
        assert (answer.status_code, answer.json()["rule"]) == (422, "REQ-6")
        assert "2" in answer.json()["detail"]

    async def test_a_nit_is_taken_once(self, office: Office) -> None:
        body = {"name": "Aguas", "tax_id": "900123456-8"}
        await office.post("/customers", body, "commercial")
        again = await office.post("/customers", body, "commercial")
        assert (again.status_code, again.json()["type"]) == (422, "urn:escala:tax-id-taken")

    @pytest.mark.parametrize(
        "path", ["/customers", f"/customers/{STANDARD}/solutions", f"/customers/{STANDARD}/contracts"]
    )
    @pytest.mark.parametrize("who", ["contact", "agent", "director"])
    async def test_is_kept_by_registrars_alone(self, office: Office, path: str, who: str) -> None:
        body = {"name": "Aguas", "tax_id": "900123456-8"}
        if path.endswith("solutions"):
            body = {"name": "Mapas", "kind": "cloud"}
        if path.endswith("contracts"):
            body = {"plan": "premium", "starts_on": "2029-01-01", "ends_on": "2029-12-31"}
        assert (await office.post(path, body, who)).status_code == 403

    async def test_a_contact_reads_its_own_customer_alone(self, office: Office) -> None:
        assert [each["id"] for each in (await office.get("/customers", "contact")).json()["items"]] == [STANDARD]
        for what in ("", "/contracts", "/solutions", "/contacts"):
            assert (await office.get(f"/customers/{STANDARD}{what}", "contact")).status_code == 200
            assert (await office.get(f"/customers/{PREMIUM}{what}", "contact")).status_code == 404

    async def test_one_nit_is_one_customer_and_its_check_digit_is_dians(self, office: Office) -> None:
        async def registered(tax_id: str) -> str:
            answer = await office.post("/customers", {"name": "Aguas", "tax_id": tax_id}, "commercial")
            return str(answer.json().get("type", answer.status_code))

        wrong = await office.post("/customers", {"name": "Aguas", "tax_id": "900123456-7"}, "commercial")
        assert (wrong.status_code, wrong.json()["type"]) == (422, "urn:escala:check-digit-wrong")
        assert "es 8, no 7" in wrong.json()["detail"]
        assert await registered("900123456-8") == "201"
        for other in ("900123456", "900.123.456", "0900123456", "00900123456-8"):
            assert await registered(other) == "urn:escala:tax-id-taken"

    @pytest.mark.rule("WAR-1")
    async def test_an_acceptance_certificate_is_not_of_the_future(self, office: Office) -> None:
        solution = {"name": "Mapas", "kind": "cloud", "accepted_on": "2026-11-26", "acceptance_reference": "A 1"}
        path = f"/customers/{STANDARD}/solutions"
        answer = await office.post(path, solution, "admin")
        assert (answer.status_code, answer.json()["type"], answer.json()["rule"]) == (
            422, "urn:escala:acceptance-in-future", "WAR-1"
        )  # fmt: skip
        assert (await office.post(path, solution | {"accepted_on": "2026-11-25"}, "admin")).status_code == 201

    async def test_agents_are_kept_by_administrators(self, office: Office) -> None:
        agent = {"id": "luis", "name": "Luis", "email": "luis@escala.example", "levels": [2, 1]}
        assert (await office.post("/agents", agent, "director")).status_code == 403
        assert (await office.post("/agents", agent, "admin")).json()["levels"] == [1, 2]
        assert [each["id"] for each in (await office.get("/agents")).json()["items"]] == ["ana", "dora", "eva", "luis"]
        assert (await office.get("/agents", "contact")).status_code == 403


CONTACT = {
    "name": "Luz",
    "email": "luz@aguas.example",
    "is_system_administrator": True,
    "notice_reference": "Carta 3",
    "notified_on": "2026-11-02",
    "can_sign_in": True,
}
