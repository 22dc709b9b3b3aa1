"""The workflow that tells a sender which channels their plan holds (REQ-7). No rules live here and no I/O.

Its id makes it happen once a day, its history makes it durable.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError

from activities.notices.channel_notices import ChannelNotices
from policy.terms.channels import Misdirected
from workflows import addresses

_TRIES = RetryPolicy(initial_interval=timedelta(seconds=5), maximum_interval=timedelta(minutes=10))
_WORTH_TELLING = timedelta(days=1)
"""After that long the message would puzzle more than it helps."""


@workflow.defn(name=addresses.MISDIRECTED_WORKFLOW)
class MisdirectedWorkflow:
    """Tells one contact, once. Its id is `Misdirected.id`."""

    @workflow.run
    async def run(self, told: Misdirected) -> None:
        """Have the message sent; what could not be stays noted with its reason."""
        try:
            await workflow.execute_activity_method(
                ChannelNotices.tell,
                told,
                start_to_close_timeout=timedelta(minutes=2),
                schedule_to_close_timeout=_WORTH_TELLING,
                retry_policy=_TRIES,
                summary=f"aviso: el plan no incluye el canal {told.channel.value}",
            )
        except ActivityError:
            workflow.logger.exception("%s was not told", workflow.info().workflow_id)
