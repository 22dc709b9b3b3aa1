"""What the API asks of the database around the engine: one write before it and one after, and few reads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient

from policy.case.commands import Command, OpenCase
from policy.terms.terms import Terms
from tests.api.office import BASE, NEW_PREMIUM_CASE, Office
from tests.support.counting import Counting
from tests.support.desk import PaperDesk


@dataclass(kw_only=True)
class Uncounted(PaperDesk):
    """An engine whose own work is not the API's; it notes what the API had written by then."""

    heard_by: Counting
    written_before: int = -1

    async def open(self, command: OpenCase, terms: Terms) -> None:
        self.written_before = self.heard_by.count.writes
        with self.heard_by.paused():
            await super().open(command, terms)

    async def command(self, number: str, command: Command, *, key: str) -> None:
        self.written_before = self.heard_by.count.writes
        with self.heard_by.paused():
            await super().command(number, command, key=key)


@pytest.mark.parametrize(
    ("path", "who", "body", "reads"),
    [
        ("/cases/{number}/replies", "agent", {"body": "Lo estamos revisando."}, 5),
        ("/cases/{number}/claim", "agent", {}, 5),
        ("/cases", "premium_contact", NEW_PREMIUM_CASE, 6),
    ],
)
async def test_one_write_before_the_engine_and_one_after(
    office: Office, path: str, who: str, body: dict[str, Any], reads: int
) -> None:
    number = await office.open("premium_contact")
    heard = Counting(office.app)
    engine = Uncounted(db=office.db, clock=office.clock, heard_by=heard)
    office.app.state.desk = replace(office.app.state.desk, engine=engine)
    headers = office.headers(who, **{"Idempotency-Key": "counted"})
    with heard.hearing(office.db):
        async with AsyncClient(transport=ASGITransport(heard), base_url="http://escala.test") as client:
            answer = await client.post(BASE + path.format(number=number), json=body, headers=headers)
    assert answer.is_success, answer.text
    assert (engine.written_before, heard.count.writes) == (1, 2)
    assert heard.count.reads <= reads, heard.count.asked
