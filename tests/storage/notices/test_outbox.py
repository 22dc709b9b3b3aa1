"""Notices that wait to be delivered: what they show, and what becomes of them."""

from __future__ import annotations

from policy.case.case import Plan
from policy.case.commands import SendReply
from policy.people.recipients import recipient_to_text
from storage.case import views
from storage.notices import outbox
from tests.storage.desk import Desk
from tests.support.lives import CLAIM, HELP_DESK, bogota


async def test_a_notice_shows_its_fact_with_words_and_title(desk: Desk) -> None:
    case = await desk.open("No carga")
    words = await desk.text(case.number, "Ya lo revisamos.")
    await desk.live(case, ("09:10", SendReply(by=HELP_DESK, body=words)))

    rows = await outbox.pending(desk.db, case.number)

    assert [(row.kind, recipient_to_text(row.recipient)) for row in rows] == [
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
