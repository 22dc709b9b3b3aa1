"""What is sent with a request that changes something: the API's bodies by route, and a form with every field."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count
from typing import Any
from urllib.parse import urlencode

from tests.api.given import BODIES
from tests.portal.matrix.routes import API, Route
from tests.portal.matrix.world import World

_KEYS = count(1)
_CONTACT = {
    "name": "Luz",
    "email": "luz@cliente.example",
    "is_system_administrator": True,
    "notice_reference": "Carta 18",
    "notified_on": "2026-11-02",
}
_AWAY = {
    "agent_id": "ana",
    "substitute_id": "dora",
    "from": "2026-12-01T13:00:00Z",
    "until": "2026-12-02T13:00:00Z",
}
_JSON: Mapping[str, Any] = {
    "/absences": _AWAY,
    "/agents": {"id": "eva", "name": "Eva", "email": "eva@escala.example", "levels": [1], "groups": []},
    "/amendments": {"what": ["holidays"], "numbers": ["MA-2026-000001"], "reason": "x", "policy_version": "1"},
    "/amendments/preview": {"what": ["holidays"], "all_open": True},
    "/contracts/{contract_id}/payments": {"paid_on": "2026-11-01", "reference": "Pago 9"},
    "/contracts/{contract_id}/renewals": {"ends_on": "2028-12-31"},
    "/contracts/{contract_id}/end": {"ends_on": "2027-02-28", "reason": "Cierra la sede"},
    "/customers": {"name": "Nueva", "tax_id": "900123456"},
    "/customers/{customer_id}/contacts": _CONTACT,
    "/customers/{customer_id}/contracts": {
        "plan": "standard",
        "starts_on": "2028-01-01",
        "ends_on": "2028-12-31",
        "paid": False,
    },
    "/customers/{customer_id}/solutions": {"name": "Otra", "kind": "software"},
    "/solutions/{solution_id}/acceptance": {"accepted_on": "2026-11-01", "acceptance_reference": "Acta 9"},
    "/duty/rotas": {"level": 1, "people": ["ana"], "starts_on": "2026-12-01", "every_hours": 168},
    "/duty/overrides": {"level": 1, "agent_id": "ana", **{each: _AWAY[each] for each in ("from", "until")}},
    "/duty/swaps": {
        "level": 2,
        "other_id": "dora",
        "own_from": _AWAY["from"],
        "own_until": _AWAY["until"],
        "their_from": _AWAY["from"],
        "their_until": _AWAY["until"],
    },
    "/duty/swaps/{swap_id}/answer": {"answer": "declined"},
    "/cases/{number}/chat/presence": {"writing": True},
    "/webhooks": {"url": "https://8.8.8.8/escala"},
    "/cases/{number}/rating": {"score": 4, "comment": "Bien"},
}
"""Good bodies of what is no command."""


def request(world: World, route: Route, who: str, choice: str = "", **changes: Any) -> tuple[dict[str, str], bytes]:
    """Headers and body by which this person would use this route; `changes` replace fields of the body."""
    if not route.is_of_the_api:
        return _form(world, who, choice, changes)
    headers = {**world.token(who), "Idempotency-Key": f"matrix-{next(_KEYS)}", "Accept-Language": "es"}
    if route.method == "GET":
        return headers, b""
    if route.path.endswith("/files"):
        headers["Content-Type"] = "multipart/form-data; boundary=x"
        return headers, b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\na\r\n--x--\r\n'
    body = good_json(world, route, who)
    return headers | {"Content-Type": "application/json"}, json.dumps({**body, **changes} if changes else body).encode()


def good_json(world: World, route: Route, who: str) -> Any:
    """A body that the route takes, where the case's state allows it."""
    path = route.path.removeprefix(API)
    ids = world.ids["b" if who.endswith("_b") else "a"]
    if path == "/cases":
        said = dict.fromkeys(("title", "description", "prior_analysis"), "Otro")
        owners = {"contact_id": ids["contact"], "solution_id": ids["solution"]}
        return {**said, **owners, "channel": "web", "category": "incident", "proposed_priority": 3}
    if route.method == "PUT" and path.endswith("/contacts"):
        return [_CONTACT]
    command = path.partition("{number}/")[2]
    if command == "calls":
        return {**BODIES[command], "contact_id": ids["contact"]}
    if command == "remote-sessions":
        return {"tool": "Escritorio", "consented_by": ids["contact"]}
    if command == "duplicate-of":
        return {"number": ids["plain"]}
    return _JSON.get(path) or BODIES.get(command) or {}


def _form(world: World, who: str, choice: str, changes: Mapping[str, Any]) -> tuple[dict[str, str], bytes]:
    ids = world.ids["b" if who.endswith("_b") else "a"]
    fields: dict[str, Any] = {}
    for command, body in BODIES.items():
        if command.replace("/{session}", "") == choice or not choice:
            fields |= {name: value["amount"] if isinstance(value, dict) else value for name, value in body.items()}
    fields |= {
        **_AWAY,
        "name": "Nombre",
        "email": "nadie@escala.example",
        "password": "una clave larga y nueva",
        "again": "una clave larga y nueva",
        "present": "no es la clave",
        "code": "000000",
        "language": "es",
        "page": "pagina-de-prueba",
        "query": "tab=open",
        "tag": "-",
        "title": "Título",
        "description": "Descripción",
        "what_tried": "Nada",
        "category": "incident",
        "proposed_priority": "3",
        "score": "4",
        "url": "https://8.8.8.8/escala",
        "contact_id": ids["contact"],
        "solution_id": ids["solution"],
        "consented_by": ids["contact"],
        "number": ids["plain"],
        "cliente": ids["customer"],
        "session": "1",
        "action": "claim",
        "case": ids["case"],
        "stamp": world.stamp(who),
        "key": f"matrix-{next(_KEYS)}",
        **changes,
    }
    headers = {**world.cookie(who), "Host": "escala.test", "Content-Type": "application/x-www-form-urlencoded"}
    return headers, urlencode(fields, doseq=True).encode()
