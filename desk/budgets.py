"""Budgets: how often one contact, one customer and one token may ask for what costs work, well above what people do.

They are kept by each process, in its memory: a restart forgives. A budget refills evenly, so that who has spent it may
ask again after a moment, not after the whole hour. What was asked before under the same key is free: see idempotency.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil

from desk.problems import Problem
from policy.case.case import Role
from settings import Settings
from storage.signing_in.tokens import Principal

_TIDY_ABOVE = 10_000


class Spending(StrEnum):
    """What a budget is for."""

    OPENING = "opening"
    COMMAND = "command"
    FILE = "file"
    FORM = "form"
    EXPORT = "export"
    TELEPHONE = "telephone"


class Holder(StrEnum):
    """Whose budget it is."""

    CONTACT = "contact"
    CUSTOMER = "customer"
    TOKEN = "token"  # noqa: S105 - whose budget it is, no secret


class BudgetSpent(Problem):
    """Too much was asked for too fast; `seconds` are those until it may be asked again."""

    status, message = 429, "That was asked too often in a short time. Try again in {seconds} seconds."

    @property
    def answer_headers(self) -> Mapping[str, str]:
        return {"Retry-After": str(self.values["seconds"])}


@dataclass(frozen=True)
class Allowance:
    """So many times within a time, all at once or spread over it."""

    times: int
    within: timedelta


Allowances = Mapping[tuple[Spending, Holder], Allowance]


def allowances(settings: Settings) -> Allowances:
    """What the settings allow."""
    within = {
        Spending.OPENING: timedelta(hours=1),
        Spending.COMMAND: timedelta(minutes=1),
        Spending.FILE: timedelta(hours=1),
    }
    times = {
        Spending.OPENING: (settings.openings_per_contact, settings.openings_per_customer, settings.openings_per_token),
        Spending.COMMAND: (settings.commands_per_contact, settings.commands_per_customer, settings.commands_per_token),
        Spending.FILE: (settings.files_per_contact, settings.files_per_customer, settings.files_per_token),
    }
    return {
        (what, holder): Allowance(each, within[what])
        for what, given in times.items()
        for holder, each in zip(Holder, given, strict=True)
    } | {
        (Spending.FORM, Holder.TOKEN): Allowance(settings.forms_per_session, timedelta(minutes=1)),
        (Spending.EXPORT, Holder.TOKEN): Allowance(settings.exports_per_token, timedelta(hours=1)),
        (Spending.TELEPHONE, Holder.TOKEN): Allowance(settings.telephone_events, timedelta(minutes=1)),
    }


@dataclass
class Budgets:
    """What was spent. Kept of each budget is only the instant at which it is whole again."""

    allowed: Allowances = field(default_factory=dict)
    _whole_at: dict[tuple[Spending, str], datetime] = field(default_factory=dict)

    def spend(self, what: Spending, by: Principal, *, at: datetime) -> None:
        """Take one from each budget that pays for it, or raise BudgetSpent and take none."""
        spent = {}
        for key, allowance in self._paying(what, by):
            each = allowance.within / allowance.times
            if self._whole_at.get(key, at) > at + allowance.within:  # the clock was set back: that is nobody's debt
                self._whole_at[key] = at + allowance.within
            whole_at = max(self._whole_at.get(key, at), at) + each
            if (wait := whole_at - allowance.within - at) > timedelta():
                raise BudgetSpent(seconds=ceil(wait.total_seconds()))
            spent[key] = whole_at
        self._whole_at |= spent
        if len(self._whole_at) > _TIDY_ABOVE:
            self._whole_at = {key: whole for key, whole in self._whole_at.items() if whole > at}

    def _paying(self, what: Spending, by: Principal) -> Iterator[tuple[tuple[Spending, str], Allowance]]:
        holders = {Holder.TOKEN: by.token_id}
        if by.actor.role is Role.CONTACT:
            holders |= {Holder.CONTACT: by.actor.id, Holder.CUSTOMER: str(by.customer_id)}
        for holder, whose in holders.items():
            if allowance := self.allowed.get((what, holder)):
                yield (what, f"{holder}:{whose}"), allowance
