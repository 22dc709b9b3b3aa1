"""A row of the queue and its promise: whether it is broken, and that it does not count now and until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.reading.countdowns import open_hours, waits_until
from storage.case.hours import hours_of
from storage.case.views import CaseRow
from storage.engine.database import Database


@dataclass(frozen=True, kw_only=True)
class Row:
    """A case as the queue lists it.

    `resumes_at` is when closed hours open again, or by when a pause ends at the latest; `changes_at` when what is said
    here is no longer true by itself.
    """

    row: CaseRow
    at: datetime
    resumes_at: datetime | None = None
    changes_at: datetime | None = None

    @property
    def state(self) -> str:
        """What its colour says: that its promise is broken, as the process map counts it, or stands still."""
        due_at = self.row.next_due_at
        if self.row.case.overdue or (due_at and due_at < self.at):
            return "late"
        return "due" if due_at else "still"


async def rows_of(db: Database, found: Sequence[CaseRow], *, at: datetime) -> list[Row]:
    """The rows of these cases. Their hours are asked for at once, and each distinct calendar is looked into once."""
    hours = await hours_of(db, [row.number for row in found if row.next_due_at])
    distinct = {id(calendar): calendar for calendar in hours.values()}
    opens = {each: open_hours(calendar, at) for each, calendar in distinct.items()}
    return [_due(row, *opens[id(hours[row.number])], at=at) if row.next_due_at else _still(row, at=at) for row in found]


def _due(row: CaseRow, is_open: bool, changes_at: datetime | None, *, at: datetime) -> Row:
    ends = [each for each in (changes_at, row.next_due_at) if each and each > at]
    return Row(row=row, at=at, resumes_at=None if is_open else changes_at, changes_at=min(ends, default=None))


def _still(row: CaseRow, *, at: datetime) -> Row:
    waiting_for = row.case.waiting_for
    return Row(row=row, at=at, resumes_at=waits_until(row.case, waiting_for) if waiting_for else None)
