"""The refusals in the OpenAPI document: each operation names its own; openapi.py makes examples of them."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from api.http import problems
from desk.budgets import BudgetSpent
from desk.problems import (
    IdempotencyKeyReused,
    InternalError,
    MalformedRequest,
    Refused,
    StorageFull,
    StorageUnavailable,
    status_of,
)
from policy.case.refusals import Refusal, RoleNotAllowed
from policy.people.contacts import SignInChoicePending

REFUSALS = "x-refusals"

_ALWAYS: tuple[type[Refused], ...] = (
    problems.Unauthenticated,
    SignInChoicePending,
    InternalError,
    StorageUnavailable,
    StorageFull,
)
_POSTS: tuple[type[Refused], ...] = (
    MalformedRequest,
    problems.RequestTooLarge,
    problems.RequestTooSlow,
    BudgetSpent,
    problems.IdempotencyKeyMissing,
    IdempotencyKeyReused,
)

Responses = dict[int | str, dict[str, Any]]


def can_refuse(
    *kinds: type[Refused], post: bool = False, keyless: bool = False, role: bool = False, input_: bool = True
) -> Responses:
    """The `responses` of an operation that may raise these, beside what every operation may.

    `keyless`: it changes something without an idempotency key (PUT, PATCH, DELETE).
    """
    named: list[type[Refused]] = [*_ALWAYS, *kinds]
    if post:
        named += _POSTS
    if keyless:
        named.append(BudgetSpent)
    if role:
        named.append(RoleNotAllowed)
    if input_ or post:
        named.append(problems.InvalidInput)
    by_status: dict[int, list[type[Refused]]] = defaultdict(list)
    for kind in dict.fromkeys(named):
        by_status[status_of(kind)].append(kind)
    return {
        status: {"description": ", ".join(_described(kind) for kind in kinds), REFUSALS: [kind.name for kind in kinds]}
        for status, kinds in sorted(by_status.items())
    }


def _described(kind: type[Refused]) -> str:
    return f"{kind.name} ({kind.rule})" if issubclass(kind, Refusal) and kind.rule else kind.name
