"""The way from case to case through the list that one came from, which the address keeps (`?de=`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import parse_qs, urlencode, urlsplit

from fastapi import Query, Request

from desk.access import STAFF
from desk.desk import Desk
from desk.reading.neighbours import Neighbours, read_neighbours
from portal.frame.session import Visitor, path_in
from portal.queue.queue import TAB_NAMES
from portal.queue.queue_filters import Look, look_in
from wording.language import translate

_LONGEST = 2_000
_MOST_DIGITS = 9


@dataclass(frozen=True, kw_only=True)
class CameFrom:
    """Which list somebody came from (`de`: its query, empty for none), and the case's place in it as it then stood."""

    de: Annotated[str, Query(max_length=_LONGEST)] = ""
    lugar: Annotated[str, Query(max_length=_LONGEST)] = ""

    @property
    def place(self) -> int | None:
        """None for what is no place: like a list that there is not, it is no reason to refuse the case."""
        is_one = self.lugar.isascii() and self.lugar.isdecimal() and len(self.lugar) <= _MOST_DIGITS
        return int(self.lugar) if is_one else None

    @property
    def query(self) -> str:
        """As it stands in an address; empty where there is no list."""
        if not self.de:
            return ""
        return f"?{urlencode({'de': self.de, **({'lugar': self.lugar} if self.place else {})})}"


@dataclass(frozen=True, kw_only=True)
class Pager:
    """The list by its name and address, and what stands in it beside the case."""

    name: str
    list_address: str
    neighbours: Neighbours
    look: Look

    @property
    def previous(self) -> str | None:
        """The address of the case before."""
        return self._at(self.neighbours.previous, -1)

    @property
    def next(self) -> str | None:
        """The address of the case after."""
        return self._at(self.neighbours.next, 1)

    def _at(self, number: str | None, step: int) -> str | None:
        if number is None:
            return None
        place = max(1, (self.neighbours.place or 1) + step)
        return f"/casos/{number}?{urlencode({'de': self.look.query, 'lugar': place})}"


async def pager_of(desk: Desk, visitor: Visitor, number: str, came: CameFrom) -> Pager | None:
    """The pager of somebody who came from a list of the queue; None for who came from elsewhere, and for contacts."""
    if not came.de or visitor.role not in STAFF:
        return None
    look = look_in(came.de, policy=desk.policy)
    assert visitor.account
    wanted = look.wanted(visitor.principal.actor.id, visitor.account.id, at=desk.clock())
    if wanted.unread_by:  # what is looked at is not unread any more
        wanted = replace(wanted, unread_by=None, answered=True)
    groups: Mapping[str, str] = {f"group-{each.id}": each.name for each in desk.policy.groups}
    return Pager(
        name=groups.get(look.tab) or translate(TAB_NAMES[look.tab], visitor.language),
        list_address=f"/cola?{look.query}",
        neighbours=await read_neighbours(desk, visitor.principal, wanted, number, was=came.place),
        look=look,
    )


def came_from(request: Request) -> CameFrom:
    """From which list, as the page's own address says, or that of the page whose form was sent."""
    own = request.url.query if "de" in request.query_params else ""
    said = parse_qs(own or urlsplit(path_in(request.headers.get("referer", ""))).query)
    de, lugar = (said.get(name, [""])[0] for name in ("de", "lugar"))
    return CameFrom(de=de[:_LONGEST], lugar=lugar[:_LONGEST])
