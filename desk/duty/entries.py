"""A calendar as a program reads it from an address: RFC 5545, published, with UIDs that stay."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Calendar, Event

from activities.mail.invitation import Words, line

_PRODUCT = "-//Escala//Mesa de Ayuda//ES"
_EVERY = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An entry of a calendar. `said_at` is when it was changed last, `sequence` grows with that."""

    uid: str
    sequence: int
    said_at: datetime
    starts_at: datetime
    ends_at: datetime
    title: str
    place: str = ""
    link: str = ""
    is_cancelled: bool = False


@dataclass(frozen=True)
class Written:
    """A calendar's text, and the tag by which a reader knows that it is the same."""

    content: bytes
    etag: str


def written(name: str, entries: Iterable[Entry]) -> Written:
    """The calendar; the same entries are the same text."""
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", Words(line(name)))
    calendar.add("x-wr-timezone", "America/Bogota")
    calendar.add("refresh-interval", _EVERY, parameters={"VALUE": "DURATION"})
    for each in entries:
        calendar.add_component(_event(each))
    content = calendar.to_ical()
    return Written(content, f'"{hashlib.sha256(content).hexdigest()[:32]}"')


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.said_at)
    event.add("last-modified", entry.said_at)
    event.add("dtstart", entry.starts_at)
    event.add("dtend", entry.ends_at)
    event.add("summary", Words(line(entry.title)))
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    if entry.place:
        event.add("location", Words(line(entry.place)))
    if entry.link:
        event.add("url", entry.link)
    return event
