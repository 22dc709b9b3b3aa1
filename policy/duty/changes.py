"""Changes of who is on duty: rotas and overrides by who directs, swaps by the two whom they concern."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, auto

from policy.case.case import Actor, Level, Role
from policy.case.refusals import Refusal, StateRefusal
from policy.duty.rota import Layer, Override, Roster

DIRECTS = (Role.DIRECTOR, Role.ADMIN)
"""Who changes rotas, overrides and other people's swaps."""
LONGEST_TURN = 24 * 31
"""Hours: nobody is on duty for longer without anybody else's turn."""
MOST_PEOPLE = 50
LONGEST_OVERRIDE = timedelta(days=92)


class RotaEmpty(Refusal):
    """A rota is people who take turns."""

    rule = "ESC-17"
    message = "A rota needs somebody who takes turns."


class PersonNotOfLevel(Refusal):
    """Who is on duty for a level serves it."""

    rule = "ESC-17"
    message = "{person} does not serve level {level}, or may not sign in: nobody else is on duty there."


class TurnTooLong(Refusal):
    """Turns have a length that somebody can bear."""

    rule = "ESC-17"
    message = "A turn lasts from 1 to {hours} hours."


class OverrideOver(Refusal):
    """It ends after it begins, and what is past is not changed."""

    rule = "ESC-17"
    message = "An override ends after it begins, is not over yet, and lasts {days} days at most."


class OverridesOverlap(Refusal):
    """One at a time is on duty."""

    rule = "ESC-17"
    message = "Somebody else was put on duty in that time already: take that override back first."


class SwapWithOneself(Refusal):
    """Two people swap."""

    rule = "ESC-17"
    message = "Nobody swaps with themselves."


class NotTheirTurn(Refusal):
    """Only a turn that is one's own can be given away."""

    rule = "ESC-17"
    message = "{person} is not on duty for the whole of that time: a turn that is swapped is one's own."


class SwapDecided(StateRefusal):
    """What was answered stays so."""

    rule = "ESC-17"
    message = "This swap was answered already."


class SwapState(StrEnum):
    """Where a proposed swap stands."""

    PROPOSED = auto()
    ACCEPTED = auto()
    DECLINED = auto()
    WITHDRAWN = auto()


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A time of somebody's on duty."""

    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, kw_only=True)
class Swap:
    """That `proposer` takes the turn `theirs` of `other`, who takes the turn `own` of the proposer."""

    id: str
    level: Level
    proposer: str
    other: str
    own: Turn
    theirs: Turn
    state: SwapState = SwapState.PROPOSED
    proposed_at: datetime
    answered_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Serving:
    """Who serves a level, by id, as far as they may sign in."""

    level: Level
    people: Collection[str]

    def check(self, *named: str) -> None:
        """Raise PersonNotOfLevel for the first who does not."""
        for each in named:
            if each not in self.people:
                raise PersonNotOfLevel(person=each, level=int(self.level))


def check_layer(new: Layer, serving: Serving) -> None:
    """Raise what is wrong with a rota."""
    if not new.people or len(new.people) > MOST_PEOPLE or (new.hours is not None and not new.hours.days):
        raise RotaEmpty
    if not 1 <= new.every_hours <= LONGEST_TURN:
        raise TurnTooLong(hours=LONGEST_TURN)
    serving.check(*new.people)


def check_override(new: Override, serving: Serving, known: Sequence[Override]) -> None:
    """Raise what is wrong with an override; `known` are the others that are not over."""
    if new.to_at <= max(new.from_at, new.made_at) or new.to_at - new.from_at > LONGEST_OVERRIDE:
        raise OverrideOver(days=LONGEST_OVERRIDE.days)
    serving.check(new.person)
    if any(each.level == new.level and each.from_at < new.to_at and new.from_at < each.until for each in known):
        raise OverridesOverlap


def check_swap(new: Swap, serving: Serving, roster: Roster, *, at: datetime) -> None:
    """Raise what is wrong with a swap, when it is proposed and again when it is accepted."""
    if new.proposer == new.other:
        raise SwapWithOneself
    serving.check(new.proposer, new.other)
    for person, turn in ((new.proposer, new.own), (new.other, new.theirs)):
        if turn.to_at <= max(turn.from_at, at) or turn.to_at - turn.from_at > LONGEST_OVERRIDE:
            raise OverrideOver(days=LONGEST_OVERRIDE.days)
        through = roster.stretches(new.level, turn.from_at, turn.to_at)
        if any(each.duty.assigned != person for each in through):
            raise NotTheirTurn(person=person)


def overrides_of(swap: Swap, by: Actor, *, at: datetime) -> tuple[Override, Override]:
    """The two overrides that an accepted swap is: from now on at the earliest, for what was stays."""
    return (
        Override(
            id=f"{swap.id}.1",
            level=swap.level,
            person=swap.other,
            from_at=max(swap.own.from_at, at),
            to_at=swap.own.to_at,
            made_by=by,
            made_at=at,
            swap=swap.id,
        ),
        Override(
            id=f"{swap.id}.2",
            level=swap.level,
            person=swap.proposer,
            from_at=max(swap.theirs.from_at, at),
            to_at=swap.theirs.to_at,
            made_by=by,
            made_at=at,
            swap=swap.id,
        ),
    )


def may_answer(by: Actor, swap: Swap) -> bool:
    """Whether this person accepts or declines the swap: the other one, or who directs."""
    return by.role in DIRECTS or by.id == swap.other


def may_withdraw(by: Actor, swap: Swap) -> bool:
    return by.role in DIRECTS or by.id == swap.proposer
