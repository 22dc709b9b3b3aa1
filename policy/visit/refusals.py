"""The refusals of visits on site (ONS), apart from those about the place, which are in places.py."""

from __future__ import annotations

from policy.case.refusals import Refusal, RoleNotAllowed, StateRefusal


class RemoteChannelsNotExhausted(Refusal):
    """A channel of the plan has no logged attempt that did not solve the case."""

    rule = "ONS-4"
    message = (
        "A visit on site is possible once the remote channels are exhausted. "
        "Please log an attempt that did not solve the case on: {channels}."
    )


class VisitAlreadyOpen(StateRefusal):
    """One visit at a time."""

    rule = "ONS-5"
    message = "Case {number} already has a visit that has not ended; have it signed off or cancel it first."


class NoVisitOpen(StateRefusal):
    """There is nothing to decide about, to move or to report on."""

    rule = "ONS-5"
    message = "Case {number} has no visit on site that is open; request one first."


class VisitOutOfOrder(StateRefusal):
    """A visit's steps come one after the other."""

    rule = "ONS-5"
    message = (
        "The visit of case {number} is at the step “{step}”; this is possible at: {needed}. "
        "Look at the case to see what the visit waits for, and do that first."
    )


class VisitNotApproved(StateRefusal):
    """Approval comes first, acceptance second."""

    rule = "ONS-3"
    message = "The visit of case {number} has to be approved by the director before the customer accepts it."


class NothingToAccept(StateRefusal):
    """The customer has decided already."""

    rule = "ONS-2"
    message = "The visit of case {number} has no amount that awaits the customer's decision."


class DirectorDecides(RoleNotAllowed):
    """A visit is approved by the director."""

    rule = "ONS-3"
    message = "A visit on site is approved or refused by the director; please ask them."


class CustomerDecides(RoleNotAllowed):
    """A visit is accepted and signed off by the customer."""

    rule = "ONS-3"
    message = "A visit on site is accepted and signed off by one of the customer's authorized contacts."


class QuoteNotPositive(Refusal):
    """A visit carries a quote of its expenses."""

    rule = "ONS-2"
    message = "An approved visit needs a quote of the travel expenses in whole Colombian pesos, above zero."


class AmountChanged(Refusal):
    """The customer agrees to the amount that it has read."""

    rule = "ONS-2"
    message = "The amount to decide on is {amount}, not {given}; please read it again before you decide."


class AmountGrown(Refusal):
    """The customer agrees to what it has read: the first mail told of less."""

    rule = "ONS-2"
    message = (
        "The expenses have grown to {amount} since the customer was first asked about them. "
        "Please read them again, and accept them with that amount."
    )


class VisitDatePast(Refusal):
    """A date is agreed ahead."""

    rule = "ONS-5"
    message = "The visit has to start in the future."


class VisitDateTooFar(Refusal):
    """The case waits for its visit, and may not wait for ever."""

    rule = "ONS-5"
    message = (
        "A visit starts within {days} days from the day on which its date is agreed. Please agree on an earlier date, "
        "or cancel the visit and ask for another when it is due."
    )


class EngineerMissing(Refusal):
    """Somebody makes the visit."""

    rule = "ONS-5"
    message = "The visit needs an engineer."


class EngineerChosenBySupport(RoleNotAllowed):
    """The customer may move the date, and support says who comes."""

    rule = "ONS-5"
    message = "You may move the visit's date; its engineer is assigned by support."


class VisitAlreadyStarted(StateRefusal):
    """A visit is moved or called off before it starts."""

    rule = "ONS-5"
    message = "The visit of case {number} has already started: it can no longer be moved or cancelled."


class ExpenseNotPositive(Refusal):
    """An expense is an amount."""

    rule = "ONS-2"
    message = "An expense is an amount in whole Colombian pesos, above zero."


class ReceiptMissing(Refusal):
    """Every expense has its receipt."""

    rule = "ONS-2"
    message = "Every expense needs the reference of its receipt."


class ReceiptUsedTwice(Refusal):
    """One receipt proves one expense."""

    rule = "ONS-2"
    message = "The receipt {receipt} already stands for another expense of this visit."


class ExcessUndecided(StateRefusal):
    """Expenses above the quote are decided on before the visit ends."""

    rule = "ONS-2"
    message = (
        "The expenses of the visit of case {number} exceed what was accepted: "
        "please accept or decline them before signing the visit off."
    )


class VisitUnderWay(StateRefusal):
    """A case does not end while somebody is on the way to it."""

    rule = "ONS-5"
    message = "Case {number} has an agreed visit: cancel it, or have it made and reported on, before the case ends."


class VisitGoesOn(StateRefusal):
    """Somebody is there."""

    rule = "ONS-5"
    message = (
        "The visit of case {number} has started: report on it first. The case may be resolved once only the "
        "customer's signature is missing."
    )


class VisitNotSignedOff(StateRefusal):
    """A case is resolved without the signature; nothing else ends it before."""

    rule = "ONS-5"
    message = (
        "The visit of case {number} waits for the customer's signature: the case may be resolved meanwhile, but "
        "it ends in another way only once the visit is signed off."
    )


class NotTheEngineer(RoleNotAllowed):
    """Who was sent says that they are there."""

    rule = "ONS-5"
    message = "The visit of case {number} is started by its engineer or by the director; please ask them."


class NotTheVisitsDay(StateRefusal):
    """A visit starts on the day that was agreed; another day is agreed on first."""

    rule = "ONS-5"
    message = (
        "The visit of case {number} starts on its day, {day}, in Colombian time. "
        "Move it to another date, or cancel it, before it starts on another day."
    )
