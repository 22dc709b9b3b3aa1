"""What providers publish is kept for good, and how their feeds do is noted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from policy.case.incidents import Incident
from storage.engine.database import Database
from storage.providers import incidents
from storage.providers.incidents import Feed

AT = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
OUTAGE = Incident(
    provider="google-cloud",
    id="one",
    products=("Google BigQuery", "Cloud «Ñandú»"),
    product_ids=("9CcrhHUcFevXPSVaSxkf",),
    began_at=AT - 2 * HOUR,
    severity="medium",
    impact="service_disruption",
    summary="Retry errors",
    link="https://status.example/incidents/one",
)


async def test_an_incident_is_kept_as_it_was_told(db: Database) -> None:
    assert await incidents.keep(db, [OUTAGE]) == 1

    assert await incidents.get(db, "google-cloud:one") == OUTAGE
    assert await incidents.get(db, "google-maps-platform:one") is None
    assert await incidents.get(db, "one") is None


async def test_the_same_news_again_writes_nothing(db: Database) -> None:
    await incidents.keep(db, [OUTAGE])

    assert await incidents.keep(db, [OUTAGE]) == 0
    assert await incidents.keep(db, []) == 0


@pytest.mark.rule("SCOPE-6")
async def test_what_leaves_the_feed_stays_and_what_changes_is_told_anew(db: Database) -> None:
    await incidents.keep(db, [OUTAGE, replace(OUTAGE, id="two")])

    over = replace(OUTAGE, ended_at=AT)
    assert await incidents.keep(db, [over]) == 1

    assert await incidents.get(db, over.code) == over
    assert await incidents.get(db, "google-cloud:two") is not None


async def test_those_that_went_on_in_between_are_found(db: Database) -> None:
    over = replace(OUTAGE, id="over", ended_at=AT - HOUR)
    later = replace(OUTAGE, id="later", began_at=AT + 2 * HOUR)
    await incidents.keep(db, [OUTAGE, over, later])

    assert [each.id for each in await incidents.between(db, AT - 2 * HOUR, AT)] == ["over", "one"]
    assert [each.id for each in await incidents.between(db, AT - HOUR, AT + 3 * HOUR)] == ["later", "one"]


async def test_they_are_listed_page_by_page_the_newest_first(db: Database) -> None:
    told = [replace(OUTAGE, id=f"{place:03}", began_at=AT - place * HOUR) for place in range(250)]
    await incidents.keep(db, told)

    def is_third(incident: Incident) -> bool:
        return int(incident.id) % 3 == 0

    first = await incidents.listing(db, concerns=is_third, limit=80)
    rest = await incidents.listing(db, concerns=is_third, limit=80, cursor=first.next_cursor)
    assert [each.id for each in (*first.items, *rest.items)] == [each.id for each in told if is_third(each)]
    assert rest.next_cursor is None


async def test_those_that_go_on_can_be_listed_alone(db: Database) -> None:
    await incidents.keep(db, [OUTAGE, replace(OUTAGE, id="over", ended_at=AT)])

    assert [each.id for each in (await incidents.listing(db, is_open=True)).items] == ["one"]
    assert [each.id for each in (await incidents.listing(db, is_open=False)).items] == ["over"]
    with pytest.raises(ValueError, match="cursor"):
        await incidents.listing(db, cursor="bm9uZQ")


async def test_a_feed_that_fails_keeps_what_its_last_good_poll_said(db: Database) -> None:
    await incidents.polled(db, "maps", at=AT, incidents=14, skipped=1)
    await incidents.failed(db, "maps", at=AT + HOUR, error="timed_out")
    await incidents.failed(db, "maps", at=AT + 2 * HOUR, error="status_500")

    good = Feed(name="maps", last_tried_at=AT, last_ok_at=AT, incidents=14, skipped=1)
    bad = replace(good, last_tried_at=AT + 2 * HOUR, last_error="status_500", failures=2)
    assert await incidents.feeds(db) == {"maps": bad}

    await incidents.polled(db, "maps", at=AT + 3 * HOUR, incidents=14, skipped=0)
    assert (await incidents.feeds(db))["maps"].failures == 0


async def test_a_feed_may_fail_from_the_beginning(db: Database) -> None:
    await incidents.failed(db, "maps", at=AT, error="unreachable")

    feed = Feed(name="maps", last_tried_at=AT, last_error="unreachable", failures=1)
    assert await incidents.feeds(db) == {"maps": feed}
