"""Replies that may be undone: held, taken back by who wrote them, and given to the case when they are due."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desk.commands.commands import give
from desk.desk import Desk
from desk.replies import UNDO_WITHIN, Undone, hold, let_go, undo
from policy.case.refusals import CaseClosed, TextMissing
from storage.case.views import CaseRow
from storage.signing_in import accounts
from storage.signing_in.accounts import NewAccount
from storage.workbench import drafts, pending_replies
from storage.workbench.drafts import Draft
from tests.api.office import Clock
from tests.desk.asking import CONTACT, command, read
from tests.support.desk import PaperDesk


@pytest.fixture(autouse=True)
async def mine(desk: Desk, clock: Clock) -> None:
    """The account that writes the replies."""
    await accounts.create(desk.database, NewAccount(id="mine", email="ana@escala.example", name="Ana"), at=clock())


async def held(desk: Desk, row: CaseRow) -> str:
    return (await hold(desk, command(row, "replies", body="Lo vemos."), account_id="mine")).id


async def test_a_reply_leaves_after_ten_seconds(desk: Desk, engine: PaperDesk, row: CaseRow, clock: Clock) -> None:
    await held(desk, row)

    await let_go(desk.database, engine, at=clock())
    before = (await read(desk, row.number)).case.turn
    await let_go(desk.database, engine, at=clock() + UNDO_WITHIN)

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
    await let_go(desk.database, engine, at=at)
    engine.down = False

    await let_go(desk.database, engine, at=at + pending_replies.TAKEN_FOR + timedelta(seconds=1))

    assert (await read(desk, row.number)).case.turn == row.case.turn + 1


async def test_one_that_its_case_refuses_goes_back_to_its_author(
    desk: Desk, engine: PaperDesk, row: CaseRow, clock: Clock
) -> None:
    await held(desk, row)
    await give(desk, command(row, "withdrawal", CONTACT))

    await let_go(desk.database, engine, at=clock() + UNDO_WITHIN)

    [reply] = (await pending_replies.of_cases(desk.database, [row.number]))[row.number]
    assert reply.refused is not None
    assert reply.refused["message"] == CaseClosed.message
