"""What pages show of cases: lists with filters, orders and pages, and timelines with their words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, get_args

import pytest
from sqlalchemy import event

from policy.case.case import WORKED_ON, ClockState, Level, Plan, Priority, Status
from policy.case.commands import SendReply
from policy.case.facts import CaseOpened, PriorityChanged, ReplySent
from storage.case import views
from storage.case.views import CaseFilter, ColumnSort, Sort
from storage.engine import paging
from storage.engine.database import Database
from tests.storage.desk import Desk, priority
from tests.support.lives import (
    ASK,
    CLAIM,
    HELP_DESK,
    PREMIUM,
    REPLY,
    STANDARD,
    WITHDRAW,
    bogota,
    turns,
)
from tests.support.lives import priority as set_priority


async def titles(desk: Desk, **filters: object) -> list[str]:
    """The titles of the cases that pass, in the order of their numbers."""
    wanted = CaseFilter(**{"sort": "number", **filters})  # type: ignore[arg-type]
    return [row.title for row in (await views.cases(desk.db, wanted)).items]


# -- one case


async def test_an_unknown_case_is_none(desk: Desk) -> None:
    assert await views.case(desk.db, "MA-2026-999999") is None
    assert await views.terms(desk.db, "MA-2026-999999") is None
    assert await views.timeline(desk.db, "MA-2026-999999") == []


async def test_the_next_due_instant_is_the_nearest_promise(desk: Desk) -> None:
    """First attention and level both by 10:00; answered, the level's alone; paused, none."""
    case = await desk.open()
    due = [(await views.case(desk.db, case.number)).next_due_at]  # type: ignore[union-attr]
    for step in (("09:05", REPLY), ("09:10", set_priority(Priority.LOW)), ("09:20", ASK)):
        case = await desk.live(case, step)
        due.append((await views.case(desk.db, case.number)).next_due_at)  # type: ignore[union-attr]

    assert due == [bogota("10:00"), bogota("10:00"), bogota("11:00"), None]


async def test_a_broken_promise_stays_the_nearest_until_it_is_kept(desk: Desk) -> None:
    """Nobody has answered yet: the list still says since when."""
    case = await desk.live(await desk.open(), "10:05")
    missed = await views.case(desk.db, case.number)
    answered = await views.case(desk.db, (await desk.live(case, ("10:06", REPLY))).number)

    assert missed is not None
    assert answered is not None
    assert (missed.next_due_at, answered.next_due_at) == (bogota("10:00"), bogota("11:00"))


async def test_nothing_is_due_of_a_case_that_closed_unanswered(desk: Desk) -> None:
    """It leaves the lists of what is open, though its initial attention was missed."""
    case = await desk.live(await desk.open(), "10:05", ("10:06", WITHDRAW))
    row = await views.case(desk.db, case.number)
    still_open = await views.cases(desk.db, CaseFilter(is_open=True), limit=10)

    assert row is not None
    assert row.case.initial_attention is not None
    assert row.case.initial_attention.state is ClockState.MISSED
    assert (row.next_due_at, still_open.items) == (None, [])


# -- lists


async def test_cases_are_filtered_by_what_they_are(desk: Desk) -> None:
    await desk.furnish("customer-2", "contact-2", "solution-2")
    await desk.open("uno", **priority(1))
    await desk.open("dos", terms=PREMIUM, **priority(2))
    of_another: dict[str, Any] = {"customer_id": "customer-2", "contact_id": "contact-2", "solution_id": "solution-2"}
    await desk.open("tres", **priority(3), **of_another)
    await desk.live(await desk.open("cuatro", **priority(4)), ("09:10", CLAIM))
    await desk.live(await desk.open("cinco", **priority(1)), "09:40")
    await desk.live(await desk.open("seis", **priority(1)), "2026-11-26 16:00")
    await desk.live(await desk.open("siete", **priority(4)), ("09:10", WITHDRAW))

    assert await titles(desk, status=(Status.IN_PROGRESS,)) == ["cuatro"]
    assert await titles(desk, status=(Status.IN_PROGRESS, Status.CLOSED)) == ["cuatro", "siete"]
    assert await titles(desk, level=Level.SPECIALISTS) == ["cinco"]
    assert await titles(desk, priority=Priority.SERIOUS) == ["dos"]
    assert await titles(desk, plan=Plan.PREMIUM) == ["dos"]
    assert await titles(desk, customer_id="customer-2") == ["tres"]
    assert await titles(desk, assignee=HELP_DESK.id) == ["cuatro"]
    assert await titles(desk, overdue=True) == ["seis"]
    assert await titles(desk, overdue=False, priority=Priority.CRITICAL) == ["uno", "cinco"]
    assert await titles(desk, priority=Priority.CRITICAL, customer_id="customer-2") == []


