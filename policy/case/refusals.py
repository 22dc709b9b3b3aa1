"""The refusals: each situation that the policy says no to, with its rule and a sentence for who asked.

Messages are English message ids of the gettext catalogue; whoever shows one translates it and fills in `values`.
"""

from __future__ import annotations

import re
from typing import ClassVar


class Refusal(Exception):
    """A command that the policy does not allow.

    `name` is the class in kebab-case, `rule` the id in the policy or None, `message` the message id, and `values` what
    goes into it (ids, figures and the policy's own words, never a person's name or text). What several rules demand is
    refused with a `rule` among its values: that of the place.
    """

    rule: str | None = None
    message: ClassVar[str]
    is_about_state: ClassVar[bool] = False
    name: ClassVar[str]
    known: ClassVar[dict[str, type[Refusal]]] = {}

    def __init_subclass__(cls) -> None:
        """Derive the refusal's public name, by which it is found again after it has travelled."""
        cls.name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", cls.__name__).lower()
        Refusal.known[cls.name] = cls

    def __init__(self, **values: str | int) -> None:
        super().__init__(self.name)
        self.values = values
        if "rule" in values:
            self.rule = str(values["rule"])


class StateRefusal(Refusal):
    """A command that the case's state forbids now; in another state it might be allowed."""

    is_about_state = True
    message = "The case is in a state that does not allow this."


class RoleNotAllowed(Refusal):
    """The role may never give this command."""

    message = "Your role does not allow this operation."


class CaseClosed(StateRefusal):
    """Closed stays closed."""

    message = "Case {number} is closed and takes no further changes. Open a new case if you need more help."


class CaseResolvedAlready(StateRefusal):
    """A resolved case is confirmed or reopened first."""

    rule = "ESC-14"
    message = "Case {number} is resolved: confirm the solution, or reopen the case with your reason."


class CaseNotResolved(StateRefusal):
    """Only a resolved case is confirmed or reopened."""

    rule = "ESC-14"
    message = "Case {number} has not been resolved yet, so there is nothing to confirm or reopen."


class CaseHeld(StateRefusal):
    """A held case waits for its cover."""

    rule = "WAR-3"
    message = "Case {number} is held until the customer's cover is renewed and paid; it cannot be worked on yet."


class CaseNotHeld(StateRefusal):
    """Only a held case is released."""

    rule = "WAR-3"
    message = "Case {number} is not held: it has its cover already."


class AlreadyClaimed(StateRefusal):
    """Somebody has the case."""

    message = "Case {number} is already assigned to {assignee}."


class AlreadyAtHighestLevel(StateRefusal):
    """There is no level above the director's."""

    rule = "ESC-7"
    message = "Case {number} is already at level 3, the highest: it cannot be moved further up."


class AlreadyWaiting(StateRefusal):
    """One question at a time keeps the pause honest."""

    rule = "ESC-10"
    message = "Case {number} is already waiting for the customer's answer."


class LevelNotServed(Refusal):
    """An agent takes cases of the levels it serves."""

    rule = "ESC-5"
    message = "You do not serve level {level}, where the case is; ask for it to be assigned to you."


class GroupNotServed(Refusal):
    """A specialist group's case is for its members."""

    rule = "ESC-8"
    message = (
        "The case is with the specialist group {group}, which you do not serve: ask one of its members to take it, "
        "or have it transferred to a group of yours."
    )


class AgentDoesNotServe(Refusal):
    """A case is assigned to somebody who serves its group, or its level where it has none."""

    rule = "ESC-8"
    message = (
        "Agent {agent} does not serve case {number}, which is at level {level} (specialist group: {group}). "
        "Assign it to somebody who does."
    )


class ChannelNotInPlan(Refusal):
    """A request came on a channel that the plan does not hold (REQ-7)."""

    rule = "PLAN-7"
    message = "The {plan} plan does not include the {channel} channel. Please use: {channels}."


class PriorAnalysisMissing(Refusal):
    """A case comes analysed by the customer's trained users."""

    rule = "REQ-5"
    message = "Please tell us what your team analysed and tried before opening the case: this part cannot be empty."


class DescriptionMissing(Refusal):
    """A case without a title or a description says nothing."""

    rule = "SCOPE-1"
    message = "The case needs a title and a description of what happens."


class TextMissing(Refusal):
    """The command needs words."""

    message = "The text cannot be empty."


class CallToCome(Refusal):
    """A call is logged once it is over."""

    rule = "ONS-4"
    message = "The call would end later than now: a call is logged once it is over."


class ReasonMissing(Refusal):
    """The customer reads this reason."""

    message = "A reason is needed, and the customer will see it."


class FunctionalEscalationNotInPlan(Refusal):
    """Standard escalates by hierarchy only."""

    rule = "ESC-8"
    message = (
        "The {plan} plan escalates by hierarchy only, one level at a time: functional escalation "
        "(to a specialist group, or straight to level 3) belongs to the Premium plan."
    )


class UnknownGroup(Refusal):
    """Sideways goes to a specialist group by its name."""

    rule = "ESC-8"
    message = "There is no specialist group called {group}. The groups are: {groups}."


class TransferTargetUnclear(Refusal):
    """A transfer goes to a group or to level 3."""

    rule = "ESC-8"
    message = "A transfer goes either to a specialist group or straight to level 3: give exactly one of them."


class GroupHasIt(StateRefusal):
    """Sideways goes to another group."""

    rule = "ESC-8"
    message = (
        "Case {number} is already with the specialist group {group}. "
        "Assign it to one of its members, or transfer it to another group."
    )


class ProviderNotInvolved(StateRefusal):
    """Updates follow an escalation to the provider."""

    rule = "ESC-9"
    message = "Case {number} has not been escalated to a service provider yet."


class ProviderCaseMissing(Refusal):
    """An escalation to a provider has the provider's own number."""

    rule = "ESC-9"
    message = "Please give the service provider and the number of the case that it opened."


class ProviderCaseKnown(StateRefusal):
    """Once is enough."""

    rule = "ESC-9"
    message = (
        "Case {number} already carries the case {provider_case} of {provider}. "
        "Note what the provider said as an update, or give the number of another case."
    )


class ProviderIncidentAlreadyLinked(StateRefusal):
    """Once is enough."""

    rule = "SCOPE-6"
    message = "Case {number} is already linked to the provider's incident {incident}."


class DuplicateOfItself(Refusal):
    """A case cannot repeat itself."""

    rule = "ESC-18"
    message = "Case {number} cannot be a duplicate of itself."


class DuplicateInCircle(StateRefusal):
    """A chain of duplicates has a last one."""

    rule = "ESC-18"
    message = (
        "Case {other} was itself closed as a duplicate and goes on in case {number}, which therefore cannot be closed "
        "as its duplicate."
    )


class DuplicateOfEnded(StateRefusal):
    """What has ended goes on nowhere."""

    rule = "ESC-18"
    message = (
        "Case {other} is not open any more, so nothing would go on in it. Choose a case of the customer that is still "
        "open, or go on with this one."
    )


class AnalysisNotAwaited(StateRefusal):
    """What was analysed is asked for once."""

    rule = "REQ-5"
    message = "What the customer analysed is in case {number} already. Leave what is new as a note or an attempt."


class ReopeningTooLate(StateRefusal):
    """The time to reopen has passed."""

    rule = "ESC-14"
    message = "The time to reopen case {number} has passed. Please open a new case."
