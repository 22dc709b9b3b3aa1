"""Incoming mail, for those who serve: each message, where it is counted, and what is shown of it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from api.http.auth import Staff
from api.http.bodies import Answer, Z
from api.http.deps import DeskDep
from api.http.documented_refusals import can_refuse
from api.http.lists import Cursor, Limit, Listed
from desk.problems import InvalidCursor, own_cursor
from policy.mail.decision import MailOutcome
from policy.mail.state import MessageState
from storage.mail import inbox
from storage.mail.inbox import InboxRow

router = APIRouter(tags=["mail"])


class Effect(StrEnum):
    """What a message did: `none` for what is still to be decided, was held or lies in quarantine."""

    OPENED = "opened"
    ANSWERED = "answered"
    AUTOMATIC = "automatic"
    BOUNCED = "bounced"
    OWN = "own"
    NONE = "none"


class MessageAnswer(Answer):
    """A delivery of a message. `sender` is its From as it came: a claim, whoever made it. `text` is what is shown."""

    id: str
    message_id: str
    received_at: Z
    sender: str = Field(serialization_alias="from")
    subject: str
    state: MessageState
    reason: str | None
    effect: Effect
    case: str | None
    text: str


@router.get(
    "/inbox",
    response_model=Listed[MessageAnswer],
    summary="List incoming messages, the newest first",
    responses=can_refuse(InvalidCursor, role=True),
)
async def list_messages(
    _: Staff,
    desk: DeskDep,
    state: Annotated[MessageState | None, Query()] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Listed[MessageAnswer]:
    with own_cursor():
        page = await inbox.listing(desk.database, state=state, limit=limit, cursor=cursor)
    return Listed(items=[message_answer(row) for row in page.items], next_cursor=page.next_cursor)


def message_answer(row: InboxRow) -> MessageAnswer:
    return MessageAnswer(
        id=row.id,
        message_id=row.message_id,
        received_at=row.received_at,
        sender=row.shown_from,
        subject=row.subject,
        state=row.state,
        reason=row.reason.value if row.reason else None,
        effect=_effect(row),
        case=row.case_number,
        text=row.body,
    )


def _effect(row: InboxRow) -> Effect:
    if row.outcome in (None, MailOutcome.HELD, MailOutcome.QUARANTINE):
        return Effect.NONE
    return Effect(row.outcome)
