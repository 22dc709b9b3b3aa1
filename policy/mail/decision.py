"""The verdict on a message, one for each; and whatever the verdict, one place where it is counted.

received = opened + answered + automatic + bounced + own + held + quarantine
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import assert_never

from policy.case.case import Status
from policy.mail.message import Message
from policy.mail.nature import Nature, is_machine_address, nature_of
from policy.mail.sender import Sender
from policy.mail.thanks import ToSolution, answer_in

_NUMBER = re.compile(r"MA-\d{4}-\d{6,9}", re.ASCII)


class MailOutcome(StrEnum):
    """Where a message is counted, each once."""

    OPENED = "opened"
    ANSWERED = "answered"
    AUTOMATIC = "automatic"
    BOUNCED = "bounced"
    OWN = "own"
    HELD = "held"
    QUARANTINE = "quarantine"


class MailReason(StrEnum):
    """Why a message was held, put into quarantine, or counted where it was."""

    # held: an agent looks at it
    UNVERIFIED = "unverified"
    STRANGER = "stranger"
    OTHER_CUSTOMER = "other_customer"
    SEVERAL_CUSTOMERS = "several_customers"
    REWRITTEN = "rewritten"
    UNCLEAR_ANSWER = "unclear_answer"
    NUMBER_ALONE = "number_alone"
    CHANNEL_NOT_IN_PLAN = "channel_not_in_plan"
    NO_SOLUTION = "no_solution"
    FLOOD = "flood"
    REFUSED = "refused"
    # quarantine: nobody could tell what it is
    NO_SENDER = "no_sender"
    ENCRYPTED = "encrypted"
    TOO_LARGE = "too_large"
    TOO_MANY_HEADERS = "too_many_headers"
    TOO_MANY_PARTS = "too_many_parts"
    UNREADABLE = "unreadable"
    # the others
    REPEATED = "repeated"
    ECHO = "echo"
    OURS = "ours"
    THANKS = "thanks"
    VACATION = "vacation"
    DELAY = "delay"
    RECEIPT = "receipt"
    CALENDAR = "calendar"
    LIST = "list"
    MACHINE = "machine"


@dataclass(frozen=True)
class Writer:
    """An active contact who has the message's address: one for each customer that the person speaks for."""

    contact_id: str
    customer_id: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Addressed:
    """The case that a message leads to, as it stands. `participants` are the contacts who have spoken in it.

    `takes_mail`: its plan holds the channel (PLAN-7).
    """

    number: str
    customer_id: str
    status: Status
    participants: frozenset[str] = frozenset()
    takes_mail: bool = True


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What the desk knows that bears on a message.

    `is_vouched_for`: our own mail server says that From is aligned. `by_reply` is the case of our own address or of
    In-Reply-To, `by_references` that of References alone, `by_return` that of what came back. `repeats` is the case, or
    nothing, of an earlier delivery of the very message; `is_echo`: the same words came from there within a day.
    """

    is_vouched_for: bool = False
    writers: tuple[Writer, ...] = ()
    by_reply: Addressed | None = None
    by_references: Addressed | None = None
    by_return: str | None = None
    by_calendar: Addressed | None = None
    is_ours: bool = False
    is_repeated: bool = False
    repeats: str | None = None
    is_echo: bool = False
    machine_wrote_before: bool = False

    def once_it_is(self, status: Status) -> Standing:
        """The same of a case that itself says where it stands by now."""
        reply, references = (case and replace(case, status=status) for case in (self.by_reply, self.by_references))
        return replace(self, by_reply=reply, by_references=references)


# -- verdicts ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Opens:
    """It opens a case, which may go on from one that is closed."""

    contact_id: str
    follows: str | None = None


@dataclass(frozen=True)
class Answers:
    """It is the customer's word in a case, and ends its wait for information."""

    number: str
    contact_id: str


@dataclass(frozen=True)
class Reopens:
    """It says that a resolved case is not solved."""

    number: str
    contact_id: str


@dataclass(frozen=True)
class Confirms:
    """It agrees that a case is solved."""

    number: str
    contact_id: str


@dataclass(frozen=True)
class Thanks:
    """It thanks for what was done, and asks for nothing."""

    number: str
    contact_id: str


@dataclass(frozen=True)
class Automatic:
    """No person wrote it. `number` is the case that it is noted on, if any."""

    reason: MailReason
    number: str | None = None
    contact_id: str | None = None


@dataclass(frozen=True)
class Bounced:
    """What we sent did not arrive. Without a `number` nothing proves that it was ours, and nobody is marked."""

    recipients: tuple[str, ...]
    number: str | None = None


@dataclass(frozen=True)
class Own:
    """It is our own message, or one that we have already."""

    reason: MailReason
    number: str | None = None


@dataclass(frozen=True)
class Held:
    """An agent has to look at it."""

    reason: MailReason
    number: str | None = None
    contact_id: str | None = None


@dataclass(frozen=True)
class Quarantined:
    """Nobody can tell what it is or whose."""

    reason: MailReason


Verdict = Opens | Answers | Reopens | Confirms | Thanks | Automatic | Bounced | Own | Held | Quarantined


