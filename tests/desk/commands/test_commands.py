"""Giving a command, as values: the case afterwards, what is deposited for it, and what it would do."""

from __future__ import annotations

from typing import Any

import pytest

from desk.commands.commands import OFFERS, compose, give, would
from desk.desk import Desk
from desk.problems import EngineUnavailable
from policy.case.case import Level, Status
from policy.case.facts import HandedOff
from policy.case.refusals import CaseClosed, CaseNotResolved, RoleNotAllowed
from policy.visit.refusals import DirectorDecides
from storage.case.intake import Deposit
from storage.case.views import CaseRow
from tests.api.office import Clock
from tests.desk.asking import CONTACT, command, read
from tests.support.desk import PaperDesk


async def test_the_case_is_given_as_its_turn_left_it(desk: Desk, row: CaseRow) -> None:
    after = await give(desk, command(row, "claim"))

    assert (after.case.assignee, after.case.turn) == ("ana", row.case.turn + 1)


async def test_the_same_request_again_changes_nothing_more(desk: Desk, row: CaseRow) -> None:
    once = await give(desk, command(row, "replies", body="Lo vemos."))
    again = await give(desk, command(row, "replies", body="Lo vemos."))

    assert again.case.turn == once.case.turn


async def test_words_are_deposited_and_the_command_speaks_of_them(desk: Desk, row: CaseRow) -> None:
    reply = command(row, "replies", body="Lo vemos.")

    made, composition = await compose(desk, reply)

    [deposit] = composition.deposits
    assert deposit == Deposit(reply.request.derived("txt_", "body"), row.number, "Lo vemos.")
    assert (made.body.content_id, made.body.characters) == (deposit.content_id, 9)  # type: ignore[attr-defined]


async def test_a_command_that_closed_the_case_unheard_is_not_refused(desk: Desk, row: CaseRow) -> None:
    closing = command(row, "withdrawal", CONTACT)
    await give(desk, closing)

    assert (await give(desk, closing)).case.status is Status.CLOSED
    with pytest.raises(CaseClosed):
        await give(desk, command(row, "notes", body="Tarde."))


async def test_an_open_case_that_no_workflow_runs_for_is_our_fault(desk: Desk, engine: PaperDesk, row: CaseRow) -> None:
    engine.down = True

    with pytest.raises(EngineUnavailable):
        await give(desk, command(row, "claim"))


@pytest.mark.parametrize(("path", "said"), [("confirmation", RoleNotAllowed), ("visits/approval", DirectorDecides)])
def test_nobody_asks_who_may_not(row: CaseRow, path: str, said: type[Exception]) -> None:
    body: dict[str, Any] = {"approved": False} if path == "visits/approval" else {}

    with pytest.raises(said):
        command(row, path, **body)


class TestWhatItWouldDo:
    async def test_is_decided_after_what_falls_due(self, desk: Desk, row: CaseRow, clock: Clock) -> None:
        """An hour later the case has gone a level up, and its note is written there."""
        clock.passes(hours=1)

        decision = await would(desk, command(row, "notes", body="Nota."), at=clock())

        assert decision.case.level is Level.SPECIALISTS
        assert not any(isinstance(entry.fact, HandedOff) for entry in decision.entries)

    async def test_leaves_nothing_behind(self, desk: Desk, row: CaseRow, clock: Clock) -> None:
        await would(desk, command(row, "claim"), at=clock())

        assert (await read(desk, row.number)).case == row.case

    async def test_is_refused_as_the_case_would(self, desk: Desk, row: CaseRow, clock: Clock) -> None:
        with pytest.raises(CaseNotResolved):
            await would(desk, command(row, "confirmation", CONTACT), at=clock())


@pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: offer.path)
def test_no_two_offers_have_one_path_or_command(offer: Any) -> None:
    alike = [each for each in OFFERS if each.path == offer.path or each.command is offer.command]

    assert alike == [offer]
