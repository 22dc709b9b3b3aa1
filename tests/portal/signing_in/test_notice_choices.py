"""What one chooses about mail on the page of one's account, and a digest called off by its signed link alone."""

from __future__ import annotations

from datetime import time
from typing import Any

from policy.mail.unsubscribing import word_of
from policy.people.preferences import Preferences, QuietHours, Topic
from storage.mail import threads
from storage.notices import preferences
from tests.api.office import Office
from tests.portal.people import EMAILS, account, visitor


async def test_an_agent_chooses_and_sees_what_was_chosen(office: Office) -> None:
    await account(office, "agent", password=False)
    async with visitor(office, "agent") as them:
        assert "Avisos por correo" in (await them.get("/cuenta")).text
        said: dict[str, Any] = {
            "told": ["assigned", "ended"],
            "digest": "true",
            "quiet_from": "20:00",
            "quiet_to": "06:30",
        }
        assert (await them.post("/cuenta/avisos", **said)).status_code == 303
        page = (await them.get("/cuenta")).text
        assert 'value="20:00"' in page
        assert await preferences.of(office.db, EMAILS["agent"]) == Preferences(
            spared=frozenset({Topic.ANSWERED, Topic.MENTIONED}), digest=True, quiet=QuietHours(time(20), time(6, 30))
        )
        await them.post("/cuenta/avisos", quiet_from="25:99", quiet_to="x", told="overdue")
        assert (await preferences.of(office.db, EMAILS["agent"])).quiet is None


async def test_a_contact_has_no_digest_and_an_administrator_nothing_to_choose(office: Office) -> None:
    for who in ("contact", "admin"):
        await account(office, who, password=False)
    async with visitor(office, "contact") as them:
        await them.post("/cuenta/avisos", digest="true", told=["provider"])
    chosen = await preferences.of(office.db, EMAILS["contact"])
    assert (chosen.digest, chosen.spared) == (False, frozenset({Topic.ACKNOWLEDGED, Topic.SESSIONS}))
    async with visitor(office, "admin") as them:
        assert "Avisos por correo" not in (await them.get("/cuenta")).text
        assert (await them.post("/cuenta/avisos", told="ended")).status_code == 404


async def test_what_one_chose_in_one_name_stays_where_one_chooses_in_another(office: Office) -> None:
    """Somebody who works here and is a customer's contact has one mailbox for both."""
    mailbox = EMAILS["contact"]
    await account(office, "contact", password=False)
    as_agent = Preferences(spared=frozenset({Topic.ANSWERED}), digest=True, quiet=QuietHours(time(20), time(6)))
    await preferences.keep(office.db, mailbox, as_agent)
    async with visitor(office, "contact") as them:
        await them.post("/cuenta/avisos", told=["acknowledged", "sessions"], quiet_from="21:00", quiet_to="06:00")
    assert await preferences.of(office.db, mailbox) == Preferences(
        spared=frozenset({Topic.ANSWERED, Topic.PROVIDER}), digest=True, quiet=QuietHours(time(21), time(6))
    )


async def test_the_link_alone_calls_a_digest_off_but_only_when_it_is_meant(office: Office) -> None:
    mailbox = EMAILS["agent"]
    await preferences.keep(office.db, mailbox, Preferences(digest=True))
    word = word_of(mailbox, await threads.key(office.db, at=office.clock()))
    forged = word_of(mailbox, b"k" * 32)
    address = f"http://escala.test/avisos/baja/{word}"
    assert (await office.client.get(address)).status_code == 200
    assert (await preferences.of(office.db, mailbox)).digest
    assert (await office.client.post(f"http://escala.test/avisos/baja/{forged}")).status_code == 404
    one_click = await office.client.post(address, data={"List-Unsubscribe": "One-Click"})
    assert one_click.status_code == 200
    assert not (await preferences.of(office.db, mailbox)).digest
