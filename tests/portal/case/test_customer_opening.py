"""Opening a case by its form: what it asks, what it says beforehand, and that a refusal loses nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from httpx import Response

from policy.case.incidents import Incident
from portal.case.opening_page import PRIORITIES
from storage.case import views
from storage.cover import contracts, solutions
from storage.cover.solutions import Solution, SolutionKind
from storage.providers import incidents
from tests.api.office import PREMIUM, STANDARD, Office
from tests.portal.people import Visitor, unspaced, visitor

FORM: dict[str, Any] = {
    "solution_id": f"solution-{STANDARD}",
    "category": "incident",
    "title": "El mapa no carga",
    "description": "Aparece en blanco.",
    "since_when": "desde las 8:00",
    "what_tried": "otro navegador",
    "proposed_priority": "2",
}
PREMIUM_FORM = FORM | {"solution_id": f"solution-{PREMIUM}", "contact_id": f"contact-{PREMIUM}", "cliente": PREMIUM}
XSS = '"><script>alert(1)</script>'


async def key_of(who: Visitor, path: str = "/casos/nuevo") -> str:
    return found_key(await who.get(path))


def found_key(answer: Response) -> str:
    found = re.search(r'name="key" value="([^"]+)"', answer.text)
    assert found, answer.text
    return found[1]


async def send(who: Visitor, key: str | None = None, files: Any = None, **changes: Any) -> Response:
    key = key or await key_of(who)
    return await who.post("/casos/nuevo", files=files, **{**FORM, "key": key, **changes})


def number_of(answer: Response) -> str:
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removeprefix("/casos/")


class TestTheForm:
    async def test_opens_a_case_that_says_what_was_analysed(self, office: Office) -> None:
        async with visitor(office, "contact") as ana:
            number = number_of(await send(ana))
        opened = (await office.timeline(number))[0]["data"]
        assert opened["prior_analysis"] == "Desde cuándo: desde las 8:00\nQué analizaron y probaron: otro navegador"
        row = await views.case(office.db, number)
        assert row
        assert (row.case.contact_id, row.case.channel, row.title) == ("contact-standard-1", "web", "El mapa no carga")

    async def test_asks_what_fits_its_category_and_keeps_it_with_the_case(self, office: Office) -> None:
        its = {"category": "architecture", "goal": "Un visor", "by_when": "Marzo", "since_when": "de antes"}
        async with visitor(office, "contact") as ana:
            page = unspaced((await ana.get("/casos/nuevo")).text)
            assert '<span class="variant for-architecture">Qué quieren construir</span>' in page
            assert '<div class="asked of-architecture"><label for="by_when">' in page
            number = number_of(await send(ana, **its))
        opened = (await office.timeline(number))[0]["data"]
        assert opened["prior_analysis"].splitlines() == [
            "Qué quieren construir: Un visor",
            "Para cuándo: Marzo",
            "Cómo está construido hoy y qué consideraron: otro navegador",
        ]

    async def test_clicked_twice_opens_one_case(self, office: Office) -> None:
        async with visitor(office, "contact") as ana:
            key = await key_of(ana)
            files = {"files": ("a.txt", b"hola")}
            first, again = [await send(ana, key, files) for _ in range(2)]
            assert number_of(first) == number_of(again)

    @pytest.mark.rule("REQ-5")
    async def test_without_an_analysis_is_refused_by_the_rule(self, office: Office) -> None:
        async with visitor(office, "contact") as ana:
            answer = await send(ana, since_when="", what_tried=" ")
            assert (answer.status_code, "REQ-5" in answer.text) == (422, True)

    async def test_that_is_refused_keeps_what_was_typed_and_the_files(self, office: Office) -> None:
        async with visitor(office, "contact") as ana:
            files = {"files": ("mapa.txt", b"hola")}
            answer = await send(
                ana, files=files, title="Muy propio", what_tried="", since_when="", who_affected="a todos"
            )
            assert answer.status_code == 303
            answer = await send(ana, files=files, title="Muy propio", what_tried="", since_when="")
            assert all(each in answer.text for each in ("Muy propio", "mapa.txt", "Aparece en blanco."))
            kept = re.findall(r'name="kept_files" value="([^"]+)"', answer.text)
            number = number_of(await send(ana, found_key(answer), kept_files=kept))
            page = await ana.get(f"/casos/{number}")
            assert "mapa.txt" in page.text

    async def test_tells_what_is_wrong_with_which_field(self, office: Office) -> None:
        async with visitor(office, "contact") as ana:
            answer = await send(ana, title="", proposed_priority="9")
            assert answer.status_code == 422
            assert "En una línea: Falta" in answer.text
            assert "Prioridad: Falta" in answer.text

    async def test_with_a_bad_file_is_refused_in_place(self, office: Office) -> None:
        async with visitor(office, "contact") as ana:
            answer = await send(ana, files={"files": ("a.svg", b"<svg/>")}, title="Muy propio")
            assert (answer.status_code, "Muy propio" in answer.text) == (415, True)
            answer = await send(ana, files={"files": ("a.png", b"<svg/>")})
            assert (answer.status_code, "no es lo que dice su extensión" in answer.text) == (422, True)

    async def test_without_a_key_or_a_stamp_is_not_taken(self, office: Office) -> None:
        async with visitor(office, "contact") as ana:
            assert (await ana.post("/casos/nuevo", **FORM)).status_code == 404
            answer = await ana.client.post("/casos/nuevo", data=FORM, files={"files": ("a.txt", b"a")})
            assert answer.status_code == 403

    async def test_cannot_be_about_anothers_solution_or_contact(self, office: Office) -> None:
        async with visitor(office, "contact") as ana:
            assert (await send(ana, solution_id=f"solution-{PREMIUM}")).status_code == 404
            number = number_of(await send(ana, contact_id=f"contact-{PREMIUM}", channel="phone"))
            row = await views.case(office.db, number)
            assert row
            assert row.case.contact_id == f"contact-{STANDARD}"
            assert (await ana.get(f"/casos/nuevo?cliente={PREMIUM}")).status_code == 404

    async def test_is_for_nobody_who_opens_no_cases(self, office: Office) -> None:
        async with visitor(office, "commercial") as carla:
            assert (await carla.get(f"/casos/nuevo?cliente={STANDARD}")).status_code == 403
            assert (await carla.post("/casos/nuevo", key="una-clave", **FORM)).status_code == 403

    async def test_shows_what_was_typed_as_words(self, office: Office) -> None:
        async with visitor(office, "contact") as ana:
            answer = await send(
                ana, title=XSS, description=XSS, who_affected=XSS, what_tried="", since_when="", serial_number=XSS
            )
            assert "<script>alert" not in answer.text


class TestTheDraft:
    async def keep(self, who: Visitor, **changes: Any) -> Response:
        await who.get("/casos/nuevo")
        headers = {"hx-request": "true"}
        return await who.post("/casos/nuevo/borrador", headers=headers, **{**FORM, **changes})

    async def test_stands_in_the_form_when_it_is_opened_again(self, office: Office) -> None:
        async with visitor(office, "contact") as ana:
            assert (await self.keep(ana, title="A medias", what_tried="")).status_code == 204
            page = unspaced((await ana.get("/casos/nuevo")).text)
        assert 'name="title" value="A medias"' in page
        assert "Aparece en blanco.</textarea>" in page
        assert 'value="2" required checked' in page

    async def test_is_its_accounts_alone(self, office: Office) -> None:
        async with visitor(office, "contact") as ana, visitor(office, "agent") as agent:
            await self.keep(ana, title="A medias")
            assert "A medias" not in (await agent.get(f"/casos/nuevo?cliente={STANDARD}")).text

    async def test_is_gone_once_the_case_is_opened(self, office: Office) -> None:
        async with visitor(office, "contact") as ana:
            await self.keep(ana, title="A medias")
            number_of(await send(ana))
            page = (await ana.get("/casos/nuevo")).text
        assert "Aparece en blanco." not in page
        assert "lo que había escrito" not in page

    async def test_is_thrown_away_by_a_form_without_a_word(self, office: Office) -> None:
        async with visitor(office, "contact") as ana:
            await self.keep(ana, title="A medias")
            assert "lo que había escrito" in (await ana.get("/casos/nuevo")).text
            answer = await ana.post("/casos/nuevo/borrador", solution_id=FORM["solution_id"])
            assert "A medias" not in (await ana.get(answer.headers["location"])).text

    async def test_of_another_customers_solution_is_not_kept(self, office: Office) -> None:
        async with visitor(office, "contact") as ana:
            assert (await self.keep(ana, solution_id=f"solution-{PREMIUM}")).status_code == 404
            assert (await self.keep(ana, cliente=PREMIUM)).status_code == 404


class TestTheEngine:
    async def test_that_is_away_leaves_the_form_and_its_key(self, office: Office) -> None:
        async with visitor(office, "contact") as ana:
            key = await key_of(ana)
            office.desk.down = True
            answer = await send(ana, key, {"files": ("a.txt", b"hola")})
            assert (answer.status_code, found_key(answer)) == (503, key)
            office.desk.down = False
            kept = re.findall(r'name="kept_files" value="([^"]+)"', answer.text)
            number = number_of(await send(ana, key, kept_files=kept))
            assert "a.txt" in (await ana.get(f"/casos/{number}")).text

    async def test_that_was_away_lets_a_changed_form_go_on_with_its_files(self, office: Office) -> None:
        async with visitor(office, "contact") as ana:
            key = await key_of(ana)
            office.desk.down = True
            answer = await send(ana, key, {"files": ("a.txt", b"hola")})
            office.desk.down = False
            kept = re.findall(r'name="kept_files" value="([^"]+)"', answer.text)
            answer = await send(ana, key, kept_files=kept, title="Otro título")
            assert (answer.status_code, "si ya está abierto" in answer.text) == (409, True)
            number = number_of(await send(ana, found_key(answer), kept_files=kept, title="Otro título"))
            assert "a.txt" in (await ana.get(f"/casos/{number}")).text

    async def test_that_is_slow_is_told_of_honestly(self, office: Office) -> None:
        office.desk.slow = True
        async with visitor(office, "contact") as ana:
            answer = await send(ana)
            assert (answer.status_code, "MA-2026-000001" in answer.text) == (202, True)
            assert "no lo envíe otra vez" in answer.text


class TestWhatIsSaidBefore:
    async def test_priorities_in_the_policys_words(self, office: Office) -> None:
        async with visitor(office, "contact") as ana:
            page = (await ana.get("/casos/nuevo")).text
            assert "El servicio se encuentra gravemente afectado." in page
            assert page.count('name="proposed_priority"') == len(PRIORITIES)

    @pytest.mark.rule("PLAN-5")
    async def test_when_each_step_is_due(self, office: Office) -> None:
        async with visitor(office, "contact") as ana:
            page = (await ana.get("/casos/nuevo")).text
            assert "8x5" in page
            assert page.count('<th scope="row">') == 4
            assert "10:00" in page

    @pytest.mark.rule("WAR-3")
    async def test_that_the_case_would_be_held(self, office: Office) -> None:
        await uncovered(office)
        async with visitor(office, "contact") as ana:
            page = (await ana.get("/casos/nuevo")).text
            assert "No hay contrato ni garantía" not in page
            assert "quedaría retenido" in page
            assert "15 días hábiles" in page
            number = number_of(await send(ana))
        row = await views.case(office.db, number)
        assert row
        assert row.case.status == "held"

    @pytest.mark.rule("SCOPE-6")
    async def test_what_is_known_of_the_provider(self, office: Office) -> None:
        at = office.clock()
        solution = Solution(
            id="nube", customer_id=STANDARD, name="Visor", kind=SolutionKind.CLOUD, provider_product="Cloud SQL"
        )
        await solutions.create(office.db, solution, at=at)
        told = [
            Incident(provider="google-cloud", id="1", products=("Google Cloud SQL",), began_at=at, summary=XSS),
            Incident(provider="google-cloud", id="2", products=("BigQuery",), began_at=at, summary="Otro asunto"),
            Incident(
                provider="google-cloud",
                id="3",
                products=("Cloud SQL",),
                began_at=at - timedelta(hours=1),
                summary="Con enlace",
                link="javascript:alert(1)",
            ),
        ]
        await incidents.keep(office.db, told)
        async with visitor(office, "contact") as ana:
            page = (await ana.get("/casos/nuevo?solucion=nube")).text
            assert "Incidentes conocidos" in page
            assert "Con enlace" in page
            assert "Otro asunto" not in page
            assert "<script>alert" not in page
            assert "javascript:" not in page

    async def test_which_solution_where_there_are_several(self, office: Office) -> None:
        """Each with the provider's product by its name, where a group has it."""
        solution = Solution(id="otra", customer_id=STANDARD, name="Otra cosa", kind=SolutionKind.EQUIPMENT)
        maps = replace(solution, id="mapas", kind=SolutionKind.CLOUD, provider_product="google-maps-platform")
        for each in (solution, maps):
            await solutions.create(office.db, each, at=office.clock())
        async with visitor(office, "contact") as ana:
            page = (await ana.get("/casos/nuevo")).text
            assert "Otra cosa" in page
            assert "Google Maps Platform" in page
            assert "google-maps-platform" not in page
            assert 'id="apertura"' not in page
            chosen = (await ana.get("/casos/nuevo?solucion=otra")).text
            assert 'name="serial_number"' in chosen
            assert 'id="apertura"' not in (await ana.get(f"/casos/nuevo?solucion=solution-{PREMIUM}")).text

    @pytest.mark.rule("WAR-4")
    async def test_equipment_needs_its_serial_number(self, office: Office) -> None:
        solution = Solution(
            id="gps", customer_id=STANDARD, name="GPS", kind=SolutionKind.EQUIPMENT, serial_number="SN-1"
        )
        await solutions.create(office.db, solution, at=office.clock())
        async with visitor(office, "contact") as ana:
            answer = await send(ana, await key_of(ana, "/casos/nuevo?solucion=gps"), solution_id="gps")
            assert (answer.status_code, "WAR-4" in answer.text) == (422, True)
            number_of(await send(ana, found_key(answer), solution_id="gps", serial_number="sn 1"))


