"""Opening a case: who asks for what, on which terms, under which number; then one call to the engine.

Nothing is reserved, deposited or started before the policy has agreed. After that every step is named after the
request's key, so that a try which did not come through is simply made again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import Field

from api.case.case_answer import CaseAnswer, case_answers
from api.files.uploads import attach
from api.http.auth import only
from api.http.bodies import Answer
from api.http.deps import At, DeskDep
from api.http.documented_refusals import can_refuse
from api.http.idempotency import Given, Once, OnceDep
from desk.access import sees
from desk.desk import Desk
from desk.engine import StillOpening
from desk.inputs import Code, Id, PriorityNumber, Title, WithFiles, Words
from desk.problems import EngineUnavailable, NotFound
from desk.refusals import ContactNotAuthorized, SolutionUnknown
from policy.case import lifecycle
from policy.case.case import Category, Channel, Priority, Role, Text
from policy.case.commands import OpenCase
from policy.case.refusals import ChannelNotInPlan, DescriptionMissing, PriorAnalysisMissing
from policy.cover.equipment import EquipmentNotSuppliedByUs, SerialNumberMissing, SerialNumberUnknown
from policy.terms.channels import Misdirected, misdirected
from policy.terms.terms import Terms
from storage.case import intake, views
from storage.case.intake import Deposit
from storage.cover import solutions
from storage.cover.solutions import Solution
from storage.people import contacts
from storage.signing_in.tokens import Principal
from storage.terms.terms import bogota_date, terms_for

router = APIRouter(tags=["cases"])

Opener = Annotated[Principal, Depends(only(*sorted(lifecycle.ROLES[OpenCase])))]


class NewCase(WithFiles):
    """A request for support. `prior_analysis` says what the customer's team analysed and tried (REQ-5)."""

    contact_id: Id = Field(examples=["cnt_4f6c0f5f21d0"])
    solution_id: Id = Field(examples=["sol_9b1c7a80e2d4"])
    channel: Channel = Field(default=Channel.WEB, examples=["web"])
    category: Category = Field(examples=["incident"])
    title: Title = Field(examples=["El mapa de rutas no carga"])
    description: Words = Field(examples=["Desde las 8:00 el mapa aparece en blanco para todos los despachadores."])
    prior_analysis: Words = Field(
        default="", examples=["Probamos otro navegador y otra red; la consola muestra un error de cuota."]
    )
    proposed_priority: PriorityNumber = Field(examples=[2])
    serial_number: Code | None = Field(default=None, examples=["SN-48213"])


class Opening(Answer):
    """A case that is being opened: the engine has it for good, its first turn is about to be recorded."""

    number: str = Field(examples=["MA-2026-000042"])


@router.post(
    "/cases",
    status_code=201,
    response_model=CaseAnswer,
    summary="Open a case",
    responses={
        202: {"model": Opening, "description": "It will be open in a moment; `Location` says where."},
        **can_refuse(
            NotFound,
            ContactNotAuthorized,
            SolutionUnknown,
            ChannelNotInPlan,
            DescriptionMissing,
            PriorAnalysisMissing,
            EquipmentNotSuppliedByUs,
            SerialNumberMissing,
            SerialNumberUnknown,
            EngineUnavailable,
            post=True,
            role=True,
        ),
    },
)
async def open_case(body: NewCase, principal: Opener, once: OnceDep, desk: DeskDep, at: At) -> JSONResponse:
    return await open_once(body, principal, once, desk, at=at)


async def open_once(body: NewCase, principal: Principal, once: Once, desk: Desk, *, at: datetime) -> JSONResponse:
    """Open a case, once; for the pages as for the API. Raises what the API answers as a problem."""

    async def act() -> Given:
        command, terms = await _numbered(desk, principal, body, once, at=at)
        await intake.deposit(desk.database, _deposits(command, body), at=at)
        carried_by = command.description.content_id
        await attach(desk, body.files, content_id=carried_by, number=command.number, by=command.by)
        try:
            await desk.engine.open(command, terms)
        except StillOpening:
            return Given(202, Opening(number=command.number), _location(command.number), is_final=False)
        except EngineUnavailable as unavailable:
            raise EngineUnavailable from unavailable
        row = await views.case(desk.database, command.number)
        assert row is not None, "the engine answers after the turn is recorded"
        [answer] = await case_answers(desk, [row], at=at)
        return Given(201, answer, _location(command.number))

    return await once(body, act)


