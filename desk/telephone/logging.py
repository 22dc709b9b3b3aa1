"""Logging a call from a number: who, on which of their cases, which way and with what outcome (ESC-12, ONS-4).

The log itself is the case's own command, as on the case's page.
"""

from __future__ import annotations

from dataclasses import replace

from desk.access import visible_case
from desk.commands.calls import CallMade
from desk.commands.commands import OFFERS, give
from desk.commands.offers import AskedCommand
from desk.desk import Desk
from desk.idempotency import IdempotentRequest
from desk.inputs import Id, IdIfAny
from desk.problems import EngineUnavailable, NotFound, Problem
from desk.reading.callers import terms_of
from policy.case.case import Channel
from policy.case.commands import LogCall
from policy.case.refusals import Refusal
from policy.terms.channels import misdirected
from storage.people import contacts
from storage.signing_in.tokens import Principal
from storage.telephone import calls
from storage.telephone.calls import CallRow, Log
from storage.terms.terms import bogota_date

_LOG = next(each for each in OFFERS if each.command is LogCall)


async def _as_it_was(desk: Desk, asked: AskedCommand) -> CallRow | None:
    """The call itself, whose page may have been drafted before it ended."""
    assert _LOG.look_up
    await _LOG.look_up(desk, asked)
    return await calls.get(desk.database, asked.body.call_id) if asked.body.call_id else None


_OFFER = replace(_LOG, look_up=_as_it_was)


class ChannelHeld(Problem):
    """There is nothing to tell: their plan takes calls."""

    status, message = 409, "This contact's plan holds the telephone."


class CallLogged(Problem):
    """A call is logged once, by whoever was first: there, or on its way there while the engine is away."""

    status, message = 409, "This call is logged, or being logged, on case {number}."


class CallFromNumber(CallMade):
    """A call, the case that it is logged on, and the call that the telephone system told of, where it did."""

    number: Id
    call_id: IdIfAny = ""


async def log(desk: Desk, principal: Principal, told: CallFromNumber, request: IdempotentRequest) -> str:
    """Log it on the case, whose number is the answer. Raises as `give` does, NotFound, and CallLogged.

    It begins its request: `once` is given it as `Begins`.
    """
    row = await visible_case(desk, principal, told.number)
    asked = AskedCommand.of(principal, _OFFER, row, body=told, request=request)
    if not told.call_id:
        await give(desk, asked)
        return row.number
    its = Log(number=row.number, contact_id=told.contact_id, command=request.derived("cmd_"))
    call = await calls.take(desk.database, told.call_id, its)
    if call is None:
        raise NotFound
    if call.logged_as != its.command:
        raise CallLogged(number=call.case_number or "")
    try:
        await give(desk, asked)
    except EngineUnavailable:
        raise  # it may have been taken all the same: the same request goes on
    except (Problem, Refusal):
        await calls.let_go(desk.database, told.call_id, its)
        raise
    return row.number


async def attach(desk: Desk, call_id: str, contact_id: str) -> None:
    """Say who a call was with. NotFound for no such call, or nobody who is a contact."""
    contact = await contacts.get(desk.database, contact_id)
    if await calls.get(desk.database, call_id) is None or contact is None or contact.removed_at is not None:
        raise NotFound
    await calls.was(desk.database, call_id, contact_id=contact_id)


async def tell_channels(desk: Desk, contact_id: str, request: IdempotentRequest) -> None:
    """Have who called without a plan that holds the telephone told which channels it has, once a day (REQ-7).

    NotFound for nobody who is an active contact, ChannelHeld.
    """
    contact = await contacts.get(desk.database, contact_id)
    if contact is None or not contact.is_active(at=request.at):
        raise NotFound
    terms = await terms_of(desk, desk.database, contact.customer_id, at=request.at)
    if terms is None or Channel.PHONE in terms.channels:
        raise ChannelHeld
    told = misdirected(contact_id, Channel.PHONE, terms=terms, on=bogota_date(request.at))
    await desk.engine.redirect(told)
