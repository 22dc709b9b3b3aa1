"""Replies that may be undone: held, taken back by who wrote them, and given to the case when they are due."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from desk.commands.commands import give
from desk.desk import Desk
from desk.replies import UNDO_WITHIN, Undone, hold, let_go, undo
from policy.case.case import Actor, Level, Role
from policy.case.refusals import CaseClosed, RoleNotAllowed, TextMissing
from policy.people.absences import Absence, in_the_name_of
from storage.case.views import CaseRow
from storage.engine.tables import agents as agents_table
from storage.people import absences, agents
from storage.signing_in import accounts
from storage.signing_in.accounts import NewAccount
from storage.workbench import drafts, pending_replies
from storage.workbench.drafts import Draft
from tests.api.office import AGENTS, Clock
from tests.desk.asking import AGENT, CONTACT, command, read
from tests.support.desk import PaperDesk


@pytest.fixture(autouse=True)
async def mine(desk: Desk, clock: Clock) -> None:
    """The account that writes the replies."""
    await accounts.create(desk.database, NewAccount(id="mine", email="ana@escala.example", name="Ana"), at=clock())


async def held(desk: Desk, row: CaseRow) -> str:
    return (await hold(desk, command(row, "replies", body="Lo vemos."), account_id="mine")).id


async def test_a_reply_leaves_after_ten_seconds(desk: Desk, engine: PaperDesk, row: CaseRow, clock: Clock) -> None:
    await held(desk, row)

    await let_go(desk.database, engine, desk.policy, at=clock())
    before = (await read(desk, row.number)).case.turn
    await let_go(desk.database, engine, desk.policy, at=clock() + UNDO_WITHIN)

    assert (before, (await read(desk, row.number)).case.turn) == (row.case.turn, row.case.turn + 1)
    assert await pending_replies.of_cases(desk.database, [row.number]) == {}


async def test_what_the_case_would_refuse_is_refused_at_once(desk: Desk, row: CaseRow) -> None:
    with pytest.raises(TextMissing):
        await hold(desk, command(row, "replies", body=""), account_id="mine")

    assert await pending_replies.of_cases(desk.database, [row.number]) == {}


async def test_an_undone_reply_is_a_draft_before_what_was_written_since(desk: Desk, row: CaseRow, clock: Clock) -> None:
    reply_id, its = await held(desk, row), {"account_id": "mine", "number": row.number}
    await drafts.keep(desk.database, Draft(**its, composer="replies", body="Y también esto."), at=clock())

    undone = await undo(desk, reply_id, **its, at=clock())

    assert undone == Undone(had_files=False)
    assert (await drafts.of_case(desk.database, **its))["replies"] == "Lo vemos.\n\nY también esto."


async def test_nobody_else_undoes_it(desk: Desk, row: CaseRow, clock: Clock) -> None:
    reply_id = await held(desk, row)

    assert await undo(desk, reply_id, number=row.number, account_id="another", at=clock()) is None


async def test_one_that_the_engine_does_not_take_stays_due(
    desk: Desk, engine: PaperDesk, row: CaseRow, clock: Clock
) -> None:
    await held(desk, row)
    engine.down, at = True, clock() + UNDO_WITHIN
    await let_go(desk.database, engine, desk.policy, at=at)
    engine.down = False

    await let_go(desk.database, engine, desk.policy, at=at + pending_replies.TAKEN_FOR + timedelta(seconds=1))

    assert (await read(desk, row.number)).case.turn == row.case.turn + 1


async def test_one_that_its_case_refuses_goes_back_to_its_author(
    desk: Desk, engine: PaperDesk, row: CaseRow, clock: Clock
) -> None:
    await held(desk, row)
    await give(desk, command(row, "withdrawal", CONTACT))

    await let_go(desk.database, engine, desk.policy, at=clock() + UNDO_WITHIN)

    [reply] = (await pending_replies.of_cases(desk.database, [row.number]))[row.number]
    assert reply.refused is not None
    assert reply.refused["message"] == CaseClosed.message


async def refusal_of(desk: Desk, number: str) -> str:
    """What the one reply that waits on a case was refused with."""
    [reply] = (await pending_replies.of_cases(desk.database, [number]))[number]
    return str((reply.refused or {}).get("message", ""))


@pytest.mark.parametrize("gone", ["account", "agent"])
async def test_one_whose_author_may_not_write_any_more_does_not_leave(
    desk: Desk, engine: PaperDesk, row: CaseRow, clock: Clock, gone: str
) -> None:
    await held(desk, row)
    if gone == "account":
        await accounts.disable(desk.database, "mine", at=clock())
    else:
        async with desk.database.write() as connection:
            await connection.execute(
                update(agents_table).where(agents_table.c.id == "ana").values(email="otra@escala.example")
            )

    await let_go(desk.database, engine, desk.policy, at=clock() + UNDO_WITHIN)

    assert (await read(desk, row.number)).case.turn == row.case.turn
    assert await refusal_of(desk, row.number) == RoleNotAllowed.message


@pytest.mark.rule("ESC-17")
@pytest.mark.parametrize("is_over", [False, True])
async def test_one_in_an_absent_ones_name_leaves_while_the_absence_lasts(
    desk: Desk, engine: PaperDesk, row: CaseRow, clock: Clock, is_over: bool
) -> None:
    await agents.put(desk.database, replace(AGENTS["agent"], id="bea", email="bea@escala.example"))
    span: dict[str, Any] = {"from_at": clock(), "to_at": clock() + timedelta(days=1)}
    away = Absence(id="abs", person="bea", substitute="ana", marked_by=AGENT.actor, marked_at=clock(), **span)
    await absences.keep(desk.database, away, lambda _: away)
    in_her_name = replace(AGENT, actor=in_the_name_of(Actor(Role.AGENT, "bea", (Level.HELP_DESK,)), "ana"))
    await hold(desk, command(row, "replies", in_her_name, body="Lo vemos."), account_id="mine")
    if is_over:
        await absences.end(desk.database, away.id, by=AGENT.actor, at=clock())

    await let_go(desk.database, engine, desk.policy, at=clock() + UNDO_WITHIN)

    assert (await read(desk, row.number)).case.turn == row.case.turn + (not is_over)


async def test_one_that_was_taken_before_is_there_whatever_became_of_its_author(
    desk: Desk, engine: PaperDesk, row: CaseRow, clock: Clock
) -> None:
    """The engine took it, and nobody heard of it."""
    reply_id = await held(desk, row)
    [reply] = (await pending_replies.of_cases(desk.database, [row.number]))[row.number]
    await let_go(desk.database, engine, desk.policy, at=clock() + UNDO_WITHIN)
    await pending_replies.keep(desk.database, reply)
    await accounts.disable(desk.database, "mine", at=clock())

    await let_go(desk.database, engine, desk.policy, at=clock() + UNDO_WITHIN)

    assert reply.id == reply_id
    assert await pending_replies.of_cases(desk.database, [row.number]) == {}
    assert (await read(desk, row.number)).case.turn == row.case.turn + 1
