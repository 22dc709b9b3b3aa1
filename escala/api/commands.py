"""Commands on a case: one table of what each takes, and one walk for all of them.

Free text is deposited under an id named after the request's key; the engine gets that id and a length. Whether the
case takes the command is the workflow's answer, under the same key as often as it is asked.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field

from escala.api import problems
from escala.api.answers import can_refuse
from escala.api.auth import Caller
from escala.api.bodies import Body, Code, LevelNumber, Nothing, PriorityNumber, Words
from escala.api.case_answer import CaseAnswer, case_answers
from escala.api.deps import At, Edge, EdgeDep
from escala.api.desk import CaseNotRunning, EngineUnavailable
from escala.api.idempotency import Given, Once, OnceDep
from escala.api.problems import NotFound
from escala.api.refusals import AgentDoesNotServe, AgentUnknown, DuplicateUnknown
from escala.api.visibility import VisibleCase
from escala.policy import commands as c
from escala.policy import refusals as r
from escala.policy.case import Actor, Channel, Level, Outcome, OutOfScopeKind, Priority, Status, Text
from escala.policy.groups import serves
from escala.policy.lifecycle import ALLOWED, check_role
from escala.policy.refusals import CaseClosed, Refusal
from escala.storage import agents, intake, views
from escala.storage.heads import holds_command
from escala.storage.intake import Deposit
from escala.storage.views import CaseRow

router = APIRouter(tags=["commands"])


# -- bodies -----------------------------------------------------------------------------------------------------------


class Assignment(Body):
    agent_id: Code = Field(examples=["ana.torres"])


class Message(Body):
    body: Words = Field(examples=["Estamos revisando la cuota de la API de mapas."])


class AttemptMade(Body):
    channel: Channel = Field(examples=["phone"])
    outcome: Outcome = Field(examples=["not_solved"])
    summary: Words = Field(examples=["Guiamos al usuario para limpiar la caché; el mapa sigue en blanco."])


class PrioritySet(Body):
    priority: PriorityNumber = Field(examples=[1])
    reason: Words = Field(examples=["Toda la operación de despacho está detenida."])


class Reason(Body):
    reason: Words = Field(examples=["El problema está en el servidor de base de datos."])


class Transfer(Body):
    """To a specialist group or straight to level 3: exactly one of both."""

    group: Code | None = Field(default=None, examples=["google-maps-platform"])
    level: LevelNumber | None = None
    reason: Words = Field(examples=["Hay que revisar la facturación de la API de mapas."])


class ProviderEscalation(Body):
    provider: Code = Field(examples=["google"])
    provider_case: Code = Field(examples=["58120034"])


class OutOfScope(Body):
    kind: OutOfScopeKind = Field(examples=["data_load"])
    reason: Words = Field(examples=["La carga de las nuevas rutas no hace parte del soporte."])


class DuplicateOf(Body):
    number: Code = Field(examples=["MA-2026-000041"])


class Summary(Body):
    summary: Words = Field(examples=["Se amplió la cuota de la API; el mapa carga de nuevo."])


# -- the table --------------------------------------------------------------------------------------------------------

Words_ = Callable[[str], Text]


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A command as the API offers it. `make` gets the actor, the body and a way to deposit one of its fields."""

    path: str
    summary: str
    command: type[c.Command]
    body: type[Body] = Nothing
    make: Callable[[Actor, Any, Words_], c.Command]
    refusals: tuple[type[Refusal], ...] = ()
    check: Callable[[Edge, CaseRow, Any], Awaitable[None]] | None = None


async def _agent_who_serves(edge: Edge, row: CaseRow, body: Assignment) -> None:
    agent, case = await agents.get(edge.database, body.agent_id), row.case
    if agent is None:
        raise AgentUnknown(agent=body.agent_id)
    if not agent.is_director and not serves(agent.levels, agent.groups, level=case.level, group=case.group):
        raise AgentDoesNotServe(agent=agent.id, number=case.number, level=int(case.level), group=case.group or "-")


