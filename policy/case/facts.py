"""The facts of a case, in the past tense. A fact holds ids and figures; words stay where they were deposited.

`internal` facts are hidden from contacts. Each has a `kind`, its name on the timeline.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

from policy.case.case import (
    Actor,
    Category,
    Cause,
    Channel,
    ClosingReason,
    Direction,
    Level,
    Outcome,
    OutOfScopeKind,
    Plan,
    Priority,
    Text,
    WakeKind,
)
from policy.duty.steps import PageStep
from policy.terms.terms import ArchitectureHelp, CoverKind
from policy.time.clock import ClockName
from policy.visit.facts import VisitFact


@dataclass(frozen=True, kw_only=True)
class CaseOpened:
    """A case was opened, and its clocks started unless it is held (ESC-5).

    `architecture_help` says how far help goes, where the case asks for help with an architecture (PLAN-11). `follows`
    is the closed case that it goes on from.
    """

    internal: ClassVar[bool] = False
    kind: Literal["case_opened"] = "case_opened"
    plan: Plan
    cover: CoverKind
    priority: Priority
    channel: Channel
    category: Category
    title: Text
    description: Text
    prior_analysis: Text
    architecture_help: ArchitectureHelp | None = None
    follows: str | None = None


@dataclass(frozen=True, kw_only=True)
class CaseHeld:
    """The case has no cover: no clock runs (WAR-3)."""

    internal: ClassVar[bool] = False
    kind: Literal["case_held"] = "case_held"
    until: datetime


@dataclass(frozen=True, kw_only=True)
class CaseReleased:
    """Cover came: the held case goes on under its plan, its clocks running since it is covered (WAR-3).

    `came_by` is the channel by which it came, where the plan does not hold that one; it goes on by the plan's
    `channels` then (PLAN-7).
    """

    internal: ClassVar[bool] = False
    kind: Literal["case_released"] = "case_released"
    plan: Plan
    cover: CoverKind
    came_by: Channel | None = None
    channels: tuple[Channel, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CaseClaimed:
    """An agent took the case."""

    internal: ClassVar[bool] = False
    kind: Literal["case_claimed"] = "case_claimed"
    agent_id: str


@dataclass(frozen=True, kw_only=True)
class CaseAssigned:
    """The case was given to an agent."""

    internal: ClassVar[bool] = False
    kind: Literal["case_assigned"] = "case_assigned"
    agent_id: str


@dataclass(frozen=True, kw_only=True)
class ReplySent:
    """The customer was answered, in public."""

    internal: ClassVar[bool] = False
    kind: Literal["reply_sent"] = "reply_sent"
    body: Text


@dataclass(frozen=True, kw_only=True)
class NoteAdded:
    """A note among agents; `mentions` are the ids of those whom it calls."""

    internal: ClassVar[bool] = True
    kind: Literal["note_added"] = "note_added"
    body: Text
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AttemptLogged:
    """A try on a remote channel, and how it ended (ONS-4)."""

    internal: ClassVar[bool] = False
    kind: Literal["attempt_logged"] = "attempt_logged"
    channel: Channel
    outcome: Outcome
    summary: Text


@dataclass(frozen=True, kw_only=True)
class CallLogged:
    """A telephone call with a contact, and how it ended (ESC-12, ONS-4). `ends_wait`: what the case waited to be told
    could be told in it, and is waited for no more (ESC-10, ESC-16).
    """

    internal: ClassVar[bool] = False
    kind: Literal["call_logged"] = "call_logged"
    direction: Direction
    contact_id: str
    outcome: Outcome
    summary: Text
    started_at: datetime
    lasted: timedelta
    ends_wait: bool = False

    @property
    def channel(self) -> Channel | None:
        """Which channel was tried by it (ONS-4); none where the customer called and nobody took it."""
        is_missed = self.direction is Direction.IN and self.outcome is Outcome.NO_ANSWER
        return None if is_missed else Channel.PHONE


@dataclass(frozen=True, kw_only=True)
class ChatBegun:
    """A contact waits in the chat; without a line it ends by itself at `ends_at`."""

    internal: ClassVar[bool] = False
    kind: Literal["chat_begun"] = "chat_begun"
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class ChatTaken:
    """An agent has the chat now, and the case with it where nobody had that (`takes_case`)."""

    internal: ClassVar[bool] = False
    kind: Literal["chat_taken"] = "chat_taken"
    agent_id: str
    takes_case: bool


@dataclass(frozen=True, kw_only=True)
class ChatSaid:
    """A line of a chat, of either side (ESC-12). `tells`: who was not there to see it is told by notice.

    `brings_analysis`: it is what the customer's team analysed, which the case was opened without (REQ-5).
    """

    internal: ClassVar[bool] = False
    kind: Literal["chat_said"] = "chat_said"
    body: Text
    tells: bool = False
    brings_analysis: bool = False


@dataclass(frozen=True, kw_only=True)
class ChatHandedOver:
    """Another agent has the chat now, and the case with it where `takes_case`."""

    internal: ClassVar[bool] = False
    kind: Literal["chat_handed_over"] = "chat_handed_over"
    from_agent: str | None
    to_agent: str
    takes_case: bool


@dataclass(frozen=True, kw_only=True)
class ChatEnded:
    """A chat ended: by one of the sides, or with its case, or by itself once nobody wrote any more.

    `outcome` is that of the attempt that it was (ONS-4); None where nobody of ours wrote in it, or it was ours to
    write. `tells`: who was not there to see it is told by notice.
    """

    internal: ClassVar[bool] = False
    kind: Literal["chat_ended"] = "chat_ended"
    outcome: Outcome | None
    contact_id: str
    summary: Text | None = None
    with_case: bool = False
    tells: bool = False

    @property
    def channel(self) -> Channel | None:
        """Which channel was tried by it (ONS-4)."""
        return Channel.CHAT if self.outcome else None


@dataclass(frozen=True, kw_only=True)
class InitialAttentionGiven:
    """The first human answer that the customer can see (ESC-12)."""

    internal: ClassVar[bool] = False
    kind: Literal["initial_attention_given"] = "initial_attention_given"
    due_at: datetime
    in_time: bool


@dataclass(frozen=True, kw_only=True)
class InitialAttentionMissed:
    """Nobody answered within the plan's time (PLAN-5)."""

    internal: ClassVar[bool] = False
    kind: Literal["initial_attention_missed"] = "initial_attention_missed"


