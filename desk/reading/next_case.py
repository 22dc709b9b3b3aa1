"""The case to go on with after one: the next of one's own by what is due, else the queue."""

from __future__ import annotations

from desk.desk import Desk
from policy.case.case import Status
from storage.case import views
from storage.case.views import CaseFilter
from storage.signing_in.tokens import Principal

_TO_DO = (Status.NEW, Status.IN_PROGRESS)


async def after(desk: Desk, principal: Principal, number: str) -> str:
    """The address of what somebody who serves customers takes up after this case."""
    mine = CaseFilter(assignee=principal.actor.id, status=_TO_DO, sort="next_due")
    found = (await views.cases(desk.database, mine, limit=2)).items
    return next((f"/casos/{each.number}" for each in found if each.number != number), "/cola")
