"""Visits on site as commands, step by step, from the request to the customer's sign-off (ONS)."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, StrictBool

from desk.commands.offers import AskedCommand, Offer
from desk.desk import Desk
from desk.inputs import Body, Code, Instant, Money, PlainReference, Title, Words, clean
from desk.people.agents import serving
from desk.refusals import AgentDisabled, AgentUnknown, QuoteOfRefusedVisit
from policy.case import commands as c
from policy.case.case import Role
from policy.case.refusals import ReasonMissing, TextMissing
from policy.visit import places
from policy.visit import refusals as v
from storage.visit import municipalities

CityCode = Annotated[str, BeforeValidator(clean), Field(max_length=20)]
"""A municipality's code as it was typed: the policy says what is wrong with it."""


class VisitRequest(Body):
    """Where to, and why. `city_name` may stand beside its code; the code is what counts."""

    city_code: CityCode = Field(examples=["05001"])
    city_name: Title | None = Field(default=None, examples=["Medellín"])
    address: Words = Field(examples=["Centro de despacho, carrera 50 # 41-20"])
    reason: Words = Field(examples=["El servidor no responde por ningún medio remoto."])


class VisitApproval(Body):
    """The director's decision: approved with a quote of the travel expenses, or not, with the reason."""

    approved: StrictBool = Field(examples=[True])
    quote: Money | None = Field(default=None, examples=[{"amount": "350000", "currency": "COP"}])
    reason: Words | None = Field(default=None, examples=["Dos noches de hotel y tiquetes desde Bogotá."])


class VisitAcceptance(Body):
    """The customer's decision on the quote, or on expenses above it.

    `amount` is what was read, to be sure of it: needed to accept expenses that grew since they were first asked about.
    """

    accepted: StrictBool = Field(examples=[True])
    amount: Money | None = Field(default=None, examples=[{"amount": "350000", "currency": "COP"}])
    reason: Words | None = None


class VisitDate(Body):
    """When, and who comes. The customer may move the date alone."""

    starts_at: Instant = Field(examples=["2026-12-03T14:00:00Z"])
    engineer_id: Code | None = Field(default=None, examples=["luis.mora"])


class VisitCancellation(Body):
    reason: Words | None = Field(default=None, examples=["La sede estará cerrada ese día."])


class VisitExpense(Body):
    concept: Words = Field(examples=["Tiquetes Bogotá-Medellín-Bogotá"])
    amount: Money
    receipt_reference: PlainReference = Field(examples=["FE-20418"])


class VisitReport(Body):
    found: Words = Field(examples=["Una fuente de poder quemada en el servidor de mapas."])
    done: Words = Field(examples=["Se cambió la fuente y se verificó el arranque del servicio."])


async def _municipality(desk: Desk, asked: AskedCommand) -> places.Municipality:
    return places.municipality(
        asked.body.city_code,
        asked.body.city_name,
        listed=await municipalities.listed(desk.database),
        departments=municipalities.departments(),
    )


async def _known_engineer(desk: Desk, asked: AskedCommand) -> None:
    """Look up whom support names, or leaves as it is: who may not sign in any more goes nowhere on the new date.

    The customer may name nobody new, which the policy refuses, and moves a date with the engineer that it has.
    """
    visit = asked.row.case.visit
    engineer_id = asked.body.engineer_id or (visit.engineer_id if visit else None)
    if engineer_id and asked.by.role is not Role.CONTACT:
        await serving(desk, engineer_id, rule="ONS-5")


async def _one_decision(desk: Desk, asked: AskedCommand) -> None:
    """Refuse a quote beside a no: whichever of the two was meant, the other would be lost."""
    if asked.body.quote and not asked.body.approved:
        raise QuoteOfRefusedVisit


def _pesos(money: Money | None) -> int | None:
    return money.amount if money else None


