"""The policy file's tables as values, checked, and the terms that they give a case. `policy_reader.py` makes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NoReturn

from policy.case.case import Channel, Plan
from policy.people.groups import Group
from policy.terms.terms import EDITION, ArchitectureHelp, Cover, InformationTerms, Terms, VisitTerms
from policy.time.calendar import Calendar, Closure, Shift
from policy.time.holiday_list import HolidayChanges

Row = tuple[timedelta, timedelta, timedelta, timedelta]


class PolicyFileError(Exception):
    """The policy file says something that cannot be: which file, which key, which rule, and what is wrong."""

    def __init__(self, file: str, key: str, rule: str | None, problem: str) -> None:
        super().__init__(f"{file}: {key}: {problem}" + (f" ({rule})" if rule else ""))
        self.file, self.key, self.rule = file, key, rule


@dataclass(frozen=True, kw_only=True)
class Hours:
    """A week of shifts in a zone, and the country whose public holidays close it (None: no holidays)."""

    name: str
    zone: str
    week: tuple[tuple[Shift, ...], ...]
    holidays: str | None

    def calendar(self, closures: tuple[Closure, ...]) -> Calendar:
        """These hours with the closures of a case's horizon pinned; they apply only where holidays do."""
        return Calendar(self.name, self.zone, self.week, closures if self.holidays else ())


@dataclass(frozen=True, kw_only=True)
class PlanTable:
    """What a plan is called, by language, and what it gives (PLAN-1, PLAN-5..8, PLAN-16). `limits`: its own matrix."""

    names: Mapping[str, str]
    hours: str
    initial_attention_within: timedelta
    channels: tuple[Channel, ...]
    portal_users: int
    architecture_help: ArchitectureHelp
    functional_escalation: bool
    limits: tuple[Row, Row, Row] | None = None


@dataclass(frozen=True, kw_only=True)
class PolicyFile:
    """The whole policy file, checked. `version` names its text: the file's own word and a digest of what it says."""

    version: str
    hours: Mapping[str, Hours]
    plans: Mapping[Plan, PlanTable]
    limits: tuple[Row, Row, Row]
    groups: tuple[Group, ...]
    business_days: str
    warn_at_percent: int
    reopen_within_business_days: int
    held_for_business_days: int
    warranty_months: int
    warranty_plan: Plan
    cover_end_announced_days_before: tuple[int, ...]
    provider_incidents_from_before: timedelta
    visits: VisitTerms
    information: InformationTerms
    absence_within_days: int
    chat_ends_after: timedelta
    holidays: Mapping[str, HolidayChanges] = field(default_factory=dict)
    file: str = "policy.toml"

    def terms(
        self, plan: Plan, *, cover: Cover, closures: Mapping[str, tuple[Closure, ...]], hours: str | None = None
    ) -> Terms:
        """The terms to pin to a case (PLAN-15): `closures` by country; `hours` if the contract has others (PLAN-14).

        PolicyFileError where the file has no such plan or hours (any more).
        KeyError where the closures of a country that the hours ask for are not given: none is not the same as unknown.
        """
        table = self.plan(plan)
        return Terms(
            edition=EDITION,
            policy_version=self.version,
            plan=plan,
            hours=self._calendar(hours or table.hours, closures),
            business_days=self._calendar(self.business_days, closures),
            initial_attention_within=table.initial_attention_within,
            limits=self.limits_of(plan),
            warn_at_percent=self.warn_at_percent,
            channels=table.channels,
            functional_escalation=table.functional_escalation,
            architecture_help=table.architecture_help,
            groups=tuple(group.id for group in self.groups),
            reopen_within_business_days=self.reopen_within_business_days,
            held_for_business_days=self.held_for_business_days,
            cover=cover,
            visits=self.visits,
            information=self.information,
            chat_ends_after=self.chat_ends_after,
            plan_name=table.names["es"],
        )

    @property
    def plan_names(self) -> Mapping[str, Mapping[str, str]]:
        """What people call each plan, by language."""
        return {plan: table.names for plan, table in self.plans.items()}

    def limits_of(self, plan: Plan) -> tuple[Row, Row, Row]:
        """A plan's matrix: its own, or else the policy's (ESC-1..3)."""
        return self.plan(plan).limits or self.limits

    def plan(self, plan: Plan) -> PlanTable:
        """What a plan gives; PolicyFileError where the file has it no more."""
        return self.plans[plan] if plan in self.plans else self._lacks("plans", plan, "PLAN-16")

    def _lacks(self, table: str, name: str, rule: str) -> NoReturn:
        raise PolicyFileError(self.file, f"{table}.{name}", rule, "is missing, and is still asked for")

    def _calendar(self, name: str, closures: Mapping[str, tuple[Closure, ...]]) -> Calendar:
        hours = self.hours[name] if name in self.hours else self._lacks("hours", name, "PLAN-14")
        return hours.calendar(closures[hours.holidays] if hours.holidays else ())
