"""The one condition of being "past its limit", wherever cases are listed, counted or drawn.

An open case is late whose next promise (initial attention, or its level's limit) has passed and is still awaited, or
that is marked overdue (ESC-6), also where it waits for the customer meanwhile.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_

from storage.engine.columns import NEVER
from storage.engine.tables import cases


def is_late(at: datetime) -> ColumnElement[bool]:
    """The condition at an instant; the queue's index has all that it asks for."""
    c = cases.c
    return and_(c.next_due_at < NEVER, or_(c.overdue.is_(True), c.next_due_at < at))
