"""Keeping webhooks: administrators say who is told of what by HTTP, change its secret, pause it, and have what did not
arrive sent again.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from activities.webhooks import reach
from activities.webhooks.delivering import TEST_KIND
from activities.webhooks.posting import TAKEN, body_of, headers, instant, post
from activities.webhooks.reach import Unreachable
from desk.access import checked_id
from desk.desk import Desk
from desk.idempotency import IdempotentRequest
from desk.inputs import Body, EmailAddress, IdIfAny, clean
from desk.problems import NotFound, Problem, own_cursor
from policy.webhooks.delivery import DeliveryState, Failing, PausedWhy
from storage.engine.codec import known_kinds
from storage.engine.paging import Page
from storage.people import customers
from storage.webhooks import deliveries, webhooks
from storage.webhooks.deliveries import Delivery
from storage.webhooks.webhooks import Webhook, new_secret

KINDS = known_kinds()
"""The kinds of facts that a webhook may be told of."""


class WebhookAddressRefused(Problem):
    """The address leads nowhere, or where a webhook may not lead."""

    status = 422
    message = "A webhook needs an https:// address of the open Internet that can be found; this one is not accepted."


class DeliveryUnderWay(Problem):
    """It is being sent already; there is nothing to send again."""

    status, message = 409, "This delivery is on its way already."


class WebhookPaused(Problem):
    """What it is told of waits until it goes on."""

    status, message = 409, "This webhook is paused: resume it first."


def _url(text: str) -> str:
    try:
        reach.split(text)
    except ValueError:
        raise PydanticCustomError("webhook_url", "no webhook's address") from None
    return text


def _kind(text: str) -> str:
    if text not in KINDS:
        raise PydanticCustomError("webhook_kind", "an unknown kind")
    return text


class NewWebhook(Body):
    """Where a webhook leads, and what it is told of."""

    url: Annotated[str, BeforeValidator(clean), Field(max_length=reach.LONGEST_URL), AfterValidator(_url)] = Field(
        examples=["https://erp.example.com/escala"]
    )
    kinds: Annotated[tuple[Annotated[str, AfterValidator(_kind)], ...], Field(max_length=len(KINDS))] = Field(
        default=(),
        description="The kinds of the timeline's facts; none: all of them",
        examples=[["case_opened", "case_resolved"]],
    )
    customer_id: IdIfAny = Field(default="", description="Whose cases; none: every customer's")
    with_internal: bool = Field(default=False, description="Also what customers do not see; never for a customer's")
    owner_email: EmailAddress | None = Field(
        default=None, description="Who is told when it is paused; none: the administrators"
    )


class InternalForCustomer(Problem):
    """What customers do not see is not sent to a customer's webhook."""

    status, message = 422, "A customer's webhook is told of nothing internal."


@dataclass(frozen=True, kw_only=True)
class KeptWebhook:
    """A webhook as it is listed, with how many of its deliveries are in which state."""

    webhook: Webhook
    customer_name: str | None
    deliveries: Mapping[DeliveryState, int]


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What came of a test: the endpoint's HTTP status, or why there was none."""

    answered: int | None = None
    reason: Failing | None = None

    @property
    def is_good(self) -> bool:
        return self.answered in TAKEN


async def make(desk: Desk, new: NewWebhook, request: IdempotentRequest) -> Webhook:
    """Keep a webhook, under an id that this request always gives.

    Raises NotFound for an unknown customer, InternalForCustomer, or WebhookAddressRefused.
    """
    if new.customer_id:
        if await customers.get(desk.database, new.customer_id) is None:
            raise NotFound
        if new.with_internal:
            raise InternalForCustomer
    try:
        await reach.place(new.url, desk.webhook_networks)
    except Unreachable as why:
        raise WebhookAddressRefused from why
    webhook = Webhook(
        id=request.derived("whk_"),
        url=new.url,
        customer_id=new.customer_id or None,
        kinds=tuple(sorted(set(new.kinds))),
        with_internal=new.with_internal,
        owner_email=new.owner_email or "",
        secret=new_secret(),
        created_at=request.at,
    )
    await webhooks.keep(desk.database, webhook)
    return await read(desk, webhook.id)


