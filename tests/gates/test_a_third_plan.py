"""A plan that only the policy file knows, over HTTP on the real service, from its contract to the board (PLAN-16)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.api.office import NEW_CASE, Furnished, Office
from tests.gates.conftest import Gate, engine, open_gate
from tests.gates.reading import body, done, letters, newcomer, refused, shown
from tests.portal.people import visitor
from tests.support.lives import text_with_a_third_plan
from workflows import addresses

__all__ = ["engine"]

OCTOBER = "?desde=2027-10-01&hasta=2027-10-31"
FIGURES = (f"/direccion/tablero{OCTOBER}", f"/direccion/tablero.csv{OCTOBER}")

pytestmark = pytest.mark.rule("PLAN-16")


@pytest.fixture
async def gate(engine: WorkflowEnvironment, furnished: Furnished, tmp_path: Path) -> AsyncIterator[Gate]:
    file = tmp_path / "mine.toml"
    file.write_text(text_with_a_third_plan(), "utf-8")
    async with open_gate(engine, furnished, tmp_path, policy_file=file) as gate:
        yield gate


async def test_it_serves_everywhere_without_code(gate: Gate) -> None:
    """Contract, places, opening, its own matrix, letters, Temporal's texts, lists, pages, figures, document."""
    office = gate.office
    customer = await newcomer(office)
    contract = done(await customer.contract("2026-01-01", "2027-12-31", plan="plus", paid=True))
    roster = done(await office.get(f"/customers/{customer.id}/contacts", "admin"))
    assert (contract["plan"], roster["plan"], roster["places"]) == ("plus", "plus", 3)
    refused(await customer.contract("2029-01-01", "2029-12-31", plan="oro"), 422, "unknown-plan", "PLAN-16", "plus")

    case = await customer.case("2027-10-30 09:00", channel="phone")
    number = case["number"]
    assert (case["plan"], case["clocks"]["initial_attention"]["due_at"]) == ("plus", shown("2027-10-30 09:15"))
    assert case["clocks"]["level"]["due_at"] == shown("2027-10-30 09:20"), "its own matrix, on a Saturday"
    ids = {"contact_id": customer.contact_id, "solution_id": customer.solution_id}
    unheld = await office.post("/cases", NEW_CASE | ids | {"channel": "chat"})
    refused(unheld, 422, "channel-not-in-plan", "PLAN-7", "El plan Extendido no incluye el canal chat")
    [letter] = await letters(gate, customer.mailbox, "Recibimos su caso")
    assert "en el plan Extendido." in body(letter)

    moved = await gate.until(number, "2027-10-30T14:20:00+00:00")
    assert moved["level"] == 2
    done(await office.give(number, "transfers", "specialist", reason="Es de la dirección.", level=3))
    described = await gate.env.client.get_workflow_handle(number).describe()
    assert described.typed_search_attributes[addresses.PLAN] == "plus"
    assert "P2 Extendido" in (await described.static_summary() or "")

    asked: dict[str, Any] = {"plan": "plus", "priority": 2, "opened_at": shown("2027-10-30 09:00")}
    assert done(await office.get("/sla/preview", **asked))["level_2_at"] == shown("2027-10-30 09:20")
    refused(await office.get("/sla/preview", **asked | {"plan": "oro"}), 422, "unknown-plan", "PLAN-16", "plus")
    listed = done(await office.get("/cases", "director", plan="plus"))["items"]
    assert [each["number"] for each in listed] == [number]
    await _the_pages_name_it(office, number, customer.id)
    document = done(await office.get("/openapi.json"))
    assert document["components"]["schemas"]["NewContract"]["properties"]["plan"]["enum"][-1] == "plus"


async def _the_pages_name_it(office: Office, number: str, customer_id: str) -> None:
    async with visitor(office, "director") as director:
        for address in (f"/casos/{number}", "/cola?tab=all&plan=plus", *FIGURES, f"/clientes/{customer_id}"):
            shows = await director.get(address)
            assert shows.status_code == 200, address
            assert "Extendido" in shows.text, address
    async with visitor(office, "commercial") as commercial:
        form = await commercial.get(f"/contratos?cliente={customer_id}")
        assert '<option value="plus"' in form.text
