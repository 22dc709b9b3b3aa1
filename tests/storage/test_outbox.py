"""Notices that wait to be delivered: what they show, what becomes of them, and whom they reach."""

from __future__ import annotations

from datetime import date

import pytest

from policy.case.case import Level, Plan
from policy.case.commands import SendReply
from storage.case import views
from storage.notices import outbox
from storage.people import agents
from storage.people.agents import Agent
from storage.people.contacts import NewContact
from tests.storage.desk import Desk, entry
from tests.support.lives import CLAIM, HELP_DESK, bogota

NOW = bogota("18:00")
MAILBOXES = {"level:1": "uno@x", "level:2": "dos@x", "level:3": "tres@x", "group:sig": "sig@x", "commercial": "com@x"}


async def test_a_notice_shows_its_fact_with_words_and_title(desk: Desk) -> None:
    case = await desk.open("No carga")
    words = await desk.text(case.number, "Ya lo revisamos.")
    await desk.live(case, ("09:10", SendReply(by=HELP_DESK, body=words)))

    rows = await outbox.pending(desk.db, case.number)

    assert [(row.kind, row.recipient) for row in rows] == [
        ("case_opened", "contact:contact-1"),
        ("case_opened", "level:1"),
        ("reply_sent", "contact:contact-1"),
    ]
    assert (rows[-1].title, rows[-1].plan, rows[-1].language) == ("No carga", Plan.STANDARD, "es")
    assert list(rows[-1].words.values()) == ["Ya lo revisamos."]
    assert rows[0].limit_at == bogota("10:00")


async def test_what_was_delivered_waits_no_more(desk: Desk) -> None:
    """And the first delivery is the one that counts."""
    case = await desk.open()
    first, second = await outbox.pending(desk.db, case.number)

    await outbox.delivered(desk.db, first.id, at=bogota("09:01"), to=["ana@cliente.example"])
    await outbox.delivered(desk.db, first.id, at=bogota("09:02"), to=[])

    assert [row.id for row in await outbox.pending(desk.db, case.number)] == [second.id]
    kept = (await views.notices(desk.db, case_number=case.number)).items[-1]
    assert (kept.delivered_at, kept.delivered_to, kept.attempts) == (bogota("09:01"), ("ana@cliente.example",), 1)


async def test_a_notice_that_failed_waits_until_it_is_given_up(desk: Desk) -> None:
    """What was given up is seen as such, and not tried again."""
    case = await desk.open()
    first, second = await outbox.pending(desk.db, case.number)

    await outbox.failed(desk.db, first.id, error="no such host", final=False)
    waiting = await outbox.pending(desk.db, case.number)
    await outbox.failed(desk.db, first.id, error="no such box", final=True)

    assert [(row.id, row.attempts) for row in waiting] == [(first.id, 1), (second.id, 0)]
    assert [row.id for row in await outbox.pending(desk.db, case.number)] == [second.id]
    stuck = (await views.notices(desk.db, undelivered=True)).items[-1]
    assert (stuck.given_up, stuck.last_error, stuck.attempts) == (True, "no such box", 2)


async def test_a_case_without_notices_to_deliver_has_none(desk: Desk) -> None:
    case = await desk.live(await desk.open(), ("09:10", CLAIM))
    for row in await outbox.pending(desk.db, case.number):
        await outbox.delivered(desk.db, row.id, at=bogota("09:11"), to=[])

    assert await outbox.pending(desk.db, case.number) == []


@pytest.mark.parametrize(
    ("recipient", "reached"),
    [
        ("level:1", ["uno@x"]),
        ("group:sig", ["sig@x"]),
        ("group:rastreo", ["dos@x"]),
        ("director", ["tres@x"]),
        ("commercial", ["com@x"]),
        ("contact:contact-1", ["ana@cliente.example"]),
        ("administrators:customer-1", ["ana@cliente.example"]),
        ("agent:agent-1", ["luz@escala.example"]),
        ("contact:nobody", []),
        ("agent:nobody", []),
        ("administrators:nobody", []),
        ("level:9", []),
    ],
)
async def test_a_recipient_stands_for_addresses(desk: Desk, recipient: str, reached: list[str]) -> None:
    await agents.put(desk.db, Agent(id="agent-1", name="Luz", email="luz@escala.example", levels=(Level.HELP_DESK,)))

    assert await outbox.addresses(desk.db, recipient, MAILBOXES, at=NOW) == reached


async def test_all_administrators_are_written_to(desk: Desk) -> None:
    plain = entry("Caro", is_system_administrator=False, can_sign_in=False)
    await desk.roster(NewContact("a", entry("Ana")), NewContact("b", entry("Beto")), NewContact("c", plain))

    reached = await outbox.addresses(desk.db, "administrators:customer-1", MAILBOXES, at=NOW)

    assert reached == ["ana@cliente.example", "beto@cliente.example"]


@pytest.mark.rule("REQ-3")
async def test_an_administrator_is_written_to_from_the_day_of_the_notice_on(desk: Desk) -> None:
    later = entry("Beto", notified_on=date(2026, 12, 1))
    await desk.roster(NewContact("a", entry("Ana")), NewContact("b", later))

    reached = [
        await outbox.addresses(desk.db, "administrators:customer-1", MAILBOXES, at=bogota(at))
        for at in ("2026-11-30 23:59", "2026-12-01 00:00")
    ]

    assert reached == [["ana@cliente.example"], ["ana@cliente.example", "beto@cliente.example"]]


async def test_who_was_taken_off_the_roster_is_no_longer_written_to(desk: Desk) -> None:
    """The customer's administrators are, for the case goes on."""
    await desk.roster(NewContact("b", entry("Beto")))

    assert await outbox.addresses(desk.db, "contact:contact-1", MAILBOXES, at=NOW) == ["beto@cliente.example"]
