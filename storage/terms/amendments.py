"""Amendments on record: who applied what of which policy file to which cases, why, and what became of each (PLAN-15).

The facts are each case's own; here is the operation over many of them, which a broken-off try goes on with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from policy.case.case import Actor, Role
from policy.case.facts import Moved, TermsAmended
from policy.terms.amended_terms import AmendedPart, AmendmentOutcome
from storage.audit import audit
from storage.audit.acts import Act
from storage.engine import codec, paging
from storage.engine.database import Database, Reader, insert
from storage.engine.paging import Page
from storage.engine.tables import amendment_outcomes, amendments, facts


@dataclass(frozen=True, kw_only=True)
class Amendment:
    """An amendment as it was asked for. `numbers` are the cases, in the order in which they are taken."""

    id: str
    at: datetime
    by: Actor
    what: tuple[AmendedPart, ...]
    policy_version: str
    reason: str
    numbers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CaseOutcome:
    """What became of one case: the deadlines that moved, as its fact says them, or the problem document."""

    case_number: str
    outcome: AmendmentOutcome
    deadlines: tuple[Moved, ...] = ()
    problem: Mapping[str, Any] | None = None


async def begin(db: Database, amendment: Amendment) -> Amendment:
    """Put an amendment on record; the same id again gives the one that is kept."""
    row: dict[str, Any] = {
        "id": amendment.id,
        "at": amendment.at,
        "actor_role": amendment.by.role,
        "actor_id": amendment.by.id,
        "what": [part.value for part in amendment.what],
        "policy_version": amendment.policy_version,
        "reason": amendment.reason,
        "numbers": list(amendment.numbers),
    }
    wanted = select(amendments).where(amendments.c.id == amendment.id)
    async with db.write() as connection:
        made = insert(connection, amendments).on_conflict_do_nothing().returning(amendments.c.id)
        if (await connection.execute(made, row)).first() is not None:
            said = {"what": row["what"], "cases": len(amendment.numbers), "policy": amendment.policy_version}
            await audit.note(connection, Act.TERMS_AMENDED, amendment.id, at=amendment.at, **said)
        return _amendment((await connection.execute(wanted)).mappings().one())


async def note(db: Database, amendment_id: str, outcome: CaseOutcome) -> None:
    """Keep what became of a case; the first outcome stays."""
    row = {
        "amendment_id": amendment_id,
        "case_number": outcome.case_number,
        "outcome": outcome.outcome,
        "deadlines": codec.moved_to_json(outcome.deadlines),
        "problem": outcome.problem,
    }
    async with db.write() as connection:
        await connection.execute(insert(connection, amendment_outcomes).on_conflict_do_nothing(), row)


async def get(db: Reader, amendment_id: str) -> Amendment | None:
    async with db.read() as connection:
        row = (await connection.execute(select(amendments).where(amendments.c.id == amendment_id))).mappings().first()
    return None if row is None else _amendment(row)


async def outcomes(db: Reader, amendment_id: str) -> dict[str, CaseOutcome]:
    """What became of the cases so far, by their numbers."""
    table = amendment_outcomes
    wanted = select(*(table.c[name] for name in CaseOutcome.__dataclass_fields__)).where(
        table.c.amendment_id == amendment_id
    )
    async with db.read() as connection:
        rows = list((await connection.execute(wanted)).mappings())
    return {row["case_number"]: _outcome(row) for row in rows}


async def listing(
    db: Reader, *, limit: int = 50, cursor: str | None = None
) -> Page[tuple[Amendment, Mapping[AmendmentOutcome, int]]]:
    """A page of amendments, the newest first, each with how many cases had which outcome. ValueError: a bad cursor."""
    c, limit = amendments.c, paging.clamp(limit)
    wanted = select(amendments).order_by(c.at.desc(), c.id.desc()).limit(limit + 1)
    if cursor is not None:
        at, id_ = paging.decode(cursor, "amendments", datetime, str)
        wanted = wanted.where(tuple_(c.at, c.id) < tuple_(literal(at, c.at.type), literal(id_, c.id.type)))
    async with db.read() as connection:
        rows = [_amendment(row) for row in (await connection.execute(wanted)).mappings()]
        found = paging.page(rows, limit, lambda each: paging.encode("amendments", each.at, each.id))
        counted = await _counted(connection, [each.id for each in found.items])
    return Page([(each, counted.get(each.id, {})) for each in found.items], found.next_cursor)


async def moved_by(db: Reader, number: str, *command_ids: str) -> tuple[Moved, ...] | None:
    """The deadlines that one of these commands moved in the case, as its fact says; None where none was applied."""
    wanted = select(facts.c.data).where(
        facts.c.case_number == number, facts.c.command_id.in_(command_ids), facts.c.kind == TermsAmended.kind
    )
    async with db.read() as connection:
        data = await connection.scalar(wanted)
    if data is None:
        return None
    fact = codec.fact_from_json(TermsAmended.kind, data)
    return fact.moved if isinstance(fact, TermsAmended) else ()


async def _counted(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, dict[AmendmentOutcome, int]]:
    c = amendment_outcomes.c
    wanted = (
        select(c.amendment_id, c.outcome, func.count().label("cases"))
        .where(c.amendment_id.in_(ids))
        .group_by(c.amendment_id, c.outcome)
    )
    counted: dict[str, dict[AmendmentOutcome, int]] = {}
    for row in await connection.execute(wanted):
        counted.setdefault(row.amendment_id, {})[AmendmentOutcome(row.outcome)] = row.cases
    return counted


def _outcome(row: RowMapping) -> CaseOutcome:
    outcome, deadlines = AmendmentOutcome(row["outcome"]), codec.moved_from_json(row["deadlines"])
    return CaseOutcome(**{**row, "outcome": outcome, "deadlines": deadlines})


def _amendment(row: RowMapping) -> Amendment:
    return Amendment(
        id=row["id"],
        at=row["at"],
        by=Actor(Role(row["actor_role"]), row["actor_id"]),
        what=tuple(AmendedPart(part) for part in row["what"]),
        policy_version=row["policy_version"],
        reason=row["reason"],
        numbers=tuple(row["numbers"]),
    )