async def _case_of_the_same_customer(edge: Edge, row: CaseRow, body: DuplicateOf) -> None:
    other = await views.case(edge.database, body.number)
    if other is None or other.case.customer_id != row.case.customer_id:
        raise DuplicateUnknown(number=body.number)


OFFERS: tuple[Offer, ...] = (
    Offer(
        path="claim",
        summary="Take the case",
        command=c.ClaimCase,
        make=lambda by, _, __: c.ClaimCase(by=by),
        refusals=(r.AlreadyClaimed, r.LevelNotServed, r.GroupNotServed),
    ),
    Offer(
        path="assignments",
        summary="Assign the case to an agent",
        command=c.AssignCase,
        body=Assignment,
        make=lambda by, body, _: c.AssignCase(by=by, agent_id=body.agent_id),
        refusals=(AgentUnknown, AgentDoesNotServe),
        check=_agent_who_serves,
    ),
    Offer(
        path="replies",
        summary="Answer the customer",
        command=c.SendReply,
        body=Message,
        make=lambda by, _, text: c.SendReply(by=by, body=text("body")),
        refusals=(r.TextMissing,),
    ),
    Offer(
        path="notes",
        summary="Leave an internal note",
        command=c.AddNote,
        body=Message,
        make=lambda by, _, text: c.AddNote(by=by, body=text("body")),
        refusals=(r.TextMissing,),
    ),
    Offer(
        path="attempts",
        summary="Log an attempt on a remote channel",
        command=c.LogAttempt,
        body=AttemptMade,
        make=lambda by, body, text: c.LogAttempt(
            by=by, channel=body.channel, outcome=body.outcome, summary=text("summary")
        ),
        refusals=(r.TextMissing,),
    ),
    Offer(
        path="priority",
        summary="Confirm or change the priority",
        command=c.SetPriority,
        body=PrioritySet,
        make=lambda by, body, text: c.SetPriority(by=by, priority=Priority(body.priority), reason=text("reason")),
        refusals=(r.ReasonMissing,),
    ),
    Offer(
        path="information-requests",
        summary="Ask the customer for information",
        command=c.RequestInformation,
        body=Message,
        make=lambda by, _, text: c.RequestInformation(by=by, body=text("body")),
        refusals=(r.TextMissing, r.AlreadyWaiting),
    ),
    Offer(
        path="answers",
        summary="Write as the customer",
        command=c.AnswerAsCustomer,
        body=Message,
        make=lambda by, _, text: c.AnswerAsCustomer(by=by, body=text("body")),
        refusals=(r.TextMissing,),
    ),
    Offer(
        path="hand-offs",
        summary="Move the case one level up",
        command=c.HandOff,
        body=Reason,
        make=lambda by, _, text: c.HandOff(by=by, reason=text("reason")),
        refusals=(r.ReasonMissing, r.AlreadyAtHighestLevel),
    ),
    Offer(
        path="transfers",
        summary="Escalate functionally: to a specialist group or to level 3",
        command=c.TransferCase,
        body=Transfer,
        make=lambda by, body, text: c.TransferCase(
            by=by, group=body.group, level=Level(body.level) if body.level else None, reason=text("reason")
        ),
        refusals=(
            r.ReasonMissing,
            r.FunctionalEscalationNotInPlan,
            r.TransferTargetUnclear,
            r.UnknownGroup,
            r.AlreadyAtHighestLevel,
        ),
    ),
    Offer(
        path="provider-escalations",
        summary="Escalate to a service provider",
        command=c.EscalateToProvider,
        body=ProviderEscalation,
        make=lambda by, body, _: c.EscalateToProvider(by=by, provider=body.provider, provider_case=body.provider_case),
    ),
    Offer(
        path="provider-updates",
        summary="Note what the provider said",
        command=c.UpdateFromProvider,
        body=Message,
        make=lambda by, _, text: c.UpdateFromProvider(by=by, body=text("body")),
        refusals=(r.TextMissing, r.ProviderNotInvolved),
    ),
    Offer(
        path="out-of-scope",
        summary="Close the case as out of scope",
        command=c.CloseAsOutOfScope,
        body=OutOfScope,
        make=lambda by, body, text: c.CloseAsOutOfScope(by=by, kind=body.kind, reason=text("reason")),
        refusals=(r.ReasonMissing,),
    ),
    Offer(
        path="duplicate-of",
        summary="Close the case as a duplicate",
        command=c.CloseAsDuplicate,
        body=DuplicateOf,
        make=lambda by, body, _: c.CloseAsDuplicate(by=by, of=body.number),
        refusals=(r.DuplicateOfItself, DuplicateUnknown),
        check=_case_of_the_same_customer,
    ),
    Offer(
        path="resolution",
        summary="Give the solution",
        command=c.ResolveCase,
        body=Summary,
        make=lambda by, _, text: c.ResolveCase(by=by, summary=text("summary")),
        refusals=(r.TextMissing,),
    ),
    Offer(
        path="confirmation",
        summary="Confirm the solution",
        command=c.ConfirmSolution,
        make=lambda by, _, __: c.ConfirmSolution(by=by),
    ),
    Offer(
        path="reopening",
        summary="Reopen the case",
        command=c.ReopenCase,
        body=Reason,
        make=lambda by, _, text: c.ReopenCase(by=by, reason=text("reason")),
        refusals=(r.ReasonMissing, r.ReopeningTooLate),
    ),
    Offer(
        path="withdrawal",
        summary="Withdraw the request",
        command=c.WithdrawCase,
        make=lambda by, _, __: c.WithdrawCase(by=by),
    ),
)
"""Every command, in the contract's order."""


