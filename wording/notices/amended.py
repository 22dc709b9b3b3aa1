"""The letter of amended terms, in the house and outside: each deadline that moved, before and after (PLAN-15)."""

from __future__ import annotations

from datetime import datetime

from policy.case.facts import TermsAmended
from policy.people.recipients import CustomerRecipient
from wording.notices.occasion import Occasion, Words


def amended(o: Occasion, fact: TermsAmended) -> Words:
    """The amendment, to the customer and to whoever works on the case alike."""
    told = (
        o.say("The hours or the times that your case {number} was promised were amended, which moves these deadlines:")
        if isinstance(o.recipient, CustomerRecipient)
        else o.say("The hours or the limits of case {number} were amended, which moves these deadlines:")
    )
    return o.say("Amended deadlines"), [told, _moves(o, fact), *o.reason(fact.reason)]


def _moves(o: Occasion, fact: TermsAmended) -> str:
    return "\n".join(
        "  - "
        + o.say(
            "{what}: before, {before}; now, {after}",
            what=o.word("deadline", moved.what),
            before=_instant(o, moved.before_at),
            after=_instant(o, moved.after_at),
        )
        for moved in fact.moved
    )


def _instant(o: Occasion, at: datetime | None) -> str:
    return o.say("{at} (Colombian time)", at=at) if at else o.say("no deadline")
