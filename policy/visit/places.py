"""Places of visits on site: municipalities by DANE's code (DIVIPOLA); inside Bogotá is no visit (ONS-1).

A code has five digits, two of the department and three of the municipality. Which ones are listed is given: the pure
core reads no file and no table.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from policy.case.refusals import Refusal

BOGOTA = "11001"
_BOGOTA_DEPARTMENT = "11"
_CODE = re.compile(r"[0-9]{5}")
_LOCALITIES = (
    "antonionarino|barriosunidos|bosa|chapinero|ciudadbolivar|engativa|fontibon|kennedy|lacandelaria|losmartires"
    "|puentearanda|rafaeluribeuribe|sancristobal|santafe|suba|sumapaz|teusaquillo|tunjuelito|usaquen|usme"
)
_BOGOTA_ITSELF = (
    r"(ciudad|capital)?(de)?(distritocapital|dc)?(de)?((santa|sta)fe)?(de)?(bogota|bacata)(distritocapital|distritoespecial|dc|capital)?"
    r"(cundinamarca)?(de)?((republicade)?colombia)?"
)
_SPELLS_BOGOTA = re.compile(
    rf"{_BOGOTA_ITSELF}|distritocapital(decolombia)?|dc"
    rf"|(localidad)?(de)?({_LOCALITIES})(de|en)?{_BOGOTA_ITSELF}|{_BOGOTA_ITSELF}(localidad)?(de)?({_LOCALITIES})"
)
"""All that people write for Bogotá D.C., by its letters alone, also with one of its localities. Names such as Puerto
Bogotá are no such spelling.
"""
_BETWEEN_PARTS = re.compile(r"[,;:/|()\[\]\u2010-\u2015-]")
_LOOK_ALIKES = str.maketrans("авсԁеɡіоѕтαβοτɑı", "abcdegiostabotai")
"""Small letters of other alphabets that nobody tells from ours by looking."""


class MunicipalityCodeMalformed(Refusal):
    """A code has five digits."""

    rule = "ONS-1"
    message = (
        "A municipality's code has five digits, its leading zero included, such as 05001 for Medellín. "
        "Look it up in the list of municipalities."
    )


class UnknownDepartment(Refusal):
    """A code begins with one of the departments."""

    rule = "ONS-1"
    message = "There is no department {department}: check the first two digits of the municipality's code."


class UnknownMunicipality(Refusal):
    """A place is known by its code: a name beside an invented one proves nothing."""

    rule = "ONS-1"
    message = "There is no municipality {municipality} in the official list (DIVIPOLA): please check its code."


class VisitInsideBogota(Refusal):
    """On site means outside Bogotá."""

    rule = "ONS-1"
    message = (
        "Support on site is given outside Bogotá D.C. only. Inside Bogotá we go on helping you through the remote "
        "channels of your plan."
    )


@dataclass(frozen=True)
class Municipality:
    """A municipality: DANE's code, its name, and its department's name."""

    code: str
    name: str
    department: str


def municipality(
    code: str, name: str | None, *, listed: Mapping[str, Municipality], departments: Mapping[str, str]
) -> Municipality:
    """The municipality that a visit is asked for, as its code says; a name may stand beside it (ONS-1).

    `listed` by code, `departments` by the code's first two digits. Refuses a malformed code, Bogotá by its code or by
    any spelling of its name, an unknown department, and a code that is not listed.
    """
    if not _CODE.fullmatch(code):
        raise MunicipalityCodeMalformed
    if is_in_bogota(code) or spells_bogota(name or ""):
        raise VisitInsideBogota
    department = departments.get(code[:2])
    if department is None:
        raise UnknownDepartment(department=code[:2])
    if code not in listed:
        raise UnknownMunicipality(municipality=code)
    return listed[code]


def is_in_bogota(code: str) -> bool:
    """Whether a code is Bogotá's: of its department, whose only municipality it is."""
    return code.startswith(_BOGOTA_DEPARTMENT)


def spells_bogota(name: str) -> bool:
    """Whether a name is Bogotá's, or one of its parts between commas and the like is, in whatever way it is written.

    Being a word of another name makes it none.
    """
    return any(_SPELLS_BOGOTA.fullmatch(_letters(part)) for part in (name, *_BETWEEN_PARTS.split(name)))


def _letters(text: str) -> str:
    """The letters alone: no accents, capitals, spaces, signs or digits, and wide and foreign ones as ordinary ones."""
    bare = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).translate(_LOOK_ALIKES)
    return "".join(sign for sign in bare if sign.isalpha())
