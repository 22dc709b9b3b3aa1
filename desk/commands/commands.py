"""Commands on a case: the table of all that is offered, giving one, and what one would do.

Free text is deposited under an id named after the request's key; the engine gets that id and a length. Whether the
case takes the command is the workflow's answer, under the same key as often as it is asked.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from desk.commands.calls import CALLS
from desk.commands.chats import CHATS
from desk.commands.endings import ENDINGS
from desk.commands.escalations import ESCALATIONS
from desk.commands.offers import AskedCommand, Composition, Offer
from desk.commands.provider_links import PROVIDER_LINKS
from desk.commands.remote_sessions import REMOTE_SESSIONS
from desk.commands.visits import VISITS
from desk.commands.work import WORK
from desk.desk import Desk
from desk.engine import CaseNotRunning
from desk.files.uploads import attach
from desk.idempotency import begin
from desk.problems import EngineUnavailable
from desk.refusals import said_by_name
from policy.case.case import Status
from policy.case.commands import Command
from policy.case.decision import Decision
from policy.case.lifecycle import decide, settle
from policy.case.refusals import CaseClosed, Refusal
from storage.case import views
from storage.case.case_progress import holds_command
from storage.case.views import CaseRow

OFFERS: tuple[Offer, ...] = (*WORK, *CALLS, *CHATS, *ESCALATIONS, *PROVIDER_LINKS, *REMOTE_SESSIONS, *VISITS, *ENDINGS)
"""Every command that people give to a case."""


async def give(desk: Desk, asked: AskedCommand) -> CaseRow:
    """Give a command to a case: the case once its turn is recorded. The same request again changes nothing more.

    It begins its request, with the texts that it brings: `once` is given it as `Begins`.

    Raises Refusal (the look-up's, the policy's, the case's state), NotFound or CaseIsFull for files, or
    EngineUnavailable.
    """
    command, composition = await compose(desk, asked)
    number = asked.row.number
    await begin(desk, asked.request, asked.body, composition.deposits)
    await attach_files(desk, composition)
    command_id = asked.request.derived("cmd_")
    try:
        await desk.engine.command(number, command, key=command_id)
    except CaseNotRunning:
        # An earlier try may have closed the case without hearing of it.
        if not await holds_command(desk.database, number, command_id):
            await _must_be_closed(desk, number)
    changed = await views.case(desk.database, number)
    assert changed is not None
    return changed


async def would(desk: Desk, asked: AskedCommand, *, at: datetime) -> Decision:
    """What the command would decide at `at`, once all that falls due by then is settled. Nothing is kept or recorded.

    Raises Refusal, as the case would now, with people by name.
    """
    try:
        return await _decided(desk, asked, at=at)
    except Refusal as refused:
        raise await said_by_name(desk.database, refused) from None


async def _decided(desk: Desk, asked: AskedCommand, *, at: datetime) -> Decision:
    case, terms = asked.row.case, await views.terms(desk.database, asked.row.number)
    assert terms is not None
    now = case.as_of(at)
    for settled in settle(case, terms=terms, at=now):
        case, terms = settled.case, settled.terms or terms
    command, _ = await compose(desk, replace(asked, row=replace(asked.row, case=case)))
    return decide(case, command, terms=terms, at=now)


async def compose(desk: Desk, asked: AskedCommand) -> tuple[Command, Composition]:
    """The policy's command for what was asked, and the texts and files that it speaks of. Nothing is kept yet."""
    found = await asked.offer.look_up(desk, asked) if asked.offer.look_up else None
    composition = Composition(asked=asked, found=found)
    return asked.offer.make(composition), composition


async def attach_files(desk: Desk, composition: Composition) -> None:
    """Let the command's texts take their files; nobody sees them before a recorded fact speaks of the text."""
    asked = composition.asked
    for content_id, ids in composition.files.items():
        await attach(desk, ids, content_id=content_id, number=asked.row.number, by=asked.by)


async def _must_be_closed(desk: Desk, number: str) -> None:
    """Say what the record says of a case that no workflow runs for; an open one without a workflow is our fault."""
    row = await views.case(desk.database, number)
    if row and row.case.status is Status.CLOSED:
        raise CaseClosed(number=number)
    raise EngineUnavailable
