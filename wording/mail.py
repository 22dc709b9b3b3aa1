"""The words for mail that comes in: to whoever reads it in its case, and why an agent has to look at it."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from policy.mail.decision import MailOutcome, MailReason
from wording.language import DEFAULT, translate


def shown_outcome(outcome: MailOutcome | None, language: str = DEFAULT) -> str:
    """Where a message is counted, in a word or two; None: nothing has come of it yet."""
    match outcome:
        case None:
            sentence = "Received"
        case MailOutcome.OPENED:
            sentence = "Opened a case"
        case MailOutcome.ANSWERED:
            sentence = "Joined a case"
        case MailOutcome.AUTOMATIC:
            sentence = "Automatic message"
        case MailOutcome.BOUNCED:
            sentence = "Came back"
        case MailOutcome.OWN:
            sentence = "Our own"
        case MailOutcome.HELD:
            sentence = "Held for an agent"
        case MailOutcome.QUARANTINE:
            sentence = "In quarantine"
        case _:
            assert_never(outcome)
    return translate(sentence, language)


def shown_reason(reason: MailReason | None, language: str = DEFAULT) -> str:
    """Why, in a sentence; empty where nothing has to be said."""
    return translate(_REASONS[reason], language) if reason else ""


_REASONS: dict[MailReason, str] = {
    MailReason.UNVERIFIED: "Our mail server does not vouch for its sender.",
    MailReason.STRANGER: "No active contact of any customer has this address.",
    MailReason.OTHER_CUSTOMER: "Its sender is a contact of another customer than the case's.",
    MailReason.SEVERAL_CUSTOMERS: "Its sender is a contact of several customers.",
    MailReason.REWRITTEN: "A group or a mailing list put its own address in place of the sender's.",
    MailReason.UNCLEAR_ANSWER: "It answers a solution: it may thank for it, or ask to go on.",
    MailReason.NUMBER_ALONE: "Its subject names a case, which proves nothing.",
    MailReason.CHANNEL_NOT_IN_PLAN: "The customer's plan has no mail: the sender was told which channels it has.",
    MailReason.NO_SOLUTION: "The customer has no solution that it could be about.",
    MailReason.FLOOD: "Its sender has opened many cases within the hour.",
    MailReason.REFUSED: "The case did not take it.",
    MailReason.NO_SENDER: "Its From names no address that can be read.",
    MailReason.ENCRYPTED: "It is encrypted.",
    MailReason.TOO_LARGE: "It is larger than a message may be.",
    MailReason.TOO_MANY_HEADERS: "Its headers are more or longer than headers may be.",
    MailReason.TOO_MANY_PARTS: "It has more parts, or deeper ones, than a message may have.",
    MailReason.UNREADABLE: "It could not be read within the limits.",
    MailReason.REPEATED: "Another delivery of the same message.",
    MailReason.ECHO: "The same words as before, or a mailbox that nobody reads.",
    MailReason.OURS: "We sent it ourselves.",
    MailReason.THANKS: "It thanks, and asks for nothing.",
    MailReason.VACATION: "An automatic answer: nobody is there.",
    MailReason.DELAY: "A message of ours is on its way for longer than usual.",
    MailReason.RECEIPT: "A receipt: a message of ours arrived or was read.",
    MailReason.CALENDAR: "An answer to an invitation.",
    MailReason.LIST: "A mailing list's own.",
    MailReason.MACHINE: "A program sent it.",
}


def no_text(language: str = DEFAULT) -> str:
    """In place of a message's text, where it has none."""
    return translate("(no text)", language)


def no_subject(language: str = DEFAULT) -> str:
    """In place of a message's subject."""
    return translate("(no subject)", language)


def cut(language: str = DEFAULT) -> str:
    """Below a text that is too long to be shown as a whole."""
    return translate("[…] The whole message is in the original.", language)


def signature_unchecked(language: str = DEFAULT) -> str:
    """Of a message that bears a digital signature."""
    return translate("[It bears a digital signature, which was not checked.]", language)


def not_taken(names: list[str], language: str = DEFAULT) -> str:
    """Which files were left out."""
    return translate("[Files that could not be taken: {names}]", language, names=", ".join(names))


def with_files(language: str = DEFAULT) -> str:
    """Of the files of a message that reopened a case."""
    return translate("(the files of the message that reopened the case)", language)


def noted(reason: MailReason, who: str, words: str, language: str = DEFAULT) -> str:
    """The note on a case that something automatic, or thanks, came by mail."""
    match reason:
        case MailReason.THANKS:
            said = translate("{who} thanks by mail:", language, who=who)
        case MailReason.CALENDAR:
            said = translate("{who} answers the invitation to the visit:", language, who=who)
        case _:
            said = translate("Automatic answer from {who}:", language, who=who)
    return f"{said}\n\n{words}" if words else said


def declined(who: str, at: datetime, language: str = DEFAULT) -> str:
    """The note on a case that somebody of the customer's does not come to the visit, by their calendar."""
    return translate(
        "{who} declined in their calendar the visit of {at}: nothing has changed by that. Agree on another date with "
        "them, or call it off.",
        language,
        who=who,
        at=at,
    )


def came_back(address: str, language: str = DEFAULT) -> str:
    """The note on a case that what we sent did not arrive."""
    return translate("What we sent to {address} did not arrive: the address refuses it.", language, address=address)


def invited(answer: str, language: str = DEFAULT) -> str:
    """What somebody answered to an invitation."""
    known = {"accepted": "Accepted.", "declined": "Declined.", "tentative": "Perhaps."}
    return translate(known[answer], language) if answer in known else answer
