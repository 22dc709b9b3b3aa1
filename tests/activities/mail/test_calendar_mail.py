"""Which calendar messages leave with the notices of a visit that is agreed, moved, handed on and called off."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import groupby
from typing import Any

import pytest
from icalendar import Calendar

from activities.notices.dispatcher import Dispatcher
from policy.case import commands as c
from policy.case.case import Case, Channel, Outcome
from storage.people import contacts
from tests.activities.post import CONTACT, LEVEL_3, Clock, Post, deliver, text_of
from tests.storage.desk import Desk, entry
from tests.support.lives import CONTACT as ANA
from tests.support.lives import DIRECTOR, HELP_DESK, WORDS, bogota

FIRST, SECOND, THIRD = "a1@desk.example", "a2@desk.example", "2026-12-04 14:00"
TRIED = c.LogAttempt(by=HELP_DESK, channel=Channel.WEB, outcome=Outcome.NOT_SOLVED, summary=WORDS)
ACCEPT = c.AcceptVisit(by=ANA, accepted=True)
CANCEL = c.CancelVisit(by=ANA, reason=WORDS)

pytestmark = pytest.mark.rule("ONS-5")


def schedule(at: str, engineer: str = "agent-1") -> c.ScheduleVisit:
    return c.ScheduleVisit(by=HELP_DESK, starts_at=bogota(at), engineer_id=engineer)


async def agreed(desk: Desk, **site: str) -> Case:
    """A case whose visit both sides have agreed to, without a date yet."""
    case = await desk.open("Avería, en «Medellín»; <b>ya</b>")
    given = {"place": "Medellín, Antioquia", "address": "Calle 10 # 20-30; torre B,\npiso 3", **site}
    asked = c.RequestVisit(
        by=HELP_DESK,
        city_code="05001",
        place=await desk.text(case.number, given["place"]),
        address=await desk.text(case.number, given["address"]),
        reason=await desk.text(case.number, "El servidor no enciende."),
    )
    approved = c.ApproveVisit(by=DIRECTOR, approved=True, quote=350_000)
    return await desk.live(case, ("09:05", TRIED), ("09:10", asked), ("09:15", approved), ("09:20", ACCEPT))


def parsed(message: EmailMessage) -> tuple[str, Any] | None:
    """The method and the event that a mail program finds in a message, as it arrives."""
    arrived = message_from_bytes(message.as_bytes(), _class=EmailMessage, policy=policy.default)
    found = [part for part in arrived.walk() if part.get_content_type() == "text/calendar"]
    if not found:
        return None
    calendar = Calendar.from_ical(found[0].get_content())
    assert isinstance(calendar, Calendar)
    assert calendar["METHOD"] == found[0].get_param("method")
    return str(calendar["METHOD"]), calendar.events[0]


class Calendars:
    """What calendars hold that believe the highest sequence, each by its owner's address."""

    def __init__(self, sent: list[EmailMessage]) -> None:
        self.dates: dict[str, Any] = {}
        self._seen: dict[str, int] = {}
        for message in sent:
            told, to = parsed(message), message["To"]
            if told is None:
                continue
            method, event = told
            assert f"mailto:{to}" in _attendees(event)
            if event["SEQUENCE"] < self._seen.get(to, 0):
                continue
            self._seen[to] = event["SEQUENCE"]
            if method == "CANCEL":
                self.dates.pop(to, None)
            else:
                self.dates[to] = event.start


def _attendees(event: Any) -> list[str]:
    found = event["ATTENDEE"]
    return [str(each) for each in (found if isinstance(found, list) else [found])]


class TestAVisitOfWhichADateIsAgreed:
    async def test_enters_the_customers_and_the_engineers_calendar(
        self, desk: Desk, notices: Dispatcher, post: Post
    ) -> None:
        await desk.live(await agreed(desk), ("09:25", schedule("2026-12-03 09:00")))
        await deliver(notices)
        starts_at = bogota("2026-12-03 09:00")
        assert Calendars(post.sent).dates == {CONTACT: starts_at, FIRST: starts_at}

    async def test_says_where_who_and_as_of_when(self, desk: Desk, notices: Dispatcher, post: Post) -> None:
        await desk.live(await agreed(desk), ("09:25", schedule("2026-12-03 09:00")))
        await deliver(notices)
        told = parsed(post.sent[-1])
        assert told is not None
        method, event = told
        assert (method, event["STATUS"], event["SEQUENCE"]) == ("REQUEST", "CONFIRMED", 0)
        assert event["LOCATION"] == "Calle 10 # 20-30; torre B, piso 3, Medellín, Antioquia"
        assert "«Avería, en «Medellín»; <b>ya</b>»" in event["DESCRIPTION"]
        assert event.stamp == bogota("09:25")
        assert _attendees(event) == [f"mailto:{CONTACT}", f"mailto:{FIRST}"]

    async def test_is_told_in_a_message_that_mail_programs_act_on(
        self, desk: Desk, notices: Dispatcher, post: Post
    ) -> None:
        await desk.live(await agreed(desk), ("09:25", schedule("2026-12-03 09:00")))
        await deliver(notices)
        letter = [each for each in post.sent if each["To"] == FIRST][-1]  # letters to others may leave later
        kinds = [part.get_content_type() for part in letter.walk()]
        assert kinds == [
            "multipart/mixed", "multipart/alternative", "text/plain", "text/calendar", "application/ics"
        ]  # fmt: skip
        text = letter.get_body(("plain",))
        assert text is not None
        assert text.get_content().startswith("Usted visita a Cliente customer-1")
        assert letter.as_bytes().isascii()

    async def test_is_the_same_message_each_time(
        self, desk: Desk, notices: Dispatcher, post: Post, clock: Clock
    ) -> None:
        await desk.live(await agreed(desk), ("09:25", schedule("2026-12-03 09:00")))
        post.failures[FIRST] = [TimeoutError("slow")]
        made: list[bytes] = []
        send = post.send

        async def keep(message: EmailMessage, to: Any, **options: Any) -> list[str]:
            made.extend([message.as_bytes()] if list(to) == [FIRST] else [])
            return await send(message, to, **options)

        post.send = keep  # type: ignore[method-assign]
        await deliver(notices)
        clock.pass_on()
        await deliver(notices)
        assert len(made) == 2
        assert made[0] == made[1]


