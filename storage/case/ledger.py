"""Recording turns: the facts, and what is projected from them. The workflow's activity alone calls this.

A turn is recorded once. A worker that died after it had recorded a turn, and before the engine knew, may decide that
turn again, and otherwise; what was recorded first stays, and the caller is told how far the ledger is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    RowMapping,
    Select,
    Update,
    bindparam,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy import case as either
from sqlalchemy.ext.asyncio import AsyncConnection

from policy.case.case import Case, ClockState, Role, Status
from policy.case.concerns import concerned_by
from policy.case.decision import Decision
from policy.case.facts import CaseOpened
from policy.people.recipients import recipient_to_text
from policy.terms.terms import Terms
from storage.case import chats, duplicates
from storage.duty import pages
from storage.engine import codec
from storage.engine.columns import AT_ONCE, NEVER, UNDATED
from storage.engine.database import Database
from storage.engine.prepared import Prepared, insert_on
from storage.engine.tables import case_terms, cases, contents, facts, notices, stretches
from storage.search import case_words
from storage.search.spelling import words_of
from storage.terms import pinned
from storage.webhooks import deliveries
from storage.workbench import concerns


class TurnGap(Exception):
    """The turn does not follow the one that was recorded last."""


class ContentMissing(Exception):
    """A fact speaks of content that was never deposited."""


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What the ledger holds after a turn.

    `ahead` is None in all ordinary life. Where another decision had taken the turn, it is the case as the ledger holds
    it, `command_ids` are the commands that it holds from that turn on, and `terms` those that it holds for the case.
    """

    ahead: Case | None = None
    command_ids: tuple[str, ...] = ()
    terms: Terms | None = None


async def record(
    db: Database, decision: Decision, terms: Terms | None = None, *, command_id: str | None = None
) -> Recorded:
    """Record a turn in a transaction of its own: see `record_in`."""
    async with db.write() as connection:
        return await record_in(connection, decision, terms, command_id=command_id)


async def record_in(
    connection: AsyncConnection, decision: Decision, terms: Terms | None = None, *, command_id: str | None = None
) -> Recorded:
    """Record a turn, once; the first, and whichever replaces them, brings its terms.

    TurnGap if it does not follow the last; Refusal where it closes a case as the duplicate of one that has ended
    meanwhile, and then nothing is recorded.
    """
    number = decision.case.number
    if decision.goes_on_in:
        await duplicates.hold(connection, (number, decision.goes_on_in))
    if await _is_new(connection, decision, terms):
        if decision.goes_on_in:
            await duplicates.check(connection, number, decision.goes_on_in)
        await _append(connection, decision, terms, command_id)
        return Recorded()
    found = await _found(connection, decision)
    same = {"state": codec.case_to_json(decision.case), "command_ids": [command_id] if command_id else []}
    if found == same:
        return Recorded()
    ahead, command_ids = codec.case_from_json(found["state"]), tuple(found["command_ids"])
    terms = codec.terms_from_json(await connection.scalar(terms_of(number)))
    return Recorded(ahead=ahead, command_ids=command_ids, terms=terms)


def terms_of(number: str) -> Select[Any]:
    """The terms that hold for a case now: those that its latest replacement brought."""
    latest = case_terms.c.from_turn.desc()
    wanted = select(pinned.SAID).select_from(pinned.CASE_TERMS).where(case_terms.c.case_number == number)
    return wanted.order_by(latest).limit(1)


async def _is_new(connection: AsyncConnection, decision: Decision, terms: Terms | None) -> bool:
    """Project the case as this turn leaves it, if the turn is the next one."""
    case = decision.case
    if case.turn == 1:
        return await _open(connection, decision, terms)
    promised = {"plan": terms.plan, "cover": terms.cover.kind} if terms else {}
    place = {"its_number": case.number, "its_turn": case.turn - 1, "its_facts": case.facts - len(decision.entries)}
    projected = _PROJECT_PROMISED if promised else _PROJECT
    return await projected.changed(connection, **place, **_projected(case), **_last_word(decision), **promised) == 1


