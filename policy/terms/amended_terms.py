"""The terms of a case once a changed holiday list or matrix is applied: plan and cover stay (PLAN-15).

What that does to a case's deadlines is `amendment.py`'s; nothing here happens by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from enum import StrEnum

from policy.terms.policy_file import PolicyFile
from policy.terms.terms import Terms
from policy.time.calendar import Calendar, Closure


class AmendedPart(StrEnum):
    """What of the policy file reaches a case that is open.

    HOLIDAYS: the closures of its calendars, whose hours stay. MATRIX: the levels' limits, the warning's share of them,
    and the initial attention of its plan.
    """

    HOLIDAYS = "holidays"
    MATRIX = "matrix"


class AmendmentOutcome(StrEnum):
    """What became of one case: its terms changed, were such already, or the case took no change."""

    APPLIED = "applied"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


def reread_terms(
    terms: Terms,
    what: Collection[AmendedPart],
    *,
    policy: PolicyFile,
    closures: Mapping[str, tuple[Closure, ...]],
) -> Terms:
    """The terms with these parts as the policy file has them now; `terms` itself where none of them differs.

    `closures` by country. A calendar that the policy file does not hold any more keeps its holidays: nobody says which
    country's they are. So does a plan its matrix.
    """
    changed = terms
    if AmendedPart.HOLIDAYS in what:
        changed = replace(
            changed,
            hours=_with_holidays(terms.hours, policy, closures),
            business_days=_with_holidays(terms.business_days, policy, closures),
        )
    if AmendedPart.MATRIX in what and (plan := policy.plans.get(terms.plan)):
        changed = replace(
            changed,
            limits=policy.limits_of(terms.plan),
            warn_at_percent=policy.warn_at_percent,
            initial_attention_within=plan.initial_attention_within,
        )
    return terms if changed == terms else replace(changed, policy_version=policy.version)


def _with_holidays(calendar: Calendar, policy: PolicyFile, closures: Mapping[str, tuple[Closure, ...]]) -> Calendar:
    hours = policy.hours.get(calendar.name)
    if hours is None:
        return calendar
    return replace(calendar, closures=closures[hours.holidays] if hours.holidays else ())
