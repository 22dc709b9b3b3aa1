"""Idempotency: a request under a caller's key is carried out once, and its outcome is given again for the same key.

Kept are outcomes that are final: what succeeded, and what a rule or the case's state refused. Not kept are problems
(what is not there, an engine that is away) and what an edge calls provisional: the same key may try again, and goes on
where the earlier try stopped, because everything that a try leaves behind (ids, deposits, the engine's update) is
named after the key. How an answer is written down is the edge's: see `Answers`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from pydantic import BaseModel

from desk.budgets import Spending
from desk.desk import Desk
from desk.problems import IdempotencyKeyReused, ToldProblem, told
from desk.refusals import said_by_name
from policy.case.refusals import Refusal
from storage.case import intake
from storage.case.intake import Beginning, Begun, Deposit, KeptAnswer, KeptRefusal, Reservation
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

    def beginning(self, body: BaseModel | None) -> Beginning:
        """This request with what it says, as it is kept."""
        return Beginning(scope=self.scope, key=self.key, fingerprint=self.fingerprint(body), at=self.at)


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


@dataclass(frozen=True)
class Begins(Generic[T]):
    """An act that begins its request itself, together with what it keeps of it: see `begin`."""

    act: Callable[[], Awaitable[T]]

    def __call__(self) -> Awaitable[T]:
        """Do it."""
        return self.act()


class _AnsweredMeanwhile(Exception):
    """Another process was asked the same, and has answered."""

    def __init__(self, answer: KeptAnswer | KeptRefusal) -> None:
        super().__init__()
        self.answer = answer


async def once(
    desk: Desk,
    request: IdempotentRequest,
    body: BaseModel | None,
    act: Callable[[], Awaitable[T]] | Begins[T],
    answers: Answers[T],
) -> Done[T] | FinalRefusal:
    """Do it, or give again what came of it. A Refusal that `act` raises is an outcome; a Problem passes through.

    Raises IdempotencyKeyReused where the key was used for a request that says something else, and BudgetSpent for a new
    key of somebody who asks too fast; a key that was used is free.
    """
    beginning = request.beginning(body)
    async with desk.turnstile.passing((request.scope, request.key)):
        begun = await intake.begun(desk.database, scope=request.scope, key=request.key)
        if begun is None:
            desk.budgets.spend(Spending.COMMAND, request.by, at=request.at)
        try:
            if begun is not None:
                _same(begun, beginning)
            elif not isinstance(act, Begins):
                _same(await intake.begin(desk.database, beginning), beginning)
            value = await act()
        except _AnsweredMeanwhile as answered:
            return _outcome(answered.answer, answers, is_replayed=True)
        except Refusal as refusal:
            desk.metrics.refused(refusal)
            named = await said_by_name(desk.database, refusal)
            answer: KeptAnswer | KeptRefusal = KeptRefusal(
                **vars(told(named, request.language)), language=request.language
            )
        else:
            written = answers.write(value)
            if written is None:
                return Done(value)
            answer = written
        # Another process may have answered first; then its answer is the answer.
        first = await intake.finish(desk.database, beginning, answer)
        if first.fingerprint != beginning.fingerprint:
            raise IdempotencyKeyReused
        return _outcome(first.answer or answer, answers, is_replayed=False)


async def asked_first_at(desk: Desk, request: IdempotentRequest) -> datetime:
    """When this was asked for first: before the request's `at`, where an earlier try did not come through."""
    begun = await intake.begun(desk.database, scope=request.scope, key=request.key)
    return begun.at if begun else request.at


async def begin(desk: Desk, request: IdempotentRequest, body: BaseModel | None, deposits: Sequence[Deposit]) -> None:
    """Begin a request that `once` was given as `Begins`, and keep the bodies that it brings, in one write.

    Raises IdempotencyKeyReused.
    """
    beginning = request.beginning(body)
    _same(await intake.begin(desk.database, beginning, deposits), beginning)


async def begin_opening(
    desk: Desk,
    request: IdempotentRequest,
    body: BaseModel,
    deposits: Callable[[str], Sequence[Deposit]],
    *,
    follows: str | None = None,
) -> Reservation:
    """Begin a request for a new case, as `begin` does, and reserve its number, under which its bodies are kept.

    The number of a case that goes on from another is the same for all who ask for it.
    """
    beginning = request.beginning(body)
    begun, reserved = await intake.begin_opening(desk.database, beginning, deposits, follows=follows)
    _same(begun, beginning)
    assert reserved is not None, "the request is the one that began"
    return reserved


def _same(begun: Begun, beginning: Beginning) -> None:
    """Raise IdempotencyKeyReused where another request began under the key, or what answers this one already."""
    if begun.fingerprint != beginning.fingerprint:
        raise IdempotencyKeyReused
    if begun.answer:
        raise _AnsweredMeanwhile(begun.answer)


def _outcome(kept: KeptAnswer | KeptRefusal, answers: Answers[T], *, is_replayed: bool) -> Done[T] | FinalRefusal:
    if isinstance(kept, KeptAnswer):
        return Done(answers.read(kept), is_replayed)
    said = {name: value for name, value in vars(kept).items() if name != "language"}
    return FinalRefusal(told=ToldProblem(**said), language=kept.language, is_replayed=is_replayed)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
