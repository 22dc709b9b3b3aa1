"""The letters of a contract that is ended before its term, or replaced by another one (PLAN-17)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from policy.people.recipients import CustomerRecipient, Recipient
from wording.language import translate, word
from wording.notices.letter import NoticeText


@dataclass(frozen=True, kw_only=True)
class EarlyEndOccasion:
    """A contract's early end: from which day on it no longer holds, why, and the plan that takes its place, if any."""

    contract_id: str
    recipient: Recipient
    language: str
    customer: str
    plan: str
    from_on: date
    reason: str
    replaced_by: str | None
    replaced_until: date | None
    commercial_mailbox: str

    def say(self, message: str, **values: object) -> str:
        """The sentence in the reader's language; what most sentences name is at hand."""
        known = {"customer": self.customer, "plan": self.plan, "from_on": self.from_on, "id": self.contract_id}
        return translate(message, self.language, **{**known, **values})


def early_end_text(o: EarlyEndOccasion) -> NoticeText:
    """To the customer's administrators, or to the commercial team: since when, why, and what follows."""
    paragraphs = _to_customer(o) if isinstance(o.recipient, CustomerRecipient) else _to_commercial(o)
    subject = o.say("The support contract of {customer} changes on {from_on}")
    return NoticeText(subject, "\n\n".join(paragraphs) + "\n")


def _to_customer(o: EarlyEndOccasion) -> Iterator[str]:
    yield o.say("Hello,")
    yield o.say(
        "The support contract of {customer} ({plan} plan) was ended before its term: from {from_on} on it does not "
        "cover you any more."
    )
    yield o.say("Reason: {reason}", reason=o.reason)
    yield from _after(o)
    yield o.say("Cases that are open by then are served to their end as they were promised.")
    yield o.say("Our commercial team can help you with it: {mailbox}.", mailbox=o.commercial_mailbox)
    yield o.say("This message was sent automatically. Please do not answer it by mail: nobody reads the answers.")


def _to_commercial(o: EarlyEndOccasion) -> Iterator[str]:
    yield o.say("Contract {id} of {customer} ({plan} plan) was ended before its term, from {from_on} on.")
    yield o.say("Reason: {reason}", reason=o.reason)
    yield from _after(o)


def _after(o: EarlyEndOccasion) -> Iterator[str]:
    if o.replaced_by is None:
        yield o.say("No other contract takes its place.")
    else:
        name = word("plan", o.replaced_by, o.language)
        yield o.say(
            "From that day on a contract of the {name} plan takes its place, until {until_on}.",
            name=name,
            until_on=o.replaced_until,
        )
