"""The letters on chats, which go only to whoever was not there to see what they tell, or has to come."""

from __future__ import annotations

from policy.case import facts as f
from wording.notices.occasion import Occasion, Words


def said_to_customer(o: Occasion, fact: f.ChatSaid) -> Words:
    """A line that came while the contact was away."""
    return o.say("We answered you in the chat"), [
        o.say("Support wrote in the chat of your case {number} while you were away:"),
        *o.quoted(fact.body),
        o.say("Go on with the chat, or read all that was said, in the case: {link}", link=o.link),
    ]


def ended_for_customer(o: Occasion, fact: f.ChatEnded) -> Words:
    """The end of a chat, and that the case goes on."""
    done = o.quoted(fact.summary)
    return o.say("The chat ended"), [
        o.say("The chat of your case {number} ended; all that was said there is kept in the case.")
        if done
        else o.say(
            "The chat of your case {number} ended because nobody wrote in it any more; all that was said there is kept "
            "in the case."
        ),
        *([o.say("What was done:"), *done] if done else []),
        o.say("The case goes on as any other: you can write to it, or begin another chat: {link}", link=o.link),
    ]


def begun_at_desk(o: Occasion) -> Words:
    """That the customer waits."""
    return o.say("The customer waits in the chat"), [
        o.say("{customer} began a chat about case {number} and waits for an agent.", customer=o.customer),
    ]


def said_at_desk(o: Occasion, fact: f.ChatSaid) -> Words:
    """A line that came while the chat's agent had it not before them."""
    return o.say("The customer wrote in the chat"), [
        o.say("The customer wrote in the chat, which you have:"),
        *o.quoted(fact.body),
    ]


def handed_over(o: Occasion) -> Words:
    """That the chat is somebody else's now."""
    return o.say("A chat was handed over to you"), [
        o.say("You have the chat of case {number} now: the customer waits for you there."),
    ]


def ended_at_desk(o: Occasion) -> Words:
    """That the customer left."""
    return o.say("The customer ended the chat"), [
        o.say("The customer ended the chat of case {number} while you did not have it before you. The case goes on."),
    ]
