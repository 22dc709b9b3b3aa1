"""What the edge refuses by looking something up, which the pure policy cannot: named and worded like its refusals."""

from __future__ import annotations

from escala.policy.refusals import Refusal


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


class AgentDoesNotServe(Refusal):
    """A case is assigned to somebody who serves its group, or its level where it has none."""

    rule = "ESC-8"
    message = (
        "Agent {agent} does not serve case {number}, which is at level {level} (specialist group: {group}). "
        "Assign it to somebody who does."
    )


class DuplicateUnknown(Refusal):
    """The case that holds the same is one of the same customer."""

    message = "This customer has no case {number} that the case could be a duplicate of."
