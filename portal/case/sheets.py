"""The parts of a case's page that its address may ask to stand open: `?hoja=prioridad`, `?redactar=nota`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, urlencode

from fastapi import Request

from portal.case.pager import came_from

SHEETS: Mapping[str, str] = {
    "intento": "attempts",
    "solucion": "resolution",
    "asignar": "assignments",
    "llamada": "calls",
    "prioridad": "priority",
    "nivel": "hand-offs",
    "traslado": "transfers",
    "proveedor": "provider-escalations",
    "sesion": "remote-sessions",
    "diagnostico": "diagnosis",
    "cierre": "out-of-scope",
    "visita": "visits",
    "decision": "visits-approval",
    "fecha": "visits-schedule",
    "informe": "visits-report",
    "por-que": "why",
}
"""What each sheet is called in an address, and on the page."""
COMPOSERS: Mapping[str, str] = {"respuesta": "replies", "nota": "notes", "informacion": "information"}
"""The same of the composer's tabs."""
_IN_THE_BAR = frozenset({"attempts", "resolution", "why"})


def opened(request: Request) -> frozenset[str]:
    """What stands open by the page's address; the menu too, where a sheet lies in it."""
    asked = request.query_params
    sheet, tab = SHEETS.get(asked.get("hoja", "")), COMPOSERS.get(asked.get("redactar", ""))
    menu = "more" if sheet and sheet not in _IN_THE_BAR else None
    return frozenset(each for each in (sheet, tab, menu) if each)


def address_of(request: Request, number: str) -> Callable[[str], str]:
    """The case's address with a sheet open, by the sheet's name on the page; with none it is closed.

    It keeps the list that one came from.
    """
    names = {sheet: name for name, sheet in SHEETS.items()}
    listed = parse_qsl(came_from(request).query.removeprefix("?"))

    def address(sheet: str = "") -> str:
        query = urlencode([*listed, *([("hoja", names[sheet])] if sheet else [])])
        return f"/casos/{number}{'?' if query else ''}{query}"

    return address
