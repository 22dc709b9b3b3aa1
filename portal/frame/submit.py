"""Submitting a form: its body, its key, and its outcome as a value, or the refusal in words beside what was typed."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData

from desk.idempotency import Answers, Done, FinalRefusal, IdempotentRequest
from desk.problems import NotFound, Problem, ToldProblem, of_database, told
from policy.case.refusals import Refusal
from portal.frame.session import Visitor
from storage.case.intake import KeptAnswer
from storage.engine.reach import DatabaseFull
from wording.input_errors import input_errors
from wording.language import translate

_BOGOTA = ZoneInfo("America/Bogota")

Model = TypeVar("Model", bound=BaseModel)
T = TypeVar("T")

KEY = re.compile(r"[A-Za-z0-9_-]{8,100}")
"""A form's own key."""

_NOT_SAID = frozenset({"stamp", "key"})

DONE: Answers[None] = Answers(write=lambda _: KeptAnswer(200, {}, {}), read=lambda _: None)
"""For a form of which only that it was done is kept."""


def named(field: str) -> Answers[str]:
    """For a form that makes something: kept is its id or number, under this field's name as the API answers it."""
    return Answers(write=lambda made: KeptAnswer(201, {}, {field: made}), read=lambda kept: str(kept.body[field]))


@dataclass(frozen=True)
class Refused:
    """Why a form was not taken; `name` is the refusal's, and `status` the page's."""

    status: int
    sentence: str
    name: str = ""
    rule: str | None = None


def key_of(form: FormData) -> str:
    """The form's own key, which was made when the page was shown: a second click happens once. NotFound without one."""
    key = str(form.get("key", ""))
    if not KEY.fullmatch(key):
        raise NotFound
    return key


def request_of(visitor: Visitor, address: str, key: str, *, at: datetime) -> IdempotentRequest:
    """A form's request under its key."""
    return IdempotentRequest(by=visitor.principal, key=key, address=address, at=at, language=visitor.language)


def typed_in(form: FormData | None = None) -> defaultdict[str, str]:
    """What was typed, to stand there again when the form is refused; what was not is empty."""
    said = {name: value for name, value in (form or {}).items() if isinstance(value, str) and name not in _NOT_SAID}
    return defaultdict(str, said)


def read_body(kind: type[Model], said: Mapping[str, Any]) -> Model:
    """The use case's input from what a form says; an empty field is left out. ValidationError."""
    return kind.model_validate_json(json.dumps({name: value for name, value in said.items() if value != ""}))


async def submit(
    visitor: Visitor,
    act: Callable[[], Awaitable[Done[T] | FinalRefusal]],
    labels: Mapping[str, str] | None = None,
    *,
    what_is_wrong: Callable[[ValidationError, str], str] | None = None,
) -> Done[T] | Refused:
    """What came of a form, or its refusal in words.

    `labels` are the fields' names on the page. A form that tells bad input in its own way, by the visitor's language,
    brings `what_is_wrong`.
    """
    try:
        outcome = await act()
    except ValidationError as error:
        tell = what_is_wrong or partial(_by_label, labels=labels or {})
        return Refused(422, tell(error, visitor.language), "invalid-input")
    except (Refusal, Problem, DatabaseFull) as refused:
        return refused_by(visitor, refused)
    return in_words(outcome.told) if isinstance(outcome, FinalRefusal) else outcome


def on_the_clock(value: str) -> str:
    """The instant that a date-and-time field says on Bogotá's clock; what is none is left for the input to refuse."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    return (at if at.tzinfo else at.replace(tzinfo=_BOGOTA)).isoformat()


def refused_by(visitor: Visitor, why: Refusal | Problem | DatabaseFull) -> Refused:
    """What refused a form, in the visitor's words. A database without room can still be read: the page is shown."""
    refused = of_database(why) if isinstance(why, DatabaseFull) else why
    if isinstance(refused, Problem):
        visitor.headers.update(refused.answer_headers)
    return in_words(told(refused, visitor.language))


def in_words(said: ToldProblem) -> Refused:
    """A problem or refusal as pages show it."""
    return Refused(said.status, said.detail, said.name, said.rule)


def messages(error: ValidationError, language: str) -> str:
    """What is wrong with a form's input, without the fields' names."""
    found = input_errors(({**each, "loc": ("body", *each["loc"])} for each in error.errors()), language)
    return " ".join(each["message"] for each in found)


def _by_label(error: ValidationError, language: str, *, labels: Mapping[str, str]) -> str:
    found = input_errors(({**each, "loc": ("body", *each["loc"])} for each in error.errors()), language)
    return " ".join(
        f"{translate(labels.get(each['path'], ''), language) or each['path']}: {each['message']}" for each in found
    )
