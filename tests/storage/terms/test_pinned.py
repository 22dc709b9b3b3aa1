"""Terms are kept once, and what names them finds them, also where they were kept case by case before."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy import Connection, func, select, text, update

from policy.terms.terms import Terms
from storage.case import hours, views
from storage.engine import codec, database
from storage.engine.columns import Json
from storage.engine.database import Database, upgrade
from storage.engine.tables import case_terms, pinned_terms
from storage.terms import pinned
from tests.storage.before import open_case, without_names
from tests.storage.desk import Desk
from tests.support.lives import LONGER, PREMIUM, STANDARD

_BEFORE = sa.table(
    "case_terms", sa.column("case_number"), sa.column("from_turn"), sa.column("terms", Json), sa.column("digest")
)


async def kept(db: Database) -> int:
    async with db.read() as connection:
        return await connection.scalar(select(func.count()).select_from(pinned_terms)) or 0


@pytest.mark.rule("PLAN-15")
async def test_cases_of_the_same_terms_name_one_text(desk: Desk) -> None:
    numbers = [(await desk.open(terms=terms)).number for terms in (STANDARD, PREMIUM, STANDARD, STANDARD)]

    assert await kept(desk.db) == 2
    assert [await views.terms(desk.db, number) for number in numbers] == [STANDARD, PREMIUM, STANDARD, STANDARD]


async def test_a_digest_is_of_what_is_said_whatever_its_order() -> None:
    said = codec.terms_to_json(STANDARD)

    assert pinned.digest_of(dict(reversed(said.items()))) == pinned.digest_of(said)
    assert pinned.digest_of(said | {"warn_at_percent": 80}) != pinned.digest_of(said)


async def test_what_was_altered_is_found(desk: Desk) -> None:
    await desk.open(terms=STANDARD)
    await desk.open(terms=PREMIUM)
    assert await pinned.altered(desk.db) == []

    digest = pinned.digest_of(codec.terms_to_json(PREMIUM))
    async with desk.db.write() as connection:
        worse = codec.terms_to_json(PREMIUM) | {"warn_at_percent": 99}
        await connection.execute(update(pinned_terms).where(pinned_terms.c.digest == digest).values(terms=worse))

    assert await pinned.altered(desk.db) == [digest]


def _to_0019(connection: Connection) -> None:
    config = database._config()
    config.attributes["connection"] = connection
    command.upgrade(config, "0019")


async def _as_before(desk: Desk, terms: Terms, *more: Terms) -> str:
    """A case as version 0019 kept it, with terms of its own, and those that replaced them."""
    decision = await desk.opening(terms=terms)
    number = decision.case.number
    rows: list[dict[str, Any]] = [
        {"case_number": number, "from_turn": turn, "terms": codec.terms_to_json(each)}
        for turn, each in enumerate([terms, *more], start=1)
    ]
    async with desk.db.write() as connection:
        await open_case(connection, decision, terms)
        await connection.execute(sa.insert(_BEFORE), rows)
    return number


@pytest.mark.rule("PLAN-15")
async def test_cases_of_before_are_named_by_the_migration(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(database, "_to_head", _to_0019)
        upgrade(empty_url)
    db = Database.at(empty_url)
    try:
        desk = Desk(db)
        with monkeypatch.context() as patched:
            without_names(patched)
            await desk.furnish()
        monkeypatch.setattr("storage.migrations.versions.v0020_terms_once._AT_ONCE", 2)
        numbers = [await _as_before(desk, *each) for each in ([STANDARD, LONGER], [PREMIUM], [STANDARD], [STANDARD])]

        upgrade(empty_url)

        assert await kept(db) == 3
        assert [await views.terms(db, number) for number in numbers] == [LONGER, PREMIUM, STANDARD, STANDARD]
        assert await pinned.altered(db) == []
        async with db.read() as connection:
            assert await connection.scalar(select(func.count()).where(case_terms.c.digest.is_(None))) == 0
        known = await hours.hours_of(db, numbers)
        assert [known[number] for number in numbers[:2]] == [LONGER.hours, PREMIUM.hours]
    finally:
        await db.close()


async def test_a_program_of_before_may_still_write(desk: Desk) -> None:
    """While programs are replaced one after another, some cases have no digest."""
    number = await _as_before(desk, PREMIUM)

    [row] = (await views.cases(desk.db, views.CaseFilter())).items
    assert (row.case.number, await views.terms(desk.db, number)) == (number, PREMIUM)
    assert (await hours.hours_of(desk.db, [number]))[number] == PREMIUM.hours


async def test_terms_that_nobody_kept_cannot_be_named(desk: Desk) -> None:
    case = await desk.open()
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        async with desk.db.write() as connection:
            await connection.execute(
                text("UPDATE case_terms SET digest = 'none' WHERE case_number = :n"), {"n": case.number}
            )
