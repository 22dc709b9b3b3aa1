"""Who is away while a life is lived: the director every other day, the first agent every third (ESC-17).

Days are UTC's. Nothing is drawn by chance here, so lives go on as they would; and nothing asks the rules who may act:
what the lives do by them is held against `may_act_for`, which counts days by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from policy.case.case import Actor
from policy.people.absences import Absence, absent_ones, in_the_name_of
from tests.support.lives import ADMIN, DIRECTOR, HELP_DESK

_DAY = timedelta(days=1)
_AWAY: tuple[tuple[Actor, str, int], ...] = ((DIRECTOR, "agent-3", 2), (HELP_DESK, "agent-2", 3))
"""Who is away, who stands in, and every which day."""
_WHO = {person.id: person for person, _, _ in _AWAY}


def stood_in_for(own: Actor, *, at: datetime) -> list[Actor]:
    """In whose names somebody may act at an instant, as the desk asks for it at each use."""
    return [in_the_name_of(_WHO[each], own.id) for each in absent_ones(own.id, list(_absences(at)), at=at)]


def _absences(at: datetime) -> Iterator[Absence]:
    """Those of the days around an instant: whole days, one after another."""
    for person, substitute, every in _AWAY:
        for day in range(_day_of(at) - every, _day_of(at) + every + 1):
            if day % every == 0:
                begins = datetime.fromtimestamp(0, UTC) + day * _DAY
                yield Absence(
                    id=f"{person.id}-{day}",
                    person=person.id,
                    substitute=substitute,
                    marked_by=ADMIN,
                    marked_at=begins,
                    from_at=begins,
                    to_at=begins + _DAY,
                )


def may_act_for(by: Actor, *, at: datetime) -> bool:
    """Whether what somebody did in another's name was on a day of that one's absence, and by the right one."""
    return any(
        (person.id, substitute, person.role) == (by.on_behalf_of, by.id, by.role) and _day_of(at) % every == 0
        for person, substitute, every in _AWAY
    )


def _day_of(at: datetime) -> int:
    return int(at.timestamp()) // 86_400
