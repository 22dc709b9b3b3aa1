"""The views of cases, as frozen rows: reads only, each from tables shaped for it, never from the engine."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Column, ColumnElement, Select, String, Table, bindparam, cast, func, literal, select, tuple_
from sqlalchemy import case as sql_case
from sqlalchemy.ext.asyncio import AsyncConnection

from policy.case.case import WORKED_ON, Actor, Case, ClosingReason, Level, Plan, Priority, Role, Status, Text
from policy.case.facts import RecordedFact
from policy.terms.terms import CoverKind, Terms
from policy.time.clock import ClockName, Stretch
from storage.case.lateness import is_late
from storage.engine import codec, paging
from storage.engine.columns import NEVER, UNDATED, Unindexed
from storage.engine.database import Reader
from storage.engine.paging import Page
from storage.engine.prepared import Prepared
from storage.engine.tables import agents, case_tags, case_terms, contents, customers, facts
from storage.engine.tables import cases as case_table
from storage.engine.tables import notices as notice_table
from storage.engine.tables import stretches as stretch_table
from storage.search.case_words import common_words, each_of, says, whose_texts
from storage.search.search import sought
from storage.terms import pinned
from storage.workbench.looks import seen_by

Sort = Literal["opened_at", "-opened_at", "next_due", "-next_due", "priority", "number"]
ColumnSort = Literal[
    "-priority", "-number", "title", "-title", "customer", "-customer", "level", "-level", "assignee", "-assignee",
    "status", "-status",
]  # fmt: skip
"""The orders of a list that people sort by its columns."""


@dataclass(frozen=True, kw_only=True)
class CaseRow:
    """A case as lists and pages show it. `next_due_at` is the nearest promise that still stands, or was broken.

    `managed_support` says whether the contract in its terms holds that add-on (PLAN-13). `answered_seq` is the place of
    the customer's word where that was the last that both sides read.
    """

    number: str
    title: str
    plan: Plan
    cover: CoverKind
    case: Case
    next_due_at: datetime | None
    managed_support: bool = False
    answered_seq: int | None = None

    def is_late(self, at: datetime) -> bool:
        """Whether it is past its limit at an instant, as lateness.py says it."""
        return self.case.overdue or (self.next_due_at is not None and self.next_due_at < at)


@dataclass(frozen=True, kw_only=True)
class CaseFilter:
    """Which cases to list, and in what order. Several statuses mean any of them; None does not filter.

    `is_open`: whether they are not closed yet. `missed`: whether any promise of theirs was ever broken (ESC-6).
    `late_at`: past their limit at that instant (see lateness.py). `answered`: the customer had the last word, and
    `unread_by` an account that has not seen it. `q` is sought in public texts, and `among_notes` in internal ones too.
    """

    status: tuple[Status, ...] = ()
    level: Level | None = None
    group: str | None = None
    priority: Priority | None = None
    plan: Plan | None = None
    customer_id: str | None = None
    assignee: str | None = None
    unassigned: bool = False
    is_open: bool | None = None
    overdue: bool | None = None
    missed: bool | None = None
    closing_reason: ClosingReason | None = None
    due_before: datetime | None = None
    due_after: datetime | None = None
    late_at: datetime | None = None
    answered: bool = False
    unread_by: str | None = None
    tag: str | None = None
    q: str | None = None
    among_notes: bool = False
    sort: Sort | ColumnSort = "-opened_at"

    @property
    def leaves_few_out(self) -> bool:
        """Whether nothing is asked but what many cases have, so that some are soon found wherever one looks."""
        said = {name for name in CaseFilter.__dataclass_fields__ if getattr(self, name) not in (None, (), False)}
        return self.is_open is None and said <= {"level", "priority", "plan", "missed", "sort", "among_notes"}

    @property
    def listing(self) -> str:
        """Another text for every other list; that time passes makes none."""
        timeless = replace(
            self,
            late_at=self.late_at and NEVER,
            due_after=self.due_after and NEVER,
            due_before=self.due_before and (NEVER if self.due_after else self.due_before),
        )
        return hashlib.sha256(repr(timeless).encode()).hexdigest()[:12]


@dataclass(frozen=True, kw_only=True)
class Words:
    """What is known of the words that a list seeks: which of their patterns thousands of texts have.

    `among`: the search ids of all cases that say them, where that was found out.
    """

    common: frozenset[str]
    among: Sequence[int] | None = None


@dataclass(frozen=True, kw_only=True)
class TimelineRow:
    """A recorded fact. `words` are the bodies of the texts that it speaks of, by content id; some may be gone."""

    seq: int
    turn: int
    at: datetime
    actor: Actor
    internal: bool
    due_at: datetime | None
    fact: RecordedFact
    words: Mapping[str, str]

    @property
    def late(self) -> timedelta | None:
        """How much later than due it was, where a clock did it (ESC-15)."""
        return None if self.due_at is None else max(timedelta(0), self.at - self.due_at)

    def body(self, text: Text | None) -> str:
        """What a text of the fact says; empty where there is none, or it is gone."""
        return self.words.get(text.content_id, "") if text else ""

    def data_in_words(self) -> dict[str, Any]:
        """What the fact says, as it is told to programs: a deposited text as the text itself, None where it is gone."""
        return {
            name: self.words.get(value["content_id"]) if isinstance(value, dict) and "content_id" in value else value
            for name, value in codec.fact_to_json(self.fact).items()
        }


@dataclass(frozen=True, kw_only=True)
class NoticeRow:
    """An outgoing message and what became of it."""

    id: int
    case_number: str
    turn: int
    kind: str
    recipient: str
    seq: int
    limit_at: datetime | None
    at: datetime
    attempts: int
    last_error: str | None
    given_up: bool
    delivered_at: datetime | None
    delivered_to: tuple[str, ...]
    held: str | None = None


async def case(db: Reader, number: str) -> CaseRow | None:
    """The case, as of its last recorded turn."""
    async with db.read() as connection:
        row = await _CASE.first(connection, number=number)
    return None if row is None else _case_row(row._asdict())


async def terms(db: Reader, number: str) -> Terms | None:
    """What the case is promised now (PLAN-15)."""
    pinned = await terms_by_turn(db, number)
    return pinned[max(pinned)] if pinned else None


async def terms_by_turn(db: Reader, number: str) -> dict[int, Terms]:
    """What the case was promised, each from the turn that brought it; a release or an amendment replaces the first."""
    async with db.read() as connection:
        rows = await _TERMS.rows(connection, number=number)
    return {turn: codec.terms_from_text(said) for turn, said in rows}


_TERMS = Prepared(
    select(case_terms.c.from_turn, cast(pinned.SAID, String))
    .select_from(pinned.CASE_TERMS)
    .where(case_terms.c.case_number == bindparam("number"))
)


async def cases(
    db: Reader,
    filter: CaseFilter,  # noqa: A002
    *,
    limit: int = 50,
    cursor: str | None = None,
    words: Words | None = None,
) -> Page[CaseRow]:
    """A page of the cases that pass the filter. ValueError for a cursor that is not of this very list.

    `words`: what the caller has found out already about those that are sought.
    """
    by, listing = _SORTS[filter.sort], filter.listing
    number, descending = case_table.c.number, by.descending
    place: list[ColumnElement[Any]] = [number] if by.column is number else [by.column, number]
    kinds = [str] if by.column is number else [by.kind, str]
    found_numbers = by.among(select(number), of_nearly_all=filter.leaves_few_out)
    if cursor is not None:
        beyond = paging.decode(cursor, listing, *kinds)
        last = tuple_(*(literal(value, each.type) for value, each in zip(beyond, place, strict=True)))
        found_numbers = found_numbers.where(tuple_(*place) < last if descending else tuple_(*place) > last)
    order = [each.desc() if descending else each.asc() for each in place]
    limit = paging.clamp(limit)
    async with db.read() as connection:
        words = words or Words(common=await _common_in(connection, filter))
        if words.among is not None:
            found_numbers = found_numbers.where(Unindexed(case_table.c.search_id).in_(each_of(words.among)))
        its = filter if words.among is None else replace(filter, q=None)
        found_numbers = found_numbers.where(*conditions(its, common=words.common))
        # First which, then all that is shown of them: the first needs no more than an index has.
        wanted = by.among(_cases()).where(number.in_(found_numbers.order_by(*order).limit(limit + 1)))
        wanted = wanted.add_columns(by.column.label("placed")).order_by(*order)
        rows = list((await connection.execute(wanted)).mappings())
    after = ("number",) if by.column is number else ("placed", "number")
    found = paging.page(rows, limit, lambda row: paging.encode(listing, *(row[each] for each in after)))
    return Page([_case_row(row) for row in found.items], found.next_cursor)


async def numbers(db: Reader, filter: CaseFilter, *, limit: int) -> list[str]:  # noqa: A002
    """The numbers of the first cases of a list, in its order."""
    by, number = _SORTS[filter.sort], case_table.c.number
    place: list[ColumnElement[Any]] = [number] if by.column is number else [by.column, number]
    order = [each.desc() if by.descending else each.asc() for each in place]
    async with db.read() as connection:
        common = await _common_in(connection, filter)
        found = by.among(select(number), of_nearly_all=filter.leaves_few_out)
        wanted = found.where(*conditions(filter, common=common)).order_by(*order).limit(limit)
        return list(await connection.scalars(wanted))


async def some_cases(db: Reader, numbers: Sequence[str]) -> dict[str, CaseRow]:
    """These cases, by number; what is not recorded is missing."""
    async with db.read() as connection:
        rows = await connection.execute(_cases().where(case_table.c.number.in_(numbers)))
        return {row["number"]: _case_row(row) for row in rows.mappings()}


async def how_many(
    db: Reader,
    filter: CaseFilter,  # noqa: A002
    *,
    at_most: int,
    common: frozenset[str] = frozenset(),
) -> int:
    """How many cases pass the filter; counting ends at `at_most`. It takes long where all words sought are common.

    `common`: what `common_in` answers.
    """
    some = select(case_table.c.number).where(*conditions(filter, common=common)).limit(at_most).subquery()
    async with db.read() as connection:
        return await connection.scalar(select(func.count()).select_from(some)) or 0


async def common_in(db: Reader, wanted: CaseFilter) -> frozenset[str]:
    """Which of the patterns that are sought stand in thousands of texts."""
    async with db.read() as connection:
        return await _common_in(connection, wanted)


async def words_of_lists(db: Reader, wanted: CaseFilter) -> Words:
    """What several lists of one customer's cases need to know of the words that all of them seek.

    For a common word SQLite lists all that say it, for each list: of a customer's cases that is done once here.
    """
    async with db.read() as connection:
        common = await _common_in(connection, wanted)
        if not common or connection.dialect.name != "sqlite":
            return Words(common=common)
        own = select(case_table.c.search_id).where(case_table.c.customer_id == wanted.customer_id)
        said = whose_texts(sought(wanted.q or ""), among_notes=wanted.among_notes, within=own)
        return Words(common=common, among=list(await connection.scalars(said.distinct())))


def only_common(wanted: CaseFilter, common: frozenset[str]) -> bool:
    """Whether words are sought and all of them are common."""
    return bool(common) and common.issuperset(sought(wanted.q or ""))


async def _common_in(connection: AsyncConnection, wanted: CaseFilter) -> frozenset[str]:
    return await common_words(connection, wanted.q, among_notes=wanted.among_notes) if wanted.q else frozenset()


async def timeline(db: Reader, number: str, *, after_seq: int = 0, limit: int | None = None) -> list[TimelineRow]:
    """The case's facts after `after_seq`, in order, with the words they speak of."""
    async with db.read() as connection:
        wanted = _facts(number).where(facts.c.seq > after_seq).limit(limit)
        rows = list((await connection.execute(wanted)).mappings())
        words = await _words(connection, number, [row["data"] for row in rows])
    return [_timeline_row(row, words) for row in rows]


