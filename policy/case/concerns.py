"""The concerns of the desk's people: a case of theirs moved, and somebody else moved it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from policy.case import facts as f
from policy.case.case import Case
from policy.case.facts import Entry


class Concern(StrEnum):
    """Why it concerns them."""

    ASSIGNED = "assigned"
    ANSWERED = "answered"
    REOPENED = "reopened"
    MENTIONED = "mentioned"
    OVERDUE = "overdue"
    CHAT = "chat"


@dataclass(frozen=True, kw_only=True)
class Concerned:
    """Somebody whom the fact `seq` concerns."""

    agent_id: str
    seq: int
    why: Concern


def concerned_by(entries: tuple[Entry, ...], case: Case) -> tuple[Concerned, ...]:
    """Whom a turn's facts concern; nobody is told of what they did themselves. `case` is as the turn leaves it."""
    return tuple(
        Concerned(agent_id=who, seq=entry.seq, why=why)
        for entry in entries
        for who, why in _of(entry, case)
        if who != entry.by.id
    )


def _of(entry: Entry, case: Case) -> Iterator[tuple[str, Concern]]:
    match entry.fact:
        case f.CaseAssigned(agent_id=agent_id):
            yield agent_id, Concern.ASSIGNED
        case f.ChatHandedOver(to_agent=agent_id):
            yield agent_id, Concern.CHAT
        case f.ChatBegun() if case.assignee:
            yield case.assignee, Concern.CHAT
        case f.ChatSaid(tells=True) if case.chat and case.chat.agent_id:
            yield case.chat.agent_id, Concern.ANSWERED
        case f.CustomerAnswered() if case.assignee:
            yield case.assignee, Concern.ANSWERED
        case f.CaseReopened() if case.assignee:
            yield case.assignee, Concern.REOPENED
        case f.CaseOverdue() | f.OverdueRepeated() if case.assignee:
            yield case.assignee, Concern.OVERDUE
        case f.NoteAdded(mentions=mentions):
            for each in mentions:
                yield each, Concern.MENTIONED
        case _:
            pass
