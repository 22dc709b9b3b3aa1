"""The process's own counters for Prometheus. What is in the database is counted when it is asked for."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from policy.case.refusals import Refusal

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The counters of one app, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "escala_requests", "Requests answered.", ("method", "route", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "escala_request_seconds",
            "Seconds until the answer began.",
            ("method", "route"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._refusals = Counter("escala_refusals", "Commands refused, by name.", ("name",), registry=self.registry)
        self.streams = Gauge("escala_streams_open", "Event streams open now.", registry=self.registry)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request by its route's template, never by its path."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def refused(self, refusal: Refusal) -> None:
        self._refusals.labels(refusal.name).inc()
