"""The refusals that need a look-up, which the pure policy cannot make: named and worded like its own."""

from __future__ import annotations

from policy.case.refusals import Refusal
from storage.engine.database import Reader
from storage.people import agents

_PEOPLE = frozenset({"agent", "assignee", "person", "substitute"})
"""The values of refusals that are agents' ids."""


class ContactNotAuthorized(Refusal):
    """Nobody but the persons whom the customer named may ask, each from its written notice on."""

    rule = "REQ-1"
    message = "This person is not an authorized contact, or not yet: a case is opened in the name of one who is."


class SolutionUnknown(Refusal):
    """Support is for the customer's own solutions."""

    rule = "SCOPE-1"
    message = "The customer of this contact has no such solution."


class AgentUnknown(Refusal):
    """A case is assigned to somebody who serves cases."""

    message = "There is no agent {agent}."


class AgentDisabled(Refusal):
    """Nothing is given to somebody who could not sign in to do it."""

    message = "Agent {agent} is disabled and cannot take anything on. Choose somebody else, or have them enabled first."


class GroupDisabled(Refusal):
    """A case goes to a group in which somebody can take it."""

    rule = "ESC-8"
    message = "Everybody in specialist group {group} is disabled: nobody there could take the case."


class AmendmentTargetUnclear(Refusal):
    """A preview is of chosen cases or of all open ones."""

    rule = "PLAN-15"
    message = "A preview is either of the cases that you number or of all open ones: give exactly one of them."


class PolicyChanged(Refusal):
    """What is applied is what was previewed."""

    rule = "PLAN-15"
    message = "The policy file has changed since this amendment was previewed or begun. Preview it again first."


class QuoteOfRefusedVisit(Refusal):
    """Who does not approve a visit quotes nothing: one of the two was meant otherwise."""

    rule = "ONS-3"
    message = "A visit that is not approved has no quote: leave the quote out, or approve the visit with it."


class ReasonWithoutReplacement(Refusal):
    """A contract is registered without a reason; the reason is that of another one's end."""

    rule = "PLAN-17"
    message = (
        "A reason says why a contract takes another one's place: say in `replaces` which one that is, or leave the "
        "reason out."
    )


class PageOfChosenCases(Refusal):
    """Cases that are named are previewed all at once; only all open ones come a page at a time."""

    rule = "PLAN-15"
    message = "The cases that you number are previewed all at once: leave the cursor out."


class ConsentByStranger(Refusal):
    """Only the customer's own contacts consent to a remote session in its services."""

    rule = "ONS-6"
    message = (
        "A remote session starts with the consent of one of the customer's authorized contacts, and this person is "
        "none, or not yet. Please ask one of them."
    )


class CallWithStranger(Refusal):
    """A call on a case is one with somebody of its customer."""

    rule = "REQ-1"
    message = "The call is with one of the customer's contacts; this person is none of them."


class IncidentUnknown(Refusal):
    """A case is linked to an incident that a provider published and that we heard of."""

    rule = "SCOPE-6"
    message = "No provider has published an incident {incident} that is known here."


class PlaceholderUnknown(Refusal):
    """What stands in braces in a text that is used again is filled in, so it has to be known."""

    message = "“{unknown}” in braces is nothing that is filled in. What is filled in: {known}."


async def said_by_name(db: Reader, refused: Refusal) -> Refusal:
    """The refusal with agents' names for their ids, which is all that the policy and the engine know of them."""
    named = {}
    for place in _PEOPLE & refused.values.keys():
        if agent := await agents.get(db, str(refused.values[place])):
            named[place] = agent.name
    return type(refused)(**refused.values | named) if named else refused
