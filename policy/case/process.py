"""The life of a case as a map: its steps, what leads from one to another, and the path that one case took.

The moves follow from the policy's own tables: which command is taken in which state (`ALLOWED`), by whom (`ROLES`), and
what happens by itself (`WakeKind`). What a move does is said here once, and tests hold it against random lives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from policy.case import commands as c
from policy.case import facts as f
from policy.case.case import Case, ClosingReason, Level, Role, Status, WaitingFor, WakeKind
from policy.case.lifecycle import ALLOWED, ROLES


class Step(StrEnum):
    """Where a case stands on the map. The last six are its ends."""

    HELD = "held"
    LEVEL_1 = "level_1"
    LEVEL_2 = "level_2"
    LEVEL_3 = "level_3"
    WAITING_1 = "waiting_1"
    WAITING_2 = "waiting_2"
    WAITING_3 = "waiting_3"
    RESOLVED = "resolved"
    CONFIRMED = "confirmed"
    UNANSWERED = "unanswered"
    OUT_OF_SCOPE = "out_of_scope"
    NOT_COVERED = "not_covered"
    WITHDRAWN = "withdrawn"
    DUPLICATE = "duplicate"

    @property
    def is_end(self) -> bool:
        """Whether nothing leads on from here."""
        return self in ENDS

    @property
    def level(self) -> Level | None:
        """Who holds a case that is worked on or waits; None elsewhere."""
        return Level(int(self.value[-1])) if self in WORK else None


LEVELS = (Step.LEVEL_1, Step.LEVEL_2, Step.LEVEL_3)
WAITS = (Step.WAITING_1, Step.WAITING_2, Step.WAITING_3)
WORK = frozenset({*LEVELS, *WAITS})
ENDS = frozenset(Step(reason.value) for reason in ClosingReason)
WAITED_FOR = frozenset(each.value for each in WaitingFor)


@dataclass(frozen=True)
class Move:
    """A way from one step to another. `cause` is the command that somebody gives, or the wake that comes by itself."""

    source: Step
    target: Step
    cause: type[c.Command] | WakeKind

    @property
    def roles(self) -> frozenset[Role]:
        """Who makes it."""
        return frozenset({Role.SYSTEM}) if isinstance(self.cause, WakeKind) else ROLES[self.cause]


def step_at(status: Status, level: Level, closing_reason: ClosingReason | None) -> Step:
    """The step of a case in this state."""
    match status:
        case Status.HELD:
            return Step.HELD
        case Status.RESOLVED:
            return Step.RESOLVED
        case Status.CLOSED:
            assert closing_reason is not None
            return Step(closing_reason.value)
        case Status.WAITING_CUSTOMER:
            return WAITS[level - 1]
        case _:
            return LEVELS[level - 1]


def step_of(case: Case) -> Step:
    return step_at(case.status, case.level, case.closing_reason)


# -- moves ------------------------------------------------------------------------------------------------------------

Leads = Callable[[Step], tuple[Step, ...]]


def _to(target: Step) -> Leads:
    return lambda _: (target,)


def _waits(source: Step) -> tuple[Step, ...]:
    """The level's clock stands (ESC-10)."""
    return (WAITS[LEVELS.index(source)],) if source in LEVELS else ()


def _goes_on(source: Step) -> tuple[Step, ...]:
    """The level's clock goes on with what was left (ESC-10)."""
    return (LEVELS[WAITS.index(source)],) if source in WAITS else ()


def _up(source: Step) -> tuple[Step, ...]:
    """One level higher, waiting on if it waited (ESC-5, ESC-7, ESC-11)."""
    row = LEVELS if source in LEVELS else WAITS
    place = row.index(source) + 1 if source in row else len(row)
    return (row[place],) if place < len(row) else ()


def _to_the_top(source: Step) -> tuple[Step, ...]:
    """Straight to level 3 (ESC-8)."""
    row = LEVELS if source in LEVELS else WAITS
    return (row[-1],) if source in row[:-1] else ()


_COMMANDS: Mapping[type[c.Command], Leads] = {
    c.ReleaseCase: _to(Step.LEVEL_1),
    c.RequestInformation: _waits,
    c.ApproveVisit: _waits,
    c.ScheduleVisit: _waits,
    c.AnswerAsCustomer: _goes_on,
    c.RecordAnalysis: _goes_on,
    c.BeginChat: _goes_on,
    c.SayInChat: _goes_on,
    c.AcceptVisit: _goes_on,
    c.StartVisit: _goes_on,
    c.CancelVisit: _goes_on,
    c.ReportVisit: _waits,
    c.SignOffVisit: _goes_on,
    c.HandOff: _up,
    c.SetPriority: _up,
    c.AmendTerms: _up,
    c.TransferCase: _to_the_top,
    c.ResolveCase: _to(Step.RESOLVED),
    c.ReopenCase: lambda _: LEVELS,
    c.ConfirmSolution: _to(Step.CONFIRMED),
    c.WithdrawCase: _to(Step.WITHDRAWN),
    c.CloseAsDuplicate: _to(Step.DUPLICATE),
    c.CloseAsOutOfScope: _to(Step.OUT_OF_SCOPE),
    c.RecordDiagnosis: _to(Step.NOT_COVERED),
}
"""Where each command may lead; one that is not named leaves the case where it is."""

