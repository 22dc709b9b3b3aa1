"""What may be asked of a case, as imperatives. A command says who asks; free text was deposited before, as `Text`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from escala.policy.case import Actor, Category, Channel, Level, Outcome, OutOfScopeKind, Priority, Text


@dataclass(frozen=True, kw_only=True)
class Command:
    """Somebody (`by`) wants something of a case."""

    by: Actor


@dataclass(frozen=True, kw_only=True)
class OpenCase(Command):
    """Open case `number`, received at `received_at`; the requester proposes the priority (PRI-5)."""

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


@dataclass(frozen=True, kw_only=True)
class ClaimCase(Command):
    """Take the case."""


@dataclass(frozen=True, kw_only=True)
class AssignCase(Command):
    """Give the case to an agent."""

    agent_id: str


@dataclass(frozen=True, kw_only=True)
class SendReply(Command):
    """Answer the customer in public."""

    body: Text


@dataclass(frozen=True, kw_only=True)
class AddNote(Command):
    """Leave a note that only agents see."""

    body: Text


@dataclass(frozen=True, kw_only=True)
class LogAttempt(Command):
    """Log a try on a remote channel."""

    channel: Channel
    outcome: Outcome
    summary: Text


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
    """Write as the customer."""

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
    """Close the case because another one holds the same."""

    of: str


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


COMMANDS: tuple[type[Command], ...] = (
    ClaimCase,
    AssignCase,
    SendReply,
    AddNote,
    LogAttempt,
    SetPriority,
    RequestInformation,
    AnswerAsCustomer,
    HandOff,
    TransferCase,
    EscalateToProvider,
    UpdateFromProvider,
    CloseAsOutOfScope,
    CloseAsDuplicate,
    ResolveCase,
    ConfirmSolution,
    ReopenCase,
    WithdrawCase,
)
"""Every command that an open case can take."""
