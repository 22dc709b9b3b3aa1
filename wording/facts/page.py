"""A fact on a page: one sentence in the reader's language. The words that people wrote stand beside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import assert_never

from babel.numbers import format_decimal

from policy.case import facts as f
from policy.case.case import Actor, Direction
from policy.duty.steps import PageStep
from policy.visit import facts as v
from wording.language import show_moment, translate, translate_count, word

_REGION = {"es": "es_CO", "en": "en_US"}
_WORTH_SAYING = timedelta(minutes=1)
_CAUSES: Mapping[f.HandOffCause, str] = {
    "limit": "its time there ended",
    "by_hand": "moved up by hand",
    "priority": "by the change of priority",
    "functional": "functional escalation",
    "amendment": "by the amendment of its times",
}
_PAGE_STEPS: Mapping[PageStep, str] = {
    PageStep.PAGED: "On duty for level {level}: {person} was paged",
    PageStep.PASSED_ON: "On duty for level {level}: nobody acknowledged in time, and {person} was paged",
    PageStep.NOBODY: "Nobody is on duty for level {level}: all who serve it were told",
    PageStep.UNANSWERED: "Nobody on duty for level {level} acknowledged: all who serve it were told",
    PageStep.ACKNOWLEDGED: "acknowledged the page of level {level}",
}


class Teller:
    """Tells facts in one language; a sentence that begins with a small letter goes on from who did it.

    `names` are agents' and contacts', `groups` the specialist groups', by id.
    """

    def __init__(
        self, language: str, names: Mapping[str, str] | None = None, groups: Mapping[str, str] | None = None
    ) -> None:
        self._language = language
        self._names = names or {}
        self._groups = groups or {}

    def sentence(self, fact: f.RecordedFact, *, late: timedelta | None = None) -> str:
        """What happened. A kind that is newer than this page is told by its name; lateness is said (ESC-15)."""
        told = fact.kind if isinstance(fact, f.UnknownFact) else self._told(fact)
        if late and late >= _WORTH_SAYING:
            return f"{told} ({self.say('{late} late', late=late)})"
        return told

    def who(self, actor: Actor) -> str:
        """Who did it, and in whose name (ESC-17)."""
        name = self._name(actor.id)
        if actor.on_behalf_of is None:
            return name
        return self.say("{name}, standing in for {absent}", name=name, absent=self._name(actor.on_behalf_of))

    def say(self, message: str, **values: object) -> str:
        """The sentence, its instants as short as among others on a page."""
        language = self._language
        instants = {name: show_moment(at, language) for name, at in values.items() if isinstance(at, datetime)}
        return translate(message, language, **{**values, **instants})

    def _told(self, fact: f.Fact) -> str:
        match fact:
            case f.CaseOpened(channel=channel, priority=priority, follows=str(follows)):
                return self.say(
                    "opened the case through {channel}, priority {priority}; it goes on from case {number}, which was "
                    "closed",
                    channel=channel,
                    priority=int(priority),
                    number=follows,
                )
            case f.CaseOpened(channel=channel, priority=priority):
                return self.say(
                    "opened the case through {channel}, priority {priority}", channel=channel, priority=int(priority)
                )
            case f.CaseHeld(until=until):
                return self.say("Held without cover until {until}", until=until)
            case f.CaseReleased(cover=cover, plan=plan):
                told = self.say(
                    "Released: covered by {cover}, plan {plan}", cover=self._word("cover", cover), plan=plan
                )
                return f"{told}. {self._other_channel(fact)}" if fact.came_by else told
            case f.CaseClaimed():
                return self.say("took the case")
            case f.CaseAssigned(agent_id=agent_id):
                return self.say("assigned the case to {agent}", agent=self._name(agent_id))
            case f.CustomerAnswered(brings_analysis=True):
                return self.say("answered with what was analysed and tried (REQ-5)")
            case f.AnalysisRecorded(channel=channel):
                return self.say(
                    "wrote down what the customer analysed and tried, as told through {channel} (REQ-5)",
                    channel=self._word("channel", channel),
                )
            case f.ReplySent() | f.CustomerAnswered():
                return self.say("answered")
            case f.NoteAdded(mentions=(_, *_) as called):
                return self.say("left an internal note for {names}", names=", ".join(map(self._name, called)))
            case f.NoteAdded():
                return self.say("left an internal note")
            case f.AttemptLogged(channel=channel, outcome=outcome):
                return self.say(
                    "tried through {channel}: {outcome}", channel=channel, outcome=self._word("outcome", outcome)
                )
            case f.CallLogged(direction=direction, outcome=outcome):
                came = self._word("outcome", outcome)
                way = "was called by the customer: {outcome}" if direction is Direction.IN else "called: {outcome}"
                told = self.say(way, outcome=came)
                return f"{told}; {self.say('the case waits for the answer no more')}" if fact.ends_wait else told
            case f.ChatBegun() | f.ChatTaken() | f.ChatSaid() | f.ChatHandedOver() | f.ChatEnded():
                return self._told_of_chat(fact)
            case f.InitialAttentionGiven(in_time=in_time):
                return self.say("Initial attention given in time" if in_time else "Initial attention given late")
            case f.InitialAttentionMissed():
                return self.say("The time for the initial attention passed")
            case f.ClockWarned(percent=None, limit_at=limit_at):
                return self.say("Warning before the limit: {at}", at=limit_at)
            case f.ClockWarned(percent=percent, limit_at=limit_at):
                return self.say("Warning: {percent} % of the time has passed; limit {at}", percent=percent, at=limit_at)
            case f.PriorityConfirmed(priority=priority):
                return self.say("confirmed priority {priority}", priority=int(priority))
            case f.PriorityChanged(from_priority=before, to_priority=after):
                return self.say("changed the priority from {before} to {after}", before=int(before), after=int(after))
            case f.InformationRequested(answer_by=None):
                return self.say("asked for information; the level's clock stands still")
            case f.InformationRequested(answer_by=until):
                return self.say(
                    "asked for information; the level's clock stands still, and without an answer the case is resolved "
                    "on {until}",
                    until=until,
                )
            case f.InformationReminded(answer_by=until):
                return self.say(
                    "Reminder of the question: without an answer the case is resolved on {until}", until=until
                )
            case f.InformationLapsed():
                return self.say("Nobody answered the question in time: the case goes on by its visit")
            case f.HandedOff(from_level=before, to_level=after, cause=cause):
                return self.say(
                    "From level {before} to level {after}: {cause}",
                    before=int(before),
                    after=int(after),
                    cause=self.say(_CAUSES[cause]),
                )
            case f.CaseTransferred(to_group=group):
                return self.say("moved the case to group {group}", group=self._groups.get(group, group))
            case f.ProviderEscalated(provider=provider, provider_case=number):
                return self.say(
                    "escalated to {provider}, case {case}", provider=self._word("provider", provider), case=number
                )
            case f.ProviderUpdated():
                return self.say("noted what the provider says")
            case f.ProviderIncidentLinked(incident_id=incident):
                return self.say("linked the provider's incident {incident}", incident=incident)
            case f.RemoteSessionStarted(session=session, tool=tool):
                return self.say(
                    "began remote session {session} with {tool}, with the customer's consent",
                    session=session,
                    tool=tool,
                )
            case f.RemoteSessionEnded(session=session):
                return self.say("ended remote session {session}", session=session)
            case f.DiagnosisRecorded(cause=diagnosed):
                return self.say("diagnosed: {cause}", cause=self._word("cause", diagnosed))
            case f.TermsAmended(moved=moved):
                return self._say_count(
                    "amended the terms: {count} deadline moved",
                    "amended the terms: {count} deadlines moved",
                    len(moved),
                )
            case f.CaseOverdue():
                return self.say("The case is overdue: level 3's time ended")
            case f.OverdueRepeated(periods=periods):
                return self._say_count(
                    "Still overdue: {count} more period", "Still overdue: {count} more periods", periods
                )
            case f.DutyPaged(step=step, level=level, person_id=person):
                who = self._name(person) if person else ""
                return self.say(_PAGE_STEPS[step], level=int(level), person=who)
            case f.CaseResolved(reopen_until=until, unanswered=True):
                return self.say(
                    "Resolved without an answer from the customer; it can be reopened until {until}", until=until
                )
            case f.CaseResolved(reopen_until=until):
                return self.say("gave the solution; it can be reopened until {until}", until=until)
            case f.CaseReopened():
                return self.say("reopened the case")
            case f.CaseClosed(reason=reason):
                return self.say("Closed: {reason}", reason=self._word("closing_reason", reason))
            case _:
                return self._told_of_visit(fact)

    def _told_of_chat(self, fact: f.ChatBegun | f.ChatTaken | f.ChatSaid | f.ChatHandedOver | f.ChatEnded) -> str:
        match fact:
            case f.ChatBegun():
                return self.say("waits in the chat")
            case f.ChatTaken(takes_case=takes_case):
                return self.say("took the chat and the case" if takes_case else "took the chat")
            case f.ChatSaid(brings_analysis=True):
                return self.say("by chat, with what was analysed and tried (REQ-5)")
            case f.ChatSaid():
                return self.say("by chat")
            case f.ChatHandedOver(to_agent=agent_id, takes_case=takes_case):
                way = "gave the chat and the case to {agent}" if takes_case else "gave the chat to {agent}"
                return self.say(way, agent=self._name(agent_id))
            case f.ChatEnded(with_case=True):
                return self.say("The chat ended with the case")
            case f.ChatEnded(outcome=None):
                return self.say("ended the chat")
            case f.ChatEnded(outcome=outcome):
                return self.say("ended the chat: {outcome}", outcome=self._word("outcome", outcome))
            case _:
                assert_never(fact)

    def _told_of_visit(self, fact: v.VisitFact) -> str:
        match fact:
            case v.VisitRequested(decide_by=until):
                return self.say("asked for a visit on site; the director decides until {until}", until=until)
            case v.VisitApproved(quote=quote, decide_by=until):
                return self.say(
                    "approved the visit with a quote of {quote}; the customer decides until {until}",
                    quote=self._cop(quote),
                    until=until,
                )
            case v.VisitRefused():
                return self.say("did not approve the visit")
            case v.VisitAccepted(amount=amount):
                return self.say("accepted {amount}", amount=self._cop(amount))
            case v.VisitDeclined(amount=amount):
                return self.say("declined {amount}", amount=self._cop(amount))
            case v.VisitReminded(step=step, limit_at=limit_at):
                return self.say(
                    "Reminder of the visit: {step}, limit {at}", step=self._word("visit_step", step), at=limit_at
                )
            case v.VisitLapsed():
                return self.say("Nobody decided on the visit in time: it lapsed")
            case v.VisitScheduled(starts_at=starts_at, engineer_id=engineer_id):
                return self.say(
                    "scheduled the visit for {at} with {engineer}", at=starts_at, engineer=self._name(engineer_id)
                )
            case v.VisitCancelled(borne_by_customer=amount):
                return self.say("called the visit off; borne by the customer: {amount}", amount=self._cop(amount))
            case v.VisitMissed(starts_at=starts_at):
                return self.say(
                    "The visit did not start on its date, {at}: the level's clock counts again", at=starts_at
                )
            case v.VisitStarted():
                return self.say("started the visit")
            case v.VisitExpenseLogged(amount=amount, receipt_reference=receipt, total=total):
                return self.say(
                    "logged an expense of {amount}, receipt {receipt}; {total} in all",
                    amount=self._cop(amount),
                    receipt=receipt,
                    total=self._cop(total),
                )
            case v.VisitQuoteExceeded(total=total, accepted=accepted, decide_by=until):
                return self.say(
                    "The expenses ({total}) exceed what was accepted ({accepted}): the customer decides until {until}",
                    total=self._cop(total),
                    accepted=self._cop(accepted),
                    until=until,
                )
            case v.VisitReported(sign_off_by=until):
                return self.say("reported on the visit; to be signed off until {until}", until=until)
            case v.VisitSignedOff(unanswered=unanswered):
                return self.say("The visit ended without an answer" if unanswered else "signed the visit off")
            case _:
                assert_never(fact)

    def _other_channel(self, fact: f.CaseReleased) -> str:
        """That it goes on by its plan's channels, where it came by another (PLAN-7)."""
        return self.say(
            "It came through {channel}, which the plan does not include: from now on it is attended through: "
            "{channels}",
            channel=fact.came_by,
            channels=", ".join(fact.channels),
        )

    def _say_count(self, one: str, many: str, how_many: int) -> str:
        return translate_count(one, many, how_many, self._language)

    def _word(self, kind: str, value: object) -> str:
        return word(kind, value, self._language)

    def _name(self, person_id: str) -> str:
        return self._names.get(person_id, person_id)

    def _cop(self, amount: int) -> str:
        return f"$ {format_decimal(amount, locale=_REGION[self._language])} COP"
