"""The turns of a case that call for somebody who is on duty (ESC-17). What comes of a call is paging.py's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from policy.case import facts as f
from policy.case.case import Level
from policy.case.facts import Entry
from policy.duty.steps import PageWhy
from policy.terms.terms import Terms


@dataclass(frozen=True)
class Call:
    """That a turn calls for whoever is on duty at a level, about the fact `seq`."""

    why: PageWhy
    level: Level
    seq: int


def calls_of(entries: tuple[Entry, ...], *, after_level: Level, terms: Terms) -> Iterator[Call]:
    """The pages that a turn calls for: at a hand-off where a plan works without interruption, and at overdue."""
    for entry in entries:
        match entry.fact:
            case f.HandedOff(to_level=level) if terms.hours.never_closes:
                yield Call(PageWhy.HANDED_OFF, level, entry.seq)
            case f.CaseOverdue():
                yield Call(PageWhy.OVERDUE, after_level, entry.seq)
            case _:
                pass
