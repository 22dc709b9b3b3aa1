"""Absences: who is away from when to when, who stands in meanwhile, and in whose name somebody acts on a case (ESC-17).

What is marked is a value; whether it may be marked, who stands in for whom and in whose name a command is given are
asked of it at each use, so no right outlives the absence that gave it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from policy.case import commands as c
from policy.case.case import Actor, Case, Level, Role
from policy.case.lifecycle import ROLES
from policy.case.refusals import Refusal
from policy.people.groups import serves

_MARKERS = frozenset({Role.DIRECTOR, Role.ADMIN})
_ENGINEERS = (c.StartVisit, c.LogVisitExpense, c.ReportVisit)
"""The commands that are a visit's engineer's before they are the assignee's."""

_CHATTERS = (c.SayInChat, c.EndChat)
"""The commands of whoever has a chat, before they are the assignee's."""


class AbsenceOver(Refusal):
    """It ends after it begins, and what is past needs no substitute."""

    rule = "ESC-17"
    message = "An absence ends after it begins, and is not over yet."


class AbsenceTooLong(Refusal):
    """A role is handed over for a while, not for good."""

    rule = "ESC-17"
    message = "An absence lasts {days} days at most: whoever is away for longer hands the role over."


class AlreadyAbsent(Refusal):
    """One substitute at a time."""

    rule = "ESC-17"
    message = "{person} is marked absent in that time already: end that absence first."


class SubstituteUnfit(Refusal):
    """Who stands in for an agent serves one of its levels; for the director, level 3."""

    rule = "ESC-17"
    message = "{substitute} cannot stand in for {person}: a substitute serves a level of the absent one, or level 3."


class SubstituteDisabled(Refusal):
    """Who may not sign in decides nothing."""

    rule = "ESC-17"
    message = "{substitute} cannot stand in for anybody: the account is disabled."


class SubstitutionCircle(Refusal):
    """Somebody has to be there in the end."""

    rule = "ESC-17"
    message = "{substitute} is away in that time and hands on to {person}: nobody would be there."


@dataclass(frozen=True, kw_only=True)
class Absence:
    """That `person` is away from `from_at` until `to_at`, and `substitute` stands in; both are agents' ids.

    `ended_at` is when it was ended before its time; one that was ended before it began never was.
    """

    id: str
    person: str
    substitute: str
    from_at: datetime
    to_at: datetime
    marked_by: Actor
    marked_at: datetime
    ended_at: datetime | None = None
    ended_by: Actor | None = None

    @property
    def until(self) -> datetime:
        """When it is over."""
        return self.to_at if self.ended_at is None else min(self.to_at, self.ended_at)

    def is_on(self, at: datetime) -> bool:
        """Whether the person is away at an instant: the first one is, the last one is not."""
        return self.from_at <= at < self.until


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """Somebody who serves cases: in what capacity, and whether they may sign in at all."""

    actor: Actor
    is_enabled: bool = True


def may_mark(by: Actor, person: str) -> bool:
    """Whether this person marks and ends absences of that one: their own, or as the director or an administrator.

    By their own right only: who stands in for the director does not prolong it.
    """
    return by.role in _MARKERS or (by.role is Role.AGENT and by.id == person)


def marked(
    new: Absence, *, person: Colleague, substitute: Colleague, known: Iterable[Absence], within_days: int
) -> Absence:
    """The absence as it is kept: it begins now at the earliest. Raises the refusals above.

    `known` are all that are not over; the substitute may be away as well, as long as somebody is there in the end. Who
    is away for more than `within_days` has left, and somebody else is given the role.
    """
    named = {"person": new.person, "substitute": new.substitute}
    new = replace(new, from_at=max(new.from_at, new.marked_at))
    known = [each for each in known if each.from_at < each.until]
    if new.to_at <= new.from_at:
        raise AbsenceOver
    if new.to_at - new.from_at > timedelta(days=within_days):
        raise AbsenceTooLong(days=within_days)
    if any(each.person == new.person and _overlap(each, new.from_at, new.to_at) for each in known):
        raise AlreadyAbsent(person=new.person)
    if not substitute.is_enabled:
        raise SubstituteDisabled(substitute=new.substitute)
    if new.person == new.substitute or not _fits(substitute.actor, person.actor):
        raise SubstituteUnfit(**named)
    if _leads_to(new.person, new.substitute, known, (new.from_at, new.to_at)):
        raise SubstitutionCircle(**named)
    return new


