"""Pages as rows: made in the turn that calls for them, then each step and each message, in one transaction.

Whoever takes a step says how many there were before, so that of two workers one takes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, Select, and_, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from policy.case.case import SYSTEM, Actor, Level, Priority, Role, Status
from policy.duty.calls import Call
from policy.duty.paging import OPEN, PASSES, Open, Standing
from policy.duty.steps import PageState, PageStep, PageWhy
from storage.engine import paging
from storage.engine.database import Database, Reader, insert
from storage.engine.paging import Page as ListPage
from storage.engine.tables import cases, page_mail_pages, page_mails, page_steps, pages

CLAIMED_FOR = timedelta(seconds=30)

_CALLED = text(
    """
    INSERT INTO pages (id, case_number, seq, level, why, at, state, steps, next_at)
    SELECT CAST(:id AS VARCHAR), f.case_number, f.seq, CAST(:level AS INTEGER), CAST(:why AS VARCHAR), f.at,
           'waiting', 0, f.at
    FROM facts f
    WHERE f.case_number = :number AND f.seq = :seq AND EXISTS (SELECT 1 FROM duty_layers WHERE ended_at IS NULL)
    """
)
"""A desk that has no rota pages nobody."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page, and what is needed of its case. `steps` counts what happened with it; `reached` are whom it called."""

    id: str
    case_number: str
    seq: int
    level: Level
    why: PageWhy
    at: datetime
    state: PageState
    steps: int
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    title: str
    priority: Priority
    customer_id: str
    standing: Standing
    reached: tuple[str, ...] = ()

    @property
    def as_open(self) -> Open:
        return Open(why=self.why, level=self.level, state=self.state, reached=self.reached)

    @property
    def is_open(self) -> bool:
        """Whether it can be acknowledged."""
        return self.state in OPEN


@dataclass(frozen=True, kw_only=True)
class Step:
    """Something that happened with a page; `told_at` is when its case was told."""

    page_id: str
    n: int
    step: PageStep
    person_id: str | None
    by: Actor
    at: datetime
    told_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What is done with a page: its next state, the step if there is one, and when it is looked at again."""

    page: Page
    state: PageState
    step: PageStep | None
    person_id: str | None
    next_at: datetime


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One message about pages, which leaves at `at`. `person_id` is None for who is only told."""

    id: str
    person_id: str | None
    mailbox: str
    at: datetime
    pages: tuple[str, ...]
    attempts: int = 0


async def call(connection: AsyncConnection, number: str, calls: Sequence[Call]) -> None:
    """Have somebody called, in the turn's own transaction."""
    for each in calls:
        said = {"id": f"{number}.{each.seq}", "number": number, "seq": each.seq}
        await connection.execute(_CALLED, {**said, "level": int(each.level), "why": each.why.value})


async def due(db: Reader, *, at: datetime, most: int) -> list[Page]:
    """Those that nobody has acknowledged in time, the oldest first."""
    p = pages.c
    wanted = _wanted().where(p.state.in_(PASSES), p.next_at <= at).order_by(p.next_at, p.id).limit(most)
    return await _read(db, wanted)


async def of_ids(db: Reader, ids: Sequence[str]) -> list[Page]:
    """These, the oldest first."""
    return await _read(db, _wanted().where(pages.c.id.in_(ids)).order_by(pages.c.at, pages.c.id)) if ids else []


async def open_ones(db: Reader, *, most: int) -> list[Page]:
    """Those that are still to be acknowledged, the oldest first."""
    return await _read(db, _wanted().where(pages.c.state.in_(OPEN)).order_by(pages.c.at, pages.c.id).limit(most))


async def listing(db: Reader, *, limit: int = 50, cursor: str | None = None) -> ListPage[Page]:
    """All of them, the newest first. ValueError for no cursor of this list."""
    p = pages.c
    wanted = _wanted().order_by(p.at.desc(), p.id.desc())
    if cursor is not None:
        at, id_ = paging.decode(cursor, "pages", datetime, str)
        wanted = wanted.where(or_(p.at < at, and_(p.at == at, p.id < id_)))
    limit = paging.clamp(limit)
    found = await _read(db, wanted.limit(limit + 1))
    return paging.page(found, limit, lambda each: paging.encode("pages", each.at, each.id))


async def steps_of(db: Reader, ids: Sequence[str]) -> dict[str, list[Step]]:
    """What happened with these pages, in order."""
    found: dict[str, list[Step]] = {each: [] for each in ids}
    wanted = select(page_steps).where(page_steps.c.page_id.in_(ids)).order_by(page_steps.c.page_id, page_steps.c.n)
    async with db.read() as connection:
        for row in (await connection.execute(wanted)).mappings() if ids else ():
            found[row["page_id"]].append(_step(row))
    return found


