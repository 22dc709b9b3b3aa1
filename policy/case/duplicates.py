"""Duplicates: a case goes on in another one of the same customer, which is still open (ESC-18).

A case that was itself closed as a duplicate leads on to the one that it goes on in, and so to the chain's last. What is
known of that one is looked up by whoever asks, and once more where the turn is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass

from policy.case.case import Status
from policy.case.refusals import DuplicateInCircle, DuplicateOfEnded, DuplicateOfItself


@dataclass(frozen=True)
class GoesOnIn:
    """The case at the end of a chain of duplicates, and how it stands; a case that is no duplicate is its own chain."""

    number: str
    status: Status


def check(number: str, of: str, last: GoesOnIn) -> None:
    """Refuse to close case `number` as a duplicate of `of`, whose chain's last is `last`, where that is not open."""
    if of == number:
        raise DuplicateOfItself(number=number)
    if last.number == number:
        raise DuplicateInCircle(number=number, other=of)
    if last.status in (Status.RESOLVED, Status.CLOSED):
        raise DuplicateOfEnded(other=last.number)