VISITS: tuple[Offer, ...] = (
    Offer(
        path="visits",
        summary="Ask for a visit on site",
        command=c.RequestVisit,
        body=VisitRequest,
        look_up=_municipality,
        make=lambda new: c.RequestVisit(
            by=new.by,
            city_code=new.found.code,
            place=new.text("place", f"{new.found.name}, {new.found.department}"),
            address=new.text("address"),
            reason=new.text("reason"),
        ),
        refusals=(
            places.VisitInsideBogota,
            places.MunicipalityCodeMalformed,
            places.UnknownDepartment,
            places.UnknownMunicipality,
            ReasonMissing,
            TextMissing,
            v.VisitAlreadyOpen,
            v.RemoteChannelsNotExhausted,
        ),
    ),
    Offer(
        path="visits/approval",
        summary="Approve the visit with a quote, or refuse it, as the director",
        command=c.ApproveVisit,
        body=VisitApproval,
        look_up=_one_decision,
        make=lambda new: c.ApproveVisit(
            by=new.by,
            approved=new.body.approved,
            quote=_pesos(new.body.quote),
            reason=new.text_if_any("reason"),
        ),
        refusals=(
            v.DirectorDecides,
            v.NoVisitOpen,
            v.VisitOutOfOrder,
            v.QuoteNotPositive,
            QuoteOfRefusedVisit,
            ReasonMissing,
        ),
    ),
    Offer(
        path="visits/acceptance",
        summary="Accept the visit's quote or its further expenses, or decline them, as the customer",
        command=c.AcceptVisit,
        body=VisitAcceptance,
        make=lambda new: c.AcceptVisit(
            by=new.by,
            accepted=new.body.accepted,
            amount=_pesos(new.body.amount),
            reason=new.text_if_any("reason"),
        ),
        refusals=(
            v.CustomerDecides,
            v.NoVisitOpen,
            v.VisitNotApproved,
            v.NothingToAccept,
            v.AmountChanged,
            v.AmountGrown,
            ReasonMissing,
        ),
    ),
    Offer(
        path="visits/schedule",
        summary="Agree on the visit's date, or move it",
        command=c.ScheduleVisit,
        body=VisitDate,
        look_up=_known_engineer,
        make=lambda new: c.ScheduleVisit(by=new.by, starts_at=new.body.starts_at, engineer_id=new.body.engineer_id),
        refusals=(
            AgentUnknown,
            AgentDisabled,
            v.NoVisitOpen,
            v.VisitOutOfOrder,
            v.VisitAlreadyStarted,
            v.VisitDatePast,
            v.VisitDateTooFar,
            v.EngineerMissing,
            v.EngineerChosenBySupport,
        ),
    ),
    Offer(
        path="visits/cancellation",
        summary="Call the visit off",
        command=c.CancelVisit,
        body=VisitCancellation,
        may_lack_body=True,
        make=lambda new: c.CancelVisit(by=new.by, reason=new.text_if_any("reason")),
        refusals=(v.NoVisitOpen, v.VisitAlreadyStarted),
    ),
    Offer(
        path="visits/start",
        summary="Start the visit",
        command=c.StartVisit,
        make=lambda new: c.StartVisit(by=new.by),
        refusals=(v.NoVisitOpen, v.VisitOutOfOrder, v.NotTheEngineer, v.NotTheVisitsDay),
    ),
    Offer(
        path="visits/expenses",
        summary="Log an expense of the visit with its receipt",
        command=c.LogVisitExpense,
        body=VisitExpense,
        make=lambda new: c.LogVisitExpense(
            by=new.by,
            concept=new.text("concept"),
            amount=new.body.amount.amount,
            receipt_reference=new.body.receipt_reference,
        ),
        refusals=(
            v.NoVisitOpen,
            v.VisitOutOfOrder,
            TextMissing,
            v.ExpenseNotPositive,
            v.ReceiptMissing,
            v.ReceiptUsedTwice,
        ),
    ),
    Offer(
        path="visits/report",
        summary="Report what the visit found and did",
        command=c.ReportVisit,
        body=VisitReport,
        make=lambda new: c.ReportVisit(by=new.by, found=new.text("found"), done=new.text("done")),
        refusals=(v.NoVisitOpen, v.VisitOutOfOrder, TextMissing),
    ),
    Offer(
        path="visits/sign-off",
        summary="Sign the visit off, as the customer",
        command=c.SignOffVisit,
        make=lambda new: c.SignOffVisit(by=new.by),
        refusals=(v.CustomerDecides, v.NoVisitOpen, v.VisitOutOfOrder, v.ExcessUndecided),
    ),
)
"""The commands of a visit, in the order of its steps."""
