"""Idempotency over HTTP: the `Idempotency-Key` header, and the answer that the same key and body are given again.

What happens once, and which outcomes are kept, is desk/idempotency.py's. An answer is kept as it was sent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from api.http import problems
from api.http.auth import Caller
from api.http.bodies import Answer
from api.http.deps import At, Language
from desk.desk import Desk
from desk.idempotency import Answers, Begins, Done, FinalRefusal, IdempotentRequest, once
from storage.case.intake import KeptAnswer

REPLAYED = "Idempotency-Replayed"


@dataclass(frozen=True)
class Success:
    """What an operation answers. `is_final` is false for an answer that is not the last word (202)."""

    status: int
    body: Answer
    location: str | None = None
    is_final: bool = True


@dataclass(frozen=True)
class _Sent:
    """An answer as it is sent."""

    status: int
    headers: Mapping[str, str]
    body: Any
    is_final: bool = True


_SENT: Answers[_Sent] = Answers(
    write=lambda sent: KeptAnswer(sent.status, sent.headers, sent.body) if sent.is_final else None,
    read=lambda kept: _Sent(kept.status, kept.headers, kept.body),
)
_NAMED: Answers[str] = Answers(
    write=lambda made: KeptAnswer(200, {}, {"id": made}), read=lambda kept: str(kept.body["id"])
)


async def answer_once(
    desk: Desk,
    request: IdempotentRequest,
    body: BaseModel | None,
    act: Callable[[], Awaitable[Success]] | Begins[Success],
) -> JSONResponse:
    """Do what a request asks for, or answer again what was answered."""

    async def sent() -> _Sent:
        success = await act()
        headers = {"Location": success.location} if success.location else {}
        return _Sent(success.status, headers, success.body.model_dump(mode="json"), success.is_final)

    outcome = await once(desk, request, body, Begins(sent) if isinstance(act, Begins) else sent, _SENT)
    if isinstance(outcome, FinalRefusal):
        return _refused(outcome)
    answer = outcome.value
    return JSONResponse(answer.body, answer.status, {**answer.headers, **_replayed(outcome)})


async def answer_without_secrets(
    desk: Desk,
    request: IdempotentRequest,
    body: BaseModel | None,
    act: Callable[[], Awaitable[str]],
    show: Callable[[str], Awaitable[Success]],
) -> JSONResponse:
    """Do what a request asks for, of which only an id is kept; what `show` answers of that is nowhere, and made anew
    where the same is asked again.
    """
    outcome = await once(desk, request, body, act, _NAMED)
    if isinstance(outcome, FinalRefusal):
        return _refused(outcome)
    success = await show(outcome.value)
    headers = {"Location": success.location} if success.location else {}
    return JSONResponse(success.body.model_dump(mode="json"), success.status, {**headers, **_replayed(outcome)})


def _refused(outcome: FinalRefusal) -> JSONResponse:
    headers = {"Content-Type": problems.MEDIA_TYPE, "Content-Language": outcome.language, **_replayed(outcome)}
    return JSONResponse(outcome.told.document, outcome.told.status, headers)


def _replayed(outcome: Done[Any] | FinalRefusal) -> dict[str, str]:
    return {REPLAYED: "true"} if outcome.is_replayed else {}


async def idempotent_request(
    request: Request,
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
) -> IdempotentRequest:
    """This request under its key."""
    return IdempotentRequest(by=principal, key=idempotency_key, address=request.url.path, at=at, language=language)


Idempotent = Annotated[IdempotentRequest, Depends(idempotent_request)]
