"""The letters on a question to the customer, to both sides: until when to answer, and what happens then (ESC-16)."""

from __future__ import annotations

from policy.case.facts import CaseResolved, InformationRequested
from wording.notices.occasion import Occasion, Words


def asked(o: Occasion, fact: InformationRequested) -> Words:
    """To the customer: what we need to know, and what happens without an answer."""
    told = [
        o.say("To go on with your case {number} we need to know:"),
        *o.quoted(fact.body),
        o.say("Until you answer, the level's time stands still; with your answer it goes on."),
    ]
    if fact.answer_by:
        told.append(
            o.say(
                "Please answer by {limit} (Colombian time): {link}. After that, without an answer from you, the case "
                "is resolved as unanswered, and you may reopen it.",
                link=o.link,
            )
        )
    return o.say("We need information from you"), told


def reminded(o: Occasion) -> Words:
    """To the customer: that its answer is still missing."""
    return o.say("Reminder: we need information from you"), [
        o.say(
            "Your case {number}, “{title}”, still waits for the information that we asked you for. Please answer in "
            "the case by {limit} (Colombian time): {link}",
            link=o.link,
        ),
        o.say("After that, without an answer from you, the case is resolved as unanswered, and you may reopen it."),
    ]


def lapsed(o: Occasion) -> Words:
    """To the customer: that its case goes on without the answer."""
    return o.say("We go on without your answer"), [
        o.say(
            "We had no answer in time to what we asked you in your case {number}. It goes on, with its level's time, "
            "because its visit on site does. Your answer still helps us: {link}",
            link=o.link,
        )
    ]


def unanswered(o: Occasion) -> Words:
    """To the customer: that its case is resolved without its answer, and until when it can be reopened (ESC-14)."""
    return o.say("Your case was resolved without an answer"), [
        o.say(
            "We had no answer in time to what we asked you in your case {number}, “{title}”, so it was resolved as "
            "unanswered."
        ),
        o.say(
            "If the problem goes on, reopen the case and answer us there by {limit} (Colombian time): {link}. After "
            "that, without an answer from you, it is closed.",
            link=o.link,
        ),
    ]


def asked_at_desk(o: Occasion, fact: InformationRequested) -> Words:
    """To whoever works on the case: what was asked, and until when it is waited for."""
    return o.say("The customer was asked for information"), [
        o.say("The customer was asked:"),
        *o.quoted(fact.body),
        o.say(
            "The level's clock stands until the answer. Without one by {limit} (Colombian time), the case is resolved "
            "as unanswered."
        ),
    ]


def reminded_at_desk(o: Occasion) -> Words:
    """To whoever works on the case: that the customer was reminded."""
    return o.say("The customer has not answered yet"), [
        o.say(
            "The customer was reminded of our question. Without an answer by {limit} (Colombian time), the case is "
            "resolved as unanswered."
        )
    ]


def lapsed_at_desk(o: Occasion) -> Words:
    """To whoever works on the case: that it is theirs again."""
    return o.say("No answer: the case goes on"), [
        o.say(
            "The customer did not answer in time. The case is not resolved, because its visit on site goes on: "
            "the question is waited for no longer."
        )
    ]


def unanswered_at_desk(o: Occasion, fact: CaseResolved) -> Words:
    """To whoever worked on the case: that it is resolved, and may come back."""
    return o.say("Resolved as unanswered"), [
        o.say(
            "The customer did not answer in time, so the case is resolved as unanswered. It may be reopened until "
            "{until} (Colombian time); after that it is closed.",
            until=fact.reopen_until,
        )
    ]
