"""Whom a notice reaches: the addresses behind each recipient."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest

from policy.case.case import Level
from policy.people.absences import Absence
from policy.people.recipients import Administrators, Commercial, Contact, LevelQueue, recipient_from_text
from storage.notices.addresses import DeskMailboxes, addresses
from storage.people import absences, agents
from storage.people.agents import Agent
from storage.people.contacts import NewContact
from tests.storage.desk import Desk, entry
from tests.support.lives import ADMIN, bogota

NOW = bogota("18:00")
MAILBOXES = DeskMailboxes(
    levels=dict(zip(Level, ("uno@x", "dos@x", "tres@x"), strict=True)), groups={"sig": "sig@x"}, commercial="com@x"
)


REACHED = {
    "level:1": ["uno@x"],
    "group:sig": ["sig@x"],
    "group:rastreo": ["dos@x"],
    "director": ["tres@x"],
    "commercial": ["com@x"],
    "contact:contact-1": ["ana@cliente.example"],
    "administrators:customer-1": ["ana@cliente.example"],
    "agent:agent-1": ["luz@escala.example"],
    "contact:nobody": [],
    "agent:nobody": [],
    "administrators:nobody": [],
}


async def test_a_recipient_stands_for_addresses(desk: Desk) -> None:
    await agents.put(desk.db, Agent(id="agent-1", name="Luz", email="luz@escala.example", levels=(Level.HELP_DESK,)))

    found = {each: await addresses(desk.db, recipient_from_text(each), MAILBOXES, at=NOW) for each in REACHED}
    assert found == REACHED


async def test_all_administrators_are_written_to(desk: Desk) -> None:
    plain = entry("Caro", is_system_administrator=False, can_sign_in=False)
    await desk.roster(NewContact("a", entry("Ana")), NewContact("b", entry("Beto")), NewContact("c", plain))

    reached = await addresses(desk.db, Administrators("customer-1"), MAILBOXES, at=NOW)

    assert reached == ["ana@cliente.example", "beto@cliente.example"]


@pytest.mark.rule("REQ-3")
async def test_an_administrator_is_written_to_from_the_day_of_the_notice_on(desk: Desk) -> None:
    later = entry("Beto", notified_on=date(2026, 12, 1))
    await desk.roster(NewContact("a", entry("Ana")), NewContact("b", later))

    reached = [
        await addresses(desk.db, Administrators("customer-1"), MAILBOXES, at=bogota(at))
        for at in ("2026-11-30 23:59", "2026-12-01 00:00")
    ]

    assert reached == [["ana@cliente.example"], ["ana@cliente.example", "beto@cliente.example"]]


async def test_who_was_taken_off_the_roster_is_no_longer_written_to(desk: Desk) -> None:
    """The customer's administrators are, for the case goes on."""
    await desk.roster(NewContact("b", entry("Beto")))

    assert await addresses(desk.db, Contact("contact-1"), MAILBOXES, at=NOW) == ["beto@cliente.example"]


async def test_a_desk_without_a_mailbox_reaches_nobody(desk: Desk) -> None:
    for recipient in (LevelQueue(Level.HELP_DESK), Commercial()):
        assert await addresses(desk.db, recipient, DeskMailboxes(), at=NOW) == []


def _as_it_is(new: Absence, lasting: object) -> Absence:
    return new


@pytest.mark.rule("ESC-17")
@pytest.mark.parametrize(
    ("recipient", "reached"),
    [
        ("director", ["tres@x", "luz@x"]),
        ("level:3", ["tres@x", "luz@x"]),
        ("level:2", ["dos@x"]),
        ("agent:dora", ["dora@x", "luz@x"]),
        ("agent:ana", ["ana@x", "luz@x"]),
        ("agent:luz", ["luz@x"]),
    ],
)
async def test_what_reaches_the_absent_one_reaches_the_substitute(
    desk: Desk, recipient: str, reached: list[str]
) -> None:
    for who, is_director in (("ana", False), ("dora", True), ("luz", False)):
        person = Agent(id=who, name=who, email=f"{who}@x", levels=tuple(Level), is_director=is_director)
        await agents.put(desk.db, person)
    for absent, substitute in (("ana", "dora"), ("dora", "luz")):
        new = Absence(
            id=f"abs-{absent}",
            person=absent,
            substitute=substitute,
            from_at=NOW,
            to_at=bogota("20:00"),
            marked_by=ADMIN,
            marked_at=NOW,
        )
        await absences.keep(desk.db, new, partial(_as_it_is, new))
    assert await addresses(desk.db, recipient_from_text(recipient), MAILBOXES, at=NOW) == reached
    later = await addresses(desk.db, recipient_from_text(recipient), MAILBOXES, at=bogota("20:00"))
    assert later == reached[:1]