# -- the walk ---------------------------------------------------------------------------------------------------------


@dataclass
class _Writing:
    """Collects the texts of one request as deposits."""

    number: str
    body: Any
    once: Once
    deposits: list[Deposit] = field(default_factory=list)

    def text(self, name: str) -> Text:
        words: str = getattr(self.body, name)
        deposit = Deposit(self.once.derived("txt_", name), self.number, words)
        self.deposits.append(deposit)
        return Text(deposit.content_id, len(words))


async def _give(offer: Offer, row: CaseRow, actor: Actor, body: Any, once: Once, edge: Edge, at: datetime) -> Given:
    writing = _Writing(row.number, body, once)
    command = offer.make(actor, body, writing.text)
    if offer.check:
        await offer.check(edge, row, body)
    await intake.deposit(edge.database, writing.deposits, at=at)
    command_id = once.derived("cmd_")
    try:
        await edge.desk.command(row.number, command, key=command_id)
    except EngineUnavailable as unavailable:
        raise problems.EngineUnavailable from unavailable
    except CaseNotRunning:
        # An earlier try may have closed the case without hearing of it.
        if not await holds_command(edge.database, row.number, command_id):
            await _must_be_closed(edge, row.number)
    changed = await views.case(edge.database, row.number)
    assert changed is not None
    [answer] = await case_answers(edge, [changed], at=at)
    return Given(200, answer)


async def _must_be_closed(edge: Edge, number: str) -> None:
    """Say what the record says of a case that no workflow runs for; an open one without a workflow is our fault."""
    row = await views.case(edge.database, number)
    if row and row.case.status is Status.CLOSED:
        raise CaseClosed(number=number)
    raise problems.EngineUnavailable


def _endpoint(offer: Offer) -> Callable[..., Awaitable[JSONResponse]]:
    async def give(
        row: VisibleCase, principal: Caller, once: OnceDep, edge: EdgeDep, at: At, body: Any = None
    ) -> JSONResponse:
        check_role(offer.command, principal.actor.role)
        return await once(body, lambda: _give(offer, row, principal.actor, body, once, edge, at))

    takes_nothing = offer.body is Nothing
    give.__annotations__["body"] = offer.body | None if takes_nothing else offer.body
    if not takes_nothing:
        give.__defaults__ = None
    return give


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
        name=_offer.path.replace("-", "_"),
        summary=_offer.summary,
        response_model=CaseAnswer,
        responses=can_refuse(
            NotFound,
            *_state_refusals(_offer.command),
            *_offer.refusals,
            problems.EngineUnavailable,
            post=True,
            role=True,
        ),
    )
