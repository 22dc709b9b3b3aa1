"""Attendance: that a page of somebody's is open is noted now and then, and not at each of its events."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

_NOTED_EVERY = timedelta(seconds=30)


@dataclass
class Attendance:
    """By person, in this process's memory."""

    _noted_at: dict[str, datetime] = field(default_factory=dict)

    def is_to_note(self, person: str, *, at: datetime) -> bool:
        """Whether it is to be noted again, which is taken as done."""
        last = self._noted_at.get(person)
        if last is not None and last <= at < last + _NOTED_EVERY:
            return False
        self._noted_at[person] = at
        return True
