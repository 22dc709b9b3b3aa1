"""A page through the real engine: a hand-off calls, mail leaves, and the case's workflow records it (ESC-17)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from activities.mail.sending import MailFolder
from desk.duty.paging import Paging
from policy.case.case import Level
from policy.duty.rota import Layer
from storage.duty import rotas
from tests.gates.conftest import Gate
from tests.support.lives import policy

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.rule("ESC-17")
async def test_who_is_on_duty_is_paged_and_the_case_says_so(gate: Gate) -> None:
    """However often it is looked at."""
    office = gate.office
    known: dict[str, Any] = {
        "starts_on": date(2026, 11, 2),
        "every_hours": 168,
        "made_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    await rotas.keep_layer(office.db, Layer(id="rot", level=Level.SPECIALISTS, people=("eva",), **known))
    office.clock.at = datetime.now(UTC)
    number = await office.open("premium_contact")
    assert (await office.give(number, "hand-offs", reason="Hace falta quien sepa de mapas.")).status_code == 200
    paging = Paging(
        database=office.db,
        engine=office.app.state.desk.engine,
        policy=policy(),
        mail=MailFolder(gate.mail),
        sender="Mesa <mesa@escala.example>",
        public_url="https://escala.test",
        within=timedelta(minutes=10),
        clock=office.clock,
    )
    office.clock.at = datetime.now(UTC)  # the hand-off's instant is the engine's
    for _ in range(2):
        await paging.once()
    told = [each for each in await office.timeline(number) if each["kind"] == "duty_paged"]
    assert [(each["data"]["step"], each["data"]["person_id"]) for each in told] == [("paged", "eva")]
    assert len([each for each in gate.letters("eva@escala.example") if "Guardia" in str(each["Subject"])]) == 1
