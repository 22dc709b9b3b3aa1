"""The pages of who calls: found by number, logged in two actions, and told which channels their plan has (REQ-7)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import update

from policy.telephone.call import CallEvent, Heard
from storage.case import views
from storage.engine.tables import contacts
from storage.telephone import calls
from storage.webhooks.webhooks import new_secret
from tests.api.office import PREMIUM, STANDARD, Office, with_desk
from tests.portal.people import Visitor, account, visitor

NUMBER = "+573001234567"


@pytest.fixture
async def them(office: Office) -> AsyncIterator[Visitor]:
    await account(office, "agent", password=False)
    async with visitor(office, "agent") as them:
        yield them


async def has_number(office: Office, *customers: str) -> None:
    async with office.db.write() as connection:
        for each in customers:
            theirs = update(contacts).where(contacts.c.id == f"contact-{each}")
            await connection.execute(theirs.values(phone=NUMBER))


async def rang(office: Office, number: str = NUMBER, *more: CallEvent, call: str = "lla_1") -> str:
    for place, event in enumerate((CallEvent.RINGING, *more)):
        at = office.clock() - timedelta(minutes=4 - 2 * place)
        heard = Heard(event=event, at=at, number=number, agent_id="ana", recording_url="https://pbx.example/27")
        await calls.hear(office.db, call, f"{call}-{event}", heard)
    return call


@pytest.mark.rule("ESC-12")
async def test_a_call_is_logged_from_its_number_in_two_actions(office: Office, them: Visitor) -> None:
    number = await office.open("premium_contact")
    await has_number(office, PREMIUM)
    call = await rang(office, NUMBER, CallEvent.ANSWERED, CallEvent.ENDED)
    page = (await them.get(f"/telefono/{call}")).text
    assert "300 123 4567" in page
    assert number in page
    assert '<a href="https://pbx.example/27" rel="noreferrer noopener" target="_blank">' in page
    drafted = dict(re.findall(r'<input type="hidden" name="(started_at|seconds|contact_id)" value="([^"]*)"', page))
    assert drafted["seconds"] == "120"
    said: dict[str, Any] = {**drafted, "call_id": call, "number": number, "direction": "in", "outcome": "not_solved"}
    empty = await them.post("/telefono/registro", **said, summary="", key="registro-1")
    assert (empty.status_code, "ONS-4" in empty.text) == (422, True)
    done = await them.post("/telefono/registro", **said, summary="Sigue sin conexión.", key="registro-2")
    assert (done.status_code, done.headers["location"]) == (303, f"/casos/{number}")
    again = await them.post("/telefono/registro", **said, summary="Sigue sin conexión.", key="registro-2")
    assert again.status_code == 303
    row = await views.case(office.db, number)
    assert row is not None
    assert [(each.channel, each.outcome) for each in row.case.attempts] == [("phone", "not_solved")]
    facts = [each for each in await office.timeline(number) if each["kind"] == "call_logged"]
    assert [each["data"]["lasted_seconds"] for each in facts] == [120]
    kept = await calls.get(office.db, call)
    assert kept is not None
    assert (kept.case_number, kept.contact_id) == (number, f"contact-{PREMIUM}")
    assert "sin registrar" not in (listed := (await them.get("/telefono")).text)
    assert f'<a href="/casos/{number}">{number}</a>' in listed


@pytest.mark.rule("ESC-12")
async def test_of_two_who_log_one_call_the_second_is_told_where_it_is(office: Office, them: Visitor) -> None:
    """Each on another case, at once; and again on the first one's own."""
    await has_number(office, PREMIUM)
    numbers = [await office.open("premium_contact") for _ in range(2)]
    call = await rang(office, NUMBER, CallEvent.ANSWERED, CallEvent.ENDED)

    async def log(number: str, key: str) -> Response:
        said: dict[str, Any] = {
            "call_id": call,
            "number": number,
            "direction": "in",
            "outcome": "solved",
            "seconds": "120",
        }
        said |= {"contact_id": f"contact-{PREMIUM}", "started_at": "2026-11-25T13:58:00Z", "summary": "Ya funciona."}
        return await them.post("/telefono/registro", **said, key=key)

    answers = await asyncio.gather(*(log(number, f"registro-{number}") for number in numbers))
    assert sorted(each.status_code for each in answers) == [303, 409]
    first = numbers[0] if answers[0].status_code == 303 else numbers[1]
    answers.append(await log(first, "registro-otro"))
    assert [each.status_code for each in answers].count(409) == 2
    for answer in answers:
        assert answer.status_code == 303 or f"o se está registrando, en el caso {first}." in answer.text
    logged = [each["kind"] == "call_logged" for number in numbers for each in await office.timeline(number)]
    assert sum(logged) == 1
    assert (await log(first, f"registro-{first}")).status_code == 303, "the same request again"


async def test_a_log_that_the_engine_did_not_take_in_time_is_sent_again_as_the_same(
    office: Office, them: Visitor
) -> None:
    number = await office.open("premium_contact")
    await has_number(office, PREMIUM)
    call = await rang(office, NUMBER, CallEvent.ANSWERED, CallEvent.ENDED)
    said: dict[str, Any] = {"call_id": call, "number": number, "direction": "in", "outcome": "solved"}
    said |= {"contact_id": f"contact-{PREMIUM}", "summary": "Ya funciona.", "seconds": "120"}
    said |= {"started_at": "2026-11-25T13:58:00Z"}
    office.desk.down = True
    away = await them.post("/telefono/registro", **said, key="registro-away")
    assert (away.status_code, "Ya funciona." in away.text) == (503, True)
    [key] = re.findall(r'name="key"\s+value="([^"]*)"', away.text.partition('id="log-')[2].partition("</form>")[0])
    office.desk.down = False
    assert (await them.post("/telefono/registro", **said, key=key)).status_code == 303
    assert [each["kind"] for each in await office.timeline(number)].count("call_logged") == 1


