"""A request on a channel that the plan does not hold: its sender is told, once a day (REQ-7).

Which channels are held is `lifecycle.open_case`'s to say, the one place for every way in (PLAN-7). Without cover they
are those of the last plan that was agreed, and all of them where there was none: such a case is held, not refused
(WAR-3).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from policy.case.case import Channel, Plan
from policy.terms.terms import Terms


@dataclass(frozen=True, kw_only=True)
class Misdirected:
    """A request that opened no case: who asked on which channel, and which ones the plan holds. `on` is Bogotá's date.

    It travels to the engine, and so names nobody but by id.
    """

    contact_id: str
    channel: Channel
    on: date
    plan: Plan
    channels: tuple[Channel, ...]
    plan_name: str = ""

    @property
    def id(self) -> str:
        """One for a contact and a day: whatever comes under it again, on whichever channel, is told already."""
        return f"misdirected-{self.contact_id}-{self.on:%Y%m%d}"


@dataclass(frozen=True)
class AgreedPlan:
    """The plan of a contract that was agreed, paid or not: from which day on, and since when that is known."""

    plan: Plan
    starts_on: date
    registered_at: datetime


def last_plan(agreed: Iterable[AgreedPlan], *, on: date) -> Plan | None:
    """The plan of the last contract that began by a day; None where none did."""
    begun = [each for each in agreed if each.starts_on <= on]
    last = max(begun, key=lambda each: each.starts_on, default=None)
    return last.plan if last else None


def misdirected(contact_id: str, channel: Channel, *, terms: Terms, on: date) -> Misdirected:
    """What the sender has to be told under these terms."""
    return Misdirected(
        contact_id=contact_id,
        channel=channel,
        on=on,
        plan=terms.plan,
        channels=terms.channels,
        plan_name=terms.plan_name,
    )
