"""Commands on a case over HTTP: an operation for each that the desk offers, built from its table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from inspect import Parameter, Signature
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path
from fastapi.responses import JSONResponse

from api.case.case_answer import CaseAnswer, case_answers
from api.http.auth import Caller
from api.http.deps import DeskDep
from api.http.documented_refusals import can_refuse
from api.http.idempotency import Idempotent, Success, answer_once
from api.http.visibility import VisibleCase
from desk.commands.commands import OFFERS, give
from desk.commands.offers import AskedCommand, Offer
from desk.commands.visits import VISITS
from desk.files.uploads import CaseIsFull
from desk.idempotency import Begins
from desk.inputs import Body, WithFiles
from desk.meanwhile import CaseWentOn, check_turn
from desk.problems import EngineUnavailable, NotFound
from policy.case import commands as c
from policy.case import refusals as r
from policy.case.case import Status
from policy.case.lifecycle import ALLOWED
from policy.case.refusals import CaseClosed, Refusal

router = APIRouter()


async def session_in_path(session: Annotated[int, Path(ge=1, le=1_000_000, description="The session's number")]) -> int:
    return session


IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        pattern=r'^"[0-9]{1,9}"$',
        description="The `turn` of the case as you read it, in quotes: where it has gone on since, nothing is done.",
        examples=['"7"'],
    ),
]


@dataclass(frozen=True, kw_only=True)
class _CaseCall:
    """A call about a case, as every operation here has it."""

    row: VisibleCase
    principal: Caller
    request: Idempotent
    desk: DeskDep
    if_match: str | None


async def _case_call(
    row: VisibleCase, principal: Caller, request: Idempotent, desk: DeskDep, if_match: IfMatch = None
) -> _CaseCall:
    return _CaseCall(row=row, principal=principal, request=request, desk=desk, if_match=if_match)


class _Operation:
    # What FastAPI calls for one offer. It reads in `__signature__` what to call it with: a body differs by offer, and
    # a remote session's number is only in some paths. (No docstring: it would be the operation's in the contract.)

    def __init__(self, offer: Offer) -> None:
        self._offer = offer
        self.__signature__ = Signature(list(_parameters(offer)))

    async def __call__(self, call: _CaseCall, session: int = 0, body: Body | None = None) -> JSONResponse:
        desk, request = call.desk, call.request
        asked = AskedCommand.of(
            call.principal,
            self._offer,
            call.row,
            body=body or self._offer.body(),
            request=request,
            session=session,
        )

        async def act() -> Success:
            await check_turn(desk, asked, int(call.if_match.strip('"')) if call.if_match else None)
            changed = await give(desk, asked)
            async with desk.database.snapshot() as db:
                [answer] = await case_answers(db, [changed], at=request.at)
            return Success(200, answer)

        return await answer_once(desk, request, asked.body, Begins(act))


def _parameters(offer: Offer) -> Iterator[Parameter]:
    taken: dict[str, Any] = {"call": Annotated[_CaseCall, Depends(_case_call)]}
    if offer.is_about_session:
        taken["session"] = Annotated[int, Depends(session_in_path)]
    for name, kind in taken.items():
        yield Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind)
    if offer.needs_body:
        yield Parameter("body", Parameter.KEYWORD_ONLY, annotation=offer.body)
    else:
        yield Parameter("body", Parameter.KEYWORD_ONLY, annotation=offer.body | None, default=None)


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
        _Operation(_offer),
        methods=["POST"],
        name=_offer.path.replace("/{session}", "").translate({ord("-"): "_", ord("/"): "_"}),
        tags=["visits" if _offer in VISITS else "commands"],
        summary=_offer.summary,
        response_model=CaseAnswer,
        responses=can_refuse(
            NotFound,
            CaseWentOn,
            *_state_refusals(_offer.command),
            *_offer.refusals,
            *([CaseIsFull] if issubclass(_offer.body, WithFiles) else []),
            EngineUnavailable,
            post=True,
            role=True,
        ),
    )
