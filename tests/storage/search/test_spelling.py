"""Spelling: words that differ by a letter or two share a form, and the nearest is the one that was meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.search import spelling

LETTERS = "abcdeñoz"


@pytest.mark.parametrize(
    ("typed", "meant", "letters"),
    [
        ("geocerca", "geocerca", 0), ("geocrca", "geocerca", 1), ("goecerca", "geocerca", 1),
        ("geozerka", "geocerca", 2),
        ("xgeocerca", "geocerca", 1), ("geocercass", "geocerca", 2), ("mapa", "tapa", 1), ("ruta", "rutas", 1),
        ("abcdefgh", "hgfedcba", 3),
    ],
)  # fmt: skip
def test_so_many_letters_are_wrong(typed: str, meant: str, letters: int) -> None:
    assert spelling.distance(typed, meant, 2) == letters == spelling.distance(meant, typed, 2)


@given(st.text(LETTERS, min_size=4, max_size=12), st.data())
def test_whatever_is_near_enough_shares_a_form(word: str, data: st.DataObject) -> None:
    """The forms of a mistyped word lead to every word that it may have been meant to be."""
    typed = word
    for _ in range(spelling.edits_of(word)):
        place = data.draw(st.integers(0, len(typed)))
        kind = data.draw(st.sampled_from(("leave out", "put in", "replace")))
        cut = typed[place + 1 :] if kind != "put in" else typed[place:]
        typed = typed[:place] + ("" if kind == "leave out" else data.draw(st.sampled_from(LETTERS))) + cut
    if spelling.may_be_wrong(typed) and spelling.distance(typed, word, 2) <= spelling.edits_of(typed):
        assert set(spelling.forms(typed)) & set(spelling.forms(word))


def test_the_nearest_comes_first() -> None:
    assert spelling.nearest("geocrca", ["geocarta", "geocerca", "geocercas", "mapa"]) == [
        "geocerca", "geocarta", "geocercas"
    ]  # fmt: skip
    assert spelling.nearest("mpa", ["mapa"]) == ["mapa"]
    assert spelling.nearest("ruta", ["rutas", "fruta", "rutinas"]) == ["rutas", "fruta"]


def test_words_are_learnt_without_figures_and_not_endlessly_many() -> None:
    assert spelling.learnt_from(["Avería del GPS-4321, señal_baja", "de la red"]) == ["averia", "baja", "senal"]
    many = " ".join(f"palabra{chr(97 + a)}{chr(97 + b)}" for a in range(26) for b in range(26))
    assert len(spelling.learnt_from([many])) == 400
