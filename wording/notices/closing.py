"""The customer's letter that its case is closed: why, and where to turn."""

from __future__ import annotations

from typing import assert_never

from policy.case.case import ClosingReason
from policy.case.facts import CaseClosed
from wording.notices.occasion import Occasion, Words


def closed(o: Occasion, fact: CaseClosed) -> Words:
    """That the case is closed, why, and where to turn."""
    news = o.say("Your case was closed")
    match fact.reason:
        case ClosingReason.CONFIRMED:
            return news, [o.say("You confirmed the solution, so case {number} is closed. Thank you.")]
        case ClosingReason.UNANSWERED:
            return news, [
                o.say(
                    "The time to reopen case {number} passed without an answer from you, so it is closed. "
                    "If the problem comes back, please open a new case and mention this number."
                )
            ]
        case ClosingReason.NOT_COVERED if o.quoted(fact.words):
            return news, [
                o.say(
                    "Case {number} was closed because its equipment is not covered: what the diagnosis found is no "
                    "manufacturing defect."
                ),
                *o.reason(fact.words),
                o.say(
                    "Our commercial team can tell you how we may help with it: {mailbox}.", mailbox=o.commercial_mailbox
                ),
            ]
        case ClosingReason.NOT_COVERED:
            return news, [
                o.say(
                    "Case {number} was closed because its cover was not renewed and paid in time. Our commercial team "
                    "can help you renew, and then you can open a new case: {mailbox}.",
                    mailbox=o.commercial_mailbox,
                ),
            ]
        case ClosingReason.WITHDRAWN:
            return news, [o.say("Case {number} was closed because your team withdrew it."), *o.reason(fact.words)]
        case ClosingReason.DUPLICATE:
            return news, [
                o.say(
                    "Case {number} was closed because it repeats case {other}, where we go on.",
                    other=fact.duplicate_of,
                ),
                *o.reason(fact.words),
            ]
        case ClosingReason.OUT_OF_SCOPE:
            kind = o.word("out_of_scope_kind", fact.out_of_scope_kind)
            return news, [
                o.say("Case {number} was closed because what it asks for is not part of support: {kind}.", kind=kind),
                *o.reason(fact.words),
                o.say(
                    "Our commercial team can tell you how we may help with it: {mailbox}.", mailbox=o.commercial_mailbox
                ),
            ]
        case _:
            assert_never(fact.reason)