async def _agreed(desk: Desk, principal: Principal, body: NewCase, *, at: datetime) -> tuple[OpenCase, Terms]:
    """The command and its terms, which the policy does not refuse; it has no number yet."""
    solution = await _solution_of(desk, principal, body, at=at)
    customer_id = solution.customer_id
    terms = await terms_for(desk.database, desk.policy, customer_id=customer_id, solution_id=solution.id, at=at)
    command = OpenCase(
        by=principal.actor,
        number="",
        received_at=at,
        customer_id=customer_id,
        contact_id=body.contact_id,
        solution_id=body.solution_id,
        channel=body.channel,
        category=body.category,
        proposed_priority=Priority(body.proposed_priority),
        title=Text("", len(body.title)),
        description=Text("", len(body.description)),
        prior_analysis=Text("", len(body.prior_analysis)),
        serial_number=body.serial_number,
        equipment=solution.equipment,
    )
    try:
        lifecycle.open_case(command, terms=terms)
    except ChannelNotInPlan:
        await _redirect(desk, misdirected(body.contact_id, body.channel, terms=terms, on=bogota_date(at)))
        raise
    return command, terms


async def _redirect(desk: Desk, told: Misdirected) -> None:
    """Have the sender told which channels to use, once a day (REQ-7); a refusal that is kept must have been told."""
    try:
        await desk.engine.redirect(told)
    except EngineUnavailable as unavailable:
        raise EngineUnavailable from unavailable


async def _solution_of(desk: Desk, principal: Principal, body: NewCase, *, at: datetime) -> Solution:
    """The solution, of the same customer as an active contact. What a contact may not see is not there (404)."""
    contact = await contacts.get(desk.database, body.contact_id)
    solution = await solutions.get(desk.database, body.solution_id)
    if principal.actor.role is Role.CONTACT and not (
        contact and solution and sees(principal, contact.customer_id) and sees(principal, solution.customer_id)
    ):
        raise NotFound
    if contact is None or not contact.is_active(at=at):
        raise ContactNotAuthorized
    if solution is None or solution.customer_id != contact.customer_id:
        raise SolutionUnknown
    return solution


async def _numbered(
    desk: Desk, principal: Principal, body: NewCase, once: Once, *, at: datetime
) -> tuple[OpenCase, Terms]:
    """The command under the number and instant that its key has for ever, its texts under theirs.

    An earlier try's instant is the one at which everything is judged: what came between the tries promises nothing
    more, and takes nothing away.
    """
    reserved = await intake.reserved(desk.database, scope=once.scope, key=once.key)
    received_at = reserved.received_at if reserved else at
    command, terms = await _agreed(desk, principal, body, at=received_at)
    if reserved is None:
        reserved = await intake.reserve_number(desk.database, scope=once.scope, key=once.key, at=at)
        if reserved.received_at != at:  # another process was asked the same at the same time
            command, terms = await _agreed(desk, principal, body, at=reserved.received_at)
    numbered = replace(
        command,
        number=reserved.number,
        title=replace(command.title, content_id=once.derived("txt_", "title")),
        description=replace(command.description, content_id=once.derived("txt_", "description")),
        prior_analysis=replace(command.prior_analysis, content_id=once.derived("txt_", "prior_analysis")),
    )
    return numbered, terms


def _deposits(command: OpenCase, body: NewCase) -> list[Deposit]:
    return [
        Deposit(text.content_id, command.number, words)
        for text, words in (
            (command.title, body.title),
            (command.description, body.description),
            (command.prior_analysis, body.prior_analysis),
        )
    ]


def _location(number: str) -> str:
    return f"/api/v1/cases/{number}"