async def _found(connection: AsyncConnection, decision: Decision) -> dict[str, Any]:
    """The state that the ledger holds instead, and the commands that it holds from the decision's turn on."""
    case = decision.case
    wanted = select(cases.c.turn, cases.c.facts, cases.c.state).where(cases.c.number == case.number)
    known = (await connection.execute(wanted)).mappings().first()
    if known is None or known["turn"] < case.turn:
        raise TurnGap(
            f"turn {case.turn} of case {case.number} ({case.facts} facts) does not follow {_described(known)}"
        )
    since = (
        select(facts.c.command_id)
        .where(facts.c.case_number == case.number, facts.c.turn >= case.turn, facts.c.command_id.is_not(None))
        .order_by(facts.c.seq)
    )
    return {"state": known["state"], "command_ids": list(dict.fromkeys(await connection.scalars(since)))}


async def _open(connection: AsyncConnection, decision: Decision, terms: Terms | None) -> bool:
    case, opened = decision.case, next((e.fact for e in decision.entries if isinstance(e.fact, CaseOpened)), None)
    if terms is None or opened is None:
        raise ValueError(f"the first turn of case {case.number} needs its opening and its terms")
    title = await _TITLE.scalar(connection, content_id=opened.title.content_id)
    if title is None:
        raise ContentMissing(f"the title of case {case.number} was not deposited")
    row = {
        **_projected(case),
        "number": case.number,
        "plan": terms.plan,
        "cover": terms.cover.kind,
        "customer_id": case.customer_id,
        "contact_id": case.contact_id,
        "solution_id": case.solution_id,
        "channel": case.channel,
        "category": case.category,
        "opened_at": case.opened_at,
        "follows": case.follows,
        "title": title,
        "title_key": title_key(title),
        "search_id": case_words.search_id(case.number),
    }
    return await _OPEN.first(connection, **row) is not None


async def _append(connection: AsyncConnection, decision: Decision, terms: Terms | None, command_id: str | None) -> None:
    case = decision.case
    keys = {"case_number": case.number, "turn": case.turn}
    if terms is not None:
        digest = await pinned.keep_in(connection, terms)
        promised = {"case_number": case.number, "from_turn": case.turn, "digest": digest}
        await _PROMISE.changed(connection, **promised)
    if decision.entries:
        rows: list[dict[str, Any]] = [
            {
                **keys,
                "seq": entry.seq,
                "command_id": command_id,
                "at": entry.at,
                "due_at": entry.due_at,
                "kind": entry.fact.kind,
                "actor_role": entry.by.role,
                "actor_id": entry.by.id,
                "on_behalf_of": entry.by.on_behalf_of,
                "internal": entry.fact.internal,
                "data": codec.fact_to_json(entry.fact),
            }
            for entry in decision.entries
        ]
        await _FACTS.each(connection, rows)
        await case_words.publish(connection, decision)
        await deliveries.publish(connection, case.number, turn=case.turn, customer_id=case.customer_id)
        await pages.call(connection, case.number, decision.calls)
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
        await _STRETCHES.each(connection, rows)
    if decision.notices:
        rows = [
            {
                **keys,
                "kind": notice.kind,
                "recipient": recipient_to_text(notice.recipient),
                "seq": notice.seq,
                "limit_at": notice.limit_at,
                "at": case.last_at,
                "attempts": 0,
                "given_up": False,
                "next_try_at": AT_ONCE,
            }
            for notice in decision.notices
        ]
        await _NOTICES.each(connection, rows)
    await chats.keep(connection, decision)
    await concerns.keep(connection, case.number, concerned_by(decision.entries, case), at=case.last_at)


def next_change(dialect: str) -> ColumnElement[int]:
    """The next place among all turns of the desk, for those who watch it.

    SQLite has one writer at a time, so the places come in the order of the commits. PostgreSQL's sequence does not
    wait for anybody: see `heads.desk_mark`.
    """
    return _NEXT_ON_SQLITE if dialect == "sqlite" else _NEXT_ON_POSTGRESQL


# As text: nothing is put together anew for each turn.
_NEXT_ON_SQLITE: ColumnElement[int] = literal_column("(SELECT coalesce(max(change), 0) + 1 FROM cases)")
_NEXT_ON_POSTGRESQL: ColumnElement[int] = literal_column("nextval('case_changes')")


