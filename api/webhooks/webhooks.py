"""Webhooks over HTTP: administrators make, rotate, pause, resume and remove them, and have deliveries sent again.

A secret is answered when it is made, and to whoever asks again under that request's key; nowhere else.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from api.http.auth import Admin
from api.http.bodies import Answer, Z
from api.http.deps import At, DeskDep
from api.http.documented_refusals import can_refuse
from api.http.idempotency import Idempotent, Success, answer_once, answer_without_secrets
from api.http.lists import Cursor, Limit, Listed
from api.http.visibility import IdInPath
from desk.inputs import Nothing
from desk.problems import InvalidCursor, NotFound
from desk.webhooks import webhooks
from desk.webhooks.webhooks import (
    DeliveriesWanted,
    DeliveryUnderWay,
    InternalForCustomer,
    NewWebhook,
    WebhookAddressRefused,
    WebhookPaused,
)
from policy.webhooks.delivery import DeliveryState, Failing, PausedWhy
from storage.webhooks.deliveries import Delivery
from storage.webhooks.webhooks import Webhook

router = APIRouter(tags=["webhooks"])

DeliveryId = Annotated[str, Path(max_length=150, json_schema_extra={"pattern": r"^msg_[A-Za-z0-9_-]{1,146}$"})]


class WebhookAnswer(Answer):
    """A webhook. No `kinds`: every kind; no `customer_id`: every customer's cases.

    `failing_since`: the first failure since its last success. `former_secret_until`: until when deliveries are signed
    with the secret before this one as well.
    """

    id: str = Field(examples=["whk_4b1c9e2a7d304b1c9e2a7d30"])
    url: str = Field(examples=["https://erp.example.com/escala"])
    kinds: list[str]
    customer_id: str | None
    with_internal: bool
    owner_email: str | None
    created_at: Z
    failing_since: Z | None
    paused_at: Z | None
    paused_why: PausedWhy | None
    former_secret_until: Z | None


class SecretAnswer(WebhookAnswer):
    """A webhook with its secret, which verifies the signatures: keep it, it is not shown again."""

    secret: str = Field(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw3zGqXy0aB1c="])


class DeliveryAnswer(Answer):
    """A fact that a webhook is told of. `id`: the `webhook-id` that it comes with, however often it is sent.

    `round`: how often it was replayed; `answered`: the HTTP status of the last try; `last_error`: why it failed.
    """

    id: str = Field(examples=["msg_whk_4b1c9e2a7d304b1c9e2a7d30_MA-2026-000042_7"])
    case: str = Field(examples=["MA-2026-000042"])
    seq: int
    kind: str = Field(examples=["case_resolved"])
    at: Z
    state: DeliveryState
    round: int
    attempts: int
    answered: int | None
    last_error: str | None
    delivered_at: Z | None


class TriedAnswer(Answer):
    """What came of a test: the endpoint's HTTP status, or why it could not be asked."""

    answered: int | None
    reason: Failing | None


@router.get(
    "/webhooks",
    response_model=Listed[WebhookAnswer],
    summary="List the webhooks, without their secrets",
    responses=can_refuse(role=True),
)
async def list_webhooks(_: Admin, desk: DeskDep) -> Listed[WebhookAnswer]:
    return Listed(items=[_shown(each.webhook) for each in await webhooks.listing(desk)])


@router.post(
    "/webhooks",
    status_code=201,
    response_model=SecretAnswer,
    summary="Make a webhook; its secret is in this answer alone",
    responses=can_refuse(NotFound, InternalForCustomer, WebhookAddressRefused, post=True, role=True),
)
async def make_webhook(_: Admin, body: NewWebhook, request: Idempotent, desk: DeskDep) -> JSONResponse:
    async def act() -> str:
        return (await webhooks.make(desk, body, request)).id

    async def show(webhook_id: str) -> Success:
        found = await webhooks.read(desk, webhook_id)
        return Success(201, _with_secret(found), f"/api/v1/webhooks/{webhook_id}")

    return await answer_without_secrets(desk, request, body, act, show)


@router.get(
    "/webhooks/{webhook_id}",
    response_model=WebhookAnswer,
    summary="Read a webhook, without its secret",
    responses=can_refuse(NotFound, role=True),
)
async def read_webhook(_: Admin, desk: DeskDep, webhook_id: IdInPath) -> WebhookAnswer:
    return _shown(await webhooks.read(desk, webhook_id))


@router.delete(
    "/webhooks/{webhook_id}",
    status_code=204,
    summary="Remove a webhook: it is told nothing any more",
    responses=can_refuse(NotFound, keyless=True, role=True),
)
async def remove_webhook(_: Admin, desk: DeskDep, at: At, webhook_id: IdInPath) -> Response:
    await webhooks.remove(desk, webhook_id, at=at)
    return Response(status_code=204)


