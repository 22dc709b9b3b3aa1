"""What the customer reads when its case is closed: why, and where to turn."""

from __future__ import annotations

from wording.language import word
from wording.notices.occasion import Occasion, Words


def closed(o: Occasion) -> Words:
    """That the case is closed, why, and where to turn."""
    news = o.say("Your case was closed")
    match o.fact["reason"]:
        case "confirmed":
            return news, [o.say("You confirmed the solution, so case {number} is closed. Thank you.")]
        case "unanswered":
            return news, [
                o.say(
                    "The time to reopen case {number} passed without an answer from you, so it is closed. "
                    "If the problem comes back, please open a new case and mention this number."
                )
            ]
        case "not_covered" if o.quoted("words"):
            return news, [
                o.say(
                    "Case {number} was closed because its equipment is not covered: what the diagnosis found is no "
                    "manufacturing defect."
                ),
                *o.reason("words"),
                o.say(
                    "Our commercial team can tell you how we may help with it: {mailbox}.", mailbox=o.commercial_mailbox
                ),
            ]
        case "not_covered":
            return news, [
                o.say(
                    "Case {number} was closed because its cover was not renewed and paid in time. Our commercial team "
                    "can help you renew, and then you can open a new case: {mailbox}.",
                    mailbox=o.commercial_mailbox,
                ),
            ]
        case "withdrawn":
            return news, [o.say("Case {number} was closed because your team withdrew it."), *o.reason("words")]
        case "duplicate":
            return news, [
                o.say(
                    "Case {number} was closed because it repeats case {other}, where we go on.",
                    other=o.fact["duplicate_of"],
                ),
                *o.reason("words"),
            ]
        case "out_of_scope":
            kind = word("out_of_scope_kind", o.fact["out_of_scope_kind"], o.language)
            return news, [
                o.say("Case {number} was closed because what it asks for is not part of support: {kind}.", kind=kind),
                *o.reason("words"),
                o.say(
                    "Our commercial team can tell you how we may help with it: {mailbox}.", mailbox=o.commercial_mailbox
                ),
            ]
        case _:
            return news, [o.say("Case {number} was closed."), *o.reason("words")]