@dataclass(frozen=True, kw_only=True)
class ClockWarned:
    """A clock reached the warning's share of its limit, `percent` (ESC-13), which older facts do not name."""

    internal: ClassVar[bool] = True
    kind: Literal["clock_warned"] = "clock_warned"
    clock: ClockName
    level: Level
    limit_at: datetime
    percent: int | None = None


@dataclass(frozen=True, kw_only=True)
class PriorityConfirmed:
    """Help Desk agreed with the proposed priority (PRI-5)."""

    internal: ClassVar[bool] = False
    kind: Literal["priority_confirmed"] = "priority_confirmed"
    priority: Priority
    reason: Text


@dataclass(frozen=True, kw_only=True)
class PriorityChanged:
    """Help Desk changed the priority, and the level's limit with it (PRI-5, ESC-11)."""

    internal: ClassVar[bool] = False
    kind: Literal["priority_changed"] = "priority_changed"
    from_priority: Priority
    to_priority: Priority
    spent: timedelta
    reason: Text


@dataclass(frozen=True, kw_only=True)
class InformationRequested:
    """The customer was asked; the level clock stands still until the answer (ESC-10), or until `answer_by` (ESC-16).

    Older facts name no such instant: their wait has no end.
    """

    internal: ClassVar[bool] = False
    kind: Literal["information_requested"] = "information_requested"
    body: Text
    answer_by: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class InformationReminded:
    """The requester was reminded of the question, which is waited for until `answer_by` (ESC-16)."""

    internal: ClassVar[bool] = False
    kind: Literal["information_reminded"] = "information_reminded"
    answer_by: datetime


