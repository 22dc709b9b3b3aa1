"""Which of a provider's incidents a case may be about (SCOPE-6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.case.incidents import Incident, concerns, overlapping
from tests.support.lives import policy

LEAD = policy().provider_incidents_from_before
OPENED = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
NOW = OPENED + timedelta(hours=5)
OUTAGE = Incident(
    provider="google-maps-platform",
    id="abc",
    products=("Maps JavaScript API",),
    product_ids=("q8wMrQ5HNUmvTCMFKZ1k",),
    began_at=OPENED - timedelta(hours=2),
    ended_at=OPENED - timedelta(hours=1),
)
HOUR = timedelta(hours=1)
hours = st.integers(-200, 200).map(lambda count: OPENED + count * HOUR)


def of_case(*incidents: Incident, product: str | None = "Maps JavaScript API", at: datetime = NOW) -> list[str]:
    return [each.id for each in overlapping(incidents, product, opened_at=OPENED, at=at, lead=LEAD)]


@pytest.mark.rule("SCOPE-6")
class TestTheProduct:
    @pytest.mark.parametrize(
        ("sought", "named"),
        [
            ("Maps JavaScript API", "Maps JavaScript API"),
            ("maps-javascript-api", "Maps JavaScript API"),
            ("Mapas Estáticos", "mapas estaticos"),
            ("Cloud SQL", "Google Cloud SQL"),
            ("Google BigQuery", "BigQuery"),
            ("Places API", "Places API (New)"),
            ("Maps JavaScript API", "Google Maps Platform"),
            ("maps", "Maps SDK for Android"),
        ],
    )
    def test_is_the_incidents_whatever_its_spelling(self, sought: str, named: str) -> None:
        assert concerns(replace(OUTAGE, products=(named,)), sought)

    @pytest.mark.parametrize(
        ("sought", "named"),
        [
            ("Maps SDK for Android", "Maps JavaScript API"),
            ("Places API", "Distance Matrix API"),
            ("Cloud SQL", "Cloud Run"),
            ("Google Cloud SQL", "Multiple Products"),
            ("API", "Places API"),
            ("google", "Google BigQuery"),
            ("", "Google BigQuery"),
            ("--", "Google BigQuery"),
        ],
    )
    def test_is_another_where_each_says_something_else(self, sought: str, named: str) -> None:
        assert not concerns(replace(OUTAGE, products=(named,)), sought)

    @pytest.mark.parametrize("product", ["Google Maps Platform", "google maps", "Maps Platform", "GMP"])
    def test_may_be_all_of_google_maps(self, product: str) -> None:
        assert concerns(replace(OUTAGE, products=("Routes API",)), product)
        assert not concerns(replace(OUTAGE, provider="google-cloud", products=("BigQuery",)), product)

    @pytest.mark.parametrize("product", ["google-cloud", "Google Cloud", "Google Cloud Platform", "GCP"])
    def test_may_be_all_of_google_cloud(self, product: str) -> None:
        assert concerns(replace(OUTAGE, provider="google-cloud", products=("BigQuery",)), product)
        assert not concerns(OUTAGE, product)

    def test_may_be_named_by_the_providers_id(self) -> None:
        assert concerns(OUTAGE, "q8wMrQ5HNUmvTCMFKZ1k")

    def test_of_no_provider_has_no_incidents(self) -> None:
        assert of_case(OUTAGE, product=None) == []

    @given(st.text(max_size=30), st.text(max_size=30))
    def test_agrees_with_a_name_in_both_directions(self, one: str, other: str) -> None:
        nobody = replace(OUTAGE, provider="-", product_ids=())

        assert concerns(replace(nobody, products=(one,)), other) == concerns(replace(nobody, products=(other,)), one)

    @given(st.text(max_size=30))
    def test_may_be_written_in_capitals_and_with_accents(self, name: str) -> None:
        named = replace(OUTAGE, products=(f"Geocoding {name}",))

        assert concerns(named, "GEÓCODING")


@pytest.mark.rule("SCOPE-6")
class TestTheTime:
    def test_reaches_back_a_day_before_the_case_was_opened(self) -> None:
        over = replace(OUTAGE, began_at=OPENED - 3 * LEAD)

        assert of_case(replace(over, ended_at=OPENED - LEAD + HOUR)) == ["abc"]
        assert of_case(replace(over, ended_at=OPENED - LEAD)) == []

    def test_ends_with_the_case(self) -> None:
        later = replace(OUTAGE, began_at=NOW, ended_at=None)

        assert of_case(later) == ["abc"]
        assert of_case(later, at=NOW - HOUR) == []

    def test_of_an_open_incident_has_no_end(self) -> None:
        assert of_case(replace(OUTAGE, began_at=OPENED - 300 * LEAD, ended_at=None)) == ["abc"]

    def test_puts_the_newest_first(self) -> None:
        older = replace(OUTAGE, id="older", began_at=OUTAGE.began_at - HOUR)

        assert of_case(older, OUTAGE) == ["abc", "older"]

    @given(hours, hours, hours)
    def test_that_goes_on_loses_no_incident(self, began: datetime, ended: datetime, at: datetime) -> None:
        incident = replace(OUTAGE, began_at=min(began, ended), ended_at=max(began, ended))

        assert set(of_case(incident, at=at)) <= set(of_case(incident, at=at + HOUR))

    @given(hours, hours)
    def test_is_shared_where_some_instant_is_in_both(self, began: datetime, ended: datetime) -> None:
        """Counted hour by hour, as the rule says it: an oracle of its own."""
        began, ended = min(began, ended), max(began, ended) + HOUR
        life = [OPENED - LEAD + hour * HOUR for hour in range((NOW - OPENED + LEAD) // HOUR + 1)]

        shared = any(began <= instant < ended for instant in life)
        assert (of_case(replace(OUTAGE, began_at=began, ended_at=ended)) == ["abc"]) is shared


def test_its_code_is_fit_for_a_history() -> None:
    assert OUTAGE.code == "google-maps-platform:abc"
