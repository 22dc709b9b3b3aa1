"""Delivering a case's notices from a real outbox: each once, in order, and what becomes of those that cannot leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from activities.mail.sending import MailFolder, Undeliverable
from activities.notices.bell import Bell
from activities.notices.delivery import Delivery
from activities.notices.dispatcher import Dispatcher
from policy.case.case import SYSTEM, Case
from policy.case.commands import AddNote, AssignCase
from settings import Settings
from storage.case import views
from storage.case.views import NoticeRow
from storage.notices import outbox
from storage.people import customers
from storage.people.contacts import NewContact
from storage.people.customers import Customer
from storage.signing_in import accounts
from storage.signing_in.accounts import NewAccount
from tests.activities.conftest import delivery
from tests.activities.post import CONTACT, LEVEL_1, LEVEL_2, LEVEL_3, MAILBOXES, NOW, Clock, Post, deliver, text_of
from tests.storage.desk import START, Desk, entry
from tests.support.lives import ASK, CLAIM, HELP_DESK, REPLY, WITHDRAW, bogota


async def rows(desk: Desk, case: Case) -> list[NoticeRow]:
    return (await views.notices(desk.db, case_number=case.number)).items[::-1]


class TestDelivering:
    async def test_tells_everybody_once_and_in_order(self, desk: Desk, notices: Dispatcher, post: Post) -> None:
        await desk.live(await desk.open(), ("09:05", CLAIM), ("09:10", REPLY))
        await deliver(notices)
        await deliver(notices)
        assert post.told == [
            (CONTACT, "Recibimos su caso"),
            (LEVEL_1, "Caso nuevo, prioridad 2"),
            (CONTACT, "Respondimos su caso"),
        ]

    async def test_notes_when_and_to_whom(self, desk: Desk, notices: Dispatcher) -> None:
        case = await desk.open()
        await deliver(notices)
        assert [(row.delivered_at, row.delivered_to) for row in await rows(desk, case)] == [
            (NOW, (CONTACT,)),
            (NOW, (LEVEL_1,)),
        ]

    @pytest.mark.rule("ESC-5")
    async def test_tells_both_levels_the_customer_and_who_had_it_of_a_hand_off(
        self, desk: Desk, notices: Dispatcher, post: Post
    ) -> None:
        case = await desk.live(await desk.open(), ("09:05", CLAIM), ("09:10", REPLY))
        await deliver(notices)
        post.sent.clear()
        await desk.live(case, "10:00")
        await deliver(notices)
        assert post.told[-4:] == [
            (LEVEL_1, "Pasó al nivel 2"),
            (LEVEL_2, "Llegó al nivel 2"),
            (CONTACT, "Su caso está ahora en el nivel 2"),
            ("a1@desk.example", "Ya no está a su cargo"),
        ]

    @pytest.mark.rule("ESC-6")
    async def test_tells_the_director_and_every_administrator_that_a_case_is_overdue(
        self, desk: Desk, notices: Dispatcher, post: Post
    ) -> None:
        await desk.roster(NewContact("contact-1", entry()), NewContact("contact-2", entry("Beto")))
        await desk.live(await desk.open(), "2026-11-25 17:00")
        await deliver(notices)
        assert post.told[-2:] == [
            (LEVEL_3, "VENCIDO"),
            (f"{CONTACT}, beto@cliente.example", "Su caso está vencido"),
        ]

    async def test_tells_its_readers_in_the_language_that_all_of_them_chose(
        self, desk: Desk, notices: Dispatcher, post: Post
    ) -> None:
        """A letter that several have is in Spanish until the last of them chose another language."""
        ana, beto = "ana@cliente.example", "beto@cliente.example"
        await desk.roster(NewContact("contact-1", entry()), NewContact("contact-2", entry("Beto")))
        case = await desk.open()
        for email in (ana, beto):
            await accounts.create(desk.db, NewAccount(id=email, email=email, name=email), at=NOW)
        await accounts.change(desk.db, ana, language="en")
        await desk.live(case, "2026-11-25 17:00")
        await deliver(notices)
        assert post.told[0] == (CONTACT, "We received your case")
        assert post.told[-1] == (f"{CONTACT}, {beto}", "Su caso está vencido")

        await accounts.change(desk.db, beto, language="en")
        await desk.live(await desk.open(), "2026-11-25 17:00")
        await deliver(notices)
        assert post.told[-1] == (f"{CONTACT}, {beto}", "Your case is overdue")

    @pytest.mark.rule("ESC-6")
    async def test_tells_all_contacts_and_the_commercial_team_where_no_administrator_is_active(
        self, desk: Desk, post: Post, clock: Clock
    ) -> None:
        """A roster that begins tomorrow has an administrator, but nobody who could be told today."""
        await customers.create(desk.db, Customer("customer-2", "Rutas del Sur", "NIT 2"), at=START)
        later = entry("Beto", notified_on=date(2026, 12, 1))
        plain: dict[str, Any] = {"is_system_administrator": False, "can_sign_in": False}
        await desk.roster(
            NewContact("contact-2", later),
            NewContact("contact-5", entry(**plain)),
            NewContact("contact-3", entry("Caro", **plain)),
            NewContact("contact-4", entry("Dora", notified_on=date(2026, 12, 1), **plain)),
            customer="customer-2",
        )
        opened = await desk.open(customer_id="customer-2", contact_id="contact-5")
        case = await desk.live(opened, "2026-11-25 17:00")
        commercial = replace(MAILBOXES, commercial="comercial@desk.example")
        await deliver(Dispatcher(replace(delivery(desk, post, clock), desk_mailboxes=commercial), Bell()))
        assert post.told[-1] == (f"{CONTACT}, caro@cliente.example, comercial@desk.example", "Su caso está vencido")
        said = " ".join(text_of(post.sent[-1]).split())
        assert "ningún administrador de Rutas del Sur está activo" in said
        assert [row for row in await rows(desk, case) if row.given_up] == []

    async def test_tells_a_colleague_who_calls_them_and_in_which_words(
        self, desk: Desk, notices: Dispatcher, post: Post
    ) -> None:
        case = await desk.live(await desk.open(), ("09:05", CLAIM))
        await deliver(notices)
        post.sent.clear()
        note = await desk.text(case.number, "¿La cuota es de ustedes, @agent-2?")
        await desk.live(case, ("09:10", AddNote(by=HELP_DESK, body=note, mentions=("agent-2",))))
        await deliver(notices)
        assert post.told == [("a2@desk.example", "Lo mencionan en una nota")], "and nobody else"
        [letter] = post.sent
        said = text_of(letter)
        assert f"Luz lo menciona en una nota interna del caso {case.number}:" in said
        assert "  ¿La cuota es de ustedes, @agent-2?" in said
        assert f"/casos/{case.number}" in said

    async def test_tells_who_works_on_a_case_what_came_by_mail_by_itself(
        self, desk: Desk, notices: Dispatcher, post: Post
    ) -> None:
        """And whom it calls: the engineer of a visit that the customer declined."""
        case = await desk.live(await desk.open(), ("09:05", CLAIM))
        await deliver(notices)
        post.sent.clear()
        note = await desk.text(case.number, "Ana rechazó la visita.")
        await desk.live(case, ("09:10", AddNote(by=SYSTEM, body=note, mentions=("agent-2",))))
        await deliver(notices)
        assert sorted(post.told) == [
            ("a1@desk.example", "Nota por correo"),
            ("a2@desk.example", "Lo mencionan en una nota"),
        ]
        assert all("  Ana rechazó la visita." in text_of(each) for each in post.sent)

    async def test_of_nothing_is_done_at_once(self, desk: Desk, notices: Dispatcher, post: Post) -> None:
        await desk.open()
        await deliver(notices)
        post.sent.clear()
        await deliver(notices)
        assert post.sent == []

    async def test_into_a_folder_leaves_a_file_for_each_notice_once(self, desk: Desk, tmp_path: Path) -> None:
        settings = Settings(state_dir=tmp_path)
        letters = Delivery.of(settings, database=desk.db, clock=lambda: NOW)
        await desk.live(await desk.open(), ("09:10", WITHDRAW))
        for _ in range(2):
            await deliver(Dispatcher(letters, Bell()))
        assert isinstance(letters.mail, MailFolder)
        assert len(sorted(settings.mail_dir.glob("*.eml"))) == 3


class TestANoticeThatCannotLeaveNow:
    async def test_is_tried_again_and_what_left_already_is_not_sent_again(
        self, desk: Desk, notices: Dispatcher, post: Post, clock: Clock
    ) -> None:
        post.failures[CONTACT] = [ConnectionResetError("gone"), TimeoutError("slow")]
        case = await desk.open()
        for _ in range(3):
            await deliver(notices)
            clock.pass_on()
        assert [to for to, _ in post.told] == [LEVEL_1, CONTACT]
        assert [row.attempts for row in await rows(desk, case)] == [3, 1]

    async def test_keeps_later_ones_to_the_same_recipient_waiting(
        self, desk: Desk, notices: Dispatcher, post: Post, clock: Clock
    ) -> None:
        post.failures[CONTACT] = [ConnectionResetError("gone")]
        await desk.live(await desk.open(), ("09:10", ASK))
        await deliver(notices)
        assert CONTACT not in [to for to, _ in post.told]
        clock.pass_on()
        await deliver(notices)
        assert [news for to, news in post.told if to == CONTACT] == [
            "Recibimos su caso",
            "Necesitamos información de su parte",
        ]

    async def test_is_kept_with_its_reason(self, desk: Desk, notices: Dispatcher, post: Post) -> None:
        post.failures[CONTACT] = [ConnectionResetError(f"{CONTACT} is not to be told")]
        case = await desk.open()
        await deliver(notices)
        row = (await rows(desk, case))[0]
        assert (row.last_error, row.given_up) == (f"ConnectionResetError: {CONTACT} is not to be told", False)

    async def test_goes_to_whom_it_can_after_many_tries(
        self, desk: Desk, notices: Dispatcher, post: Post, clock: Clock
    ) -> None:
        await desk.open()
        post.failures[CONTACT] = [TimeoutError() for _ in range(8)]
        post.failures[LEVEL_1] = [Undeliverable("none")]
        for _ in range(9):
            await deliver(notices)
            clock.pass_on()
        assert post.all_or_nobody == [*[True] * 9, False]


class TestANoticeThatNobodyCanHave:
    async def test_is_given_up_with_its_reason_and_not_tried_again(
        self, desk: Desk, notices: Dispatcher, post: Post
    ) -> None:
        post.failures[CONTACT] = [Undeliverable("550 5.1.1 No such user")]
        case = await desk.open()
        await deliver(notices)
        await deliver(notices)
        assert [to for to, _ in post.told] == [LEVEL_1]
        row = (await rows(desk, case))[0]
        assert (row.given_up, row.last_error, row.attempts) == (True, "550 5.1.1 No such user", 1)

    async def test_is_given_up_where_there_is_no_address(self, desk: Desk, notices: Dispatcher) -> None:
        case = await desk.live(await desk.open(), ("09:05", AssignCase(by=HELP_DESK, agent_id="agent-unknown")))
        await deliver(notices)
        assert [row.recipient for row in await rows(desk, case) if row.given_up] == ["agent:agent-unknown"]


class TestAMessage:
    async def test_is_the_same_when_a_worker_died_before_it_could_note_that_it_left(
        self, desk: Desk, notices: Dispatcher, post: Post, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def die(*_: Any, **__: Any) -> None:
            raise RuntimeError

        await desk.open()
        with monkeypatch.context() as crash:
            crash.setattr(outbox, "delivered", die)
            await deliver(notices)
        clock.pass_on()
        await deliver(notices)
        sent = [message.as_bytes() for message in post.sent if message["To"] == CONTACT]
        assert len(sent) == 2
        assert sent[0] == sent[1]

    async def test_has_an_identity_of_its_own_and_joins_its_case_in_one_thread(
        self, desk: Desk, notices: Dispatcher, post: Post
    ) -> None:
        case = await desk.live(await desk.open(), ("09:10", ASK))
        await deliver(notices)
        assert len({message["Message-ID"] for message in post.sent}) == len(post.sent)
        for header in ("References", "In-Reply-To"):
            assert {message[header] for message in post.sent} == {f"<{case.number}@escala.example>"}

    async def test_says_that_no_person_sent_it_so_that_no_other_desk_answers(
        self, desk: Desk, notices: Dispatcher, post: Post
    ) -> None:
        await desk.open()
        await deliver(notices)
        message = post.sent[0]
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["X-Auto-Response-Suppress"] == "All"
        assert message["From"].addresses[0].display_name == "Mesa de Ayuda Ñ"
        assert message["Date"].datetime == bogota("09:00")
        assert message["Content-Language"] == "es"

    async def test_takes_no_header_from_a_title(self, desk: Desk, notices: Dispatcher, post: Post) -> None:
        title = "No carga\r\nBcc: otro@evil.example\u2028\x00 el mapa " + "ñ" * 400
        await desk.open(title)
        await deliver(notices)
        message = post.sent[0]
        assert message["Bcc"] is None
        assert message["Subject"].startswith("[MA-2026-000001] No carga Bcc: otro@evil.example el mapa")
        assert len(message["Subject"]) == 150

    async def test_is_plain_ascii_on_the_way_and_reads_as_it_was_written(
        self, desk: Desk, notices: Dispatcher, post: Post
    ) -> None:
        await desk.open("Avería en Bogotá")
        await deliver(notices)
        assert post.sent[0].as_bytes().isascii()
        assert "«Avería en Bogotá»" in text_of(post.sent[0])
        assert "https://mesa.example/casos/MA-2026-000001" in text_of(post.sent[0])
