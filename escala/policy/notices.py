"""Who must learn of what happened. Recipients are roles and ids; addresses are found when a notice is delivered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from escala.policy import facts as f
from escala.policy.case import Case
from escala.policy.facts import Entry
from escala.policy.terms import Terms


@dataclass(frozen=True)
class Notice:
    """One message to one recipient about the fact `seq`; unique by case, turn, kind and recipient.

    `recipient` is `contact:ID`, `administrators:CUSTOMER`, `agent:ID`, `level:N`, `group:NAME`, `director` or
    `commercial`. `limit_at` is the deadline it speaks of, where it does.
    """

    kind: str
    recipient: str
    seq: int
    limit_at: datetime | None = None


def notices_of(entries: tuple[Entry, ...], *, before: Case | None, after: Case, terms: Terms) -> tuple[Notice, ...]:
    """The notices that a turn's facts call for, each recipient once per kind."""
    unique: dict[tuple[str, str], Notice] = {}
    for entry in entries:
        for recipient in _recipients(entry.fact, before or after, after):
            unique.setdefault(
                (entry.fact.kind, recipient),
                Notice(entry.fact.kind, recipient, entry.seq, _limit_at(entry.fact, after)),
            )
    return tuple(unique.values())


def _recipients(fact: f.Fact, before: Case, after: Case) -> Iterator[str]:
    contact = f"contact:{after.contact_id}"
    match fact:
        case f.CaseOpened():
            yield contact
            if after.level_clock:
                yield _queue(after)
        case f.CaseHeld():
            yield contact
            yield "commercial"
        case f.CaseAssigned():
            yield f"agent:{fact.agent_id}"
        case f.HandedOff():
            yield f"level:{int(fact.from_level)}"
            yield f"level:{int(fact.to_level)}"
            yield contact
            yield from _group(before)
            if fact.left_by:
                yield f"agent:{fact.left_by}"
        case f.CaseTransferred():
            yield f"group:{fact.to_group}"
            yield contact
            if fact.left_by:
                yield f"agent:{fact.left_by}"
        case f.ClockWarned() | f.InitialAttentionMissed():
            yield f"level:{int(before.level)}"
            yield from _group(before)
            if before.assignee:
                yield f"agent:{before.assignee}"
        case f.CaseOverdue() | f.OverdueRepeated():
            yield "director"
            yield f"administrators:{after.customer_id}"
        case f.CustomerAnswered() | f.CaseReopened():
            yield f"agent:{after.assignee}" if after.assignee else _queue(after)
        case f.CaseClosed():
            yield contact
            if before.assignee:
                yield f"agent:{before.assignee}"
        case (
            f.ReplySent()
            | f.InformationRequested()
            | f.PriorityChanged()
            | f.ProviderEscalated()
            | f.ProviderUpdated()
            | f.CaseResolved()
        ):
            yield contact
        case _:
            return


def _group(case: Case) -> Iterator[str]:
    if case.group:
        yield f"group:{case.group}"


def _queue(case: Case) -> str:
    return f"group:{case.group}" if case.group else f"level:{int(case.level)}"


def _limit_at(fact: f.Fact, after: Case) -> datetime | None:
    match fact:
        case f.ClockWarned():
            return fact.limit_at
        case f.CaseResolved():
            return fact.reopen_until
        case f.CaseHeld():
            return fact.until
        case f.CaseOpened():
            return after.initial_attention.due_at if after.initial_attention else None
        case f.HandedOff():
            return after.level_clock.due_at if after.level_clock else None
        case _:
            return None
