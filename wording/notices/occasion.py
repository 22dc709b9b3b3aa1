"""The occasion of a notice: the fact that it tells of, with what sentences need to tell it. No sentence lives here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from policy.case.case import Level, Plan, Priority, Text
from policy.case.facts import RecordedFact
from policy.people.recipients import Recipient
from policy.visit.facts import VisitReminded, VisitScheduled
from policy.visit.visit import VisitStep
from wording.language import show_amount, translate, word

Words = tuple[str, list[str]]
"""The news in a few words, and the paragraphs that tell it."""


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """What a notice speaks of.

    `words` are the bodies of the texts that the fact names, by content id; some may be gone. `limit_at` is the deadline
    ahead that the notice names; `due_at` the one behind it that made the fact happen. `place` is where a
    visit on site goes, its municipality and address; `names` are those of the people whom the fact names by their ids.
    `to_stand_ins`: it goes to whom it reaches because nobody of the customer's could be told (ESC-6).
    `substitutes`: who of its readers is absent, and who stands in, by name (ESC-17).
    `not_there`: the agent whom it is for and who is not there, by name; then the queue reads it as well.
    `author`: who wrote the note that the fact is, by name, where that is known.
    `is_answerable`: the case's plan holds mail, so that an answer joins the case (PLAN-7).
    """

    recipient: Recipient
    language: str
    number: str
    title: str
    customer: str
    plan: Plan
    level: Level
    priority: Priority
    fact: RecordedFact
    words: Mapping[str, str]
    limit_at: datetime | None
    due_at: datetime | None
    link: str
    commercial_mailbox: str
    place: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    to_stand_ins: bool = False
    substitutes: tuple[tuple[str, str], ...] = ()
    not_there: str = ""
    is_answerable: bool = False
    author: str = ""

    @property
    def names_a_date(self) -> bool:
        """Whether `limit_at` is a visit's date, or has passed already: no deadline ahead."""
        match self.fact:
            case VisitScheduled():
                return True
            case VisitReminded(step=step, is_past=is_past):
                return is_past or step is VisitStep.SCHEDULED
            case _:
                return False

    def say(self, message: str, **values: object) -> str:
        """The sentence in the reader's language; what most sentences name is at hand."""
        known = {"number": self.number, "title": self.title, "plan": self.plan, "limit": self.limit_at}
        return translate(message, self.language, **{**known, **values})

    def level_name(self, level: Level) -> str:
        """A level with who stands behind it."""
        return self.say("level {level} ({who})", level=int(level), who=self.word("level", level))

    def priority_name(self, priority: Priority) -> str:
        """A priority with its meaning."""
        return f"{int(priority)} ({self.word('priority', priority)})"

    def word(self, kind: str, value: object) -> str:
        """One of the policy's own words in the reader's language."""
        return word(kind, value, self.language)

    def amount(self, pesos: int) -> str:
        """An amount of COP, as it is written in Colombia."""
        return show_amount(pesos, self.language)

    def name_of(self, person_id: str) -> str:
        """The name of whom the fact names by an id; an id that nobody has any more stands for itself."""
        return self.names.get(person_id, person_id)

    def quoted(self, text: Text | None) -> list[str]:
        """What somebody wrote, as a paragraph of its own; none where nothing was written."""
        body = self.words.get(text.content_id, "").strip() if text else ""
        return ["\n".join(f"  {line}".rstrip() for line in body.splitlines())] if body else []

    def reason(self, text: Text | None) -> list[str]:
        """What somebody wrote as the reason, introduced; none where no reason was written."""
        quoted = self.quoted(text)
        return [self.say("Reason:"), *quoted] if quoted else []

    def where(self) -> list[str]:
        """Where a visit goes, as a paragraph of its own; none where that is not known."""
        return [self.say("Place: {place}", place=self.place)] if self.place else []

    def untold(self) -> Words:
        """The news of a fact that has no words of its own for this reader."""
        return self.say("There is news"), [self.say("There is news in case {number}.")]
