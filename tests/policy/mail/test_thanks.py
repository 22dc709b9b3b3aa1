"""Whether words about a solution are thanks, agree, say more, or leave it open (ESC-14)."""

from __future__ import annotations

import time

import pytest

from policy.mail.thanks import ToSolution, answer_in

SAID = {
    ToSolution.THANKS: (
        "Gracias",
        "¡Muchas gracias!",
        "Muchas gracias, quedo atento.\nAna Pérez",
        "Hola buenos días,\nMil gracias por su ayuda.\nCordial saludo,\nAna",
        "No hay problema, gracias!",
        "Thanks a lot!",
        "Ok, recibido.",
    ),
    ToSolution.CONFIRMS: (
        "Confirmo.",
        "Sí, confirmo que ya funciona. Muchas gracias",
        "Todo quedó solucionado, mil gracias por la ayuda",
        "Thanks, it works now",
        "Por favor cerrar el caso",
    ),
    ToSolution.MORE: (
        "Sigue igual",
        "Gracias, pero sigue fallando",
        "El mapa volvió a quedar en blanco",
        "No funciona",
        "It still does not load",
        "¿Nos pueden indicar cómo exportar?",
    ),
    ToSolution.UNCLEAR: ("", "Gracias, ¿me mandan el informe de la visita?", "no gracias", "Ana Pérez"),
}


@pytest.mark.rule("ESC-14")
@pytest.mark.parametrize(("words", "means"), [(words, means) for means, said in SAID.items() for words in said])
def test_what_words_mean_for_a_solution(words: str, means: ToSolution) -> None:
    assert answer_in(words, name="Ana Pérez") is means


def test_no_letter_takes_long() -> None:
    """Whoever writes chooses the signs."""
    began = time.process_time()
    for piece in ("a", "Ana\n", "- ", "(", "1 ", "gracias ", "de: ", "[image ", "<https://", "no ha vuelto a ", "> "):
        answer_in(piece * 30_000, name="Ana Pérez")
    assert time.process_time() - began < 2
