"""A case's place in the list that somebody came from, and the cases before and after it there."""

from __future__ import annotations

from dataclasses import dataclass

from desk.access import only_visible
from desk.desk import Desk
from storage.case import views
from storage.case.views import CaseFilter
from storage.signing_in.tokens import Principal

MOST = 300
"""How far into a list one goes from case to case."""


@dataclass(frozen=True, kw_only=True)
class Neighbours:
    """`place` counts from 1, of so many; None where the case has left the list, which then goes on where it stood.

    `are_more`: the list is longer than `of`.
    """

    place: int | None
    of: int
    are_more: bool
    previous: str | None
    next: str | None


async def read_neighbours(
    desk: Desk, principal: Principal, wanted: CaseFilter, number: str, *, was: int | None = None
) -> Neighbours:
    """The case's neighbours in a list. `was`: its place there when it was opened."""
    visible = only_visible(principal, wanted)
    async with desk.database.snapshot() as db:
        listed = await views.numbers(db, visible, limit=MOST + 1) if visible else []
    are_more, listed = len(listed) > MOST, listed[:MOST]
    if number in listed:
        at = listed.index(number)
        before, after, place = listed[:at], listed[at + 1 :], at + 1
    else:
        at = min(max((was or 1) - 1, 0), len(listed))
        before, after, place = listed[:at], listed[at:], None
    return Neighbours(
        place=place,
        of=len(listed),
        are_more=are_more,
        previous=before[-1] if before else None,
        next=after[0] if after else None,
    )
