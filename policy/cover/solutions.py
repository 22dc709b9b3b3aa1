"""The rules of a delivered solution: its acceptance certificate is whole, and of a past day (WAR-1)."""

from __future__ import annotations

from datetime import date

from policy.case.refusals import Refusal, StateRefusal


class AcceptanceInFuture(Refusal):
    """The warranty runs from what the customer has accepted already."""

    rule = "WAR-1"
    message = "The acceptance certificate is of {accepted_on}, which is still to come: give the date it was signed on."


class AcceptanceIncomplete(Refusal):
    """A certificate has a date and a reference, by which it is found."""

    rule = "WAR-1"
    message = (
        "An acceptance certificate has a date and a reference: give both, or register the solution without a "
        "certificate."
    )


class AcceptanceRegisteredAlready(StateRefusal):
    """A solution is accepted once: its warranty runs from that day."""

    rule = "WAR-1"
    message = (
        "This solution was accepted on {accepted_on}: its certificate is registered, and its warranty runs from it."
    )


def check_acceptance(accepted_on: date | None, reference: str | None, *, on: date) -> None:
    """Refuse half a certificate, and one that is dated after `on`, today in Bogotá.

    A solution without a certificate has no warranty yet.
    """
    if (accepted_on is None) is not (not (reference or "").strip()):
        raise AcceptanceIncomplete
    if accepted_on is not None and accepted_on > on:
        raise AcceptanceInFuture(accepted_on=accepted_on.isoformat())
