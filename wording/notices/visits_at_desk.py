"""The desk's letters on a visit on site, to the director, the engineer and whoever works on the case."""

from __future__ import annotations

from typing import assert_never

from policy.people.recipients import Agent, Director
from policy.visit import facts as v
from policy.visit.visit import Side, VisitStep
from wording.notices.occasion import Occasion, Words


def visit_to_desk(o: Occasion, fact: v.VisitFact) -> Words:
    """The letter to the people of the house about what happened to a visit: what to do, and by when."""
    match fact:
        case v.VisitRequested():
            return _requested(o, fact)
        case v.VisitRefused():
            return _refused(o, fact)
        case v.VisitAccepted():
            return _accepted(o, fact)
        case v.VisitDeclined():
            return _declined(o, fact)
        case v.VisitReminded():
            return _reminded(o, fact)
        case v.VisitLapsed():
            return _lapsed(o, fact)
        case v.VisitScheduled():
            return _scheduled(o, fact)
        case v.VisitMissed():
            return _missed(o, fact)
        case v.VisitCancelled():
            return _cancelled(o, fact)
        case v.VisitSignedOff():
            return _signed_off(o, fact)
        case v.VisitApproved() | v.VisitStarted() | v.VisitExpenseLogged() | v.VisitQuoteExceeded() | v.VisitReported():
            return o.untold()  # no letter to these readers tells of it
        case _:
            assert_never(fact)


def _requested(o: Occasion, fact: v.VisitRequested) -> Words:
    return o.say("Please decide on a visit"), [
        o.say(
            "A visit on site was requested for case {number}, of {customer}: {place}. Every remote channel of the plan "
            "was tried in vain.",
            customer=o.customer,
            place=o.place,
        ),
        *o.reason(fact.reason),
        o.say(
            "Approve it with a quote of the travel expenses, or refuse it with the reason, by {limit} (Colombian "
            "time); after that the request lapses."
        ),
    ]


def _refused(o: Occasion, fact: v.VisitRefused) -> Words:
    return o.say("The visit was not approved"), [
        o.say("The director did not approve the visit. The case goes on remotely."),
        *o.reason(fact.reason),
    ]


def _accepted(o: Occasion, fact: v.VisitAccepted) -> Words:
    amount = o.amount(fact.amount)
    if fact.is_excess:
        return o.say("The customer accepted the visit's expenses"), [
            o.say("The customer accepted in writing the expenses above the quote: {amount}.", amount=amount),
            *o.reason(fact.reason),
        ]
    told = [
        o.say("The customer accepted the quote of the visit in writing: {amount}.", amount=amount),
        *o.reason(fact.reason),
    ]
    if not isinstance(o.recipient, Director):
        told.append(o.say("Now agree a date with the customer and assign an engineer."))
    return o.say("The customer accepted the visit"), told


def _declined(o: Occasion, fact: v.VisitDeclined) -> Words:
    amount = o.amount(fact.amount)
    if fact.is_excess:
        return o.say("The customer declined the visit's expenses"), [
            o.say(
                "The customer declined the expenses, {amount} in all: it bears no more than what it had accepted, and "
                "we bear the rest.",
                amount=amount,
            ),
            *o.reason(fact.reason),
        ]
    return o.say("The customer declined the visit"), [
        o.say("The customer declined the quote of the visit: {amount}. The case goes on remotely.", amount=amount),
        *o.reason(fact.reason),
    ]


def _reminded(o: Occasion, fact: v.VisitReminded) -> Words:
    if fact.is_past:
        return _still_owed(o, fact)
    match fact.step:
        case VisitStep.REQUESTED:
            return o.say("Reminder: please decide on a visit"), [
                o.say(
                    "The visit requested for case {number}, of {customer}, still waits for your decision. By {limit} "
                    "(Colombian time) approve it with a quote, or refuse it with the reason; after that it lapses.",
                    customer=o.customer,
                )
            ]
        case VisitStep.AGREED:
            return o.say("Reminder: the visit has no date yet"), [
                o.say(
                    "The customer accepted the visit and it has no date yet. Agree one with the customer and assign an "
                    "engineer by {limit} (Colombian time)."
                )
            ]
        case VisitStep.SCHEDULED:
            return o.say("Reminder: your visit is near"), [
                o.say("You visit {customer} on {limit} (Colombian time).", customer=o.customer),
                *o.where(),
            ]
        case _:
            return o.say("Reminder: the visit's report is missing"), [
                o.say("Report what was found and done on the visit by {limit} (Colombian time).")
            ]


