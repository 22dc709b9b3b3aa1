"""Submitting a form that registers something: a customer, a contract, a payment, a solution."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel

from desk.desk import Desk
from desk.idempotency import Done, FinalRefusal, IdempotentRequest, once
from portal.frame.session import Visitor
from portal.frame.submit import Refused, named, read_body, submit

Model = TypeVar("Model", bound=BaseModel)


class Registered(Protocol):
    """What a registering use case gives."""

    @property
    def id(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class RegistrationForm(Generic[Model]):
    """What a form says (`said`), as the input of a use case; `labels` are the fields' names on the page."""

    kind: type[Model]
    said: Mapping[str, Any]
    labels: Mapping[str, str]


async def submit_registration(
    visitor: Visitor,
    desk: Desk,
    asked: IdempotentRequest,
    form: RegistrationForm[Model],
    use_case: Callable[[Model, IdempotentRequest], Awaitable[Registered]],
) -> Done[str] | Refused:
    """Have the use case done once; the id of what it registered, or why the form was not taken."""

    async def act() -> Done[str] | FinalRefusal:
        body = read_body(form.kind, form.said)

        async def register() -> str:
            return (await use_case(body, asked)).id

        return await once(desk, asked, body, register, named("id"))

    return await submit(visitor, act, form.labels)
