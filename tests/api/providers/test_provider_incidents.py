"""Providers' incidents over HTTP: listed, beside the cases they may explain, linked, and how their feeds do."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from policy.case.incidents import Incident
from settings import Settings
from storage.engine.tables import solutions
from storage.providers import incidents
from tests.api.office import Office, open_office
from tests.support.lives import bogota

HOUR = timedelta(hours=1)
OUTAGE = Incident(
    provider="google-maps-platform",
    id="outage",
    products=("Maps JavaScript API",),
    began_at=bogota("07:00"),
    severity="medium",
    impact="service_disruption",
    summary="Map tiles load slowly",
    link="https://status.example/incidents/outage",
)
CODE = OUTAGE.code
pytestmark = pytest.mark.rule("SCOPE-6")


@pytest.fixture
async def case(office: Office) -> str:
    """A case on a solution that stands on the Maps JavaScript API, opened two hours after the incident began."""
    async with office.db.write() as connection:
        await connection.execute(update(solutions).values(provider_product="Maps JavaScript API"))
    await incidents.keep(office.db, [OUTAGE])
    return await office.open()


async def beside(office: Office, case: str, who: str = "contact") -> dict[str, bool]:
    items = (await office.get(f"/cases/{case}/provider-incidents", who)).json()["items"]
    return {each["id"]: each["linked"] for each in items}


class TestIncidents:
    async def test_are_listed_for_everybody_with_a_token(self, office: Office) -> None:
        await incidents.keep(office.db, [OUTAGE])

        [told] = (await office.get("/provider-incidents", "contact")).json()["items"]
        assert (told["id"], told["open"], told["began_at"]) == (CODE, True, "2026-11-25T12:00:00Z")
        assert (await office.get("/provider-incidents", None)).status_code == 401

    async def test_are_found_by_product_and_by_being_open(self, office: Office) -> None:
        over = replace(OUTAGE, id="over", ended_at=bogota("08:00"))
        places = replace(OUTAGE, id="places", products=("Places API",))
        await incidents.keep(office.db, [OUTAGE, over, places])

        async def ids(**query: str) -> set[str]:
            items = (await office.get("/provider-incidents", **query)).json()["items"]
            return {each["id"].partition(":")[2] for each in items}

        assert await ids(product="maps javascript") == {"outage", "over"}
        assert await ids(product="Places API", open="true") == {"places"}
        assert await ids(open="false") == {"over"}
        assert await ids(product="") == set()

    async def test_come_page_by_page(self, office: Office) -> None:
        await incidents.keep(office.db, [replace(OUTAGE, id=f"n{place}") for place in range(5)])

        first = (await office.get("/provider-incidents", limit=3)).json()
        rest = (await office.get("/provider-incidents", limit=3, cursor=first["next_cursor"])).json()
        assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (3, 2, None)
        assert (await office.get("/provider-incidents", cursor="bm9uZQ")).status_code == 422


class TestACase:
    async def test_shows_what_overlaps_it_in_time_and_product(self, office: Office, case: str) -> None:
        other_product = replace(OUTAGE, id="other", products=("Places API",))
        long_over = replace(
            OUTAGE, id="long-over", began_at=bogota("2026-11-20 07:00"), ended_at=bogota("05:00") - 24 * HOUR
        )
        yesterday = replace(
            OUTAGE, id="yesterday", began_at=bogota("2026-11-24 07:00"), ended_at=bogota("09:30") - 24 * HOUR
        )
        await incidents.keep(office.db, [other_product, long_over, yesterday])

        assert await beside(office, case) == {CODE: False, "google-maps-platform:yesterday": False}

    async def test_shows_nothing_that_began_after_its_solution(self, office: Office, case: str) -> None:
        await office.give(case, "claim")
        await office.give(case, "resolution", summary="Se corrigió la cuota.")
        office.clock.passes(hours=3)
        await incidents.keep(office.db, [replace(OUTAGE, id="later", began_at=office.clock() - HOUR)])

        assert await beside(office, case) == {CODE: False}

    @pytest.mark.parametrize("change", [{"provider_product": None}, {"kind": "software"}])
    async def test_on_no_cloud_product_shows_none(
        self, office: Office, case: str, change: dict[str, str | None]
    ) -> None:
        async with office.db.write() as connection:
            await connection.execute(update(solutions).values(**change))

        assert await beside(office, case) == {}

    async def test_of_another_customer_is_not_there(self, office: Office, case: str) -> None:
        answer = await office.get(f"/cases/{case}/provider-incidents", "premium_contact")
        assert answer.status_code == 404


class TestALink:
    async def test_is_made_by_who_works_on_the_case(self, office: Office, case: str) -> None:
        answer = await office.give(case, "provider-incidents", incident_id=CODE)

        assert (answer.status_code, answer.json()["provider_incidents"]) == (200, [CODE])
        assert await beside(office, case) == {CODE: True}
        assert (await office.give(case, "provider-incidents", "contact", incident_id=CODE)).status_code == 403

    async def test_stands_whatever_the_incident_overlaps(self, office: Office, case: str) -> None:
        places = replace(OUTAGE, id="places", products=("Places API",))
        await incidents.keep(office.db, [places])
        await office.give(case, "provider-incidents", incident_id=places.code)

        assert await beside(office, case) == {CODE: False, places.code: True}

    @pytest.mark.parametrize("unknown", ["google-cloud:outage", "outage", "google-maps-platform:"])
    async def test_to_an_incident_that_nobody_published_is_refused(
        self, office: Office, case: str, unknown: str
    ) -> None:
        answer = await office.give(case, "provider-incidents", incident_id=unknown)

        told = answer.json()
        assert (answer.status_code, told["type"], told["rule"]) == (422, "urn:escala:incident-unknown", "SCOPE-6")
        assert unknown in told["detail"]

    async def test_is_made_once(self, office: Office, case: str) -> None:
        await office.give(case, "provider-incidents", incident_id=CODE)

        again = await office.give(case, "provider-incidents", incident_id=CODE)
        assert (again.status_code, again.json()["type"]) == (409, "urn:escala:provider-incident-already-linked")


class TestFeeds:
    @pytest.fixture
    async def office(self, migrated: Path, tmp_path: Path) -> AsyncIterator[Office]:
        url = f"sqlite+aiosqlite:///{shutil.copy(migrated, tmp_path / 'escala.db')}"
        settings = Settings(
            state_dir=tmp_path,
            database_url=url,
            google_maps_status_url="http://127.0.0.1:9/a",
            google_cloud_status_url="http://127.0.0.1:9/b",
        )
        async with open_office(url, tmp_path, settings=settings) as office:
            yield office

    async def test_are_listed_with_how_they_do(self, office: Office) -> None:
        at = office.clock()
        await incidents.polled(office.db, "google-cloud", at=at, incidents=51, skipped=1)
        await incidents.failed(office.db, "google-cloud", at=at + HOUR, error="timed_out")

        cloud, maps = (await office.get("/provider-feeds")).json()["items"]
        assert cloud == {
            "name": "google-cloud",
            "last_ok_at": "2026-11-25T14:00:00Z",
            "last_tried_at": "2026-11-25T15:00:00Z",
            "last_error": "timed_out",
            "failed_polls": 1,
            "incidents": 51,
            "skipped": 1,
        }
        assert (maps["name"], maps["last_ok_at"], maps["last_error"]) == ("google-maps-platform", None, None)
        assert (await office.get("/provider-feeds", "contact")).status_code == 403

    async def test_that_are_down_delay_no_readiness_and_show_in_the_figures(self, office: Office) -> None:
        at = office.clock()
        await incidents.polled(office.db, "google-cloud", at=at, incidents=51, skipped=1)
        await incidents.failed(office.db, "google-cloud", at=at + HOUR, error="timed_out")
        office.clock.passes(hours=2)

        told = (await office.get("/metrics", "admin")).text
        assert 'escala_provider_feed_age_seconds{feed="google-cloud"} 7200.0' in told
        assert 'escala_provider_feed_age_seconds{feed="google-maps-platform"} +Inf' in told
        assert 'escala_provider_feed_failures{feed="google-cloud"} 1.0' in told
        assert (await office.get("/health/ready", None)).status_code == 200


async def test_feeds_that_are_switched_off_are_not_listed(office: Office) -> None:
    await incidents.failed(office.db, "google-cloud", at=office.clock(), error="timed_out")

    assert (await office.get("/provider-feeds")).json() == {"items": []}
    assert "escala_provider_feed_age_seconds{" not in (await office.get("/metrics", "admin")).text