def _projected(case: Case) -> dict[str, Any]:
    """What of a case its row shows, beside what never changes."""
    return {
        "turn": case.turn,
        "facts": case.facts,
        "status": case.status,
        "level": int(case.level),
        "priority": int(case.priority),
        "assignee": case.assignee,
        "case_group": case.group,
        "overdue": case.overdue,
        "missed": bool(case.missed),
        "visit_step": case.visit.step if case.visit and case.visit.is_open else None,
        "next_due_at": next_due_at(case) or (NEVER if case.status is Status.CLOSED else UNDATED),
        "closed_at": case.closed_at,
        "closing_reason": case.closing_reason,
        "state": codec.case_to_json(case),
    }


def _last_word(decision: Decision) -> dict[str, Any]:
    """Whether the customer had the last word that both sides read: as it was, where the turn has no such word."""
    said = [entry for entry in decision.entries if entry.fact.kind in _SAID]
    last = said[-1].seq if said and said[-1].by.role is Role.CONTACT else None
    return {"is_said": bool(said), "last_word": last}


_SAID = (
    *("customer_answered", "case_reopened", "chat_said"),
    *("reply_sent", "information_requested", "case_resolved"),
)


def title_key(title: str) -> str:
    """By what titles are put in order: their first words, whatever signs and accents they have."""
    return " ".join(words_of(title[:_LONGEST_KEY]))[:_LONGEST_KEY]


_LONGEST_KEY = 60


def _described(known: RowMapping | None) -> str:
    return "nothing: the case is unknown" if known is None else f"turn {known['turn']} with {known['facts']} facts"


def next_due_at(case: Case) -> datetime | None:
    """The nearest promise of the case that still stands, or was broken and is still awaited; None while paused, and
    once the case is closed: what was broken before stays broken, but nobody awaits it any more.
    """
    if case.status is Status.CLOSED:
        return None
    attention, level = case.initial_attention, case.level_clock
    if attention and case.first_answered_at is not None:
        attention = None
    promises = [clock for clock in (attention, level) if clock and clock.state in _PROMISED]
    return min((clock.due_at for clock in promises if clock.due_at is not None), default=None)


_PROMISED = (ClockState.RUNNING, ClockState.MISSED)


_SHOWN = (
    *("turn", "facts", "status", "level", "priority", "assignee", "case_group", "overdue", "missed", "next_due_at"),
    *("closed_at", "closing_reason", "visit_step", "state"),
)
"""The columns of `_projected`."""


def _project(dialect: str) -> Update:
    c = cases.c
    follows = (c.number == bindparam("its_number"), c.turn == bindparam("its_turn"), c.facts == bindparam("its_facts"))
    answered = either(
        (bindparam("is_said", type_=Boolean), bindparam("last_word", type_=Integer)), else_=c.answered_seq
    )
    return update(cases).where(*follows).values(change=next_change(dialect), answered_seq=answered)


_PROJECT = Prepared(_project, sets=_SHOWN)
_PROJECT_PROMISED = Prepared(_project, sets=(*_SHOWN, "plan", "cover"))
_OPEN = Prepared(
    lambda on: insert_on(on, cases).values(change=next_change(on)).on_conflict_do_nothing().returning(cases.c.number),
    sets=(
        *(*_SHOWN, "number", "plan", "cover", "customer_id", "contact_id", "solution_id", "channel", "category"),
        *("opened_at", "follows", "title", "title_key", "search_id"),
    ),
)
_TITLE = Prepared(select(contents.c.body).where(contents.c.content_id == bindparam("content_id")))
_PROMISE = Prepared(insert(case_terms), sets=("case_number", "from_turn", "digest"))
_FACTS = Prepared(
    insert(facts),
    sets=(
        *("case_number", "turn", "seq", "command_id", "at", "due_at", "kind", "actor_role", "actor_id"),
        *("on_behalf_of", "internal", "data"),
    ),
)
_STRETCHES = Prepared(
    insert(stretches), sets=("case_number", "turn", "place", "clock", "level", "from_at", "to_at", "counted", "why")
)
_NOTICES = Prepared(
    lambda on: insert_on(on, notices).on_conflict_do_nothing(),
    sets=(
        *("case_number", "turn", "kind", "recipient", "seq", "limit_at", "at", "attempts", "given_up"),
        "next_try_at",
    ),
)