@dataclass(frozen=True, kw_only=True)
class Window:
    """A part of a timeline: the last `most` facts before the one of that `seq`, or of all.

    Only milestones and those that come with words where `said`, or those of `kinds` where some are named; and internal
    ones only where they are `internal` to who looks.
    """

    before: int | None = None
    most: int
    said: bool = False
    kinds: frozenset[str] = frozenset()
    internal: bool


@dataclass(frozen=True)
class Windowed:
    """The facts in a window, in order, and whether there are older ones."""

    facts: list[TimelineRow]
    has_older: bool


async def window(db: Reader, number: str, wanted: Window) -> Windowed:
    """The part of the case's timeline that a window shows, with the words."""
    conditions = [facts.c.case_number == number]
    if wanted.before is not None:
        conditions.append(facts.c.seq < wanted.before)
    if kinds := wanted.kinds or (_SAID if wanted.said else None):
        conditions.append(facts.c.kind.in_(kinds))
    if not wanted.internal:
        conditions.append(facts.c.internal.is_(False))
    latest = select(facts).where(*conditions).order_by(facts.c.seq.desc()).limit(wanted.most + 1)
    async with db.read() as connection:
        found = list((await connection.execute(latest)).mappings())
        rows = found[: wanted.most][::-1]
        words = await _words(connection, number, [row["data"] for row in rows])
    return Windowed([_timeline_row(row, words) for row in rows], len(found) > wanted.most)


