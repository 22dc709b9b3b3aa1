"""Temporal's own order of tasks that wait: a case's urgency first, and among equals one customer after the other.

What runs beside the cases (covers, sweeps, looks at providers) is last, all together as one customer; but for the
dispatcher of notices.
"""

from __future__ import annotations

from temporalio.common import Priority

from policy.case.case import Case
from policy.case.urgency import LAST, urgency
from policy.terms.terms import Terms

_LONGEST_KEY = 64
"""Bytes that Temporal takes of a fairness key."""
BESIDE = Priority(priority_key=LAST, fairness_key="escala")
AHEAD = Priority(priority_key=1, fairness_key="escala")
"""The dispatcher's of notices: a task every quarter of an hour, which no backlog of cases may keep from them."""


def priority_of(case: Case, terms: Terms) -> Priority:
    """A case's place. Its workflow keeps the one that it begins with; its activities take that of the moment."""
    key = case.customer_id.encode()[:_LONGEST_KEY].decode(errors="ignore")
    return Priority(priority_key=urgency(case.priority, terms=terms), fairness_key=key)
