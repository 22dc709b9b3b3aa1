"""What comes in before the engine is asked: numbers, deposits, and answers to repeated requests."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from storage.case import intake, views
from storage.case.intake import Beginning, Begun, Deposit, KeptAnswer, KeptRefusal, Reservation
from storage.engine.database import Database
from storage.engine.tables import contents
from tests.storage.desk import START, Desk
from tests.support.lives import bogota


async def reserve(db: Database, key: str, at: str = "09:00", scope: str = "tests") -> str:
    return (await intake.reserve_number(db, scope=scope, key=key, at=bogota(at))).number


# -- numbers


async def test_numbers_follow_one_another(db: Database) -> None:
    assert [await reserve(db, key) for key in "abc"] == ["MA-2026-000001", "MA-2026-000002", "MA-2026-000003"]


async def test_the_same_key_has_the_same_number_and_instant_for_ever(db: Database) -> None:
    """However late it is asked again; and no number is used up by that."""
    first = await intake.reserve_number(db, scope="tests", key="a", at=bogota("09:00"))

    assert await intake.reserve_number(db, scope="tests", key="a", at=bogota("2027-03-01 10:00")) == first
    assert await reserve(db, "b") == "MA-2026-000002"


async def test_keys_of_two_scopes_are_two_keys(db: Database) -> None:
    assert await reserve(db, "a", scope="one") != await reserve(db, "a", scope="other")


async def test_each_year_counts_anew_at_midnight_in_bogota(db: Database) -> None:
    """An hour later than midnight UTC, and five: the year is Bogotá's."""
    numbers = [await reserve(db, key, at) for key, at in (("a", "2026-12-31 23:59"), ("b", "2027-01-01 00:00"))]

    assert numbers == ["MA-2026-000001", "MA-2027-000001"]


async def test_numbers_asked_for_at_once_are_all_different_and_without_gaps(db: Database) -> None:
    numbers = await asyncio.gather(*(reserve(db, str(place)) for place in range(30)))

    assert sorted(numbers) == [f"MA-2026-{place:06}" for place in range(1, 31)]


async def test_one_key_at_once_from_many_sides_is_one_number(db: Database) -> None:
    numbers = await asyncio.gather(*(reserve(db, "a") for _ in range(20)))

    assert set(numbers) == {"MA-2026-000001"}
    assert await reserve(db, "b") == "MA-2026-000002"


# -- deposits


async def test_what_is_deposited_is_invisible_until_a_fact_speaks_of_it(desk: Desk) -> None:
    case = await desk.open()
    await desk.text(case.number, "Nadie lo ha dicho todavía.")

    bodies = [body for row in await views.timeline(desk.db, case.number) for body in row.words.values()]

    assert "todavía" not in str(bodies)


async def test_a_deposit_stays_as_it_was_first_made(desk: Desk) -> None:
    """The same id again is the same request again."""
    opened = await desk.opening("Primero")
    title = opened.entries[0].fact.title  # type: ignore[union-attr]
    await intake.deposit(desk.db, [Deposit(title.content_id, opened.case.number, "Segundo")], at=START)

    case = await desk.open("Otro")

    assert case.number != opened.case.number
    async with desk.db.read() as connection:
        assert await views._words(connection, opened.case.number, [{"title": {"content_id": title.content_id}}]) == {
            title.content_id: "Primero"
        }


async def test_a_deposit_needs_a_reserved_number(db: Database) -> None:
    with pytest.raises(DBAPIError):
        await intake.deposit(db, [Deposit("content", "MA-2026-000001", "Texto")], at=START)


# -- repeated requests


def beginning(fingerprint: str = "print", scope: str = "token") -> Beginning:
    return Beginning(scope=scope, key="key", fingerprint=fingerprint, at=START)


async def begin(db: Database, fingerprint: str = "print", scope: str = "token") -> KeptAnswer | KeptRefusal | None:
    return (await intake.begin(db, beginning(fingerprint, scope))).answer


async def finish(db: Database, status: int = 201) -> None:
    answer = KeptAnswer(status, {"Location": "/x"}, {"a": [1, None]})
    await intake.finish(db, beginning(), answer)


async def test_a_request_that_was_answered_has_that_answer(db: Database) -> None:
    await begin(db)
    await finish(db)

    assert await begin(db) == KeptAnswer(201, {"Location": "/x"}, {"a": [1, None]})


@pytest.mark.parametrize("rule", ["ESC-8", None])
async def test_a_refusal_is_read_again_as_it_was_told(db: Database, rule: str | None) -> None:
    refused = KeptRefusal(
        name="case-closed", status=409, title="No.", detail="El caso está cerrado.", rule=rule, language="es"
    )
    await begin(db)
    await intake.finish(db, beginning(), refused)

    assert await begin(db) == refused


