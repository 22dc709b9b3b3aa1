"""The texts of the dispatcher of notices in Temporal's UI: short, in Spanish, figures and no names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.operators.words import code, when

if TYPE_CHECKING:
    from activities.notices.dispatching import Standing, State

STATIC_SUMMARY = "entrega de los avisos"
STINT = "entregar los avisos que esperan"
NO_REASON = "sin motivo dicho"

_STATES = {"flowing": "salen", "held_up": "demorados", "paused": "en pausa"}


def summary(state: State, standing: Standing | None) -> str:
    """One line: `en pausa: esperaban 3, con intentos fallidos 1`."""
    if standing is None:
        return _STATES[state]
    return f"{_STATES[state]}: esperaban {standing.waiting}, con intentos fallidos {standing.failing}"


def details(state: State, standing: Standing | None, paused: str | None) -> str:
    """The Markdown page: what waits, what fails, since when, and why it is paused."""
    lines = [f"### Avisos: {_STATES[state]}", ""]
    if paused is not None:
        lines += [f"- motivo de la pausa: {code(paused)}"]
    if standing is None:
        return "\n".join([*lines, "- aún no se ha mirado qué espera"])
    oldest = f", el más antiguo desde {when(standing.since)}" if standing.since else ""
    lines += [
        f"- esperan {standing.waiting}{oldest}",
        f"- con intentos fallidos {standing.failing}",
        f"- sin entrega posible {standing.given_up}",
        "",
        f"Visto {when(standing.at)}. Mientras trabaja, el latido de la actividad dice cómo está ahora.",
    ]
    return "\n".join(lines)
