# ruff: noqa: E501 - a table: one line per kind of fact
"""What a fact says on a page: one sentence in the reader's language. The words that people wrote stand beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from babel.numbers import format_decimal

from storage.case.views import TimelineRow
from wording.language import show_duration, show_instant, translate, translate_count, word

Data = Mapping[str, Any]
_REGION = {"es": "es_CO", "en": "en_US"}


class Teller:
    """Tells facts in one language."""

    def __init__(
        self, language: str, names: Mapping[str, str] | None = None, groups: Mapping[str, str] | None = None
    ) -> None:
        self._language = language
        self._names = names or {}
        self._groups = groups or {}

    def say(self, message: str, **values: object) -> str:
        return translate(message, self._language, **values)

    def say_count(self, one: str, many: str, how_many: int) -> str:
        return translate_count(one, many, how_many, self._language)

    def word(self, kind: str, value: object) -> str:
        return word(kind, value, self._language)

    def name(self, person_id: str | None) -> str:
        """Who an agent's or a contact's id stands for."""
        return self._names.get(person_id or "", person_id or "")

    def group(self, group_id: str) -> str:
        """What a specialist group is called; one that the policy file has no more keeps its id."""
        return self._groups.get(group_id, group_id)

    def cop(self, amount: int) -> str:
        return f"$ {format_decimal(amount, locale=_REGION[self._language])} COP"

    def at(self, instant: str) -> str:
        return show_instant(datetime.fromisoformat(instant), self._language)

    def sentence(self, fact: TimelineRow) -> str:
        """What happened. A kind that is newer than this page is told by its name; lateness is said (ESC-15)."""
        tell = _TOLD.get(fact.kind)
        told = tell(self, fact.data) if tell else fact.kind
        late = fact.at - fact.due_at if fact.due_at else None
        if late and late.total_seconds() >= 60:
            told = f"{told} ({self.say('{late} late', late=show_duration(late, self._language))})"
        return told


_CAUSES = {
    "limit": "its time there ended",
    "by_hand": "moved up by hand",
    "priority": "by the change of priority",
    "functional": "functional escalation",
    "amendment": "by the amendment of its times",
}
_TOLD: Mapping[str, Callable[[Teller, Data], str]] = {
    "case_opened": lambda t, d: t.say("opened the case through {channel}, priority {priority}", **_pick(d, "channel", "priority")),
    "case_held": lambda t, d: t.say("Held without cover until {until}", until=t.at(d["until"])),
    "case_released": lambda t, d: t.say("Released: covered by {cover}, plan {plan}", cover=t.word("cover", d["cover"]), plan=d["plan"]),
    "case_claimed": lambda t, _: t.say("took the case"),
    "case_assigned": lambda t, d: t.say("assigned the case to {agent}", agent=t.name(d["agent_id"])),
    "reply_sent": lambda t, _: t.say("answered"),
    "note_added": lambda t, _: t.say("left an internal note"),
    "attempt_logged": lambda t, d: t.say("tried through {channel}: {outcome}", channel=d["channel"], outcome=t.word("outcome", d["outcome"])),
    "initial_attention_given": lambda t, d: t.say("Initial attention given in time") if d["in_time"] else t.say("Initial attention given late"),
    "initial_attention_missed": lambda t, _: t.say("The time for the initial attention passed"),
    "clock_warned": lambda t, d: t.say("Warning: 75 % of the time has passed; limit {at}", at=t.at(d["limit_at"])),
    "priority_confirmed": lambda t, d: t.say("confirmed priority {priority}", priority=d["priority"]),
    "priority_changed": lambda t, d: t.say("changed the priority from {before} to {after}", before=d["from_priority"], after=d["to_priority"]),
    "information_requested": lambda t, _: t.say("asked for information; the level's clock stands still"),
    "customer_answered": lambda t, _: t.say("answered"),
    "handed_off": lambda t, d: t.say("From level {before} to level {after}: {cause}", before=d["from_level"], after=d["to_level"], cause=t.say(_CAUSES[d["cause"]])),
    "case_transferred": lambda t, d: t.say("moved the case to group {group}", group=t.group(d["to_group"])),
    "provider_escalated": lambda t, d: t.say("escalated to {provider}, case {case}", provider=t.word("provider", d["provider"]), case=d["provider_case"]),
    "provider_updated": lambda t, _: t.say("noted what the provider says"),
    "provider_incident_linked": lambda t, d: t.say("linked the provider's incident {incident}", incident=d["incident_id"]),
    "remote_session_started": lambda t, d: t.say("began remote session {session} with {tool}, with the customer's consent", session=d["session"], tool=d["tool"]),
    "remote_session_ended": lambda t, d: t.say("ended remote session {session}", session=d["session"]),
    "diagnosis_recorded": lambda t, d: t.say("diagnosed: {cause}", cause=t.word("cause", d["cause"])),
    "terms_amended": lambda t, d: t.say_count("amended the terms: {count} deadline moved", "amended the terms: {count} deadlines moved", len(d["moved"])),
    "case_overdue": lambda t, _: t.say("The case is overdue: level 3's time ended"),
    "overdue_repeated": lambda t, d: t.say_count("Still overdue: {count} more period", "Still overdue: {count} more periods", d["periods"]),
    "case_resolved": lambda t, d: t.say("gave the solution; it can be reopened until {until}", until=t.at(d["reopen_until"])),
    "case_reopened": lambda t, _: t.say("reopened the case"),
    "case_closed": lambda t, d: t.say("Closed: {reason}", reason=t.word("closing_reason", d["reason"])),
    "visit_requested": lambda t, d: t.say("asked for a visit on site; the director decides until {until}", until=t.at(d["decide_by"])),
    "visit_approved": lambda t, d: t.say("approved the visit with a quote of {quote}; the customer decides until {until}", quote=t.cop(d["quote"]), until=t.at(d["decide_by"])),
    "visit_refused": lambda t, _: t.say("did not approve the visit"),
    "visit_accepted": lambda t, d: t.say("accepted {amount}", amount=t.cop(d["amount"])),
    "visit_declined": lambda t, d: t.say("declined {amount}", amount=t.cop(d["amount"])),
    "visit_reminded": lambda t, d: t.say("Reminder of the visit: {step}, limit {at}", step=t.word("visit_step", d["step"]), at=t.at(d["limit_at"])),
    "visit_lapsed": lambda t, _: t.say("Nobody decided on the visit in time: it lapsed"),
    "visit_scheduled": lambda t, d: t.say("scheduled the visit for {at} with {engineer}", at=t.at(d["starts_at"]), engineer=t.name(d["engineer_id"])),
    "visit_cancelled": lambda t, d: t.say("called the visit off; borne by the customer: {amount}", amount=t.cop(d["borne_by_customer"])),
    "visit_started": lambda t, _: t.say("started the visit"),
    "visit_expense_logged": lambda t, d: t.say("logged an expense of {amount}, receipt {receipt}; {total} in all", amount=t.cop(d["amount"]), receipt=d["receipt_reference"], total=t.cop(d["total"])),
    "visit_quote_exceeded": lambda t, d: t.say("The expenses ({total}) exceed what was accepted ({accepted}): the customer decides until {until}", total=t.cop(d["total"]), accepted=t.cop(d["accepted"]), until=t.at(d["decide_by"])),
    "visit_reported": lambda t, d: t.say("reported on the visit; to be signed off until {until}", until=t.at(d["sign_off_by"])),
    "visit_signed_off": lambda t, d: t.say("The visit ended without an answer") if d["unanswered"] else t.say("signed the visit off"),
}  # fmt: skip
"""What each kind of fact says; a sentence that begins with a small letter goes on from who did it."""


def _pick(data: Data, *names: str) -> dict[str, Any]:
    return {name: data[name] for name in names}
