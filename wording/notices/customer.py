"""What the customer reads: kind, plain, and always with what happens next. Sentences are ids of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping

from wording.language import word
from wording.notices.amended import amended
from wording.notices.closing import closed
from wording.notices.occasion import Occasion, Wording, Words
from wording.notices.specialists import SPECIALISTS_TO_CUSTOMER
from wording.notices.visits import VISITS_TO_CUSTOMER


def _opened(o: Occasion) -> Words:
    told = [
        o.say(
            "We received your case {number}, “{title}”, with priority {priority}, under the {plan} plan.",
            priority=o.priority_name(o.priority),
        )
    ]
    if help_with := o.fact.get("architecture_help"):
        told.append(
            o.say("Your plan helps with the architecture, implementation and deployment of concrete cases.")
            if help_with == "concrete_cases"
            else o.say(
                "Your plan helps with architecture, implementation and deployment by recommended practices; work on a "
                "concrete case belongs to the Premium plan."
            )
        )
    if o.limit_at:
        told += [
            o.say("A support professional will give it initial attention by {limit} (Colombian time) at the latest."),
            o.say(
                "Help Desk may confirm or change the priority, and will tell you why. If a level does not solve the "
                "case within its time, the case moves up by itself and we let you know."
            ),
        ]
    return o.say("We received your case"), told


def _held(o: Occasion) -> Words:
    return o.say("Your case is held"), [
        o.say(
            "Your case {number} is registered, but we found no contract or warranty in force that covers it. It is "
            "held for now, and none of its times is running."
        ),
        o.say(
            "Our commercial team already knows and can help you renew: {mailbox}. As soon as the cover is renewed and "
            "paid, we start working on the case.",
            mailbox=o.commercial_mailbox,
        ),
        o.say("If that has not happened by {limit} (Colombian time), the case will be closed as not covered."),
    ]


def _released(o: Occasion) -> Words:
    told = [
        o.say(
            "Your case {number}, “{title}”, is covered now by your {cover}, and we are working on it under the {plan} "
            "plan. Its times count from when the cover was registered.",
            cover=word("cover", o.fact["cover"], o.language),
        )
    ]
    if o.limit_at:
        told.append(
            o.say("A support professional will give it initial attention by {limit} (Colombian time) at the latest.")
        )
    return o.say("Your case is no longer held"), told


def _handed_off(o: Occasion) -> Words:
    from_level, to_level = int(o.fact["from_level"]), int(o.fact["to_level"])
    moves = {
        "limit": o.say(
            "The time of {from_level} ended without a solution, so your case {number} moved up to {to_level}.",
            from_level=o.level_name(from_level),
            to_level=o.level_name(to_level),
        ),
        "priority": o.say(
            "With its new priority, your case {number} had used up the time of {from_level}, so it moved "
            "up to {to_level}.",
            from_level=o.level_name(from_level),
            to_level=o.level_name(to_level),
        ),
        "amendment": o.say(
            "With its amended times, your case {number} had used up the time of {from_level}, so it moved up to "
            "{to_level}.",
            from_level=o.level_name(from_level),
            to_level=o.level_name(to_level),
        ),
        "functional": o.say(
            "By functional escalation, your case {number} went straight to {to_level}.", to_level=o.level_name(to_level)
        ),
    }
    by_hand = o.say(
        "To move it forward, your case {number} was moved up to {to_level}.", to_level=o.level_name(to_level)
    )
    told = [moves.get(o.fact["cause"], by_hand), *o.reason()]
    if o.limit_at and to_level < 3:
        told.append(o.say("If it is not solved there by {limit} (Colombian time), it moves up again by itself."))
    elif o.limit_at:
        told.append(o.say("The time to solve it there ends on {limit} (Colombian time)."))
    return o.say("Your case is now at level {level}", level=to_level), told


def _transferred(o: Occasion) -> Words:
    return o.say("Your case is with a specialist group"), [
        o.say(
            "Your case {number} is now with our specialist group {group}. Its level's time keeps running.",
            group=o.fact["to_group"],
        ),
        *o.reason(),
    ]


def _overdue(o: Occasion) -> Words:
    return o.say("Your case is overdue"), [
        o.say(
            "Case {number}, “{title}”, was not solved within the time of level 3, the highest. We are sorry. Our "
            "Director of Technology and Operations has been told and stays in charge of it until it is solved."
        ),
    ]


def _still_overdue(o: Occasion) -> Words:
    return o.say("Your case is still overdue (notice {times})", times=o.overdue_notices), [
        o.say(
            "Case {number}, “{title}”, is still without a solution after another whole period of level 3. We are "
            "sorry. Our Director of Technology and Operations has been told again and stays in charge of it."
        ),
    ]


def _replied(o: Occasion) -> Words:
    return o.say("We answered your case"), [o.say("Support answered your case {number}:"), *o.quoted("body")]


def _asked(o: Occasion) -> Words:
    return o.say("We need information from you"), [
        o.say("To go on with your case {number} we need to know:"),
        *o.quoted("body"),
        o.say("Until you answer, the level's time stands still; with your answer it goes on."),
    ]


def _priority_changed(o: Occasion) -> Words:
    return o.say("The priority of your case changed"), [
        o.say(
            "The priority of your case {number} changed from {old} to {new}.",
            old=o.priority_name(int(o.fact["from_priority"])),
            new=o.priority_name(int(o.fact["to_priority"])),
        ),
        *o.reason(),
        o.say("The time already used at the level still counts."),
    ]


def _provider_escalated(o: Occasion) -> Words:
    return o.say("Your case is also with the provider"), [
        o.say(
            "We escalated your case {number} to the service provider {provider}, under its number {provider_case}. We "
            "keep working on it, and our own times keep running.",
            provider=o.fact["provider"],
            provider_case=o.fact["provider_case"],
        ),
    ]


def _provider_updated(o: Occasion) -> Words:
    return o.say("The provider has news"), [
        o.say("The service provider has news about your case {number}:"),
        *o.quoted("body"),
    ]


def _resolved(o: Occasion) -> Words:
    return o.say("Your case was resolved"), [
        o.say("We resolved your case {number}:"),
        *o.quoted("summary"),
        o.say(
            "Please confirm the solution. If the problem goes on, reopen the case with your reason by {limit} "
            "(Colombian time); after that, without an answer from you, it is closed."
        ),
    ]


TO_CUSTOMER: Mapping[str, Wording] = {
    "case_opened": _opened,
    "case_held": _held,
    "case_released": _released,
    "handed_off": _handed_off,
    "case_transferred": _transferred,
    "case_overdue": _overdue,
    "overdue_repeated": _still_overdue,
    "reply_sent": _replied,
    "information_requested": _asked,
    "priority_changed": _priority_changed,
    "provider_escalated": _provider_escalated,
    "provider_updated": _provider_updated,
    "case_resolved": _resolved,
    "case_closed": closed,
    "terms_amended": amended,
    **SPECIALISTS_TO_CUSTOMER,
    **VISITS_TO_CUSTOMER,
}