class TestAVisitThatChanges:
    async def test_is_one_event_whose_sequence_rises_until_it_is_cancelled(
        self, desk: Desk, notices: Dispatcher, post: Post
    ) -> None:
        await desk.live(
            await agreed(desk),
            ("09:25", schedule("2026-12-03 09:00")),
            ("09:30", schedule(THIRD)),
            ("09:35", CANCEL),
        )
        await deliver(notices)
        told = [(method, event["UID"], event["SEQUENCE"]) for method, event in filter(None, map(parsed, post.sent))]
        assert len({uid for _, uid, _ in told}) == 1
        assert [each for each, _ in groupby((method, sequence) for method, _, sequence in told)] == [
            ("REQUEST", 0), ("REQUEST", 1), ("CANCEL", 2)
        ]  # fmt: skip
        assert Calendars(post.sent).dates == {}

    async def test_moves_in_calendars_that_get_the_messages_in_another_order(
        self, desk: Desk, notices: Dispatcher, post: Post
    ) -> None:
        await desk.live(await agreed(desk), ("09:25", schedule("2026-12-03 09:00")), ("09:30", schedule(THIRD)))
        await deliver(notices)
        assert Calendars(post.sent[::-1]).dates == {CONTACT: bogota(THIRD), FIRST: bogota(THIRD)}

    async def test_leaves_the_calendar_of_an_engineer_who_is_replaced_and_comes_back_with_it(
        self, desk: Desk, notices: Dispatcher, post: Post
    ) -> None:
        case = await desk.live(await agreed(desk), ("09:25", schedule(THIRD)), ("09:30", schedule(THIRD, "agent-2")))
        await deliver(notices)
        assert set(Calendars(post.sent).dates) == {CONTACT, SECOND}

        await desk.live(case, ("09:35", schedule(THIRD)))
        await deliver(notices)
        assert set(Calendars(post.sent).dates) == {CONTACT, FIRST}

    async def test_is_called_off_with_the_status_that_says_so(
        self, desk: Desk, notices: Dispatcher, post: Post
    ) -> None:
        await desk.live(await agreed(desk), ("09:25", schedule(THIRD)), ("09:35", CANCEL))
        await deliver(notices)
        cancelled = {m["To"]: told for m in post.sent if (told := parsed(m)) and told[0] == "CANCEL"}
        assert {to: event["STATUS"] for to, (_, event) in cancelled.items()} == {
            CONTACT: "CANCELLED",
            FIRST: "CANCELLED",
        }

    async def test_tells_the_director_without_an_invitation(self, desk: Desk, notices: Dispatcher, post: Post) -> None:
        await desk.live(await agreed(desk), ("09:25", schedule(THIRD)), ("09:35", CANCEL))
        await deliver(notices)
        to_director = [message for message in post.sent if message["To"] == LEVEL_3]
        assert to_director[-1]["Subject"].startswith("[MA-2026-000001] La visita se canceló")
        assert list(map(parsed, to_director)) == [None] * len(to_director)


async def test_whoever_works_on_the_case_is_told_of_the_end_without_an_invitation(
    desk: Desk, notices: Dispatcher, post: Post
) -> None:
    """It never was in their calendar."""
    assigned = c.AssignCase(by=HELP_DESK, agent_id="agent-2")
    await desk.live(await agreed(desk), ("09:24", assigned), ("09:25", schedule(THIRD)), ("09:35", CANCEL))
    await deliver(notices)
    [told] = [m for m in post.sent if m["To"] == SECOND and "La visita se canceló" in m["Subject"]]
    assert parsed(told) is None


async def test_a_visit_that_never_had_a_date_is_called_off_without_an_invitation(
    desk: Desk, notices: Dispatcher, post: Post
) -> None:
    await desk.live(await agreed(desk), ("09:25", CANCEL))
    await deliver(notices)
    assert post.told[-3] == (CONTACT, "La visita se canceló")
    assert set(map(parsed, post.sent)) == {None}


async def test_the_administrators_are_invited_for_a_contact_who_was_taken_off_the_roster(
    desk: Desk, notices: Dispatcher, post: Post
) -> None:
    await desk.live(await agreed(desk), ("09:25", schedule(THIRD)))
    await desk.roster(contacts.NewContact("contact-2", entry("Beto")))
    await deliver(notices)
    told = parsed(next(message for message in post.sent if message["To"] == "beto@cliente.example" and parsed(message)))
    assert told is not None
    assert _attendees(told[1]) == ["mailto:beto@cliente.example", f"mailto:{FIRST}"]
    assert "CN" not in told[1]["ATTENDEE"][0].params


async def test_a_session_is_told_with_the_name_of_who_consented(desk: Desk, notices: Dispatcher, post: Post) -> None:
    session = c.StartRemoteSession(by=HELP_DESK, tool="Chrome Remote Desktop", consented_by="contact-1")
    await desk.live(await desk.open(), ("09:05", session))
    await deliver(notices)
    assert "Ana la autorizó" in text_of(post.sent[-1])
