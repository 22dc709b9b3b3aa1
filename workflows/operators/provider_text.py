"""The texts of a look at the providers' feeds in Temporal's UI: short, in Spanish, no words of theirs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from workflows.operators.words import when

SUMMARY = "estado publicado por los proveedores (SCOPE-6)"
UNNOTED = "unnoted"
"""The outcome of a poll whose activity failed: not the feed's fault but ours."""

_ERRORS = {
    "timed_out": "tarda demasiado",
    "unreachable": "no responde",
    "redirected": "envía a otra dirección, que no se sigue",
    "too_large": "es más grande de lo que se acepta",
    "malformed": "no es una lista de incidentes",
    "switched_off": "está apagada en la configuración del worker",
    UNNOTED: "no se pudo leer o anotar; vea la actividad",
}


def feed_line(feed: str, error: str | None, incidents: int, skipped: int, changed: int) -> str:
    """One feed's outcome: `google-cloud: incidentes 51, con novedades 2`."""
    if error:
        return f"{feed}: {_error(error)}"
    unread = f", ilegibles {skipped}" if skipped else ""
    return f"{feed}: incidentes {incidents}, con novedades {changed}{unread}"


def details(lines: Iterable[str], at: datetime) -> str:
    """The Markdown page of one look."""
    listed = [f"- {line}" for line in lines]
    return "\n".join([f"### Estado de los proveedores, {when(at)}", "", *listed])


def _error(error: str) -> str:
    kind, _, number = error.partition("status_")
    return _ERRORS.get(error) or (f"responde {number}" if not kind and number.isdigit() else "falla")
