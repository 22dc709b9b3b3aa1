"""Who is on duty, over HTTP: at any instant, for our own people (ESC-17)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from policy.case.case import Level
from policy.duty.rota import Layer
from storage.duty import rotas
from storage.people import agents
from tests.api.office import AGENTS, Office
from tests.api.people.test_absences import marked

pytestmark = pytest.mark.rule("ESC-17")

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


async def rota(office: Office, level: Level, *people: str) -> None:
    """These take turns for a week each, from Monday the 2nd of November on."""
    known: dict[str, Any] = {"starts_on": date(2026, 11, 2), "every_hours": 168, "made_at": LONG_AGO}
    await rotas.keep_layer(office.db, Layer(id=f"rot_{int(level)}", level=level, people=people, **known))


async def levels(office: Office, **query: Any) -> list[dict[str, Any]]:
    answer = await office.get("/duty", **query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["levels"])


async def test_each_level_says_who_is_there_and_who_stands_in(office: Office) -> None:
    await rota(office, Level.HELP_DESK, "ana")
    await rota(office, Level.DIRECTOR, "dora")
    assert (await marked(office)).status_code == 201  # Dora is away, Eva stands in
    first, second, third = await levels(office)
    assert (first["assigned"], first["on_duty"], first["substitute"]) == (
        {"agent_id": "ana", "name": "Ana Torres"},
        {"agent_id": "ana", "name": "Ana Torres"},
        None,
    )
    assert (second["assigned"], second["on_duty"], second["order"]) == (None, None, [])
    assert [third[name]["agent_id"] for name in ("assigned", "on_duty", "substitute")] == ["dora", "eva", "eva"]


@pytest.mark.parametrize(
    ("at", "person"),
    [
        ("2026-11-08T04:59:59Z", "eva"),
        ("2026-11-09T05:00:00Z", "ana"),
        ("2027-01-04T04:59:59Z", "eva"),
        ("2100-12-31T23:59:59Z", "ana"),
        ("2026-11-02T04:59:59Z", None),
        ("2000-01-01T00:00:00Z", None),
    ],
)
async def test_any_instant_may_be_asked(office: Office, at: str, person: str | None) -> None:
    await agents.put(office.db, replace(AGENTS["agent"], levels=(Level.HELP_DESK, Level.SPECIALISTS)))
    await rota(office, Level.SPECIALISTS, "eva", "ana")
    found = (await levels(office, at=at))[1]["on_duty"]
    assert (found["agent_id"] if found else None) == person


@pytest.mark.parametrize("at", ["mañana", "2026-13-01T00:00:00Z", "9999-12-31T23:59:59Z", "1970-01-01T00:00:00Z", ""])
async def test_what_is_no_instant_is_refused(office: Office, at: str) -> None:
    answer = await office.get("/duty", at=at)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:escala:invalid-input")


@pytest.mark.parametrize(
    ("who", "status"), [("agent", 200), ("director", 200), ("admin", 200), ("commercial", 403), ("contact", 403)]
)
async def test_who_may_ask(office: Office, who: str, status: int) -> None:
    assert (await office.get("/duty", who)).status_code == status
