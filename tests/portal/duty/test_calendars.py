"""Calendars at secret addresses: made, read by whoever has the address, and gone with the right to read them."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from typing import Any

import pytest
from httpx import Response
from icalendar import Calendar

from storage.people import agents
from storage.signing_in import accounts
from tests.api.given import exhaust_channels, give
from tests.api.office import AGENTS, Office
from tests.portal.duty.test_duty_page import key, with_rota
from tests.portal.people import Visitor, visitor

pytestmark = pytest.mark.rule("ESC-17")


async def made(them: Visitor, kind: str) -> str:
    """A new address, as a path."""
    answer = await them.post("/cuenta/calendarios", key=await key(them, "/cuenta/calendarios"), kind=kind)
    found = re.search(r"(/calendario/[^<\s]+\.ics)", answer.text)
    assert found, answer.text
    return found[1]


async def read(office: Office, path: str, **headers: str) -> Response:
    """As a calendar program reads it: without a session."""
    return await office.client.get(path, headers=headers)


def entries(answer: Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    calendar = Calendar.from_ical(answer.content)
    names = ("UID", "SEQUENCE", "SUMMARY", "STATUS", "DTSTART", "DTEND", "DTSTAMP", "LAST-MODIFIED")
    return [{name: _text(each[name].to_ical()) for name in names} for each in calendar.walk("VEVENT")]


def _text(said: bytes | str) -> str:
    return said if isinstance(said, str) else said.decode()


async def test_ones_own_turns_stand_at_a_secret_address(office: Office) -> None:
    await with_rota(office)
    async with visitor(office, "specialist") as them:
        path = await made(them, "mine")
        assert path not in (await them.get("/cuenta/calendarios")).text, "it was shown once"
    answer = await read(office, path)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"].startswith("private")
    first = entries(answer)
    assert {each["SUMMARY"] for each in first} == {"Mi turno de guardia\\, nivel 2"}
    assert len({each["UID"] for each in first}) == len(first)
    same = await read(office, path, **{"If-None-Match": answer.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    office.clock.passes(days=1)
    kept = {each["UID"]: each for each in entries(await read(office, path))}
    assert all(kept[each["UID"]]["DTSTART"] == each["DTSTART"] for each in first if each["UID"] in kept)
    assert {each["UID"] for each in first} & {*kept}, "the same turn keeps its name"


async def test_a_calendar_speaks_its_owners_language(office: Office) -> None:
    await with_rota(office)
    async with visitor(office, "specialist") as them:
        paths = [await made(them, kind) for kind in ("mine", "level_1", "level_2", "visits")]
    await accounts.change(office.db, "acc-specialist", language="en")
    texts = [(await read(office, path)).text for path in paths]
    names = ["Escala: on duty", "Escala: on duty", "Escala: on duty", "Escala: visits"]
    assert [re.findall(r"X-WR-CALNAME:(.*)\r", each) for each in texts] == [[each] for each in names]
    summaries = ["My turn on duty\\, level 2", "Nobody on duty\\, level 1", "On duty\\, level 2: Eva Luna"]
    assert all(said in text for said, text in zip(summaries, texts, strict=False))


async def test_a_levels_turns_grow_in_sequence_when_they_change(office: Office) -> None:
    await with_rota(office)
    async with visitor(office, "admin") as them:
        path = await made(them, "level_2")
        before = entries(await read(office, path))
        office.clock.passes(minutes=5)
        span = {"from": "2026-12-01T08:00", "until": "2026-12-02T08:00"}
        form: dict[str, Any] = {"key": await key(them, "/guardia/turnos"), "level": "2", "agent_id": "eva", **span}
        assert (await them.post("/guardia/reemplazos", **form)).status_code == 303
    after = entries(await read(office, path))
    assert max(int(each["SEQUENCE"]) for each in after) > max(int(each["SEQUENCE"]) for each in before)
    assert "Guardia del nivel 2: Eva Luna" in {each["SUMMARY"] for each in after}


async def test_visits_are_those_that_the_reader_may_see_and_a_cancelled_one_says_so(office: Office) -> None:
    number = await office.open("premium_contact")
    await exhaust_channels(office, number)
    for step in ("visits", "visits/approval", "visits/acceptance", "visits/schedule"):
        await give(office, number, step)
    async with visitor(office, "premium_contact") as them:
        theirs = await made(them, "visits")
    async with visitor(office, "contact") as them:
        others = await made(them, "visits")
    async with visitor(office, "agent") as them:
        ours = await made(them, "visits")
    assert entries(await read(office, others)) == []
    [one] = entries(await read(office, theirs))
    assert entries(await read(office, ours)) == [one]
    assert (one["STATUS"], number in one["SUMMARY"]) == ("CONFIRMED", True)
    await give(office, number, "visits/cancellation")
    [gone] = entries(await read(office, theirs))
    assert (gone["STATUS"], gone["UID"]) == ("CANCELLED", one["UID"])
    assert int(gone["SEQUENCE"]) > int(one["SEQUENCE"])


async def test_an_address_ends_with_its_revocation_and_with_its_owners_rights(office: Office) -> None:
    await with_rota(office)
    async with visitor(office, "specialist") as them:
        path, other = await made(them, "mine"), await made(them, "level_2")
        listed = (await them.get("/cuenta/calendarios")).text
        [first, *_] = re.findall(r'action="(/cuenta/calendarios/[^/]+/fin)"', listed)
        assert (await them.post(first)).status_code == 303
        assert (await them.post(first)).status_code == 404
    assert sorted([(await read(office, each)).status_code for each in (path, other)]) == [200, 404]
    left = path if (await read(office, path)).status_code == 200 else other
    async with visitor(office, "agent") as ana:
        assert (await ana.post(first)).status_code == 404, "nobody ends another one's"
    await accounts.disable(office.db, "acc-specialist", at=office.clock())
    assert (await read(office, left)).status_code == 404


async def test_a_changed_role_changes_what_is_read(office: Office) -> None:
    """Who no longer serves cases reads nothing more of them."""
    async with visitor(office, "agent") as them:
        path = await made(them, "visits")
    assert (await read(office, path)).status_code == 200
    await agents.put(office.db, replace(AGENTS["agent"], email="otra@escala.example"))
    assert (await read(office, path)).status_code == 404


async def test_who_may_have_which(office: Office) -> None:
    async with visitor(office, "contact") as them:
        form: dict[str, Any] = {"key": await key(them, "/cuenta/calendarios"), "kind": "level_2"}
        assert (await them.post("/cuenta/calendarios", **form)).status_code == 403
        assert (await them.post("/cuenta/calendarios", **{**form, "kind": "todo"})).status_code == 422
    async with visitor(office, "commercial") as them:
        assert (await them.get("/cuenta/calendarios")).status_code == 403


@pytest.mark.parametrize("secret", ["x", "a" * 43, "ñ", "a" * 100, "%00", "..%2f"])
async def test_what_is_no_address_is_not_found(office: Office, secret: str) -> None:
    assert (await read(office, f"/calendario/{secret}.ics")).status_code == 404


async def test_the_secret_is_in_no_log_and_readers_have_a_budget(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    async with visitor(office, "agent") as them:
        path = await made(them, "visits")
    secret = path.removeprefix("/calendario/").removesuffix(".ics")
    with caplog.at_level(logging.DEBUG):
        answers = [(await read(office, path)).status_code for _ in range(61)]
    assert (answers[0], answers[-1]) == (200, 429)
    said = [each.getMessage() for each in caplog.records if each.name != "httpx"]  # which is who asks
    assert said
    assert not any(secret in each for each in said)
    office.clock.passes(hours=1)
    assert (await read(office, path)).status_code == 200
