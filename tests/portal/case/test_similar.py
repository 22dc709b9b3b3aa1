"""Cases that look alike: a customer's own while a case is opened, and all of them at a case, each with why."""

from __future__ import annotations

import re

from tests.api.office import PREMIUM, STANDARD, Office
from tests.portal.case.test_customer_opening import FORM
from tests.portal.people import unspaced, visitor

CERTIFICATE = {"title": "El certificado SSL venció", "description": "El portal avisa que no es privado."}
ABOUT_IT = {"title": "Otra vez el certificado SSL", "description": "No deja entrar."}


def similar_in(page: str) -> list[str]:
    """The titles of the cases that are said to look alike."""
    part = re.search(r'<section class="(?:card alike-own|similar)".*?</section>', page, re.DOTALL)
    return re.findall(r'<a href="/casos/[^"]+"[^>]*>([^<]+)</a>', part[0]) if part else []


async def test_a_contact_sees_their_own_while_they_type_and_why(office: Office) -> None:
    await office.open(**CERTIFICATE)
    await office.open(title="El mapa no carga", description="Aparece en blanco.")
    async with visitor(office, "contact") as ana:
        answer = await ana.post("/casos/nuevo/parecidos", **FORM | ABOUT_IT)
        page = unspaced(answer.text)
    assert similar_in(answer.text) == ["El certificado SSL venció"]
    assert "Comparten: «certificado», «SSL», la misma solución" in re.sub("<[^>]+>", "", page)


async def test_nobody_sees_another_customers_while_they_type(office: Office) -> None:
    """Whatever solution or customer the form names."""
    await office.open(**CERTIFICATE)
    async with visitor(office, "premium_contact") as eva:
        for named in ({}, {"solution_id": f"solution-{PREMIUM}"}, {"cliente": STANDARD}):
            answer = await eva.post("/casos/nuevo/parecidos", **FORM | ABOUT_IT | named)
            assert (similar_in(answer.text), "venció" in answer.text) == ([], False), named


async def test_without_a_script_the_page_of_the_draft_shows_them(office: Office) -> None:
    await office.open(**CERTIFICATE)
    async with visitor(office, "contact") as ana:
        assert similar_in((await ana.get("/casos/nuevo")).text) == []
        await ana.post("/casos/nuevo/borrador", **FORM | ABOUT_IT)
        assert similar_in((await ana.get("/casos/nuevo")).text) == ["El certificado SSL venció"]


async def test_at_a_case_all_that_look_alike_the_solved_first(office: Office) -> None:
    """Every customer's, for those who serve them; nobody else is shown any."""
    await office.open("premium_contact", **CERTIFICATE)
    solved = await office.open(**CERTIFICATE)
    await office.give(solved, "resolution", summary="Se renovó.")
    number = await office.open(**ABOUT_IT)
    async with visitor(office, "agent") as agent, visitor(office, "contact") as ana:
        page = (await agent.get(f"/casos/{number}")).text
        assert similar_in(page) == ["El certificado SSL venció"] * 2
        assert page.index(f'/casos/{solved}"') < page.index("Cliente premium-1")
        assert similar_in((await ana.get(f"/casos/{number}")).text) == []
        assert similar_in((await ana.get(f"/casos/{number}/partes/similar")).text) == []
