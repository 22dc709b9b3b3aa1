"""Tallies: what strangers try again and again, by address and hour. The audit is told of it, and not flooded by it.

Told are an address's first try of an hour, its tenth, its hundredth and so on, with the number; of more addresses than
a few dozen in one hour, all together. They are kept by each process, in its memory: a restart begins anew.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network

from storage.audit.acts import Act

MOST_ADDRESSES = 50
"""Addresses that are told of by themselves, of one act in one hour."""

OTHERS = "others"


@dataclass(frozen=True)
class Tally:
    """So many tries from an address (`OTHERS`: from all the rest) since an hour began."""

    address: str
    times: int
    hour: datetime


@dataclass
class Tallies:
    """What was tried in the present hour."""

    _hour: datetime | None = None
    _counts: dict[Act, Counter[str]] = field(default_factory=dict)

    def count(self, act: Act, address: str, *, at: datetime) -> Tally | None:
        """Count a try; what the audit is to be told, if it is to be told anything."""
        hour = at.replace(minute=0, second=0, microsecond=0)
        if hour != self._hour:
            self._hour, self._counts = hour, {}
        counts = self._counts.setdefault(act, Counter())
        whose = network_of(address)
        if whose not in counts and len(counts) >= MOST_ADDRESSES:
            whose = OTHERS
        counts[whose] += 1
        is_told = str(counts[whose]).rstrip("0") == "1"
        return Tally(whose, counts[whose], hour) if is_told else None


def network_of(address: str) -> str:
    """The address, or the whole network of who has an IPv6 one; what is none is "unknown"."""
    try:
        found = ip_address(address)
    except ValueError:
        return "unknown"
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
