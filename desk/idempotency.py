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

from desk.budgets import Spending
from desk.desk import Desk
from desk.problems import IdempotencyKeyReused, ToldProblem, told
from policy.case.refusals import Refusal
from storage.case import intake
from storage.case.intake import Begun, KeptAnswer, KeptRefusal
from storage.signing_in.tokens import Principal

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class IdempotentRequest:
    """A request under its key: whose it is, to which address, when, and in which language it is answered."""

    by: Principal
    key: str
    address: str
    at: datetime
    language: str

    @property
    def scope(self) -> str:
        """Within which a key is one request: the token, or the session."""
        return self.by.token_id

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

    Raises IdempotencyKeyReused where the key was used for a request that says something else, and BudgetSpent for a new
    key of somebody who asks too fast; a key that was used is free.
    """
    fingerprint = request.fingerprint(body)
    async with desk.turnstile.passing((request.scope, request.key)):
        begun = await _begun(desk, request, fingerprint)
        if begun is None:
            desk.budgets.spend(Spending.COMMAND, request.by, at=request.at)
            begun = await _begin(desk, request, fingerprint)
        if begun.answer:
            return _outcome(begun.answer, answers, is_replayed=True)
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
        first = await _begun(desk, request, fingerprint)
        return _outcome((first and first.answer) or answer, answers, is_replayed=False)


async def asked_first_at(desk: Desk, request: IdempotentRequest) -> datetime:
    """When this was asked for first: before the request's `at`, where an earlier try did not come through."""
    begun = await intake.begun(desk.database, scope=request.scope, key=request.key)
    return begun.at if begun else request.at


async def _begun(desk: Desk, request: IdempotentRequest, fingerprint: str) -> Begun | None:
    found = await intake.begun(desk.database, scope=request.scope, key=request.key)
    return _same(found, fingerprint) if found else None


async def _begin(desk: Desk, request: IdempotentRequest, fingerprint: str) -> Begun:
    its = {"scope": request.scope, "key": request.key, "fingerprint": fingerprint}
    return _same(await intake.begin(desk.database, **its, at=request.at), fingerprint)


def _same(begun: Begun, fingerprint: str) -> Begun:
    if begun.fingerprint != fingerprint:
        raise IdempotencyKeyReused
    return begun


def _outcome(kept: KeptAnswer | KeptRefusal, answers: Answers[T], *, is_replayed: bool) -> Done[T] | FinalRefusal:
    if isinstance(kept, KeptAnswer):
        return Done(answers.read(kept), is_replayed)
    said = {name: value for name, value in vars(kept).items() if name != "language"}
    return FinalRefusal(told=ToldProblem(**said), language=kept.language, is_replayed=is_replayed)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
