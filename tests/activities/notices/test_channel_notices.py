"""Telling which channels a plan holds: one message a contact, channel and day, and what becomes of one that fails."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pytest
from temporalio.testing import ActivityEnvironment

from activities.mail.sending import Undeliverable
from activities.notices.channel_notices import ChannelNotices
from policy.case.case import Channel, Plan
from policy.terms.channels import Misdirected
from storage.engine.database import Database
from storage.notices import channel_notices
from storage.notices.channel_notices import ChannelNotice
from storage.people.contacts import NewContact
from tests.storage.desk import Desk, entry
from tests.support.lives import bogota

NOW = bogota("2026-11-25 18:00")
TOLD = Misdirected(
    contact_id="contact-1",
    channel=Channel.PHONE,
    on=date(2026, 11, 25),
    plan=Plan.STANDARD,
    channels=(Channel.WEB, Channel.CHAT),
)


@dataclass
class Post:
    """Mail that stays here, and fails as often as told."""

    sent: list[EmailMessage] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    async def send(self, message: EmailMessage, to: Sequence[str], *, all_or_nobody: bool = True) -> list[str]:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(message)
        return list(to)


@dataclass
class Told:
    """The activity on a real database."""

    desk: Desk
    post: Post

    async def tell(self) -> None:
        activity = ChannelNotices(
            database=self.desk.db,
            mail=self.post,
            mail_from="Mesa de Ayuda <mesa@desk.example>",
            public_url="https://mesa.example",
            clock=lambda: NOW,
        )
        await ActivityEnvironment().run(activity.tell, TOLD)

    async def noted(self) -> ChannelNotice:
        [notice] = await channel_notices.of_contact(self.desk.db, "contact-1")
        return notice


@pytest.fixture
async def told(empty_database: Path, tmp_path: Path) -> AsyncIterator[Told]:
    db = Database.at(f"sqlite+aiosqlite:///{shutil.copy(empty_database, tmp_path / 'escala.db')}")
    desk = Desk(db)
    await desk.furnish()
    yield Told(desk, Post())
    await db.close()


@pytest.mark.rule("REQ-7")
async def test_the_message_says_in_spanish_which_channels_to_use(told: Told) -> None:
    await told.tell()
    [letter] = told.post.sent
    assert (letter["To"], letter["Auto-Submitted"], letter["Content-Language"]) == (
        "ana@cliente.example", "auto-generated", "es"
    )  # fmt: skip
    assert "por este canal: teléfono. Su plan Estándar no lo incluye" in letter.get_content()
    assert "pídalo de nuevo por: plataforma web y chat." in letter.get_content()
    assert "https://mesa.example" in letter.get_content()


@pytest.mark.rule("REQ-7")
async def test_the_activity_repeated_sends_nothing_more(told: Told) -> None:
    await told.tell()
    await told.tell()
    assert len(told.post.sent) == 1
    assert (await told.noted()).delivered_to == ["ana@cliente.example"]


async def test_what_cannot_leave_now_is_tried_again_as_the_same_message(told: Told) -> None:
    told.post.failures = [OSError("down")]
    with pytest.raises(OSError, match="down"):
        await told.tell()
    assert (await told.noted()).last_error == "OSError: down"
    await told.tell()
    assert (await told.noted()).last_error is None
    assert told.post.sent[0]["Message-ID"] == "<misdirected-contact-1-20261125.m@desk.example>"


async def test_what_never_can_is_noted_and_not_tried_again(told: Told) -> None:
    told.post.failures = [Undeliverable("550 no such user")]
    await told.tell()
    notice = await told.noted()
    assert (notice.delivered_at, notice.last_error) == (None, "550 no such user")


async def test_for_a_contact_who_was_taken_off_the_administrators_are_told(told: Told) -> None:
    await told.desk.roster(NewContact("b", entry("Beto")))
    await told.tell()
    assert told.post.sent[0]["To"] == "beto@cliente.example"
