"""The pages of incoming mail: each message counted once, and what an agent decides of a held one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from desk.mail.arriving import came_in
from desk.mail.holding import HeldAct, HeldDecision, NotHeld, WriterMissing, decide
from desk.mail.taking import take
from policy.mail.thread import address_of
from storage.case import views
from storage.mail import inbox, threads
from tests.api.office import PREMIUM, Office
from tests.desk.mail.letters import ANA, MESA, letter
from tests.portal.forms import forms_of
from tests.portal.people import Visitor, account, visitor

FORWARDED = "Les reenvío.\n\n---------- Forwarded message ------\nDe: Ana <ana@cliente.example>\n\nNo carga.\n"


@pytest.fixture
async def them(office: Office) -> AsyncIterator[Visitor]:
    await account(office, "agent", password=False)
    async with visitor(office, "agent") as them:
        yield them


async def held(office: Office, raw: bytes) -> str:
    """A message that nobody vouches for; its id."""
    desk = office.app.state.desk
    identity = await came_in(desk.database, desk.engine, "intake", raw, at=office.clock())
    assert (await take(desk, identity.id)).outcome == "held"
    return identity.id


@pytest.mark.rule("REQ-4")
async def test_an_agent_opens_a_case_with_what_was_forwarded_in_its_writers_name(office: Office, them: Visitor) -> None:
    message = await held(office, letter(FORWARDED, Authentication_Results=None))
    listed = (await them.get("/correo?estado=retenidos")).text
    assert "Nuestro servidor de correo no responde por su remitente." in listed
    page = (await them.get(f"/correo/{message}")).text
    assert "escribió lo que se reenvió" in page
    assert ANA in page
    came_at = office.clock()
    office.clock.passes(minutes=5)
    done = await them.post(f"/correo/{message}", act="open", contact_id=f"contact-{PREMIUM}", number="")
    assert done.status_code == 303, done.text
    row = await views.case(office.db, done.headers["location"].removeprefix("/casos/"))
    assert row is not None
    assert (row.case.contact_id, row.case.channel, row.case.opened_at) == (f"contact-{PREMIUM}", "email", came_at)
    again = await them.post(f"/correo/{message}", act="open", contact_id=f"contact-{PREMIUM}", number="")
    assert (again.status_code, "Alguien ya decidió" in again.text) == (409, True)


@pytest.mark.rule("REQ-4", "REQ-5")
async def test_both_cases_show_what_goes_on_in_what(office: Office, them: Visitor) -> None:
    """The closed one and the one that goes on from it, to the desk and to their customer; a stranger sees neither."""
    contact_id = f"contact-{PREMIUM}"
    message = await held(office, letter(Authentication_Results=None))
    opened = await them.post(f"/correo/{message}", act="open", contact_id=contact_id, number="")
    first = opened.headers["location"].removeprefix("/casos/")
    awaited = (await office.get(f"/cases/{first}")).json()
    assert (awaited["awaits_analysis"], awaited["follows"], awaited["followed_by"]) == (True, None, [])
    await office.give(first, "resolution", "agent", summary="Se amplió la cuota.")
    await office.give(first, "confirmation", "premium_contact")

    to = address_of(first, MESA, await threads.key(office.db, at=office.clock()))
    again = await held(office, letter("Volvió a fallar.\n", To=to, Message_ID="<b@x>", Authentication_Results=None))
    opened = await them.post(f"/correo/{again}", act="open", contact_id=contact_id, number="")
    second = opened.headers["location"].removeprefix("/casos/")
    for number, followed_by, follows in ((first, [second], None), (second, [], first)):
        told = (await office.get(f"/cases/{number}", "premium_contact")).json()
        assert (told["followed_by"], told["follows"]) == (followed_by, follows)
        assert (await office.get(f"/cases/{number}", "contact")).status_code == 404
    async with visitor(office, "premium_contact") as ana:
        for reader in (them, ana):
            assert f'href="/casos/{second}">Sigue en {second}<' in (await reader.get(f"/casos/{first}")).text
            page = (await reader.get(f"/casos/{second}")).text
            assert f'href="/casos/{first}">Viene de {first}<' in page
            assert "Análisis previo" in page
        asked = (await ana.get(f"/casos/{second}")).text
        assert "Cuéntenos qué analizó e intentó su equipo" in asked, "where its customer writes"
        await office.give(second, "answers", "premium_contact", body="Probamos otra red.")
        page = (await ana.get(f"/casos/{second}")).text
        assert ("Análisis previo" in page, "respondió con lo que se analizó" in page) == (False, True)
    assert not (await office.get(f"/cases/{second}")).json()["awaits_analysis"]


async def test_the_roster_shows_whose_mail_came_back(office: Office, them: Visitor) -> None:
    message = await held(office, letter(Authentication_Results=None))
    assert await threads.bounced(office.db, "ana@cliente.example", PREMIUM, message, at=office.clock())
    await account(office, "admin", password=False)
    async with visitor(office, "admin") as admin:
        assert "el correo se devolvió" in (await admin.get(f"/contactos?cliente={PREMIUM}")).text


async def test_what_was_chosen_stays_where_a_decision_is_refused(office: Office, them: Visitor) -> None:
    message = await held(office, letter(FORWARDED, Authentication_Results=None))
    chosen: dict[str, Any] = {"contact_id": f"contact-{PREMIUM}", "number": "MA-2026-000099"}
    refused = await them.post(f"/correo/{message}", act="join", **chosen)
    assert refused.status_code == 422
    [form] = [each for each in forms_of(refused.text) if "number" in each.seen]
    assert {name: form.seen[name] for name in chosen} == chosen


async def test_of_two_who_decide_about_a_message_at_once_one_does(office: Office, them: Visitor) -> None:
    """In two processes as well; who ended in the middle of it keeps others waiting for a minute."""
    message, desk = await held(office, letter(FORWARDED, Authentication_Results=None)), office.app.state.desk
    number, contact = await office.open("premium_contact"), f"contact-{PREMIUM}"
    opens = HeldDecision(act=HeldAct.OPEN, contact_id=contact)
    joins = HeldDecision(act=HeldAct.JOIN, contact_id=contact, number=number)
    assert await inbox.begin_deciding(office.db, message, by="luz", at=office.clock())
    with pytest.raises(NotHeld):
        await decide(desk, message, opens, by="ana")
    office.clock.passes(seconds=61)
    both = await asyncio.gather(
        decide(desk, message, opens, by="ana"), decide(desk, message, joins, by="eva"), return_exceptions=True
    )
    assert [type(each).__name__ for each in both] == ["InboxRow", "NotHeld"]
    assert [each.fact.kind for each in await views.timeline(office.db, number)] == ["case_opened"]


async def test_a_decision_that_is_refused_leaves_the_message_to_others(office: Office, them: Visitor) -> None:
    message, desk = await held(office, letter(FORWARDED, Authentication_Results=None)), office.app.state.desk
    with pytest.raises(WriterMissing):
        await decide(desk, message, HeldDecision(act=HeldAct.OPEN), by="ana")
    assert (await decide(desk, message, HeldDecision(act=HeldAct.DISCARD), by="eva")).settled_by == "eva"


async def test_what_is_set_aside_stays_counted(office: Office, them: Visitor) -> None:
    message = await held(office, letter(Authentication_Results=None))
    nowhere: dict[str, Any] = {"contact_id": f"contact-{PREMIUM}", "number": "MA-2026-000001"}
    refused = await them.post(f"/correo/{message}", act="join", **nowhere)
    assert refused.status_code == 422
    assert (await them.post(f"/correo/{message}", act="discard")).status_code == 303
    [item] = (await office.get("/inbox")).json()["items"]
    assert (item["state"], item["effect"], item["reason"]) == ("done", "none", "unverified")
    figures = (await office.get("/metrics", "admin")).text
    assert 'escala_mail_messages{outcome="held"} 1.0' in figures
    raw = await them.get(f"/correo/{message}/original")
    assert raw.content.startswith(b"From:")
    assert raw.headers["content-disposition"].startswith("attachment")
