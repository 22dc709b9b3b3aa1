"""What is answered when a request is not served: RFC 9457, one mapping for the policy's refusals and the edge's own.

Every sentence is a message id of the catalogues, told in the caller's language. Which rule says no is never decided
here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, ClassVar

from fastapi.responses import JSONResponse

from policy.case.refusals import Refusal, RoleNotAllowed
from policy.people.contacts import SignInChoicePending
from wording.language import translate

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 2

_TITLES = {
    400: "The request cannot be read.",
    401: "Access denied.",
    403: "Operation not allowed.",
    404: "Not found.",
    405: "Method not allowed.",
    409: "The case's state does not allow it.",
    413: "The request is too large.",
    415: "The content's type is not accepted.",
    421: "Not our address.",
    422: "The request is not accepted.",
    429: "Too many at once.",
    500: "Internal error.",
    503: "Service unavailable for the moment.",
}


class Problem(Exception):
    """Something the edge itself refuses; `name` is the class in kebab-case, as with the policy's refusals."""

    status: ClassVar[int]
    message: ClassVar[str]
    name: ClassVar[str]
    headers: ClassVar[Mapping[str, str]] = {}

    def __init_subclass__(cls) -> None:
        """Derive the problem's public name."""
        cls.name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", cls.__name__).lower()

    def __init__(self, **values: str | int) -> None:
        super().__init__(self.name)
        self.values = values


class MalformedRequest(Problem):
    status, message = 400, "The request cannot be read: check that it is valid JSON in UTF-8."


class Unauthenticated(Problem):
    status, message = 401, "A valid access token is needed (Authorization: Bearer …)."
    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": "Bearer"}


class NotFound(Problem):
    status, message = 404, "There is nothing here that you may see."


class MethodNotAllowed(Problem):
    status, message = 405, "This address does not accept that method."


class RequestTooLarge(Problem):
    status, message = 413, "The request is larger than the {kibibytes} KiB that are accepted."


class MisdirectedRequest(Problem):
    status, message = 421, "This service is not known by the address that the request names (Host)."


class InvalidInput(Problem):
    status, message = 422, "Some of the data is not valid; `errors` says which and why."


class InvalidCursor(Problem):
    status, message = 422, "The cursor is not one that this list gave."


class IdempotencyKeyMissing(Problem):
    status, message = (
        422,
        "Send an Idempotency-Key header, with a new value for every new request (1 to 200 characters).",
    )


class IdempotencyKeyReused(Problem):
    status, message = 422, "This Idempotency-Key was already used for another request; use a new one."


class EngineUnavailable(Problem):
    status, message = 503, "The service is not available for the moment; try again with the same Idempotency-Key."
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": str(RETRY_AFTER_SECONDS)}


class StorageUnavailable(Problem):
    status, message = 503, "The data is not available for the moment; try again in a few seconds."
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": str(RETRY_AFTER_SECONDS)}


class NotReady(Problem):
    status, message = 503, "The service is not ready: {missing}."
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": str(RETRY_AFTER_SECONDS)}


class InternalError(Problem):
    status, message = 500, "Something failed on our side. Try again; if it happens again, tell the help desk."


Refused = Problem | Refusal


def status_of(kind: type[Refused] | Refused) -> int:
    """The HTTP status that tells of a problem or refusal."""
    kind = kind if isinstance(kind, type) else type(kind)
    if issubclass(kind, Problem):
        return kind.status
    if issubclass(kind, RoleNotAllowed | SignInChoicePending):
        return 403
    return 409 if kind.is_about_state else 422


def document(refused: Refused, language: str, **more: Any) -> dict[str, Any]:
    """The problem document, in the caller's language."""
    status = status_of(refused)
    told = {
        "type": f"urn:escala:{refused.name}",
        "title": translate(_TITLES[status], language),
        "status": status,
        "detail": translate(refused.message, language, **refused.values),
    }
    if isinstance(refused, Refusal) and refused.rule:
        told["rule"] = refused.rule
    return told | more


def response(refused: Refused, language: str, **more: Any) -> JSONResponse:
    """The problem as an answer."""
    headers = {"Content-Language": language, **(refused.headers if isinstance(refused, Problem) else {})}
    return JSONResponse(document(refused, language, **more), status_of(refused), headers, MEDIA_TYPE)


# -- input ------------------------------------------------------------------------------------------------------------

_INPUT = {
    "missing": "This is missing.",
    "extra_forbidden": "This field is not known here.",
    "string_type": "It must be a text.",
    "string_unicode": "It must be a text in Unicode.",
    "string_too_short": "It needs at least {min_length} characters.",
    "string_too_long": "It takes at most {max_length} characters.",
    "string_pattern_mismatch": "It does not have the expected form.",
    "control_character": "It has control characters, which are not accepted.",
    "several_lines": "It takes a single line.",
    "int_type": "It must be a whole number.",
    "int_parsing": "It must be a whole number.",
    "int_from_float": "It must be a whole number.",
    "greater_than_equal": "It must be at least {ge}.",
    "less_than_equal": "It must be at most {le}.",
    "enum": "It must be one of: {expected}.",
    "literal_error": "It must be one of: {expected}.",
    "bool_type": "It must be true or false.",
    "bool_parsing": "It must be true or false.",
    "list_type": "It must be a list.",
    "too_long": "It takes at most {max_length} elements.",
    "too_short": "It needs at least {min_length} elements.",
    "model_attributes_type": "It must be a JSON object.",
    "dict_type": "It must be a JSON object.",
    "json_invalid": "It is not valid JSON.",
    "day": "It must be a date such as 2026-11-23, from 2000 to 2100.",
    "instant": "It must be an instant with its time zone, such as 2026-11-23T14:00:00Z, from 2000 to 2100.",
    "email": "It must be an e-mail address.",
    "money": 'It must be an amount as a text of decimal digits, such as "350000".',
    "money_fraction": "It must be an amount in whole pesos, without cents.",
    "money_size": "It must be an amount of at most {digits} digits.",
    "tax_id": "It must be a NIT: digits, with or without the check digit after a hyphen.",
}
_OTHERWISE = "It is not valid."
_MOST_ERRORS, _LONGEST_PATH = 50, 200


def input_errors(errors: Iterable[Mapping[str, Any]], language: str) -> list[dict[str, str]]:
    """What is wrong with which part of the input. The given values are never repeated."""
    return [
        {
            "path": _path(error["loc"]),
            "message": translate(
                _INPUT.get(error["type"], _OTHERWISE), language, **_values(error.get("ctx") or {}, language)
            ),
        }
        for error in islice(errors, _MOST_ERRORS)
    ]


def _path(location: tuple[str | int, ...]) -> str:
    """`title` of the body stays `title`; everything else says where it was: `query.limit`, `header.idempotency-key`."""
    parts = location[1:] if location[0] == "body" and len(location) > 1 else location
    return ".".join(str(part) for part in parts).encode("utf-8", "replace").decode()[:_LONGEST_PATH]


def _values(context: Mapping[str, Any], language: str) -> dict[str, Any]:
    values = {name: value for name, value in context.items() if isinstance(value, str | int | float)}
    if isinstance(expected := values.get("expected"), str):
        values["expected"] = expected.replace(" or ", f" {translate('or', language)} ")
    return values
