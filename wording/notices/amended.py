"""What is read of amended terms, in the house and outside: each deadline that moved, before and after (PLAN-15)."""

from __future__ import annotations

from datetime import datetime

from wording.language import word
from wording.notices.occasion import Occasion, Words


def amended(o: Occasion) -> Words:
    """The amendment, to the customer and to whoever works on the case alike."""
    told = (
        o.say("The hours or the times that your case {number} was promised were amended, which moves these deadlines:")
        if o.is_for_the_customer
        else o.say("The hours or the limits of case {number} were amended, which moves these deadlines:")
    )
    return o.say("Amended deadlines"), [told, _moves(o), *o.reason()]


def _moves(o: Occasion) -> str:
    return "\n".join(
        "  - "
        + o.say(
            "{what}: before, {before}; now, {after}",
            what=word("deadline", moved["what"], o.language),
            before=_instant(o, moved["before_at"]),
            after=_instant(o, moved["after_at"]),
        )
        for moved in o.fact["moved"]
    )


def _instant(o: Occasion, at: str | None) -> str:
    return o.say("{at} (Colombian time)", at=datetime.fromisoformat(at)) if at else o.say("no deadline")
