"""The solution that a message is about which opens a case: mail names none, and a case is about one."""

from __future__ import annotations

import unicodedata
from datetime import datetime

from desk.desk import Desk
from desk.mail.standing import Delivery
from storage.case import views
from storage.case.views import CaseFilter
from storage.cover import solutions
from storage.cover.solutions import Solution, SolutionKind
from storage.mail import inbox

_KIND = "solution"
_MOST_CASES = 20


async def solution_for(
    desk: Desk, delivery: Delivery, customer_id: str, contact_id: str, *, at: datetime
) -> str | None:
    """The solution's id, the same whenever it is asked for again; None where the customer has none.

    It is the one that the message names; else the one of the contact's last case; else the newest that is no piece of
    equipment, whose claims need a serial number (WAR-4).
    """
    kept = await inbox.effect(desk.database, delivery.row.id, _KIND)
    if kept is None:
        found = await _chosen(desk, delivery, customer_id, contact_id)
        if found is None:
            return None
        kept = await inbox.once(desk.database, delivery.row.id, _KIND, {"id": found.id}, at=at)
    return str(kept["id"])


async def _chosen(desk: Desk, delivery: Delivery, customer_id: str, contact_id: str) -> Solution | None:
    known = [
        each
        for each in await solutions.of_customer(desk.database, customer_id)
        if each.kind is not SolutionKind.EQUIPMENT
    ]
    said = _plain(f"{delivery.message.subject}\n{delivery.message.text}")
    named = [each for each in known if _plain(each.name) in said]
    if len(named) == 1:
        return named[0]
    wanted = CaseFilter(customer_id=customer_id)
    recent = await views.cases(desk.database, wanted, limit=_MOST_CASES)
    by_id = {each.id: each for each in named or known}
    for row in recent.items:
        if row.case.contact_id == contact_id and row.case.solution_id in by_id:
            return by_id[row.case.solution_id]
    return max(by_id.values(), key=lambda each: (str(each.accepted_on or ""), each.id), default=None)


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFD", text.casefold())
    return " ".join("".join(sign for sign in apart if not unicodedata.combining(sign)).split())