async def test_a_refusal_that_an_earlier_version_kept_is_read(db: Database) -> None:
    """It kept the problem document and its headers as they were sent."""
    await begin(db)
    headers = {"Content-Type": "application/problem+json", "Content-Language": "en"}
    body = {"type": "urn:escala:case-closed", "title": "No.", "status": 409, "detail": "Closed.", "rule": "ESC-8"}
    await intake.finish(db, beginning(), KeptAnswer(409, headers, body))

    assert await begin(db) == KeptRefusal(
        name="case-closed", status=409, title="No.", detail="Closed.", rule="ESC-8", language="en"
    )


async def test_a_request_that_was_not_finished_goes_on(db: Database) -> None:
    assert await begin(db) is None
    assert await begin(db) is None


async def test_the_first_answer_stays(db: Database) -> None:
    await begin(db)
    await finish(db, 201)
    await finish(db, 409)

    answered = await begin(db)

    assert answered is not None
    assert answered.status == 201


async def test_a_key_keeps_its_first_requests_fingerprint_and_instant(db: Database) -> None:
    assert await intake.begun(db, scope="token", key="key") is None
    await begin(db)
    await begin(db, "another")

    found = await intake.begun(db, scope="token", key="key")

    assert found == Begun(fingerprint="print", at=START, answer=None)


async def test_two_requests_at_once_under_one_key_do_not_both_get_in(db: Database) -> None:
    """Of two different ones, one is told that it is not the other."""
    asked = [intake.begin(db, beginning(each)) for each in ("one", "other")]
    one, other = await asyncio.gather(*asked)

    assert one == other


async def test_scopes_do_not_see_one_anothers_keys(db: Database) -> None:
    await begin(db)
    await finish(db)

    assert await begin(db, scope="another token") is None


# -- one write before the engine is asked


async def bodies(db: Database) -> list[str]:
    async with db.read() as connection:
        return sorted(await connection.scalars(select(contents.c.body)))


def title(number: str) -> list[Deposit]:
    return [Deposit("txt_title", number, "No carga el mapa")]


async def test_a_request_begins_with_what_it_brings(db: Database) -> None:
    deposit = [Deposit("content", await reserve(db, "a"), "Texto")]

    first = await intake.begin(db, beginning(), deposit)

    assert first == await intake.begin(db, beginning(), deposit) == Begun(fingerprint="print", at=START, answer=None)
    assert await bodies(db) == ["Texto"]


async def test_another_request_under_the_key_leaves_nothing(db: Database) -> None:
    await begin(db)

    found = await intake.begin(db, beginning("another"), [Deposit("content", "MA-2026-000001", "Texto")])
    begun, reserved = await intake.begin_opening(db, beginning("another"), title)

    assert (found.fingerprint, begun.fingerprint, reserved) == ("print", "print", None)
    assert await bodies(db) == []
    assert await reserve(db, "after it") == "MA-2026-000001"


async def test_an_opening_begins_with_its_number_and_its_words(db: Database) -> None:
    """Made again, it has the same number; so has one that an earlier version reserved before it began."""
    begun, reserved = await intake.begin_opening(db, beginning(), title)
    again = await intake.begin_opening(db, beginning(), title)

    assert again == (begun, reserved)
    assert reserved == Reservation("MA-2026-000001", START)
    assert await bodies(db) == ["No carga el mapa"]
    before = await intake.reserve_number(db, scope="token", key="older", at=bogota("07:00"))
    older = replace(beginning(), key="older")
    assert (await intake.begin_opening(db, older, lambda _: []))[1] == before
    assert await reserve(db, "next") == "MA-2026-000003"


async def test_one_opening_from_many_sides_has_one_number(db: Database) -> None:
    asked = [intake.begin_opening(db, beginning(), title) for _ in range(10)]

    assert len({reserved for _, reserved in await asyncio.gather(*asked)}) == 1
    assert await reserve(db, "next") == "MA-2026-000002"


async def test_what_goes_on_from_one_case_has_one_number_whoever_asks_for_it(db: Database) -> None:
    """At the same instant and long after; each asks at its own instant."""
    late = replace(beginning(), key="late", at=bogota("2026-12-01 09:00"))
    asked = [
        intake.begin_opening(db, replace(beginning(), key=f"mail-{n}"), lambda _: [], follows="MA-2026-000009")
        for n in range(10)
    ]

    found = {reserved for _, reserved in await asyncio.gather(*asked)}
    again = (await intake.begin_opening(db, late, lambda _: [], follows="MA-2026-000009"))[1]
    other = (await intake.begin_opening(db, beginning(), title, follows="MA-2026-000008"))[1]

    assert found == {Reservation("MA-2026-000001", START)}
    assert again == Reservation("MA-2026-000001", late.at)
    assert other == Reservation("MA-2026-000002", START)


async def test_an_answer_may_come_before_the_beginning_was_kept(db: Database) -> None:
    """A refusal that nothing was kept for is the last word as well."""
    answer = KeptAnswer(201, {}, {"a": 1})

    assert (await intake.finish(db, beginning(), answer)).answer == answer
    assert (await intake.finish(db, beginning(), KeptAnswer(409, {}, {}))).answer == answer
    assert await begin(db) == answer
