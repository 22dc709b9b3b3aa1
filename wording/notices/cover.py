"""The letters of a cover that ends, to the customer's administrators and to the commercial team (WAR-5).

And the one by which a smaller plan asks the administrators afterwards who signs in from now on (PLAN-8).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from policy.case.case import Plan
from policy.people.recipients import CustomerRecipient, Recipient
from policy.terms.terms import CoverKind
from wording.language import translate
from wording.notices.letter import NoticeText


@dataclass(frozen=True, kw_only=True)
class CoverOccasion:
    """A cover that ends: its last day (included), the day on which that is said, and the renewal that is not paid.

    `name` is the contract's plan or the warranty's solution. `customer_told`: whether its administrators were told the
    same; None while that is under way.
    """

    kind: CoverKind
    cover_id: str
    recipient: Recipient
    language: str
    customer: str
    name: str
    ends_on: date
    said_on: date
    unpaid_until: date | None
    commercial_mailbox: str
    customer_told: bool | None = None

    @property
    def days(self) -> int:
        """How many days are left until the last one."""
        return (self.ends_on - self.said_on).days

    def say(self, message: str, **values: object) -> str:
        """The sentence in the reader's language; what most sentences name is at hand."""
        known = {
            "ends_on": self.ends_on,
            "customer": self.customer,
            "mailbox": self.commercial_mailbox,
            ("plan" if self.kind is CoverKind.CONTRACT else "solution"): self.name,
        }
        return translate(message, self.language, **{**known, **values})


def cover_text(o: CoverOccasion) -> NoticeText:
    """The announcement's subject and body."""
    if isinstance(o.recipient, CustomerRecipient):
        subject, paragraphs = _news(o), list(_to_customer(o))
    else:
        subject, paragraphs = o.say("The cover of {customer} ends on {ends_on}"), list(_to_commercial(o))
    return NoticeText(subject, "\n\n".join(paragraphs) + "\n")


def _news(o: CoverOccasion) -> str:
    if o.kind is CoverKind.CONTRACT:
        return o.say("Your support contract covers you until {ends_on}")
    return o.say("The warranty of {solution} covers you until {ends_on}")


def _to_customer(o: CoverOccasion) -> Iterator[str]:
    yield o.say("Hello,")
    if o.kind is CoverKind.CONTRACT:
        yield o.say("The support contract of {customer} ({plan} plan) covers you until {ends_on}, that day included.")
    else:
        yield o.say("The support and warranty of {solution}, for {customer}, last until {ends_on}, that day included.")
    yield _left(o)
    if o.unpaid_until:
        yield o.say(
            "A renewal until {until_on} is agreed, but its payment is not registered yet. The cover goes on only once "
            "it is paid.",
            until_on=o.unpaid_until,
        )
        yield o.say("Our commercial team can help you with it: {mailbox}.")
    else:
        yield o.say("To go on with support after that day, a renewed and paid contract is needed: {mailbox}.")
    yield o.say(
        "Cases that you open up to that day, included, are served to their end. A case opened later without cover is "
        "held until there is a renewed and paid contract."
    )
    yield o.say("This message was sent automatically. Please do not answer it by mail: nobody reads the answers.")


def _to_commercial(o: CoverOccasion) -> Iterator[str]:
    if o.kind is CoverKind.CONTRACT:
        yield o.say(
            "Contract {id} of {customer} ({plan} plan) covers until {ends_on}, that day included.", id=o.cover_id
        )
    else:
        yield o.say("The warranty of {solution}, of {customer}, ends on {ends_on}, that day included.")
    yield _left(o)
    if o.unpaid_until:
        yield o.say(
            "The renewal until {until_on} is agreed and NOT paid: without its payment, cover ends there.",
            until_on=o.unpaid_until,
        )
    else:
        yield o.say("No renewal is registered.")
    yield _told(o)


def _told(o: CoverOccasion) -> str:
    if o.customer_told is None:
        return o.say("The customer's administrators are being told too.")
    if o.customer_told:
        return o.say("The customer's administrators have been told too.")
    return o.say(
        "Nobody of the customer could be told: it has no administrator who can be written to. Please tell it, and ask "
        "it who its administrator is."
    )


def _left(o: CoverOccasion) -> str:
    if o.days < 0:
        return o.say("That day has passed.")
    if o.days == 0:
        return o.say("That is today.")
    return o.say("That is tomorrow.") if o.days == 1 else o.say("That is in {days} days.", days=o.days)


@dataclass(frozen=True, kw_only=True)
class ChoiceOccasion:
    """A plan with fewer places to sign in to the portal than are asked for, and where to choose who has them."""

    customer: str
    plan: Plan
    places: int
    asked: int
    link: str
    language: str


def choice_text(o: ChoiceOccasion) -> NoticeText:
    """That fewer contacts may sign in than are named for it, and that the administrator chooses who stays."""

    def say(message: str, **values: object) -> str:
        return translate(message, o.language, **values)

    paragraphs = (
        say("Hello,"),
        say(
            "{customer} now has the {plan} plan, in which {places} contacts can sign in to the portal; {asked} are "
            "named for it.",
            customer=o.customer,
            plan=o.plan,
            places=o.places,
            asked=o.asked,
        ),
        say(
            "Nobody was taken off your roster. Until you choose who stays, the places are held by the administrators, "
            "and then by those who were named first; the others cannot sign in."
        ),
        say("Please choose here: {link}", link=o.link),
        say("This message was sent automatically. Please do not answer it by mail: nobody reads the answers."),
    )
    return NoticeText(say("Please choose who signs in to the portal"), "\n\n".join(paragraphs) + "\n")