class TestStaff:
    @pytest.mark.rule("REQ-4")
    async def test_opens_what_came_by_telephone(self, office: Office) -> None:
        async with visitor(office, "agent") as ana:
            key = await key_of(ana, f"/casos/nuevo?cliente={PREMIUM}")
            answer = await ana.post("/casos/nuevo", **{**PREMIUM_FORM, "key": key, "channel": "phone"})
            row = await views.case(office.db, number_of(answer))
            assert row
            assert (row.case.channel, row.case.customer_id) == ("phone", PREMIUM)

    @pytest.mark.rule("REQ-7")
    async def test_is_told_that_a_plan_does_not_hold_the_channel(self, office: Office) -> None:
        async with visitor(office, "agent") as ana:
            key = await key_of(ana, f"/casos/nuevo?cliente={STANDARD}")
            more = {"contact_id": f"contact-{STANDARD}", "cliente": STANDARD, "channel": "phone"}
            answer = await ana.post("/casos/nuevo", **{**FORM, "key": key, **more})
            assert (answer.status_code, "PLAN-7" in answer.text) == (422, True)
            assert len(office.desk.redirected) == 1

    async def test_chooses_the_customer_first(self, office: Office) -> None:
        async with visitor(office, "agent") as ana:
            assert (await ana.get("/casos/nuevo")).headers["location"] == "/clientes"
            assert (await ana.get("/casos/nuevo?cliente=nadie")).status_code == 404


async def uncovered(office: Office) -> None:
    """The Standard customer's contract was never paid."""
    from sqlalchemy import update

    from storage.engine.tables import contracts as table

    async with office.db.write() as connection:
        its = table.c.id == f"contract-{STANDARD}"
        await connection.execute(update(table).where(its).values(paid_through=None, registered_paid_through=None))
    assert await contracts.get(office.db, f"contract-{STANDARD}")
