"""The demonstration's ratings and provider's incidents, which stand beside its cases.

The embedded profile asks no provider, so these incidents are invented, each with an id that says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from policy.case.case import ClosingReason
from policy.case.incidents import Incident
from storage.case import ratings, views
from storage.case.ratings import Rating
from storage.engine.database import Database
from storage.providers import incidents

SCORES: tuple[tuple[int, str], ...] = (
    (5, "Muy rápidos, y explicaron qué había pasado."),
    (4, ""),
    (5, "Excelente atención del especialista."),
    (3, "Quedó resuelto, pero tuvimos que explicar dos veces lo mismo."),
    (5, ""),
    (4, "Bien. Nos habría servido saber antes a qué hora se resolvía."),
    (2, "La solución llegó tarde para el turno de la mañana."),
)
"""Scores and words, given in turn to the confirmed cases, the oldest first."""
_UNRATED = 4
"""Of as many confirmed cases one has no rating: not everybody answers."""


def published(at: datetime) -> tuple[Incident, ...]:
    """What the provider's page would say at the instant of the seeding: one incident goes on, two are over."""
    maps = "google-maps-platform"
    return (
        Incident(
            provider=maps,
            id="demo-en-curso",
            products=("Google Maps Platform", "Maps JavaScript API"),
            began_at=at - timedelta(hours=2, minutes=10),
            severity="medium",
            impact="SERVICE_DISRUPTION",
            summary="Maps JavaScript API: elevated latency and grey tiles for some requests in South America (demo)",
        ),
        Incident(
            provider=maps,
            id="demo-cuotas",
            products=("Google Maps Platform", "Geocoding API"),
            began_at=at - timedelta(days=4, hours=3),
            ended_at=at - timedelta(days=4, hours=1, minutes=20),
            severity="low",
            impact="SERVICE_INFORMATION",
            summary="Geocoding API: some requests were answered OVER_QUERY_LIMIT in error (demo)",
        ),
        Incident(
            provider="google-cloud",
            id="demo-sql",
            products=("Google Cloud SQL",),
            began_at=at - timedelta(days=9, hours=7),
            ended_at=at - timedelta(days=9, hours=2),
            severity="high",
            impact="SERVICE_OUTAGE",
            summary="Google Cloud SQL: connections failed in southamerica-east1 (demo)",
        ),
    )


async def publish(db: Database, *, at: datetime) -> None:
    """Keep the incidents, as a look at the provider's page would have done."""
    await incidents.keep(db, published(at))


async def rate_cases(db: Database, closed: Iterable[str]) -> None:
    """Rate the confirmed ones of these closed cases, each by the contact that opened it, at its end."""
    rows = [row for number in sorted(closed) if (row := await views.case(db, number))]
    confirmed = [row.case for row in rows if row.case.closing_reason is ClosingReason.CONFIRMED]
    for place, case in enumerate(confirmed):
        assert case.closed_at is not None
        if place % _UNRATED == _UNRATED - 1:
            continue
        score, comment = SCORES[place % len(SCORES)]
        rating = Rating(
            case_number=case.number, score=score, comment=comment, contact_id=case.contact_id, at=case.closed_at
        )
        await ratings.rate(db, rating)