_WAKES: Mapping[WakeKind, Leads] = {
    WakeKind.LEVEL_LIMIT: lambda source: _up(source) if source in LEVELS else (),
    WakeKind.VISIT_LIMIT: _goes_on,
    WakeKind.VISIT_DATE: _goes_on,
    WakeKind.INFORMATION_END: lambda source: (*_goes_on(source), Step.RESOLVED) if source in WAITS else (),
    WakeKind.HELD_END: lambda source: (Step.NOT_COVERED,) if source is Step.HELD else (),
    WakeKind.REOPENING_END: lambda source: (Step.UNANSWERED,) if source is Step.RESOLVED else (),
}
"""Where what happens by itself may lead."""


def statuses(step: Step) -> frozenset[Status]:
    """The states that a step stands for."""
    if step in LEVELS:
        return frozenset({Status.NEW, Status.IN_PROGRESS})
    if step in WAITS:
        return frozenset({Status.WAITING_CUSTOMER})
    return frozenset({Status.CLOSED if step.is_end else Status(step.value)})


def moves() -> tuple[Move, ...]:
    """Every way from step to step that the policy leaves open."""
    return tuple(_moves())


def _moves() -> Iterator[Move]:
    for source in Step:
        for command, allowed in ALLOWED.items():
            if command in _COMMANDS and statuses(source) & allowed:
                yield from (Move(source, target, command) for target in _COMMANDS[command](source))
        for wake, leads in _WAKES.items():
            yield from (Move(source, target, wake) for target in leads(source))


# -- the path of one case ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stay:
    """A case at a step, from `from_at` until `until_at`; None while it is there still, and at an end."""

    step: Step
    from_at: datetime
    until_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Milestone:
    """A fact that moves a case on the map, by its kind. `level` is where a hand-off leads, `reason` why it closed."""

    kind: str
    at: datetime
    level: Level | None = None
    reason: ClosingReason | None = None


MILESTONES: tuple[str, ...] = tuple(
    each.kind
    for each in (
        f.CaseOpened,
        f.CaseHeld,
        f.CaseReleased,
        f.HandedOff,
        f.CaseResolved,
        f.CaseReopened,
        f.CaseClosed,
    )
)


@dataclass(frozen=True)
class Pause:
    """A level's clock that stood for the customer, [from_at, until_at); until_at is None while it stands."""

    from_at: datetime
    until_at: datetime | None


def path(milestones: Iterable[Milestone], pauses: Sequence[Pause] = ()) -> list[Stay]:
    """The steps that a case took, in order: a stay for each, its waits cut out of its levels."""
    stays: list[Stay] = []
    level = Level.HELP_DESK
    for each in milestones:
        level = each.level or level
        step = _arrival(each, level)
        if stays and (stays[-1].step is step or step is None):
            continue
        assert step is not None
        if stays and stays[-1].until_at is None:
            last = stays.pop()
            # What began and ended at once was no stay: a case without cover is held from its first instant.
            if last.from_at < each.at:
                stays.append(Stay(last.step, last.from_at, each.at))
        stays.append(Stay(step, each.at, None))
    return [part for stay in stays for part in _cut(stay, pauses)]


def _arrival(milestone: Milestone, level: Level) -> Step | None:
    match milestone.kind:
        case f.CaseHeld.kind:
            return Step.HELD
        case f.CaseResolved.kind:
            return Step.RESOLVED
        case f.CaseClosed.kind:
            return Step(milestone.reason.value) if milestone.reason else None
        case _:
            return LEVELS[level - 1]


def _cut(stay: Stay, pauses: Sequence[Pause]) -> Iterator[Stay]:
    """The stay at a level, with what of it was a wait."""
    if stay.step not in LEVELS:
        yield stay
        return
    waiting = WAITS[LEVELS.index(stay.step)]
    at = stay.from_at
    for pause in pauses:
        begins = max(pause.from_at, at)
        ends = pause.until_at
        if stay.until_at is not None:
            ends = min(ends or stay.until_at, stay.until_at)
        if ends is not None and begins >= ends:
            continue
        if at < begins:
            yield Stay(stay.step, at, begins)
        yield Stay(waiting, begins, ends)
        if ends is None:
            return
        at = ends
    if stay.until_at is None or at < stay.until_at:
        yield Stay(stay.step, at, stay.until_at)
