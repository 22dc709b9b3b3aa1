"""The answer of a request that is not served (RFC 9457): one shape for refusals, problems and HTTP's own.

Every sentence is a message id of the catalogues, told in the caller's language. Which rule says no is never decided
here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from fastapi.responses import JSONResponse

from desk.problems import RETRY_AFTER_SECONDS, Problem, Refused, status_of, told

MEDIA_TYPE = "application/problem+json"


class Unauthenticated(Problem):
    status, message = 401, "A valid access token is needed (Authorization: Bearer …)."
    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": "Bearer"}


class RequestTooSlow(Problem):
    status, message = 408, "The request did not arrive within {seconds} seconds."
    headers: ClassVar[Mapping[str, str]] = {"Connection": "close"}


class RequestTooLarge(Problem):
    status, message = 413, "The request is larger than the {kibibytes} KiB that are accepted."


class MisdirectedRequest(Problem):
    status, message = 421, "This service is not known by the address that the request names (Host)."


class InvalidInput(Problem):
    status, message = 422, "Some of the data is not valid; `errors` says which and why."


class IdempotencyKeyMissing(Problem):
    status, message = (
        422,
        "Send an Idempotency-Key header, with a new value for every new request (1 to 200 characters).",
    )


class NotReady(Problem):
    status, message = 503, "The service is not ready: {missing}."
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": str(RETRY_AFTER_SECONDS)}


def document(refused: Refused, language: str, **more: Any) -> dict[str, Any]:
    """The problem document, in the caller's language."""
    return told(refused, language).document | more


def response(refused: Refused, language: str, **more: Any) -> JSONResponse:
    """The problem as an answer."""
    headers = {"Content-Language": language, **(refused.answer_headers if isinstance(refused, Problem) else {})}
    return JSONResponse(document(refused, language, **more), status_of(refused), headers, MEDIA_TYPE)
