"""The text of a visit's calendar entry: the same to everybody who is invited to it (ONS-5)."""

from __future__ import annotations

from wording.notices.occasion import Occasion, Words


def appointment(o: Occasion, *, engineer_id: str) -> Words:
    """The entry's title, and the paragraphs below it."""
    return o.say("Visit on site, case {number}: {customer}", customer=o.customer), [
        o.say(
            "{engineer} visits {customer} for case {number}, “{title}”.",
            engineer=o.name_of(engineer_id),
            customer=o.customer,
        ),
        o.say("To move or cancel the visit before it starts, please open the case: {link}", link=o.link),
        o.say("An answer to this invitation does not reach us."),
    ]
