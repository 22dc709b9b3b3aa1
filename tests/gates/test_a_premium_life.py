"""A Premium customer's case from its opening to its end, with a visit on site, over HTTP on the real service."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.api.given import BODIES, VISIT, exhaust_channels
from tests.api.office import Office
from tests.gates.conftest import Gate

CUSTOMER = "premium_contact"

TOLD = [
    "case_opened",
    "case_claimed",
    *["attempt_logged", "attempt_logged", "initial_attention_given", "attempt_logged", "attempt_logged"],
    *["visit_requested", "visit_approved", "visit_accepted", "visit_scheduled", "visit_scheduled"],
    *["visit_reminded", "visit_started"],
    *["visit_expense_logged", "visit_expense_logged", "visit_quote_exceeded", "visit_reported"],
    *["visit_accepted", "visit_signed_off"],
    *["case_resolved", "case_reopened", "reply_sent", "case_resolved", "case_closed"],
]
"""All that the customer reads, but warnings, which are internal."""


def pesos(amount: int) -> dict[str, str]:
    return {"amount": str(amount), "currency": "COP"}


async def _do(office: Office, number: str, command: str, who: str = "agent", **changes: Any) -> dict[str, Any]:
    answer = await office.give(number, command, who, **BODIES.get(command, {}) | changes)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.mark.rule("ONS-3")
@pytest.mark.rule("ONS-5")
@pytest.mark.rule("ESC-10")
@pytest.mark.rule("ESC-14")
async def test_a_premium_case_with_a_visit(gate: Gate) -> None:
    office = gate.office
    office.clock.at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    number = await office.open(CUSTOMER, proposed_priority=4)
    await _do(office, number, "claim")
    await exhaust_channels(office, number)

    await _do(office, number, "visits", CUSTOMER, **VISIT)
    await _do(office, number, "visits/approval", "director", quote=pesos(350_000))
    waiting = await _do(office, number, "visits/acceptance", CUSTOMER, amount=pesos(350_000))
    assert waiting["visit"]["accepted"]["by"] == "contact-premium-1"

    first, moved = (office.clock.at.replace(hour=17) + timedelta(days=days) for days in (5, 6))
    scheduled = await _do(office, number, "visits/schedule", starts_at=first.isoformat(), engineer_id="ana")
    spent = scheduled["clocks"]["level"]["spent_seconds"]
    await office.give(number, "visits/schedule", CUSTOMER, starts_at=moved.isoformat())
    await gate.until(number, moved - timedelta(minutes=5))
    started = await _do(office, number, "visits/start")
    assert started["clocks"]["level"]["spent_seconds"] == pytest.approx(spent, abs=5)

    await _do(office, number, "visits/expenses", amount=pesos(300_000), receipt_reference="FE-1")
    over = await _do(office, number, "visits/expenses", amount=pesos(90_000), receipt_reference="FE-2")
    assert over["visit"]["excess"]["amount"] == pesos(390_000)
    await _do(office, number, "visits/report")
    await _do(office, number, "visits/acceptance", CUSTOMER, amount=pesos(390_000))
    signed = await _do(office, number, "visits/sign-off", CUSTOMER)
    assert signed["visit"]["borne_by_customer"] == pesos(390_000)

    await _do(office, number, "resolution")
    await gate.skip(number, days=1)
    await _do(office, number, "reopening", CUSTOMER)
    await _do(office, number, "replies")
    await _do(office, number, "resolution")
    closed = await _do(office, number, "confirmation", CUSTOMER)
    assert (closed["status"], closed["closing_reason"]) == ("closed", "confirmed")
    assert [fact["kind"] for fact in await office.timeline(number, CUSTOMER)] == TOLD
    assert await gate.ended(number) == "confirmed"
