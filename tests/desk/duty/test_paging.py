"""Paging, from the turn that calls for it to whoever has it: in turn, and each step once (ESC-17)."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from activities.mail.sending import Undeliverable
from desk.desk import Desk
from desk.duty import acknowledging
from desk.duty.paging import Paging
from desk.problems import NotFound
from policy.case import commands as c
from policy.case.case import Level, Role
from policy.case.facts import DutyPaged
from policy.case.refusals import RoleNotAllowed
from policy.duty.steps import PageState
from policy.people.absences import Absence
from storage.case import views
from storage.duty import pages
from storage.engine.tables import pages as table
from storage.people import absences, agents
from storage.signing_in import accounts
from storage.signing_in.accounts import NewAccount
from tests.api.office import AGENTS, Clock
from tests.desk.asking import AGENT
from tests.desk.duty.conftest import Posted, opened, rota
from tests.support.desk import PaperDesk
from tests.support.lives import DIRECTOR, WORDS, bogota

pytestmark = pytest.mark.rule("ESC-17")

EVA, EVA_MAIL = AGENTS["specialist"].actor, AGENTS["specialist"].email


async def handed_off(desk: Desk, engine: PaperDesk, clock: Clock, key: str = "k") -> str:
    """A Premium case that level 1 did not solve in its time."""
    number = await opened(desk, clock, key)
    clock.passes(hours=1)
    await engine.settle(number)
    return number


async def handed_off_now(desk: Desk, engine: PaperDesk, clock: Clock) -> str:
    """Another one, which level 1 gave up."""
    number = await opened(desk, clock, "now")
    await engine.command(number, c.HandOff(by=AGENT.actor, reason=WORDS), key="hand-off")
    return number


async def steps(desk: Desk, number: str) -> list[tuple[str, str | None]]:
    """What the case's timeline says of pages: the step, and whom it reached."""
    rows = await views.timeline(desk.database, number)
    return [(each.fact.step.value, each.fact.person_id) for each in rows if isinstance(each.fact, DutyPaged)]


async def called_as_often(desk: Desk, times: int) -> None:
    """Each page that there is, so often: as if as many cases had been handed off in one second."""
    async with desk.database.write() as connection:
        known = (await connection.execute(select(table))).mappings().all()
        more = [{**row, "id": f"{row['case_number']}.1{n}", "seq": n} for row in known for n in range(100, 99 + times)]
        await connection.execute(insert(table), more)


async def page_of(desk: Desk, number: str) -> pages.Page:
    [found] = [each for each in (await pages.listing(desk.database)).items if each.case_number == number]
    return found


def link_in(post: Posted) -> str:
    found = re.search(r"/guardia/aviso/(\S+)", post.text())
    assert found
    return found[1]


async def test_a_page_passes_from_one_to_the_next_and_then_to_all(
    on_duty: Desk, engine: PaperDesk, clock: Clock, paging: Paging, post: Posted
) -> None:
    admin = NewAccount(id="root", email="root@escala.example", name="Root", staff_role=Role.ADMIN)
    await accounts.create(on_duty.database, admin, at=clock())
    number = await handed_off(on_duty, engine, clock)
    for minutes, told in ((0, ["eva"]), (9, []), (1, ["luz"]), (10, ["dora", "eva", "luz", "root"]), (30, [])):
        clock.passes(minutes=minutes)
        await paging.once()
        await paging.once()
        assert sorted(post.taken()) == told
    assert await steps(on_duty, number) == [("paged", "eva"), ("passed_on", "luz"), ("unanswered", None)]
    assert (await page_of(on_duty, number)).state is PageState.TOLD_ALL
    await engine.command(number, c.ClaimCase(by=EVA), key="claim")
    clock.passes(minutes=10)
    await paging.once()
    assert (await page_of(on_duty, number)).state is PageState.SETTLED, "it waits for nobody any more"


async def test_whoever_acknowledges_by_the_link_stops_it(
    on_duty: Desk, engine: PaperDesk, clock: Clock, paging: Paging, post: Posted
) -> None:
    number = await handed_off(on_duty, engine, clock)
    await paging.once()
    link = link_in(post)
    assert number in post.text()
    assert len((await acknowledging.look(on_duty, link, at=clock())).open) == 1
    assert await steps(on_duty, number) == [("paged", "eva")], "looking changes nothing"
    for _ in range(2):  # the second time changes nothing
        [page] = (await acknowledging.by_link(on_duty, link, at=clock())).pages
        assert (page.state, page.acknowledged_by) == (PageState.ACKNOWLEDGED, "eva")
    clock.passes(hours=1)
    await paging.once()
    assert post.taken() == ["eva"]
    assert await steps(on_duty, number) == [("paged", "eva"), ("acknowledged", "eva")]
    actor = (await views.timeline(on_duty.database, number))[-1].actor
    assert (actor.role, actor.id) == (Role.AGENT, "eva")


