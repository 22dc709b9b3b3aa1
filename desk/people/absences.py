"""Marking who is away and who stands in, and ending it (ESC-17). Who decides in whose name is asked at each use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import Field

from desk.access import checked_id
from desk.desk import Desk
from desk.idempotency import IdempotentRequest
from desk.inputs import Body, Id, Instant
from desk.problems import NotFound
from desk.refusals import AgentUnknown
from policy.case.case import Actor, Role
from policy.case.refusals import RoleNotAllowed
from policy.people.absences import Absence, Colleague, marked, may_mark
from storage.people import absences, agents

MARKERS = (Role.AGENT, Role.DIRECTOR, Role.ADMIN)
"""Who marks absences: agents their own, the others everybody's."""


class NewAbsence(Body):
    """That somebody who serves cases is away, and who stands in meanwhile."""

    agent_id: Id = Field(examples=["ana.torres"])
    substitute_id: Id = Field(examples=["eva.rojas"])
    from_at: Instant = Field(alias="from", examples=["2026-12-01T13:00:00Z"])
    to_at: Instant = Field(alias="until", examples=["2026-12-08T22:00:00Z"])


@dataclass(frozen=True, kw_only=True)
class Absences:
    """All that are not over, the soonest first; `names` are those of everybody who serves, by id."""

    listed: Sequence[Absence]
    names: Mapping[str, str]


async def mark(desk: Desk, new: NewAbsence, request: IdempotentRequest, *, by: Actor) -> Absence:
    """Mark an absence, under an id that this request always gives.

    Raises RoleNotAllowed, AgentUnknown, or what the policy refuses (policy/people/absences.py).
    """
    if not may_mark(by, new.agent_id):
        raise RoleNotAllowed
    people = {each: await agents.get(desk.database, each) for each in (new.agent_id, new.substitute_id)}
    out = await absences.disabled(desk.database)
    known: dict[str, Colleague] = {}
    for id_, found in people.items():
        if found is None:
            raise AgentUnknown(agent=id_)
        known[id_] = Colleague(actor=found.actor, is_enabled=id_ not in out)
    absence = Absence(
        id=request.derived("abs_"),
        person=new.agent_id,
        substitute=new.substitute_id,
        from_at=new.from_at,
        to_at=new.to_at,
        marked_by=by,
        marked_at=request.at,
    )

    def check(lasting: Sequence[Absence]) -> Absence:
        return marked(
            absence,
            person=known[new.agent_id],
            substitute=known[new.substitute_id],
            known=lasting,
            within_days=desk.policy.absence_within_days,
        )

    return await absences.keep(desk.database, absence, check)


async def end(desk: Desk, absence_id: str, *, by: Actor, at: datetime) -> Absence:
    """End an absence now, or before it begins; one that is over stays so. Raises NotFound or RoleNotAllowed."""
    found = await absences.get(desk.database, checked_id(absence_id))
    if found is None:
        raise NotFound
    if not may_mark(by, found.person):
        raise RoleNotAllowed
    await absences.end(desk.database, absence_id, by=by, at=at)
    ended = await absences.get(desk.database, absence_id)
    assert ended is not None
    return ended


async def read(desk: Desk, *, at: datetime) -> Absences:
    """Who is away or will be."""
    async with desk.database.snapshot() as db:
        return Absences(
            listed=await absences.listing(db, at=at),
            names={each.id: each.name for each in await agents.listing(db)},
        )
