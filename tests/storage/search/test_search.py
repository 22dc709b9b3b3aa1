"""Searching all that was said: by words, without accents, and never what is not for the reader."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from policy.case.commands import AddNote, ResolveCase, SendReply
from storage.case import intake, views
from storage.case.intake import Deposit
from storage.case.views import CaseFilter
from storage.engine.database import Database, upgrade
from storage.search import case_words
from storage.search.search import excerpt, sought
from storage.search.search_results import search
from tests.storage.case.test_views import asked_of
from tests.storage.desk import START, Desk
from tests.support.lives import HELP_DESK, WITHDRAW
from tests.support.postgres import PostgresServer

PUBLIC, EVERYTHING = False, True


async def titles(desk: Desk, q: str, *, among_notes: bool = EVERYTHING, **filters: Any) -> list[str]:
    wanted = CaseFilter(q=q, among_notes=among_notes, sort="number", **filters)
    return [row.title for row in (await views.cases(desk.db, wanted)).items]


async def best(desk: Desk, q: str, *, among_notes: bool = EVERYTHING, **filters: Any) -> list[str]:
    wanted = CaseFilter(q=q, among_notes=among_notes, **filters)
    return [find.row.title for find in await search(desk.db, wanted, limit=10)]


async def say(desk: Desk, title: str, *said: tuple[str, str]) -> str:
    """A case in which these were said, each by a command's name."""
    case = await desk.open(title)
    kinds: dict[str, Any] = {
        "reply": lambda words: SendReply(by=HELP_DESK, body=words),
        "note": lambda words: AddNote(by=HELP_DESK, body=words),
        "solution": lambda words: ResolveCase(by=HELP_DESK, summary=words),
    }
    for minute, (kind, words) in enumerate(said, start=10):
        case = await desk.live(case, (f"09:{minute}", kinds[kind](await desk.text(case.number, words))))
    return case.number


async def test_every_published_text_is_found(desk: Desk) -> None:
    await say(desk, "uno", ("reply", "Revise la cuota."), ("note", "Parece un cortafuegos."))
    await say(desk, "dos", ("solution", "Se amplió la memoria."))

    found = {q: await titles(desk, q) for q in ("cuota", "cortafuegos", "MEMORIA", "ampliò", "reiniciamos", "nada más")}

    assert found == {
        "cuota": ["uno"], "cortafuegos": ["uno"], "MEMORIA": ["dos"], "ampliò": ["dos"],
        "reiniciamos": ["uno", "dos"], "nada más": [],
    }  # fmt: skip


async def test_internal_texts_are_for_those_who_serve(desk: Desk) -> None:
    """Also in the count, and in what is found best."""
    await say(desk, "uno", ("note", "Parece un cortafuegos."))

    assert await titles(desk, "cortafuegos", among_notes=PUBLIC) == []
    assert await best(desk, "cortafuegos", among_notes=PUBLIC) == []
    assert await views.how_many(desk.db, CaseFilter(q="cortafuegos"), at_most=9) == 0
    assert await best(desk, "cortafuegos") == ["uno"]


async def test_words_may_stand_in_different_texts_of_a_case(desk: Desk) -> None:
    await say(desk, "El mapa no carga", ("reply", "Revise la cuota."))
    await say(desk, "El mapa no abre")

    assert await titles(desk, "mapas cuotas") == ["El mapa no carga"]


async def test_what_was_deposited_and_never_recorded_is_not_found(desk: Desk) -> None:
    number = await say(desk, "uno")
    await intake.deposit(desk.db, [Deposit("lost", number, "Nunca dicho")], at=START)

    assert await titles(desk, "nunca") == []


async def test_a_search_keeps_to_its_customer_and_filters(desk: Desk) -> None:
    await desk.furnish("customer-2", "contact-2", "solution-2")
    await desk.open("mapa ajeno", customer_id="customer-2", contact_id="contact-2", solution_id="solution-2")
    await desk.live(await desk.open("mapa propio"), ("09:10", WITHDRAW))

    assert await titles(desk, "mapa", customer_id="customer-1") == ["mapa propio"]
    assert await best(desk, "mapa", customer_id="customer-2") == ["mapa ajeno"]
    assert await titles(desk, "mapa", is_open=True) == ["mapa ajeno"]


async def test_a_title_weighs_more_than_a_mention(desk: Desk) -> None:
    await say(desk, "Falla de antena")
    await say(desk, "Otra cosa", ("reply", "La antena se revisó."))

    assert await best(desk, "antena") == ["Falla de antena", "Otra cosa"]


async def test_a_find_shows_the_words_around_it(desk: Desk) -> None:
    await say(desk, "Otra cosa", ("reply", "Ayer se revisó la Avería del servidor."))

    [find] = await search(desk.db, CaseFilter(q="averia"), limit=5)

    assert ("Avería", True) in find.excerpt
    assert "".join(piece for piece, _ in find.excerpt) == "Ayer se revisó la Avería del servidor."


