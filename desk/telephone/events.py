"""Events of a telephone system (PBX), which come signed as Standard Webhooks are: checked, and each taken in once."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field
from standardwebhooks.webhooks import Webhook as Signer

from desk.budgets import Spending
from desk.desk import Desk
from desk.inputs import Body, Instant, clean
from desk.problems import Problem
from policy.case.case import SYSTEM, Direction
from policy.people.contacts import mailbox_of
from policy.telephone.call import CallEvent, Heard
from policy.telephone.numbers import LONGEST, e164
from storage.people import agents
from storage.signing_in.tokens import Principal
from storage.telephone import calls

WINDOW = timedelta(minutes=5)
"""How far an event's own time may be from ours: what is older was heard by somebody and is sent again by him."""
_MOST_SIGNATURES = 10
_LONGEST_URL = 2_000
_PBX = Principal(token_id="telephone", actor=SYSTEM, customer_id=None)  # noqa: S106 - whose budget it is, no secret


class SignatureRefused(Problem):
    """Nobody knows who sent it, or it is too old."""

    status = 401
    message = "The request's signature (Standard Webhooks) is missing, does not fit, or is older than five minutes."
    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": "Signature"}


class CallTold(Body):
    """The call that an event is about. `number` is the other party's as the telephone system writes it."""

    call_id: str = Field(min_length=1, max_length=200, pattern=r"^[!-~]+$", examples=["1764518400.27"])
    direction: Direction = Field(default=Direction.IN, examples=["in"])
    number: Annotated[str, BeforeValidator(clean), Field(max_length=LONGEST)] = Field(
        default="", description="Empty, or any word such as anonymous, for a hidden one", examples=["+573001234567"]
    )
    agent: Annotated[str, BeforeValidator(clean), Field(max_length=254)] = Field(
        default="", description="Whom it rings at, or who took it: an agent's id or e-mail address", examples=["ana"]
    )
    recording_url: Annotated[str, BeforeValidator(clean), Field(max_length=_LONGEST_URL)] = Field(
        default="",
        description="Where the recording is: shown to agents as a link where it is https, and never fetched",
        examples=["https://pbx.example.com/recordings/27"],
    )


class TelephoneEvent(Body):
    """An event of a call. The same event again, by its `webhook-id`, changes nothing; they may come in any order."""

    type: Literal["call.ringing", "call.answered", "call.ended", "call.recorded"] = Field(examples=["call.ringing"])
    timestamp: Instant = Field(examples=["2026-11-25T14:05:00Z"])
    data: CallTold


@dataclass(frozen=True)
class Signed:
    """What the headers of a request say of it, and its body as it came."""

    id: str
    timestamp: str
    signature: str
    body: bytes


@dataclass(frozen=True)
class Taken:
    """The call that an event is about, and whether it was taken in before."""

    call_id: str
    is_repeated: bool


def check_signature(desk: Desk, signed: Signed, *, at: datetime) -> None:
    """Raise SignatureRefused unless one of the secrets in force signed this very body just now."""
    if not (signed.id and signed.timestamp.isascii() and signed.timestamp.isdecimal() and len(signed.timestamp) < 12):
        raise SignatureRefused
    sent_at = datetime.fromtimestamp(int(signed.timestamp), UTC)
    try:
        body = signed.body.decode()
    except UnicodeDecodeError:
        raise SignatureRefused from None
    given = signed.signature.split(" ")[:_MOST_SIGNATURES]
    expected = [Signer(each).sign(signed.id, sent_at, body) for each in desk.telephone_secrets]
    fits = [hmac.compare_digest(each.encode(), one.encode()) for each in expected for one in given]
    if not any(fits) or abs(at - sent_at) > WINDOW:
        raise SignatureRefused


async def take_in(desk: Desk, event_id: str, event: TelephoneEvent, *, at: datetime) -> Taken:
    """Take an event in whose signature was checked. Raises BudgetSpent where they come too fast."""
    desk.budgets.spend(Spending.TELEPHONE, _PBX, at=at)
    told = event.data
    heard = Heard(
        event=CallEvent(event.type.removeprefix("call.")),
        at=min(event.timestamp, at),
        direction=told.direction,
        number=e164(told.number) or "",
        agent_id=await _agent(desk, told.agent),
        recording_url=told.recording_url if _may_be_shown(told.recording_url) else "",
    )
    call_id = f"lla_{hashlib.sha256(told.call_id.encode()).hexdigest()[:24]}"
    is_new = await calls.hear(desk.database, call_id, event_id, heard)
    return Taken(call_id, not is_new)


async def _agent(desk: Desk, named: str) -> str:
    """The agent who is named by id or address; nobody, where none is known by it."""
    if not named:
        return ""
    mailbox = mailbox_of(named)
    found = await agents.listing(desk.database)
    return next((each.id for each in found if each.id == named or mailbox_of(each.email) == mailbox), "")


def _may_be_shown(url: str) -> bool:
    """Whether it may be offered as a link: over TLS, to a host, by nobody's password."""
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname) and parts.username is None and url.isprintable()
    except ValueError:
        return False
