"""The commands of a case, as imperatives. A command says who asks; free text was deposited before, as `Text`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from policy.case.case import Actor, Category, Cause, Channel, Direction, Level, Outcome, OutOfScopeKind, Priority, Text
from policy.case.duplicates import GoesOnIn
from policy.duty.steps import PageStep
from policy.terms.terms import Terms


@dataclass(frozen=True, kw_only=True)
class Command:
    """Somebody (`by`) wants something of a case."""

    by: Actor


@dataclass(frozen=True)
class Equipment:
    """What is known of the equipment that a case is about (WAR-4)."""

    supplied_by_us: bool
    serial_number: str | None = None


@dataclass(frozen=True, kw_only=True)
class OpenCase(Command):
    """Open case `number`, received at `received_at`; the requester proposes the priority (PRI-5).

    `equipment` is what is known of the solution where that is a piece of equipment; `serial_number` is the claim's.
    `begins_chat`: the contact waits in the portal's chat, and its first line is the description (PLAN-7).
    `analysis_follows`: it came by mail, and what was analysed is asked for once the case is open (REQ-4, REQ-5).
    `follows` is the closed case that it goes on from, of the same customer, whose thread the contact wrote to.
    """

    number: str
    received_at: datetime
    customer_id: str
    contact_id: str
    solution_id: str
    channel: Channel
    category: Category
    proposed_priority: Priority
    title: Text
    description: Text
    prior_analysis: Text
    serial_number: str | None = None
    equipment: Equipment | None = None
    analysis_follows: bool = False
    begins_chat: bool = False
    follows: str | None = None


@dataclass(frozen=True, kw_only=True)
class ClaimCase(Command):
    """Take the case."""


@dataclass(frozen=True, kw_only=True)
class AssignCase(Command):
    """Give the case to an agent. `to` is as whom they serve now, None from those who did not say so yet: the case may
    have left their level by the time that it is decided.
    """

    agent_id: str
    to: Actor | None = None


@dataclass(frozen=True, kw_only=True)
class SendReply(Command):
    """Answer the customer in public."""

    body: Text


@dataclass(frozen=True, kw_only=True)
class AddNote(Command):
    """Leave a note that only agents see. Those whom it calls, by their ids, are told of it."""

    body: Text
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LogAttempt(Command):
    """Log a try on a remote channel."""

    channel: Channel
    outcome: Outcome
    summary: Text


@dataclass(frozen=True, kw_only=True)
class LogCall(Command):
    """Log a telephone call with the customer's contact `contact_id`; how long it `lasted` is nothing where unknown."""

    direction: Direction
    contact_id: str
    outcome: Outcome
    summary: Text
    started_at: datetime
    lasted: timedelta = timedelta(0)


@dataclass(frozen=True, kw_only=True)
class BeginChat(Command):
    """Chat about the case, as the customer; `body` is the first line, and may say what was analysed as any other."""

    body: Text
    says_more: bool = False


@dataclass(frozen=True, kw_only=True)
class TakeChat(Command):
    """Take the chat that waits, and the case where nobody has it."""


@dataclass(frozen=True, kw_only=True)
class SayInChat(Command):
    """Write a line. `unseen`: nobody of the other side has the chat before them.

    A customer's that `says_more` than a greeting or a question is what was analysed, where that is missing (REQ-5).
    """

    body: Text
    unseen: bool = False
    says_more: bool = False


@dataclass(frozen=True, kw_only=True)
class HandOverChat(Command):
    """Give the chat to an agent, and the case with it where its agent had both. `to` as in `AssignCase`."""

    agent_id: str
    to: Actor | None = None


@dataclass(frozen=True, kw_only=True)
class EndChat(Command):
    """End the chat: whether it solved the case, and in short what was done, which the customer need not say.

    `unseen`: nobody of the other side has the chat before them.
    """

    outcome: Outcome
    summary: Text | None = None
    unseen: bool = False


@dataclass(frozen=True, kw_only=True)
class SetPriority(Command):
    """Confirm the priority or change it."""

    priority: Priority
    reason: Text


@dataclass(frozen=True, kw_only=True)
class RequestInformation(Command):
    """Ask the customer for what is missing."""

    body: Text


@dataclass(frozen=True, kw_only=True)
class AnswerAsCustomer(Command):
    """Write as the customer. What `says_more` than thanks is what was analysed, where that is missing (REQ-5)."""

    body: Text
    says_more: bool = True


@dataclass(frozen=True, kw_only=True)
class RecordAnalysis(Command):
    """Write down what the customer said that it had analysed, and on which channel (REQ-4, REQ-5)."""

    channel: Channel
    body: Text


@dataclass(frozen=True, kw_only=True)
class HandOff(Command):
    """Move the case one level up by hand."""

    reason: Text


@dataclass(frozen=True, kw_only=True)
class TransferCase(Command):
    """Escalate functionally: to a specialist group, or straight to level 3. Exactly one of both."""

    reason: Text
    group: str | None = None
    level: Level | None = None


@dataclass(frozen=True, kw_only=True)
class EscalateToProvider(Command):
    """Involve a service provider."""

    provider: str
    provider_case: str


@dataclass(frozen=True, kw_only=True)
class UpdateFromProvider(Command):
    """Note what the provider said."""

    body: Text


