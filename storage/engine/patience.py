"""Patience: how long somebody waits for the database in all, so that the waits of one request do not add up.

Whoever serves a request sets it, and each wait takes from it. Once the answer has begun nobody waits for it any more,
and what goes on (a stream, a trace of the visit) has each wait's own longest time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from math import inf

from storage.engine.reach import DatabaseUnavailable

LONGEST = 10.0
"""Seconds that one wait takes at most, whoever waits."""


@dataclass
class Patience:
    """The seconds that may still be waited."""

    seconds: float

    def end(self) -> None:
        """From now on each wait is for itself."""
        self.seconds = inf

    def left(self) -> float:
        """Seconds that one wait may take now. Raises DatabaseUnavailable where none are left."""
        if self.seconds <= 0:
            raise DatabaseUnavailable("no time is left")
        return min(self.seconds, LONGEST)

    @contextmanager
    def waiting(self) -> Iterator[float]:
        """Around a wait: how long it may take; what it took is spent."""
        seconds, began = self.left(), time.monotonic()
        try:
            yield seconds
        finally:
            self.seconds -= time.monotonic() - began


_present: ContextVar[Patience | None] = ContextVar("patience", default=None)


@contextmanager
def patient_for(seconds: float) -> Iterator[Patience]:
    """All waits within take so long together."""
    patience = Patience(seconds)
    token = _present.set(patience)
    try:
        yield patience
    finally:
        _present.reset(token)


def patience() -> Patience:
    """That of whoever is served, or what one wait has."""
    return _present.get() or Patience(inf)
