"""Idempotency: a request under a caller's key is carried out once, and its outcome is given again for the same key.

Kept are outcomes that are final: what succeeded, and what a rule or the case's state refused. Not kept are problems
(what is not there, an engine that is away) and what an edge calls provisional: the same key may try again, and goes on
where the earlier try stopped, because everything that a try leaves behind (ids, deposits, the engine's update) is
named after the key. How an answer is written down is the edge's: see `Answers`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from pydantic import BaseModel

from desk.desk import Desk
from desk.problems import IdempotencyKeyReused, ToldProblem, told
from policy.case.refusals import Refusal
from storage.case import intake
from storage.case.intake import KeptAnswer, KeptRefusal

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class IdempotentRequest:
    """A request under its key: whose it is (`scope`), to which address, when, and in which language it is answered."""

    scope: str
    key: str
    address: str
    at: datetime
    language: str

    def derived(self, prefix: str, *what: str) -> str:
        """An id that this key gives for ever."""
        return f"{prefix}{_digest(self.scope, self.key, *what)[:24]}"

    def fingerprint(self, body: BaseModel | None) -> str:
        """What tells this request from another one under the same key: its address and all that it says."""
        said = body.model_dump(mode="json") if body else {}
        return _digest("POST", self.address, json.dumps(said, sort_keys=True))


@dataclass(frozen=True)
class Done(Generic[T]):
    """What came of a request, now or, if `is_replayed`, when it was made first."""

    value: T
    is_replayed: bool = False


@dataclass(frozen=True, kw_only=True)
class FinalRefusal:
    """A refusal that is the last word under its key, in the `language` of the first answer."""

    told: ToldProblem
    language: str
    is_replayed: bool = False


@dataclass(frozen=True)
class Answers(Generic[T]):
    """How an edge writes down its answers of one kind, and reads them again; None for what is not to be kept."""

    write: Callable[[T], KeptAnswer | None]
    read: Callable[[KeptAnswer], T]


async def once(
    desk: Desk,
    request: IdempotentRequest,
    body: BaseModel | None,
    act: Callable[[], Awaitable[T]],
    answers: Answers[T],
) -> Done[T] | FinalRefusal:
    """Do it, or give again what came of it. A Refusal that `act` raises is an outcome; a Problem passes through.

    Raises IdempotencyKeyReused where the key was used for a request that says something else.
    """
    fingerprint = request.fingerprint(body)
    async with desk.turnstile.passing((request.scope, request.key)):
        if kept := await _begin(desk, request, fingerprint):
            return _outcome(kept, answers, is_replayed=True)
        try:
            value = await act()
        except Refusal as refusal:
            desk.metrics.refused(refusal)
            answer: KeptAnswer | KeptRefusal = KeptRefusal(
                **vars(told(refusal, request.language)), language=request.language
            )
        else:
            written = answers.write(value)
            if written is None:
                return Done(value)
            answer = written
        await intake.finish(desk.database, scope=request.scope, key=request.key, answer=answer)
        # Another process may have answered first; then its answer is the answer.
        return _outcome(await _begin(desk, request, fingerprint) or answer, answers, is_replayed=False)


async def asked_first_at(desk: Desk, request: IdempotentRequest) -> datetime:
    """When this was asked for first: before the request's `at`, where an earlier try did not come through."""
    return await intake.begun_at(desk.database, scope=request.scope, key=request.key) or request.at


async def _begin(desk: Desk, request: IdempotentRequest, fingerprint: str) -> KeptAnswer | KeptRefusal | None:
    try:
        return await intake.begin(
            desk.database, scope=request.scope, key=request.key, fingerprint=fingerprint, at=request.at
        )
    except intake.KeyReused:
        raise IdempotencyKeyReused from None


def _outcome(kept: KeptAnswer | KeptRefusal, answers: Answers[T], *, is_replayed: bool) -> Done[T] | FinalRefusal:
    if isinstance(kept, KeptAnswer):
        return Done(answers.read(kept), is_replayed)
    said = {name: value for name, value in vars(kept).items() if name != "language"}
    return FinalRefusal(told=ToldProblem(**said), language=kept.language, is_replayed=is_replayed)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