HOSTILE = [
    '"', "'", "*", "mapa*", '"mapa', "mapa AND", "NOT mapa", "mapa OR", "NEAR(mapa, 2)", "said:mapa", "{said}: x",
    "-mapa", "^mapa", "(mapa", "mapa & !x", "mapa:*", "mapa <-> x", "\\", "%", "a" * 200, "🗺", "ß ŉ ﬁ", "' OR 1=1 --",
    "o y de la", "مرحبا", "mapa " * 40, "; DROP TABLE cases", "mapa\nmapa",
]  # fmt: skip


async def test_no_sign_is_a_command(desk: Desk) -> None:
    """Whatever is sought, an answer comes, and it is the same by both ways."""
    await say(desk, "El mapa")

    for q in HOSTILE:
        assert set(await titles(desk, q)) == set(await best(desk, q)) <= {"El mapa"}, q


async def test_a_case_is_found_by_its_number(desk: Desk) -> None:
    await say(desk, "uno")
    await say(desk, "dos")

    for q in ("000001", "MA-2026-000001", "ma 2026 000001", "1"):
        assert await titles(desk, q) == ["uno"], q


async def test_a_turn_that_is_recorded_again_is_indexed_once(desk: Desk) -> None:
    await say(desk, "uno", ("reply", "Revise la cuota."))

    async with desk.db.read() as connection:
        rows = await connection.scalar(text("SELECT count(*) FROM case_words"))
    assert rows == 4  # title, description, prior analysis, reply


async def test_the_index_is_filled_by_the_migration(desk: Desk, url: str) -> None:
    """What was said before there was an index is found as if it had been there all along."""
    await say(desk, "Avería del mapa", ("reply", "Revise la cuota."), ("note", "Parece un cortafuegos."))
    before = await _ids(desk.db)

    await _fill_anew(desk.db)

    assert await _ids(desk.db) == before
    assert await best(desk, "averia cuota cortafuegos") == ["Avería del mapa"]
    assert await titles(desk, "cortafuegos", among_notes=PUBLIC) == []


