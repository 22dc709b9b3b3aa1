"""What customers and agents say to a desk in service: over HTTP only, with tokens of their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx

from policy.case.case import Level, Role
from storage.engine.database import Database
from storage.people import agents
from storage.people.agents import Agent
from storage.signing_in import tokens
from storage.signing_in.tokens import Token

PHONE = "+573001234567"
"""The contact's telephone."""


@dataclass(kw_only=True)
class Talk:
    """A desk's address, and who speaks to it."""

    url: str
    database_url: str
    secrets: dict[Role, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    keys: Callable[[], int] = field(default_factory=lambda: count(1).__next__)

    async def until_ready(self) -> None:
        """Wait until the API and what it needs answer."""
        async with asyncio.timeout(60), httpx.AsyncClient() as http:
            while True:
                with suppress(httpx.TransportError):
                    if (await http.get(f"{self.url}/health/ready")).is_success:
                        return
                await asyncio.sleep(0.05)

    @asynccontextmanager
    async def client(self, role: Role) -> AsyncIterator[httpx.AsyncClient]:
        """A client that presents the role's token."""
        headers = {"Authorization": f"Bearer {self.secrets[role]}"}
        async with httpx.AsyncClient(base_url=self.url, headers=headers, timeout=30) as http:
            yield http

    async def post(self, role: Role, path: str, body: dict[str, Any] | None = None, key: str | None = None) -> Any:
        """POST once, and answer the body of a success."""
        async with self.client(role) as http:
            headers = {"Idempotency-Key": key or f"key-{self.keys()}"}
            answer = await http.post(path, json=body or {}, headers=headers)
        assert answer.is_success, answer.text
        return answer.json()

    async def get(self, role: Role, path: str) -> Any:
        """GET, and answer the body of a success."""
        async with self.client(role) as http:
            answer = await http.get(path)
        assert answer.is_success, answer.text
        return answer.json()

    async def open_case(self, priority: int = 2, key: str | None = None, **changes: Any) -> Any:
        """Open a case as the customer's contact."""
        body = {
            "contact_id": self.ids["contact"],
            "solution_id": self.ids["solution"],
            "channel": "web",
            "category": "incident",
            "title": "El geovisor no carga las capas",
            "description": "Desde las 8:00 las capas de predios salen en blanco para todos los usuarios.",
            "prior_analysis": "Se revisó la red y se probó en otro navegador, con el mismo resultado.",
            "proposed_priority": priority,
        }
        return await self.post(Role.CONTACT, "/cases", body | changes, key)

    async def timeline(self, number: str) -> list[dict[str, Any]]:
        """The whole timeline, as an agent sees it."""
        items: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = await self.get(Role.AGENT, f"/cases/{number}/timeline?limit=100{cursor}")
            items += page["items"]
            if not page["next_cursor"]:
                return items
            cursor = f"&cursor={page['next_cursor']}"

    async def settle_in(self) -> None:
        """Hand out tokens, and register a customer with a contract, a solution and a contact through the API."""
        for role, subject in ((Role.ADMIN, "admin-1"), (Role.AGENT, "agent-1"), (Role.DIRECTOR, "director-1")):
            await self.give_token(role, subject)
        today = datetime.now(UTC).date()
        customer = await self.post(Role.ADMIN, "/customers", {"name": "Aguas del Tequendama", "tax_id": "900123456-8"})
        at = f"/customers/{customer['id']}"
        contract = {
            "plan": "premium",
            "starts_on": str(today - timedelta(days=30)),
            "ends_on": str(today + timedelta(days=300)),
            "paid": True,
            "managed_support": False,
        }
        await self.post(Role.ADMIN, f"{at}/contracts", contract)
        solution = {"name": "Geovisor predial", "kind": "software", "supplied_by_us": True}
        self.ids["solution"] = (await self.post(Role.ADMIN, f"{at}/solutions", solution))["id"]
        contact = {
            "name": "Ana Rojas",
            "email": "ana@aguas.example",
            "phone": PHONE,
            "is_system_administrator": True,
            "notice_reference": "Carta 12",
            "notified_on": str(today - timedelta(days=10)),
            "can_sign_in": True,
        }
        async with self.client(Role.ADMIN) as http:
            roster = (await http.put(f"{at}/contacts", json={"contacts": [contact]})).json()
        self.ids |= {"customer": customer["id"], "contact": roster["items"][0]["id"]}
        await self.give_token(Role.CONTACT, self.ids["contact"], customer_id=customer["id"])

    async def give_token(self, role: Role, subject: str, customer_id: str | None = None) -> None:
        database = Database.at(self.database_url)
        try:
            self.secrets[role] = secret = tokens.new_secret()
            levels = tuple(Level) if role is Role.AGENT else ()
            if role in (Role.AGENT, Role.DIRECTOR):
                email, is_director = f"{subject}@escala.example", role is Role.DIRECTOR
                person = Agent(id=subject, name=subject, email=email, levels=tuple(Level), is_director=is_director)
                await agents.put(database, person)
            await tokens.create(
                database,
                Token(
                    id=f"token-{role}-{subject}",
                    role=role,
                    subject_id=subject,
                    customer_id=customer_id,
                    levels=levels,
                    created_at=datetime.now(UTC),
                ),
                secret,
            )
        finally:
            await database.close()


async def insist(http: httpx.AsyncClient, path: str, body: dict[str, Any], key: str) -> dict[str, Any]:
    """Repeat a request with its key, as a client should, until it is answered for good."""
    async with asyncio.timeout(60):
        while True:
            try:
                answer = await http.post(path, json=body, headers={"Idempotency-Key": key})
            except httpx.TransportError:
                await asyncio.sleep(0.05)
                continue
            if answer.status_code in (200, 201):
                found: dict[str, Any] = answer.json()
                return found
            assert answer.status_code in (202, 409, 503), answer.text  # 409: the first try is still under way
            await asyncio.sleep(0.05)
