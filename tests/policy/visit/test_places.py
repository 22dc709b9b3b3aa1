"""Where a visit can be: codes of municipalities, and Bogotá in every spelling."""

import unicodedata

import pytest

from policy.visit.places import (
    Municipality,
    MunicipalityCodeMalformed,
    UnknownDepartment,
    UnknownMunicipality,
    VisitInsideBogota,
    is_in_bogota,
    municipality,
    spells_bogota,
)
from tests.support.every import every

DEPARTMENTS = {"05": "Antioquia", "11": "Bogotá, D.C.", "25": "Cundinamarca"}
MEDELLIN = Municipality("05001", "Medellín", "Antioquia")
BOGOTA = Municipality("11001", "Bogotá, D.C.", "Bogotá, D.C.")


def found(code: str, name: str | None = None) -> Municipality:
    listed = {each.code: each for each in (MEDELLIN, BOGOTA)}
    return municipality(code, name, listed=listed, departments=DEPARTMENTS)


@pytest.mark.rule("ONS-1")
@pytest.mark.parametrize("name", [None, "", "Medellin", "Otra cosa"])
def test_a_listed_code_has_the_listed_name(name: str | None) -> None:
    assert found("05001", name) == MEDELLIN


@pytest.mark.rule("ONS-1")
@pytest.mark.parametrize("name", [None, "", "  Chía ", "Sta. Fe", "Bogotá Viejo"])
def test_a_code_that_is_not_listed_is_refused_whatever_the_name(name: str | None) -> None:
    """An invented code is no place, and no name makes it one."""
    with pytest.raises(UnknownMunicipality) as refused:
        found("25999", name)

    assert refused.value.values == {"municipality": "25999"}


@pytest.mark.rule("ONS-1")
@pytest.mark.parametrize("code", ["00001", "03001", "98001"])
def test_an_unknown_department_is_refused(code: str) -> None:
    with pytest.raises(UnknownDepartment) as refused:
        found(code, "Macondo")

    assert refused.value.values == {"department": code[:2]}


@pytest.mark.rule("ONS-1")
@pytest.mark.parametrize("code", ["", "5001", "050010", "O5001", " 05001", "05001\n", "０５００１", "05.001", "٠٥٠٠١"])
def test_a_code_that_is_not_five_digits_is_refused(code: str) -> None:
    with pytest.raises(MunicipalityCodeMalformed):
        found(code, "Medellín")


@pytest.mark.rule("ONS-1")
@pytest.mark.parametrize("code", ["11001", "11000", "11850"])
@pytest.mark.parametrize("name", [None, "Chía"])
def test_a_code_of_bogota_is_refused_whatever_the_name(code: str, name: str | None) -> None:
    assert is_in_bogota(code)
    with pytest.raises(VisitInsideBogota):
        found(code, name)


SPELLINGS = [
    "Bogotá",
    "BOGOTA",
    "bogotá",
    "Bogotá D.C.",
    "Bogotá, D.C.",
    "BOGOTÁ. D.C.",
    "BOGOTA DC",
    "Bogotá D. C.",
    "Bogotá (D.C.)",
    "Bogotá D.C., Colombia",
    "Bogotá, Cundinamarca",
    "Bogotá  Distrito   Capital",
    "Distrito Capital",
    "Distrito Capital de Bogotá",
    "D.C. Bogotá",
    "Santa Fe de Bogotá",
    "Santafé de Bogotá",
    "Sta. Fe de Bogotá",
    "STA FÉ DE BOGOTÁ D.C.",
    "Bacatá",
    "SANTAFE DE BOGOTA D.C.",
    "Santa Fé de Bogotá, Distrito Capital",
    "Ciudad de Bogotá",
    "  Bogotá\t",
    "B o g o t á",
    "Bogotá - D.C.",
    "BOGOTA_DC",
    "Bo\u00adgo\u200btá",
    "Bogotá\u00a0D.C.",
    unicodedata.normalize("NFD", "Bogotá, D.C."),
    "Ｂｏｇｏｔá Ｄ．Ｃ．",
    "𝐁𝐨𝐠𝐨𝐭á",
    "Bogotà",
    "Bogotá 11001",
    "Bogotá, Bogotá D.C., Colombia",
    "Bogotá, Bogotá",
    "BOGOTÁ D.C., Cundinamarca, Colombia",
    "Bogotá D.C. (Suba)",
    "Usaquén, Bogotá",
    "Bogotá - Usaquén",
    "Bogotá/Kennedy",
    "Suba Bogotá",
    "Bogotá D.C. Localidad de Ciudad Bolívar",
    "Ciudad Bolívar, D.C.",
    "Bogotá, República de Colombia",
    "Bogotá Cundinamarca Colombia",
    "Bogotá capital",
    "Bogotá, Distrito Especial",
    "Bogotá D.E.",
    "Bogot\u0430",
    "В\u043eg\u043eta",
    "Βοgοtá",
]


@pytest.mark.rule("ONS-1")
@every("name", SPELLINGS)
@every("code", ["25999", "05001"])
def test_bogota_spelled_in_any_way_is_refused(code: str, name: str) -> None:
    """Under whatever code."""
    with pytest.raises(VisitInsideBogota) as refused:
        found(code, name)

    assert refused.value.rule == "ONS-1"


@pytest.mark.rule("ONS-1")
@pytest.mark.parametrize(
    "name",
    [
        "Puerto Bogotá",
        "Puerto Bogotá, Guaduas",
        "Guaduas (Puerto Bogotá)",
        "Bogotacito",
        "Santa Fe",
        "Santafé de Antioquia",
        "Bogotá Viejo",
        "Nueva Bogotá",
        "Capital",
        "San Cristóbal, Antioquia",
        "Kennedy",
        "Suba",
        "Ciudad Bolívar, Antioquia",
    ],
)
def test_bogota_as_a_part_of_another_name_is_no_problem(name: str) -> None:
    assert found("05001", name) == MEDELLIN
    assert not spells_bogota(name)