async def test_due_before_leaves_out_what_is_due_then_and_what_never_is(desk: Desk) -> None:
    await desk.open("a las 9:30", **priority(1))
    await desk.open("a las 10", **priority(2))
    await desk.live(await desk.open("en pausa"), ("09:10", ASK))

    assert await titles(desk, due_before=bogota("10:00")) == ["a las 9:30"]
    assert await titles(desk, due_before=bogota("2027-01-01 00:00")) == ["a las 9:30", "a las 10"]


async def test_a_search_finds_title_and_number_without_accents_and_capitals(desk: Desk) -> None:
    await desk.open("Avería del GEOPORTAL al 100% en capa_1")
    await desk.open("Otra cosa")

    for q in ("averia", "AVERÍA", "avería del   geo", "avéria", "geoportal", "000001", "ma-2026-000001", "100%", "_1"):
        assert await titles(desk, q=q) == ["Avería del GEOPORTAL al 100% en capa_1"], q


@pytest.mark.parametrize("q", ["%", "_", "\\", "av%a", "capa 1", "' OR 1=1 --"])
async def test_a_search_takes_its_signs_as_they_are(desk: Desk, q: str) -> None:
    """No sign stands for others."""
    await desk.open("Avería de la capa")

    assert await titles(desk, q=q) == []


ORDERS: dict[Sort, list[str]] = {
    "opened_at": ["ocho", "nueve", "pausa", "diez"],
    "-opened_at": ["diez", "pausa", "nueve", "ocho"],
    "next_due": ["ocho", "nueve", "diez", "pausa"],
    "-next_due": ["pausa", "diez", "nueve", "ocho"],
    "priority": ["diez", "ocho", "pausa", "nueve"],
    "number": ["ocho", "diez", "nueve", "pausa"],
}


@pytest.fixture
async def four(desk: Desk) -> Desk:
    """Cases opened at three instants, of three priorities; one is paused."""
    await desk.open("ocho", "08:00", **priority(2))
    await desk.open("diez", "10:00", **priority(1))
    await desk.open("nueve", "09:00", **priority(4))
    await desk.live(await desk.open("pausa", "09:00", **priority(2)), ("09:10", ASK))
    return desk


async def test_pages_join_up_to_the_whole_list(four: Desk) -> None:
    """In every order, with equal values across pages, nothing twice and nothing left out."""

    async def found(sort: Sort, limit: int) -> list[str]:
        titles: list[str] = []
        cursor: str | None = None
        for _ in range(5):
            page = await views.cases(four.db, CaseFilter(sort=sort), limit=limit, cursor=cursor)
            titles += [row.title for row in page.items]
            if (cursor := page.next_cursor) is None:
                break
        return titles

    for limit in (1, 2, 3, 4, 50):
        assert {sort: await found(sort, limit) for sort in ORDERS} == ORDERS, f"{limit} at a time"


async def test_pages_by_any_column_join_up_to_the_whole_list(four: Desk) -> None:
    """Where most cases are equal in it, too; both ways."""
    walked: dict[ColumnSort, list[str]] = {}
    for sort in get_args(ColumnSort):
        found: list[str] = []
        cursor: str | None = None
        while len(found) < 5:
            page = await views.cases(four.db, CaseFilter(sort=sort), limit=1, cursor=cursor)
            found += [row.title for row in page.items]
            if (cursor := page.next_cursor) is None:
                break
        walked[sort] = found
    whole = {sort: (await views.cases(four.db, CaseFilter(sort=sort))).items for sort in walked}
    assert walked == {sort: [row.title for row in rows] for sort, rows in whole.items()}
    assert walked["title"] == ["diez", "nueve", "ocho", "pausa"] == walked["-title"][::-1]
    assert walked["customer"] == walked["-customer"][::-1]


