"""What the customer reads of specialists' work: remote sessions (ONS-6), and the diagnosis of equipment (WAR-4)."""

from __future__ import annotations

from collections.abc import Mapping

from wording.language import word
from wording.notices.occasion import Occasion, Wording, Words


def _session_started(o: Occasion) -> Words:
    return o.say("A remote session started"), [
        o.say(
            "Remote session {session} of your case {number} started, with {tool}. {who} consented to it before it "
            "began.",
            session=o.fact["session"],
            tool=o.fact["tool"],
            who=o.name_of("consented_by"),
        ),
        o.say("If nobody of yours consented, please tell us at once in the case: {link}", link=o.link),
    ]


def _session_ended(o: Occasion) -> Words:
    ended = o.say("Remote session {session} of your case {number} ended.", session=o.fact["session"])
    done = o.quoted("summary")
    if done:
        return o.say("The remote session ended"), [ended, o.say("What was done:"), *done]
    return o.say("The remote session ended"), [
        ended,
        o.say("It ended with the case: nobody keeps access to your services."),
    ]


def _diagnosed(o: Occasion) -> Words:
    cause = word("cause", o.fact["cause"], o.language)
    if o.fact["is_covered"]:
        return o.say("The diagnosis: your equipment is covered"), [
            o.say(
                "A specialist diagnosed the equipment of your case {number}: {cause}. It is covered, and we go on with "
                "its solution.",
                cause=cause,
            ),
            *o.quoted("summary"),
        ]
    return o.say("The diagnosis: your equipment is not covered"), [
        o.say(
            "A specialist diagnosed the equipment of your case {number}: {cause}. Support covers manufacturing defects "
            "only, so the claim is denied.",
            cause=cause,
        ),
        *o.reason("summary"),
        o.say("Our commercial team can tell you how we may help with it: {mailbox}.", mailbox=o.commercial_mailbox),
    ]


SPECIALISTS_TO_CUSTOMER: Mapping[str, Wording] = {
    "remote_session_started": _session_started,
    "remote_session_ended": _session_ended,
    "diagnosis_recorded": _diagnosed,
}
