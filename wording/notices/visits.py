"""The customer's letters on a visit on site: the request, the quote, the date, the visit, who bears what (ONS)."""

from __future__ import annotations

from typing import assert_never

from policy.visit import facts as v
from policy.visit.visit import Side, VisitStep
from wording.notices.occasion import Occasion, Words


def visit_to_customer(o: Occasion, fact: v.VisitFact) -> Words:
    """The letter to the customer's people about what happened to a visit."""
    match fact:
        case v.VisitRequested():
            return _requested(o, fact)
        case v.VisitApproved():
            return _approved(o, fact)
        case v.VisitRefused():
            return _refused(o, fact)
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
        case v.VisitStarted():
            return _started(o, fact)
        case v.VisitQuoteExceeded():
            return _quote_exceeded(o, fact)
        case v.VisitReported():
            return _reported(o, fact)
        case v.VisitSignedOff():
            return _signed_off(o, fact)
        case v.VisitAccepted() | v.VisitDeclined() | v.VisitExpenseLogged():
            return o.untold()  # no letter to these readers tells of it
        case _:
            assert_never(fact)


def _requested(o: Occasion, fact: v.VisitRequested) -> Words:
    return o.say("A visit on site was requested"), [
        o.say("For your case {number} a visit on site was requested: {place}.", place=o.place),
        *o.reason(fact.reason),
        o.say(
            "Our Director of Technology and Operations decides on it by {limit} (Colombian time). If it is approved, "
            "you receive a quote of the travel expenses, which you may accept or decline. Meanwhile your case goes on "
            "remotely."
        ),
    ]


def _approved(o: Occasion, fact: v.VisitApproved) -> Words:
    return o.say("Please decide on the quote of a visit"), [
        o.say(
            "The visit on site for your case {number} was approved. Its travel expenses, which you would bear, are "
            "quoted at {amount}.",
            amount=o.amount(fact.quote),
        ),
        *o.quoted(fact.reason),
        o.say(
            "To accept or decline the quote in writing, please open the case: {link}. Your answer is kept with its "
            "amount, its instant and who gave it. If the actual expenses exceed the quote, we ask you again.",
            link=o.link,
        ),
        o.say(
            "Please decide by {limit} (Colombian time): without an answer the request lapses and the case goes on "
            "remotely. Until you decide, the level's time stands still."
        ),
    ]


def _refused(o: Occasion, fact: v.VisitRefused) -> Words:
    return o.say("The visit was not approved"), [
        o.say("The visit on site for your case {number} was not approved. Your case goes on remotely."),
        *o.reason(fact.reason),
    ]


def _reminded(o: Occasion, fact: v.VisitReminded) -> Words:
    if fact.is_excess:
        return o.say("Reminder: please decide on the visit's expenses"), [
            o.say(
                "The expenses of the visit for your case {number} exceed what you accepted, and your decision is still "
                "missing. Please accept or decline them by {limit} (Colombian time): {link}",
                link=o.link,
            ),
            o.say("Without an answer, you bear no more than what you had accepted."),
        ]
    match fact.step:
        case VisitStep.QUOTED:
            return o.say("Reminder: please decide on the quote of a visit"), [
                o.say(
                    "The quote of the visit on site for your case {number} still waits for your decision. Please "
                    "accept or decline it by {limit} (Colombian time): {link}",
                    link=o.link,
                ),
                o.say("Without an answer the request lapses and the case goes on remotely."),
            ]
        case VisitStep.REPORTED:
            return o.say("Reminder: please sign the visit off"), [
                o.say(
                    "The visit on site for your case {number} still waits for your sign-off. Please read its report "
                    "and sign it off by {limit} (Colombian time): {link}",
                    link=o.link,
                ),
                o.say("Without an answer, the visit ends as reported."),
            ]
        case _:
            return o.say("Reminder: your visit is near"), [
                o.say("The visit on site for your case {number} is on {limit} (Colombian time)."),
                *o.where(),
                _if_it_does_not_suit(o),
            ]


def _lapsed(o: Occasion, fact: v.VisitLapsed) -> Words:
    if fact.is_excess:
        return o.say("The visit's expenses: no answer in time"), [
            o.say(
                "We had no answer in time about the expenses above what you accepted for the visit of case {number}: "
                "you do not bear them."
            )
        ]
    told = (
        o.say(
            "The quote of the visit on site for your case {number} was not decided on in time, so the request lapsed."
        )
        if fact.step is VisitStep.QUOTED
        else o.say(
            "The visit on site for your case {number} was not approved in time, so the request lapsed. We are sorry."
        )
    )
    return o.say("The request of a visit lapsed"), [
        told,
        o.say("Your case goes on remotely. If a visit is still needed, it can be requested again."),
    ]


