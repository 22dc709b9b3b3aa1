"""The decision: the case after a turn, and all that the ledger records with it, in one value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from policy.case.case import Actor, Case, Clock, Text
from policy.case.facts import Entry, Fact
from policy.case.missed import missed_by
from policy.case.notices import Notice, notices_of
from policy.case.refusals import ReasonMissing, TextMissing
from policy.duty.calls import Call, calls_of
from policy.terms.terms import Terms
from policy.time.clock import ClockName, Stretch

Change = tuple[Case, tuple[Fact, ...]]
"""What a rule gives back: the case as it is now and what happened, in order."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One turn of a case: its state afterwards, what happened, who must learn of it, and clock stretches that ended.

    `terms` are those that hold from this turn on, where the turn replaced them (WAR-3, PLAN-15). `goes_on_in` is the
    case that must still be open when the turn is recorded, or the turn is refused: two cases that were found to be
    duplicates of each other at the same instant do not both close (ESC-18). `calls` are for who is on duty (ESC-17).
    """

    case: Case
    entries: tuple[Entry, ...]
    notices: tuple[Notice, ...]
    stretches: tuple[Stretch, ...]
    terms: Terms | None = None
    goes_on_in: str | None = None
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True)
class Origin:
    """Where a turn comes from: who made it, when it happened, and when it had been due, if a clock made it."""

    by: Actor
    at: datetime
    due_at: datetime | None = None


def decided(
    before: Case | None, change: Change, origin: Origin, *, terms: Terms, replaced: Terms | None = None
) -> Decision:
    """The turn that `change` makes: numbered, dated, with the notices, the ended stretches and the broken promises that
    follow from it.

    `terms` are those that held until now; `replaced` those that hold from now on, where they are others.
    """
    after, facts = change
    seq = before.facts if before else 0
    entries = tuple(
        Entry(seq=seq + place, at=origin.at, by=origin.by, fact=fact, due_at=origin.due_at)
        for place, fact in enumerate(facts, start=1)
    )
    case = replace(
        after,
        turn=(before.turn if before else 0) + 1,
        facts=seq + len(facts),
        last_at=origin.at,
        missed=missed_by(before, after, facts, hours=terms.hours, other_hours_at=origin.at if replaced else None),
    )
    return Decision(
        case=case,
        entries=entries,
        notices=notices_of(entries, before=before, after=case, terms=terms),
        stretches=_ended_stretches(before, case) if before else (),
        terms=replaced,
        calls=tuple(calls_of(entries, after_level=case.level, terms=terms)),
    )


def require_text(text: Text, rule: str | None = None) -> None:
    """Refuse an empty body, where `rule` demands one."""
    if text.characters <= 0:
        raise TextMissing(**_demanded_by(rule))


def require_reason(text: Text | None, rule: str) -> Text:
    """The reason that the customer will see; refuses an empty one, where `rule` demands it."""
    if text is None or text.characters <= 0:
        raise ReasonMissing(**_demanded_by(rule))
    return text


def _demanded_by(rule: str | None) -> dict[str, str]:
    return {"rule": rule} if rule else {}


def _ended_stretches(before: Case, after: Case) -> tuple[Stretch, ...]:
    pairs = (
        (ClockName.INITIAL_ATTENTION, before.initial_attention, after.initial_attention),
        (ClockName.LEVEL, before.level_clock, after.level_clock),
    )
    return tuple(
        Stretch(
            clock=name,
            level=before.level,
            from_at=old.since_at,
            to_at=new.since_at,
            counted=old.counting,
            why=None if old.counting else _why_not_counted(before, old),
        )
        for name, old, new in pairs
        if old and new and old.since_at < new.since_at
    )


def _why_not_counted(case: Case, clock: Clock) -> str:
    return case.waiting_for.value if case.waiting_for else clock.state.value
