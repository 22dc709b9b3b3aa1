"""The one search: its page, and what the box in the header shows while somebody types."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import BeforeValidator, Field

from desk.inputs import clean
from desk.reading.search import MOST, Found, SearchPage, read_search
from policy.case.commands import OpenCase
from policy.case.lifecycle import ROLES
from portal.frame.deps import DeskDep
from portal.frame.pages import answered, navigation, page, render
from portal.frame.session import SignedIn, Visitor
from storage.search.search import beginnings, searchable
from storage.search.spelling import words_of
from wording.language import translate

router = APIRouter()

_FEW = 5

Sought = Annotated[str, BeforeValidator(clean), Field(max_length=200), Query()]


@dataclass(frozen=True)
class Command:
    """Something that one may do or where one may go: its words, and where it is."""

    label: str
    address: str
    icon: str


@router.get("/buscar")
async def show(request: Request, visitor: SignedIn, desk: DeskDep, q: Sought = "") -> Response:
    """The best results; who looks for more says more."""
    found = await read_search(desk, visitor.principal, q)
    commands = [*_tagged(visitor, found.found), *_for_customers(visitor, found.found), *_places(visitor, q)]
    shown = _shown(found, q, commands)
    return page(request, "queue/search.html", **shown, most=MOST)


@router.get("/buscar/rapido")
async def show_few(request: Request, visitor: SignedIn, desk: DeskDep, q: Sought = "") -> Response:
    """The best five of each kind, for the box in the header."""
    found = await read_search(desk, visitor.principal, q, most=_FEW)
    shown = _shown(found, q, [*_tagged(visitor, found.found), *_for_customers(visitor, found.found)])
    return answered(Response(render(request, visitor, "queue/found.html", **shown), media_type="text/html"), visitor)


def _shown(found: SearchPage, q: str, commands: Sequence[Command]) -> dict[str, Any]:
    words = words_of(found.sought)
    return {**vars(found), "q": q, "commands": commands, "marked": lambda text: beginnings(text, words)}


def _tagged(visitor: Visitor, found: Found) -> Iterator[Command]:
    """The cases of the tags that were found, open and closed."""
    for tag, count in found.tags:
        label = translate("Cases tagged “{tag}”: {count}", visitor.language, tag=tag, count=count)
        yield Command(label, f"/cola?{urlencode({'tab': 'all', 'tag': tag})}", "bookmark")


def _for_customers(visitor: Visitor, found: Found) -> Iterator[Command]:
    """What one may do for the first customers that were found."""
    if visitor.role in ROLES[OpenCase]:
        for each in found.customers[:2]:
            label = translate("Open a case for {customer}", visitor.language, customer=each.name)
            yield Command(label, f"/casos/nuevo?cliente={each.id}", "plus")


def _places(visitor: Visitor, q: str) -> Iterator[Command]:
    """Where one may go whose name has all that was typed."""
    typed = searchable(q).split()
    places: Sequence[tuple[str, str]] = (*navigation(visitor), ("/cuenta", "My account"))
    for address, label in places:
        name = translate(label, visitor.language)
        if typed and all(word in searchable(name) for word in typed):
            yield Command(name, address, "right")
