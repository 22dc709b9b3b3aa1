"""Terms travel by their digest: what leaves is small, and what comes is whole."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter

from activities.terms_once import DIGEST, through
from policy.case.lifecycle import open_case
from policy.terms.terms import Terms
from storage.engine.database import Database
from storage.engine.tables import pinned_terms
from tests.api.conftest import migrated
from tests.support.lives import PREMIUM, STANDARD, opening
from workflows.case_run import CaseRun
from workflows.values import DATA_CONVERTER

__all__ = ["migrated"]

LINK = "https://mesa.cliente.example/casos/MA-2026-000001"
MOST = 3 * 1024
"""Bytes of an opening's input."""


@pytest.fixture
async def db(migrated: Path, tmp_path: Path) -> AsyncIterator[Database]:
    database = Database.at(f"sqlite+aiosqlite:///{shutil.copy(migrated, tmp_path / 'escala.db')}")
    yield database
    await database.close()


def run_of(terms: Terms) -> CaseRun:
    return CaseRun(opening=opening(), terms=terms, link=LINK)


async def size(converter: DataConverter, run: CaseRun) -> int:
    return sum(each.ByteSize() for each in await converter.encode([run]))


@pytest.mark.parametrize("terms", [STANDARD, PREMIUM], ids=["standard", "premium"])
async def test_an_openings_input_is_small(db: Database, terms: Terms) -> None:
    converter = through(db, DATA_CONVERTER)

    assert await size(converter, run_of(terms)) <= MOST < await size(DATA_CONVERTER, run_of(terms))


@pytest.mark.rule("PLAN-15")
@pytest.mark.parametrize("terms", [STANDARD, PREMIUM], ids=["standard", "premium"])
async def test_it_arrives_whole_in_another_process(db: Database, terms: Terms) -> None:
    run = CaseRun(case=open_case(opening(), terms=terms).case, terms=terms, link=LINK, applied=("a", "b"))
    sent = await through(db, DATA_CONVERTER).encode([run, "something else"])

    assert await through(db, DATA_CONVERTER).decode(sent, [CaseRun, str]) == [run, "something else"]


async def test_what_says_the_same_is_kept_once_and_is_one_object(db: Database) -> None:
    converter = through(db, DATA_CONVERTER)
    sent = [await converter.encode([run_of(STANDARD)]) for _ in range(3)]

    [first], [second], _ = [await converter.decode(each, [CaseRun]) for each in sent]
    async with db.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(pinned_terms)) == 1
    assert first.terms is second.terms


async def test_an_input_of_before_is_read_as_it_is(db: Database) -> None:
    """The terms in its data, as cases that are open carry them."""
    old = await pydantic_data_converter.encode([run_of(PREMIUM)])

    assert await through(db, DATA_CONVERTER).decode(old, [CaseRun]) == [run_of(PREMIUM)]


async def test_a_payload_without_terms_stays_as_it_is(db: Database) -> None:
    payload = Payload(metadata={"encoding": b"json/plain"}, data=b'{"terms":1}')

    codec = through(db, DATA_CONVERTER).payload_codec
    assert codec
    assert await codec.encode([payload]) == await codec.decode([payload]) == [payload]


async def test_terms_of_another_database_are_not_made_up(db: Database) -> None:
    foreign = Payload(metadata={"encoding": b"json/plain", DIGEST: b"0" * 64}, data=b"{}")

    with pytest.raises(LookupError):
        await through(db, DATA_CONVERTER).decode([foreign], [CaseRun])