MILESTONES = frozenset(
    {
        *("visit_approved", "visit_refused", "visit_accepted", "visit_declined", "visit_signed_off"),
        *("case_resolved", "case_reopened", "case_closed"),
    }
)
"""What binds both sides: it stands in the conversation, with words or without."""

_SAID = codec.kinds_with_texts() | MILESTONES


_REPLIED = "reply_sent"


async def last_of(db: Reader, kind: str, numbers: Sequence[str]) -> dict[str, TimelineRow]:
    """The last fact of a kind in each of these cases, by number, where there was one."""
    if not numbers:
        return {}
    f = facts.c
    last = select(f.case_number, func.max(f.seq)).where(f.case_number.in_(numbers), f.kind == kind)
    of_case = tuple_(f.case_number, f.seq).in_(last.group_by(f.case_number))
    async with db.read() as connection:
        rows = list((await connection.execute(select(facts).where(of_case))).mappings())
        return {
            row["case_number"]: _timeline_row(row, await _words(connection, row["case_number"], [row["data"]]))
            for row in rows
        }


async def replied_last(db: Reader, numbers: Sequence[str]) -> dict[str, tuple[int, datetime]]:
    """The place and the instant of the last reply to the customer in each of these cases, where there was one."""
    f = facts.c
    last = select(f.case_number, func.max(f.seq)).where(f.case_number.in_(numbers), f.kind == _REPLIED)
    wanted = select(f.case_number, f.seq, f.at).where(tuple_(f.case_number, f.seq).in_(last.group_by(f.case_number)))
    async with db.read() as connection:
        return {row.case_number: (row.seq, row.at) for row in await connection.execute(wanted)}


