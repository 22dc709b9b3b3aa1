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

CONTACT = Principal(f"token-{STANDARD}", Actor(Role.CONTACT, f"contact-{STANDARD}"), STANDARD)
AGENT = Principal("token-agent", Actor(Role.AGENT, "ana", (Level.HELP_DESK,)), None)
_OFFERS = {offer.path: offer for offer in OFFERS}


def opening(clock: Clock, by: Principal = CONTACT, *, key: str = "k", **changes: Any) -> AskedOpening:
    """A case to open, under a key."""
    request = IdempotentRequest(scope=by.token_id, key=key, address="/cases", at=clock(), language="es")
    return AskedOpening(new=NewCase.model_validate(NEW_CASE | changes), by=by, request=request)


def command(row: CaseRow, path: str, by: Principal = AGENT, *, key: str = "k", **body: Any) -> AskedCommand:
    """A command on a case, at the instant of its last turn."""
    offer = _OFFERS[path]
    request = IdempotentRequest(scope=by.token_id, key=key, address=f"/{path}", at=row.case.last_at, language="es")
    return AskedCommand(offer=offer, row=row, by=by.actor, body=offer.body(**body), request=request)


async def read(desk: Desk, number: str) -> CaseRow:
    """The case as of its last recorded turn."""
    row = await views.case(desk.database, number)
    assert row is not None
    return row
