"""The notices that a turn calls for: who must learn of which fact. Addresses are found when a notice is delivered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from policy.case import facts as f
from policy.case.case import Case, Role, Status
from policy.case.facts import Entry
from policy.people.recipients import (
    Administrators,
    Agent,
    Commercial,
    Contact,
    Director,
    GroupQueue,
    LevelQueue,
    Recipient,
)
from policy.terms.terms import Terms
from policy.visit import facts as v
from policy.visit.visit import VisitStep


@dataclass(frozen=True)
class Notice:
    """One message to one recipient about the fact `seq`; unique by case, turn, kind and recipient.

    `limit_at` is the deadline it speaks of, where it does.
    """

    kind: str
    recipient: Recipient
    seq: int
    limit_at: datetime | None = None


def notices_of(entries: tuple[Entry, ...], *, before: Case | None, after: Case, terms: Terms) -> tuple[Notice, ...]:
    """The notices that a turn's facts call for, each recipient once per kind."""
    unique: dict[tuple[str, Recipient], Notice] = {}
    for entry in entries:
        for recipient in _recipients(entry, before or after, after):
            unique.setdefault(
                (entry.fact.kind, recipient),
                Notice(entry.fact.kind, recipient, entry.seq, _limit_at(entry.fact, after)),
            )
    return tuple(unique.values())


def queue_instead(entry: Entry, case: Case) -> GroupQueue | LevelQueue | None:
    """Who is told as well what an agent is told who is not there: the queue that has the case by now, for somebody
    else to take it over. None where it is told anyway, or the case is over.
    """
    queue = _queue(case)
    is_told = case.status is Status.CLOSED or queue in set(_recipients(entry, case, case))
    return None if is_told else queue


def _recipients(entry: Entry, before: Case, after: Case) -> Iterator[Recipient]:
    contact, fact = Contact(after.contact_id), entry.fact
    match fact:
        case f.CaseOpened():
            yield contact
            if after.level_clock:
                yield _queue(after)
        case f.CaseHeld():
            yield contact
            yield Commercial()
        case f.CaseReleased():
            yield contact
            yield _queue(after)
            yield Commercial()
        case f.CaseAssigned():
            yield Agent(fact.agent_id)
        case f.HandedOff():
            yield LevelQueue(fact.from_level)
            yield LevelQueue(fact.to_level)
            yield contact
            yield from _group(before)
            if fact.left_by:
                yield Agent(fact.left_by)
        case f.CaseTransferred():
            yield GroupQueue(fact.to_group)
            yield contact
            if fact.left_by:
                yield Agent(fact.left_by)
        case f.ClockWarned() | f.InitialAttentionMissed():
            yield LevelQueue(before.level)
            yield from _group(before)
            if before.assignee:
                yield Agent(before.assignee)
        case f.CaseOverdue() | f.OverdueRepeated():
            yield Director()
            yield Administrators(after.customer_id)
        case f.InformationRequested():
            yield contact
            if fact.answer_by:  # who asks knows
                yield from (each for each in _worker(after) if each != Agent(entry.by.id))
        case f.InformationReminded() | f.InformationLapsed():
            yield contact
            yield from _worker(after)
        case f.CaseResolved():
            yield contact
            if fact.unanswered:
                yield from _worker(after)
        case f.CustomerAnswered() | f.CaseReopened():
            yield from _worker(after)
        case f.CaseClosed():
            yield contact
            if before.assignee:
                yield Agent(before.assignee)
        case (
            f.ReplySent()
            | f.PriorityChanged()
            | f.ProviderEscalated()
            | f.ProviderUpdated()
            | f.DiagnosisRecorded()
            | f.RemoteSessionStarted()
            | f.RemoteSessionEnded()
        ):
            yield contact
        case f.TermsAmended():
            if fact.moved:
                yield contact
                yield from _worker(after)
        case f.ChatBegun() | f.ChatSaid() | f.ChatHandedOver() | f.ChatEnded():
            yield from _of_chat(fact, entry, before, after)
        case f.NoteAdded():
            yield from map(Agent, fact.mentions)
            if entry.by.role is Role.SYSTEM:  # what came by mail by itself: an absence, what did not arrive
                yield from _worker(after)
        case (
            f.CaseClaimed()
            | f.AttemptLogged()
            | f.CallLogged()
            | f.AnalysisRecorded()
            | f.ChatTaken()
            | f.InitialAttentionGiven()
            | f.PriorityConfirmed()
            | f.ProviderIncidentLinked()
            | f.DutyPaged()
        ):
            pass  # told to nobody: it concerns nobody else, or is read in the case
        case _:
            yield from _of_visit(fact, after, contact)


