"""The incidents that providers publish: all of them, and those that a case may be about (SCOPE-6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.desk import Desk
from desk.problems import own_cursor
from policy.case.case import Case
from policy.case.incidents import Incident, concerns, overlapping
from storage.cover import solutions
from storage.cover.solutions import Solution, SolutionKind
from storage.engine.database import Reader
from storage.engine.paging import Page
from storage.providers import incidents


@dataclass(frozen=True, kw_only=True)
class IncidentFilter:
    """Which incidents: those of a product, None for all; those that go on (`is_open`) or are over, None for both."""

    product: str | None = None
    is_open: bool | None = None


@dataclass(frozen=True, kw_only=True)
class CaseIncident(Incident):
    """An incident beside a case: it overlaps the case in time and product, or the case is `linked` to it."""

    linked: bool


async def listing(desk: Desk, wanted: IncidentFilter, *, limit: int, cursor: str | None = None) -> Page[Incident]:
    """A page of the known incidents, the newest first. Raises InvalidCursor."""
    product = wanted.product
    with own_cursor():
        return await incidents.listing(
            desk.database,
            concerns=lambda incident: product is None or concerns(incident, product),
            is_open=wanted.is_open,
            limit=limit,
            cursor=cursor,
        )


async def of_case(db: Reader, case: Case, *, lead: timedelta, at: datetime) -> list[CaseIncident]:
    """The incidents that a case may be about and those that it is linked to, the newest first.

    One that began up to `lead` before the case may be its reason.
    """
    linked = set(case.provider_incidents)
    solution = await solutions.get(db, case.solution_id)
    until = min(filter(None, (case.resolved_at, case.closed_at, at)))
    beside = await _overlapping(db, solution, case.opened_at, lead=lead, until=until) if solution else ()
    found = {each.code: each for each in beside}
    found |= {each.code: each for each in await incidents.of_codes(db, linked - found.keys())}
    newest_first = sorted(found.values(), key=lambda each: (each.began_at, each.code), reverse=True)
    return [CaseIncident(**vars(each), linked=each.code in linked) for each in newest_first]


async def known_now(desk: Desk, solution: Solution, *, at: datetime) -> list[Incident]:
    """What is known of a solution's provider, for whoever is about to open a case on it; the newest first."""
    lead = desk.policy.provider_incidents_from_before
    return list(await _overlapping(desk.database, solution, at, lead=lead, until=at))


async def _overlapping(
    db: Reader, solution: Solution, opened_at: datetime, *, lead: timedelta, until: datetime
) -> tuple[Incident, ...]:
    """The incidents that fit by product and time; only a cloud solution stands on a provider's product."""
    if solution.kind is not SolutionKind.CLOUD:
        return ()
    candidates = await incidents.between(db, opened_at - lead, until)
    return overlapping(candidates, solution.provider_product, opened_at=opened_at, at=until, lead=lead)
