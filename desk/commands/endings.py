"""The commands that end a case, or take its end back: the solution, and everything but a solution."""

from __future__ import annotations

from pydantic import Field

from desk.commands.offers import AskedCommand, Offer
from desk.desk import Desk
from desk.inputs import Body, Code, WithFiles, Words
from desk.problems import DuplicateUnknown
from policy.case import commands as c
from policy.case import refusals as r
from policy.case.case import OutOfScopeKind
from policy.case.duplicates import GoesOnIn
from policy.cover.equipment import DiagnosisMissing
from policy.visit.refusals import ExcessUndecided, VisitGoesOn, VisitNotSignedOff, VisitUnderWay
from storage.case import duplicates, views


class OutOfScope(Body):
    kind: OutOfScopeKind = Field(examples=["data_load"])
    reason: Words = Field(examples=["La carga de las nuevas rutas no hace parte del soporte."])


class DuplicateOf(Body):
    number: Code = Field(examples=["MA-2026-000041"])


class Summary(WithFiles):
    summary: Words = Field(examples=["Se amplió la cuota de la API; el mapa carga de nuevo."])


class ReopeningReason(Body):
    reason: Words = Field(examples=["El mapa volvió a quedar en blanco esta mañana."])


async def _where_it_goes_on(desk: Desk, asked: AskedCommand) -> GoesOnIn:
    """The last of the chain that the named case begins, which is all one customer's."""
    async with desk.database.snapshot() as db:
        other = await views.case(db, asked.body.number)
        last = await duplicates.last_of(db, asked.body.number)
    if other is None or last is None or other.case.customer_id != asked.row.case.customer_id:
        raise DuplicateUnknown(number=asked.body.number)
    return last


ENDINGS: tuple[Offer, ...] = (
    Offer(
        path="out-of-scope",
        summary="Close the case as out of scope",
        command=c.CloseAsOutOfScope,
        body=OutOfScope,
        make=lambda new: c.CloseAsOutOfScope(by=new.by, kind=new.body.kind, reason=new.text("reason")),
        refusals=(r.ReasonMissing, VisitUnderWay, VisitGoesOn, VisitNotSignedOff),
    ),
    Offer(
        path="duplicate-of",
        summary="Close the case as a duplicate",
        command=c.CloseAsDuplicate,
        body=DuplicateOf,
        look_up=_where_it_goes_on,
        make=lambda new: c.CloseAsDuplicate(by=new.by, of=new.body.number, last=new.found),
        refusals=(
            r.DuplicateOfItself,
            r.DuplicateInCircle,
            r.DuplicateOfEnded,
            DuplicateUnknown,
            VisitUnderWay,
            VisitGoesOn,
            VisitNotSignedOff,
        ),
    ),
    Offer(
        path="resolution",
        summary="Give the solution",
        command=c.ResolveCase,
        body=Summary,
        make=lambda new: c.ResolveCase(by=new.by, summary=new.text("summary")),
        refusals=(r.TextMissing, DiagnosisMissing, VisitUnderWay, VisitGoesOn, VisitNotSignedOff),
    ),
    Offer(
        path="confirmation",
        summary="Confirm the solution",
        command=c.ConfirmSolution,
        make=lambda new: c.ConfirmSolution(by=new.by),
        refusals=(ExcessUndecided,),
    ),
    Offer(
        path="reopening",
        summary="Reopen the case",
        command=c.ReopenCase,
        body=ReopeningReason,
        make=lambda new: c.ReopenCase(by=new.by, reason=new.text("reason")),
        refusals=(r.ReasonMissing, r.ReopeningTooLate),
    ),
    Offer(
        path="withdrawal",
        summary="Withdraw the request",
        command=c.WithdrawCase,
        make=lambda new: c.WithdrawCase(by=new.by),
        refusals=(VisitUnderWay, VisitGoesOn, VisitNotSignedOff),
    ),
)
"""The endings, in the contract's order."""