async def test_a_page_from_before_the_calls_end_logs_how_long_it_took(office: Office, them: Visitor) -> None:
    """Without JavaScript it still says that it rings."""
    number = await office.open("premium_contact")
    await has_number(office, PREMIUM)
    call = await rang(office)
    page = (await them.get(f"/telefono/{call}")).text
    drafted = dict(re.findall(r'<input type="hidden" name="(started_at|seconds|contact_id)" value="([^"]*)"', page))
    assert "seconds" not in drafted
    await rang(office, NUMBER, CallEvent.ANSWERED, CallEvent.ENDED)
    said: dict[str, Any] = {**drafted, "call_id": call, "number": number, "direction": "in", "outcome": "not_solved"}
    done = await them.post("/telefono/registro", **said, summary="Sigue sin conexión.", key="registro-3")
    assert done.status_code == 303, re.findall(r'role="alert"[^>]*>([^<]*)', done.text)
    [fact] = [each["data"] for each in await office.timeline(number) if each["kind"] == "call_logged"]
    assert (fact["lasted_seconds"], fact["started_at"]) == (120, "2026-11-25T13:58:00Z")


async def test_two_with_one_number_are_both_shown_and_a_number_alone_will_do(office: Office, them: Visitor) -> None:
    await has_number(office, PREMIUM, STANDARD)
    page = (await them.get("/telefono/numero?numero=300+123+45+67")).text
    assert "Varios contactos tienen este número" in page
    assert page.count('class="caller"') == 2
    assert f"/casos/nuevo?cliente={PREMIUM}&amp;canal=phone&amp;contacto=contact-{PREMIUM}" in page
    form = (await them.get(f"/casos/nuevo?cliente={PREMIUM}&canal=phone&contacto=contact-{PREMIUM}")).text
    assert '<option value="phone" selected>' in form
    assert "Debe ser un número de teléfono" in (await them.get("/telefono/numero?numero=abc")).text


@pytest.mark.rule("REQ-7")
async def test_who_calls_without_the_channel_is_told_which_ones_there_are(office: Office, them: Visitor) -> None:
    await has_number(office, STANDARD)
    page = (await them.get(f"/telefono/numero?numero={NUMBER.replace('+', '%2B')}")).text
    assert "Su plan no incluye el teléfono" in page
    assert "canal=phone" not in page
    told = await them.post("/telefono/canal", contact_id=f"contact-{STANDARD}", numero=NUMBER, key="canal-0001")
    assert told.status_code == 303
    assert [each.channel for each in office.desk.redirected.values()] == ["phone"]
    held = await them.post("/telefono/canal", contact_id=f"contact-{PREMIUM}", numero=NUMBER, key="canal-0002")
    assert held.status_code == 409
    assert len(office.desk.redirected) == 1


async def test_a_hidden_number_is_somebodys_once_an_agent_says_so(office: Office, them: Visitor) -> None:
    call = await rang(office, "")
    assert "El número no se muestra" in (await them.get(f"/telefono/{call}")).text
    found = (await them.get(f"/telefono/{call}?q=cliente.example")).text
    assert f'name="contact_id" value="contact-{PREMIUM}"' in found
    assert (await them.post(f"/telefono/{call}/contacto", contact_id="nobody")).status_code == 404
    assert (await them.post(f"/telefono/{call}/contacto", contact_id=f"contact-{PREMIUM}")).status_code == 303
    assert f'id="c-contact-{PREMIUM}"' in (await them.get(f"/telefono/{call}")).text
    # A number that nobody has is known by what was said of it before.
    before = await rang(office, "+573009999999", call="lla_2")
    await them.post(f"/telefono/{before}/contacto", contact_id=f"contact-{PREMIUM}")
    later = (await them.get("/telefono/numero?numero=3009999999")).text
    assert "un agente lo dijo de una llamada" in later


async def test_the_bell_offers_a_call_that_rings_to_whom_it_rings_at(office: Office, them: Visitor) -> None:
    await has_number(office, PREMIUM)
    call = await rang(office)
    office.clock.passes(minutes=-3)
    assert call not in (await them.get("/avisos/campana")).text
    with_desk(office, telephone_secrets=(new_secret(),))
    bell = (await them.get("/avisos/campana")).text
    assert f'href="/telefono/{call}"' in bell
    assert "Llamada entrante" in bell
    assert call in (await them.get("/cola")).text
    await account(office, "specialist", password=False)
    async with visitor(office, "specialist") as eva:
        assert call not in (await eva.get("/avisos/campana")).text
    office.clock.passes(minutes=30)
    assert call not in (await them.get("/avisos/campana")).text


async def test_nobody_else_sees_who_calls(office: Office, them: Visitor) -> None:
    call = await rang(office)
    await account(office, "contact", password=False)
    async with visitor(office, "contact") as contact:
        for path in ("/telefono", f"/telefono/{call}", "/telefono/numero?numero=3001234567"):
            assert (await contact.get(path)).status_code == 403
    assert (await them.get("/telefono/lla_nada")).status_code == 404
    wrong: dict[str, Any] = {"call_id": "lla_nada", "direction": "in", "outcome": "solved", "summary": "x"}
    number = await office.open("premium_contact")
    foreign = wrong | {"number": number, "contact_id": f"contact-{STANDARD}"}
    assert (await them.post("/telefono/registro", **foreign, key="ajeno-0001")).status_code == 404
    foreign["call_id"] = call
    refused = await them.post("/telefono/registro", **foreign, key="ajeno-0002")
    assert refused.status_code == 422
    assert [each["kind"] for each in await office.timeline(number)] == ["case_opened"]
