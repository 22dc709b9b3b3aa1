"""The grammar of a story: an opening, and beats at open time since then. No story stands here.

A beat that has not come yet when the desk is seeded has not happened: so one story is a new case, a waiting one or a
closed one, by its age. Texts may hold a customer's own words ({ciudad}, {usuarios}, {area}, {sede}, {capa}, {producto})
and a case's ({n}, {placa}).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from demo.importing import Words, words
from policy.case import commands as c
from policy.case.case import Actor, Category, Cause, Channel, Level, Outcome, OutOfScopeKind, Plan, Priority

Who = str
"""l1, l2 (the story's specialist), other (a specialist of another group), l3 or customer."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Who plays whom in one case, the words its texts are filled in with, its plan, and when it was opened."""

    cast: Mapping[Who, Actor]
    words: Mapping[str, str]
    plan: Plan
    opened_at: datetime
    duplicate_of: str | None = None

    def says(self, text: str) -> Words:
        """The text in this case's words, with a capital where a sentence begins with one of them."""

        def capital(match: re.Match[str]) -> str:
            word = self.words[match[2]]
            return match[1] + word[0].upper() + word[1:]

        return words(re.sub(r"(^|[.?!] )\{(\w+)\}", capital, text).format_map(self.words))


Make = Callable[[Stage], c.Command]


@dataclass(frozen=True)
class Beat:
    """What is done `after` the opening, in time that counts for the case's plan: "40m", "1h20m", "2d3h".

    Or, where `at` says so, at an instant that something else in the story has led to.
    """

    after: str
    make: Make
    at: Callable[[Stage], datetime] | None = None


@dataclass(frozen=True, kw_only=True)
class Request:
    """What the customer wrote."""

    title: str
    description: str
    prior_analysis: str


@dataclass(frozen=True, kw_only=True)
class Story:
    """A story. `about` names the customer's solution; a case takes one of the `requests` after the other."""

    name: str
    about: str
    group: str
    priority: Priority
    requests: tuple[Request, ...]
    beats: tuple[Beat, ...] = ()
    category: Category = Category.INCIDENT


def open_time(label: str, plan: Plan) -> timedelta:
    """The time that a label means: a day is eight hours of a Standard case's time, and 24 of a Premium one's."""
    match = re.fullmatch(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?", label)
    assert match, label
    days, hours, minutes = (int(part or 0) for part in match.groups())
    return timedelta(hours=days * (24 if plan == Plan.PREMIUM else 8) + hours, minutes=minutes)


# -- beats ------------------------------------------------------------------------------------------------------------


def claims(after: str, who: Who) -> Beat:
    return Beat(after, lambda stage: c.ClaimCase(by=stage.cast[who]))


def replies(after: str, who: Who, body: str) -> Beat:
    return Beat(after, lambda stage: c.SendReply(by=stage.cast[who], body=stage.says(body)))


def notes(after: str, who: Who, body: str) -> Beat:
    return Beat(after, lambda stage: c.AddNote(by=stage.cast[who], body=stage.says(body)))


def tries(after: str, who: Who, outcome: Outcome, summary: str, channel: Channel | None = None) -> Beat:
    """A remote try: on the telephone where the plan holds it, else over the web platform (PLAN-7)."""
    return Beat(
        after,
        lambda stage: c.LogAttempt(
            by=stage.cast[who],
            channel=channel or (Channel.PHONE if stage.plan == Plan.PREMIUM else Channel.WEB),
            outcome=outcome,
            summary=stage.says(summary),
        ),
    )


def sets_priority(after: str, who: Who, priority: Priority, reason: str) -> Beat:
    return Beat(after, lambda stage: c.SetPriority(by=stage.cast[who], priority=priority, reason=stage.says(reason)))


def asks(after: str, who: Who, body: str) -> Beat:
    return Beat(after, lambda stage: c.RequestInformation(by=stage.cast[who], body=stage.says(body)))


def answers(after: str, body: str) -> Beat:
    return Beat(after, lambda stage: c.AnswerAsCustomer(by=stage.cast["customer"], body=stage.says(body)))


def hands_up(after: str, who: Who, reason: str) -> Beat:
    return Beat(after, lambda stage: c.HandOff(by=stage.cast[who], reason=stage.says(reason)))


def transfers(after: str, who: Who, group: str, reason: str) -> Beat:
    return Beat(after, lambda stage: c.TransferCase(by=stage.cast[who], group=group, reason=stage.says(reason)))


def goes_to_the_director(after: str, who: Who, reason: str) -> Beat:
    return Beat(
        after,
        lambda stage: c.TransferCase(by=stage.cast[who], level=Level.DIRECTOR, reason=stage.says(reason)),
    )


def involves(after: str, who: Who, provider: str, provider_case: str) -> Beat:
    return Beat(
        after,
        lambda stage: c.EscalateToProvider(
            by=stage.cast[who], provider=provider, provider_case=provider_case.format_map(stage.words)
        ),
    )


def provider_says(after: str, who: Who, body: str) -> Beat:
    return Beat(after, lambda stage: c.UpdateFromProvider(by=stage.cast[who], body=stage.says(body)))


def closes_out_of_scope(after: str, who: Who, kind: OutOfScopeKind, reason: str) -> Beat:
    return Beat(after, lambda stage: c.CloseAsOutOfScope(by=stage.cast[who], kind=kind, reason=stage.says(reason)))


def closes_as_duplicate(after: str, who: Who) -> Beat:
    return Beat(after, lambda stage: c.CloseAsDuplicate(by=stage.cast[who], of=stage.duplicate_of or ""))


def resolves(after: str, who: Who, summary: str) -> Beat:
    return Beat(after, lambda stage: c.ResolveCase(by=stage.cast[who], summary=stage.says(summary)))


def confirms(after: str) -> Beat:
    return Beat(after, lambda stage: c.ConfirmSolution(by=stage.cast["customer"]))


def reopens(after: str, reason: str) -> Beat:
    return Beat(after, lambda stage: c.ReopenCase(by=stage.cast["customer"], reason=stage.says(reason)))


def withdraws(after: str) -> Beat:
    return Beat(after, lambda stage: c.WithdrawCase(by=stage.cast["customer"]))


def ties_to_incident(after: str, who: Who, incident: str) -> Beat:
    return Beat(after, lambda stage: c.LinkProviderIncident(by=stage.cast[who], incident_id=incident))


def diagnoses(after: str, who: Who, cause: Cause, summary: str) -> Beat:
    return Beat(after, lambda stage: c.RecordDiagnosis(by=stage.cast[who], cause=cause, summary=stage.says(summary)))


def begins_session(after: str, who: Who, tool: str) -> Beat:
    """A remote session, to which whoever opened the case has agreed (ONS-6)."""
    return Beat(
        after,
        lambda stage: c.StartRemoteSession(by=stage.cast[who], tool=tool, consented_by=stage.cast["customer"].id),
    )


def ends_session(after: str, who: Who, summary: str) -> Beat:
    return Beat(after, lambda stage: c.EndRemoteSession(by=stage.cast[who], session=1, summary=stage.says(summary)))


# -- beats on site: {municipio}, {divipola} and {patio} are the customer's own ----------------------------------------

_BOGOTA = ZoneInfo("America/Bogota")


def asks_for_visit(after: str, who: Who, reason: str) -> Beat:
    return Beat(
        after,
        lambda stage: c.RequestVisit(
            by=stage.cast[who],
            city_code=stage.words["divipola"],
            place=stage.says("{municipio}"),
            address=stage.says("{patio}"),
            reason=stage.says(reason),
        ),
    )


def approves_visit(after: str, quote: int, reason: str) -> Beat:
    """The director agrees, with a quote in COP."""
    return Beat(
        after,
        lambda stage: c.ApproveVisit(by=stage.cast["l3"], approved=True, quote=quote, reason=stage.says(reason)),
    )


def accepts_visit(after: str, quote: int) -> Beat:
    return Beat(after, lambda stage: c.AcceptVisit(by=stage.cast["customer"], accepted=True, amount=quote))


def dates_visit(after: str, who: Who, days: int) -> Beat:
    """A date: nine o'clock in the morning in Bogotá, so many days after the opening or less than one more."""
    return Beat(
        after,
        lambda stage: c.ScheduleVisit(
            by=stage.cast[who], starts_at=_visit_date(stage, days), engineer_id=stage.cast["l2"].id
        ),
    )


def _visit_date(stage: Stage, days: int) -> datetime:
    reached = (stage.opened_at + timedelta(days=days)).astimezone(_BOGOTA)
    nine = datetime.combine(reached.date(), time(9), _BOGOTA)
    return nine if nine >= reached else nine + timedelta(days=1)


def on_the_day(days: int, beat: Beat) -> Beat:
    """The beat on the visit's day, which was agreed on `days` after the opening: `after` its nine o'clock, less 20 min.

    A visit starts on its day (ONS-5), whatever the story's own time comes to.
    """
    sooner = timedelta(minutes=20)
    return replace(beat, at=lambda stage: _visit_date(stage, days) + open_time(beat.after, stage.plan) - sooner)


def starts_visit(after: str) -> Beat:
    return Beat(after, lambda stage: c.StartVisit(by=stage.cast["l2"]))


def spends(after: str, concept: str, amount: int, receipt: str) -> Beat:
    """An expense of the visit, in COP, with its receipt."""
    return Beat(
        after,
        lambda stage: c.LogVisitExpense(
            by=stage.cast["l2"], concept=stage.says(concept), amount=amount, receipt_reference=receipt
        ),
    )


def reports_visit(after: str, found: str, done: str) -> Beat:
    return Beat(after, lambda stage: c.ReportVisit(by=stage.cast["l2"], found=stage.says(found), done=stage.says(done)))


def signs_off(after: str) -> Beat:
    return Beat(after, lambda stage: c.SignOffVisit(by=stage.cast["customer"]))