@dataclass(frozen=True, kw_only=True)
class InformationLapsed:
    """The question was not answered in time, and a visit that goes on kept the case from being resolved (ESC-16)."""

    internal: ClassVar[bool] = False
    kind: Literal["information_lapsed"] = "information_lapsed"


@dataclass(frozen=True, kw_only=True)
class CustomerAnswered:
    """The customer wrote; a level clock that waited for it goes on (ESC-10).

    `brings_analysis`: it is what the customer's team analysed, which the case was opened without (REQ-5).
    """

    internal: ClassVar[bool] = False
    kind: Literal["customer_answered"] = "customer_answered"
    body: Text
    brings_analysis: bool = False


@dataclass(frozen=True, kw_only=True)
class AnalysisRecorded:
    """Somebody of ours wrote down what the customer said on this channel that it had analysed (REQ-5)."""

    internal: ClassVar[bool] = False
    kind: Literal["analysis_recorded"] = "analysis_recorded"
    channel: Channel
    body: Text


HandOffCause = Literal["limit", "by_hand", "priority", "functional", "amendment"]


@dataclass(frozen=True, kw_only=True)
class HandedOff:
    """The case changed level and left its assignee (ESC-5, ESC-7, ESC-8, ESC-11)."""

    internal: ClassVar[bool] = False
    kind: Literal["handed_off"] = "handed_off"
    from_level: Level
    to_level: Level
    cause: HandOffCause
    left_by: str | None
    reason: Text | None = None


@dataclass(frozen=True, kw_only=True)
class CaseTransferred:
    """The case went sideways to a specialist group, its level clock running on (ESC-8)."""

    internal: ClassVar[bool] = False
    kind: Literal["case_transferred"] = "case_transferred"
    from_group: str | None
    to_group: str
    left_by: str | None
    reason: Text


@dataclass(frozen=True, kw_only=True)
class ProviderEscalated:
    """A service provider works on it too, under its own number (ESC-9)."""

    internal: ClassVar[bool] = False
    kind: Literal["provider_escalated"] = "provider_escalated"
    provider: str
    provider_case: str


@dataclass(frozen=True, kw_only=True)
class ProviderUpdated:
    """The provider said something new (ESC-9)."""

    internal: ClassVar[bool] = False
    kind: Literal["provider_updated"] = "provider_updated"
    body: Text


@dataclass(frozen=True, kw_only=True)
class ProviderIncidentLinked:
    """The case was tied to an incident that the provider published (SCOPE-6)."""

    internal: ClassVar[bool] = False
    kind: Literal["provider_incident_linked"] = "provider_incident_linked"
    incident_id: str


@dataclass(frozen=True, kw_only=True)
class RemoteSessionStarted:
    """A remote session began, with the consent of the contact `consented_by` (ONS-6)."""

    internal: ClassVar[bool] = False
    kind: Literal["remote_session_started"] = "remote_session_started"
    session: int
    tool: str
    consented_by: str


@dataclass(frozen=True, kw_only=True)
class RemoteSessionEnded:
    """A remote session ended; `summary` is what was done, or None where the case's end ended it too (ONS-6)."""

    internal: ClassVar[bool] = False
    kind: Literal["remote_session_ended"] = "remote_session_ended"
    session: int
    summary: Text | None


@dataclass(frozen=True, kw_only=True)
class DiagnosisRecorded:
    """A specialist said what is wrong with the equipment; only a manufacturing defect is covered (WAR-4)."""

    internal: ClassVar[bool] = False
    kind: Literal["diagnosis_recorded"] = "diagnosis_recorded"
    cause: Cause
    is_covered: bool
    summary: Text


@dataclass(frozen=True)
class Moved:
    """A deadline before and after an amendment; None where there was or is none."""

    what: WakeKind
    before_at: datetime | None
    after_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class TermsAmended:
    """A changed holiday list or matrix was applied: from which policy to which, and what moved (PLAN-15)."""

    internal: ClassVar[bool] = False
    kind: Literal["terms_amended"] = "terms_amended"
    from_version: str
    to_version: str
    moved: tuple[Moved, ...]
    reason: Text


