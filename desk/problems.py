"""The problems that the desk refuses with apart from the policy: not there, not now, a key that was used before.

Every sentence is a message id of the catalogues. `status` is what HTTP calls the situation, which both edges speak.
Which rule says no is never decided here.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

from policy.case.refusals import Refusal, RoleNotAllowed
from policy.people.contacts import SignInChoicePending
from storage.engine.reach import DatabaseFull, DatabaseUnavailable
from wording.language import translate

RETRY_AFTER_SECONDS = 2

_TITLES = {
    400: "The request cannot be read.",
    401: "Access denied.",
    403: "Operation not allowed.",
    404: "Not found.",
    405: "Method not allowed.",
    408: "The request came too slowly.",
    409: "The case's state does not allow it.",
    412: "The case has gone on.",
    413: "The request is too large.",
    415: "The content's type is not accepted.",
    421: "Not our address.",
    422: "The request is not accepted.",
    429: "Too many at once.",
    500: "Internal error.",
    503: "Service unavailable for the moment.",
    507: "There is no room left.",
}


class Problem(Exception):
    """Something that is refused, by no rule of the policy; `name` is the class in kebab-case, as with its refusals.

    `headers` are for callers that can wait or prove who they are.
    """

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

    @property
    def answer_headers(self) -> Mapping[str, str]:
        """The headers of this very answer."""
        return self.headers


class NotFound(Problem):
    """It is not there, or not for whoever asks: the two are told alike."""

    status, message = 404, "There is nothing here that you may see."


class DuplicateUnknown(Problem):
    """The case that holds the same is one of the same customer (ESC-18); another customer's is as good as none."""

    status = 404
    message = "This customer has no case {number} that the case could be a duplicate of."


class InvalidCursor(Problem):
    """A cursor is good for the very list that gave it."""

    status, message = 422, "The cursor is not one that this list gave."


@contextmanager
def own_cursor() -> Iterator[None]:
    """Around a listing: a cursor that it did not give is the caller's mistake."""
    try:
        yield
    except ValueError:
        raise InvalidCursor from None


class IdempotencyKeyReused(Problem):
    """One key is one request."""

    status, message = 422, "This Idempotency-Key was already used for another request; use a new one."


class EngineUnavailable(Problem):
    """Temporal or its worker did not answer in time. The same key may ask again: it happens once."""

    status, message = 503, "The service is not available for the moment; try again with the same Idempotency-Key."
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": str(RETRY_AFTER_SECONDS)}


class MalformedRequest(Problem):
    status, message = 400, "The request cannot be read: check that it is valid JSON in UTF-8."


class MethodNotAllowed(Problem):
    status, message = 405, "This address does not accept that method."


class StorageUnavailable(Problem):
    status, message = 503, "The data is not available for the moment; try again in a few seconds."
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": str(RETRY_AFTER_SECONDS)}


class StorageFull(Problem):
    """A disk is full: the one that holds files, the one where they arrive, or the database's. Nothing is half kept."""

    status = 507
    message = (
        "There is no room left here to store what you sent. Try again later; if it happens again, tell the help desk."
    )
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "60"}


def of_database(away: DatabaseUnavailable) -> Problem:
    """What is said of a database that cannot do its work."""
    return StorageFull() if isinstance(away, DatabaseFull) else StorageUnavailable()


@contextmanager
def room_needed() -> Iterator[None]:
    """Around what writes to a disk: one without room is StorageFull."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull from error
        raise


class InternalError(Problem):
    status, message = 500, "Something failed on our side. Try again; if it happens again, tell the help desk."


Refused = Problem | Refusal


def status_of(kind: type[Refused] | Refused) -> int:
    """What HTTP calls a problem or refusal."""
    kind = kind if isinstance(kind, type) else type(kind)
    if issubclass(kind, Problem):
        return kind.status
    if issubclass(kind, RoleNotAllowed | SignInChoicePending):
        return 403
    return 409 if kind.is_about_state else 422


@dataclass(frozen=True, kw_only=True)
class ToldProblem:
    """A problem or refusal in a reader's language; `rule` is the policy's, where it was a rule that refused."""

    name: str
    status: int
    title: str
    detail: str
    rule: str | None = None

    @property
    def document(self) -> dict[str, str | int]:
        """It as a problem document (RFC 9457), which is how outcomes are kept as well."""
        document: dict[str, str | int] = {"type": f"urn:escala:{self.name}", "title": self.title}
        document |= {"status": self.status, "detail": self.detail}
        return document | ({"rule": self.rule} if self.rule else {})


def told(refused: Refused, language: str) -> ToldProblem:
    """The problem or refusal in words."""
    status = status_of(refused)
    return ToldProblem(
        name=refused.name,
        status=status,
        title=translate(_TITLES[status], language),
        detail=translate(refused.message, language, **refused.values),
        rule=(refused.rule or None) if isinstance(refused, Refusal) else None,
    )