async def test_a_cursor_of_another_list_is_refused(four: Desk) -> None:
    page = await views.cases(four.db, CaseFilter(sort="number"), limit=1)

    for other in (CaseFilter(sort="opened_at"), CaseFilter(sort="number", customer_id="customer-1")):
        with pytest.raises(ValueError, match="cursor"):
            await views.cases(four.db, other, cursor=page.next_cursor)


FORGED = [
    "", "x", "ñ", "AAAA", "W10", "bnVsbA", "W1tdXQ", "eyJhIjoxfQ", "=" * 8, "WyJhIiwgMV0", "[" * 5000,
    paging.encode("a", 1), paging.encode("", "a", "b"),
]  # fmt: skip


async def test_a_forged_cursor_is_refused(desk: Desk) -> None:
    await desk.open()
    for cursor in FORGED:
        with pytest.raises(ValueError, match="cursor"):
            await views.cases(desk.db, CaseFilter(), cursor=cursor)


async def test_a_page_has_bounds(four: Desk) -> None:
    assert len((await views.cases(four.db, CaseFilter(), limit=0)).items) == 1
    assert len((await views.cases(four.db, CaseFilter(), limit=10**9)).items) == 4


# -- timelines


async def test_a_timeline_tells_facts_in_order_with_their_words(desk: Desk) -> None:
    case = await desk.open("No carga")
    words = await desk.text(case.number, "Ya lo revisamos.")
    case = await desk.live(case, ("09:10", SendReply(by=HELP_DESK, body=words)))

    rows = await views.timeline(desk.db, case.number)

    assert [row.seq for row in rows] == [1, 2, 3]
    assert isinstance(rows[0].fact, CaseOpened)
    assert rows[0].body(rows[0].fact.title) == "No carga"
    assert rows[1].fact == ReplySent(body=words)
    assert rows[1].words == {words.content_id: "Ya lo revisamos."}
    assert (rows[1].actor.id, rows[1].at, rows[1].internal) == (HELP_DESK.id, bogota("09:10"), False)


async def test_a_timeline_goes_on_after_a_fact(desk: Desk) -> None:
    case = await desk.live(await desk.open(), ("09:10", CLAIM), ("09:20", REPLY))

    rows = await views.timeline(desk.db, case.number, after_seq=1, limit=2)

    assert [row.fact.kind for row in rows] == ["case_claimed", "reply_sent"]


async def test_the_last_of_a_kind_is_told_of_those_cases_alone_that_were_asked_for(desk: Desk) -> None:
    first, silent, other = [await desk.open(title) for title in ("Uno", "Dos", "Tres")]
    for case, at in ((first, "09:10"), (other, "09:20")):
        await desk.live(case, (at, CLAIM), (f"{at[:4]}5", REPLY))

    asked = [first.number, silent.number]
    last = await views.last_of(desk.db, "reply_sent", asked)
    assert {number: row.at for number, row in last.items()} == {first.number: bogota("09:15")}
    assert {number: at for number, (_, at) in (await views.replied_last(desk.db, asked)).items()} == {
        first.number: bogota("09:15")
    }


async def test_durations_are_kept(desk: Desk) -> None:
    case = await desk.live(await desk.open(), ("09:10", set_priority(Priority.LOW)))

    changed = (await views.timeline(desk.db, case.number))[-1]

    assert isinstance(changed.fact, PriorityChanged)
    assert changed.fact.spent == timedelta(minutes=10)