def _fits(substitute: Actor, absent: Actor) -> bool:
    if substitute.role is Role.DIRECTOR:
        return True
    if absent.role is Role.DIRECTOR:
        return Level.DIRECTOR in substitute.levels
    return not absent.levels or bool({*absent.levels} & {*substitute.levels})


def _leads_to(person: str, through: str, known: Sequence[Absence], within: tuple[datetime, datetime]) -> bool:
    """Whether at some instant of that time the substitutes of `through` lead back to the person."""
    for each in known:
        if each.person == through and _overlap(each, *within):
            both = max(each.from_at, within[0]), min(each.until, within[1])
            if each.substitute == person or _leads_to(person, each.substitute, known, both):
                return True
    return False


def _overlap(absence: Absence, from_at: datetime, to_at: datetime) -> bool:
    return absence.from_at < to_at and from_at < absence.until


# -- who is there -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Staff:
    """Who serves now: in what capacity, by id, and whose account is `disabled`. Without `actors` nobody's is known."""

    actors: Mapping[str, Actor] | None = None
    disabled: frozenset[str] = frozenset()

    def fits(self, substitute: str, person: str) -> bool:
        """Whether somebody serves a level of a person, as both serve now."""
        if self.actors is None:
            return True
        known = substitute in self.actors and person in self.actors
        return known and _fits(self.actors[substitute], self.actors[person])


ANY_STAFF = Staff()


def stand_in(person: str, absences: Iterable[Absence], *, at: datetime, staff: Staff = ANY_STAFF) -> str | None:
    """Who stands in for the person at an instant: an absent substitute hands on to theirs.

    None where the person is there, or nobody is: who may not sign in, or serves none of the absent one's levels (any
    more), stands in for nobody, also where an absent substitute handed on to them.
    """
    away = {each.person: each.substitute for each in absences if each.is_on(at)}
    passed, now = {person}, person
    while now in away:
        now = away[now]
        if now in passed or now in staff.disabled:
            return None
        passed.add(now)
    return now if now != person and staff.fits(now, person) else None


def absent_ones(substitute: str, absences: Sequence[Absence], *, at: datetime, staff: Staff = ANY_STAFF) -> list[str]:
    """For whom somebody stands in at an instant, by id. Who may not sign in has no right that another could have."""
    people = sorted({each.person for each in absences if each.is_on(at)} - staff.disabled)
    return [each for each in people if stand_in(each, absences, at=at, staff=staff) == substitute]


def in_the_name_of(absent: Actor, substitute: str) -> Actor:
    """The substitute as it acts in the absent one's name: with that one's role, levels and groups."""
    return replace(absent, id=substitute, on_behalf_of=absent.id)


# -- in whose name ----------------------------------------------------------------------------------------------------


def in_whose_name(command: type[c.Command], case: Case, own: Actor, stands_in_for: Sequence[Actor] = ()) -> Actor:
    """As whom somebody gives a command on a case.

    In the name of the absent one whose work it is (the assignee, a visit's engineer); else in their own where their own
    right is enough; else in the name of the first one whose right is. Where none is, as themselves: to be refused.
    """
    whose = _whose(command, case)
    theirs = [each for each in stands_in_for if each.on_behalf_of == whose and whose != own.id]
    others = [*theirs, own, *stands_in_for]
    return next((each for each in others if is_enough(command, case, each)), own)


def is_enough(command: type[c.Command], case: Case, by: Actor) -> bool:
    """Whether a right is enough for the command, as far as it depends on the person and not on the case's state."""
    if by.role not in ROLES.get(command, ()):
        return False
    if command in (c.ClaimCase, c.TakeChat) and by.role is Role.AGENT:
        return serves(by.levels, by.groups, level=case.level, group=case.group)
    if command is c.StartVisit and by.role is Role.AGENT:
        return case.visit is None or case.visit.engineer_id in (by.id, by.on_behalf_of)
    return True


def _whose(command: type[c.Command], case: Case) -> str | None:
    engineer = case.visit.engineer_id if case.visit and command in _ENGINEERS else None
    chatting = case.chat.agent_id if case.chat and command in _CHATTERS else None
    return engineer or chatting or case.assignee
