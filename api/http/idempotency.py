"""Every POST happens once: the same Idempotency-Key and body give the same answer, kept per token.

Kept are the answers that are final: what succeeded, and what a rule or the case's state refused. Not kept are bad
input, 401, 403, 404 and 5xx: the same key may try again, and goes on where the earlier try stopped, because everything
that a try leaves behind (ids, deposits, the engine's update) is named after the key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from api.http import problems
from api.http.auth import Caller
from api.http.bodies import Answer
from api.http.deps import At, DeskDep, Language
from desk.desk import Desk
from desk.problems import IdempotencyKeyReused
from policy.case.refusals import Refusal
from storage.case import intake

REPLAYED = "Idempotency-Replayed"


@dataclass(frozen=True)
class Given:
    """What an operation answers. `kept` is false for an answer that is not the last word (202)."""

    status: int
    body: Answer
    location: str | None = None
    kept: bool = True


@dataclass(frozen=True, kw_only=True)
class Once:
    """One POST under its key."""

    desk: Desk
    scope: str
    key: str
    method: str
    path: str
    at: datetime
    language: str

    async def __call__(self, body: BaseModel | None, act: Callable[[], Awaitable[Given]]) -> JSONResponse:
        """Do it, or give again what was answered."""
        fingerprint = self._fingerprint(body)
        async with self.desk.turnstile.passing((self.scope, self.key)):
            if answered := await self._begin(fingerprint):
                return _response(answered, replayed=True)
            answer = await self._answer(act)
            if isinstance(answer, Given):
                return _response(_answered(answer), replayed=False)
            await intake.finish(
                self.desk.database,
                scope=self.scope,
                key=self.key,
                status=answer.status,
                headers=answer.headers,
                body=answer.body,
            )
            # Another process may have answered first; then its answer is the answer.
            return _response(await self._begin(fingerprint) or answer, replayed=False)

    def derived(self, prefix: str, *what: str) -> str:
        """An id that this key gives for ever."""
        return f"{prefix}{_digest(self.scope, self.key, *what)[:24]}"

    async def asked_at(self) -> datetime:
        """When this was asked for first: before `at`, where an earlier try did not come through."""
        return await intake.begun_at(self.desk.database, scope=self.scope, key=self.key) or self.at

    async def _begin(self, fingerprint: str) -> intake.Answered | None:
        try:
            return await intake.begin(
                self.desk.database, scope=self.scope, key=self.key, fingerprint=fingerprint, at=self.at
            )
        except intake.KeyReused:
            raise IdempotencyKeyReused from None

    async def _answer(self, act: Callable[[], Awaitable[Given]]) -> Given | intake.Answered:
        """The operation's answer: as Given when it is not to be kept."""
        try:
            given = await act()
        except Refusal as refusal:
            self.desk.figures.refused(refusal)
            body = problems.document(refusal, self.language)
            headers = {"Content-Type": problems.MEDIA_TYPE, "Content-Language": self.language}
            return intake.Answered(body["status"], headers, body)
        return _answered(given) if given.kept else given

    def _fingerprint(self, body: BaseModel | None) -> str:
        said = body.model_dump(mode="json") if body else {}
        return _digest(self.method, self.path, json.dumps(said, sort_keys=True))


def _answered(given: Given) -> intake.Answered:
    headers = {"Location": given.location} if given.location else {}
    return intake.Answered(given.status, headers, given.body.model_dump(mode="json"))


def _response(answered: intake.Answered, *, replayed: bool) -> JSONResponse:
    headers = {**answered.headers, **({REPLAYED: "true"} if replayed else {})}
    return JSONResponse(answered.body, answered.status, headers)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def once(
    request: Request,
    desk: DeskDep,
    principal: Caller,
    at: At,
    language: Language,
    idempotency_key: Annotated[
        str,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=200,
            pattern=r"^[\x21-\x7e]+$",
            description="A new value for every new request; the same one to repeat a request.",
        ),
    ],
) -> Once:
    """The key of this request."""
    return Once(
        desk=desk,
        scope=principal.token_id,
        key=idempotency_key,
        method=request.method,
        path=request.url.path,
        at=at,
        language=language,
    )


OnceDep = Annotated[Once, Depends(once)]
