"""Incidents that a provider publishes, and which of them a case may be about, by product and time (SCOPE-6)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

_SAYS_NOTHING = frozenset(
    "and api apis de for google multiple of platform product products service services the y".split()  # noqa: SIM905
)
"""Words that any product's name may have: two names that share only these name two products."""
_NAMES_OF_ALL = {
    "google-cloud": ("Google Cloud", "Google Cloud Platform", "GCP", "Cloud Platform"),
    "google-maps-platform": ("Google Maps Platform", "Google Maps", "Maps Platform", "GMP"),
}
"""What people call all of a provider, by the name of its feed."""


@dataclass(frozen=True, kw_only=True)
class Incident:
    """An incident as its provider publishes it. `provider` is the name of the feed that told of it.

    `products` are names for people, `product_ids` the provider's own; open-ended while `ended_at` is None. `severity`
    and `impact` are the provider's words. `link` is the provider's page, empty where there is none.
    """

    provider: str
    id: str
    products: tuple[str, ...]
    product_ids: tuple[str, ...] = ()
    began_at: datetime
    ended_at: datetime | None = None
    severity: str = ""
    impact: str = ""
    summary: str = ""
    link: str = ""

    @property
    def code(self) -> str:
        """Provider and id in one word, as cases and histories name it: "google-cloud:rZvZvSKVdDHyWh4dZJ8D"."""
        return f"{self.provider}:{self.id}"


def overlapping(
    incidents: Iterable[Incident], product: str | None, *, opened_at: datetime, at: datetime, lead: timedelta
) -> tuple[Incident, ...]:
    """The incidents that a case on `product` may be about, the newest first (SCOPE-6).

    The case's life is from `lead` before `opened_at` (people write the day after) until `at`: the instant of its
    solution, its end, or now. A case on no product of a provider's has none.
    """
    found = [each for each in incidents if concerns(each, product) and _overlaps(each, opened_at - lead, at)]
    return tuple(sorted(found, key=lambda each: (each.began_at, each.code), reverse=True))


def concerns(incident: Incident, product: str | None) -> bool:
    """Whether the incident is one of that product: by its name, by its provider's id, or of its provider altogether,
    by the feed's name or one that people give it ("GCP").

    Names agree where all that one of them says is said by the other as well: "Cloud SQL" and "Google Cloud SQL", "Maps
    JavaScript API" and "Google Maps Platform"; not "Maps SDK for Android" and "Maps JavaScript API".
    """
    sought = _words(product or "")
    if not sought:
        return False
    names = (incident.provider, *_NAMES_OF_ALL.get(incident.provider, ()), *incident.product_ids)
    if sought in map(_words, names):
        return True
    return any(_agree(_telling(sought), _telling(_words(name))) for name in incident.products)


def _overlaps(incident: Incident, since: datetime, until: datetime) -> bool:
    return incident.began_at <= until and (incident.ended_at is None or incident.ended_at > since)


def _agree(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one and other) and (one <= other or other <= one)


def _telling(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(words) - _SAYS_NOTHING


def _words(text: str) -> tuple[str, ...]:
    """What a name says, in order: lower case, without accents and signs."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return tuple(re.findall(r"[^\W_]+", bare))