@dataclass(frozen=True, kw_only=True)
class CaseOverdue:
    """Level 3's limit passed (ESC-6)."""

    internal: ClassVar[bool] = False
    kind: Literal["case_overdue"] = "case_overdue"


@dataclass(frozen=True, kw_only=True)
class OverdueRepeated:
    """A further period of level 3's length passed without a solution (ESC-6). `periods` counts them all so far."""

    internal: ClassVar[bool] = False
    kind: Literal["overdue_repeated"] = "overdue_repeated"
    periods: int


@dataclass(frozen=True, kw_only=True)
class DutyPaged:
    """A step of paging whoever is on duty about the fact `about` (ESC-17): who was called, or who acknowledged.

    `person_id` is None where nobody was there, or nobody answered, and all of the level were told.
    """

    internal: ClassVar[bool] = True
    kind: Literal["duty_paged"] = "duty_paged"
    step: PageStep
    about: int
    level: Level
    person_id: str | None


@dataclass(frozen=True, kw_only=True)
class CaseResolved:
    """A solution was given; the customer confirms or reopens until `reopen_until` (ESC-14).

    `unanswered`: it was resolved without a solution, because a question was not answered in time (ESC-16).
    """

    internal: ClassVar[bool] = False
    kind: Literal["case_resolved"] = "case_resolved"
    summary: Text | None
    reopen_until: datetime
    unanswered: bool = False


@dataclass(frozen=True, kw_only=True)
class CaseReopened:
    """The customer says it is not solved: back at the level that resolved it (ESC-14)."""

    internal: ClassVar[bool] = False
    kind: Literal["case_reopened"] = "case_reopened"
    reason: Text


@dataclass(frozen=True, kw_only=True)
class CaseClosed:
    """The end, and why."""

    internal: ClassVar[bool] = False
    kind: Literal["case_closed"] = "case_closed"
    reason: ClosingReason
    words: Text | None = None
    out_of_scope_kind: OutOfScopeKind | None = None
    duplicate_of: str | None = None


Fact = (
    CaseOpened
    | CaseHeld
    | CaseReleased
    | CaseClaimed
    | CaseAssigned
    | ReplySent
    | NoteAdded
    | AttemptLogged
    | CallLogged
    | ChatBegun
    | ChatTaken
    | ChatSaid
    | ChatHandedOver
    | ChatEnded
    | InitialAttentionGiven
    | InitialAttentionMissed
    | ClockWarned
    | PriorityConfirmed
    | PriorityChanged
    | InformationRequested
    | InformationReminded
    | InformationLapsed
    | CustomerAnswered
    | AnalysisRecorded
    | HandedOff
    | CaseTransferred
    | ProviderEscalated
    | ProviderUpdated
    | ProviderIncidentLinked
    | RemoteSessionStarted
    | RemoteSessionEnded
    | DiagnosisRecorded
    | TermsAmended
    | CaseOverdue
    | OverdueRepeated
    | DutyPaged
    | CaseResolved
    | CaseReopened
    | CaseClosed
    | VisitFact
)


@dataclass(frozen=True, kw_only=True)
class UnknownFact:
    """What a newer program recorded, as it stands: while programs are replaced, an older one still shows the page.

    No rule makes one. It is told by its kind, and `data` is what was recorded beside it.
    """

    kind: str
    data: Mapping[str, Any]


RecordedFact = Fact | UnknownFact


def texts_in(fact: RecordedFact) -> dict[str, Text]:
    """The deposited texts that a fact speaks of, by the names of its fields and in their order."""
    return {name: value for name, value in vars(fact).items() if isinstance(value, Text)}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A fact on a case's timeline: its place, when it happened, who did it, and when it was due if a clock did it.

    `at - due_at` is the lateness that a stopped service caused (ESC-15).
    """

    seq: int
    at: datetime
    by: Actor
    fact: Fact
    due_at: datetime | None = None
