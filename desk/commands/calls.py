"""Telephone calls as a command: logged once they are over, with whom, which way, and with what outcome."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from desk.commands.offers import AskedCommand, Composition, Offer
from desk.desk import Desk
from desk.inputs import Body, Id, Instant, Words
from desk.refusals import CallWithStranger
from policy.case import commands as c
from policy.case.case import Direction, Outcome
from policy.case.refusals import CallToCome, TextMissing
from storage.people import contacts
from storage.telephone.calls import CallRow

_A_DAY = 86_400


class CallMade(Body):
    """A call. Without `started_at` it is taken to have ended just now."""

    direction: Direction = Field(examples=["out"])
    contact_id: Id = Field(examples=["cnt_4f6c0f5f21d0"])
    outcome: Outcome = Field(examples=["not_solved"])
    summary: Words = Field(examples=["Llamamos a la bodega; el lector sigue sin conexión."])
    started_at: Instant | None = Field(default=None, examples=["2026-11-25T14:05:00Z"])
    seconds: Annotated[int, Field(strict=True, ge=0, le=_A_DAY)] = Field(default=0, examples=[240])


async def _with_a_contact(desk: Desk, asked: AskedCommand) -> None:
    contact = await contacts.get(desk.database, asked.body.contact_id)
    if contact is None or contact.customer_id != asked.row.case.customer_id:
        raise CallWithStranger


def _call(new: Composition) -> c.LogCall:
    """Where the telephone system's call was looked up, it says when the call was that nobody said how long it took."""
    call: CallMade = new.body
    known: CallRow | None = new.found
    lasted, started_at = timedelta(seconds=call.seconds), call.started_at
    if known and not lasted:
        lasted, started_at = known.lasted, known.started_at
    return c.LogCall(
        by=new.by,
        direction=call.direction,
        contact_id=call.contact_id,
        outcome=call.outcome,
        summary=new.text("summary"),
        started_at=started_at or new.asked.request.at - lasted,
        lasted=lasted,
    )


CALLS: tuple[Offer, ...] = (
    Offer(
        path="calls",
        summary="Log a telephone call",
        command=c.LogCall,
        body=CallMade,
        look_up=_with_a_contact,
        make=_call,
        refusals=(TextMissing, CallToCome, CallWithStranger),
    ),
)
"""The command of telephone calls."""
