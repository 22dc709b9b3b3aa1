"""Calendar messages, read back by the parser that calendars use: what they say, and that nothing breaks out of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from icalendar import Calendar, Event

from activities.mail.invitation import Appointment, CalendarMessage, Guest, cancellation, invitation, uid_of, withdrawal
from tests.support.lives import bogota

SAID, STARTS = bogota("2026-11-26 10:00"), bogota("2026-12-03 09:00")
ANA = Guest("ana@cliente.example", "Ana Gómez")
LUZ = Guest("luz@desk.example", "Luz Ñáñez")


def appointment(**changes: Any) -> Appointment:
    given: dict[str, Any] = {
        "uid": uid_of("MA-2026-000001", 1, opened_at=SAID),
        "sequence": 0,
        "said_at": SAID,
        "starts_at": STARTS,
        "title": "Visita en sitio",
        "description": "Luz visita a Ana.\n\nhttps://mesa.example/casos/1",
        "place": "Calle 10 # 20-30, Medellín",
        "link": "https://mesa.example/casos/1",
        "organizer": Guest("mesa@escala.example", "Mesa de Ayuda"),
        "guests": (ANA, LUZ),
    }
    return Appointment(**{**given, **changes})


def event(message: CalendarMessage) -> Event:
    """The one event of a message, parsed with no complaint."""
    calendar = Calendar.from_ical(message.content)
    assert isinstance(calendar, Calendar)
    (only,) = calendar.events
    assert calendar.errors == only.errors == []
    assert calendar["METHOD"] == message.method
    return only


def attendees(read: Event) -> list[Any]:
    found = read.get("ATTENDEE", [])
    return found if isinstance(found, list) else [found]


@pytest.mark.rule("ONS-5")
class TestAnInvitation:
    def test_says_when_until_when_and_as_of_when_in_utc(self) -> None:
        message = invitation(appointment())
        read = event(message)
        assert (read.start, read.end, read.stamp) == (STARTS, STARTS + timedelta(hours=4), SAID)
        assert "\r\nDTSTART:20261203T140000Z\r\n" in message.content

    def test_is_a_request_that_is_confirmed(self) -> None:
        message = invitation(appointment())
        assert message.method == "REQUEST"
        assert event(message)["STATUS"] == "CONFIRMED"

    def test_names_the_desk_and_everybody_invited(self) -> None:
        read = event(invitation(appointment()))
        assert str(read["ORGANIZER"]) == "mailto:mesa@escala.example"
        assert [(str(each), each.params["CN"]) for each in attendees(read)] == [
            ("mailto:ana@cliente.example", "Ana Gómez"),
            ("mailto:luz@desk.example", "Luz Ñáñez"),
        ]

    def test_asks_for_no_answer_by_mail(self) -> None:
        assert {each.params["RSVP"] for each in attendees(event(invitation(appointment())))} == {"FALSE"}

    def test_is_folded_at_75_octets_and_never_inside_a_letter(self) -> None:
        content = invitation(appointment(title="Ñandú, áéíóú; " * 40)).content.encode()
        assert max(len(line) for line in content.split(b"\r\n")) <= 75
        for line in content.split(b"\r\n"):
            line.decode()

    @pytest.mark.parametrize(
        "text",
        [
            "Carrera 7, No. 1; torre B \\ piso 3",
            "<script>alert('x')</script> & <b>",
            "MA:EL;X=Y,\\n\\N \\; BEGIN:VALARM",
            "日本語 العربية 🛠️",
        ],
    )
    def test_reads_back_what_was_written(self, text: str) -> None:
        read = event(invitation(appointment(title=text, place=text, description=text)))
        assert (read["SUMMARY"], read["LOCATION"], read["DESCRIPTION"]) == (text, text, text)

    def test_keeps_the_lines_of_its_description_and_of_nothing_else(self) -> None:
        text = "uno\r\ndos\x00\x07 tres\u2028cuatro"
        read = event(invitation(appointment(title=text, place=text, description=text)))
        assert (read["SUMMARY"], read["LOCATION"]) == ("uno dos tres cuatro", "uno dos tres cuatro")
        assert read["DESCRIPTION"] == "uno\ndos tres\ncuatro"

    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            ('Ana "la jefa" Gómez; Díaz, E: S', "Ana 'la jefa' Gómez; Díaz, E: S"),
            ("Ana\r\nATTENDEE:mailto:otro@evil.example", "Ana ATTENDEE:mailto:otro@evil.example"),
            ("", None),
        ],
    )
    def test_holds_a_name_in_its_place(self, name: str, shown: str | None) -> None:
        read = event(invitation(appointment(guests=(Guest("ana@cliente.example", name),))))
        (only,) = attendees(read)
        assert (str(only), only.params.get("CN")) == ("mailto:ana@cliente.example", shown)

    def test_writes_odd_addresses_as_an_address_line_has_to(self) -> None:
        read = event(invitation(appointment(guests=(Guest("a?b%c+d@cliente.example"),))))
        assert str(attendees(read)[0]) == "mailto:a%3Fb%25c+d@cliente.example"

    def test_of_no_known_place_names_none(self) -> None:
        assert "LOCATION" not in event(invitation(appointment(place="")))


@pytest.mark.rule("ONS-5")
class TestTakingOut:
    def test_of_everybody_cancels_the_event(self) -> None:
        message = cancellation(appointment(sequence=2))
        read = event(message)
        assert (message.method, read["STATUS"], read["SEQUENCE"]) == ("CANCEL", "CANCELLED", 2)

    def test_of_one_guest_leaves_the_event_to_the_others(self) -> None:
        message = withdrawal(appointment(sequence=1, guests=(LUZ,)))
        read = event(message)
        assert (message.method, read.get("STATUS")) == ("CANCEL", None)
        assert [str(each) for each in attendees(read)] == ["mailto:luz@desk.example"]

    def test_names_the_same_event(self) -> None:
        made = [each(appointment()) for each in (invitation, cancellation, withdrawal)]
        assert len({event(message)["UID"] for message in made}) == 1


def test_every_visit_of_every_desk_has_a_uid_of_its_own() -> None:
    later = SAID + timedelta(microseconds=1)
    names = [("MA-2026-000001", 1, SAID), ("MA-2026-000001", 2, SAID), ("MA-2026-000001", 1, later)]
    assert len({uid_of(number, visit, opened_at=at) for number, visit, at in names}) == 3
