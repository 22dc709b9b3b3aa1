"""Pages, rotas and calendars as rows, on both databases: each once, and with the turn or not at all."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest

from policy.case.case import Actor, Level, Role
from policy.duty.changes import Swap, SwapState, Turn, overrides_of
from policy.duty.feeds import FeedKind
from policy.duty.rota import Layer, Override, WeekHours
from policy.duty.steps import PageState, PageStep
from storage.case import ledger
from storage.duty import feeds, pages, rotas
from storage.duty.feeds import Feed
from storage.duty.pages import Mail, Taken
from storage.people import agents
from storage.people.agents import Agent
from storage.signing_in import accounts
from storage.signing_in.accounts import NewAccount
from tests.storage.desk import START, Desk
from tests.support.lives import HAND_OFF, PREMIUM, bogota, turns

pytestmark = pytest.mark.rule("ESC-17")

NOW = bogota("10:00")
ROTA = Layer(
    id="rot_1",
    level=Level.SPECIALISTS,
    people=("eva",),
    starts_on=date(2026, 11, 2),
    every_hours=168,
    hours=WeekHours(days=(0, 6), from_time=time(20), to_time=time(6)),
    on_holidays=True,
    made_at=START,
)
EVA = Agent(id="eva", name="Eva", email="eva@escala.example", levels=(Level.SPECIALISTS,))


async def paged(desk: Desk) -> pages.Page:
    """A page that a hand-off called for."""
    await rotas.keep_layer(desk.db, ROTA)
    case = await desk.open(terms=PREMIUM)
    await desk.live(case, ("09:05", HAND_OFF), terms=PREMIUM)
    [found] = await pages.due(desk.db, at=NOW, most=10)
    return found


def taken(page: pages.Page) -> Taken:
    return Taken(page=page, state=PageState.PAGED, step=PageStep.PAGED, person_id="eva", next_at=NOW)


async def test_a_step_that_its_case_knows_is_that_one(desk: Desk) -> None:
    page = await paged(desk)
    await desk.live(await desk.open(terms=PREMIUM), ("09:05", HAND_OFF), terms=PREMIUM)
    both = await pages.due(desk.db, at=NOW, most=10)
    for each in both:
        await pages.take(desk.db, [taken(each)], [], at=NOW)
        await pages.acknowledge(desk.db, [each.id], Actor(Role.AGENT, "eva", (Level.SPECIALISTS,)), at=NOW)
    untold = await pages.untold(desk.db, most=10)
    assert sorted((step.page_id, step.n) for step, _ in untold) == [(each.id, n) for each in both for n in (1, 2)]

    await pages.told(desk.db, untold[0][0], at=NOW)

    assert await pages.untold(desk.db, most=10) == untold[1:]
    assert untold[0][1].id == page.id


async def test_a_step_is_taken_once_and_its_message_leaves_once(desk: Desk) -> None:
    page = await paged(desk)
    mails = [Mail(id=f"pgm_{n}", person_id="eva", mailbox="eva@x.example", at=NOW, pages=(page.id,)) for n in range(3)]
    done = await asyncio.gather(*(pages.take(desk.db, [taken(page)], [each], at=NOW) for each in mails))
    assert sorted(done) == [0, 0, 1]
    claimed = await asyncio.gather(*(pages.claim(desk.db, at=NOW, most=10) for _ in range(3)))
    assert [len(each) for each in claimed if each] == [1]
    assert await pages.mailed_since(desk.db, NOW - timedelta(minutes=1)) == {"eva@x.example": NOW}
    [(step, of)] = await pages.untold(desk.db, most=10)
    assert (step.step, of.id, of.reached) == (PageStep.PAGED, page.id, ("eva",))
    await pages.told(desk.db, step, at=NOW)
    assert await pages.untold(desk.db, most=10) == []


async def test_of_two_who_acknowledge_one_is_first(desk: Desk) -> None:
    page = await paged(desk)
    people = [Actor(Role.AGENT, "eva"), Actor(Role.DIRECTOR, "dora")]
    done = await asyncio.gather(*(pages.acknowledge(desk.db, [page.id], each, at=NOW) for each in people))
    assert sorted(map(len, done)) == [0, 1]
    assert len((await pages.steps_of(desk.db, [page.id]))[page.id]) == 1
    assert await pages.take(desk.db, [taken(page)], [], at=NOW) == 0, "it passes on no more"
    [listed] = (await pages.listing(desk.db)).items
    assert listed.state is PageState.ACKNOWLEDGED
    assert await pages.open_ones(desk.db, most=5) == []


async def test_a_turn_that_is_recorded_twice_calls_once(desk: Desk) -> None:
    await rotas.keep_layer(desk.db, ROTA)
    case = await desk.open(terms=PREMIUM)
    [decision] = turns(case, ("09:05", HAND_OFF), terms=PREMIUM)
    for _ in range(2):
        await ledger.record(desk.db, decision)
    assert len(await pages.due(desk.db, at=NOW, most=10)) == 1


async def test_rotas_overrides_and_swaps_come_back_as_they_were_kept(desk: Desk) -> None:
    await agents.put(desk.db, EVA)
    await agents.put(desk.db, replace(EVA, id="luz", email="luz@escala.example"))
    await rotas.keep_layer(desk.db, ROTA)
    span: dict[str, Any] = {"from_at": NOW, "to_at": NOW + timedelta(days=1)}
    put = Override(id="ovr", level=Level.SPECIALISTS, person="eva", made_by=Actor(Role.ADMIN, "r"), made_at=NOW, **span)
    await rotas.keep_override(desk.db, put, lambda known: None)
    turn = Turn(from_at=NOW + timedelta(days=2), to_at=NOW + timedelta(days=3))
    swap = Swap(id="swp", level=Level.SPECIALISTS, proposer="eva", other="luz", own=turn, theirs=turn, proposed_at=NOW)
    await rotas.keep_swap(desk.db, swap)
    assert await rotas.swap(desk.db, "swp") == swap
    made = overrides_of(swap, Actor(Role.AGENT, "luz"), at=NOW)
    for first in (True, False):
        assert await rotas.answer_swap(desk.db, "swp", SwapState.ACCEPTED, made, at=NOW) is first
    found = await rotas.roster(desk.db, frozenset(), since=NOW)
    assert found.layers == [ROTA]
    assert {each.id: each for each in found.overrides} == {each.id: each for each in (put, *made)}
    assert await rotas.end_override(desk.db, "swp.1", at=NOW)
    later = await rotas.roster(desk.db, frozenset(), since=NOW + timedelta(minutes=1))
    assert [each.id for each in later.overrides] == ["ovr"], "both of a swap end together"


async def test_a_calendar_is_found_by_its_secret_until_it_is_revoked(desk: Desk) -> None:
    await accounts.create(desk.db, NewAccount(id="acc", email="eva@escala.example", name="Eva"), at=NOW)
    feed = Feed(id="cal", account_id="acc", subject_id="eva", kind=FeedKind.VISITS, made_at=NOW)
    assert await feeds.keep(desk.db, feed, "secret")
    assert not await feeds.keep(desk.db, feed, "another")
    assert await feeds.by_secret(desk.db, "secret") == feed
    assert await feeds.by_secret(desk.db, "another") is None
    assert await feeds.visits(desk.db, customer_id=None, since=NOW) == []
    assert await feeds.revoke(desk.db, "cal", account_id="acc", at=NOW)
    assert await feeds.by_secret(desk.db, "secret") is None
