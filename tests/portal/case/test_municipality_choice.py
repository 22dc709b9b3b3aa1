"""Which municipality somebody means by a name or a code, and how a visit is asked for with it."""

from __future__ import annotations

from typing import Any

import pytest
from httpx import Response

from desk.problems import Problem
from policy.visit.places import BOGOTA, Municipality
from portal.case.municipality_choice import MunicipalityNotListed, SeveralMunicipalities, meant
from tests.api.office import Office
from tests.portal.case.test_case_page import key_of
from tests.portal.people import visitor

NAMES = {
    "05001": ("Medellín", "Antioquia"),
    "11001": ("Bogotá, D.C.", "Bogotá, D.C."),
    "13001": ("Cartagena de Indias", "Bolívar"),
    "18150": ("Cartagena del Chairá", "Caquetá"),
    "05400": ("La Unión", "Antioquia"),
    "76400": ("La Unión", "Valle del Cauca"),
    "76001": ("Santiago de Cali", "Valle del Cauca"),
    "76126": ("Calima", "Valle del Cauca"),
}
KNOWN = {code: Municipality(code, *names) for code, names in NAMES.items()}


@pytest.mark.parametrize(
    ("given", "code", "name"),
    [
        ("05001", "05001", ""),
        (" 05001 Medellín, Antioquia ", "05001", "Medellín, Antioquia"),
        ("25175 Chía", "25175", "Chía"),
        ("medellin", "05001", ""),
        ("MEDELLÍN, Antioquia", "05001", ""),
        ("Cali", "76001", ""),
        ("la union antioquia", "05400", ""),
        ("Cartagena (Bolívar)", "13001", ""),
        ("5001", "5001", ""),
        ("", "", ""),
    ],
)
def test_a_code_or_a_name_that_only_one_has_is_understood(given: str, code: str, name: str) -> None:
    assert meant(given, KNOWN) == (code, name)


@pytest.mark.rule("ONS-1")
@pytest.mark.parametrize(
    "given", ["Bogotá", "bogota d.c.", "Santafé de Bogotá", "B O G O T A", "Bogotá (Cundinamarca)"]
)
def test_bogota_is_bogota_however_it_is_written(given: str) -> None:
    assert meant(given, KNOWN)[0] == BOGOTA


@pytest.mark.parametrize(
    ("given", "refusal", "told"),
    [
        ("La Unión", SeveralMunicipalities, "05400 La Unión, Antioquia; 76400 La Unión, Valle del Cauca"),
        ("Cartagena", SeveralMunicipalities, "13001 Cartagena de Indias, Bolívar; 18150 Cartagena del Chairá, Caquetá"),
        ("Macondo", MunicipalityNotListed, None),
        ("Puerto Bogotá", MunicipalityNotListed, None),
        ("Valle del Cauca", MunicipalityNotListed, None),
    ],
)
def test_a_name_of_several_or_none_is_refused(given: str, refusal: type[Problem], told: str | None) -> None:
    with pytest.raises(refusal) as refused:
        meant(given, KNOWN)
    assert refused.value.values.get("matches") == told


class TestAskingForAVisit:
    async def ask(self, office: Office, city: str) -> Response:
        number = await office.open()
        await office.give(number, "attempts", channel="web", outcome="not_solved", summary="Se guió al usuario.")
        async with visitor(office, "contact") as contact:
            key = key_of(await contact.get(f"/casos/{number}"), "visits")
            fields: dict[str, Any] = {
                "city_code": city,
                "city_name": "",
                "address": "Carrera 50",
                "reason": "No responde.",
            }
            answer = await contact.post(f"/casos/{number}/ordenes/visits", key=key, **fields)
            return await contact.get(f"/casos/{number}") if answer.status_code == 303 else answer

    async def test_takes_a_name_without_its_accents(self, office: Office) -> None:
        assert "Medellín, Antioquia<br>" in (await self.ask(office, "medellin")).text

    @pytest.mark.rule("ONS-1")
    async def test_is_refused_by_the_rule_for_bogota(self, office: Office) -> None:
        assert "Regla ONS-1" in (await self.ask(office, "Santa Fe de Bogotá")).text

    async def test_lists_what_a_name_can_be(self, office: Office) -> None:
        answer = await self.ask(office, "la union")
        assert answer.status_code == 422
        assert "05400 La Unión, Antioquia; " in answer.text
        assert "; 76400 La Unión, Valle del Cauca" in answer.text
        assert 'value="la union"' in answer.text


async def test_a_page_suggests_the_capitals_and_all_on_demand(office: Office) -> None:
    async with visitor(office, "contact") as contact:
        page = (await contact.get(f"/casos/{await office.open()}")).text
        listed = (await contact.get("/municipios")).text
    for shown in (page, listed):
        assert '<option value="05001 Medellín, Antioquia">' in shown
        assert "11001" not in shown
    assert "05400" not in page
    assert '<option value="05400 La Unión, Antioquia">' in listed