async def test_one_who_was_passed_over_may_still_have_it(
    on_duty: Desk, engine: PaperDesk, clock: Clock, paging: Paging, post: Posted
) -> None:
    number = await handed_off(on_duty, engine, clock)
    await paging.once()
    link = link_in(post)
    clock.passes(minutes=10)
    await paging.once()
    await acknowledging.by_link(on_duty, link, at=clock())
    clock.passes(minutes=10)
    await paging.once()
    assert [each for each, _ in await steps(on_duty, number)] == ["paged", "passed_on", "acknowledged"]


async def test_a_link_is_good_for_its_message_alone_for_a_day_and_while_its_reader_may_sign_in(
    on_duty: Desk, engine: PaperDesk, clock: Clock, paging: Paging, post: Posted
) -> None:
    await handed_off(on_duty, engine, clock)
    await paging.once()
    link = link_in(post)
    name, _, signature = link.partition(".")
    for forged in (f"{name}.{'0' * 40}", f"pgm_{'0' * 24}.{signature}", name, "", "x" * 500, f"{link}é"):
        with pytest.raises(NotFound):
            await acknowledging.look(on_duty, forged, at=clock())
    with pytest.raises(NotFound):
        await acknowledging.by_link(on_duty, link, at=clock() + timedelta(hours=24))
    await accounts.create(on_duty.database, NewAccount(id="eva", email="eva@escala.example", name="Eva"), at=clock())
    await accounts.disable(on_duty.database, "eva", at=clock())
    with pytest.raises(NotFound):
        await acknowledging.by_link(on_duty, link, at=clock())


async def test_a_page_is_in_the_language_of_whom_it_reaches(
    on_duty: Desk, engine: PaperDesk, clock: Clock, paging: Paging, post: Posted
) -> None:
    eva = await accounts.create(on_duty.database, NewAccount(id="eva", email=EVA_MAIL, name="Eva"), at=clock())
    await accounts.change(on_duty.database, eva.id, language="en")
    number = await handed_off(on_duty, engine, clock)
    await paging.once()
    subject, language = (post.letters[-1][1][each] for each in ("Subject", "Content-Language"))
    assert (str(subject).partition(":")[0], language) == ("On duty", "en")
    assert "Say that you have it, without signing in:" in post.text()
    assert "It came to level 2." in post.text()
    assert number in post.text()
    clock.passes(minutes=10)
    await paging.once()
    assert str(post.letters[-1][1]["Subject"]).startswith("Guardia:"), "Luz chose none"


async def test_nobody_on_duty_is_told_to_all_at_once(
    on_duty: Desk, engine: PaperDesk, clock: Clock, paging: Paging, post: Posted
) -> None:
    """And a rota whose people are all disabled or away is nobody."""
    await accounts.create(on_duty.database, NewAccount(id="eva", email="eva@escala.example", name="Eva"), at=clock())
    await accounts.disable(on_duty.database, "eva", at=clock())
    span: dict[str, Any] = {"from_at": clock(), "to_at": clock() + timedelta(days=1)}
    away = Absence(id="abs", person="luz", substitute="eva", marked_by=DIRECTOR, marked_at=clock(), **span)
    await absences.keep(on_duty.database, away, lambda _: away)
    number = await handed_off(on_duty, engine, clock)
    await paging.once()
    assert post.taken() == ["dora"]
    assert await steps(on_duty, number) == [("nobody", None)]


async def test_who_serves_the_level_no_more_is_not_paged_for_it(
    on_duty: Desk, engine: PaperDesk, clock: Clock, paging: Paging, post: Posted
) -> None:
    """They could not take the case: the next of the rota is called."""
    await agents.put(on_duty.database, replace(AGENTS["specialist"], levels=(Level.HELP_DESK,)))
    number = await handed_off(on_duty, engine, clock)
    await paging.once()
    assert (post.taken(), await steps(on_duty, number)) == (["luz"], [("paged", "luz")])


