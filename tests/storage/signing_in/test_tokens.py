"""Who asks: by a secret of which only the digest is kept, and no longer than the person may."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from policy.case.case import Actor, Level, Role
from storage.people import agents
from storage.people.agents import Agent
from storage.people.contacts import NewContact
from storage.signing_in import tokens
from storage.signing_in.tokens import Principal, Token
from tests.storage.desk import START, Desk, entry
from tests.support.lives import bogota

LATER = bogota("2026-11-25 09:00")
SECRET = tokens.new_secret()


ANA = Agent(id="agent-1", name="Ana", email="ana@escala.example", levels=(Level.HELP_DESK,))


async def create(desk: Desk, secret: str = SECRET, **changes: Any) -> None:
    await agents.put(desk.db, ANA)
    given: dict[str, Any] = {
        "id": "t1",
        "role": Role.AGENT,
        "subject_id": "agent-1",
        "levels": (Level.HELP_DESK,),
        "created_at": START,
    }
    await tokens.create(desk.db, Token(**{**given, **changes}), secret)


async def of_contact(desk: Desk) -> None:
    await create(desk, role=Role.CONTACT, subject_id="contact-1", customer_id="customer-1", levels=())


@pytest.mark.rule("ESC-8")
async def test_an_agents_groups_are_those_of_the_instant(desk: Desk) -> None:
    await create(desk)
    await agents.put(desk.db, replace(ANA, groups=("sig",)))
    before = await tokens.principal(desk.db, SECRET, at=LATER)
    await agents.put(desk.db, ANA)
    after = await tokens.principal(desk.db, SECRET, at=LATER)

    assert before
    assert after
    assert (before.actor.groups, after.actor.groups) == (("sig",), ())


async def test_a_secret_tells_who_asks(desk: Desk) -> None:
    await create(desk)

    found = await tokens.principal(desk.db, SECRET, at=LATER)

    assert found == Principal("t1", Actor(Role.AGENT, "agent-1", (Level.HELP_DESK,)), None)


async def test_another_secret_tells_nothing(desk: Desk) -> None:
    await create(desk)

    assert await tokens.principal(desk.db, tokens.new_secret(), at=LATER) is None


async def test_the_secret_itself_is_nowhere(desk: Desk) -> None:
    await create(desk)

    async with desk.db.read() as connection:
        rows = (await connection.execute(text("SELECT * FROM tokens"))).all()

    assert SECRET not in str(rows)
    assert len(SECRET) > 43


async def test_a_token_ends_when_it_expires(desk: Desk) -> None:
    await create(desk, expires_at=LATER)

    assert await tokens.principal(desk.db, SECRET, at=LATER - timedelta(microseconds=1))
    assert await tokens.principal(desk.db, SECRET, at=LATER) is None


async def test_a_token_ends_when_it_is_revoked(desk: Desk) -> None:
    """The first revocation counts."""
    await create(desk)
    await tokens.revoke(desk.db, "t1", at=START)
    await tokens.revoke(desk.db, "t1", at=LATER)

    assert await tokens.principal(desk.db, SECRET, at=LATER) is None
    assert [each.revoked_at for each in await tokens.listing(desk.db)] == [START]


async def test_a_contacts_token_is_bound_to_its_customer(desk: Desk) -> None:
    await of_contact(desk)

    found = await tokens.principal(desk.db, SECRET, at=LATER)

    assert found == Principal("t1", Actor(Role.CONTACT, "contact-1"), "customer-1")


@pytest.mark.rule("REQ-1")
async def test_a_contact_who_was_taken_off_the_roster_is_nobody(desk: Desk) -> None:
    await of_contact(desk)
    await desk.roster(NewContact("b", entry("Beto")))

    assert await tokens.principal(desk.db, SECRET, at=LATER) is None


@pytest.mark.rule("REQ-3")
async def test_a_contact_is_nobody_before_the_written_notice(desk: Desk) -> None:
    await of_contact(desk)

    assert await tokens.principal(desk.db, SECRET, at=bogota("2026-11-01 23:59")) is None
    assert await tokens.principal(desk.db, SECRET, at=bogota("2026-11-02 00:00")) is not None


async def test_the_same_token_again_is_the_one_that_is_kept(desk: Desk) -> None:
    await create(desk)
    await create(desk, secret=tokens.new_secret(), label="another")

    assert [each.label for each in await tokens.listing(desk.db)] == [""]
    assert await tokens.principal(desk.db, SECRET, at=LATER)


@pytest.mark.parametrize("who", [(Role.CONTACT, None), (Role.AGENT, "customer-1")])
async def test_contacts_and_only_they_have_a_customer(desk: Desk, who: tuple[Role, str | None]) -> None:
    """A contact without one would see every customer."""
    role, customer_id = who

    with pytest.raises(ValueError, match="customer"):
        await create(desk, role=role, customer_id=customer_id)


async def test_the_last_use_is_noted_to_the_minute(desk: Desk) -> None:
    await create(desk)
    first = await tokens.principal(desk.db, SECRET, at=LATER)
    await tokens.note_use(desk.db, "t1", at=LATER)
    await tokens.note_use(desk.db, "t1", at=LATER - timedelta(hours=1))
    soon = await tokens.principal(desk.db, SECRET, at=LATER + timedelta(seconds=59))
    later = await tokens.principal(desk.db, SECRET, at=LATER + timedelta(seconds=60))

    assert [each and each.is_to_note for each in (first, soon, later)] == [True, False, True]
    assert [each.last_used_at for each in await tokens.listing(desk.db)] == [LATER]


@pytest.mark.parametrize(("days_left", "times"), [(15, 0), (14, 1), (1, 1), (0, 0)])
async def test_of_its_end_a_token_is_told_once_from_some_days_before(desk: Desk, days_left: int, times: int) -> None:
    await create(desk, expires_at=LATER + timedelta(days=days_left))
    for at in (LATER, LATER + timedelta(seconds=1)):
        for token in await tokens.to_warn_of(desk.db, within=timedelta(days=14), at=at):
            times -= await tokens.warned(desk.db, token.id, at=at)
    assert times == 0
