"""What people chose about mail, through the dispatcher: quiet hours, digests called off by their link, and no mail."""

from __future__ import annotations

from datetime import time, timedelta
from email.message import EmailMessage

import pytest

from activities.notices.digests import send_digests
from activities.notices.dispatcher import Dispatcher
from policy.case.case import Case
from policy.mail.unsubscribing import mailbox_in, word_of
from policy.people.preferences import Preferences, QuietHours, Topic
from storage.case import views
from storage.mail import threads
from storage.notices import outbox, preferences
from tests.activities.conftest import delivery
from tests.activities.post import CONTACT, LEVEL_1, LEVEL_3, NOW, Clock, Post, deliver, text_of
from tests.storage.desk import Desk
from tests.support.lives import ANSWER, ASK, CLAIM, REPLY, bogota

AGENT = "a1@desk.example"
EVENING = QuietHours(time(17), time(6))


async def states(desk: Desk, case: Case) -> list[str | None]:
    return [row.held for row in (await views.notices(desk.db, case_number=case.number)).items[::-1]]


async def test_quiet_hours_hold_until_the_morning_and_keep_nothing_back(
    desk: Desk, notices: Dispatcher, post: Post, clock: Clock
) -> None:
    await preferences.keep(desk.db, CONTACT, Preferences(quiet=EVENING))
    case = await desk.live(await desk.open(), ("09:05", CLAIM), ("09:10", REPLY))
    await deliver(notices)
    assert post.told == [(LEVEL_1, "Caso nuevo, prioridad 2")]
    assert await states(desk, case) == ["quiet", None, "quiet"]
    clock.at = bogota("2026-11-26 06:00")
    await deliver(notices)
    assert post.told[1:] == [(CONTACT, "Recibimos su caso"), (CONTACT, "Respondimos su caso")]


@pytest.mark.rule("ESC-6")
async def test_an_overdue_case_is_told_at_night_beside_what_waits(
    desk: Desk, notices: Dispatcher, post: Post, clock: Clock
) -> None:
    await preferences.keep(desk.db, CONTACT, Preferences(spared=frozenset(Topic), quiet=EVENING))
    await desk.live(await desk.open(), "2026-11-25 17:00")
    await deliver(notices)
    assert post.told[-2:] == [(LEVEL_3, "VENCIDO"), (CONTACT, "Su caso está vencido")]
    assert [to for to, _ in post.told].count(CONTACT) == 1


async def test_what_one_is_spared_is_no_failure(desk: Desk, notices: Dispatcher, post: Post) -> None:
    await preferences.keep(desk.db, CONTACT, Preferences(spared=frozenset({Topic.ACKNOWLEDGED})))
    case = await desk.live(await desk.open(), ("09:05", CLAIM), ("09:10", REPLY))
    await deliver(notices)
    assert [to for to, _ in post.told] == [LEVEL_1, CONTACT]
    assert await states(desk, case) == ["spared", None, None]
    standing = await outbox.waiting(desk.db)
    assert (standing.waiting, standing.given_up) == (0, 0)


async def test_an_agents_digest_leaves_once_a_morning_and_is_called_off_by_its_link(
    desk: Desk, notices: Dispatcher, post: Post, clock: Clock
) -> None:
    await preferences.keep(desk.db, AGENT, Preferences(digest=True))
    case = await desk.live(await desk.open(), ("09:05", CLAIM), ("09:10", ASK), ("09:15", ANSWER))
    await deliver(notices)
    assert AGENT not in [to for to, _ in post.told]
    digests = delivery(desk, post, clock)
    clock.at = bogota("2026-11-26 06:59")
    assert await send_digests(digests) == 0
    clock.at = bogota("2026-11-26 07:00")
    assert [await send_digests(digests) for _ in range(2)] == [1, 0]
    digest: EmailMessage = post.sent[-1]
    assert (digest["To"], digest["List-Unsubscribe-Post"]) == (AGENT, "List-Unsubscribe=One-Click")
    assert f"https://mesa.example/casos/{case.number}" in text_of(digest)
    word = str(digest["List-Unsubscribe"]).strip("<>").rpartition("/")[2]
    key = await threads.key(desk.db, at=NOW)
    assert mailbox_in(word, key) == AGENT
    assert mailbox_in(word, b"another key of ours, not this one") is None
    assert mailbox_in(word_of("b1@desk.example", b"x" * 32), key) is None
    assert (await outbox.waiting(desk.db)).waiting == 0


async def test_a_digest_that_cannot_leave_leaves_later_under_the_same_id(
    desk: Desk, notices: Dispatcher, post: Post, clock: Clock
) -> None:
    await preferences.keep(desk.db, AGENT, Preferences(digest=True))
    await desk.live(await desk.open(), ("09:05", CLAIM), ("09:10", ASK), ("09:15", ANSWER))
    await deliver(notices)
    clock.at = bogota("2026-11-26 07:00")
    post.failures[AGENT] = [OSError("away")]
    digests = delivery(desk, post, clock)
    with pytest.raises(OSError, match="away"):
        await send_digests(digests)
    assert await send_digests(digests) == 0  # another worker may be at it
    clock.pass_on(timedelta(minutes=11))
    assert await send_digests(digests) == 1
    assert str(post.sent[-1]["Message-ID"]).startswith("<digest-")
