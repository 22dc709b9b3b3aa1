"""The workflow that takes a delivery of a message. No rules live here and no I/O.

Its id makes it happen once, its history makes it durable, and in Temporal's pages it can be paused and tried anew.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

from activities.mail.incoming import IncomingMail
from workflows import addresses
from workflows.operators import mail_text

_TRIES = RetryPolicy(initial_interval=timedelta(seconds=2), maximum_interval=timedelta(minutes=5))


@workflow.defn(name=addresses.MAIL_WORKFLOW)
class MailWorkflow:
    """Takes one delivery. Its id is `MailRun.workflow_id`."""

    @workflow.run
    async def run(self, message_id: str) -> str:
        """Have the delivery taken, however long it takes; answer where it is counted."""
        return await workflow.execute_activity_method(
            IncomingMail.take,
            message_id,
            start_to_close_timeout=timedelta(minutes=3),
            heartbeat_timeout=timedelta(seconds=15),
            retry_policy=_TRIES,
            summary=mail_text.activity_summary(),
        )
