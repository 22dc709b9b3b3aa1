"""Remote sessions: support that touches the customer's services, with its consent and on record (ONS-6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from policy.case import commands as c
from policy.case import facts as f
from policy.case.case import Case, RemoteSession
from policy.case.decision import Change, require_text
from policy.case.refusals import Refusal, StateRefusal


class ConsentMissing(Refusal):
    """No session starts without consent."""

    rule = "ONS-6"
    message = "A remote session starts once one of the customer's contacts has consented: please say who did."


class ToolMissing(Refusal):
    """A session is recorded with its tool."""

    rule = "ONS-6"
    message = "Please say with which remote-access tool the session is held."


class RemoteSessionGoingOn(StateRefusal):
    """One session at a time."""

    rule = "ONS-6"
    message = "Case {number} already has a remote session that has not ended (number {session})."


class RemoteSessionNotOpen(StateRefusal):
    """Only a session that goes on is ended."""

    rule = "ONS-6"
    message = "Remote session {session} of case {number} is not going on."


def start(case: Case, command: c.StartRemoteSession, *, at: datetime) -> Change:
    """Begin a session with the consent of one of the customer's contacts (ONS-6)."""
    if not command.consented_by.strip():
        raise ConsentMissing
    if not command.tool.strip():
        raise ToolMissing
    if case.remote_session:
        raise RemoteSessionGoingOn(number=case.number, session=case.remote_session.number)
    number = case.remote_sessions + 1
    session = RemoteSession(number=number, tool=command.tool, consented_by=command.consented_by, started_at=at)
    fact = f.RemoteSessionStarted(session=number, tool=command.tool, consented_by=command.consented_by)
    return replace(case, remote_session=session, remote_sessions=number), (fact,)


def end(case: Case, command: c.EndRemoteSession) -> Change:
    """End the session, with what was done (ONS-6)."""
    require_text(command.summary, "ONS-6")
    if case.remote_session is None or case.remote_session.number != command.session:
        raise RemoteSessionNotOpen(number=case.number, session=command.session)
    return replace(case, remote_session=None), (f.RemoteSessionEnded(session=command.session, summary=command.summary),)


def end_with_case(case: Case) -> Change:
    """End a session that still goes on when its case is resolved or closed: nobody keeps access to what is over."""
    if case.remote_session is None:
        return case, ()
    ended = f.RemoteSessionEnded(session=case.remote_session.number, summary=None)
    return replace(case, remote_session=None), (ended,)