async def test_who_is_away_is_not_paged_but_their_substitute_is(
    on_duty: Desk, engine: PaperDesk, clock: Clock, paging: Paging, post: Posted
) -> None:
    span: dict[str, Any] = {"from_at": clock(), "to_at": clock() + timedelta(days=1)}
    away = Absence(id="abs", person="eva", substitute="dora", marked_by=DIRECTOR, marked_at=clock(), **span)
    await absences.keep(on_duty.database, away, lambda _: away)
    number = await handed_off(on_duty, engine, clock)
    await paging.once()
    assert (post.taken(), await steps(on_duty, number)) == (["dora"], [("paged", "dora")])


async def test_an_overdue_case_pages_the_director_and_the_page_of_before_is_over(
    on_duty: Desk, engine: PaperDesk, clock: Clock, paging: Paging, post: Posted
) -> None:
    await rota(on_duty, "dora", level=Level.DIRECTOR)
    number = await handed_off(on_duty, engine, clock)
    clock.passes(hours=6)
    await engine.settle(number)
    await paging.once()
    assert post.taken() == ["dora"]
    states = {each.state for each in (await pages.listing(on_duty.database)).items}
    assert states == {PageState.SETTLED, PageState.PAGED}
    assert await steps(on_duty, number) == [("paged", "dora"), ("paged", "dora")]


async def test_a_case_that_somebody_took_pages_nobody(
    on_duty: Desk, engine: PaperDesk, clock: Clock, paging: Paging, post: Posted
) -> None:
    number = await handed_off(on_duty, engine, clock)
    await engine.command(number, c.ClaimCase(by=EVA), key="claim")
    await paging.once()
    assert (post.taken(), (await page_of(on_duty, number)).state) == ([], PageState.SETTLED)


async def test_a_desk_without_a_rota_pages_nobody(
    desk: Desk, engine: PaperDesk, clock: Clock, paging: Paging, post: Posted
) -> None:
    await handed_off(desk, engine, clock)
    assert await paging.once() == 0
    assert (await pages.listing(desk.database)).items == []


async def test_what_comes_within_a_minute_goes_in_one_message(
    on_duty: Desk, engine: PaperDesk, clock: Clock, paging: Paging, post: Posted
) -> None:
    """One page for each case and hand-off, but nobody is sent a message for each."""
    numbers = [await opened(on_duty, clock, f"k{place}") for place in range(40)]
    clock.passes(hours=1)
    for place, number in enumerate(numbers):
        await engine.settle(number)
        if place in (9, 19):
            await paging.once()
    for _ in range(3):
        await paging.once()
    assert post.taken() == ["eva"], "the first ten"
    clock.passes(minutes=1)
    await paging.once()
    assert "30 casos" in str(post.letters[-1][1]["Subject"])
    assert post.text().count("https://mesa.example/casos/") == 20
    link = link_in(post)
    assert post.taken() == ["eva"], "and the others"
    assert len((await acknowledging.by_link(on_duty, link, at=clock())).pages) == 30
    await paging.once()
    assert [await steps(on_duty, each) for each in (numbers[0], numbers[-1])] == [
        [("paged", "eva")],
        [("paged", "eva"), ("acknowledged", "eva")],
    ]


async def test_a_storm_reaches_each_once_in_a_few_messages_and_waits_for_no_case(
    on_duty: Desk, engine: PaperDesk, clock: Clock, paging: Paging, post: Posted
) -> None:
    """A hundred pages of one second, three workers, and an engine that takes nothing meanwhile."""
    numbers = [await handed_off(on_duty, engine, clock, f"k{place}") for place in range(5)]
    await called_as_often(on_duty, 20)
    engine.down = True
    called = await asyncio.gather(*(paging.call() for _ in range(3)))
    listed = (await pages.listing(on_duty.database, limit=200)).items
    assert sum(called) == 101, "each step by one of them, and one message"
    assert {each.case_number for each in listed} == {*numbers}
    assert [(each.state, each.reached) for each in listed] == [(PageState.PAGED, ("eva",))] * 100
    assert post.taken() == ["eva"]
    engine.down = False
    await asyncio.gather(*(paging.tell() for _ in range(3)))
    assert [await steps(on_duty, number) for number in numbers] == [[("paged", "eva")] * 20] * 5


