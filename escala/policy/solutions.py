"""What a delivered solution must be: its acceptance certificate is a past one (WAR-1)."""

from __future__ import annotations

from datetime import date

from escala.policy.refusals import Refusal


class AcceptanceInFuture(Refusal):
    """The warranty runs from what the customer has accepted already."""

    rule = "WAR-1"
    message = "The acceptance certificate is of {accepted_on}, which is still to come: give the date it was signed on."


def check_acceptance(accepted_on: date | None, *, on: date) -> None:
    """Refuse a certificate that is dated after `on`, today in Bogotá; one without a certificate has no warranty yet."""
    if accepted_on is not None and accepted_on > on:
        raise AcceptanceInFuture(accepted_on=accepted_on.isoformat())
