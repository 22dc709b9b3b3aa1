"""Choosing a municipality by its name or its code: what is suggested, and which one was meant (ONS-1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from fastapi import APIRouter, Request, Response

from desk.problems import Problem
from policy.visit.places import BOGOTA, Municipality, is_in_bogota, spells_bogota
from portal.frame.deps import DeskDep
from portal.frame.pages import answered, render
from portal.frame.session import SignedIn
from storage.search.search import searchable
from storage.visit import municipalities

router = APIRouter()

_MOST_TOLD = 10
_LONGEST_TOLD = 60
_CODE_FIRST = re.compile(r"\s*([0-9]{5})\b\W*(.*)", re.DOTALL)


class MunicipalityNotListed(Problem):
    status = 422
    message = (
        "We have no municipality called {municipality} in our list: please give its code of five digits (DIVIPOLA)."
    )


class SeveralMunicipalities(Problem):
    status = 422
    message = "More than one municipality fits {municipality}: {matches}. Please choose one of them by its code."


@router.get("/municipios")
async def suggest(request: Request, visitor: SignedIn, desk: DeskDep) -> Response:
    """All municipalities that are listed, as suggestions for a field; a page asks for them when they are needed."""
    known = suggested((await municipalities.listed(desk.database)).values())
    shown = render(request, visitor, "case/municipalities.html", municipalities=known)
    return answered(Response(shown, media_type="text/html"), visitor)


def suggested(known: Iterable[Municipality]) -> list[Municipality]:
    """Those where support on site is given."""
    return [each for each in known if not is_in_bogota(each.code)]


def meant(given: str, known: Mapping[str, Municipality]) -> tuple[str, str]:
    """The code of the municipality that somebody wrote, and the name where one stands behind a code.

    What is neither name nor code is left to the policy. MunicipalityNotListed, SeveralMunicipalities.
    """
    if found := _CODE_FIRST.fullmatch(given):
        return found[1], found[2].strip()
    if spells_bogota(given):
        return BOGOTA, ""
    words = _words(given)
    if not any(word.isalpha() for word in words):
        return given, ""
    fitting = _called(words, known.values())
    if len(fitting) == 1:
        return fitting[0].code, ""
    told = given.strip()[:_LONGEST_TOLD]
    if not fitting:
        raise MunicipalityNotListed(municipality=told)
    matches = "; ".join(f"{each.code} {each.name}, {each.department}" for each in fitting[:_MOST_TOLD])
    raise SeveralMunicipalities(municipality=told, matches=matches)


def _called(words: list[str], known: Iterable[Municipality]) -> list[Municipality]:
    """Those of exactly this name, alone or with its department; else those whose name has all that is no department."""
    known = list(known)
    exactly = [each for each in known if words in (_words(each.name), _words(f"{each.name} {each.department}"))]
    return exactly or [each for each in known if _fits(set(words), each)]


def _fits(words: set[str], each: Municipality) -> bool:
    name = set(_words(each.name))
    rest = words - set(_words(each.department))
    return words <= name or (bool(rest) and rest <= name)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", searchable(text))
