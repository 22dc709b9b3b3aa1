"""All that is on record of a case's visits: where and why, who decided what, expenses with receipts, the report.

For our side also the proof that the remote channels were exhausted, on which the director decides (ONS-3, ONS-4).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from policy.case.case import Actor, Case, Channel, Outcome, Text
from policy.case.facts import AttemptLogged, CallLogged, ChatEnded
from policy.visit.facts import (
    VisitAccepted,
    VisitApproved,
    VisitCancelled,
    VisitDeclined,
    VisitExpenseLogged,
    VisitFact,
    VisitRefused,
    VisitReported,
    VisitRequested,
)
from policy.visit.retold import Told, ended_visit
from policy.visit.visit import Side, Visit
from storage.case.views import TimelineRow


@dataclass(frozen=True, kw_only=True)
class Said:
    """Who did something, and when."""

    at: datetime
    by: Actor


@dataclass(frozen=True, kw_only=True)
class Decision(Said):
    """A decision of one party, by the kind of its fact; the amount in COP where it is about one."""

    kind: str
    amount: int | None
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class Expense(Said):
    """A travel expense in COP, and the receipt that proves it (ONS-2)."""

    concept: str
    amount: int
    receipt_reference: str


@dataclass(frozen=True, kw_only=True)
class Report(Said):
    """What was found and done (ONS-5)."""

    found: str
    done: str


@dataclass(frozen=True, kw_only=True)
class Cancellation(Said):
    """Which side called the visit off, and who bears what was spent, in COP (ONS-5)."""

    cancelled_by: Side
    reason: str | None
    borne_by_customer: int
    borne_by_support: int


@dataclass(frozen=True, kw_only=True)
class Attempt(Said):
    """A logged try on a remote channel, and how it ended."""

    outcome: Outcome
    summary: str


@dataclass(frozen=True, kw_only=True)
class ChannelTried:
    """A channel of the plan; exhausted once an attempt on it did not solve the case (ONS-4)."""

    channel: Channel
    attempts: Sequence[Attempt]

    @property
    def exhausted(self) -> bool:
        return any(each.outcome is not Outcome.SOLVED for each in self.attempts)


@dataclass(frozen=True, kw_only=True)
class VisitRecord:
    """The visit and its record. `channels` is None for who is not shown them."""

    visit: Visit
    place: str
    address: str
    reason: str
    requested_by: Actor
    decisions: Sequence[Decision]
    expenses: Sequence[Expense]
    report: Report | None
    cancellation: Cancellation | None
    channels: Sequence[ChannelTried] | None


def visit_records(case: Case, rows: Sequence[TimelineRow], plan: Iterable[Channel] | None) -> Sequence[VisitRecord]:
    """Every visit of the case, the oldest first; the earlier ones, which ended, are told by their facts (ONS-5)."""
    channels = None if plan is None else tuple(plan)
    last = case.visit.number if case.visit else 0
    earlier = [ended_visit(_told(rows, number)) for number in range(1, last)]
    visits = [*earlier, case.visit] if case.visit else []
    return [visit_record(visit, rows, channels) for visit in visits]


def _told(rows: Iterable[TimelineRow], number: int) -> Iterator[Told]:
    for row in rows:
        if isinstance(row.fact, VisitFact) and row.fact.visit == number:
            yield row.at, row.actor.id, row.fact


def visit_record(visit: Visit, rows: Sequence[TimelineRow], plan: Iterable[Channel] | None) -> VisitRecord:
    """What the case's facts say of this visit. `plan`: the channels of the case's plan, None not to tell of them."""
    about = [row for row in rows if isinstance(row.fact, VisitFact) and row.fact.visit == visit.number]
    row, requested = next((row, row.fact) for row in about if isinstance(row.fact, VisitRequested))
    reports = [_report(row, row.fact) for row in about if isinstance(row.fact, VisitReported)]
    cancellations = [_cancellation(row, row.fact) for row in about if isinstance(row.fact, VisitCancelled)]
    return VisitRecord(
        visit=visit,
        place=row.body(requested.place),
        address=row.body(requested.address),
        reason=row.body(requested.reason),
        requested_by=row.actor,
        decisions=[decision for row in about if (decision := _decision(row))],
        expenses=[_expense(row, row.fact) for row in about if isinstance(row.fact, VisitExpenseLogged)],
        report=reports[-1] if reports else None,
        cancellation=cancellations[-1] if cancellations else None,
        channels=None if plan is None else channels_tried(plan, rows),
    )


def _decision(row: TimelineRow) -> Decision | None:
    amount: int | None
    reason: Text | None
    match row.fact:
        case (
            VisitApproved(quote=int(amount), reason=reason)
            | VisitAccepted(amount=amount, reason=reason)
            | VisitDeclined(amount=amount, reason=reason)
        ):
            pass
        case VisitRefused(reason=reason):
            amount = None
        case _:
            return None
    return Decision(at=row.at, by=row.actor, kind=row.fact.kind, amount=amount, reason=_words(row, reason))


def _expense(row: TimelineRow, fact: VisitExpenseLogged) -> Expense:
    concept, receipt = row.body(fact.concept), fact.receipt_reference
    return Expense(at=row.at, by=row.actor, concept=concept, amount=fact.amount, receipt_reference=receipt)


def _report(row: TimelineRow, fact: VisitReported) -> Report:
    return Report(at=row.at, by=row.actor, found=row.body(fact.found), done=row.body(fact.done))


def _cancellation(row: TimelineRow, fact: VisitCancelled) -> Cancellation:
    return Cancellation(
        at=row.at,
        by=row.actor,
        cancelled_by=fact.cancelled_by,
        reason=_words(row, fact.reason),
        borne_by_customer=fact.borne_by_customer,
        borne_by_support=fact.borne_by_support,
    )


TRIES = frozenset({AttemptLogged.kind, CallLogged.kind, ChatEnded.kind})
"""The kinds of facts that tell of a channel that was tried."""


def channels_tried(plan: Iterable[Channel], rows: Iterable[TimelineRow]) -> Sequence[ChannelTried]:
    """Each channel of the plan with the attempts made on it, in order."""
    logged = [(row, fact) for row in rows if isinstance(fact := row.fact, AttemptLogged | CallLogged | ChatEnded)]
    return [
        ChannelTried(
            channel=channel,
            attempts=[
                Attempt(at=row.at, by=row.actor, outcome=fact.outcome, summary=_words(row, fact.summary) or "")
                for row, fact in logged
                if fact.channel is channel and fact.outcome
            ],
        )
        for channel in plan
    ]


def _words(row: TimelineRow, text: Text | None) -> str | None:
    """A deposited text of the fact, where it has one."""
    return row.words.get(text.content_id) if text else None
