"""Notices to agents who are not there: a disabled account reads nothing any more, and the queue hears of it instead."""

from __future__ import annotations

from datetime import timedelta

import pytest

from activities.notices.digests import send_digests
from activities.notices.dispatcher import Dispatcher
from policy.case.case import Level
from policy.people.absences import Absence
from policy.people.preferences import Preferences
from storage.notices import preferences
from storage.people import absences, agents
from storage.people.agents import Agent
from storage.signing_in import accounts
from storage.signing_in.accounts import NewAccount
from tests.activities.conftest import delivery
from tests.activities.post import LEVEL_1, LEVEL_2, NOW, Clock, Post, deliver, text_of
from tests.storage.desk import START, Desk
from tests.support.lives import ADMIN, ANSWER, ASK, CLAIM, HAND_OFF, bogota

LUZ, EVA = "a1@desk.example", "a2@desk.example"
ANSWERED = "El cliente respondió"


async def disable(desk: Desk, address: str) -> None:
    account = await accounts.create(desk.db, NewAccount(id=f"acc-{address}", email=address, name="X"), at=START)
    await accounts.disable(desk.db, account.id, at=START)


async def away(desk: Desk) -> None:
    """Luz is, and Eva stands in."""
    await agents.put(desk.db, Agent(id="agent-2", name="Eva", email=EVA, levels=(Level.HELP_DESK,)))
    new = Absence(
        id="abs-1",
        person="agent-1",
        substitute="agent-2",
        from_at=START,
        to_at=NOW + timedelta(days=3),
        marked_by=ADMIN,
        marked_at=START,
    )
    await absences.keep(desk.db, new, lambda _: new)


@pytest.mark.rule("ESC-17")
@pytest.mark.parametrize(
    ("is_away", "disabled", "told"),
    [
        (False, (LUZ,), [LEVEL_1]),
        (True, (), [f"{LUZ}, {EVA}"]),
        (True, (EVA,), [f"{LUZ}, {LEVEL_1}"]),
    ],
)
async def test_a_customers_word_reaches_somebody_and_nobody_who_is_shut_out(
    desk: Desk, notices: Dispatcher, post: Post, *, is_away: bool, disabled: tuple[str, ...], told: list[str]
) -> None:
    case = await desk.live(await desk.open(), ("09:05", CLAIM), ("09:10", ASK))
    await deliver(notices)
    post.sent.clear()
    for each in disabled:
        await disable(desk, each)
    if is_away:
        await away(desk)
    await desk.live(case, ("09:15", ANSWER))
    await deliver(notices)
    assert post.told == [(each, ANSWERED) for each in told]
    assert ("que no está, y nadie le reemplaza" in " ".join(text_of(post.sent[0]).split())) == (LEVEL_1 in told[0])


@pytest.mark.rule("ESC-5", "ESC-13")
async def test_a_queue_that_hears_of_it_anyway_is_not_told_twice(desk: Desk, notices: Dispatcher, post: Post) -> None:
    await disable(desk, LUZ)
    await desk.live(await desk.open(), ("09:05", CLAIM), "09:50", ("09:55", HAND_OFF))
    await deliver(notices)
    told = [to for to, _ in post.told]
    assert LUZ not in told
    assert (told.count(LEVEL_1), told.count(LEVEL_2)) == (4, 1), "opened, two warnings, left; arrived"


async def test_what_was_kept_for_a_digest_goes_to_the_queue(
    desk: Desk, notices: Dispatcher, post: Post, clock: Clock
) -> None:
    await preferences.keep(desk.db, LUZ, Preferences(digest=True))
    await desk.live(await desk.open(), ("09:05", CLAIM), ("09:10", ASK), ("09:15", ANSWER))
    await deliver(notices)
    await disable(desk, LUZ)
    post.sent.clear()
    clock.at = bogota("2026-11-26 07:00")
    assert await send_digests(delivery(desk, post, clock)) == 0
    await deliver(notices)
    assert post.told == [(LEVEL_1, ANSWERED)]
