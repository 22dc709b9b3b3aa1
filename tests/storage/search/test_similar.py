"""The cases whose opening has some of the same words, by the index of each database."""

from __future__ import annotations

import pytest

from policy.case.commands import AddNote, SendReply
from storage.search import similar
from storage.search.search import telling_words
from storage.search.similar import candidates
from tests.storage.desk import Desk
from tests.support.lives import HELP_DESK


async def found(desk: Desk, words: str, *, customer_id: str | None = None, but: str | None = None) -> list[str]:
    patterns = [pattern for pattern, _ in telling_words(words)]
    async with desk.db.snapshot() as db:
        near = await candidates(db, patterns, customer_id=customer_id, but=but, most=10)
    return [each.row.title for each in near.found]


async def test_the_rarer_word_comes_first(desk: Desk) -> None:
    for title in ("Falla del visor", "Falla del correo", "El certificado de la pasarela"):
        await desk.open(title)

    assert (await found(desk, "una falla de certificados"))[0] == "El certificado de la pasarela"
    assert sorted(await found(desk, "fallas")) == ["Falla del correo", "Falla del visor"]


async def test_of_one_customer_and_never_the_case_itself(desk: Desk) -> None:
    await desk.furnish("customer-2", "contact-2", "solution-2")
    await desk.open("mapa ajeno", customer_id="customer-2", contact_id="contact-2", solution_id="solution-2")
    own = await desk.open("mapa propio")

    assert await found(desk, "mapa", customer_id="customer-1") == ["mapa propio"]
    assert await found(desk, "mapa", but=own.number) == ["mapa ajeno"]


async def test_only_what_a_case_was_opened_with_counts(desk: Desk) -> None:
    case = await desk.open("uno")
    for minute, kind in ((10, AddNote), (11, SendReply)):
        said = await desk.text(case.number, "Parece un cortafuegos.")
        case = await desk.live(case, (f"09:{minute}", kind(by=HELP_DESK, body=said)))

    assert await found(desk, "cortafuegos") == []


async def test_a_word_that_everybody_says_is_no_way_in(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is more looked at than is rare enough, however many words are asked for."""
    for title in ("mapa uno", "mapa dos", "mapa tres cuadriculado"):
        await desk.open(title)
    monkeypatch.setattr(similar, "COMMON", 2)

    assert await found(desk, "mapa cuadriculado") == ["mapa tres cuadriculado"]
    assert await found(desk, "mapa") == []


def test_a_word_is_asked_for_in_its_singular_and_plural_alike() -> None:
    assert telling_words("Los certificados") == [("certificado OR certificadoes OR certificados", "certificados")]
    assert [pattern for pattern, _ in telling_words("mapa MAPAS 404 de")] == ["mapa OR mapaes OR mapas", "404"]