async def test_a_fact_shows_no_words_of_another_case(desk: Desk) -> None:
    """Whoever names another case's content sees nothing of it."""
    other = await desk.open("Secreto")
    stolen = turns(other, ("09:05", REPLY))[0].entries[0]
    opened = (await views.timeline(desk.db, other.number))[0].fact
    assert isinstance(opened, CaseOpened)
    theirs = opened.title.content_id
    case = await desk.open("Propio")
    body = replace(stolen.fact.body, content_id=theirs)  # type: ignore[union-attr]
    case = await desk.live(case, ("09:10", SendReply(by=HELP_DESK, body=body)))

    said = (await views.timeline(desk.db, case.number))[1]

    assert said.fact == ReplySent(body=body)
    assert (said.words, said.body(body)) == ({}, "")


# -- notices


async def test_notices_are_listed_newest_first_page_by_page(desk: Desk) -> None:
    await desk.live(await desk.open(), ("09:10", REPLY))
    seen: list[int] = []
    cursor: str | None = None
    for _ in range(20):
        page = await views.notices(desk.db, limit=1, cursor=cursor)
        seen += [row.id for row in page.items]
        if (cursor := page.next_cursor) is None:
            break

    assert seen == sorted(seen, reverse=True)
    assert len(seen) == len((await views.notices(desk.db)).items) > 2


async def test_terms_stay_what_they_were_at_opening(desk: Desk) -> None:
    """PLAN-15, at the level of storage: the first turn's terms are kept, whatever comes."""
    case = await desk.live(await desk.open(terms=STANDARD), ("09:10", CLAIM))

    assert await views.terms(desk.db, case.number) == STANDARD


ON_SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
"""Its plans are the same however much there is; PostgreSQL's are not: bench/queue.py prints them."""


@ON_SQLITE
@pytest.mark.parametrize("sort", ["customer", "-customer"])
async def test_a_list_of_all_by_customer_walks_from_one_to_the_next(desk: Desk, sort: ColumnSort) -> None:
    """However many cases there are, no more of them are put in order than the first customers have."""
    async with asked_of(desk.db) as asked:
        await views.cases(desk.db, CaseFilter(sort=sort))
        await views.numbers(desk.db, CaseFilter(sort=sort), limit=3)
    for statement, parameters in asked:
        plan = await plan_of(desk.db, statement, parameters)
        assert "SCAN customers USING INDEX ix_customers_name_key" in plan, plan
        assert "SEARCH cases USING COVERING INDEX ix_cases_customer_id_number (customer_id=?)" in plan, plan
        assert not [each for each in plan if each.startswith("SCAN cases")], plan


@ON_SQLITE
@pytest.mark.parametrize(
    "wanted",
    [
        CaseFilter(sort="customer", is_open=True),
        CaseFilter(sort="next_due", is_open=True, status=WORKED_ON, unread_by="acc"),
        CaseFilter(sort="next_due", is_open=True, unassigned=True),
        CaseFilter(sort="title", is_open=True, answered=True),
    ],
    ids=["by customer", "unread", "unassigned", "by title"],
)
async def test_a_list_of_what_is_open_walks_the_open_part_of_the_queue(desk: Desk, wanted: CaseFilter) -> None:
    async with asked_of(desk.db) as asked:
        await views.cases(desk.db, wanted)
        await views.how_many(desk.db, wanted, at_most=500)
    index = "ix_cases_answered" if wanted.answered or wanted.unread_by else "ix_cases_queue"
    for statement, parameters in asked:
        plan = await plan_of(desk.db, statement, parameters)
        assert f"SEARCH cases USING COVERING INDEX {index} (next_due_at<?)" in plan, plan
        assert not [each for each in plan if each.startswith(("SCAN cases", "SCAN customers"))], plan


@asynccontextmanager
async def asked_of(db: Database) -> AsyncIterator[list[tuple[str, Any]]]:
    """The statements that read, with their parameters."""
    asked: list[tuple[str, Any]] = []

    def hear(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith(("SELECT", "WITH")):
            asked.append((statement, parameters))

    engine = db._reader.sync_engine
    event.listen(engine, "before_cursor_execute", hear)
    yield asked
    event.remove(engine, "before_cursor_execute", hear)


async def plan_of(db: Database, statement: str, parameters: Any) -> list[str]:
    async with db.read() as connection:
        rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return [str(row[-1]) for row in rows.all()]
