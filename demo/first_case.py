"""The case that a newcomer opens first: what it says, and the one command for bash that opens it."""

from __future__ import annotations

import json
import secrets
import shlex

from demo import access
from settings import Settings

FIRST_CASE = {
    "channel": "web",
    "category": "incident",
    "title": "El mapa de rutas no carga en el portal de despacho",
    "description": "Desde las 8:00 el mapa aparece en blanco para todos los despachadores de Fontibón.",
    "prior_analysis": "Probamos otro navegador y otra red; la consola muestra un error de cuota de la API.",
    "proposed_priority": 2,
}
"""What it says, beside whose it is."""


def first_curl(settings: Settings) -> str:
    """The command; empty where there is no demonstration. Pasted twice, it finds the case that it opened."""
    known = access.read(settings.state_dir)
    if known is None:
        return ""
    headers = {
        "Authorization": f"Bearer {known.secrets['contacto']}",
        "Content-Type": "application/json",
        "Idempotency-Key": f"demo-{secrets.token_hex(8)}",
    }
    told = {"contact_id": known.contact_id, "solution_id": known.solution_id, **FIRST_CASE}
    parts = [f"curl -sS {here(settings)}/api/v1/cases"]
    parts += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in headers.items()]
    return " \\\n  ".join([*parts, f"-d {shlex.quote(json.dumps(told, ensure_ascii=False))}"])


def here(settings: Settings) -> str:
    """Where this machine reaches the API."""
    host = "127.0.0.1" if settings.api_host in {"0.0.0.0", "::"} else settings.api_host  # noqa: S104 compared, not bound
    return f"http://{host}:{settings.api_port}"
