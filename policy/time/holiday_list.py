"""The policy file's changes to a country's holidays: days that the library does not know yet, or no more.

Which days the library knows is storage's (`closures.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from policy.time.calendar import Closure


@dataclass(frozen=True)
class HolidayChanges:
    """Whole days to add to a country's list, each with its name, and days to take from it (PLAN-14)."""

    added: tuple[Closure, ...] = ()
    removed: tuple[date, ...] = ()

    def applied(self, listed: Iterable[Closure], *, first: date, last: date) -> tuple[Closure, ...]:
        """The list from `first` to `last` with the changes, by date.

        An added day takes the place of a listed one: once the library knows the law, the day is still closed once.
        """
        added = {closure.on: closure for closure in self.added if first <= closure.on <= last}
        kept = [closure for closure in listed if closure.on not in added and closure.on not in self.removed]
        return tuple(sorted((*kept, *added.values()), key=lambda closure: closure.on))


NO_CHANGES = HolidayChanges()
