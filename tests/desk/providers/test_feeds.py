"""How the providers' feeds do: every feed of the settings is told of, also one that was never asked."""

from __future__ import annotations

from dataclasses import replace

from desk.desk import Desk
from desk.providers import feeds
from desk.providers.feeds import FeedState
from storage.providers import incidents
from tests.support.lives import bogota


async def test_each_feed_of_the_settings_has_its_state(desk: Desk) -> None:
    at = bogota("09:00")
    desk = replace(desk, provider_feeds=("google-maps-platform", "google-cloud"))
    await incidents.polled(desk.database, "google-cloud", at=at, incidents=3, skipped=1)
    await incidents.failed(desk.database, "google-cloud", at=bogota("09:02"), error="timed_out")
    await incidents.failed(desk.database, "no-more-asked", at=at, error="timed_out")

    never, failing = await feeds.states(desk)

    assert never == FeedState(name="google-maps-platform")
    assert failing == FeedState(
        name="google-cloud",
        last_ok_at=at,
        last_tried_at=bogota("09:02"),
        last_error="timed_out",
        failed_polls=1,
        incidents=3,
        skipped=1,
    )
