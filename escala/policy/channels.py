"""What happens where a request comes on a channel that the plan does not hold: the sender is told, once a day (REQ-7).

Which channels are held is `lifecycle.open_case`'s to say, the one place for every way in (PLAN-7).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from escala.policy.case import Channel, Plan
from escala.policy.terms import Terms


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

    @property
    def id(self) -> str:
        """One for a contact, a channel and a day: whatever comes under it again is told already."""
        return f"misdirected-{self.contact_id}-{self.channel.value}-{self.on:%Y%m%d}"


def misdirected(contact_id: str, channel: Channel, *, terms: Terms, on: date) -> Misdirected:
    """What the sender has to be told under these terms."""
    return Misdirected(contact_id=contact_id, channel=channel, on=on, plan=terms.plan, channels=terms.channels)