async def take(db: Database, taken: Sequence[Taken], mails: Sequence[Mail], *, at: datetime) -> int:
    """Take these steps, with the messages that go out for them; answer how many. What another one took is left."""
    mine: set[str] = set()
    async with db.write() as connection:
        for ids, alike in _together(taken):
            mine |= await _advance(connection, ids, alike, at=at)
        for mail in mails:
            about = [each for each in mail.pages if each in mine]
            if not about:
                continue
            row = {"id": mail.id, "person_id": mail.person_id, "mailbox": mail.mailbox, "at": mail.at, "attempts": 0}
            await connection.execute(insert(connection, page_mails).values(**row, next_try_at=mail.at, given_up=False))
            links = [{"mail_id": mail.id, "page_id": each} for each in about]
            await connection.execute(insert(connection, page_mail_pages), links)
    return len(mine)


def _together(taken: Sequence[Taken]) -> Iterator[tuple[list[str], Taken]]:
    """Those with which the same is done, by their ids: in a storm all of them, in a statement or two."""
    found: dict[tuple[object, ...], list[Taken]] = {}
    for each in taken:
        done = (each.page.steps, each.state, each.step, each.person_id, each.next_at)
        found.setdefault(done, []).append(each)
    for alike in found.values():
        yield [each.page.id for each in alike], alike[0]


async def _advance(connection: AsyncConnection, ids: Sequence[str], taken: Taken, *, at: datetime) -> set[str]:
    """Do this with these pages, as far as nothing happened with them meanwhile; answer which those were."""
    p, steps = pages.c, taken.page.steps
    theirs = update(pages).where(p.id.in_(ids), p.steps == steps, p.state.in_(PASSES))
    advanced = theirs.values(state=taken.state, steps=steps + bool(taken.step), next_at=taken.next_at)
    mine = set(await connection.scalars(advanced.returning(p.id)))
    if taken.step:
        done: dict[str, Any] = {"step": taken.step, "person_id": taken.person_id, "by": SYSTEM, "at": at}
        await _add(connection, [Step(page_id=each, n=steps + 1, **done) for each in sorted(mine)])
    return mine


async def _add(connection: AsyncConnection, steps: Sequence[Step]) -> None:
    rows = [
        {
            "page_id": each.page_id,
            "n": each.n,
            "step": each.step,
            "person_id": each.person_id,
            "at": each.at,
            "actor_role": each.by.role,
            "actor_id": each.by.id,
        }
        for each in steps
    ]
    if rows:
        await connection.execute(insert(connection, page_steps), rows)


async def acknowledge(db: Database, ids: Sequence[str], by: Actor, *, at: datetime) -> list[str]:
    """Acknowledge those of these pages that are still open, each once; answer which those were."""
    p = pages.c
    acknowledged = {"state": PageState.ACKNOWLEDGED, "acknowledged_by": by.id, "acknowledged_at": at}
    theirs = update(pages).where(p.id.in_(ids), p.state.in_(OPEN)).values(**acknowledged, steps=p.steps + 1)
    done: dict[str, Any] = {"step": PageStep.ACKNOWLEDGED, "person_id": by.id, "by": by, "at": at}
    async with db.write() as connection:
        counted = (await connection.execute(theirs.returning(p.id, p.steps))).all()
        await _add(connection, [Step(page_id=id_, n=n, **done) for id_, n in sorted(counted)])
    return sorted(id_ for id_, _ in counted)


# -- telling the case -------------------------------------------------------------------------------------------------


async def untold(db: Reader, *, most: int) -> list[tuple[Step, Page]]:
    """Steps of which their cases do not know yet, in the order in which they happened."""
    s = page_steps.c
    wanted = select(page_steps).where(s.told_at.is_(None)).order_by(s.at, s.page_id, s.n).limit(most)
    async with db.read() as connection:
        steps = [_step(row) for row in (await connection.execute(wanted)).mappings()]
    known = {each.id: each for each in await of_ids(db, sorted({each.page_id for each in steps}))}
    return [(each, known[each.page_id]) for each in steps]


async def told(db: Database, step: Step, *, at: datetime) -> None:
    """Note that the case knows."""
    s = page_steps.c
    async with db.write() as connection:
        its = update(page_steps).where(s.page_id == step.page_id, s.n == step.n)
        await connection.execute(its.values(told_at=at))


# -- messages ---------------------------------------------------------------------------------------------------------


