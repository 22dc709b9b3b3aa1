"""Remote sessions as commands: begun with a contact's consent, ended with what was done (ONS-6)."""

from __future__ import annotations

from pydantic import Field

from desk.commands.offers import AskedCommand, Offer
from desk.desk import Desk
from desk.inputs import Body, IdIfAny, PlainReference, Words
from desk.refusals import ConsentByStranger
from policy.case import commands as c
from policy.case import remote_sessions as r
from policy.case.refusals import TextMissing
from storage.people import contacts


class RemoteSessionBegun(Body):
    """With which tool, and which of the customer's contacts consented to it."""

    tool: PlainReference = Field(examples=["Chrome Remote Desktop"])
    consented_by: IdIfAny = Field(default="", examples=["cnt_4f6c0f5f21d0"])


class RemoteSessionDone(Body):
    summary: Words = Field(examples=["Se reinició el servicio de mapas y se revisó el registro de errores."])


async def _consent_of_the_customer(desk: Desk, asked: AskedCommand) -> None:
    """Refuse the consent of whoever may not speak for the case's customer; that of nobody is the policy's to refuse."""
    if not asked.body.consented_by:
        return
    contact, at = await contacts.get(desk.database, asked.body.consented_by), asked.request.at
    if contact is None or contact.customer_id != asked.row.case.customer_id or not contact.is_active(at=at):
        raise ConsentByStranger


REMOTE_SESSIONS: tuple[Offer, ...] = (
    Offer(
        path="remote-sessions",
        summary="Start a remote session with the customer's consent",
        command=c.StartRemoteSession,
        body=RemoteSessionBegun,
        look_up=_consent_of_the_customer,
        make=lambda new: c.StartRemoteSession(by=new.by, tool=new.body.tool, consented_by=new.body.consented_by),
        refusals=(r.ConsentMissing, ConsentByStranger, r.ToolMissing, r.RemoteSessionGoingOn),
    ),
    Offer(
        path="remote-sessions/{session}/end",
        summary="End the remote session and say what was done",
        command=c.EndRemoteSession,
        body=RemoteSessionDone,
        make=lambda new: c.EndRemoteSession(by=new.by, session=new.session, summary=new.text("summary")),
        refusals=(TextMissing, r.RemoteSessionNotOpen),
    ),
)
"""The commands of remote sessions."""
