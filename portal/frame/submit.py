"""A form's way to the API's own functions: its body, its key, and a refusal in words beside what was typed."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData

from api.http import problems
from api.http.idempotency import Once
from desk.desk import Desk
from desk.problems import NotFound, Problem
from policy.case.refusals import Refusal
from portal.frame.session import Visitor
from wording.input_errors import input_errors
from wording.language import translate

Model = TypeVar("Model", bound=BaseModel)

_KEY = re.compile(r"[A-Za-z0-9_-]{8,100}")
_NOT_SAID = frozenset({"stamp", "key"})


@dataclass(frozen=True)
class Refused:
    """Why a form was not taken; `name` is the refusal's, and `status` the page's."""

    status: int
    sentence: str
    name: str = ""
    rule: str | None = None


def once_of(request: Request, visitor: Visitor, desk: Desk, form: FormData, *, at: datetime) -> Once:
    """The form's own key, which was made when the page was shown: a second click happens once."""
    key = str(form.get("key", ""))
    if not _KEY.fullmatch(key):
        raise NotFound
    return Once(
        desk=desk,
        scope=visitor.principal.token_id,
        key=key,
        method="POST",
        path=request.url.path,
        at=at,
        language=visitor.language,
    )


def typed_in(form: FormData | None = None) -> defaultdict[str, str]:
    """What was typed, to stand there again when the form is refused; what was not is empty."""
    said = {name: value for name, value in (form or {}).items() if isinstance(value, str) and name not in _NOT_SAID}
    return defaultdict(str, said)


def read_body(kind: type[Model], said: Mapping[str, Any]) -> Model:
    """The API's body from what a form says; an empty field is left out. ValidationError."""
    return kind.model_validate_json(json.dumps({name: value for name, value in said.items() if value != ""}))


async def walk(
    visitor: Visitor, act: Callable[[], Awaitable[JSONResponse]], labels: Mapping[str, str] | None = None
) -> JSONResponse | Refused:
    """What the API answers, or its refusal in words; `labels` are the fields' names on the page."""
    try:
        answer = await act()
    except ValidationError as error:
        return Refused(422, _what_is_wrong(error, visitor.language, labels or {}), "invalid-input")
    except (Refusal, Problem) as refused:
        return _refused(problems.document(refused, visitor.language))
    if answer.status_code >= 400:
        return _refused(json.loads(bytes(answer.body)))
    return answer


def _refused(told: Mapping[str, Any]) -> Refused:
    name = str(told["type"]).removeprefix("urn:escala:")
    return Refused(int(told["status"]), str(told["detail"]), name, told.get("rule"))


def _what_is_wrong(error: ValidationError, language: str, labels: Mapping[str, str]) -> str:
    found = input_errors(({**each, "loc": ("body", *each["loc"])} for each in error.errors()), language)
    return " ".join(
        f"{translate(labels.get(each['path'], ''), language) or each['path']}: {each['message']}" for each in found
    )