def _still_owed(o: Occasion, fact: v.VisitReminded) -> Words:
    match fact.step:
        case VisitStep.AGREED:
            return o.say("The visit still has no date"), [
                o.say(
                    "The customer accepted the visit, and the time to agree its date ended on {limit} (Colombian "
                    "time). Agree one now."
                )
            ]
        case VisitStep.SCHEDULED:
            return o.say("The visit has not started"), [
                o.say(
                    "The visit has not started on its date, and nothing was done about it by {limit} (Colombian time). "
                    "Agree on another date with the customer, or cancel the visit."
                )
            ]
        case _:
            return o.say("The visit's report is late"), [
                o.say("The time to report on the visit ended on {limit} (Colombian time). Report on it now.")
            ]


def _missed(o: Occasion, fact: v.VisitMissed) -> Words:
    return o.say("The visit has not started"), [
        o.say(
            "The visit to {customer} was to start on {starts_at} (Colombian time) and nobody recorded its start: the "
            "level's clock counts again since then.",
            customer=o.customer,
            starts_at=fact.starts_at,
        ),
        o.say(
            "Its engineer or the director may still record the start on that day; afterwards move it to another date, "
            "or cancel it."
        ),
    ]


def _lapsed(o: Occasion, fact: v.VisitLapsed) -> Words:
    if fact.is_excess:
        return o.say("No answer about the visit's expenses"), [
            o.say(
                "The customer did not answer about the expenses above the quote in time: it bears no more than what it "
                "had accepted, and we bear the rest."
            )
        ]
    told = (
        o.say("The customer did not decide on the quote of the visit in time.")
        if fact.step is VisitStep.QUOTED
        else o.say("The director did not decide on the visit in time.")
    )
    return o.say("The request of a visit lapsed"), [told, o.say("The request lapsed. The case goes on remotely.")]


def _scheduled(o: Occasion, fact: v.VisitScheduled) -> Words:
    if o.recipient != Agent(fact.engineer_id):
        return o.say("The visit is no longer yours"), [
            o.say(
                "{engineer} makes the visit to {customer} in your place.",
                engineer=o.name_of(fact.engineer_id),
                customer=o.customer,
            ),
            o.say("The attached message takes it out of your calendar."),
        ]
    before = fact.from_starts_at
    is_mine_already = fact.from_engineer_id == fact.engineer_id
    if is_mine_already and before and before != o.limit_at:
        return o.say("Your visit was moved to {limit}"), [
            o.say(
                "The visit to {customer} was moved from {before} to {limit} (Colombian time).",
                customer=o.customer,
                before=before,
            ),
            *o.where(),
            o.say("The calendar invitation is attached."),
        ]
    return o.say("Visit on {limit}"), [
        o.say("You visit {customer} on {limit} (Colombian time).", customer=o.customer),
        *o.where(),
        o.say("The calendar invitation is attached."),
    ]


def _cancelled(o: Occasion, fact: v.VisitCancelled) -> Words:
    starts_at = fact.starts_at
    told = (
        o.say("The customer called off the visit.")
        if fact.cancelled_by is Side.CUSTOMER
        else o.say("Support called off the visit.")
    )
    was_on = [o.say("It was on {starts_at} (Colombian time).", starts_at=starts_at)] if starts_at else []
    return o.say("The visit was cancelled"), [told, *was_on, *o.reason(fact.reason), *_shares(o, fact)]


def _shares(o: Occasion, fact: v.VisitCancelled | v.VisitSignedOff) -> list[str]:
    if not fact.borne_by_customer + fact.borne_by_support:
        return []
    return [
        o.say(
            "Of the travel expenses the customer bears {theirs} and Servinformación bears {ours}.",
            theirs=o.amount(fact.borne_by_customer),
            ours=o.amount(fact.borne_by_support),
        )
    ]


def _signed_off(o: Occasion, fact: v.VisitSignedOff) -> Words:
    told = (
        o.say("The customer did not answer in time: the visit ended as reported.")
        if fact.unanswered
        else o.say("The customer signed the visit off.")
    )
    news = o.say("The visit ended without an answer") if fact.unanswered else o.say("The visit was signed off")
    return news, [told, *_shares(o, fact)]
