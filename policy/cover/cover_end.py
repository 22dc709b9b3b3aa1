"""The end of a cover: the days on which it is announced, and what its workflow waits for (WAR-2, WAR-5).

Days are Bogotá's. A cover reaches as far as it is paid (WAR-2): a renewal that is agreed and not paid moves no
announcement. Which cover a customer has on a day is cover's; who is told, and how, is the activities'.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from policy.cover.cover import ContractTerm

ANNOUNCED_FROM = time(8)
"""When an announcement goes out: as the 8 x 5 desk opens, so that whoever reads it finds somebody to ask."""

_BOGOTA = ZoneInfo("America/Bogota")
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Announcement:
    """An announcement that cover ends on `ends_on` (its last day, included); it is due at `at`."""

    ends_on: date
    days_before: int
    at: datetime

    @property
    def days_left(self) -> int:
        """How many days are left then: fewer than its days before, where the cover begins later than that."""
        return (self.ends_on - self.at.astimezone(_BOGOTA).date()).days


@dataclass(frozen=True, kw_only=True)
class CoverDates:
    """A contract's or a warranty's days as they are known now.

    `covered_through` is the last day that is paid (a warranty's last day), None before the first payment;
    `agreed_until` the last day that was agreed, paid or not. `given` are the announcements already given for
    `covered_through`, each by its days before. `goes_on`: a paid contract covers the customer on the day after, so
    there is no end to announce.
    """

    starts_on: date
    agreed_until: date
    covered_through: date | None
    days_before: tuple[int, ...]
    given: tuple[int, ...] = ()
    goes_on: bool = False

    @property
    def starts_at(self) -> datetime:
        """The first instant that it may cover."""
        return day_begins_at(self.starts_on)

    @property
    def over_at(self) -> datetime:
        """The first instant after all its days, also those that are agreed and not paid."""
        return day_begins_at(max(self.agreed_until, self.covered_through or self.agreed_until) + _DAY)

    @property
    def lapses_at(self) -> datetime | None:
        """The first instant after its paid days; None before the first payment."""
        return None if self.covered_through is None else day_begins_at(self.covered_through + _DAY)

    @property
    def unpaid_until(self) -> date | None:
        """The last day of a renewal that is agreed and not paid; None where all that was agreed is paid."""
        if self.covered_through is None or self.covered_through >= self.agreed_until:
            return None
        return self.agreed_until

    def covers_at(self, at: datetime) -> bool:
        """Whether the cover is in force, and paid, at an instant."""
        return self.lapses_at is not None and self.starts_at <= at < self.lapses_at

    def has_lapsed(self, *, at: datetime) -> bool:
        """Whether its paid days are over at an instant."""
        return self.lapses_at is not None and self.lapses_at <= at

    def still_announces(self, ends_on: date, days_before: int) -> bool:
        """Whether what was to be said of a last day still holds: it has not moved, and nothing nearer is said."""
        return (
            not self.goes_on and self.covered_through == ends_on and days_before <= min(self.given, default=days_before)
        )

    def next_announcement(self, *, at: datetime) -> Announcement | None:
        """What is still to be announced: at once where its instant has passed, else at its instant; None: nothing.

        Of several that have passed only the nearest to the end is due, and none once a nearer one was given: whoever
        is told late is told once. After the last day there is nothing to announce.
        """
        if self.covered_through is None or self.goes_on or self.has_lapsed(at=at):
            return None
        told = min(self.given, default=None)
        announcements = [each for each in self.announcements if told is None or each.days_before < told]
        if passed := [each for each in announcements if each.at <= at]:
            return min(passed, key=_days_before)
        return max(announcements, key=_days_before, default=None)

    def next_wake_at(self, *, at: datetime, lapse: bool = True) -> datetime:
        """When there is next something to do: an announcement, the first day, the end of what is paid, or the end."""
        announcement = self.next_announcement(at=at)
        steps = [self.starts_at, self.lapses_at if lapse else None]
        wakes = [self.over_at, *([announcement.at] if announcement else [])]
        return min([*wakes, *(each for each in steps if each and at < each)])

    @property
    def announcements(self) -> list[Announcement]:
        """Every announcement of the last paid day, in order. None comes before the first day of what it speaks of."""
        last = self.covered_through
        if last is None:
            return []
        return [
            Announcement(last, days, _at(max(last - days * _DAY, self.starts_on), ANNOUNCED_FROM))
            for days in sorted(set(self.days_before), reverse=True)
        ]


def goes_on(last_day: date, contracts: Iterable[ContractTerm]) -> bool:
    """Whether one of these contracts covers the day after: then cover does not end with that last day."""
    return any(term.covers(last_day + _DAY) for term in contracts)


def day_begins_at(on: date) -> datetime:
    """The first instant of a day in Bogotá."""
    return _at(on, time())


def _at(on: date, clock: time) -> datetime:
    return datetime.combine(on, clock, tzinfo=_BOGOTA).astimezone(UTC)


def _days_before(announcement: Announcement) -> int:
    return announcement.days_before
