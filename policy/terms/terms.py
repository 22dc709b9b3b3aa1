"""The terms that a case was opened under, whole (PLAN-15). Nothing here is looked up later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from policy.case.case import Channel, Level, Plan, Priority
from policy.time.calendar import Calendar

EDITION = 4
"""Rises when a decision's logic changes; functions branch on `Terms.edition`, so that old cases decide as they did.

2: a sign-off that waits for the answer to expenses has that answer's term, and an amendment of the matrix alone leaves
the terms of a visit; expenses that grew while the customer was asked about them are accepted by their amount alone;
a transfer to the group that has the case, and a provider's case that it carries already, are refused.

3: the rules of ESC-16..18 and what ESC-6, ESC-10, ONS-3, ONS-5, WAR-3 and WAR-4 say since 2026-11.

4: a call in which somebody was spoken with ends the wait for information (ESC-10, ESC-16).
"""

CHAT_ENDS_AFTER = timedelta(minutes=15)
"""After how long without a line a chat ends by itself, where the policy says nothing else (PLAN-7)."""


class CoverKind(StrEnum):
    """What entitles the customer to support for this case (WAR-3)."""

    CONTRACT = "contract"
    WARRANTY = "warranty"
    NONE = "none"


class ArchitectureHelp(StrEnum):
    """How far help with architecture, implementation and deployment goes (PLAN-11)."""

    RECOMMENDED_PRACTICE = "recommended_practice"
    CONCRETE_CASES = "concrete_cases"


@dataclass(frozen=True)
class Cover:
    """The cover found at opening (WAR-3, WAR-6): its kind, the contract's or solution's id, its last day (included)."""

    kind: CoverKind
    reference: str | None = None
    ends_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class VisitTerms:
    """How long each step of a visit may take, in business days; `remind_before` its start (ONS-3, ONS-5).

    Its date lies at most `date_within_days` ahead; None in terms from before there was such a limit.
    """

    decide_within_business_days: int = 2
    schedule_within_business_days: int = 2
    report_within_business_days: int = 2
    sign_off_within_business_days: int = 5
    remind_before: timedelta = timedelta(hours=24)
    date_within_days: int | None = None


@dataclass(frozen=True, kw_only=True)
class InformationTerms:
    """How long the customer has to answer a question, and when it is reminded, in business days (ESC-16)."""

    remind_after_business_days: tuple[int, ...] = (2, 4)
    end_after_business_days: int = 5


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Plan, matrix, calendars and cover as they were at opening.

    `hours` counts every clock (ESC-4); `business_days` counts what the policy gives in business days (ESC-14, WAR-3).
    `limits[level - 1][priority - 1]` is the longest a level may hold a case (ESC-1..3). `managed_support` says whether
    the contract holds that add-on (PLAN-13). A chat ends by itself once nobody wrote for `chat_ends_after` (PLAN-7).
    """

    edition: int
    policy_version: str
    plan: Plan
    hours: Calendar
    business_days: Calendar
    initial_attention_within: timedelta
    limits: tuple[tuple[timedelta, timedelta, timedelta, timedelta], ...]
    warn_at_percent: int
    channels: tuple[Channel, ...]
    functional_escalation: bool
    groups: tuple[str, ...]
    reopen_within_business_days: int
    held_for_business_days: int
    cover: Cover
    managed_support: bool = False
    architecture_help: ArchitectureHelp = ArchitectureHelp.RECOMMENDED_PRACTICE
    visits: VisitTerms = VisitTerms()
    information: InformationTerms = InformationTerms()
    chat_ends_after: timedelta = CHAT_ENDS_AFTER
    plan_name: str = ""
    """What operators call the plan (PLAN-16); empty in terms from before plans had names of their own."""

    def limit(self, level: Level, priority: Priority) -> timedelta:
        """How long `level` may hold a case of `priority` (ESC-1..3)."""
        return self.limits[level - 1][priority - 1]