def _of_chat(
    fact: f.ChatBegun | f.ChatSaid | f.ChatHandedOver | f.ChatEnded, entry: Entry, before: Case, after: Case
) -> Iterator[Recipient]:
    """Who is in a chat sees what happens there: by notice learns who was not there, and who has to come."""
    agent_id = before.chat.agent_id if before.chat else None
    is_theirs = entry.by.role is Role.CONTACT
    match fact:
        case f.ChatBegun():
            if after.turn > 1:  # a case that is opened tells its queue by itself
                yield from _worker(after)
        case f.ChatHandedOver():
            if fact.to_agent != entry.by.id:
                yield Agent(fact.to_agent)
        case f.ChatSaid():
            if fact.tells and is_theirs and agent_id:
                yield Agent(agent_id)
            elif fact.tells and after.chat:
                yield Contact(after.chat.contact_id)
        case f.ChatEnded():
            if fact.tells and is_theirs and agent_id:
                yield Agent(agent_id)
            elif fact.tells:
                yield Contact(fact.contact_id)
        case _:
            assert_never(fact)


def _of_visit(fact: v.VisitFact, after: Case, contact: Contact) -> Iterator[Recipient]:
    administrators = Administrators(after.customer_id)
    match fact:
        case v.VisitRequested():
            yield Director()
            yield contact
        case v.VisitApproved() | v.VisitQuoteExceeded():
            yield contact
            yield administrators
        case v.VisitRefused():
            yield contact
            yield from _worker(after)
        case v.VisitAccepted() | v.VisitDeclined():
            yield Director()
            yield from _worker(after)
        case v.VisitLapsed():
            yield contact
            yield Director()
            yield from _worker(after)
        case v.VisitScheduled():
            yield contact
            yield Agent(fact.engineer_id)
            if fact.from_engineer_id not in (None, fact.engineer_id):
                yield Agent(fact.from_engineer_id)
        case v.VisitMissed():
            yield contact
            yield Director()
            yield Agent(fact.engineer_id)
            yield from _worker(after)
        case v.VisitCancelled():
            yield contact
            yield Director()
            if fact.engineer_id:
                yield Agent(fact.engineer_id)
            yield from _worker(after)
        case v.VisitStarted() | v.VisitReported():
            yield contact
        case v.VisitSignedOff():
            yield contact
            yield Director()
            yield from _engineer(after)
        case v.VisitReminded():
            yield from _reminded(fact, after, contact)
        case v.VisitExpenseLogged():
            pass  # told to nobody until the sum exceeds what was accepted
        case _:
            assert_never(fact)


def _reminded(fact: v.VisitReminded, after: Case, contact: Contact) -> Iterator[Recipient]:
    """Whomever the visit waits for; past the limit of a step that is still owed, the director too."""
    match fact.step:
        case _ if fact.is_excess:
            yield contact
        case VisitStep.REQUESTED:
            yield Director()
        case VisitStep.QUOTED | VisitStep.REPORTED:
            yield contact
        case VisitStep.AGREED:
            yield from _worker(after)
        case VisitStep.SCHEDULED if not fact.is_past:
            yield contact
            yield from _engineer(after)
        case _:
            yield from _engineer(after)
    if fact.is_past:
        yield Director()


def _engineer(case: Case) -> Iterator[Recipient]:
    if case.visit and case.visit.engineer_id:
        yield Agent(case.visit.engineer_id)


def _worker(case: Case) -> Iterator[Recipient]:
    """Who works on the case: its assignee, else the queue that has it."""
    yield Agent(case.assignee) if case.assignee else _queue(case)


def _group(case: Case) -> Iterator[Recipient]:
    if case.group:
        yield GroupQueue(case.group)


def _queue(case: Case) -> GroupQueue | LevelQueue:
    return GroupQueue(case.group) if case.group else LevelQueue(case.level)


def _limit_at(fact: f.Fact, after: Case) -> datetime | None:
    match fact:
        case f.ClockWarned():
            return fact.limit_at
        case f.InformationRequested() | f.InformationReminded():
            return fact.answer_by
        case f.CaseResolved():
            return fact.reopen_until
        case f.CaseHeld():
            return fact.until
        case v.VisitRequested() | v.VisitApproved() | v.VisitQuoteExceeded():
            return fact.decide_by
        case v.VisitReported():
            return fact.sign_off_by
        case v.VisitReminded():
            return fact.limit_at
        case v.VisitScheduled():
            return fact.starts_at
        case f.CaseOpened():
            return after.initial_attention.due_at if after.initial_attention else None
        case f.CaseReleased():  # as of an instant long ago, it may have no deadline ahead (WAR-3)
            limit = after.initial_attention.due_at if after.initial_attention else None
            return limit if limit and limit > after.last_at else None
        case f.HandedOff():
            return after.level_clock.due_at if after.level_clock else None
        case _:
            return None
