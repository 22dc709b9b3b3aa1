"""The reader of Google's published incidents: JSON of status.cloud.google.com in, our values out. No I/O.

The schema is the page's own incidents.schema.json. What is kept is cut to a length and freed of what does not print;
an incident that says nothing usable is skipped and counted, so that one bad entry does not hide the others.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from urllib.parse import urljoin, urlsplit

from policy.case.incidents import Incident

MOST_INCIDENTS = 2_000
_MOST_VALUES = 600_000
"""A page of 8 MB that is all brackets would hold up the process for most of a second; 120 incidents have 100,000."""
_MOST_PRODUCTS = 60
_LONGEST_NAME = 120
_LONGEST_SUMMARY = 500
_LONGEST_LINK = 300
_YEARS = range(2000, 2101)
_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
_WORD = re.compile(r"[a-z_]{1,40}")
_SEVERAL = "Multiple Products"
"""The service name where there are several products: it names none."""


class NotAStatusPage(ValueError):
    """The text is no list of incidents, or none of its incidents can be read."""


@dataclass(frozen=True, kw_only=True)
class Published:
    """What a page said: its incidents, and how many entries were skipped because they could not be read."""

    incidents: tuple[Incident, ...]
    skipped: int


def read_page(content: bytes, *, provider: str, address: str) -> Published:
    """The incidents of a page that was found at `address`. NotAStatusPage where there is no making sense of it."""
    if sum(map(content.count, (b"{", b"[", b","))) > _MOST_VALUES:
        raise NotAStatusPage("too many values")
    try:
        entries = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise NotAStatusPage("not JSON") from error
    if not isinstance(entries, list):
        raise NotAStatusPage("not a list")
    found = {each.id: each for each in _readable(reversed(entries[:MOST_INCIDENTS]), provider, address)}
    if entries and not found:
        raise NotAStatusPage("no incident can be read")
    return Published(incidents=tuple(found.values()), skipped=len(entries) - len(found))


def _readable(entries: Iterable[Any], provider: str, address: str) -> Iterator[Incident]:
    for entry in entries:
        try:
            yield _incident(entry, provider, address)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            continue


def _incident(entry: dict[str, Any], provider: str, address: str) -> Incident:
    began_at, ended_at = _instant(entry["begin"]), _instant(entry["end"]) if entry.get("end") else None
    if ended_at and ended_at < began_at:
        raise ValueError("it ends before it begins")
    if not _ID.fullmatch(entry["id"]):
        raise ValueError("an id like no other")
    affected = (entry.get("affected_products") or [])[:_MOST_PRODUCTS]
    return Incident(
        provider=provider,
        id=entry["id"],
        products=_names(_titles(affected, entry.get("service_name"))),
        product_ids=_names(each.get("id") for each in affected),
        began_at=began_at,
        ended_at=ended_at,
        severity=_word(entry.get("severity")),
        impact=_word(entry.get("status_impact")),
        summary=_line(entry.get("external_desc"), _LONGEST_SUMMARY),
        link=_link(entry.get("uri"), address),
    )


def _titles(affected: list[dict[str, Any]], service: object) -> Iterator[object]:
    """Every name that a product has, the one it goes by now first; the service's only where it names one."""
    for product in affected:
        yield product.get("current_title")
        yield product.get("title")
    if service != _SEVERAL:
        yield service


def _names(given: Iterable[object]) -> tuple[str, ...]:
    named = (_line(each, _LONGEST_NAME) for each in given)
    return tuple(islice(dict.fromkeys(each for each in named if each), _MOST_PRODUCTS))


def _line(given: object, longest: int) -> str:
    """One line that prints, cut at `longest` characters; empty for what is no text."""
    if not isinstance(given, str):
        return ""
    kept = given[: 4 * longest]  # a page may hold megabytes in one word
    shown = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in kept)
    line = " ".join(unicodedata.normalize("NFC", shown).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _word(given: object) -> str:
    word = given.lower() if isinstance(given, str) else ""
    return word if _WORD.fullmatch(word) else ""


def _instant(given: object) -> datetime:
    if not isinstance(given, str) or len(given) > _LONGEST_NAME:
        raise TypeError("not an instant")
    at = datetime.fromisoformat(given)
    if at.utcoffset() is None or at.year not in _YEARS:
        raise ValueError("an instant without its zone, or an absurd one")
    return at.astimezone(UTC)


def _link(given: object, address: str) -> str:
    """The incident's page where the feed is; a link that leads elsewhere is none."""
    if not isinstance(given, str) or not given or not given.isascii() or not given.isprintable() or " " in given:
        return ""
    try:
        link, here = urljoin(address, given), urlsplit(address)
        there = urlsplit(link)
    except ValueError:
        return ""
    same = (here.scheme, here.netloc) == (there.scheme, there.netloc)
    return link if same and not there.username and len(link) <= _LONGEST_LINK else ""
