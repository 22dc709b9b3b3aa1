"""What a notice speaks of, and the means to say it. No sentence of a notice's own lives here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from policy.people.recipients import CustomerRecipient, Recipient
from wording.language import show_amount, translate, word

Words = tuple[str, list[str]]
"""The news in a few words, and the paragraphs that tell it."""


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """What a notice speaks of. `fact` is the fact as the timeline shows it: its texts are {"body": ...}.

    `limit_at` is the deadline ahead that it names; `due_at` the one behind it that made it happen. `place` is where a
    visit on site goes, its municipality and address; `names` are those of the people whom the fact names by their ids.
    """

    kind: str
    recipient: Recipient
    language: str
    number: str
    title: str
    customer: str
    plan: str
    level: int
    priority: int
    fact: Mapping[str, Any]
    limit_at: datetime | None
    due_at: datetime | None
    link: str
    commercial_mailbox: str
    place: str = ""
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_for_the_customer(self) -> bool:
        """Whether it goes to the customer's people; else it stays in the house."""
        return isinstance(self.recipient, CustomerRecipient)

    @property
    def names_a_date(self) -> bool:
        """Whether `limit_at` is a visit's date, or has passed already: no deadline ahead."""
        return self.kind == "visit_scheduled" or (
            self.kind == "visit_reminded" and (self.fact["is_past"] or self.fact["step"] == "scheduled")
        )

    def say(self, message: str, **values: object) -> str:
        """The sentence in the reader's language; what most sentences name is at hand."""
        known = {"number": self.number, "title": self.title, "plan": self.plan, "limit": self.limit_at}
        return translate(message, self.language, **{**known, **values})

    def level_name(self, level: int) -> str:
        """A level with who stands behind it."""
        return self.say("level {level} ({who})", level=level, who=word("level", level, self.language))

    def priority_name(self, priority: int) -> str:
        """A priority with its meaning."""
        return f"{priority} ({word('priority', priority, self.language)})"

    def quoted(self, field: str) -> list[str]:
        """What somebody wrote, as a paragraph of its own; none where nothing was written."""
        text = self.fact.get(field)
        body = str(text.get("body") or "").strip() if isinstance(text, Mapping) else ""
        return ["\n".join(f"  {line}".rstrip() for line in body.splitlines())] if body else []

    def amount(self, name: str) -> str:
        """A field's amount of COP, as it is written in Colombia."""
        return show_amount(int(self.fact[name]), self.language)

    def instant(self, name: str) -> datetime | None:
        """A field's instant, where it has one."""
        return datetime.fromisoformat(self.fact[name]) if self.fact.get(name) else None

    def name_of(self, name: str) -> str:
        """The name of whom a field names by an id; an id that nobody has any more stands for itself."""
        return self.names.get(str(self.fact[name]), str(self.fact[name]))

    @property
    def overdue_notices(self) -> int:
        """How many times overdue has been said, this one included (ESC-6)."""
        return int(self.fact["periods"]) + 1

    def reason(self, field: str = "reason") -> list[str]:
        """What somebody wrote as the reason, introduced; none where no reason was written."""
        quoted = self.quoted(field)
        return [self.say("Reason:"), *quoted] if quoted else []


Wording = Callable[[Occasion], Words]
"""How one kind of notice is told."""
