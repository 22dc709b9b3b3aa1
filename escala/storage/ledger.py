"""Recording turns: the facts, and what is projected from them. The workflow's activity alone calls this.

A worker that dies may decide the turn it was at again. The same decision then changes nothing; one that differs (it
came later, and saw more) takes the turn over, for the first was never answered to anybody: its facts stay, withdrawn.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, and_, delete, func, select, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from escala.policy.case import Case, ClockState
from escala.policy.decision import Decision
from escala.policy.facts import CaseOpened
from escala.policy.terms import Terms
from escala.storage import codec
from escala.storage.columns import NEVER
from escala.storage.engine import Database, insert
from escala.storage.search import searchable
from escala.storage.tables import case_terms, cases, contents, facts, notices, stretches, withdrawn_turns


class TurnGap(Exception):
    """The turn does not follow the one that was recorded last."""


class ContentMissing(Exception):
    """A fact speaks of content that was never deposited."""


async def record(db: Database, decision: Decision, terms: Terms | None) -> bool:
    """Record a turn, once; the first one with its terms. Answers whether the case has notices to deliver."""
    async with db.write() as connection:
        take = await _take_turn(connection, decision, terms)
        if take is not None:
            await _append(connection, decision, take)
            if decision.notices:
                return True
        return await _has_undelivered(connection, decision.case.number)


async def _take_turn(connection: AsyncConnection, decision: Decision, terms: Terms | None) -> int | None:
    """Project the case; the take under which to record the turn, or None where that was done before."""
    case = decision.case
    if case.turn == 1 and await _open(connection, decision, terms):
        return 0
    follows = and_(cases.c.turn == case.turn - 1, cases.c.facts == case.facts - len(decision.entries))
    take = await _project(connection, case, follows)
    return take if take is not None else await _take_turn_again(connection, decision)


async def _open(connection: AsyncConnection, decision: Decision, terms: Terms | None) -> bool:
    case, opened = decision.case, next((e.fact for e in decision.entries if isinstance(e.fact, CaseOpened)), None)
    if terms is None or opened is None:
        raise ValueError(f"the first turn of case {case.number} needs its opening and its terms")
    title = await connection.scalar(select(contents.c.body).where(contents.c.content_id == opened.title.content_id))
    if title is None:
        raise ContentMissing(f"the title of case {case.number} was not deposited")
    row = {
        **_projected(case),
        "number": case.number,
        "take": 0,
        "plan": terms.plan,
        "cover": terms.cover.kind,
        "customer_id": case.customer_id,
        "contact_id": case.contact_id,
        "solution_id": case.solution_id,
        "channel": case.channel,
        "category": case.category,
        "opened_at": case.opened_at,
        "title": title,
        "search_text": searchable(f"{case.number} {title}"),
    }
    made = await connection.execute(insert(connection, cases).on_conflict_do_nothing().returning(cases.c.number), row)
    if made.first() is None:
        return False
    await connection.execute(
        plain_insert(case_terms), {"case_number": case.number, "terms": codec.terms_to_json(terms)}
    )
    return True


async def _project(connection: AsyncConnection, case: Case, condition: Any, **more: int) -> int | None:
    statement = update(cases).where(cases.c.number == case.number, condition).returning(cases.c.take)
    take: int | None = await connection.scalar(statement.values(**_projected(case), **more))
    return take


async def _take_turn_again(connection: AsyncConnection, decision: Decision) -> int | None:
    case = decision.case
    wanted = select(cases.c.turn, cases.c.facts, cases.c.take, cases.c.last_at).where(cases.c.number == case.number)
    known = (await connection.execute(wanted.with_for_update())).mappings().first()
    if known is None or known["turn"] < case.turn:
        raise TurnGap(f"turn {case.turn} of case {case.number} does not follow {_described(known)}")
    if known["turn"] > case.turn or known["last_at"] >= case.last_at:
        return None
    await _withdraw(connection, decision, known)
    return await _project(connection, case, cases.c.turn == case.turn, take=known["take"] + 1)


async def _withdraw(connection: AsyncConnection, decision: Decision, known: RowMapping) -> None:
    """Take back the last turn, which is about to be recorded anew; what was already sent stays sent."""
    number, turn = decision.case.number, decision.case.turn
    of_turn = and_(facts.c.case_number == number, facts.c.turn == turn, facts.c.take == known["take"])
    before = known["facts"] - (await connection.scalar(select(func.count()).where(of_turn)) or 0)
    if before != decision.case.facts - len(decision.entries):
        raise TurnGap(f"turn {turn} of case {number} does not follow {before} facts")
    await connection.execute(
        plain_insert(withdrawn_turns),
        {"case_number": number, "turn": turn, "take": known["take"], "at": decision.case.last_at},
    )
    await connection.execute(delete(stretches).where(stretches.c.case_number == number, stretches.c.turn == turn))
    await connection.execute(
        delete(notices).where(notices.c.case_number == number, notices.c.turn == turn, notices.c.delivered_at.is_(None))
    )


async def _append(connection: AsyncConnection, decision: Decision, take: int) -> None:
    case = decision.case
    keys = {"case_number": case.number, "turn": case.turn}
    if decision.entries:
        rows: list[dict[str, Any]] = [
            {
                **keys,
                "seq": entry.seq,
                "take": take,
                "at": entry.at,
                "due_at": entry.due_at,
                "kind": entry.fact.kind,
                "actor_role": entry.by.role,
                "actor_id": entry.by.id,
                "internal": entry.fact.internal,
                "data": codec.fact_to_json(entry.fact),
            }
            for entry in decision.entries
        ]
        await connection.execute(plain_insert(facts), rows)
    if decision.stretches:
        rows = [
            {
                **keys,
                "place": place,
                "clock": stretch.clock,
                "level": stretch.level,
                "from_at": stretch.from_at,
                "to_at": stretch.to_at,
                "counted": stretch.counted,
                "why": stretch.why,
            }
            for place, stretch in enumerate(decision.stretches)
        ]
        await connection.execute(plain_insert(stretches), rows)
    if decision.notices:
        rows = [
            {
                **keys,
                "kind": notice.kind,
                "recipient": notice.recipient,
                "seq": notice.seq,
                "take": take,
                "limit_at": notice.limit_at,
                "at": case.last_at,
                "attempts": 0,
                "given_up": False,
            }
            for notice in decision.notices
        ]
        await connection.execute(insert(connection, notices).on_conflict_do_nothing(), rows)


async def _has_undelivered(connection: AsyncConnection, number: str) -> bool:
    waiting = select(notices.c.id).where(
        notices.c.case_number == number, notices.c.delivered_at.is_(None), notices.c.given_up.is_(False)
    )
    return await connection.scalar(waiting.limit(1)) is not None


def _projected(case: Case) -> dict[str, Any]:
    """What of a case its row shows, beside what never changes."""
    return {
        "turn": case.turn,
        "facts": case.facts,
        "last_at": case.last_at,
        "status": case.status,
        "level": int(case.level),
        "priority": int(case.priority),
        "assignee": case.assignee,
        "case_group": case.group,
        "overdue": case.overdue,
        "next_due_at": next_due_at(case) or NEVER,
        "closed_at": case.closed_at,
        "closing_reason": case.closing_reason,
        "state": codec.case_to_json(case),
    }


def _described(known: RowMapping | None) -> str:
    return "nothing: the case is unknown" if known is None else f"turn {known['turn']} with {known['facts']} facts"


def next_due_at(case: Case) -> datetime | None:
    """The nearest promise of the case that still stands, or was broken and is still awaited; None while paused."""
    attention, level = case.initial_attention, case.level_clock
    if attention and case.first_answered_at is not None:
        attention = None
    promises = [clock for clock in (attention, level) if clock and clock.state in _PROMISED]
    return min((clock.due_at for clock in promises if clock.due_at is not None), default=None)


_PROMISED = (ClockState.RUNNING, ClockState.MISSED)
