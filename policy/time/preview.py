"""The preview of a case's limits if it were opened now and left alone, by the rules that will do it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from policy.case import commands as c
from policy.case import facts as f
from policy.case import lifecycle
from policy.case.case import Actor, Category, Level, Priority, Role, Text
from policy.terms.terms import Terms

_WORDS = Text("preview", 1)


@dataclass(frozen=True, kw_only=True)
class Preview:
    """An untouched case's instants (PLAN-5, ESC-1..3, ESC-6)."""

    initial_attention_due_at: datetime
    level_2_at: datetime
    level_3_at: datetime
    overdue_at: datetime


def preview(*, terms: Terms, priority: Priority, opened_at: datetime) -> Preview:
    """Live an untouched case of covered `terms` until it is overdue, and tell when each thing happened."""
    opened = lifecycle.open_case(_opening(terms, priority, opened_at), terms=terms)
    case = opened.case
    assert case.initial_attention is not None
    attention_due_at = case.initial_attention.due_at
    assert attention_due_at is not None
    reached: dict[Level, datetime] = {}
    while case.overdue_at is None:
        wake_at = case.next_wake_at
        assert wake_at is not None, "an untouched case always has something coming until it is overdue"
        decision = lifecycle.elapse(case, terms=terms, at=wake_at)
        for entry in decision.entries:
            if isinstance(entry.fact, f.HandedOff):
                reached[entry.fact.to_level] = entry.at
        case = decision.case
    return Preview(
        initial_attention_due_at=attention_due_at,
        level_2_at=reached[Level.SPECIALISTS],
        level_3_at=reached[Level.DIRECTOR],
        overdue_at=case.overdue_at,
    )


def _opening(terms: Terms, priority: Priority, opened_at: datetime) -> c.OpenCase:
    return c.OpenCase(
        by=Actor(Role.AGENT, "preview"),
        number="preview",
        received_at=opened_at,
        customer_id="preview",
        contact_id="preview",
        solution_id="preview",
        channel=terms.channels[0],
        category=Category.INCIDENT,
        proposed_priority=priority,
        title=_WORDS,
        description=_WORDS,
        prior_analysis=_WORDS,
    )
