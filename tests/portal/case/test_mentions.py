"""Colleagues who are called in a note: told of it, and nobody else is."""

from __future__ import annotations

import pytest

from tests.api.office import Office
from tests.portal.case.test_meanwhile import send
from tests.portal.people import unspaced, visitor


@pytest.fixture
async def number(office: Office) -> str:
    return await office.open()


async def told(office: Office, number: str) -> list[str]:
    """Who is told of the case's notes."""
    items = (await office.get("/notices", "admin", case=number)).json()["items"]
    return [each["recipient"] for each in items if each["kind"] == "note_added"]


async def test_who_is_called_is_told_and_the_note_says_so(office: Office, number: str) -> None:
    async with visitor(office, "agent") as agent:
        page = await agent.get(f"/casos/{number}")
        assert '<option value="Dora Ruiz">' in page.text
        await send(agent, page, number, "notes", body="@Dora Ruiz y @eva: ¿aprobamos? Yo, @ana, creo que sí.")
        assert "para Dora Ruiz, Eva Luna" in (await agent.get(f"/casos/{number}")).text
    assert sorted(await told(office, number)) == ["agent:dora", "agent:eva"]
    assert (await office.timeline(number))[-1]["data"]["mentions"] == ["dora", "eva"]


async def test_a_customer_is_not_called_in_what_it_cannot_read(office: Office, number: str) -> None:
    await office.take_contact_off_roster()
    words = "Le avisé a @Luz"
    async with visitor(office, "agent") as agent:
        answer = await send(agent, await agent.get(f"/casos/{number}"), number, "notes", body=words)
    assert answer.status_code == 422
    assert "Luz no puede leer esta nota" in answer.text
    assert f"{words}</textarea>" in answer.text
    assert await told(office, number) == []


async def test_it_is_the_same_over_the_api(office: Office, number: str) -> None:
    await office.give(number, "notes", body="Vea esto, @dora.")
    assert await told(office, number) == ["agent:dora"]


@pytest.mark.parametrize("words", ["Escriba a ana@dora.example", "@nadie, @media print", "Sin nadie"])
async def test_what_calls_nobody_is_a_note_like_any(office: Office, number: str, words: str) -> None:
    assert (await office.give(number, "notes", body=words)).status_code == 200
    assert await told(office, number) == []


async def test_nobody_is_called_by_what_the_customer_reads(office: Office, number: str) -> None:
    await office.give(number, "replies", body="Mi colega @dora lo mira.")
    items = (await office.get("/notices", "admin", case=number)).json()["items"]
    assert "agent:dora" not in [each["recipient"] for each in items]


@pytest.mark.parametrize(
    ("words", "unknown"),
    [
        ("Que lo vea @dora.", ()),
        ("Que lo vean @dora y @pepito.perez, y @pepito.perez.", ("pepito.perez",)),
        ("@Nadie y ana@dora.example", ("Nadie",)),
        ("Sin nadie", ()),
    ],
)
async def test_the_author_is_told_whom_nobody_is(
    office: Office, number: str, words: str, unknown: tuple[str, ...]
) -> None:
    await office.give(number, "notes", body=words)
    for who, is_told in (("agent", bool(unknown)), ("director", False)):
        async with visitor(office, who) as person:
            page = (await person.get(f"/casos/{number}")).text
        assert ('class="uncalled"' in page) is is_told, who
        assert all(f"Nadie se llama @{each}:" in unspaced(page) for each in unknown) or not is_told
