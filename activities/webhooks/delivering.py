"""The activity that delivers one fact to one webhook: standing alone in Temporal, tried for days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.webhooks.posting import TAKEN, body_of, headers, instant, post
from activities.webhooks.reach import Network, Unreachable, networks
from policy.webhooks.delivery import DeliveryState
from settings import Settings
from storage.case import views
from storage.case.views import TimelineRow
from storage.engine.database import Database
from storage.webhooks import deliveries, webhooks
from storage.webhooks.deliveries import Delivery, Failure

_TO_SEND = (DeliveryState.WAITING, DeliveryState.UNDER_WAY)
"""The first: it came here before whoever began it could note so."""
TEST_KIND = "webhook.test"


def message(delivery: Delivery, customer_id: str, row: TimelineRow) -> dict[str, Any]:
    """What a delivery says: which kind of fact, when it happened, and the fact as the API's timeline tells it."""
    return {
        "type": f"case.{delivery.kind}",
        "timestamp": instant(row.at),
        "data": {
            "case": delivery.case_number,
            "customer_id": customer_id,
            "seq": row.seq,
            "actor": {"role": row.actor.role, "id": row.actor.id, "on_behalf_of": row.actor.on_behalf_of},
            "due_at": None if row.due_at is None else instant(row.due_at),
            "data": row.data_in_words(),
        },
    }


@dataclass(frozen=True, kw_only=True)
class Webhooks:
    """Delivers to webhooks; `also` are the networks that may be reached besides the open Internet."""

    database: Database
    clock: Callable[[], datetime]
    also: Sequence[Network] = ()

    @classmethod
    def of(cls, settings: Settings, *, database: Database, clock: Callable[[], datetime]) -> Self:
        """As the settings say."""
        return cls(database=database, clock=clock, also=networks(settings.webhook_networks))

    @activity.defn(name="deliver_webhook")
    async def deliver(self, delivery_id: str) -> str:
        """Send a delivery, unless that is done with; answer what its state is now. A try in vain raises."""
        db, delivery = self.database, await deliveries.get(self.database, delivery_id)
        if delivery is None or delivery.state not in _TO_SEND:
            return delivery.state.value if delivery else "gone"
        webhook = await webhooks.get(db, delivery.webhook_id)
        if webhook is None or webhook.paused_at is not None:
            await deliveries.hold(db, delivery)
            return DeliveryState.HELD.value
        at = self.clock()
        body = body_of(await self._message(delivery))
        try:
            answered = await post(
                webhook.url, body, headers(delivery.id, body, webhook.secrets_at(at), at=at), also=self.also
            )
        except Unreachable as why:
            failure = Failure(answered=None, error=why.reason, at=self.clock())
        else:
            if answered in TAKEN:
                await deliveries.delivered(db, delivery, answered=answered, at=self.clock())
                return DeliveryState.DELIVERED.value
            failure = Failure(answered=answered, error=f"status_{answered}", at=self.clock())
        state = await deliveries.failed(db, delivery, failure)
        if state is not DeliveryState.UNDER_WAY:
            return state.value
        raise ApplicationError(failure.error, type="EndpointFailed", category=ApplicationErrorCategory.BENIGN)

    async def _message(self, delivery: Delivery) -> dict[str, Any]:
        async with self.database.read() as connection:
            row = await views.fact(connection, delivery.case_number, delivery.seq)
        customer_id = await deliveries.customer_of(self.database, delivery.case_number)
        assert row is not None
        assert customer_id is not None
        return message(delivery, customer_id, row)
