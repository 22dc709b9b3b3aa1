"""The everyday commands of a case: who has it, what is said, tried and found, and what it waits for."""

from __future__ import annotations

from pydantic import Field

from api.case.offers import Asked, Offer
from desk.desk import Desk
from desk.inputs import Body, Code, PriorityNumber, WithFiles, Words
from desk.refusals import AgentDoesNotServe, AgentUnknown
from policy.case import commands as c
from policy.case import refusals as r
from policy.case.case import Cause, Channel, Outcome, Priority
from policy.cover import equipment
from policy.people.groups import serves
from policy.visit.refusals import VisitUnderWay
from storage.case.views import CaseRow
from storage.people import agents


class Assignment(Body):
    agent_id: Code = Field(examples=["ana.torres"])


class Message(WithFiles):
    body: Words = Field(examples=["Estamos revisando la cuota de la API de mapas."])


class AttemptMade(Body):
    channel: Channel = Field(examples=["phone"])
    outcome: Outcome = Field(examples=["not_solved"])
    summary: Words = Field(examples=["Guiamos al usuario para limpiar la caché; el mapa sigue en blanco."])


class PrioritySet(Body):
    priority: PriorityNumber = Field(examples=[1])
    reason: Words = Field(examples=["Toda la operación de despacho está detenida."])


class Diagnosis(Body):
    """What a specialist found. Any cause but a manufacturing defect denies the claim; the summary says why."""

    cause: Cause = Field(examples=["manufacturing_defect"])
    summary: Words = Field(examples=["La batería no carga: celda defectuosa de fábrica."])


async def _agent_who_serves(desk: Desk, row: CaseRow, asked: Asked) -> None:
    agent, case = await agents.get(desk.database, asked.body.agent_id), row.case
    if agent is None:
        raise AgentUnknown(agent=asked.body.agent_id)
    if not agent.is_director and not serves(agent.levels, agent.groups, level=case.level, group=case.group):
        raise AgentDoesNotServe(agent=agent.id, number=case.number, level=int(case.level), group=case.group or "-")


CASE_WORK: tuple[Offer, ...] = (
    Offer(
        path="claim",
        summary="Take the case",
        command=c.ClaimCase,
        make=lambda asked: c.ClaimCase(by=asked.by),
        refusals=(r.AlreadyClaimed, r.LevelNotServed, r.GroupNotServed),
    ),
    Offer(
        path="assignments",
        summary="Assign the case to an agent",
        command=c.AssignCase,
        body=Assignment,
        look_up=_agent_who_serves,
        make=lambda asked: c.AssignCase(by=asked.by, agent_id=asked.body.agent_id),
        refusals=(AgentUnknown, AgentDoesNotServe),
    ),
    Offer(
        path="replies",
        summary="Answer the customer",
        command=c.SendReply,
        body=Message,
        make=lambda asked: c.SendReply(by=asked.by, body=asked.text("body")),
        refusals=(r.TextMissing,),
    ),
    Offer(
        path="notes",
        summary="Leave an internal note",
        command=c.AddNote,
        body=Message,
        make=lambda asked: c.AddNote(by=asked.by, body=asked.text("body")),
        refusals=(r.TextMissing,),
    ),
    Offer(
        path="attempts",
        summary="Log an attempt on a remote channel",
        command=c.LogAttempt,
        body=AttemptMade,
        make=lambda asked: c.LogAttempt(
            by=asked.by, channel=asked.body.channel, outcome=asked.body.outcome, summary=asked.text("summary")
        ),
        refusals=(r.TextMissing,),
    ),
    Offer(
        path="priority",
        summary="Confirm or change the priority",
        command=c.SetPriority,
        body=PrioritySet,
        make=lambda asked: c.SetPriority(
            by=asked.by, priority=Priority(asked.body.priority), reason=asked.text("reason")
        ),
        refusals=(r.ReasonMissing,),
    ),
    Offer(
        path="information-requests",
        summary="Ask the customer for information",
        command=c.RequestInformation,
        body=Message,
        make=lambda asked: c.RequestInformation(by=asked.by, body=asked.text("body")),
        refusals=(r.TextMissing, r.AlreadyWaiting),
    ),
    Offer(
        path="answers",
        summary="Write as the customer",
        command=c.AnswerAsCustomer,
        body=Message,
        make=lambda asked: c.AnswerAsCustomer(by=asked.by, body=asked.text("body")),
        refusals=(r.TextMissing,),
    ),
    Offer(
        path="diagnosis",
        summary="Record the diagnosis of the equipment",
        command=c.RecordDiagnosis,
        body=Diagnosis,
        make=lambda asked: c.RecordDiagnosis(by=asked.by, cause=asked.body.cause, summary=asked.text("summary")),
        refusals=(
            equipment.SpecialistDiagnoses,
            equipment.NotEquipment,
            equipment.AlreadyDiagnosed,
            r.TextMissing,
            VisitUnderWay,
        ),
    ),
)
"""The everyday commands, in the contract's order."""