async def test_without_the_right_to_make_extensions_accents_are_folded_all_the_same(postgres: PostgresServer) -> None:
    where = await postgres.empty_database()
    name = where.partition("?")[0].rpartition("/")[2]
    await postgres._run("DO $$ BEGIN CREATE ROLE plain LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
    await postgres._run("GRANT CREATE ON SCHEMA public TO plain", name)
    url = where.replace("postgres@", "plain@")
    upgrade(url)
    db = Database.at(url)
    try:
        desk = Desk(db)
        await desk.furnish()
        await say(desk, "¿AVERÍA, del «pingüino»?")
        assert [await titles(desk, q) for q in ("averia", "PINGÜINO", "pinguino")] == [["¿AVERÍA, del «pingüino»?"]] * 3
        async with db.read() as connection:
            assert await connection.scalar(text("SELECT count(*) FROM pg_extension WHERE extname = 'unaccent'")) == 0
    finally:
        await db.close()
        await postgres.drop(where)


async def _ids(db: Database) -> list[int]:
    async with db.read() as connection:
        column = "rowid" if connection.dialect.name == "sqlite" else "id"
        return sorted(await connection.scalars(text(f"SELECT {column} FROM case_words")))


async def _fill_anew(db: Database) -> None:
    """Empty the index and let the migration's own statement fill it."""
    from alembic.migration import MigrationContext
    from alembic.operations import Operations
    from sqlalchemy import Connection

    from storage.migrations.versions import v0010_search

    def fill(connection: Connection) -> None:
        is_sqlite = connection.dialect.name == "sqlite"
        empty = "INSERT INTO case_words (case_words) VALUES ('delete-all')" if is_sqlite else "DELETE FROM case_words"
        connection.execute(text(empty))
        with Operations.context(MigrationContext.configure(connection)):
            v0010_search._fill_index(is_sqlite=is_sqlite)

    async with db.write() as connection:
        await connection.run_sync(fill)


@pytest.mark.parametrize("among_notes", [PUBLIC, EVERYTHING])
async def test_common_words_are_sought_another_way_and_found_alike(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, *, among_notes: bool
) -> None:
    """In every order of the list."""
    await say(desk, "mapa uno", ("note", "Parece un cortafuegos."))
    await say(desk, "mapa dos", ("reply", "Es el cortafuegos."))
    await say(desk, "otro", ("note", "El mapa y el cortafuegos."))

    async def found() -> list[list[str]]:
        wanted = CaseFilter(q="mapa cortafuegos", among_notes=among_notes)
        listed = [replace(wanted, sort=sort) for sort in ("number", "next_due", "-opened_at")]
        return [sorted(row.title for row in (await views.cases(desk.db, each)).items) for each in listed]

    rare = await found()
    monkeypatch.setattr("storage.search.case_words._COMMON", 1)

    assert await found() == rare == [["mapa dos", "mapa uno", "otro"] if among_notes else ["mapa dos"]] * 3
    assert await views.common_in(desk.db, CaseFilter(q="mapa")) == {"mapa*"}


@pytest.mark.parametrize("newest", [1, 1_000], ids=["asking all cases after all", "among the newest"])
async def test_the_best_are_the_same_whichever_of_their_words_are_common(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, newest: int
) -> None:
    """A rare word finds the cases in which common ones are looked for; of common ones alone the newest come first."""
    await say(desk, "mapa uno", ("note", "Parece un cortafuegos."))
    await say(desk, "mapa dos", ("reply", "Es el cortafuegos, y el proxy."))
    await say(desk, "otro", ("note", "El mapa y el cortafuegos."))
    await say(desk, "mapa tres")
    searches = [(q, among) for q in ("mapa cortafuegos", "proxy mapa", "mapa") for among in (PUBLIC, EVERYTHING)]

    async def found() -> list[list[str]]:
        return [sorted(await best(desk, q, among_notes=among, customer_id="customer-1")) for q, among in searches]

    rare = await found()
    monkeypatch.setattr("storage.search.case_words._COMMON", 2)
    monkeypatch.setattr("storage.search.case_words._OFTEN", 2)
    monkeypatch.setattr("storage.search.weighing._NEWEST", newest)

    assert await found() == rare
    assert rare[:4] == [["mapa dos"], ["mapa dos", "mapa uno", "otro"], ["mapa dos"], ["mapa dos"]]
    assert await views.common_in(desk.db, CaseFilter(q="proxy mapa", among_notes=True)) == {"mapa*"}


async def test_lists_of_one_customer_find_common_words_as_each_would(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite looks for them once for all of the lists."""
    await desk.furnish("customer-2", "contact-2", "solution-2")
    await desk.open("mapa ajeno", customer_id="customer-2", contact_id="contact-2", solution_id="solution-2")
    await say(desk, "mapa uno", ("note", "Un cortafuegos."), ("reply", "Es la cuota."))
    await say(desk, "mapa dos")
    monkeypatch.setattr("storage.search.case_words._COMMON", 1)
    monkeypatch.setattr("storage.search.case_words._OFTEN", 1)
    for q, own in (("mapa", ["mapa dos", "mapa uno"]), ("mapa cuota", ["mapa uno"]), ("mapa cortafuegos", [])):
        wanted = CaseFilter(q=q, customer_id="customer-1")
        words = await views.words_of_lists(desk.db, wanted)
        for sort in ("next_due", "-opened_at"):
            found = await views.cases(desk.db, replace(wanted, sort=sort), words=words)
            assert sorted(row.title for row in found.items) == own, (q, sort)


async def test_the_texts_of_a_common_word_are_not_listed_where_a_rare_one_finds_the_cases(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await say(desk, "mapa uno", ("reply", "Es el proxy."))
    await say(desk, "mapa dos")
    monkeypatch.setattr("storage.search.case_words._COMMON", 2)
    monkeypatch.setattr("storage.search.case_words._OFTEN", 2)
    async with asked_of(desk.db) as asked:
        assert await best(desk, "mapa proxy") == ["mapa uno"]
    naming = [said for said, given in asked if any("mapa" in str(each) for each in given) and "count(" not in said]
    bounded = ("case_words.rowid >= ?", "case_words.id >= ")

    assert naming
    assert all(any(bound in said for bound in bounded) for said in naming), naming


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_postgresql_keeps_little_beside_its_index_of_words_and_compiles_no_statement(desk: Desk) -> None:
    async with desk.db.read() as connection:
        options = text("SELECT reloptions FROM pg_class WHERE relname = 'ix_case_words_words'")
        assert "gin_pending_list_limit=64" in (await connection.scalar(options) or ())
        assert await connection.scalar(text("SHOW jit")) == "off"


# -- without a database


def test_a_number_and_its_place_make_an_id_and_back() -> None:
    text_id = case_words.search_id("MA-2026-000042") << case_words.TEXT_BITS | 7 << 3 | 2

    assert case_words.fact_of(text_id) == (case_words.search_id("MA-2026-000042"), 7, 2)
    assert text_id < 2**63


def test_what_is_sought_is_words_alone() -> None:
    assert sought("Los MAPAS, del «geo-portal» #12") == ("mapas* OR mapa*", "geo*", "portal*", "12")
    assert sought("42") == ("42 OR 000042",)
    assert sought("-- ' *") == ()


def test_a_long_text_is_cut_around_its_first_hit() -> None:
    pieces = excerpt(f"{'antes ' * 60}el mapa {'luego ' * 90}", ("mapa*",))

    assert ("mapa", True) in pieces
    assert (pieces[0][0], pieces[-1][0]) == ("… ", " …")
    assert sum(len(piece) for piece, _ in pieces) < 300
