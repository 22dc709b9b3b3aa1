"""The case: its vocabulary, the shape of its clocks and its state. Behaviour lives in the modules beside it.

Every value is frozen and travels as JSON, so it holds ids and figures only: never a name, an address or a text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import ClassVar

from policy.visit.visit import Term, Visit


class Status(StrEnum):
    """Where a case stands in its life."""

    HELD = "held"
    NEW = "new"
    IN_PROGRESS = "in_progress"
    WAITING_CUSTOMER = "waiting_customer"
    RESOLVED = "resolved"
    CLOSED = "closed"


WORKED_ON = (Status.NEW, Status.IN_PROGRESS, Status.WAITING_CUSTOMER)
"""The states of a case that somebody works on, or is to: its level has it, and a customer's word awaits an answer."""


class ClosingReason(StrEnum):
    """Why a case was closed."""

    CONFIRMED = "confirmed"
    UNANSWERED = "unanswered"
    OUT_OF_SCOPE = "out_of_scope"
    NOT_COVERED = "not_covered"
    WITHDRAWN = "withdrawn"
    DUPLICATE = "duplicate"


class Level(IntEnum):
    """Who holds a case (ESC-1..3): Help Desk, Specialist Engineers Group, Director of Technology and Operations."""

    HELP_DESK = 1
    SPECIALISTS = 2
    DIRECTOR = 3


class Priority(IntEnum):
    """How hard the fault hits the customer's operation (PRI-1..4)."""

    CRITICAL = 1
    SERIOUS = 2
    MODERATE = 3
    LOW = 4


class Plan(str):
    """A plan by its id in the policy file, which says what it gives: no code knows which there are (PLAN-16)."""

    __slots__ = ()
    STANDARD: ClassVar[Plan]
    PREMIUM: ClassVar[Plan]

    @classmethod
    def __get_pydantic_core_schema__(cls, _: object, schema_of: Callable[[type[str]], object]) -> object:
        return schema_of(str)  # where it travels as JSON it is a text like any other


Plan.STANDARD, Plan.PREMIUM = Plan("standard"), Plan("premium")
"""The two that ship, for examples."""


class Channel(StrEnum):
    """A way to reach support, or to try a remedy, without travelling (PLAN-7)."""

    WEB = "web"
    CHAT = "chat"
    EMAIL = "email"
    PHONE = "phone"


class Category(StrEnum):
    """What a case asks for (SCOPE-1, PLAN-3, PLAN-10, PLAN-11)."""

    INCIDENT = "incident"
    QUESTION = "question"
    BEST_PRACTICE = "best_practice"
    ARCHITECTURE = "architecture"


class Outcome(StrEnum):
    """How an attempt on a remote channel ended (ONS-4)."""

    SOLVED = "solved"
    NOT_SOLVED = "not_solved"
    NO_ANSWER = "no_answer"


class Direction(StrEnum):
    """Who called whom: `in`, the customer us; `out`, we the customer."""

    IN = "in"
    OUT = "out"


class OutOfScopeKind(StrEnum):
    """What support is not (SCOPE-2, SCOPE-3, SCOPE-4, in this order)."""

    DEVELOPMENT = "development"
    DATA_LOAD = "data_load"
    DATABASE_UPDATE = "database_update"


class Cause(StrEnum):
    """What a specialist found to be wrong with a piece of equipment (WAR-4)."""

    MANUFACTURING_DEFECT = "manufacturing_defect"
    MISUSE = "misuse"
    WEAR = "wear"
    OTHER = "other"


class WaitingFor(StrEnum):
    """What the case waits for from the customer while its level clock is paused (ESC-10)."""

    INFORMATION = "information"
    QUOTE = "quote"
    VISIT = "visit"
    SIGN_OFF = "sign_off"


class Role(StrEnum):
    """In what capacity somebody acts. SYSTEM is a clock that ran out."""

    CONTACT = "contact"
    AGENT = "agent"
    DIRECTOR = "director"
    COMMERCIAL = "commercial"
    ADMIN = "admin"
    SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    """Who gives a command. `levels` and `groups` are those an agent serves; empty for everybody else.

    Who stands in for somebody absent acts with that one's role, levels and groups, `on_behalf_of` that id (ESC-17).
    """

    role: Role
    id: str
    levels: tuple[Level, ...] = ()
    groups: tuple[str, ...] = ()
    on_behalf_of: str | None = None


SYSTEM = Actor(Role.SYSTEM, "escala")


@dataclass(frozen=True)
class Text:
    """A deposited body: where it is and its length in characters, so that a rule can ask for one unread."""

    content_id: str
    characters: int


