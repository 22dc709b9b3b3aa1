"""The instant since which a held case is covered, by a renewal, a payment or a certificate (WAR-2, WAR-3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from policy.cover.contracts import EarlyEnd
from policy.cover.cover import warranty_ends_on
from policy.cover.cover_end import day_begins_at


@dataclass(frozen=True, kw_only=True)
class Registered:
    """Days of cover, both included, and when Escala came to know of them: a contract's payment, a certificate.

    `ended`: that they end earlier, which takes nothing from what was covered before that was known (PLAN-17).
    """

    starts_on: date
    ends_on: date
    at: datetime
    ended: EarlyEnd | None = None

    @property
    def over_at(self) -> datetime:
        """The first instant that they no longer cover."""
        over = day_begins_at(self.ends_on + timedelta(days=1))
        if self.ended is None:
            return over
        return min(over, max(day_begins_at(self.ended.from_on), self.ended.registered_at))

    def known_at(self, at: datetime) -> date:
        """The last day, as it was known at an instant."""
        if self.ended is None or at < self.ended.registered_at:
            return self.ends_on
        return min(self.ends_on, self.ended.ends_on)

    def covers_from(self, since: datetime) -> datetime | None:
        """The first instant from `since` on that these days cover and were known to; None where there is none."""
        begins = max(since, self.at, day_begins_at(self.starts_on))
        return begins if begins < self.over_at else None


@dataclass(frozen=True)
class Certificate:
    """A solution's acceptance certificate (WAR-1): its date, and when it was registered."""

    accepted_on: date
    registered_at: datetime

    def registered(self, *, months: int) -> Registered:
        """The warranty's days, known since then."""
        ends_on = warranty_ends_on(self.accepted_on, months=months)
        return Registered(starts_on=self.accepted_on, ends_on=ends_on, at=self.registered_at)


def covered_at(registered: Iterable[Registered], *, opened_at: datetime, held_until: datetime) -> datetime | None:
    """The first instant at which a case that is held until then is covered: what comes at `held_until` comes too late.

    It depends on when each cover was registered, not on when somebody asks: a worker that was down answers the same.
    """
    found = (each.covers_from(opened_at) for each in registered)
    first = min((at for at in found if at is not None), default=None)
    return first if first is not None and first < held_until else None
