"""What the director, the engineer and whoever works on the case read of a visit on site: what to do, and by when."""

from __future__ import annotations

from collections.abc import Mapping

from policy.people.recipients import Agent, Director
from wording.notices.occasion import Occasion, Wording, Words


def _requested(o: Occasion) -> Words:
    return o.say("Please decide on a visit"), [
        o.say(
            "A visit on site was requested for case {number}, of {customer}: {place}. Every remote channel of the plan "
            "was tried in vain.",
            customer=o.customer,
            place=o.place,
        ),
        *o.reason(),
        o.say(
            "Approve it with a quote of the travel expenses, or refuse it with the reason, by {limit} (Colombian "
            "time); after that the request lapses."
        ),
    ]


def _refused(o: Occasion) -> Words:
    return o.say("The visit was not approved"), [
        o.say("The director did not approve the visit. The case goes on remotely."),
        *o.reason(),
    ]


def _accepted(o: Occasion) -> Words:
    if o.fact["is_excess"]:
        return o.say("The customer accepted the visit's expenses"), [
            o.say("The customer accepted in writing the expenses above the quote: {amount}.", amount=o.amount("amount"))
        ]
    told = [o.say("The customer accepted the quote of the visit in writing: {amount}.", amount=o.amount("amount"))]
    if not isinstance(o.recipient, Director):
        told.append(o.say("Now agree a date with the customer and assign an engineer."))
    return o.say("The customer accepted the visit"), told


def _declined(o: Occasion) -> Words:
    amount = o.amount("amount")
    if o.fact["is_excess"]:
        return o.say("The customer declined the visit's expenses"), [
            o.say(
                "The customer declined the expenses, {amount} in all: it bears no more than what it had accepted, and "
                "we bear the rest.",
                amount=amount,
            ),
            *o.reason(),
        ]
    return o.say("The customer declined the visit"), [
        o.say("The customer declined the quote of the visit: {amount}. The case goes on remotely.", amount=amount),
        *o.reason(),
    ]


def _reminded(o: Occasion) -> Words:
    if o.fact["is_past"]:
        return _still_owed(o)
    match o.fact["step"]:
        case "requested":
            return o.say("Reminder: please decide on a visit"), [
                o.say(
                    "The visit requested for case {number}, of {customer}, still waits for your decision. By {limit} "
                    "(Colombian time) approve it with a quote, or refuse it with the reason; after that it lapses.",
                    customer=o.customer,
                )
            ]
        case "agreed":
            return o.say("Reminder: the visit has no date yet"), [
                o.say(
                    "The customer accepted the visit and it has no date yet. Agree one with the customer and assign an "
                    "engineer by {limit} (Colombian time)."
                )
            ]
        case "scheduled":
            return o.say("Reminder: your visit is near"), [
                o.say("You visit {customer} on {limit} (Colombian time).", customer=o.customer),
                *_where(o),
            ]
        case _:
            return o.say("Reminder: the visit's report is missing"), [
                o.say("Report what was found and done on the visit by {limit} (Colombian time).")
            ]


def _still_owed(o: Occasion) -> Words:
    match o.fact["step"]:
        case "agreed":
            return o.say("The visit still has no date"), [
                o.say(
                    "The customer accepted the visit, and the time to agree its date ended on {limit} (Colombian "
                    "time). Agree one now."
                )
            ]
        case "scheduled":
            return o.say("The visit has not started"), [
                o.say(
                    "The visit was to start on {limit} (Colombian time) and nobody recorded its start; the level's "
                    "clock stands still meanwhile. Record the start, or move or cancel the visit."
                )
            ]
        case _:
            return o.say("The visit's report is late"), [
                o.say("The time to report on the visit ended on {limit} (Colombian time). Report on it now.")
            ]


def _lapsed(o: Occasion) -> Words:
    if o.fact["is_excess"]:
        return o.say("No answer about the visit's expenses"), [
            o.say(
                "The customer did not answer about the expenses above the quote in time: it bears no more than what it "
                "had accepted, and we bear the rest."
            )
        ]
    told = (
        o.say("The customer did not decide on the quote of the visit in time.")
        if o.fact["step"] == "quoted"
        else o.say("The director did not decide on the visit in time.")
    )
    return o.say("The request of a visit lapsed"), [told, o.say("The request lapsed. The case goes on remotely.")]


def _scheduled(o: Occasion) -> Words:
    if o.recipient != Agent(o.fact["engineer_id"]):
        return o.say("The visit is no longer yours"), [
            o.say(
                "{engineer} makes the visit to {customer} in your place.",
                engineer=o.name_of("engineer_id"),
                customer=o.customer,
            ),
            o.say("The attached message takes it out of your calendar."),
        ]
    before = o.instant("from_starts_at")
    is_mine_already = o.fact.get("from_engineer_id") == o.fact["engineer_id"]
    if is_mine_already and before and before != o.limit_at:
        return o.say("Your visit was moved to {limit}"), [
            o.say(
                "The visit to {customer} was moved from {before} to {limit} (Colombian time).",
                customer=o.customer,
                before=before,
            ),
            *_where(o),
            o.say("The calendar invitation is attached."),
        ]
    return o.say("Visit on {limit}"), [
        o.say("You visit {customer} on {limit} (Colombian time).", customer=o.customer),
        *_where(o),
        o.say("The calendar invitation is attached."),
    ]


def _where(o: Occasion) -> list[str]:
    return [o.say("Place: {place}", place=o.place)] if o.place else []


def _cancelled(o: Occasion) -> Words:
    starts_at = o.instant("starts_at")
    told = (
        o.say("The customer called off the visit.")
        if o.fact["cancelled_by"] == "customer"
        else o.say("Support called off the visit.")
    )
    was_on = [o.say("It was on {starts_at} (Colombian time).", starts_at=starts_at)] if starts_at else []
    return o.say("The visit was cancelled"), [told, *was_on, *o.reason(), *_shares(o)]


def _shares(o: Occasion) -> list[str]:
    if not int(o.fact["borne_by_customer"]) + int(o.fact["borne_by_support"]):
        return []
    return [
        o.say(
            "Of the travel expenses the customer bears {theirs} and Servinformación bears {ours}.",
            theirs=o.amount("borne_by_customer"),
            ours=o.amount("borne_by_support"),
        )
    ]


def _signed_off(o: Occasion) -> Words:
    told = (
        o.say("The customer did not answer in time: the visit ended as reported.")
        if o.fact["unanswered"]
        else o.say("The customer signed the visit off.")
    )
    news = o.say("The visit ended without an answer") if o.fact["unanswered"] else o.say("The visit was signed off")
    return news, [told, *_shares(o)]


VISITS_TO_DESK: Mapping[str, Wording] = {
    "visit_requested": _requested,
    "visit_refused": _refused,
    "visit_accepted": _accepted,
    "visit_declined": _declined,
    "visit_reminded": _reminded,
    "visit_lapsed": _lapsed,
    "visit_scheduled": _scheduled,
    "visit_cancelled": _cancelled,
    "visit_signed_off": _signed_off,
}
