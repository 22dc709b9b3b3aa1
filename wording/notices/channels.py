"""The letter to who asked on a channel that the plan does not hold (REQ-7)."""

from __future__ import annotations

from functools import partial

from policy.terms.channels import Misdirected
from wording.language import DEFAULT, translate
from wording.notices.letter import NoticeText


def channel_letter(told: Misdirected, *, link: str, language: str = DEFAULT) -> NoticeText:
    """Which channel was used, that no case was opened, and which channels to use."""
    say = partial(_say, language)
    channels = ", ".join(channel.value for channel in told.channels)
    paragraphs = [
        say("Hello,"),
        say(
            "You asked us for support on this channel: {channel}. Your {plan} plan does not include it, so no case "
            "was opened.",
            channel=told.channel.value,
            plan=told.plan,
        ),
        say("Please ask again through: {channels}.", channels=channels),
        say("The web platform is here: {link}", link=link),
        say("This message was sent automatically. Please do not answer it by mail: nobody reads the answers."),
    ]
    return NoticeText(say("Your request opened no case: please use another channel"), "\n\n".join(paragraphs) + "\n")


def _say(language: str, message: str, **values: str) -> str:
    return translate(message, language, **values)