async def last_seq(db: Reader, number: str) -> int:
    """The place of the case's last fact; 0 where there is none."""
    async with db.read() as connection:
        return await connection.scalar(select(func.max(facts.c.seq)).where(facts.c.case_number == number)) or 0


async def fact(connection: AsyncConnection, number: str, seq: int) -> TimelineRow | None:
    """One fact with its words."""
    found = await _FACT.first(connection, number=number, seq=seq)
    if found is None:
        return None
    row = found._asdict()
    return _timeline_row(row, await _words(connection, number, [row["data"]]))


async def turns_began_at(db: Reader, number: str, turns: Sequence[int]) -> dict[int, datetime]:
    """When each of these turns of a case happened."""
    if not turns:
        return {}
    wanted = select(facts.c.turn, facts.c.at).where(facts.c.case_number == number, facts.c.turn.in_(turns))
    async with db.read() as connection:
        return {row.turn: row.at for row in await connection.execute(wanted.order_by(facts.c.seq))}


async def stretches(db: Reader, number: str) -> list[Stretch]:
    """The finished stretches of the case's clocks, each clock's in order."""
    wanted = (
        select(stretch_table)
        .where(stretch_table.c.case_number == number)
        .order_by(stretch_table.c.turn, stretch_table.c.place)
    )
    async with db.read() as connection:
        rows = list(await connection.execute(wanted))
    return [
        Stretch(
            clock=ClockName(row.clock),
            level=row.level,
            from_at=row.from_at,
            to_at=row.to_at,
            counted=row.counted,
            why=row.why,
        )
        for row in rows
    ]