@router.post(
    "/webhooks/{webhook_id}/rotation",
    response_model=SecretAnswer,
    summary="Give a webhook another secret; the former one signs as well for a day",
    responses=can_refuse(NotFound, post=True, role=True),
)
async def rotate_secret(
    _: Admin, request: Idempotent, desk: DeskDep, webhook_id: IdInPath, body: Nothing | None = None
) -> JSONResponse:
    async def act() -> str:
        return (await webhooks.rotate(desk, webhook_id, at=request.at)).id

    async def show(webhook_id: str) -> Success:
        return Success(200, _with_secret(await webhooks.read(desk, webhook_id)))

    return await answer_without_secrets(desk, request, body, act, show)


@router.post(
    "/webhooks/{webhook_id}/pause",
    response_model=WebhookAnswer,
    summary="Pause a webhook: what it is told of waits",
    responses=can_refuse(NotFound, post=True, role=True),
)
async def pause_webhook(
    _: Admin, request: Idempotent, desk: DeskDep, webhook_id: IdInPath, body: Nothing | None = None
) -> JSONResponse:
    async def act() -> Success:
        return Success(200, _shown(await webhooks.pause(desk, webhook_id, at=request.at)))

    return await answer_once(desk, request, body, act)


@router.post(
    "/webhooks/{webhook_id}/resumption",
    response_model=WebhookAnswer,
    summary="Resume a webhook: what waited is sent",
    responses=can_refuse(NotFound, post=True, role=True),
)
async def resume_webhook(
    _: Admin, request: Idempotent, desk: DeskDep, webhook_id: IdInPath, body: Nothing | None = None
) -> JSONResponse:
    async def act() -> Success:
        return Success(200, _shown(await webhooks.resume(desk, webhook_id, at=request.at)))

    return await answer_once(desk, request, body, act)


@router.post(
    "/webhooks/{webhook_id}/test",
    response_model=TriedAnswer,
    summary="Send a webhook a test, and say what it answered",
    responses=can_refuse(NotFound, post=True, role=True),
)
async def try_webhook(
    _: Admin, request: Idempotent, desk: DeskDep, webhook_id: IdInPath, body: Nothing | None = None
) -> JSONResponse:
    async def act() -> Success:
        tried = await webhooks.try_out(desk, webhook_id, at=request.at)
        return Success(200, TriedAnswer(answered=tried.answered, reason=tried.reason))

    return await answer_once(desk, request, body, act)


@router.get(
    "/webhooks/{webhook_id}/deliveries",
    response_model=Listed[DeliveryAnswer],
    summary="List a webhook's deliveries, the newest first",
    responses=can_refuse(InvalidCursor, NotFound, role=True),
)
async def list_deliveries(
    _: Admin,
    desk: DeskDep,
    webhook_id: IdInPath,
    state: Annotated[DeliveryState | None, Query()] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Listed[DeliveryAnswer]:
    page = await webhooks.delivered(desk, webhook_id, DeliveriesWanted(state=state, limit=limit, cursor=cursor))
    return Listed(items=[_delivery(each) for each in page.items], next_cursor=page.next_cursor)


@router.post(
    "/webhooks/{webhook_id}/deliveries/{delivery_id}/replay",
    response_model=DeliveryAnswer,
    summary="Send a delivery again, under the same id",
    responses=can_refuse(NotFound, DeliveryUnderWay, WebhookPaused, post=True, role=True),
)
async def replay_delivery(
    _: Admin,
    request: Idempotent,
    desk: DeskDep,
    webhook_id: IdInPath,
    delivery_id: DeliveryId,
    body: Nothing | None = None,
) -> JSONResponse:
    async def act() -> Success:
        return Success(200, _delivery(await webhooks.replay(desk, webhook_id, delivery_id)))

    return await answer_once(desk, request, body, act)


def _shown(webhook: Webhook) -> WebhookAnswer:
    return WebhookAnswer(
        id=webhook.id,
        url=webhook.url,
        kinds=list(webhook.kinds),
        customer_id=webhook.customer_id,
        with_internal=webhook.with_internal,
        owner_email=webhook.owner_email or None,
        created_at=webhook.created_at,
        failing_since=webhook.failing_since,
        paused_at=webhook.paused_at,
        paused_why=webhook.paused_why,
        former_secret_until=webhook.former_until,
    )


def _with_secret(webhook: Webhook) -> SecretAnswer:
    return SecretAnswer(**vars(_shown(webhook)), secret=webhook.secret)


def _delivery(each: Delivery) -> DeliveryAnswer:
    return DeliveryAnswer(
        id=each.id,
        case=each.case_number,
        seq=each.seq,
        kind=each.kind,
        at=each.at,
        state=each.state,
        round=each.round,
        attempts=each.attempts,
        answered=each.answered,
        last_error=each.last_error,
        delivered_at=each.delivered_at,
    )
