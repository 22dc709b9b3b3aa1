"""A whole desk for the journeys: `escala up` as a process of its own, spoken to over HTTP only."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

import escala.policy
from escala.policy.case import Level, Role
from escala.storage import tokens
from escala.storage.engine import Database
from tests.support.server import eventually

_LIMITS = (
    'level_1 = ["3s", "6s", "1h", "2h"]\nlevel_2 = ["3s", "6s", "1h", "2h"]\nlevel_3 = ["3s", "4h", "8h", "16h"]\n'
)


@dataclass
class LiveDesk:
    """An installation in a folder of its own: its process, and clients by role."""

    folder: Path
    ports: tuple[int, int, int]
    environment: dict[str, str]
    process: asyncio.subprocess.Process | None = None
    secrets: dict[Role, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    keys: Callable[[], int] = field(default_factory=lambda: count(1).__next__)

    @property
    def url(self) -> str:
        """The API's address."""
        return f"http://127.0.0.1:{self.ports[0]}/api/v1"

    async def start(self) -> None:
        """Start everything and wait until the API is ready."""
        api, temporal, ui = map(str, self.ports)
        arguments = ("--no-demo", "--api-port", api, "--temporal-port", temporal, "--ui-port", ui)
        with (self.folder / "up.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "escala", "up", *arguments, env=self.environment, stdout=log, stderr=log
            )
        await self.until_ready()

    async def until_ready(self) -> None:
        """Wait until the API and what it needs answer."""
        async with asyncio.timeout(60), httpx.AsyncClient() as http:
            while True:
                with suppress(httpx.TransportError):
                    if (await http.get(f"{self.url}/health/ready")).is_success:
                        return
                await asyncio.sleep(0.05)

    async def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Stop it by a signal; answer its exit code. SIGKILL takes everything down at once."""
        assert self.process is not None
        self.process.send_signal(number)
        async with asyncio.timeout(30):
            return await self.process.wait()

    def kill(self, which: str) -> None:
        """kill -9 one of its processes: `worker`, `api` or `start-dev` (the Temporal server)."""
        self.part(which).kill()

    def part(self, which: str) -> psutil.Process:
        """One of its processes, by a word of its command line."""
        return psutil.Process(self._pids(which)[0])

    async def until_another(self, which: str, than: int) -> None:
        """Wait until a killed process has a successor, and the desk is ready again."""
        await eventually(lambda: any(pid != than for pid in self._pids(which)))
        await self.until_ready()

    def _pids(self, which: str) -> list[int]:
        assert self.process is not None
        found = []
        for part in psutil.Process(self.process.pid).children():
            with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):  # it may end while we look
                found += [part.pid] if which in part.cmdline() else []
        return found

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
        """Register a customer with a contract, a solution and contacts, through the API."""
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
            "is_system_administrator": True,
            "notice_reference": "Carta 12",
            "notified_on": str(today - timedelta(days=10)),
            "can_sign_in": True,
        }
        async with self.client(Role.ADMIN) as http:
            roster = (await http.put(f"{at}/contacts", json={"contacts": [contact]})).json()
        self.ids |= {"customer": customer["id"], "contact": roster["items"][0]["id"]}
        await self._give_token(Role.CONTACT, self.ids["contact"], customer_id=customer["id"])

    async def _give_token(self, role: Role, subject: str, customer_id: str | None = None) -> None:
        database = Database.at(f"sqlite+aiosqlite:///{self.folder / 'state' / 'escala.db'}")
        try:
            self.secrets[role] = secret = tokens.new_secret()
            levels = tuple(Level) if role is Role.AGENT else ()
            await tokens.create(
                database,
                id=f"token-{role}",
                secret=secret,
                role=role,
                subject_id=subject,
                customer_id=customer_id,
                levels=levels,
                at=datetime.now(UTC),
            )
        finally:
            await database.close()


def _free_ports() -> tuple[int, int, int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
    try:
        api, temporal, ui = (probe.getsockname()[1] for probe in probes)
        return api, temporal, ui
    finally:
        for probe in probes:
            probe.close()


@pytest.fixture(scope="module")
async def live_desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveDesk]:
    """A desk in service whose priority 1 and 2 limits are seconds, with one Premium customer."""
    tmp_path = tmp_path_factory.mktemp("desk")
    policy = Path(escala.policy.__file__).with_name("policy.toml").read_text(encoding="utf-8")
    before, _, rest = policy.partition("[matrix]\n")
    after = rest[rest.index("\n#") :]
    policy_file = tmp_path / "policy.toml"
    policy_file.write_text(f"{before}[matrix]\n{_LIMITS}{after}", encoding="utf-8")
    environment = {
        **os.environ,
        "ESCALA_STATE_DIR": str(tmp_path / "state"),
        "ESCALA_POLICY_FILE": str(policy_file),
    }
    desk = LiveDesk(tmp_path, _free_ports(), environment)
    await desk.start()
    for role, subject in ((Role.ADMIN, "admin-1"), (Role.AGENT, "agent-1"), (Role.DIRECTOR, "director-1")):
        await desk._give_token(role, subject)
    await desk.settle_in()
    yield desk
    if desk.process and desk.process.returncode is None:
        await desk.stop()
