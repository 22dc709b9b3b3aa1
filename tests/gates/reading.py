"""What these tests read again and again: refusals, facts and letters, instants as the API shows them, newcomers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

from httpx import Response

from api.http.bodies import show_instant
from tests.activities.post import news_of
from tests.api.office import NEW_CASE, Office
from tests.gates.conftest import Gate
from tests.support.lives import bogota

ANA = "ana@cliente.example"
CUSTOMERS = {"standard": "contact", "premium": "premium_contact"}
"""Who asks under each plan."""


def shown(label: str | datetime) -> str:
    """The instant at which Bogotá's clocks show the label, as the API writes it."""
    return show_instant(bogota(label))


def refused(answer: Response, status: int, name: str, rule: str | None, says: str) -> None:
    """Assert that the answer is this refusal, and that its Spanish sentence says so much."""
    problem = answer.json()
    assert (answer.status_code, problem.get("type"), problem.get("rule")) == (status, f"urn:escala:{name}", rule)
    assert says in problem["detail"]


def done(answer: Response) -> dict[str, Any]:
    """What was answered to a request that was served."""
    assert answer.is_success, answer.text
    return dict(answer.json())


async def opened(gate: Gate, label: str | datetime, plan: str = "standard", **changes: Any) -> str:
    """The number of a case that the customer of a plan opens then."""
    gate.office.clock.at = bogota(label)
    return await gate.office.open(CUSTOMERS[plan], **changes)


async def case_of(office: Office, number: str) -> dict[str, Any]:
    return done(await office.get(f"/cases/{number}"))


async def facts(office: Office, number: str, kind: str, who: str = "agent") -> list[dict[str, Any]]:
    """The facts of a kind, in order."""
    return [fact for fact in await office.timeline(number, who) if fact["kind"] == kind]


async def when(office: Office, number: str, kind: str) -> datetime:
    """When the last fact of a kind happened."""
    return datetime.fromisoformat((await facts(office, number, kind))[-1]["at"])


async def told_of(office: Office, number: str, kind: str) -> set[str]:
    """Who is told of facts of a kind."""
    items = done(await office.get("/notices", case=number))["items"]
    return {each["recipient"] for each in items if each["kind"] == kind}


async def letters(gate: Gate, to: str, subject: str, times: int = 1) -> list[EmailMessage]:
    """The letters whose subject or news says this, once so many were sent."""
    async with asyncio.timeout(20):
        while len(found := [each for each in gate.letters(to) if _is_about(each, subject)]) < times:
            await asyncio.sleep(0.01)
    return found


def _is_about(letter: EmailMessage, subject: str) -> bool:
    return subject in f"{letter['Subject']} {news_of(letter)}"


def body(letter: EmailMessage) -> str:
    """A letter's text on one line."""
    part = letter.get_body(("plain",))
    assert part is not None
    return " ".join(str(part.get_content()).split())


@dataclass(frozen=True)
class Newcomer:
    """A customer that was registered over HTTP, with one solution and one contact."""

    office: Office
    id: str
    solution_id: str
    contact_id: str
    mailbox: str

    async def contract(self, starts_on: str, ends_on: str, **more: Any) -> Response:
        terms = {"plan": "standard", "starts_on": starts_on, "ends_on": ends_on} | more
        return await self.office.post(f"/customers/{self.id}/contracts", terms, "commercial")

    async def case(self, label: str | datetime, **changes: Any) -> dict[str, Any]:
        """A case that Help Desk opens for it then."""
        self.office.clock.at = bogota(label)
        ids = {"contact_id": self.contact_id, "solution_id": self.solution_id}
        return done(await self.office.post("/cases", NEW_CASE | ids | changes))


async def newcomer(office: Office, **solution: Any) -> Newcomer:
    """A customer without a contract, registered now; its contact is its administrator."""
    customer = done(await office.post("/customers", {"name": "Rutas del Sur", "tax_id": "900555111"}, "admin"))
    visor = {"name": "Visor", "kind": "cloud"} | solution
    given = done(await office.post(f"/customers/{customer['id']}/solutions", visor, "commercial"))
    luz = {
        "name": "Luz",
        "email": "luz@rutas.example",
        "is_system_administrator": True,
        "notice_reference": "Carta 1",
        "notified_on": str((office.clock.at - timedelta(days=1)).date()),
        "can_sign_in": True,
    }
    roster = done(await office.put(f"/customers/{customer['id']}/contacts", [luz]))
    return Newcomer(office, customer["id"], given["id"], roster["items"][0]["id"], luz["email"])  # type: ignore[arg-type]