async def read(desk: Desk, webhook_id: str) -> Webhook:
    """The webhook, or NotFound."""
    found = await webhooks.get(desk.database, checked_id(webhook_id))
    if found is None:
        raise NotFound
    return found


async def listing(desk: Desk) -> Sequence[KeptWebhook]:
    """All of them, the oldest first."""
    async with desk.database.snapshot() as db:
        found, standing = await webhooks.listing(db), await deliveries.standing(db)
        names = {
            each: customer.name
            for each in {webhook.customer_id for webhook in found}
            if each and (customer := await customers.get(db, each))
        }
    return [
        KeptWebhook(webhook=each, customer_name=names.get(each.customer_id or ""), deliveries=standing.get(each.id, {}))
        for each in found
    ]


async def rotate(desk: Desk, webhook_id: str, *, at: datetime) -> Webhook:
    """Give it another secret; the one before goes on signing for a day. NotFound."""
    await read(desk, webhook_id)
    await webhooks.rotate(desk.database, webhook_id, new_secret(), at=at)
    return await read(desk, webhook_id)


async def pause(desk: Desk, webhook_id: str, *, at: datetime) -> Webhook:
    """Tell it nothing until it is resumed; what happens meanwhile is held. NotFound."""
    await read(desk, webhook_id)
    await webhooks.pause(desk.database, webhook_id, PausedWhy.BY_HAND, at=at)
    return await read(desk, webhook_id)


async def resume(desk: Desk, webhook_id: str, *, at: datetime) -> Webhook:
    """Tell it what was held, and go on. NotFound."""
    await read(desk, webhook_id)
    await webhooks.resume(desk.database, webhook_id, at=at)
    return await read(desk, webhook_id)


async def remove(desk: Desk, webhook_id: str, *, at: datetime) -> None:
    """Tell it nothing any more. NotFound."""
    await read(desk, webhook_id)
    await webhooks.remove(desk.database, webhook_id, at=at)


async def try_out(desk: Desk, webhook_id: str, *, at: datetime) -> Tried:
    """Send it a message of the kind `webhook.test` now, and say what it answered. NotFound."""
    webhook = await read(desk, webhook_id)
    body = body_of({"type": TEST_KIND, "timestamp": instant(at), "data": {}})
    message_id = f"msg_test_{secrets.token_hex(8)}"
    sent = headers(message_id, body, webhook.secrets_at(at), at=at)
    try:
        return Tried(answered=await post(webhook.url, body, sent, also=desk.webhook_networks))
    except Unreachable as why:
        return Tried(reason=why.reason)


@dataclass(frozen=True, kw_only=True)
class DeliveriesWanted:
    """Which of a webhook's deliveries are asked for."""

    state: DeliveryState | None = None
    limit: int = 50
    cursor: str | None = None


async def delivered(desk: Desk, webhook_id: str, wanted: DeliveriesWanted) -> Page[Delivery]:
    """A page of a webhook's deliveries, the newest first. NotFound, InvalidCursor."""
    await read(desk, webhook_id)
    with own_cursor():
        return await deliveries.listing(desk.database, webhook_id, **vars(wanted))


async def replay(desk: Desk, webhook_id: str, delivery_id: str) -> Delivery:
    """Send a delivery once more, under the same id. NotFound, WebhookPaused, DeliveryUnderWay."""
    webhook, found = await read(desk, webhook_id), await deliveries.get(desk.database, delivery_id)
    if found is None or found.webhook_id != webhook.id:
        raise NotFound
    if webhook.paused_at is not None:
        raise WebhookPaused
    if not await deliveries.replay(desk.database, found):
        raise DeliveryUnderWay
    again = await deliveries.get(desk.database, delivery_id)
    assert again is not None
    return again