def outcome_of(verdict: Verdict) -> MailOutcome:
    """Where a message with this verdict is counted."""
    match verdict:
        case Opens():
            return MailOutcome.OPENED
        case Answers() | Reopens() | Confirms() | Thanks():
            return MailOutcome.ANSWERED
        case Automatic():
            return MailOutcome.AUTOMATIC
        case Bounced():
            return MailOutcome.BOUNCED
        case Own():
            return MailOutcome.OWN
        case Held():
            return MailOutcome.HELD
        case Quarantined():
            return MailOutcome.QUARANTINE
        case _:
            assert_never(verdict)


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """A message with whom it says that it is from, and the addresses that are our own."""

    message: Message
    sender: Sender | None
    own: Collection[str] = field(default=())

    @property
    def nature(self) -> Nature:
        return nature_of(self.message, self.sender)


def verdict_on(incoming: Incoming, standing: Standing) -> Verdict:
    """What becomes of a message: by our own hand, by a machine's, or by a person's."""
    message, sender = incoming.message, incoming.sender
    if standing.is_ours or (sender and sender.address in incoming.own):
        return Own(MailReason.OURS)
    if standing.is_repeated:
        return Own(MailReason.REPEATED, standing.repeats)
    if message.is_encrypted:
        return Quarantined(MailReason.ENCRYPTED)
    nature = incoming.nature
    match nature:
        case Nature.PERSON:
            pass
        case Nature.REWRITTEN:
            return Held(MailReason.REWRITTEN, standing.by_reply.number if standing.by_reply else None)
        case Nature.BOUNCE:
            assert message.report is not None
            return Bounced(message.report.recipients, standing.by_return)
        case Nature.VACATION | Nature.DELAY | Nature.RECEIPT | Nature.CALENDAR | Nature.LIST | Nature.MACHINE:
            return _automatic(nature, standing)
        case _:
            assert_never(nature)
    if sender is None:
        return Quarantined(MailReason.NO_SENDER)
    return _of_person(incoming, sender, standing)


def _automatic(nature: Nature, standing: Standing) -> Automatic:
    """Noted on the case that it answers, where who sent it has to do with that one; counted in any case."""
    reason = MailReason(nature.value)
    case = standing.by_calendar if nature is Nature.CALENDAR else standing.by_reply or standing.by_references
    writer_in = _writer_in(case, standing) if case else None
    if case is None or writer_in is None:
        return Automatic(reason)
    return Automatic(reason, case.number, writer_in.contact_id)


def _of_person(incoming: Incoming, sender: Sender, standing: Standing) -> Verdict:
    case = standing.by_reply or _where_one_has_spoken(standing)
    number = case.number if case else None
    if not standing.is_vouched_for:
        return Held(MailReason.UNVERIFIED, number)
    if not standing.writers:
        return Held(MailReason.STRANGER, number)
    if standing.is_echo or (standing.machine_wrote_before and is_machine_address(sender)):
        return Automatic(MailReason.ECHO)
    if case:
        writer = _writer_in(case, standing)
        return _in_case(incoming.message, case, writer) if writer else Held(MailReason.OTHER_CUSTOMER, number)
    if len(standing.writers) > 1:
        return Held(MailReason.SEVERAL_CUSTOMERS)
    writer = standing.writers[0]
    if _NUMBER.search(incoming.message.subject):
        return Held(MailReason.NUMBER_ALONE, contact_id=writer.contact_id)
    return Opens(writer.contact_id)


def _in_case(message: Message, case: Addressed, writer: Writer) -> Verdict:
    number, contact_id = case.number, writer.contact_id
    if not case.takes_mail:
        return Held(MailReason.CHANNEL_NOT_IN_PLAN, number, contact_id)
    match case.status:
        case Status.HELD | Status.NEW | Status.IN_PROGRESS | Status.WAITING_CUSTOMER:
            return Answers(number, contact_id)
        case Status.RESOLVED:
            return _to_a_solution(message, case, writer)
        case Status.CLOSED:
            answer = answer_in(message.text, name=writer.name)
            if answer is ToSolution.UNCLEAR and message.text.strip():
                return Held(MailReason.UNCLEAR_ANSWER, number, contact_id)
            return Thanks(number, contact_id) if answer.is_thanks else Opens(contact_id, follows=number)
        case _:
            assert_never(case.status)


def _to_a_solution(message: Message, case: Addressed, writer: Writer) -> Verdict:
    number, contact_id = case.number, writer.contact_id
    match answer_in(message.text, name=writer.name):
        case ToSolution.THANKS:
            return Thanks(number, contact_id)
        case ToSolution.CONFIRMS:
            return Confirms(number, contact_id)
        case ToSolution.MORE:
            return Reopens(number, contact_id)
        case ToSolution.UNCLEAR:
            return Held(MailReason.UNCLEAR_ANSWER, number, contact_id)


def _where_one_has_spoken(standing: Standing) -> Addressed | None:
    """References are carried over into new topics, so they lead only those to a case who have a part in it."""
    case = standing.by_references
    return case if case and any(each.contact_id in case.participants for each in standing.writers) else None


def _writer_in(case: Addressed, standing: Standing) -> Writer | None:
    return next((each for each in standing.writers if each.customer_id == case.customer_id), None)
