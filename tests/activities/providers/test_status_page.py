"""Reading what Google publishes: the ordinary page, and whatever else may stand there."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.providers.status_page import MOST_INCIDENTS, NotAStatusPage, Published, read_page
from policy.case.incidents import Incident
from tests.support.status_page import published

ADDRESS = "https://status.example/maps-platform/incidents.json"


def read(*entries: Any) -> Published:
    return read_page(json.dumps(entries).encode(), provider="google-maps-platform", address=ADDRESS)


def read_one(**changes: Any) -> Incident:
    [incident] = read(published(**changes)).incidents
    return incident


@pytest.mark.rule("SCOPE-6")
def test_an_incident_is_read_as_it_was_published() -> None:
    assert read_one() == Incident(
        provider="google-maps-platform",
        id="rZvZvSKVdDHyWh4dZJ8D",
        products=("Maps JavaScript API",),
        product_ids=("q8wMrQ5HNUmvTCMFKZ1k",),
        began_at=datetime(2026, 11, 25, 13, 9, 43, tzinfo=UTC),
        severity="medium",
        impact="service_disruption",
        summary="Map tiles load slowly",
        link="https://status.example/maps-platform/incidents/rZvZvSKVdDHyWh4dZJ8D",
    )


def test_an_end_closes_it_and_an_empty_one_does_not() -> None:
    assert read_one(end="2026-11-25T08:30:00-05:00").ended_at == datetime(2026, 11, 25, 13, 30, tzinfo=UTC)
    assert read_one(end="").ended_at is None


def test_every_name_of_a_product_is_kept_but_not_that_there_are_several() -> None:
    renamed = {"title": "Vertex Gemini API", "current_title": "Gemini on Agent Platform", "id": "x"}
    incident = read_one(affected_products=[renamed, {"title": "Cloud Run"}], service_name="Multiple Products")

    assert incident.products == ("Gemini on Agent Platform", "Vertex Gemini API", "Cloud Run")


def test_an_older_page_names_its_service_alone() -> None:
    entry = published(service_name="Google BigQuery")
    del entry["affected_products"]

    assert read(entry).incidents[0].products == ("Google BigQuery",)


def test_no_incidents_is_an_answer() -> None:
    assert read() == Published(incidents=(), skipped=0)


@pytest.mark.parametrize(
    "bad",
    [
        None,
        "text",
        7,
        [],
        {},
        {"id": "only"},
        published(id_="../../etc"),
        published(id_=7),
        published(begin=None),
        published(begin="yesterday"),
        published(begin="2026-11-25T13:09:43"),
        published(begin="0001-01-01T00:00:00+14:00"),
        published(begin={"at": 1}),
        published(end="2020-01-01T00:00:00Z"),
        published(affected_products="all"),
        published(affected_products=[None]),
    ],
    ids=str,
)
def test_an_entry_that_cannot_be_read_is_skipped_and_counted(bad: Any) -> None:
    found = read(published(), bad)

    assert ([each.id for each in found.incidents], found.skipped) == (["rZvZvSKVdDHyWh4dZJ8D"], 1)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<!doctype html><title>Sign in</title>",
        b"{}",
        b'"incidents"',
        b"[1, 2]",
        b"\xff\xfe[",
        b"[" * 100_000,
        b"[" + b"[]," * 500_000 + b"[]]",
        b"[" + b"9" * 100_000 + b"]",
    ],
    ids=lambda content: content[:12].decode(errors="replace"),
)
def test_what_is_no_status_page_is_refused(content: bytes) -> None:
    with pytest.raises(NotAStatusPage):
        read_page(content, provider="x", address=ADDRESS)


@pytest.mark.parametrize(
    "uri",
    [
        "javascript:alert(1)",
        "https://evil.example/incidents/x",
        "//evil.example/x",
        "https://status.example@evil.example/",
        "http://status.example/x",
        "incidents/\u202etxt",
        "http://[",
        "x" * 1000,
        "",
        None,
        7,
    ],
)
def test_a_link_that_leads_elsewhere_is_none(uri: object) -> None:
    assert read_one(uri=uri).link == ""


def test_text_is_one_line_that_prints_and_of_bounded_length() -> None:
    said = read_one(external_desc="Mapas\r\n\x00\u202e\ud800 lentos" + " de verdad" * 10_000).summary

    assert said.startswith("Mapas lentos de verdad")
    assert said.endswith("…")
    assert len(said) <= 500
    assert said.encode().decode().isprintable()


def test_words_that_are_no_words_are_left_out() -> None:
    incident = read_one(severity="<b>high</b>", status_impact=["SERVICE_OUTAGE"])
    assert (incident.severity, incident.impact) == ("", "")


def test_lists_are_of_bounded_length() -> None:
    many = [{"title": f"Product {place}", "id": f"id{place}"} for place in range(1000)]
    assert len(read_one(affected_products=many).products) <= 60

    found = read(*(published(id_=f"i{place}") for place in range(MOST_INCIDENTS + 5)))
    assert (len(found.incidents), found.skipped) == (MOST_INCIDENTS, 5)


def test_of_two_entries_with_one_id_the_first_counts() -> None:
    found = read(published(severity="high"), published(severity="low"))

    assert ([each.severity for each in found.incidents], found.skipped) == (["high"], 1)


# Small values, and letters from a list: a slow or busy machine makes hundreds of them in a second. Hypothesis's own
# `text()` reads the whole of Unicode first, which alone is more than its health check allows there.
words = st.text('aZ7 <&"\n\x00\u202e\u00f1\U0001f600', max_size=8)
plain = st.none() | st.booleans() | st.integers() | st.floats() | words
anything = plain | st.lists(plain | st.lists(plain, max_size=1), max_size=2) | st.dictionaries(words, plain, max_size=2)


@given(st.dictionaries(st.sampled_from(sorted(published())), anything, max_size=4))
def test_whatever_its_fields_hold_it_is_read_or_skipped(changes: dict[str, Any]) -> None:
    found = read(published("other"), published() | changes)

    assert len(found.incidents) + found.skipped == 2
    assert found.incidents
