"""A good body of each command, who gives it, and a case that takes it."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from policy.case.case import Channel
from policy.case.incidents import Incident
from storage.engine.tables import cases
from storage.providers import incidents
from tests.api.kept_states import reached
from tests.api.office import PREMIUM, Office
from tests.support.lives import bogota

QUOTE = {"amount": "350000", "currency": "COP"}
VISIT = {"city_code": "05001", "address": "Carrera 50 # 41-20", "reason": "El servidor no responde por ningún medio."}

BODIES: dict[str, dict[str, Any]] = {
    "claim": {},
    "assignments": {"agent_id": "ana"},
    "replies": {"body": "Lo estamos revisando."},
    "notes": {"body": "Parece la cuota de la API."},
    "attempts": {"channel": "phone", "outcome": "not_solved", "summary": "Llamamos; sigue en blanco."},
    "calls": {
        "direction": "out",
        "contact_id": f"contact-{PREMIUM}",
        "outcome": "not_solved",
        "summary": "Llamamos; sigue en blanco.",
        "started_at": "2026-11-25T13:50:00Z",
        "seconds": 240,
    },
    "chat": {"body": "¿Hay alguien que me ayude?"},
    "chat/claim": {},
    "chat/lines": {"body": "Buenas tardes: ya reviso la cuota."},
    "chat/hand-overs": {"agent_id": "dora"},
    "chat/end": {"outcome": "not_solved", "summary": "Guiamos al usuario; sigue en blanco."},
    "priority": {"priority": 1, "reason": "Toda la operación está detenida."},
    "information-requests": {"body": "¿Desde qué navegador?"},
    "answers": {"body": "Desde Firefox."},
    "analysis": {"channel": "phone", "body": "Probaron otro navegador y otra red."},
    "diagnosis": {"cause": "manufacturing_defect", "summary": "Celda defectuosa de fábrica."},
    "hand-offs": {"reason": "Es un problema de base de datos."},
    "transfers": {"group": "sig", "reason": "Es un problema del servidor de mapas."},
    "provider-escalations": {"provider": "google", "provider_case": "58120034"},
    "provider-updates": {"body": "Google confirma el incidente."},
    "provider-incidents": {"incident_id": "google-maps-platform:outage"},
    "remote-sessions": {"tool": "Chrome Remote Desktop", "consented_by": f"contact-{PREMIUM}"},
    "remote-sessions/{session}/end": {"summary": "Se reinició el servicio de mapas."},
    "visits": VISIT,
    "visits/approval": {"approved": True, "quote": QUOTE},
    "visits/acceptance": {"accepted": True, "amount": QUOTE},
    "visits/schedule": {"starts_at": "2026-12-03T14:00:00Z", "engineer_id": "ana"},
    "visits/cancellation": {},
    "visits/start": {},
    "visits/expenses": {
        "concept": "Tiquetes",
        "amount": {"amount": "120000", "currency": "COP"},
        "receipt_reference": "FE-1",
    },
    "visits/report": {"found": "Una fuente de poder quemada.", "done": "Se cambió la fuente."},
    "visits/sign-off": {},
    "out-of-scope": {"kind": "data_load", "reason": "La carga de rutas no hace parte del soporte."},
    "duplicate-of": {"number": "MA-2026-000001"},
    "resolution": {"summary": "Se amplió la cuota."},
    "confirmation": {},
    "reopening": {"reason": "Sigue en blanco."},
    "withdrawal": {},
}
_BOGOTA = ZoneInfo("America/Bogota")
OF_THE_CUSTOMER = {"answers", "chat", "confirmation", "reopening", "withdrawal", "visits/acceptance", "visits/sign-off"}
OF_OTHERS = {"visits/approval": "director", "diagnosis": "specialist"}
BEFORE = {
    "visits/approval": "visits",
    "visits/acceptance": "visits/approval",
    "visits/schedule": "visits/acceptance",
    "visits/cancellation": "visits/schedule",
    "visits/start": "visits/schedule",
    "visits/expenses": "visits/acceptance",
    "visits/report": "visits/start",
    "visits/sign-off": "visits/report",
    "chat/claim": "chat",
    "chat/lines": "chat/claim",
    "chat/hand-overs": "chat/claim",
    "chat/end": "chat/lines",
    "provider-updates": "provider-escalations",
    "remote-sessions/{session}/end": "remote-sessions",
    "confirmation": "resolution",
    "reopening": "resolution",
}
"""Which command comes right before."""


def who_gives(command: str) -> str:
    return "premium_contact" if command in OF_THE_CUSTOMER else OF_OTHERS.get(command, "agent")


async def publish_incident(office: Office, began_at: str = "07:00") -> None:
    """Keep the incident that the bodies speak of."""
    outage = Incident(
        provider="google-maps-platform",
        id="outage",
        products=("Maps JavaScript API",),
        began_at=bogota(began_at),
        severity="medium",
        impact="service_disruption",
        summary="Map tiles load slowly",
        link="https://status.example/incidents/outage",
    )
    await incidents.keep(office.db, [outage])


async def exhaust_channels(office: Office, number: str) -> None:
    for channel in Channel:
        await office.give(number, "attempts", **BODIES["attempts"] | {"channel": channel.value})


async def lose_analysis(office: Office, number: str) -> None:
    """Have a case lack what was analysed, as one that came by mail does."""
    its = cases.c.number == number
    async with office.db.write() as connection:
        state = (await connection.execute(select(cases.c.state).where(its))).scalar_one()
        await connection.execute(update(cases).where(its).values(state={**state, "lacks_analysis": True}))


async def make_ready(office: Office, number: str, command: str) -> None:
    """Bring a Premium case to where it takes the command."""
    if command == "provider-incidents":
        await publish_incident(office)
    if command == "analysis":
        await lose_analysis(office, number)
    if command == "visits":
        await exhaust_channels(office, number)
    if before := BEFORE.get(command):
        await make_ready(office, number, before)
        await put_on_its_day(office, number, before)
        await give(office, number, before)


async def put_on_its_day(office: Office, number: str, command: str) -> None:
    """Move the visit to the office's day, for a command that is taken on the visit's day alone (ONS-5)."""
    if command == "visits/start":
        await give(office, number, "visits/schedule", starts_at=tonight(office))


def tonight(office: Office) -> str:
    """The last second of the office's day in Bogotá: a visit of that day may start now (ONS-5)."""
    today = office.clock.at.astimezone(_BOGOTA)
    return today.replace(hour=23, minute=59, second=59, microsecond=0).isoformat()


async def give(office: Office, number: str, command: str, **changes: Any) -> None:
    answer = await office.give(number, path_of(command), who_gives(command), **BODIES[command] | changes)
    assert answer.status_code == 200, answer.text


async def ready_for(office: Office, command: str) -> str:
    """A Premium case that takes the command; there is another one, of which it may be a duplicate."""

    async def way() -> str:
        await office.open("premium_contact")
        about = await equipment(office) if command == "diagnosis" else {}
        number = await office.open("premium_contact", **about)
        await make_ready(office, number, command)
        return number

    return await reached(office, command, way)


def path_of(command: str) -> str:
    return command.replace("{session}", "1")


async def equipment(office: Office, **changes: Any) -> dict[str, str]:
    """A new piece of the Premium customer's equipment, as an opening names it."""
    tracker = {"name": "Rastreador", "kind": "equipment", "serial_number": "SN-48213"} | changes
    answer = await office.post(f"/customers/{PREMIUM}/solutions", tracker, "commercial")
    assert answer.status_code == 201, answer.text
    return {"solution_id": str(answer.json()["id"]), "serial_number": "SN-48213"}