async def notices(
    db: Reader,
    *,
    case_number: str | None = None,
    undelivered: bool = False,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[NoticeRow]:
    """A page of outgoing messages, the newest first; with `undelivered`, those that wait or were given up."""
    table = notice_table
    listing = f"notices {case_number} {undelivered}"
    wanted = select(*(table.c[name] for name in NoticeRow.__dataclass_fields__)).order_by(table.c.id.desc())
    if case_number is not None:
        wanted = wanted.where(table.c.case_number == case_number)
    if undelivered:
        wanted = wanted.where(table.c.delivered_at.is_(None))
    if cursor is not None:
        wanted = wanted.where(table.c.id < paging.decode(cursor, listing, int)[0])
    limit = paging.clamp(limit)
    async with db.read() as connection:
        rows = list((await connection.execute(wanted.limit(limit + 1))).mappings())
    found = paging.page(rows, limit, lambda row: paging.encode(listing, row["id"]))
    items = [NoticeRow(**{**row, "delivered_to": tuple(row["delivered_to"] or ())}) for row in found.items]
    return Page(items, found.next_cursor)


# -- how rows are found ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Order:
    """What a list is put in order by: the column and its type, and the table whose names it takes, where it does.

    Every case has one of the `owners`: a list that leaves few out goes from one to the next in the names' order.
    """

    column: ColumnElement[Any]
    kind: type
    descending: bool = False
    joined: Table | None = None
    on: ColumnElement[Any] | None = None
    owners: Table | None = None

    def among(self, wanted: Select[Any], *, of_nearly_all: bool = False) -> Select[Any]:
        """The statement with the table that the order needs."""
        if self.owners is not None:
            its = Unindexed(self.owners.c.id) if of_nearly_all else self.owners.c.id
            return wanted.join_from(case_table, self.owners, case_table.c.customer_id == its)
        return wanted if self.joined is None else wanted.outerjoin_from(case_table, self.joined, self.on)


_C = case_table.c
_COLUMNS: dict[str, _Order] = {
    "opened_at": _Order(_C.opened_at, datetime),
    "next_due": _Order(_C.next_due_at, datetime),
    "priority": _Order(_C.priority, int),
    "number": _Order(_C.number, str),
    "title": _Order(_C.title_key, str),
    "level": _Order(_C.level, int),
    "status": _Order(
        sql_case({status.value: place for place, status in enumerate(Status)}, value=_C.status, else_=len(Status)),
        int,
    ),
    "customer": _Order(customers.c.name_key, str, owners=customers),
    "assignee": _Order(
        func.coalesce("0" + func.lower(agents.c.name), "0" + _C.assignee, "1"),  # who has none comes last
        str,
        joined=agents,
        on=agents.c.id == _C.assignee,
    ),
}
_SORTS = _COLUMNS | {f"-{name}": replace(order, descending=True) for name, order in _COLUMNS.items()}


def _cases() -> Select[Any]:
    c = case_table.c
    t = case_terms.c
    managed = (
        select(pinned.SAID["managed_support"].as_boolean())
        .select_from(pinned.CASE_TERMS)
        .where(t.case_number == c.number)
        .order_by(t.from_turn.desc())
        .limit(1)
        .scalar_subquery()
        .label("managed_support")
    )
    shown = (c.number, c.title, c.plan, c.cover, c.priority, c.opened_at, c.next_due_at, c.answered_seq, c.state)
    return select(*shown, managed)


def conditions(wanted: CaseFilter, *, common: frozenset[str] = frozenset()) -> list[ColumnElement[bool]]:
    """What a case must be. In the order of what is due, the queue's own index is walked, whatever else is asked.

    But for rare words: then the cases that say them are looked at, and no others. The order by another column walks it
    too, for it has all that is asked, and puts what it found in order.
    """
    c = case_table.c
    walks = wanted.sort not in ("opened_at", "-opened_at", "number", "priority")

    def of(column: Column[Any]) -> ColumnElement[Any]:
        return Unindexed(column) if walks else column

    pairs = (
        (c.level, wanted.level),
        (c.case_group, wanted.group),
        (c.priority, wanted.priority),
        (c.plan, wanted.plan),
        (c.customer_id, wanted.customer_id),
        (c.assignee, wanted.assignee),
        (c.overdue, wanted.overdue),
        (c.missed, wanted.missed),
        (c.closing_reason, wanted.closing_reason),
    )
    found = [of(column) == value for column, value in pairs if value is not None]
    if wanted.status:
        found.append(of(c.status).in_(wanted.status))
    if wanted.unassigned:
        found.append(of(c.assignee).is_(None))
    if wanted.is_open is not None:
        found.append(c.next_due_at < NEVER if wanted.is_open else c.next_due_at == NEVER)
    if wanted.due_before is not None:
        found.append(c.next_due_at < wanted.due_before)
    if wanted.due_after is not None:
        found.append(c.next_due_at >= wanted.due_after)
    if wanted.late_at is not None:
        found.append(is_late(wanted.late_at))
    if wanted.answered or wanted.unread_by is not None:
        found += [c.answered_seq.is_not(None), of(c.status).in_(WORKED_ON)]
    if wanted.unread_by is not None:
        found.append(c.answered_seq > seen_by(wanted.unread_by))
    if wanted.tag is not None:
        tagged = select(case_tags.c.case_number).where(case_tags.c.tag == wanted.tag)
        found.append(c.number.in_(tagged))
    if wanted.q:
        way_in = of(c.search_id) if only_common(wanted, common) else c.search_id
        found.append(says(way_in, wanted.q, among_notes=wanted.among_notes, common=common))
    return found


_CASE = Prepared(_cases().where(case_table.c.number == bindparam("number")))
_FACT = Prepared(select(facts).where(facts.c.case_number == bindparam("number"), facts.c.seq == bindparam("seq")))
_WORDS = Prepared(
    select(contents.c.content_id, contents.c.body).where(
        contents.c.case_number == bindparam("number"), contents.c.content_id.in_(bindparam("ids", expanding=True))
    )
)


def _facts(number: str) -> Select[Any]:
    return select(facts).where(facts.c.case_number == number).order_by(facts.c.seq)


async def _words(connection: AsyncConnection, number: str, said: list[dict[str, Any]]) -> dict[str, str]:
    """The bodies that some facts of one case speak of; what another case deposited is not theirs to show."""
    ids = [content_id for data in said for content_id in codec.content_ids(data)]
    if not ids:
        return {}
    return {row.content_id: row.body for row in await _WORDS.rows(connection, number=number, ids=ids)}


def _timeline_row(row: Mapping[Any, Any], words: dict[str, str]) -> TimelineRow:
    return TimelineRow(
        seq=row["seq"],
        turn=row["turn"],
        at=row["at"],
        actor=Actor(Role(row["actor_role"]), row["actor_id"], on_behalf_of=row["on_behalf_of"]),
        internal=row["internal"],
        due_at=row["due_at"],
        fact=codec.fact_from_json(row["kind"], row["data"]),
        words={each: words[each] for each in codec.content_ids(row["data"]) if each in words},
    )


def _case_row(row: Mapping[Any, Any]) -> CaseRow:
    return CaseRow(
        number=row["number"],
        title=row["title"],
        plan=Plan(row["plan"]),
        cover=CoverKind(row["cover"]),
        case=codec.case_from_json(row["state"]),
        next_due_at=None if row["next_due_at"] >= UNDATED else row["next_due_at"],
        managed_support=bool(row["managed_support"]),
        answered_seq=row["answered_seq"],
    )
