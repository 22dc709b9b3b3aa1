"""The choices that people have about the mail of notices: what they are spared, a digest, and quiet hours.

The support policy promises that people are told; what it promises nobody is spared. An overdue case waits for nobody's
morning, and neither does a page of who is on duty, which is no notice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import assert_never
from zoneinfo import ZoneInfo

from policy.case import facts as f
from policy.visit import facts as v

BOGOTA = ZoneInfo("America/Bogota")
DIGEST_AT = time(7)
"""From when on, in Bogotá, a day's digest leaves."""


class Topic(StrEnum):
    """What one may be spared mail of."""

    ACKNOWLEDGED = "acknowledged"
    PROVIDER = "provider"
    SESSIONS = "sessions"
    ASSIGNED = "assigned"
    ANSWERED = "answered"
    MENTIONED = "mentioned"
    ENDED = "ended"


OF_CONTACTS = (Topic.ACKNOWLEDGED, Topic.PROVIDER, Topic.SESSIONS)
OF_AGENTS = (Topic.ASSIGNED, Topic.ANSWERED, Topic.MENTIONED, Topic.ENDED)
"""What each of them is told; a customer is never spared the words that end or answer a case of theirs."""


@dataclass(frozen=True)
class QuietHours:
    """From when to when, by Bogotá's clock, what may wait does; over midnight where it begins later than it ends."""

    begins: time
    ends: time

    def until(self, at: datetime) -> datetime | None:
        """The end of the quiet hours that an instant lies in; None outside of them."""
        local = at.astimezone(BOGOTA)
        now = local.time().replace(tzinfo=None)
        overnight = self.begins > self.ends
        is_quiet = (now >= self.begins or now < self.ends) if overnight else self.begins <= now < self.ends
        if not is_quiet:
            return None
        on = local.date() + timedelta(days=1) if overnight and now >= self.begins else local.date()
        return datetime.combine(on, self.ends, BOGOTA).astimezone(at.tzinfo)


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """What somebody chose; whoever chose nothing has all mail at once."""

    spared: frozenset[Topic] = frozenset()
    digest: bool = False
    quiet: QuietHours | None = None


@dataclass(frozen=True)
class Leaves:
    """The mail leaves now."""


@dataclass(frozen=True)
class Waits:
    """It waits until the quiet hours are over."""

    until: datetime


@dataclass(frozen=True)
class Digested:
    """It is told in the next digest."""


@dataclass(frozen=True)
class Spared:
    """It is no mail at all; screens tell of it."""


Fate = Leaves | Waits | Digested | Spared


def fate_of(fact: f.RecordedFact, chosen: Preferences, topics: tuple[Topic, ...], *, at: datetime) -> Fate:
    """What becomes of the mail that tells a person of a fact; `topics` are those that their role may choose about."""
    if isinstance(fact, f.UnknownFact) or not may_wait(fact):
        return Leaves()
    topic = topic_of(fact)
    if topic in topics:
        if topic in chosen.spared:
            return Spared()
        if chosen.digest and topics == OF_AGENTS:
            return Digested()
    until = chosen.quiet.until(at) if chosen.quiet else None
    return Waits(until) if until else Leaves()


def may_wait(fact: f.Fact) -> bool:
    """Whether mail of a fact may wait for a morning (ESC-6)."""
    return not isinstance(fact, f.CaseOverdue | f.OverdueRepeated)


def topic_of(fact: f.Fact) -> Topic | None:
    """What one may be spared of a fact's mail as; None for what the policy promises to tell, or a limit speaks of."""
    match fact:
        case f.CaseOpened():
            return Topic.ACKNOWLEDGED
        case f.ProviderEscalated() | f.ProviderUpdated() | f.ProviderIncidentLinked():
            return Topic.PROVIDER
        case f.RemoteSessionStarted() | f.RemoteSessionEnded():
            return Topic.SESSIONS
        case f.CaseAssigned() | f.CaseClaimed() | f.ChatTaken() | f.ChatHandedOver():
            return Topic.ASSIGNED
        case f.CustomerAnswered() | f.CaseReopened() | f.ChatBegun() | f.ChatSaid():
            return Topic.ANSWERED
        case f.NoteAdded():
            return Topic.MENTIONED
        case f.CaseResolved() | f.CaseClosed():
            return Topic.ENDED
        case (
            f.CaseHeld()
            | f.CaseReleased()
            | f.ReplySent()
            | f.AttemptLogged()
            | f.CallLogged()
            | f.AnalysisRecorded()
            | f.ChatEnded()
            | f.InitialAttentionGiven()
            | f.InitialAttentionMissed()
            | f.ClockWarned()
            | f.PriorityConfirmed()
            | f.PriorityChanged()
            | f.InformationRequested()
            | f.InformationReminded()
            | f.InformationLapsed()
            | f.HandedOff()
            | f.CaseTransferred()
            | f.CaseOverdue()
            | f.OverdueRepeated()
            | f.DutyPaged()
            | f.DiagnosisRecorded()
            | f.TermsAmended()
            | v.VisitRequested()
            | v.VisitApproved()
            | v.VisitRefused()
            | v.VisitAccepted()
            | v.VisitDeclined()
            | v.VisitReminded()
            | v.VisitLapsed()
            | v.VisitScheduled()
            | v.VisitCancelled()
            | v.VisitMissed()
            | v.VisitStarted()
            | v.VisitExpenseLogged()
            | v.VisitQuoteExceeded()
            | v.VisitReported()
            | v.VisitSignedOff()
        ):
            return None
        case _:
            assert_never(fact)