async def test_all_pages_of_one_second_go_in_one_message_and_are_taken_by_one_click(
    on_duty: Desk, engine: PaperDesk, clock: Clock, paging: Paging, post: Posted
) -> None:
    """Whatever is left waits for a minute: a limit to a round kept the last of a thousand for five."""
    await handed_off(on_duty, engine, clock)
    await called_as_often(on_duty, 1_000)
    assert await paging.call() == 1_001
    assert "1000 casos" in str(post.letters[-1][1]["Subject"])
    linked = await acknowledging.by_link(on_duty, link_in(post), at=clock())
    assert len(linked.pages) == 1_000
    assert not linked.open


async def test_where_all_are_told_whoever_was_just_written_to_hears_of_it_a_little_later(
    on_duty: Desk, engine: PaperDesk, clock: Clock, paging: Paging, post: Posted
) -> None:
    """Else a storm in which somebody is always just written to would keep it from all of them."""
    await handed_off(on_duty, engine, clock)
    for _ in range(2):
        await paging.once()
        clock.passes(minutes=10)
    clock.passes(seconds=-30)
    await handed_off_now(on_duty, engine, clock)
    await paging.once()
    assert post.taken() == ["eva", "luz", "eva"]
    clock.passes(seconds=30)
    await paging.once()
    assert sorted(post.taken()) == ["dora", "luz"]
    clock.passes(seconds=30)
    await paging.once()
    assert post.taken() == ["eva"]


async def test_two_workers_take_each_step_once(
    on_duty: Desk, engine: PaperDesk, clock: Clock, paging: Paging, post: Posted
) -> None:
    number = await handed_off(on_duty, engine, clock)
    await asyncio.gather(*(paging.once() for _ in range(4)))
    assert (post.taken(), await steps(on_duty, number)) == (["eva"], [("paged", "eva")])


async def test_a_case_that_cannot_be_told_now_is_told_later_and_once(
    on_duty: Desk, engine: PaperDesk, clock: Clock, paging: Paging, post: Posted
) -> None:
    number = await handed_off(on_duty, engine, clock)
    engine.down = True
    await paging.once()
    assert (post.taken(), await steps(on_duty, number)) == (["eva"], []), "who is on duty does not wait for it"
    engine.down = False
    for _ in range(2):
        await paging.once()
    assert await steps(on_duty, number) == [("paged", "eva")]


async def test_a_message_that_did_not_leave_is_sent_again_as_the_same(
    on_duty: Desk, engine: PaperDesk, clock: Clock, paging: Paging, post: Posted
) -> None:
    await handed_off(on_duty, engine, clock)
    post.fails = OSError("the server is away")
    await paging.once()
    post.fails = None
    clock.passes(seconds=20)
    await paging.once()
    assert post.taken() == ["eva"]
    assert len(post.tried) == 2
    assert len({*post.tried}) == 1


async def test_a_message_that_reaches_nobody_passes_on_at_once(
    on_duty: Desk, engine: PaperDesk, clock: Clock, paging: Paging, post: Posted
) -> None:
    number = await handed_off(on_duty, engine, clock)
    post.fails = Undeliverable("550 no such user")
    await paging.once()
    post.fails = None
    await paging.once()
    assert post.taken() == ["luz"]
    assert await steps(on_duty, number) == [("paged", "eva"), ("passed_on", "luz")]


async def test_in_the_portal_those_acknowledge_whom_it_concerns(
    on_duty: Desk, engine: PaperDesk, clock: Clock, paging: Paging
) -> None:
    number = await handed_off(on_duty, engine, clock)
    await paging.once()
    page_id = f"{number}.{(await page_of(on_duty, number)).seq}"
    with pytest.raises(RoleNotAllowed):
        await acknowledging.by_hand(on_duty, page_id, by=AGENT.actor, at=clock())
    with pytest.raises(NotFound):
        await acknowledging.by_hand(on_duty, "MA-2026-999999.1", by=EVA, at=clock())
    found = await acknowledging.by_hand(on_duty, page_id, by=EVA, at=clock())
    assert found.acknowledged_by == "eva"
    again = await acknowledging.by_hand(on_duty, page_id, by=DIRECTOR, at=clock())
    assert again.acknowledged_by == "eva", "the first one has it"


async def test_what_is_long_past_pages_nobody(
    on_duty: Desk, engine: PaperDesk, clock: Clock, paging: Paging, post: Posted
) -> None:
    """Such as a life that was brought from elsewhere."""
    number = await handed_off(on_duty, engine, clock)
    clock.passes(hours=13)
    await paging.once()
    assert (post.taken(), (await page_of(on_duty, number)).state) == ([], PageState.SETTLED)
    assert await agents.get(on_duty.database, "luz")
    assert clock() > bogota("09:00")
