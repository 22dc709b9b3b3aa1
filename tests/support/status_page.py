"""A provider's status page on this machine: it serves what a test tells it to, in the schema that Google publishes."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.support.serving import serving


def published(id_: Any = "rZvZvSKVdDHyWh4dZJ8D", **changes: Any) -> dict[str, Any]:
    """An incident with every field that the published schema names."""
    update = {
        "created": "2026-11-25T13:26:17+00:00",
        "modified": "2026-11-25T13:26:28+00:00",
        "when": "2026-11-25T13:26:17+00:00",
        "text": "Summary: Map tiles load slowly\nDescription: Our engineering team continues to investigate.",
        "status": "SERVICE_DISRUPTION",
        "affected_locations": [{"title": "Global", "id": "global"}],
    }
    return {
        "id": id_,
        "number": "15564124031412553730",
        "begin": "2026-11-25T13:09:43+00:00",
        "created": "2026-11-25T13:26:24+00:00",
        "end": None,
        "modified": "2026-11-25T13:54:50+00:00",
        "external_desc": "Map tiles load slowly",
        "updates": [update],
        "most_recent_update": update,
        "status_impact": "SERVICE_DISRUPTION",
        "severity": "medium",
        "service_key": "q8wMrQ5HNUmvTCMFKZ1k",
        "service_name": "Maps JavaScript API",
        "affected_products": [{"title": "Maps JavaScript API", "id": "q8wMrQ5HNUmvTCMFKZ1k"}],
        "uri": f"incidents/{id_}",
        "currently_affected_locations": [{"title": "Global", "id": "global"}],
        "previously_affected_locations": [],
    } | changes


@dataclass
class StatusPage:
    """What the page answers. `stalls` lets it fall silent in the middle; `asked` holds the headers of every request."""

    body: bytes = b"[]"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    stalls: bool = False
    asked: list[dict[str, str]] = field(default_factory=list)
    address: str = ""

    def tells(self, *entries: Any, etag: str | None = None, packed: bool = False) -> None:
        """Serve these entries from now on, as a good page does."""
        text = json.dumps(entries).encode()
        self.body, self.status, self.headers = gzip.compress(text) if packed else text, 200, {}
        self.headers |= {"content-encoding": "gzip"} if packed else {}
        self.headers |= {"etag": etag} if etag else {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        sent = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.asked.append(sent)
        status, body = self.status, self.body
        if "etag" in self.headers and sent.get("if-none-match") == self.headers["etag"]:
            status, body = 304, b""
        headers = [(name.encode(), value.encode()) for name, value in self.headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": self.stalls})
        if self.stalls:
            while (await receive())["type"] != "http.disconnect":
                pass


@asynccontextmanager
async def status_page() -> AsyncIterator[StatusPage]:
    page = StatusPage()
    async with serving(page) as here:
        page.address = f"{here}/maps-platform/incidents.json"
        yield page
