"""A Standard customer's case from a warranty that ends to a renewal that is paid, over HTTP on the real service."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from policy.case.case import Role
from policy.cover.cover import warranty_ends_on
from storage.signing_in import tokens
from storage.signing_in.tokens import Token
from tests.gates.conftest import Gate
from tests.gates.reading import done, facts, letters, newcomer
from tests.support.lives import bogota

DAY = timedelta(days=1)
TOLD = ["case_opened", "case_held", "case_released", "case_claimed", "case_resolved", "case_closed"]


def at_clock(on: date, clock: time) -> datetime:
    return bogota(f"{on} {clock:%H:%M}")


async def _lives_on(gate: Gate, cover: str, at: datetime) -> None:
    """Let a cover's own clock run on to an instant, and the office's with it."""
    gate.office.clock.at = at
    await gate.env.fast_forward(gate.env.client.get_workflow_handle(cover), at - await gate.now(cover))


@pytest.mark.rule("WAR-1")
@pytest.mark.rule("WAR-2")
@pytest.mark.rule("WAR-3")
@pytest.mark.rule("WAR-5")
async def test_from_the_end_of_the_warranty_to_a_paid_renewal(gate: Gate) -> None:
    office = gate.office
    office.clock.at = datetime.now(UTC)
    today = (office.clock.at - timedelta(hours=5)).date()
    accepted_on = today - 55 * DAY
    last = warranty_ends_on(accepted_on, months=3)
    customer = await newcomer(office, accepted_on=str(accepted_on), acceptance_reference="Acta 118")
    contract = done(await customer.contract(str(accepted_on), str(today - DAY), paid=True))["id"]
    assert (await gate.ended(f"contract-{contract}")).startswith("cubrió hasta el")

    warranty = f"warranty-{customer.solution_id}"
    for times, days in enumerate((30, 15, 7, 1), start=1):
        await _lives_on(gate, warranty, at_clock(last - days * DAY, time(8, 1)))
        assert len(await letters(gate, customer.mailbox, "La garantía de Visor lo cubre hasta", times)) == times
    served = await customer.case(at_clock(last, time(23, 59)))
    await _lives_on(gate, warranty, at_clock(last + DAY, time(0, 1)))
    assert (await gate.ended(warranty)).startswith("cubrió hasta el")

    case = await customer.case(at_clock(last + DAY, time(9)))
    number = case["number"]
    assert (served["cover"], served["status"]) == ("warranty", "new")
    assert (case["cover"], case["status"], case["clocks"]["level"]) == ("none", "held", None)
    paid_at = at_clock(last + 3 * DAY, time(9))
    await gate.until(number, paid_at)
    renewal = {"ends_on": str(last + 400 * DAY)}
    renewed = done(await office.post(f"/contracts/{contract}/renewals", renewal, "commercial"))
    assert not renewed["paid"]
    payment = {"paid_on": str(last + 3 * DAY), "reference": "FV-2027-1"}
    done(await office.post(f"/contracts/{contract}/payments", payment, "commercial"))
    case = await gate.so(number, lambda case: case["status"] == "new")
    [released] = await facts(office, number, "case_released")
    assert (case["plan"], case["cover"], case["clocks"]["level"]["spent_seconds"]) == ("standard", "contract", 0)
    assert datetime.fromisoformat(released["due_at"]) == paid_at

    done(await office.give(number, "claim"))
    done(await office.give(number, "resolution", summary="Se publicó de nuevo el visor."))
    office.secrets["luz"] = secret = tokens.new_secret()
    given: dict[str, Any] = {
        "subject_id": customer.contact_id,
        "customer_id": customer.id,
        "created_at": office.clock.at,
    }
    await tokens.create(office.db, Token(id="token-luz", role=Role.CONTACT, **given), secret)
    closed = done(await office.give(number, "confirmation", "luz"))
    assert (closed["status"], closed["closing_reason"]) == ("closed", "confirmed")
    assert [kind for fact in await office.timeline(number) if (kind := fact["kind"]) in TOLD] == TOLD
