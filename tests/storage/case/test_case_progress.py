"""What is on record of commands and turns: of the case that is asked for, whatever stands beside it."""

from __future__ import annotations

from storage.case import ledger
from storage.case.case_progress import holds_command
from tests.storage.desk import Desk
from tests.support.lives import CLAIM, turns


async def test_a_command_is_on_record_in_its_own_case_alone(desk: Desk) -> None:
    case, other = await desk.open(), await desk.open()
    await ledger.record(desk.db, turns(case, ("09:10", CLAIM))[0], command_id="claim")

    assert await holds_command(desk.db, case.number, "claim")
    assert not await holds_command(desk.db, case.number, "another")
    assert not await holds_command(desk.db, other.number, "claim")
