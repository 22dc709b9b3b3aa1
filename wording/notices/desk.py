"""What agents, queues, the director and the commercial team read: short, for those who act on it at once."""

from __future__ import annotations

from collections.abc import Mapping

from policy.case.case import Level
from policy.people.recipients import Agent, Commercial, LevelQueue
from wording.language import word
from wording.notices.amended import amended
from wording.notices.occasion import Occasion, Wording, Words
from wording.notices.visits_at_desk import VISITS_TO_DESK


def _opened_at_queue(o: Occasion) -> Words:
    return o.say("New case, priority {priority}", priority=o.priority), [
        o.say("A new case waits for its initial attention, unassigned. Claim it to work on it."),
    ]


def _held_for_commercial(o: Occasion) -> Words:
    return o.say("Case held without cover"), [
        o.say(
            "{customer} opened case {number} without a contract or warranty in force. It is held: renewal and payment "
            "release it, and past its deadline it is closed as not covered.",
            customer=o.customer,
        ),
    ]


def _released_at_desk(o: Occasion) -> Words:
    if isinstance(o.recipient, Commercial):
        return o.say("No longer held"), [
            o.say("Case {number} of {customer} is covered now and goes on.", customer=o.customer)
        ]
    return o.say("Released case, priority {priority}", priority=o.priority), [
        o.say(
            "The case was held without cover. Cover has come, and its clocks count from when it was registered: it "
            "waits for its initial attention, unassigned. Claim it to work on it."
        ),
    ]


def _assigned(o: Occasion) -> Words:
    return o.say("Assigned to you"), [o.say("Case {number} was assigned to you.")]


def _handed_off_at_desk(o: Occasion) -> Words:
    from_level, to_level = int(o.fact["from_level"]), int(o.fact["to_level"])
    causes = {
        "limit": o.say("its time at level {level} ended", level=from_level),
        "by_hand": o.say("it was moved up by hand"),
        "priority": o.say("its new priority left it no time at level {level}", level=from_level),
        "amendment": o.say("its amended times left it no time at level {level}", level=from_level),
        "functional": o.say("functional escalation"),
    }
    cause = causes.get(o.fact["cause"], o.fact["cause"])
    if o.recipient == LevelQueue(Level(to_level)):
        news = o.say("Arrived at level {level}", level=to_level)
        told = o.say(
            "The case arrived from level {level}, unassigned: {cause}. Claim it to work on it.",
            level=from_level,
            cause=cause,
        )
    elif isinstance(o.recipient, Agent):
        news = o.say("No longer yours: moved to level {level}", level=to_level)
        told = o.say("The case left you and is unassigned at level {level}: {cause}.", level=to_level, cause=cause)
    else:
        news = o.say("Moved to level {level}", level=to_level)
        told = o.say(
            "The case left level {from_level} for level {to_level}: {cause}.",
            from_level=from_level,
            to_level=to_level,
            cause=cause,
        )
    return news, [told, *o.reason()]


def _transferred_to_group(o: Occasion) -> Words:
    return o.say("Transferred to {group}", group=o.fact["to_group"]), [
        o.say(
            "The case was transferred to the specialist group {group}, unassigned; its level's clock keeps running. "
            "Claim it to work on it.",
            group=o.fact["to_group"],
        ),
        *o.reason(),
    ]


def _warned(o: Occasion) -> Words:
    level = int(o.fact["level"])
    if o.fact["clock"] == "initial_attention":
        told = o.say(
            "Nobody has given the case its initial attention, which is due by {limit} (Colombian time): a "
            "reply, or a logged call or chat."
        )
        return o.say("Initial attention is about to be missed"), [told]
    told = (
        o.say(
            "The time of level {level} ends on {limit} (Colombian time); then the case moves up by itself.", level=level
        )
        if level < 3
        else o.say("The time of level 3 ends on {limit} (Colombian time); then the case is overdue.")
    )
    return o.say("The time of level {level} is running out", level=level), [told]


def _attention_missed(o: Occasion) -> Words:
    return o.say("Initial attention missed"), [
        o.say(
            "Nobody gave the case its initial attention within the plan's time. The customer is still waiting for a "
            "reply, or a call or chat."
        ),
    ]


def _overdue_for_director(o: Occasion) -> Words:
    return o.say("OVERDUE"), [
        o.say(
            "The time of level 3 ended without a solution: the case is overdue. The customer's administrators have "
            "been told too."
        )
    ]


def _still_overdue_for_director(o: Occasion) -> Words:
    return o.say("STILL OVERDUE (notice {times})", times=o.overdue_notices), [
        o.say(
            "Another whole period of level 3 ended without a solution. The customer's administrators have been told "
            "too."
        )
    ]


def _answered(o: Occasion) -> Words:
    return o.say("The customer answered"), [o.say("The customer wrote:"), *o.quoted("body")]


def _reopened(o: Occasion) -> Words:
    return o.say("Reopened"), [
        o.say(
            "The customer says that the case is not solved. It is open again at level {level}, with the time it had "
            "left.",
            level=o.level,
        ),
        *o.reason(),
    ]


def _closed_at_desk(o: Occasion) -> Words:
    reason = word("closing_reason", o.fact["reason"], o.language)
    return o.say("Closed"), [o.say("The case, which was yours, is closed: {reason}.", reason=reason)]


TO_DESK: Mapping[str, Wording] = {
    "case_opened": _opened_at_queue,
    "case_held": _held_for_commercial,
    "case_released": _released_at_desk,
    "case_assigned": _assigned,
    "handed_off": _handed_off_at_desk,
    "case_transferred": _transferred_to_group,
    "clock_warned": _warned,
    "initial_attention_missed": _attention_missed,
    "case_overdue": _overdue_for_director,
    "overdue_repeated": _still_overdue_for_director,
    "customer_answered": _answered,
    "case_reopened": _reopened,
    "case_closed": _closed_at_desk,
    "terms_amended": amended,
    **VISITS_TO_DESK,
}