async def mailed_since(db: Reader, since: datetime) -> dict[str, datetime]:
    """To which mailboxes a message was made after an instant, and when the last one was."""
    m = page_mails.c
    async with db.read() as connection:
        rows = await connection.execute(select(m.mailbox, func.max(m.at)).where(m.at > since).group_by(m.mailbox))
        return {row[0]: row[1] for row in rows}


async def claim(db: Database, *, at: datetime, most: int) -> list[Mail]:
    """Messages that are to leave now; nobody else takes them for a while."""
    m = page_mails.c
    waits = (m.sent_at.is_(None), m.given_up.is_(False), m.next_try_at <= at)
    async with db.read() as connection:
        if (await connection.execute(select(m.id).where(*waits).limit(1))).first() is None:
            return []
    async with db.write() as connection:
        wanted = select(page_mails).where(*waits).order_by(m.at, m.id).limit(most).with_for_update(skip_locked=True)
        rows = (await connection.execute(wanted)).mappings().all()
        ids = [row["id"] for row in rows]
        claimed = update(page_mails).where(m.id.in_(ids)).values(next_try_at=at + CLAIMED_FOR, attempts=m.attempts + 1)
        await connection.execute(claimed)
        return [await _mail(connection, row) for row in rows]


async def mail(db: Reader, mail_id: str) -> Mail | None:
    async with db.read() as connection:
        row = (await connection.execute(select(page_mails).where(page_mails.c.id == mail_id))).mappings().first()
        return await _mail(connection, row) if row else None


async def sent(db: Database, mail_id: str, *, at: datetime) -> None:
    async with db.write() as connection:
        await connection.execute(update(page_mails).where(page_mails.c.id == mail_id).values(sent_at=at))


async def not_sent(db: Database, mail: Mail, *, again_at: datetime | None) -> None:
    """It did not leave: it is tried again, or reaches nobody, and then its pages pass on at once."""
    p = pages.c
    async with db.write() as connection:
        its = update(page_mails).where(page_mails.c.id == mail.id)
        await connection.execute(its.values(next_try_at=again_at) if again_at else its.values(given_up=True))
        if again_at is None and mail.person_id:
            passes = update(pages).where(p.id.in_(mail.pages), p.state == PageState.PAGED, p.next_at > mail.at)
            await connection.execute(passes.values(next_at=mail.at))


# -- rows -------------------------------------------------------------------------------------------------------------


def _wanted() -> Select[Any]:
    shown = (cases.c.title, cases.c.priority, cases.c.customer_id, cases.c.status, cases.c.assignee)
    at_level = cases.c.level.label("case_level")
    return select(pages, *shown, at_level).join(cases, cases.c.number == pages.c.case_number)


async def _read(db: Reader, wanted: Select[Any]) -> list[Page]:
    s = page_steps.c
    async with db.read() as connection:
        rows = (await connection.execute(wanted)).mappings().all()
        reached: dict[str, list[str]] = {}
        called = s.step.in_((PageStep.PAGED, PageStep.PASSED_ON)) & s.page_id.in_([row["id"] for row in rows])
        some = select(s.page_id, s.person_id).where(called).order_by(s.page_id, s.n)
        for page_id, person in await connection.execute(some) if rows else ():
            reached.setdefault(page_id, []).append(person)
    return [_page(row, tuple(reached.get(row["id"], ()))) for row in rows]


def _page(row: RowMapping, reached: tuple[str, ...]) -> Page:
    return Page(
        id=row["id"],
        case_number=row["case_number"],
        seq=row["seq"],
        level=Level(row["level"]),
        why=PageWhy(row["why"]),
        at=row["at"],
        state=PageState(row["state"]),
        steps=row["steps"],
        acknowledged_by=row["acknowledged_by"],
        acknowledged_at=row["acknowledged_at"],
        title=row["title"],
        priority=Priority(row["priority"]),
        customer_id=row["customer_id"],
        standing=Standing(status=Status(row["status"]), level=Level(row["case_level"]), assignee=row["assignee"]),
        reached=reached,
    )


def _step(row: Mapping[Any, Any]) -> Step:
    return Step(
        page_id=row["page_id"],
        n=row["n"],
        step=PageStep(row["step"]),
        person_id=row["person_id"],
        by=Actor(Role(row["actor_role"]), row["actor_id"]),
        at=row["at"],
        told_at=row["told_at"],
    )


async def _mail(connection: AsyncConnection, row: RowMapping) -> Mail:
    c = page_mail_pages.c
    about = await connection.scalars(select(c.page_id).where(c.mail_id == row["id"]).order_by(c.page_id))
    said = {name: row[name] for name in ("id", "person_id", "mailbox", "at", "attempts")}
    return Mail(**said, pages=tuple(about))
