"""The instant since which a held case is covered, by a renewal, a payment or a certificate (WAR-2, WAR-3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from policy.cover.contracts import EarlyEnd
from policy.cover.cover import warranty_ends_on
from policy.cover.cover_end import day_begins_at

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class CoveredSince:
    """When a held case can be released, for its cover is in force and known, and since when its clocks count."""

    known_at: datetime
    counts_from: datetime


@dataclass(frozen=True, kw_only=True)
class Registered:
    """Days of cover, both included, and when Escala came to know of them: a contract's payment, a certificate.

    `paid_on`: the payment's own date. `ended`: that they end earlier, which takes nothing from what was covered before
    that was known (PLAN-17).
    """

    starts_on: date
    ends_on: date
    at: datetime
    paid_on: date | None = None
    ended: EarlyEnd | None = None

    @property
    def over_at(self) -> datetime:
        """The first instant that they no longer cover."""
        over = day_begins_at(self.ends_on + _DAY)
        if self.ended is None:
            return over
        return min(over, max(day_begins_at(self.ended.from_on), self.ended.registered_at))

    @property
    def counts_from(self) -> datetime:
        """When they were paid. A date has no hour: a payment counts from its registration, where that is on the same
        day, and from the beginning of its day, where it is registered later (WAR-3).
        """
        if self.paid_on is None or self.at < day_begins_at(self.paid_on + _DAY):
            return self.at
        return day_begins_at(self.paid_on)

    def known_at(self, at: datetime) -> date:
        """The last day, as it was known at an instant."""
        if self.ended is None or at < self.ended.registered_at:
            return self.ends_on
        return min(self.ends_on, self.ended.ends_on)

    def covers_from(self, since: datetime) -> CoveredSince | None:
        """The first instant from `since` on that these days cover, and that this was known; None where they do not."""
        begins = max(since, self.counts_from, day_begins_at(self.starts_on))
        return CoveredSince(max(begins, self.at), begins) if begins < self.over_at else None


@dataclass(frozen=True)
class Certificate:
    """A solution's acceptance certificate (WAR-1): its date, and when it was registered."""

    accepted_on: date
    registered_at: datetime

    def registered(self, *, months: int) -> Registered:
        """The warranty's days, known since then."""
        ends_on = warranty_ends_on(self.accepted_on, months=months)
        return Registered(starts_on=self.accepted_on, ends_on=ends_on, at=self.registered_at)


def covered_since(
    registered: Iterable[Registered], *, opened_at: datetime, held_until: datetime
) -> CoveredSince | None:
    """Since when a case that is held until then is covered: what comes at `held_until` comes too late.

    Of several covers, the one that is known first. So it depends on when each was registered, not on when somebody
    asks: a worker that was down answers the same.
    """
    found = (each.covers_from(opened_at) for each in registered)
    first = min((each for each in found if each), key=lambda each: (each.known_at, each.counts_from), default=None)
    return first if first is not None and first.known_at < held_until else None
