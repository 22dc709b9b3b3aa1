"""A webhook's endpoint on this machine: it keeps what it is sent, and answers what a test tells it to."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request, Response

from tests.support.serving import serving


@dataclass
class Endpoint:
    """`answers`: the status that it gives from now on; `got`: the headers and body of every request."""

    address: str = ""
    answers: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def said(self) -> list[dict[str, Any]]:
        """The bodies as JSON."""
        return [json.loads(body) for _, body in self.got]


@asynccontextmanager
async def endpoint() -> AsyncIterator[Endpoint]:
    """One that answers until the block ends."""
    found, app = Endpoint(), FastAPI(openapi_url=None)

    @app.post("/{path:path}")
    async def take(request: Request) -> Response:
        found.got.append((dict(request.headers), await request.body()))
        return Response(status_code=found.answers, headers=found.headers)

    async with serving(app) as address:
        found.address = f"{address}/escala"
        yield found
