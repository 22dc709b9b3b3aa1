"""The order in which what waits at once is taken up, where there is more of it than is served at once."""

from __future__ import annotations

from policy.case.case import Priority
from policy.terms.terms import Terms

LAST = 5
"""What no case waits for."""


def urgency(priority: Priority, *, terms: Terms) -> int:
    """1 for what comes first, `LAST` for what comes last: a critical case of a plan that is served without interruption
    (PLAN-4), then the cases by their priorities (PRI-1..4). It moves no clock: all of them are due when they are due.
    """
    if priority is Priority.CRITICAL and terms.hours.never_closes:
        return 1
    return int(priority) + 1
