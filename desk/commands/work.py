"""The everyday commands of a case: who has it, what is said, tried and found, and what it waits for."""

from __future__ import annotations

from pydantic import Field

from desk.commands.mentions import MentionedSeesNoNotes, colleagues_called
from desk.commands.offers import AskedCommand, Offer
from desk.desk import Desk
from desk.inputs import Body, Code, PriorityNumber, WithFiles, Words
from desk.people.agents import serving
from desk.refusals import AgentDisabled, AgentUnknown
from policy.case import commands as c
from policy.case import refusals as r
from policy.case.case import Actor, Cause, Channel, Outcome, Priority
from policy.cover import equipment
from policy.mail.thanks import answer_in
from policy.visit.refusals import VisitGoesOn, VisitNotSignedOff, VisitUnderWay


class Assignment(Body):
    agent_id: Code = Field(examples=["ana.torres"])


class Message(WithFiles):
    body: Words = Field(examples=["Estamos revisando la cuota de la API de mapas."])


class AttemptMade(Body):
    channel: Channel = Field(examples=["phone"])
    outcome: Outcome = Field(examples=["not_solved"])
    summary: Words = Field(examples=["Guiamos al usuario para limpiar la caché; el mapa sigue en blanco."])


class AnalysisTold(Body):
    """What the customer said, on the telephone or in a chat say, that its team had analysed and tried."""

    channel: Channel = Field(examples=["phone"])
    body: Words = Field(examples=["Probaron otro navegador y otra red; falla solo en la bodega de Cali."])


class PrioritySet(Body):
    priority: PriorityNumber = Field(examples=[1])
    reason: Words = Field(examples=["Toda la operación de despacho está detenida."])


class Diagnosis(Body):
    """What a specialist found. Any cause but a manufacturing defect denies the claim; the summary says why."""

    cause: Cause = Field(examples=["manufacturing_defect"])
    summary: Words = Field(examples=["La batería no carga: celda defectuosa de fábrica."])


async def taker(desk: Desk, asked: AskedCommand) -> Actor:
    """As whom the agent serves to whom something is given; refuses one who is not known, or may not sign in."""
    return (await serving(desk, asked.body.agent_id)).actor


WORK: tuple[Offer, ...] = (
    Offer(
        path="claim",
        summary="Take the case",
        command=c.ClaimCase,
        make=lambda new: c.ClaimCase(by=new.by),
        refusals=(r.AlreadyClaimed, r.LevelNotServed, r.GroupNotServed),
    ),
    Offer(
        path="assignments",
        summary="Assign the case to an agent",
        command=c.AssignCase,
        body=Assignment,
        look_up=taker,
        make=lambda new: c.AssignCase(by=new.by, agent_id=new.body.agent_id, to=new.found),
        refusals=(AgentUnknown, AgentDisabled, r.AgentDoesNotServe),
    ),
    Offer(
        path="replies",
        summary="Answer the customer",
        command=c.SendReply,
        body=Message,
        make=lambda new: c.SendReply(by=new.by, body=new.text("body")),
        refusals=(r.TextMissing,),
    ),
    Offer(
        path="notes",
        summary="Leave an internal note",
        command=c.AddNote,
        body=Message,
        look_up=colleagues_called,
        make=lambda new: c.AddNote(by=new.by, body=new.text("body"), mentions=new.found),
        refusals=(r.TextMissing, MentionedSeesNoNotes),
    ),
    Offer(
        path="attempts",
        summary="Log an attempt on a remote channel",
        command=c.LogAttempt,
        body=AttemptMade,
        make=lambda new: c.LogAttempt(
            by=new.by, channel=new.body.channel, outcome=new.body.outcome, summary=new.text("summary")
        ),
        refusals=(r.TextMissing,),
    ),
    Offer(
        path="priority",
        summary="Confirm or change the priority",
        command=c.SetPriority,
        body=PrioritySet,
        make=lambda new: c.SetPriority(by=new.by, priority=Priority(new.body.priority), reason=new.text("reason")),
        refusals=(r.ReasonMissing,),
    ),
    Offer(
        path="information-requests",
        summary="Ask the customer for information",
        command=c.RequestInformation,
        body=Message,
        make=lambda new: c.RequestInformation(by=new.by, body=new.text("body")),
        refusals=(r.TextMissing, r.AlreadyWaiting),
    ),
    Offer(
        path="answers",
        summary="Write as the customer",
        command=c.AnswerAsCustomer,
        body=Message,
        make=lambda new: c.AnswerAsCustomer(
            by=new.by, body=new.text("body"), says_more=not answer_in(new.body.body).is_thanks
        ),
        refusals=(r.TextMissing,),
    ),
    Offer(
        path="analysis",
        summary="Write down what the customer analysed",
        command=c.RecordAnalysis,
        body=AnalysisTold,
        make=lambda new: c.RecordAnalysis(by=new.by, channel=new.body.channel, body=new.text("body")),
        refusals=(r.TextMissing, r.AnalysisNotAwaited),
    ),
    Offer(
        path="diagnosis",
        summary="Record the diagnosis of the equipment",
        command=c.RecordDiagnosis,
        body=Diagnosis,
        make=lambda new: c.RecordDiagnosis(by=new.by, cause=new.body.cause, summary=new.text("summary")),
        refusals=(
            equipment.SpecialistDiagnoses,
            equipment.NotEquipment,
            equipment.AlreadyDiagnosed,
            r.TextMissing,
            VisitUnderWay,
            VisitGoesOn,
            VisitNotSignedOff,
        ),
    ),
)
"""The everyday commands, in the contract's order."""
