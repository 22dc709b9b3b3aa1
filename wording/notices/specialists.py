"""The customer's letters on specialists' work: remote sessions (ONS-6), and the diagnosis of equipment (WAR-4)."""

from __future__ import annotations

from policy.case.facts import DiagnosisRecorded, RemoteSessionEnded, RemoteSessionStarted
from wording.notices.occasion import Occasion, Words


def session_started(o: Occasion, fact: RemoteSessionStarted) -> Words:
    """That a remote session began, with whose consent, and whom to tell if there was none."""
    return o.say("A remote session started"), [
        o.say(
            "Remote session {session} of your case {number} started, with {tool}. {who} consented to it before it "
            "began.",
            session=fact.session,
            tool=fact.tool,
            who=o.name_of(fact.consented_by),
        ),
        o.say("If nobody of yours consented, please tell us at once in the case: {link}", link=o.link),
    ]


def session_ended(o: Occasion, fact: RemoteSessionEnded) -> Words:
    """That a remote session ended, and what was done."""
    ended = o.say("Remote session {session} of your case {number} ended.", session=fact.session)
    done = o.quoted(fact.summary)
    if done:
        return o.say("The remote session ended"), [ended, o.say("What was done:"), *done]
    return o.say("The remote session ended"), [
        ended,
        o.say("It ended with the case: nobody keeps access to your services."),
    ]


def diagnosed(o: Occasion, fact: DiagnosisRecorded) -> Words:
    """What is wrong with the equipment, and whether that is covered."""
    cause = o.word("cause", fact.cause)
    if fact.is_covered:
        return o.say("The diagnosis: your equipment is covered"), [
            o.say(
                "A specialist diagnosed the equipment of your case {number}: {cause}. It is covered, and we go on with "
                "its solution.",
                cause=cause,
            ),
            *o.quoted(fact.summary),
        ]
    return o.say("The diagnosis: your equipment is not covered"), [
        o.say(
            "A specialist diagnosed the equipment of your case {number}: {cause}. Support covers manufacturing defects "
            "only, so the claim is denied.",
            cause=cause,
        ),
        *o.reason(fact.summary),
        o.say("Our commercial team can tell you how we may help with it: {mailbox}.", mailbox=o.commercial_mailbox),
    ]
