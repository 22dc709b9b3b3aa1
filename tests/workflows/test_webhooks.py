"""A webhook's delivery on the real server: an activity that stands alone, once for each replay, tried for days."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from temporalio import activity
from temporalio.client import ActivityExecutionStatus
from temporalio.worker import Worker

from desk.engine import Engine
from desk.problems import EngineUnavailable
from policy.webhooks.delivery import LONGEST_WAIT
from tests.support.server import eventually, settings_for
from tests.workflows.conftest import House


@dataclass
class Endpoint:
    """The activity, as if it delivered."""

    got: list[str] = field(default_factory=list)

    @activity.defn(name="deliver_webhook")
    async def deliver(self, delivery_id: str) -> str:
        self.got.append(delivery_id)
        return "delivered"


async def test_a_delivery_begins_once_for_each_replay(house: House) -> None:
    settings, there = settings_for(house.env).model_copy(update={"task_queue": "webhooks"}), Endpoint()
    engine = Engine(house.env.client, settings)
    async with Worker(house.env.client, task_queue=settings.task_queue, activities=[there.deliver]):
        for _ in range(2):
            await engine.deliver_webhook("msg_one", replays=0)
        result = await house.env.client.get_activity_handle("msg_one_0").result()
        assert result == "delivered"
        await engine.deliver_webhook("msg_one", replays=0)  # a worker that was late to know
        assert there.got == ["msg_one"]
        await engine.deliver_webhook("msg_one", replays=1)
        await eventually(lambda: there.got == ["msg_one", "msg_one"])

    shown = await house.env.client.get_activity_handle("msg_one_0").describe()
    assert shown.status is ActivityExecutionStatus.COMPLETED
    assert shown.retry_policy is not None
    assert (shown.retry_policy.maximum_attempts, shown.retry_policy.maximum_interval) == (0, LONGEST_WAIT)


async def test_where_the_engine_is_away_it_is_told(house: House) -> None:
    settings = settings_for(house.env).model_copy(update={"engine_timeout": 0.000001})
    with pytest.raises(EngineUnavailable):
        await Engine(house.env.client, settings).deliver_webhook("msg_two", replays=0)
