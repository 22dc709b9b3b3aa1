"""Customers, contacts and files by their names, and what a mistyped word was meant to be: as far as each may know."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select, text

from policy.case.case import Actor, Role
from policy.case.commands import AddNote, SendReply
from storage.case import ledger
from storage.case.views import CaseFilter
from storage.engine.database import Database
from storage.engine.tables import known_words, name_words, word_forms
from storage.files import files
from storage.files.files import File
from storage.people import customers
from storage.people.contacts import NewContact
from storage.people.customers import Customer
from storage.search import names, vocabulary
from storage.search.search_results import search
from storage.search.vocabulary import Scope
from tests.storage.desk import START, Desk, entry
from tests.support.lives import HELP_DESK

OURS = Scope(customer_id=None, among_notes=True)


def theirs(customer_id: str = "customer-1") -> Scope:
    return Scope(customer_id=customer_id, among_notes=False)


NAMES_OF_ONE = [
    "altaneblina", "ALTANEBLINA", "transportes alt", "909104382", "909.104.382", "909.104.382-3", "9091043823",
    "909104382-3", "90910", "Ibagué",
]  # fmt: skip


async def test_a_customer_is_found_by_name_and_nit(desk: Desk) -> None:
    """With and without the check digit, the dots and the accents; all words must be its own."""
    await customers.create(desk.db, Customer("c-9", "Transportes Altaneblina de Ibague S.A.S.", "909104382"), at=START)
    for q in NAMES_OF_ONE:
        found = await names.find_customers(desk.db, q, customer_id=None, limit=5)
        assert [each.name for each in found] == ["Transportes Altaneblina de Ibague S.A.S."], q
    assert await names.find_customers(desk.db, "neblina alt", customer_id=None, limit=5) == []


async def test_a_contact_is_found_by_name_and_address_as_long_as_they_are_one(desk: Desk) -> None:
    await desk.roster(NewContact("k-1", entry("Wilmer Andrés", email="wcifuentes@cliente.example")))
    for q in ("wilmer", "andres wil", "wcifuentes@cliente.example", "wcifuentes"):
        assert [each.name for each in await names.find_contacts(desk.db, q, customer_id=None, limit=5)] == [
            "Wilmer Andrés"
        ]
    assert await names.find_contacts(desk.db, "wilmer", customer_id="customer-2", limit=5) == []
    await desk.roster(NewContact("k-2", entry("Wilma", email="wcifuentes@cliente.example")))
    assert [len(await names.find_contacts(desk.db, q, customer_id=None, limit=5)) for q in ("wilmer", "wilma")] == [
        0,
        1,
    ]
    await desk.roster(NewContact("k-3", entry("Otra", email="otra@cliente.example")))
    assert await names.find_contacts(desk.db, "wilma", customer_id=None, limit=5) == []


async def test_a_case_is_found_by_its_files_names_by_whoever_reads_what_carries_them(desk: Desk) -> None:
    case = await desk.open("Una falla")
    public, internal = await desk.text(case.number, "Vea."), await desk.text(case.number, "Entre nosotros.")
    await _attach(desk.db, case.number, public.content_id, "captura_geoportal-2026.png")
    await _attach(desk.db, case.number, internal.content_id, "contrasenas.txt")
    await desk.live(
        case,
        ("09:10", SendReply(by=HELP_DESK, body=public)),
        ("09:20", AddNote(by=HELP_DESK, body=internal)),
    )

    async def found(q: str, *, among_notes: bool = False) -> list[tuple[bool, str]]:
        results = await search(desk.db, CaseFilter(q=q, among_notes=among_notes), limit=5)
        return [(each.of_files, "".join(piece for piece, _ in each.excerpt)) for each in results]

    assert await found("geoportal captura") == [(True, "captura_geoportal-2026.png")]
    assert await found("contrasenas") == []
    assert await found("contrasenas", among_notes=True) == [(True, "contrasenas.txt")]
    assert await vocabulary.corrected(desk.db, "captrua", theirs()) == "captura"
    assert await vocabulary.corrected(desk.db, "contrasenaz", theirs()) is None


async def test_a_mistyped_word_is_set_right_by_words_that_one_may_read(desk: Desk) -> None:
    await desk.furnish("customer-2", "contact-2", "solution-2")
    mine = await desk.open("La geocerca no avisa")
    await desk.open("El odómetro", customer_id="customer-2", contact_id="contact-2", solution_id="solution-2")
    note = await desk.text(mine.number, "Parece un cortafuegos.")
    await desk.live(mine, ("09:20", AddNote(by=HELP_DESK, body=note)))

    async def meant(q: str, scope: Scope) -> str | None:
        return await vocabulary.corrected(desk.db, q, scope)

    assert [await meant("geocrca", each) for each in (OURS, theirs(), theirs("customer-2"))] == ["geocerca"] * 2 + [
        None
    ]
    assert [await meant("odomtero", each) for each in (OURS, theirs(), theirs("customer-2"))] == [
        "odometro",
        None,
        "odometro",
    ]
    assert [await meant("cortafuegoz", each) for each in (OURS, theirs())] == ["cortafuegos", None]
    assert await meant("la geocrca no avisaa", theirs()) == "la geocerca no avisa"
    assert [await meant(q, OURS) for q in ("geocerca", "geoc", "", "xilofono", "avi", "123456")] == [None] * 6


async def test_what_was_there_before_is_found_as_if_it_had_been_indexed_at_once(desk: Desk) -> None:
    """The migration's own statements, on a desk that was emptied of all that they fill."""
    from storage.migrations.versions import v0027_finding

    case = await desk.open("Avería del visor")
    reply, note = await desk.text(case.number, "Revise la cuota."), await desk.text(case.number, "Un cortafuegos.")
    await _attach(desk.db, case.number, reply.content_id, "captura.png")
    await desk.live(case, ("09:10", SendReply(by=HELP_DESK, body=reply)), ("09:20", AddNote(by=HELP_DESK, body=note)))
    before = await _all(desk.db)

    def fill(connection: Connection) -> None:
        for table in (name_words, known_words, word_forms):
            connection.execute(table.delete())
        if connection.dialect.name != "sqlite":  # SQLite's index of words gives nothing back: there it is added again
            connection.execute(text("DELETE FROM case_words WHERE id & 7 = 7"))
        v0027_finding.name_everybody(connection)
        v0027_finding.learn_what_was_said(connection)

    async with desk.db.write() as connection:
        if connection.dialect.name == "sqlite":
            await connection.execute(text("INSERT INTO case_words (case_words) VALUES ('delete-all')"))
        await connection.run_sync(fill)

    assert await _all(desk.db) == before
    assert [each.of_files for each in await search(desk.db, CaseFilter(q="captura"), limit=5)] == [True]


async def test_titles_are_put_in_order_whatever_signs_they_begin_with() -> None:
    titles = ["Zona", "«Ácido»", "¿Bus?", "árbol"]
    assert sorted(titles, key=ledger.title_key) == ["«Ácido»", "árbol", "¿Bus?", "Zona"]


async def _attach(db: Database, number: str, content_id: str, name: str) -> None:
    given: dict[str, Any] = {"media_type": "text/plain", "size": 1, "sender": Actor(Role.AGENT, "ana"), "at": START}
    await files.keep(db, File(id=f"fil_{name}", stored_name=name, name=name, **given))
    await files.attach(db, [f"fil_{name}"], content_id=content_id, number=number, by=Actor(Role.AGENT, "ana"))


async def _all(db: Database) -> list[Any]:
    async with db.read() as connection:
        found = [
            sorted(map(tuple, await connection.execute(select(*columns))))
            for columns in (
                (name_words.c.word, name_words.c.kind, name_words.c.of_id),
                (known_words.c.word, known_words.c.customer_id, known_words.c.public),
                (word_forms.c.form, word_forms.c.word),
            )
        ]
        assert all(found)
        return found
