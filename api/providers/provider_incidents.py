"""What providers publish of their incidents, which of them a case may be about, and how their feeds do (SCOPE-6)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BeforeValidator, Field

from api.http.auth import Caller, Staff
from api.http.bodies import Answer, Z
from api.http.deps import At, DeskDep
from api.http.documented_refusals import can_refuse
from api.http.lists import Cursor, Limit, Listed
from api.http.visibility import VisibleCase
from desk.desk import Desk
from desk.inputs import clean
from desk.problems import InvalidCursor, NotFound, own_cursor
from policy.case.case import Case
from policy.case.incidents import Incident, concerns, overlapping
from storage.cover import solutions
from storage.cover.solutions import Solution, SolutionKind
from storage.providers import incidents
from storage.providers.incidents import Feed

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
    with own_cursor():
        page = await incidents.listing(
            desk.database,
            concerns=lambda incident: product is None or concerns(incident, product),
            is_open=is_open,
            limit=limit,
            cursor=cursor,
        )
    return Listed(items=[IncidentAnswer(**_told(each)) for each in page.items], next_cursor=page.next_cursor)


@router.get(
    "/cases/{number}/provider-incidents",
    response_model=CaseIncidents,
    summary="List the providers' incidents that a case may be about",
    responses=can_refuse(NotFound),
)
async def list_case_provider_incidents(row: VisibleCase, desk: DeskDep, at: At) -> CaseIncidents:
    linked = set(row.case.provider_incidents)
    found = {each.code: each for each in await _overlapping(desk, row.case, at=at)}
    found |= {each.code: each for each in await incidents.of_codes(desk.database, linked - found.keys())}
    newest_first = sorted(found.values(), key=lambda each: (each.began_at, each.code), reverse=True)
    return CaseIncidents(items=[CaseIncidentAnswer(**_told(each), linked=each.code in linked) for each in newest_first])


@router.get(
    "/provider-feeds",
    response_model=Feeds,
    summary="List the providers' feeds that are asked, and how they do",
    responses=can_refuse(role=True, input_=False),
)
async def list_provider_feeds(_: Staff, desk: DeskDep) -> Feeds:
    known = await incidents.feeds(desk.database)
    return Feeds(items=[_feed(name, known.get(name)) for name in desk.provider_feeds])


async def _overlapping(desk: Desk, case: Case, *, at: datetime) -> Iterable[Incident]:
    """The incidents that match a case by product and time; only a cloud solution stands on a provider's product."""
    solution = await solutions.get(desk.database, case.solution_id)
    if solution is None or solution.kind is not SolutionKind.CLOUD:
        return ()
    lead = desk.policy.provider_incidents_from_before
    until = min(filter(None, (case.resolved_at, case.closed_at, at)))
    candidates = await incidents.between(desk.database, case.opened_at - lead, until)
    return overlapping(candidates, solution.provider_product, opened_at=case.opened_at, at=until, lead=lead)


async def known_now(desk: Desk, solution: Solution, *, at: datetime) -> list[IncidentAnswer]:
    """What is known of the provider of a solution, for whoever is about to open a case on it."""
    if solution.kind is not SolutionKind.CLOUD:
        return []
    lead = desk.policy.provider_incidents_from_before
    candidates = await incidents.between(desk.database, at - lead, at)
    found = overlapping(candidates, solution.provider_product, opened_at=at, at=at, lead=lead)
    return [IncidentAnswer(**_told(each)) for each in found]


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


def _feed(name: str, known: Feed | None) -> FeedAnswer:
    return FeedAnswer(
        name=name,
        last_ok_at=known.last_ok_at if known else None,
        last_tried_at=known.last_tried_at if known else None,
        last_error=known.last_error if known else None,
        failed_polls=known.failures if known else 0,
        incidents=known.incidents if known else 0,
        skipped=known.skipped if known else 0,
    )
