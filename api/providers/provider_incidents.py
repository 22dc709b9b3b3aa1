"""Providers' incidents over HTTP: all of them, those that a case may be about, and how the feeds do (SCOPE-6)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BeforeValidator, Field

from api.http.auth import Caller, Staff
from api.http.bodies import Answer, Z
from api.http.deps import At, DeskDep
from api.http.documented_refusals import can_refuse
from api.http.lists import Cursor, Limit, Listed
from api.http.visibility import VisibleCase
from desk.inputs import clean
from desk.problems import InvalidCursor, NotFound
from desk.providers import feeds, incidents
from desk.providers.incidents import IncidentFilter
from policy.case.incidents import Incident

router = APIRouter(tags=["providers"])

Product = Annotated[str, BeforeValidator(clean), Field(max_length=120)]


class IncidentAnswer(Answer):
    """An incident in the provider's own words: text of theirs, not ours. `id` is what a case is linked to."""

    id: str = Field(examples=["google-maps-platform:rZvZvSKVdDHyWh4dZJ8D"])
    provider: str = Field(examples=["google-maps-platform"])
    products: list[str] = Field(examples=[["Maps JavaScript API"]])
    began_at: Z
    ended_at: Z | None
    open: bool
    severity: str = Field(examples=["medium"])
    impact: str = Field(examples=["service_disruption"])
    summary: str = Field(examples=["Map tiles load slowly"])
    link: str


class CaseIncidentAnswer(IncidentAnswer):
    """An incident that overlaps the case in time and product, or to which it is linked."""

    linked: bool


class CaseIncidents(Answer):
    items: list[CaseIncidentAnswer]


class FeedAnswer(Answer):
    """How a feed does. `last_error` is a word, none after a good poll; `failed_polls` are those since then."""

    name: str = Field(examples=["google-maps-platform"])
    last_ok_at: Z | None
    last_tried_at: Z | None
    last_error: str | None = Field(examples=["timed_out"])
    failed_polls: int
    incidents: int
    skipped: int


class Feeds(Answer):
    items: list[FeedAnswer]


@router.get(
    "/provider-incidents",
    response_model=Listed[IncidentAnswer],
    summary="List the incidents that providers publish, the newest first",
    responses=can_refuse(InvalidCursor),
)
async def list_provider_incidents(
    _: Caller,
    desk: DeskDep,
    product: Annotated[Product | None, Query(examples=["Maps JavaScript API"])] = None,
    is_open: Annotated[bool | None, Query(alias="open", description="Those that go on, or those that are over")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Listed[IncidentAnswer]:
    wanted = IncidentFilter(product=product, is_open=is_open)
    page = await incidents.listing(desk, wanted, limit=limit, cursor=cursor)
    return Listed(items=[IncidentAnswer(**_told(each)) for each in page.items], next_cursor=page.next_cursor)


@router.get(
    "/cases/{number}/provider-incidents",
    response_model=CaseIncidents,
    summary="List the providers' incidents that a case may be about",
    responses=can_refuse(NotFound),
)
async def list_case_provider_incidents(row: VisibleCase, desk: DeskDep, at: At) -> CaseIncidents:
    async with desk.database.snapshot() as db:
        lead = desk.policy.provider_incidents_from_before
        found = await incidents.of_case(db, row.case, lead=lead, at=at)
    return CaseIncidents(items=[CaseIncidentAnswer(**_told(each), linked=each.linked) for each in found])


@router.get(
    "/provider-feeds",
    response_model=Feeds,
    summary="List the providers' feeds that are asked, and how they do",
    responses=can_refuse(role=True, input_=False),
)
async def list_provider_feeds(_: Staff, desk: DeskDep) -> Feeds:
    return Feeds(items=[FeedAnswer(**vars(each)) for each in await feeds.states(desk)])


def _told(incident: Incident) -> dict[str, Any]:
    return {
        "id": incident.code,
        "provider": incident.provider,
        "products": list(incident.products),
        "began_at": incident.began_at,
        "ended_at": incident.ended_at,
        "open": incident.ended_at is None,
        "severity": incident.severity,
        "impact": incident.impact,
        "summary": incident.summary,
        "link": incident.link,
    }
