"""The calendar messages of a visit: RFC 5545's object in one of RFC 5546's. Nothing is read or sent here.

One visit keeps one UID for its whole life; of two messages about it, a calendar believes the one of higher SEQUENCE.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from icalendar import Calendar, Event, vCalAddress, vText

LASTS = timedelta(hours=4)
"""How long a visit is entered for. The policy is silent: half a working day, which promises nothing."""

_PRODUCT = "-//Escala//Mesa de Ayuda//ES"


@dataclass(frozen=True)
class Guest:
    """Somebody whom a calendar message names; the mailbox is one that mail servers take."""

    mailbox: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Appointment:
    """A visit's entry: what it shows, who is invited, and the fact that it tells of (`sequence`, `said_at`)."""

    uid: str
    sequence: int
    said_at: datetime
    starts_at: datetime
    title: str
    description: str
    place: str
    link: str
    organizer: Guest
    guests: tuple[Guest, ...]


@dataclass(frozen=True)
class CalendarMessage:
    """A calendar object, and the method that its mail names as well."""

    method: str
    content: str


def uid_of(case_number: str, visit: int, *, opened_at: datetime) -> str:
    """The visit's name in every calendar: no other desk's, and the same whatever address the desk writes from."""
    return f"{case_number}.{visit}.{opened_at:%Y%m%dT%H%M%S%f}@visitas.escala"


def invitation(appointment: Appointment) -> CalendarMessage:
    """Enter the visit, or bring it up to date."""
    event = _event(appointment)
    event.add("status", "CONFIRMED")
    event.add("transp", "OPAQUE")
    event.add("dtend", appointment.starts_at + LASTS)
    event.add("description", Words("\n".join(line(each) for each in appointment.description.splitlines())))
    event.add("url", appointment.link)
    return _message("REQUEST", event)


def cancellation(appointment: Appointment) -> CalendarMessage:
    """Take the visit out of everybody's calendar."""
    event = _event(appointment)
    event.add("status", "CANCELLED")
    return _message("CANCEL", event)


def withdrawal(appointment: Appointment) -> CalendarMessage:
    """Take the visit out of the guests' calendar alone: for others it goes on, so that it has no STATUS (RFC 5546)."""
    return _message("CANCEL", _event(appointment))


def _message(method: str, event: Event) -> CalendarMessage:
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(event)
    return CalendarMessage(method, calendar.to_ical().decode())


def _event(appointment: Appointment) -> Event:
    event = Event()
    event.add("uid", appointment.uid)
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", appointment.said_at)
    event.add("dtstart", appointment.starts_at)
    event.add("summary", Words(line(appointment.title)))
    if appointment.place:
        event.add("location", Words(line(appointment.place)))
    event.add("organizer", _address(appointment.organizer))
    for guest in appointment.guests:
        invited = _address(guest)
        # Answers would go to the desk's mailbox, which nobody reads: none is asked for.
        invited.params.update(
            {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "FALSE"}
        )
        event.add("attendee", invited)
    return event


def _address(person: Guest) -> vCalAddress:
    address = vCalAddress("mailto:" + quote(person.mailbox, safe="@!$'*+"))
    if name := line(person.name).replace('"', "'"):  # a parameter has no way to hold a quotation mark that all know
        address.params["CN"] = name
    return address


class Words(vText):
    r"""A text as it was written: the library's own would take the backslash and N of `C:\Nuevo` for a line break."""

    __slots__ = ()

    def to_ical(self) -> bytes:
        escaped = self.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
        return escaped.replace("\n", "\\n").encode()


def line(text: str) -> str:
    """The text without line breaks and other control characters, which a calendar's text cannot hold."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