class ClockState(StrEnum):
    """A clock's state. MISSED: its limit passed before what it promises came."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    STOPPED = "stopped"


@dataclass(frozen=True, kw_only=True)
class Clock:
    """One promise's time, counted in the hours of the customer's plan (ESC-4).

    `spent` is what was counted up to `since_at`, where the stretch that goes on now began; `counting` says whether that
    stretch adds to it (a missed level clock at level 3 counts on, ESC-6). `due_at` is when the limit is reached if
    nothing changes: None while paused, kept once missed. `warn_at` is the warning still to be given (ESC-13).
    """

    limit: timedelta
    state: ClockState
    counting: bool
    spent: timedelta
    since_at: datetime
    due_at: datetime | None
    warn_at: datetime | None
    warned: bool = False


class Promise(StrEnum):
    """What a case was promised by a clock: its initial attention, and an end of its stay at each level."""

    INITIAL_ATTENTION = "initial_attention"
    LEVEL_1 = "level_1"
    LEVEL_2 = "level_2"
    LEVEL_3 = "level_3"


@dataclass(frozen=True, kw_only=True)
class Missed:
    """A promise that was broken at `due_at`, which stays with its case for ever (ESC-6).

    `late` is what was counted past `due_at` until the promise came to an end, or until `since_at`, from which on it
    grows. Behaviour is missed.py's.
    """

    promise: Promise
    due_at: datetime
    late: timedelta = timedelta(0)
    since_at: datetime | None = None


@dataclass(frozen=True)
class Attempt:
    """A logged try on a remote channel (ONS-4)."""

    channel: Channel
    outcome: Outcome


@dataclass(frozen=True)
class ProviderCase:
    """The case a service provider keeps for ours (ESC-9)."""

    provider: str
    number: str


@dataclass(frozen=True, kw_only=True)
class RemoteSession:
    """A remote session that is going on: with which tool, and who consented to it before it began (ONS-6)."""

    number: int
    tool: str
    consented_by: str
    started_at: datetime


@dataclass(frozen=True, kw_only=True)
class Chat:
    """A chat that goes on, which the contact `contact_id` began. It waits until an agent has it.

    `answered`: somebody of ours has written in it. `awaits_us`: the customer has the last word. `told`: who was not
    there was told of a line by notice, and the other side has written no other since. It ends by itself at `ends_at`.
    """

    contact_id: str
    begun_at: datetime
    ends_at: datetime
    agent_id: str | None = None
    answered: bool = False
    awaits_us: bool = True
    told: bool = False


@dataclass(frozen=True, kw_only=True)
class Question:
    """What the customer was asked, and has not answered (ESC-16).

    The requester is reminded at each of `remind_at`, which are those still to come; at `answer_by` the wait ends.
    """

    asked_at: datetime
    answer_by: datetime
    remind_at: tuple[datetime, ...]


class WakeKind(StrEnum):
    """What a case wakes up for."""

    ATTENTION_WARNING = "attention_warning"
    ATTENTION_LIMIT = "attention_limit"
    LEVEL_WARNING = "level_warning"
    LEVEL_LIMIT = "level_limit"
    OVERDUE_REPEAT = "overdue_repeat"
    HELD_END = "held_end"
    REOPENING_END = "reopening_end"
    INFORMATION_REMINDER = "information_reminder"
    INFORMATION_END = "information_end"
    VISIT_DATE = "visit_date"
    VISIT_REMINDER = "visit_reminder"
    VISIT_LIMIT = "visit_limit"
    CHAT_END = "chat_end"
    EXCESS_REMINDER = "excess_reminder"
    EXCESS_LIMIT = "excess_limit"


LIMITS = frozenset(
    {
        WakeKind.ATTENTION_LIMIT,
        WakeKind.LEVEL_LIMIT,
        WakeKind.HELD_END,
        WakeKind.REOPENING_END,
        WakeKind.INFORMATION_END,
        WakeKind.VISIT_DATE,
        WakeKind.VISIT_LIMIT,
        WakeKind.EXCESS_LIMIT,
    }
)
"""The wakes that end a promise or a term; the others only remind of one."""


@dataclass(frozen=True)
class Wake:
    """Something that will happen by itself, and when."""

    at: datetime
    kind: WakeKind


@dataclass(frozen=True, kw_only=True)
class Case:
    """A customer's case, whole: what the workflow carries, the ledger projects and every rule reads.

    While it waits for several things at once, `waiting_for` is the first and `also_waiting_for` the others; `question`
    is what it waits for information on, None in cases from before that had an end. `visit` is the last one, ended or
    not. `follows` is the closed case that it goes on from. `lacks_analysis`: it came by mail without what the customer
    had analysed, was asked for that, and has no answer yet (REQ-5).
    """

    number: str
    status: Status
    level: Level
    priority: Priority
    customer_id: str
    contact_id: str
    solution_id: str
    channel: Channel
    category: Category
    opened_at: datetime
    turn: int = 0
    facts: int = 0
    last_at: datetime
    group: str | None = None
    assignee: str | None = None
    serial_number: str | None = None
    initial_attention: Clock | None = None
    level_clock: Clock | None = None
    first_answered_at: datetime | None = None
    waiting_for: WaitingFor | None = None
    also_waiting_for: tuple[WaitingFor, ...] = ()
    question: Question | None = None
    overdue_at: datetime | None = None
    overdue_periods: int = 0
    overdue_repeat_at: datetime | None = None
    missed: tuple[Missed, ...] = ()
    held_until: datetime | None = None
    resolved_at: datetime | None = None
    reopen_until: datetime | None = None
    closed_at: datetime | None = None
    closing_reason: ClosingReason | None = None
    out_of_scope_kind: OutOfScopeKind | None = None
    duplicate_of: str | None = None
    follows: str | None = None
    lacks_analysis: bool = False
    provider_case: ProviderCase | None = None
    provider_incidents: tuple[str, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    visit: Visit | None = None
    remote_session: RemoteSession | None = None
    remote_sessions: int = 0
    chat: Chat | None = None
    is_equipment: bool = False
    diagnosis: Cause | None = None

    def as_of(self, at: datetime) -> datetime:
        """The instant `at`, or the case's last turn where the worker's clock is ahead of the caller's."""
        return max(at, self.last_at)

    @property
    def overdue(self) -> bool:
        """Whether level 3's limit has passed and the case still awaits its solution (ESC-6)."""
        return self.overdue_at is not None and self.status not in (Status.RESOLVED, Status.CLOSED)

    @property
    def awaits_analysis(self) -> bool:
        """Whether what the customer analysed was asked for and is still to come (REQ-5)."""
        return self.lacks_analysis and self.status not in (Status.RESOLVED, Status.CLOSED)

    @property
    def waits(self) -> tuple[WaitingFor, ...]:
        """All that the case waits for from the customer (ESC-10)."""
        return (self.waiting_for, *self.also_waiting_for) if self.waiting_for else ()

    @property
    def wakes(self) -> tuple[Wake, ...]:
        """What will happen by itself if nothing changes, soonest first."""
        found: list[tuple[datetime | None, WakeKind]] = [
            (self.overdue_repeat_at, WakeKind.OVERDUE_REPEAT),
            (self.held_until, WakeKind.HELD_END),
            (self.reopen_until, WakeKind.REOPENING_END),
        ]
        if self.chat:
            found.append((self.chat.ends_at, WakeKind.CHAT_END))
        if self.question:
            found += [(at, WakeKind.INFORMATION_REMINDER) for at in self.question.remind_at]
            found.append((self.question.answer_by, WakeKind.INFORMATION_END))
        if self.visit:
            limit = WakeKind.VISIT_DATE if self.visit.awaits_its_date else WakeKind.VISIT_LIMIT
            found += _term_wakes(self.visit.term, WakeKind.VISIT_REMINDER, limit)
            found += _term_wakes(self.visit.excess, WakeKind.EXCESS_REMINDER, WakeKind.EXCESS_LIMIT)
        if self.initial_attention and self.initial_attention.state is ClockState.RUNNING:
            found.append((self.initial_attention.warn_at, WakeKind.ATTENTION_WARNING))
            found.append((self.initial_attention.due_at, WakeKind.ATTENTION_LIMIT))
        if self.level_clock and self.level_clock.state is ClockState.RUNNING:
            found.append((self.level_clock.warn_at, WakeKind.LEVEL_WARNING))
            found.append((self.level_clock.due_at, WakeKind.LEVEL_LIMIT))
        return tuple(sorted((Wake(at, kind) for at, kind in found if at), key=lambda wake: wake.at))

    @property
    def next_wake_at(self) -> datetime | None:
        """When something next happens by itself, or None: the only deadline that anybody outside waits for."""
        return min((wake.at for wake in self.wakes), default=None)

    @property
    def next_limit_at(self) -> datetime | None:
        """The next promise's end: `next_wake_at` without warnings and repetitions."""
        return min((wake.at for wake in self.wakes if wake.kind in LIMITS), default=None)

    @property
    def next_hand_off_at(self) -> datetime | None:
        """When the case leaves its level by itself, or None where that is not coming (ESC-5)."""
        clock = self.level_clock
        running = clock is not None and clock.state is ClockState.RUNNING and self.level < Level.DIRECTOR
        return clock.due_at if clock and running else None


def _term_wakes(term: Term | None, reminder: WakeKind, limit: WakeKind) -> list[tuple[datetime | None, WakeKind]]:
    return [(term.remind_at, reminder), (term.due_at, limit)] if term else []
