"""Who asks in the tests of use cases, and what they ask for."""

from __future__ import annotations

from typing import Any

from desk.commands.commands import OFFERS
from desk.commands.offers import AskedCommand
from desk.desk import Desk
from desk.idempotency import IdempotentRequest
from desk.opening import AskedOpening, NewCase
from policy.case.case import Actor, Level, Role
from storage.case import views
from storage.case.views import CaseRow
from storage.signing_in.tokens import Principal
from tests.api.office import NEW_CASE, STANDARD, Clock
from tests.support.lives import bogota


def contact_of(customer_id: str) -> Principal:
    """The customer's one contact, who administers its system."""
    return Principal(f"token-{customer_id}", Actor(Role.CONTACT, f"contact-{customer_id}"), customer_id)


CONTACT = contact_of(STANDARD)
COMMERCIAL = Principal("token-commercial", Actor(Role.COMMERCIAL, "carla"), None)
AGENT = Principal("token-agent", Actor(Role.AGENT, "ana", (Level.HELP_DESK,)), None)
_OFFERS = {offer.path: offer for offer in OFFERS}


def request(key: str = "k", at: str = "09:00") -> IdempotentRequest:
    """A request to register something, under a key."""
    return IdempotentRequest(by=COMMERCIAL, key=key, address="/here", at=bogota(at), language="es")


def opening(clock: Clock, by: Principal = CONTACT, *, key: str = "k", **changes: Any) -> AskedOpening:
    """A case to open, under a key."""
    under = IdempotentRequest(by=by, key=key, address="/cases", at=clock(), language="es")
    return AskedOpening(new=NewCase.model_validate(NEW_CASE | changes), by=by, request=under)


def command(row: CaseRow, path: str, by: Principal = AGENT, *, key: str = "k", **body: Any) -> AskedCommand:
    """A command on a case, at the instant of its last turn."""
    offer = _OFFERS[path]
    under = IdempotentRequest(by=by, key=key, address=f"/{path}", at=row.case.last_at, language="es")
    return AskedCommand(offer=offer, row=row, by=by.actor, body=offer.body(**body), request=under)


async def read(desk: Desk, number: str) -> CaseRow:
    """The case as of its last recorded turn."""
    row = await views.case(desk.database, number)
    assert row is not None
    return row
