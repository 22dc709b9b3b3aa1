"""Figures for Prometheus: the API's own and the desk's.

They need an administrator's token, because a proxy on the same machine would make everybody a local caller.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from math import inf

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from api.http.auth import Admin
from api.http.deps import At, DeskDep
from api.http.documented_refusals import can_refuse
from desk.desk import Desk
from policy.mail.decision import MailOutcome
from storage.board import metrics as figures
from storage.mail import inbox
from storage.notices import outbox
from storage.providers import incidents

router = APIRouter(tags=["operation"])

_LATENESS_OF = timedelta(hours=24)
_QUANTILES = (0.5, 0.95, 0.99, 1.0)


@router.get(
    "/metrics",
    response_class=Response,
    response_model=None,
    summary="Figures for Prometheus (administrator's token)",
    responses={
        200: {"description": "Prometheus' text format", "content": {"text/plain": {"schema": {"type": "string"}}}},
        **can_refuse(role=True, input_=False),
    },
)
async def metrics(_: Admin, desk: DeskDep, at: At) -> Response:
    content = generate_latest(desk.metrics.registry) + generate_latest(await _desk(desk, at=at))
    return Response(content, media_type=CONTENT_TYPE_LATEST)


async def _desk(desk: Desk, *, at: datetime) -> CollectorRegistry:
    """What the database holds, as of now, whichever process is asked."""
    registry = CollectorRegistry()
    cases = Gauge("escala_cases", "Cases.", ("status", "level", "overdue"), registry=registry)
    for count in await figures.case_counts(desk.database):
        cases.labels(count.status, str(count.level), str(count.overdue).lower()).set(count.cases)
    notices = Gauge("escala_notices", "Notices not delivered; `failing` are pending.", ("state",), registry=registry)
    outgoing = await outbox.waiting(desk.database)
    notices.labels("pending").set(outgoing.waiting)
    notices.labels("failing").set(outgoing.failing)
    notices.labels("given_up").set(outgoing.given_up)
    oldest = Gauge("escala_notice_age_seconds", "How long the oldest pending notice has waited.", registry=registry)
    oldest.set((at - outgoing.since).total_seconds() if outgoing.since else 0)
    mail = Gauge(
        "escala_mail_messages", "Messages that came, each where it is counted.", ("outcome",), registry=registry
    )
    came = await inbox.counts(desk.database)
    for outcome in (None, *MailOutcome):
        mail.labels(outcome.value if outcome else "received").set(came.get(outcome, 0))
    late = await figures.hand_off_lateness(desk.database, since=at - _LATENESS_OF)
    Gauge("escala_hand_offs", "Hand-offs that clocks made in 24 h.", registry=registry).set(len(late))
    lateness = Gauge(
        "escala_hand_off_lateness_seconds", "How late they came (ESC-15).", ("quantile",), registry=registry
    )
    for quantile, seconds in _quantiles(late):
        lateness.labels(str(quantile)).set(seconds)
    await _feeds(desk, registry, at=at)
    return registry


async def _feeds(desk: Desk, registry: CollectorRegistry, *, at: datetime) -> None:
    """How the providers' feeds do that the settings ask (SCOPE-6); one that was never good is infinitely old."""
    since = Gauge(
        "escala_provider_feed_age_seconds",
        "Seconds since the last good poll of a provider's feed.",
        ("feed",),
        registry=registry,
    )
    failures = Gauge(
        "escala_provider_feed_failures", "Failed polls since the last good one.", ("feed",), registry=registry
    )
    known = await incidents.feeds(desk.database)
    for name in desk.provider_feeds:
        feed = known.get(name)
        since.labels(name).set((at - feed.last_ok_at).total_seconds() if feed and feed.last_ok_at else inf)
        failures.labels(name).set(feed.failures if feed else 0)


def _quantiles(values: Sequence[float]) -> Iterator[tuple[float, float]]:
    ordered = sorted(values)
    for quantile in _QUANTILES if ordered else ():
        yield quantile, ordered[min(len(ordered) - 1, int(quantile * len(ordered)))]
