"""Commands on a case: one walk for all that the API offers.

Free text is deposited under an id named after the request's key; the engine gets that id and a length. Whether the
case takes the command is the workflow's answer, under the same key as often as it is asked.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from api.case.case_answer import CaseAnswer, case_answers
from api.case.case_work import CASE_WORK
from api.case.endings import ENDINGS
from api.case.escalations import ESCALATIONS
from api.case.offers import Asked, Offer
from api.case.remote_sessions import REMOTE_SESSIONS
from api.files.uploads import CaseIsFull, attach
from api.http.auth import Caller
from api.http.deps import DeskDep
from api.http.documented_refusals import can_refuse
from api.http.idempotency import Given, Once, OnceDep
from api.http.visibility import VisibleCase
from api.providers.provider_links import PROVIDER_LINKS
from api.visit.visits import VISITS
from desk.desk import Desk
from desk.engine import CaseNotRunning
from desk.inputs import Body, WithFiles
from desk.problems import EngineUnavailable, NotFound
from policy.case import commands as c
from policy.case import refusals as r
from policy.case.case import Actor, Status
from policy.case.lifecycle import ALLOWED, check_role
from policy.case.refusals import CaseClosed, Refusal
from storage.case import intake, views
from storage.case.case_progress import holds_command
from storage.case.views import CaseRow

router = APIRouter()

OFFERS: tuple[Offer, ...] = (*CASE_WORK, *ESCALATIONS, *PROVIDER_LINKS, *REMOTE_SESSIONS, *VISITS, *ENDINGS)
"""Every command of the contract."""


async def give(
    offer: Offer, row: CaseRow, by: Actor, once: Once, desk: Desk, *, part: Any = None, body: Body | None = None
) -> JSONResponse:
    """Give one command to a case, once; for the pages as for the API. Raises what the API answers as a problem."""
    check_role(offer.command, by.role)
    body = body or offer.body()
    asked = Asked(number=row.number, by=by, body=body, once=once, part=part)
    return await once(body, lambda: _give(offer, row, asked, desk))


async def _give(offer: Offer, row: CaseRow, asked: Asked, desk: Desk) -> Given:
    if offer.look_up:
        asked.found = await offer.look_up(desk, row, asked)
    command, at = offer.make(asked), asked.once.at
    await intake.deposit(desk.database, asked.deposits, at=at)
    for content_id, ids in asked.files.items():
        await attach(desk, ids, content_id=content_id, number=row.number, by=asked.by)
    command_id = asked.once.derived("cmd_")
    try:
        await desk.engine.command(row.number, command, key=command_id)
    except EngineUnavailable as unavailable:
        raise EngineUnavailable from unavailable
    except CaseNotRunning:
        # An earlier try may have closed the case without hearing of it.
        if not await holds_command(desk.database, row.number, command_id):
            await _must_be_closed(desk, row.number)
    changed = await views.case(desk.database, row.number)
    assert changed is not None
    [answer] = await case_answers(desk, [changed], at=at)
    return Given(200, answer)


async def _must_be_closed(desk: Desk, number: str) -> None:
    """Say what the record says of a case that no workflow runs for; an open one without a workflow is our fault."""
    row = await views.case(desk.database, number)
    if row and row.case.status is Status.CLOSED:
        raise CaseClosed(number=number)
    raise EngineUnavailable


def _endpoint(offer: Offer) -> Callable[..., Awaitable[JSONResponse]]:
    async def endpoint(
        row: VisibleCase,
        principal: Caller,
        once: OnceDep,
        desk: DeskDep,
        part: Annotated[Any, Depends(offer.part)],
        body: Any = None,
    ) -> JSONResponse:
        return await give(offer, row, principal.actor, once, desk, part=part, body=body)

    needs_no_body = offer.may_lack_body or not offer.body.model_fields
    endpoint.__annotations__ |= {
        "part": Annotated[Any, Depends(offer.part)],
        "body": offer.body | None if needs_no_body else offer.body,
    }
    if not needs_no_body:
        endpoint.__defaults__ = None
    return endpoint


def _state_refusals(command: type[c.Command]) -> tuple[type[Refusal], ...]:
    """What the case's state can answer, from the table of states (lifecycle.ALLOWED)."""
    allowed = ALLOWED[command]
    if Status.RESOLVED in allowed and Status.NEW not in allowed:
        return CaseClosed, r.CaseNotResolved
    refused: list[type[Refusal]] = [CaseClosed]
    if Status.RESOLVED not in allowed:
        refused.append(r.CaseResolvedAlready)
    if Status.HELD not in allowed:
        refused.append(r.CaseHeld)
    return tuple(refused)


for _offer in OFFERS:
    router.add_api_route(
        f"/cases/{{number}}/{_offer.path}",
        _endpoint(_offer),
        methods=["POST"],
        name=_offer.path.replace("/{session}", "").translate({ord("-"): "_", ord("/"): "_"}),
        tags=["visits" if _offer in VISITS else "commands"],
        summary=_offer.summary,
        response_model=CaseAnswer,
        responses=can_refuse(
            NotFound,
            *_state_refusals(_offer.command),
            *_offer.refusals,
            *([CaseIsFull] if issubclass(_offer.body, WithFiles) else []),
            EngineUnavailable,
            post=True,
            role=True,
        ),
    )
