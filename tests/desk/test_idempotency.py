"""A request happens once, and its outcome is given again as a value, whichever edge asks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from desk.budgets import Allowance, Budgets, BudgetSpent, Holder, Spending
from desk.desk import Desk
from desk.idempotency import Answers, Begins, Done, FinalRefusal, IdempotentRequest, once
from desk.inputs import Body
from desk.problems import EngineUnavailable, IdempotencyKeyReused
from policy.case.refusals import CaseClosed
from storage.case import intake
from storage.case.intake import KeptAnswer
from tests.desk.asking import AGENT
from tests.support.lives import bogota

NUMBERS: Answers[int] = Answers(
    write=lambda number: KeptAnswer(201, {}, {"number": number}) if number > 0 else None,
    read=lambda kept: int(kept.body["number"]),
)


class Say(Body):
    """What a test's request says."""

    word: str = "hola"


def request(key: str = "k", *, scope: str = "token", address: str = "/here", language: str = "es") -> IdempotentRequest:
    by = replace(AGENT, token_id=scope)
    return IdempotentRequest(by=by, key=key, address=address, at=bogota("09:00"), language=language)


def counting(found: list[int], *, start: int = 1) -> Callable[[], Awaitable[int]]:
    """A use case that answers how often it was asked, from `start` on."""

    async def act() -> int:
        found.append(start + len(found))
        return found[-1]

    return act


async def closed() -> int:
    raise CaseClosed(number="MA-2026-000001")


async def test_it_is_done_once_and_given_again(desk: Desk) -> None:
    done: list[int] = []

    first = await once(desk, request(), Say(), counting(done), NUMBERS)
    again = await once(desk, request(), Say(), counting(done), NUMBERS)

    assert (first, again, done) == (Done(1), Done(1, is_replayed=True), [1])


async def test_at_once_it_is_done_once(desk: Desk) -> None:
    done: list[int] = []

    outcomes = await asyncio.gather(*(once(desk, request(), Say(), counting(done), NUMBERS) for _ in range(5)))

    assert (done, [outcome.is_replayed for outcome in outcomes].count(False)) == ([1], 1)


async def test_a_key_lets_one_request_pass_at_a_time_and_another_key_does_not_wait(desk: Desk) -> None:
    """What is asked again a second later, as by a caller who lost patience, is no other request."""
    done: list[int] = []
    inside, meanwhile, passed_by = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow() -> int:
        inside.set()
        await meanwhile.wait()
        return await counting(done)()

    async def passing_by() -> int:
        passed_by.set()
        return await counting(done)()

    later = replace(request(), at=request().at + timedelta(seconds=1))
    first = asyncio.create_task(once(desk, request(), Say(), slow, NUMBERS))
    await inside.wait()
    again = asyncio.create_task(once(desk, later, Say(), passing_by, NUMBERS))
    assert await once(desk, request("other"), Say(), counting([]), NUMBERS) == Done(1)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(passed_by.wait(), 0.25)
    meanwhile.set()

    assert (await first, await again, done) == (Done(1), Done(1, is_replayed=True), [1])


async def test_what_is_provisional_is_tried_again(desk: Desk) -> None:
    """The edge's `write` says that it is not the last word."""
    done: list[int] = []

    first = await once(desk, request(), Say(), counting(done, start=0), NUMBERS)
    again = await once(desk, request(), Say(), counting(done, start=0), NUMBERS)

    assert (first, again) == (Done(0), Done(1))


async def test_a_refusal_is_final_in_the_language_of_the_first_answer(desk: Desk) -> None:
    first = await once(desk, request(language="en"), Say(), closed, NUMBERS)
    again = await once(desk, request(language="es"), Say(), counting([]), NUMBERS)

    assert isinstance(first, FinalRefusal)
    assert isinstance(again, FinalRefusal)
    assert (first.told.name, again.told, again.language) == ("case-closed", first.told, "en")
    assert (first.is_replayed, again.is_replayed) == (False, True)


async def test_a_problem_passes_through_and_may_be_tried_again(desk: Desk) -> None:
    async def away() -> int:
        raise EngineUnavailable

    with pytest.raises(EngineUnavailable):
        await once(desk, request(), Say(), away, NUMBERS)

    assert await once(desk, request(), Say(), counting([]), NUMBERS) == Done(1)


@pytest.mark.parametrize(("other", "body"), [(request(address="/there"), Say()), (request(), Say(word="otra"))])
async def test_a_key_is_good_for_one_request(desk: Desk, other: IdempotentRequest, body: Say) -> None:
    await once(desk, request(), Say(), counting([]), NUMBERS)

    with pytest.raises(IdempotencyKeyReused):
        await once(desk, other, body, counting([]), NUMBERS)


async def test_the_same_key_of_another_caller_is_another_request(desk: Desk) -> None:
    done: list[int] = []

    for scope in ("one", "other"):
        await once(desk, request(scope=scope), Say(), counting(done), NUMBERS)

    assert done == [1, 2]


async def test_another_process_that_answered_first_is_believed(desk: Desk) -> None:
    async def overtaken() -> int:
        await intake.finish(desk.database, request().beginning(Say()), KeptAnswer(201, {}, {"number": 7}))
        return 8

    assert await once(desk, request(), Say(), overtaken, NUMBERS) == Done(7)


async def test_what_another_process_answered_under_the_key_to_something_else_is_not_our_answer(desk: Desk) -> None:
    """Also where the act was refused before it had begun its request."""

    async def refused() -> int:
        other = request().beginning(Say(word="otra"))
        await intake.finish(desk.database, other, KeptAnswer(201, {}, {"number": 7}))
        raise CaseClosed(number="MA-2026-000001")

    with pytest.raises(IdempotencyKeyReused):
        await once(desk, request(), Say(), Begins(refused), NUMBERS)


def test_fingerprints_are_those_of_every_earlier_version() -> None:
    """A key that was used before an upgrade still fits its request."""
    asked = request(address="/api/v1/cases").fingerprint(Say())

    assert asked == "5439c94008d024d8c1aefbe11b361de1ca8a58628a8031e25b2ebeb2012eba9f"


def test_derived_ids_stay_as_they_were() -> None:
    assert request().derived("txt_", "title") == "txt_5911e98c7dc0a84499e7cfdc"


async def test_a_new_key_costs_and_a_known_one_does_not(desk: Desk) -> None:
    budgets = Budgets({(Spending.COMMAND, Holder.TOKEN): Allowance(1, timedelta(minutes=1))})
    desk = replace(desk, budgets=budgets)
    done: list[int] = []

    first = await once(desk, request("one"), None, counting(done), NUMBERS)
    with pytest.raises(BudgetSpent):
        await once(desk, request("two"), None, counting(done), NUMBERS)
    again = await once(desk, request("one"), None, counting(done), NUMBERS)

    assert (first.is_replayed, again.is_replayed, done) == (False, True, [1])


async def test_a_try_that_did_not_come_through_is_free_to_repeat(desk: Desk) -> None:
    budgets = Budgets({(Spending.COMMAND, Holder.TOKEN): Allowance(1, timedelta(minutes=1))})
    desk = replace(desk, budgets=budgets)
    done: list[int] = []

    async def away() -> int:
        raise EngineUnavailable

    with pytest.raises(EngineUnavailable):
        await once(desk, request("one"), None, away, NUMBERS)
    assert await once(desk, request("one"), None, counting(done), NUMBERS) == Done(1)
