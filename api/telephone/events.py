"""Events of a telephone system (PBX) over HTTP. Their signature says who sent them; there is no token."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Security
from fastapi.security import APIKeyHeader
from pydantic import Field

from api.http.bodies import Answer
from api.http.deps import At, DeskDep
from api.http.documented_refusals import can_refuse
from api.http.problems import RequestTooLarge, RequestTooSlow
from desk.budgets import BudgetSpent
from desk.problems import MalformedRequest
from desk.telephone.events import SignatureRefused, Signed, TelephoneEvent, check_signature, take_in

router = APIRouter(tags=["telephone"])

_LONGEST_ID = 200
_SIGNATURE = APIKeyHeader(
    name="webhook-signature",
    scheme_name="WebhookSignature",
    description="HMAC-SHA256 of id, time and body, as Standard Webhooks say",
    auto_error=False,
)
"""For the document: what asks for the signature is `signed`."""


class TakenAnswer(Answer):
    """The call that an event is about; `repeated`: the event was taken in before, and changed nothing now."""

    call: str = Field(examples=["lla_3d1f0c5b6a7e8f9011223344"])
    repeated: bool


async def said(
    request: Request,
    webhook_id: Annotated[str, Header(max_length=_LONGEST_ID)] = "",
    webhook_timestamp: Annotated[str, Header(max_length=20)] = "",
    webhook_signature: Annotated[str, Header(max_length=2_000)] = "",
) -> Signed:
    """What the request says of who sent it; without these headers it says nothing, which fits no signature."""
    return Signed(webhook_id, webhook_timestamp, webhook_signature, await request.body())


async def signed(said: Annotated[Signed, Depends(said)], desk: DeskDep, at: At) -> str:
    """The event's id, once it is known who sent it; or 401."""
    check_signature(desk, said, at=at)
    return said.id


@router.post(
    "/telephone/events",
    response_model=TakenAnswer,
    dependencies=[Security(_SIGNATURE)],
    summary="Tell of a telephone call: it rings, was answered, has ended, or was recorded",
    responses=can_refuse(SignatureRefused, BudgetSpent, MalformedRequest, RequestTooLarge, RequestTooSlow),
)
async def take_event(
    event_id: Annotated[str, Depends(signed)], event: TelephoneEvent, desk: DeskDep, at: At
) -> TakenAnswer:
    """Signed as Standard Webhooks say (`webhook-id`, `webhook-timestamp`, `webhook-signature`)."""
    taken = await take_in(desk, event_id, event, at=at)
    return TakenAnswer(call=taken.call_id, repeated=taken.is_repeated)
