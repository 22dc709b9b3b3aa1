"""Rotas: who is on duty for a level at an instant, who stands in, and whom a page goes to in turn (ESC-17).

Rotas are told by the wall clock of Bogotá. One definition says who is on duty (`on_duty`); a calendar of stretches is
made of it, and never of another. From and until are half-open everywhere: the first instant is in, the last is not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from policy.case.case import Actor, Level
from policy.people.absences import ANY_STAFF, Absence, Staff, stand_in

BOGOTA = ZoneInfo("America/Bogota")
MIDNIGHT = time()


@dataclass(frozen=True, kw_only=True)
class WeekHours:
    """Hours of a week: those that begin on `days` (0 is Monday). Until before from, or the same: the day after."""

    days: tuple[int, ...]
    from_time: time = MIDNIGHT
    to_time: time = MIDNIGHT

    def holds(self, label: datetime) -> bool:
        """Whether the wall clock's label lies in these hours."""
        return any(self._begun_on(label.date() - timedelta(days=back), label) for back in (0, 1))

    def _begun_on(self, day: date, label: datetime) -> bool:
        ends = day if self.from_time < self.to_time else day + timedelta(days=1)
        begins, over = datetime.combine(day, self.from_time), datetime.combine(ends, self.to_time)
        return day.weekday() in self.days and begins <= label < over


@dataclass(frozen=True, kw_only=True)
class Layer:
    """People who take turns at a level, in order: from a day's hour on, handed over every so many hours.

    `hours` restricts it to hours of the week, `on_holidays` to holidays. Where several hold at an instant, the most
    particular one decides: holidays, then hours of the week, then the others; of equals the one that began later. It
    says nothing of the time before it was made, nor of that after it was ended: who was on duty stays as it was.
    """

    id: str
    level: Level
    people: tuple[str, ...]
    starts_on: date
    hands_over_at: time = MIDNIGHT
    every_hours: int
    hours: WeekHours | None = None
    on_holidays: bool = False
    made_at: datetime
    ended_at: datetime | None = None

    @property
    def begins(self) -> datetime:
        """The wall clock's label at which the first one begins."""
        return datetime.combine(self.starts_on, self.hands_over_at)

    def holds(self, at: datetime, holidays: frozenset[date]) -> bool:
        """Whether somebody of this layer is on duty at an instant."""
        label = wall_clock(at)
        return (
            self.made_at <= at
            and (self.ended_at is None or at < self.ended_at)
            and self.begins <= label
            and (self.hours is None or self.hours.holds(label))
            and (not self.on_holidays or label.date() in holidays)
        )

    def turn(self, label: datetime) -> int:
        """Whose turn it is at the label, by place among the people."""
        return (label - self.begins) // timedelta(hours=self.every_hours) % len(self.people)

    @property
    def rank(self) -> tuple[bool, bool, datetime, datetime, str]:
        """How much it decides where several hold."""
        return self.on_holidays, self.hours is not None, self.begins, self.made_at, self.id


@dataclass(frozen=True, kw_only=True)
class Override:
    """That somebody is on duty at a level from one instant to another, whatever the rota says.

    `swap`: the swap that made it, with another one that belongs to it. `ended_at`: when it was taken back.
    """

    id: str
    level: Level
    person: str
    from_at: datetime
    to_at: datetime
    made_by: Actor
    made_at: datetime
    swap: str | None = None
    ended_at: datetime | None = None

    @property
    def until(self) -> datetime:
        return self.to_at if self.ended_at is None else min(self.to_at, self.ended_at)

    def is_on(self, at: datetime) -> bool:
        return self.from_at <= at < self.until