@dataclass(frozen=True, kw_only=True)
class CloseAsOutOfScope(Command):
    """Close the case as something that support is not."""

    kind: OutOfScopeKind
    reason: Text


@dataclass(frozen=True, kw_only=True)
class CloseAsDuplicate(Command):
    """Close the case because another one holds the same (ESC-18).

    `last` is the end of that one's chain of duplicates, as it was known when the command was given. None in what was
    lived elsewhere, or given before this was asked: there it was as it was.
    """

    of: str
    last: GoesOnIn | None = None


@dataclass(frozen=True, kw_only=True)
class ResolveCase(Command):
    """Give the solution."""

    summary: Text


@dataclass(frozen=True, kw_only=True)
class ConfirmSolution(Command):
    """Agree that it is solved."""


@dataclass(frozen=True, kw_only=True)
class ReopenCase(Command):
    """Say that it is not solved."""

    reason: Text


@dataclass(frozen=True, kw_only=True)
class WithdrawCase(Command):
    """Take the request back."""


@dataclass(frozen=True, kw_only=True)
class LinkProviderIncident(Command):
    """Tie the case to an incident that the provider published."""

    incident_id: str


@dataclass(frozen=True, kw_only=True)
class RecordDiagnosis(Command):
    """Say, as a specialist, what is wrong with the equipment."""

    cause: Cause
    summary: Text


@dataclass(frozen=True, kw_only=True)
class StartRemoteSession(Command):
    """Begin a remote session, to which the contact `consented_by` has agreed."""

    tool: str
    consented_by: str


@dataclass(frozen=True, kw_only=True)
class EndRemoteSession(Command):
    """End the remote session and say what was done."""

    session: int
    summary: Text


@dataclass(frozen=True, kw_only=True)
class RequestVisit(Command):
    """Ask for a visit on site, in the municipality `city_code` (DIVIPOLA), which `place` names."""

    city_code: str
    place: Text
    address: Text
    reason: Text


@dataclass(frozen=True, kw_only=True)
class ApproveVisit(Command):
    """Decide as the director: approved with a quote of the travel expenses in COP, or not, with the reason."""

    approved: bool
    quote: int | None = None
    reason: Text | None = None


@dataclass(frozen=True, kw_only=True)
class AcceptVisit(Command):
    """Decide as the customer about the quote, or about expenses above it. `amount` (COP), if any, is what was read."""

    accepted: bool
    amount: int | None = None
    reason: Text | None = None


@dataclass(frozen=True, kw_only=True)
class ScheduleVisit(Command):
    """Agree a date, or another one. Who moves a date may leave the engineer as it is."""

    starts_at: datetime
    engineer_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class CancelVisit(Command):
    """Call the visit off."""

    reason: Text | None = None


@dataclass(frozen=True, kw_only=True)
class StartVisit(Command):
    """Be there."""


@dataclass(frozen=True, kw_only=True)
class LogVisitExpense(Command):
    """Log what the visit cost, in COP, with its receipt."""

    concept: Text
    amount: int
    receipt_reference: str


@dataclass(frozen=True, kw_only=True)
class ReportVisit(Command):
    """Say what was found and done."""

    found: Text
    done: Text


@dataclass(frozen=True, kw_only=True)
class SignOffVisit(Command):
    """Agree, as the customer, that the visit was made."""


@dataclass(frozen=True, kw_only=True)
class AmendTerms(Command):
    """Apply a changed holiday list or matrix to the case: those of `terms`; plan and cover stay (PLAN-15).

    `instead_of` are the case's terms that `terms` were made of; None from those who did not say so yet.
    """

    terms: Terms
    reason: Text
    instead_of: Terms | None = None


@dataclass(frozen=True, kw_only=True)
class ReleaseCase(Command):
    """Let a held case go on under `terms`, whose cover was known at `covered_at`. No person asks for it.

    `counts_from`: since when the case is covered, which is earlier where a payment was registered late (WAR-3); None
    from those who did not say so yet.
    """

    terms: Terms
    covered_at: datetime
    counts_from: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class RecordPage(Command):
    """Put on record what happened with a page about the fact `about`: whoever acknowledges it, else the desk itself."""

    step: PageStep
    about: int
    level: Level
    person_id: str | None = None


COMMANDS: tuple[type[Command], ...] = (
    ClaimCase,
    AssignCase,
    SendReply,
    AddNote,
    LogAttempt,
    LogCall,
    RecordPage,
    BeginChat,
    TakeChat,
    SayInChat,
    HandOverChat,
    EndChat,
    SetPriority,
    RequestInformation,
    AnswerAsCustomer,
    RecordAnalysis,
    HandOff,
    TransferCase,
    EscalateToProvider,
    UpdateFromProvider,
    LinkProviderIncident,
    RecordDiagnosis,
    StartRemoteSession,
    EndRemoteSession,
    RequestVisit,
    ApproveVisit,
    AcceptVisit,
    ScheduleVisit,
    CancelVisit,
    StartVisit,
    LogVisitExpense,
    ReportVisit,
    SignOffVisit,
    CloseAsOutOfScope,
    CloseAsDuplicate,
    ResolveCase,
    ConfirmSolution,
    ReopenCase,
    WithdrawCase,
    AmendTerms,
)
"""Every command that somebody may give to an open case."""