def _scheduled(o: Occasion, fact: v.VisitScheduled) -> Words:
    before, engineer = fact.from_starts_at, o.name_of(fact.engineer_id)
    if before is None:
        news = o.say("Your visit is on {limit}")
        told = o.say(
            "The visit on site for your case {number} is on {limit} (Colombian time). {engineer} will visit you.",
            engineer=engineer,
        )
    elif before == o.limit_at:
        news = o.say("Another engineer will visit you")
        told = o.say(
            "The visit on site for your case {number} stays on {limit} (Colombian time), and now {engineer} will "
            "visit you.",
            engineer=engineer,
        )
    else:
        news = o.say("Your visit was moved to {limit}")
        told = o.say(
            "The visit on site for your case {number} was moved from {before} to {limit} (Colombian time). {engineer} "
            "will visit you.",
            before=before,
            engineer=engineer,
        )
    return news, [
        told,
        *o.where(),
        _if_it_does_not_suit(o),
        o.say(
            "The calendar invitation is attached. Until that date, or until the visit starts if it is earlier, the "
            "level's time stands still."
        ),
    ]


def _if_it_does_not_suit(o: Occasion) -> str:
    return o.say(
        "If the date does not suit you, you may move or cancel the visit before it starts: {link}. An answer to the "
        "calendar invitation does not reach us.",
        link=o.link,
    )


def _cancelled(o: Occasion, fact: v.VisitCancelled) -> Words:
    starts_at = fact.starts_at
    if fact.cancelled_by is Side.CUSTOMER:
        told = o.say("Your team called off the visit on site for your case {number}.")
    else:
        told = o.say("We called off the visit on site for your case {number}. We are sorry for the inconvenience.")
    was_on = [o.say("It was on {starts_at} (Colombian time).", starts_at=starts_at)] if starts_at else []
    return o.say("The visit was cancelled"), [
        told,
        *was_on,
        *o.reason(fact.reason),
        *_shares(o, fact),
        o.say("Your case goes on remotely. If a visit is still needed, it can be requested again."),
    ]


def _shares(o: Occasion, fact: v.VisitCancelled) -> list[str]:
    if not fact.borne_by_customer + fact.borne_by_support:
        return []
    return [
        o.say(
            "Of its travel expenses you bear {yours} and we bear {ours}.",
            yours=o.amount(fact.borne_by_customer),
            ours=o.amount(fact.borne_by_support),
        )
    ]


def _missed(o: Occasion, fact: v.VisitMissed) -> Words:
    return o.say("Your visit has not started"), [
        o.say(
            "The visit on site for your case {number} was to start on {starts_at} (Colombian time), and we have no "
            "record that it did. From that moment the level's time counts again.",
            starts_at=fact.starts_at,
        ),
        o.say(
            "If it does not take place that day, we agree on another date with you. You may also move or cancel it "
            "yourself: {link}",
            link=o.link,
        ),
    ]


def _started(o: Occasion, fact: v.VisitStarted) -> Words:
    return o.say("The visit started"), [
        o.say(
            "The visit on site for your case {number} started: {engineer} is with you. The level's time goes on.",
            engineer=o.name_of(fact.engineer_id),
        )
    ]


def _quote_exceeded(o: Occasion, fact: v.VisitQuoteExceeded) -> Words:
    return o.say("Please decide on the visit's expenses"), [
        o.say(
            "The expenses of the visit for your case {number} add up to {total}, and you had accepted {accepted}.",
            total=o.amount(fact.total),
            accepted=o.amount(fact.accepted),
        ),
        o.say(
            "To accept or decline them in writing, please open the case, where each expense is listed with its "
            "receipt: {link}",
            link=o.link,
        ),
        o.say(
            "Please decide by {limit} (Colombian time). If you decline or do not answer, you bear no more than what "
            "you had accepted."
        ),
    ]


def _reported(o: Occasion, fact: v.VisitReported) -> Words:
    return o.say("Please sign the visit off"), [
        o.say("This is the report of the visit on site for your case {number}."),
        o.say("What was found:"),
        *o.quoted(fact.found),
        o.say("What was done:"),
        *o.quoted(fact.done),
        o.say(
            "Please sign the visit off by {limit} (Colombian time): {link}. Without an answer, it ends as reported.",
            link=o.link,
        ),
    ]


def _signed_off(o: Occasion, fact: v.VisitSignedOff) -> Words:
    ended = (
        o.say("The visit on site for your case {number} ended as reported: its time to be signed off has passed.")
        if fact.unanswered
        else o.say("The visit on site for your case {number} was signed off. Thank you.")
    )
    shares = o.say(
        "Of its expenses you bear {customer} and Servinformación {support}.",
        customer=o.amount(fact.borne_by_customer),
        support=o.amount(fact.borne_by_support),
    )
    return o.say("The visit has ended"), [ended, shares]
