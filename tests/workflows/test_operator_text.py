"""What operators read in Temporal's UI: the catalogues' words, and what is due only where something is."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from escala.language import word
from escala.workflows.operator_text import (
    _CATEGORIES,
    _CHANNELS,
    _CLOCK_STATES,
    _CLOSING_REASONS,
    _COVERS,
    _LEVELS,
    _PLANS,
    _STATUSES,
    current_details,
    timer_summary,
)
from tests.support.lives import ASK, STANDARD, UNCOVERED, after, opened


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("plan", _PLANS),
        ("channel", _CHANNELS),
        ("status", _STATUSES),
        ("cover", _COVERS),
        ("category", _CATEGORIES),
        ("closing_reason", _CLOSING_REASONS),
        ("clock_state", _CLOCK_STATES),
        ("level", {level: text.partition("(")[2].rstrip(")") for level, text in _LEVELS.items()}),
    ],
)
def test_the_words_are_the_catalogues(kind: str, words: Mapping[object, str]) -> None:
    assert words == {value: word(kind, value) for value in words}


def test_a_warning_is_not_called_due() -> None:
    assert timer_summary(opened("09:00"), STANDARD) == (
        "aviso: 75 % de la atención inicial, P2 Estándar, mié 25 nov 2026 09:45"
    )


def test_a_limit_is_called_due() -> None:
    warned = after(opened("09:00"), "09:50")

    assert timer_summary(warned, STANDARD).endswith("P2 Estándar, vence mié 25 nov 2026 10:00")


def test_clocks_are_told_as_of_the_last_turn() -> None:
    page = current_details(after(opened("09:00"), ("09:20", ASK)), STANDARD, "https://mesa.example/casos/1")

    assert "- **Atención inicial** cumplido: 20 min de 1 h\n- **Nivel 1** en pausa: 20 min de 1 h\n" in page
    assert "Turno 2, mié 25 nov 2026 09:20 · [abrir el caso](https://mesa.example/casos/1)" in page


def test_a_held_case_says_that_no_clock_runs() -> None:
    page = current_details(opened("09:00", terms=UNCOVERED), UNCOVERED, "https://mesa.example/casos/1")

    assert "Ninguno en marcha: el caso está retenido (WAR-3)." in page
