"""The workflow that polls every provider's feed once, as a schedule asks. A feed that fails fails alone.

It ends well whatever the feeds do: what came of each is its result, its page in Temporal's UI, and noted for the API.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError

from activities.providers.provider_status import Polled, ProviderStatus
from workflows import addresses
from workflows.operators import provider_text

_A_POLL_WITHIN = timedelta(seconds=45)
"""A poll ends itself after less; this is for a worker that dies under it. There is no second try: the next look is."""


@workflow.defn(name=addresses.PROVIDER_STATUS_WORKFLOW)
class ProviderStatusWorkflow:
    """Looks once."""

    @workflow.run
    async def run(self, feeds: Sequence[str]) -> list[str]:
        """Poll the feeds side by side; answer a line for each."""
        polled = await asyncio.gather(*(self._poll(feed) for feed in feeds))
        lines = [
            provider_text.feed_line(each.feed, each.error, each.incidents, each.skipped, each.changed)
            for each in polled
        ]
        workflow.set_current_details(provider_text.details(lines, workflow.now()))
        return lines

    async def _poll(self, feed: str) -> Polled:
        try:
            return await workflow.execute_activity_method(
                ProviderStatus.poll,
                feed,
                schedule_to_close_timeout=_A_POLL_WITHIN,
                retry_policy=RetryPolicy(maximum_attempts=1),
                summary=feed,
            )
        except ActivityError:
            return Polled(feed=feed, error=provider_text.UNNOTED)