@dataclass(frozen=True, kw_only=True)
class Duty:
    """Who is on duty at a level at an instant.

    `assigned` is whose turn it is, None where the rota leaves a gap; `person` who is there: the assigned one, else who
    stands in; None where nobody is. `order` are those that a page goes to, one after the other. `by` is the layer or
    the override that says so.
    """

    level: Level
    assigned: str | None = None
    person: str | None = None
    order: tuple[str, ...] = ()
    by: str | None = None

    @property
    def substitute(self) -> str | None:
        """Who stands in for the assigned one, if somebody does."""
        return self.person if self.person != self.assigned else None


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A time through which the same people are on duty."""

    from_at: datetime
    to_at: datetime
    duty: Duty


@dataclass(frozen=True, kw_only=True)
class Roster:
    """All that says who is on duty: rotas, overrides, holidays, who is away, and who serves now.

    `levels` are those that people serve now: whose turn it is at a level that they serve no more is not there. Of whom
    it does not name nothing is known, and they are.
    """

    layers: Sequence[Layer] = ()
    overrides: Sequence[Override] = ()
    holidays: frozenset[date] = frozenset()
    absences: Sequence[Absence] = ()
    staff: Staff = ANY_STAFF
    levels: Mapping[str, Collection[Level]] = field(default_factory=dict)

    def on_duty(self, level: Level, at: datetime) -> Duty:
        """Who is on duty at the level: an answer for every instant."""
        layer = next((each for each in self._layers if each.level == level and each.holds(at, self.holidays)), None)
        override = next((each for each in self._overrides if each.level == level and each.is_on(at)), None)
        others: tuple[str, ...] = ()
        if layer:
            turn = layer.turn(wall_clock(at))
            others = (*layer.people[turn:], *layer.people[:turn])
        if override:
            assigned, by = override.person, override.id
        elif layer:
            assigned, by = others[0], layer.id
        else:
            return Duty(level=level)
        there = [self._there_for(level, each, at) for each in (assigned, *others)]
        order = tuple(dict.fromkeys(each for each in there if each))
        return Duty(level=level, assigned=assigned, person=there[0], order=order, by=by)

    def _there_for(self, level: Level, person: str, at: datetime) -> str | None:
        return self.there(person, at) if level in self.levels.get(person, (level,)) else None

    def there(self, person: str, at: datetime) -> str | None:
        """The person, or who stands in while they are away; None where nobody is, or the account is disabled."""
        if person in self.staff.disabled:
            return None
        away = any(each.person == person and each.is_on(at) for each in self.absences)
        return stand_in(person, self.absences, at=at, staff=self.staff) if away else person

    def stretches(self, level: Level, from_at: datetime, to_at: datetime) -> tuple[Stretch, ...]:
        """Who is on duty through a time, without gap or overlap; a time without anybody is a stretch as well."""
        bounds = sorted({from_at, *(each for each in self._changes(level, from_at, to_at) if from_at < each < to_at)})
        found: list[Stretch] = []
        for begins, ends in zip(bounds, [*bounds[1:], to_at], strict=True):
            duty = self.on_duty(level, begins)
            if found and _same(found[-1].duty, duty):
                found[-1] = Stretch(from_at=found[-1].from_at, to_at=ends, duty=found[-1].duty)
            else:
                found.append(Stretch(from_at=begins, to_at=ends, duty=duty))
        return tuple(found) if from_at < to_at else ()

    @cached_property
    def _layers(self) -> list[Layer]:
        return sorted((each for each in self.layers if each.people), key=lambda each: each.rank, reverse=True)

    @cached_property
    def _overrides(self) -> list[Override]:
        return sorted(self.overrides, key=lambda each: (each.made_at, each.id), reverse=True)

    def _changes(self, level: Level, from_at: datetime, to_at: datetime) -> Iterator[datetime]:
        """Every instant of a time at which somebody else may be on duty."""
        for override in self.overrides:
            yield from (override.from_at, override.until)
        for absence in self.absences:
            yield from (absence.from_at, absence.until)
        first, last = wall_clock(from_at), wall_clock(to_at)
        for layer in (each for each in self.layers if each.level == level):
            yield from (layer.made_at, *([layer.ended_at] if layer.ended_at else []))
            every = timedelta(hours=layer.every_hours)
            label = layer.begins + every * max(0, (first - layer.begins) // every)
            while label <= last:
                yield instant_of(label)
                label += every
            if layer.hours or layer.on_holidays:
                hours = layer.hours or WeekHours(days=tuple(range(7)))
                for place in range(-1, (last.date() - first.date()).days + 2):
                    day = first.date() + timedelta(days=place)
                    yield from (instant_of(datetime.combine(day, each)) for each in (MIDNIGHT, *_bounds(hours)))


def wall_clock(at: datetime) -> datetime:
    """What the wall clock of Bogotá shows at an instant, without its zone."""
    return at.astimezone(BOGOTA).replace(tzinfo=None)


def instant_of(label: datetime) -> datetime:
    """The instant at which the wall clock of Bogotá shows a label."""
    return label.replace(tzinfo=BOGOTA)


def _bounds(hours: WeekHours) -> tuple[time, time]:
    return hours.from_time, hours.to_time


def _same(one: Duty, other: Duty) -> bool:
    return (one.assigned, one.person, one.by) == (other.assigned, other.person, other.by)
