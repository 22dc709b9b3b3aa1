"""What the customer reads of a visit on site: the request, the quote, the date, the visit and who bears what (ONS)."""

from __future__ import annotations

from collections.abc import Mapping

from wording.notices.occasion import Occasion, Wording, Words


def _requested(o: Occasion) -> Words:
    return o.say("A visit on site was requested"), [
        o.say("For your case {number} a visit on site was requested: {place}.", place=o.place),
        *o.reason(),
        o.say(
            "Our Director of Technology and Operations decides on it by {limit} (Colombian time). If it is approved, "
            "you receive a quote of the travel expenses, which you may accept or decline. Meanwhile your case goes on "
            "remotely."
        ),
    ]


def _approved(o: Occasion) -> Words:
    return o.say("Please decide on the quote of a visit"), [
        o.say(
            "The visit on site for your case {number} was approved. Its travel expenses, which you would bear, are "
            "quoted at {amount}.",
            amount=o.amount("quote"),
        ),
        *o.quoted("reason"),
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


def _refused(o: Occasion) -> Words:
    return o.say("The visit was not approved"), [
        o.say("The visit on site for your case {number} was not approved. Your case goes on remotely."),
        *o.reason(),
    ]


def _reminded(o: Occasion) -> Words:
    if o.fact["is_excess"]:
        return o.say("Reminder: please decide on the visit's expenses"), [
            o.say(
                "The expenses of the visit for your case {number} exceed what you accepted, and your decision is still "
                "missing. Please accept or decline them by {limit} (Colombian time): {link}",
                link=o.link,
            ),
            o.say("Without an answer, you bear no more than what you had accepted."),
        ]
    match o.fact["step"]:
        case "quoted":
            return o.say("Reminder: please decide on the quote of a visit"), [
                o.say(
                    "The quote of the visit on site for your case {number} still waits for your decision. Please "
                    "accept or decline it by {limit} (Colombian time): {link}",
                    link=o.link,
                ),
                o.say("Without an answer the request lapses and the case goes on remotely."),
            ]
        case "reported":
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
                *_where(o),
                _if_it_does_not_suit(o),
            ]


def _lapsed(o: Occasion) -> Words:
    if o.fact["is_excess"]:
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
        if o.fact["step"] == "quoted"
        else o.say(
            "The visit on site for your case {number} was not approved in time, so the request lapsed. We are sorry."
        )
    )
    return o.say("The request of a visit lapsed"), [
        told,
        o.say("Your case goes on remotely. If a visit is still needed, it can be requested again."),
    ]


def _scheduled(o: Occasion) -> Words:
    before, engineer = o.instant("from_starts_at"), o.name_of("engineer_id")
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
        *_where(o),
        _if_it_does_not_suit(o),
        o.say(
            "The calendar invitation is attached. From the agreed date until the visit starts, the level's time stands "
            "still."
        ),
    ]


def _where(o: Occasion) -> list[str]:
    return [o.say("Place: {place}", place=o.place)] if o.place else []


def _if_it_does_not_suit(o: Occasion) -> str:
    return o.say(
        "If the date does not suit you, you may move or cancel the visit before it starts: {link}. An answer to the "
        "calendar invitation does not reach us.",
        link=o.link,
    )


def _cancelled(o: Occasion) -> Words:
    starts_at = o.instant("starts_at")
    if o.fact["cancelled_by"] == "customer":
        told = o.say("Your team called off the visit on site for your case {number}.")
    else:
        told = o.say("We called off the visit on site for your case {number}. We are sorry for the inconvenience.")
    was_on = [o.say("It was on {starts_at} (Colombian time).", starts_at=starts_at)] if starts_at else []
    return o.say("The visit was cancelled"), [
        told,
        *was_on,
        *o.reason(),
        *_shares(o),
        o.say("Your case goes on remotely. If a visit is still needed, it can be requested again."),
    ]


def _shares(o: Occasion) -> list[str]:
    if not int(o.fact["borne_by_customer"]) + int(o.fact["borne_by_support"]):
        return []
    return [
        o.say(
            "Of its travel expenses you bear {yours} and we bear {ours}.",
            yours=o.amount("borne_by_customer"),
            ours=o.amount("borne_by_support"),
        )
    ]


def _started(o: Occasion) -> Words:
    return o.say("The visit started"), [
        o.say(
            "The visit on site for your case {number} started: {engineer} is with you. The level's time goes on.",
            engineer=o.name_of("engineer_id"),
        )
    ]


def _quote_exceeded(o: Occasion) -> Words:
    return o.say("Please decide on the visit's expenses"), [
        o.say(
            "The expenses of the visit for your case {number} add up to {total}, and you had accepted {accepted}.",
            total=o.amount("total"),
            accepted=o.amount("accepted"),
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


def _reported(o: Occasion) -> Words:
    return o.say("Please sign the visit off"), [
        o.say("This is the report of the visit on site for your case {number}."),
        o.say("What was found:"),
        *o.quoted("found"),
        o.say("What was done:"),
        *o.quoted("done"),
        o.say(
            "Please sign the visit off by {limit} (Colombian time): {link}. Without an answer, it ends as reported.",
            link=o.link,
        ),
    ]


def _signed_off(o: Occasion) -> Words:
    ended = (
        o.say("The visit on site for your case {number} ended as reported: its time to be signed off has passed.")
        if o.fact["unanswered"]
        else o.say("The visit on site for your case {number} was signed off. Thank you.")
    )
    shares = o.say(
        "Of its expenses you bear {customer} and Servinformación {support}.",
        customer=o.amount("borne_by_customer"),
        support=o.amount("borne_by_support"),
    )
    return o.say("The visit has ended"), [ended, shares]


VISITS_TO_CUSTOMER: Mapping[str, Wording] = {
    "visit_requested": _requested,
    "visit_approved": _approved,
    "visit_refused": _refused,
    "visit_reminded": _reminded,
    "visit_lapsed": _lapsed,
    "visit_scheduled": _scheduled,
    "visit_cancelled": _cancelled,
    "visit_started": _started,
    "visit_quote_exceeded": _quote_exceeded,
    "visit_reported": _reported,
    "visit_signed_off": _signed_off,
}
