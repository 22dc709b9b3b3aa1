"""The production profile's own processes, in the environment that docker-compose.yml gives them, on PostgreSQL.

No container engine is needed: the images' parts (PostgreSQL, a Temporal server) run beside them as processes.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
import yaml
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from cli import temporal_server
from policy.case.case import Role
from settings import Settings
from tests.journeys.talk import Talk
from tests.support.ports import free_port, free_ports
from tests.support.postgres import postgres_server
from tests.support.server import eventually

COMPOSE = Path(__file__).parents[2] / "docker-compose.yml"
SERVICES = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::\?[^}]*|:-(?P<default>[^}]*))\}")
"""``${NAME:?why it is needed}`` or ``${NAME:-default}``."""


GIVEN = {
    "ESCALA_PUBLIC_URL": "https://mesa.example",
    "ESCALA_MAIL_FROM": "Mesa de Ayuda <mesa@example.com>",
    "ESCALA_LEVEL_1_MAILBOX": "nivel1@example.com",
    "ESCALA_LEVEL_2_MAILBOX": "nivel2@example.com",
    "ESCALA_LEVEL_3_MAILBOX": "director@example.com",
    "ESCALA_COMMERCIAL_MAILBOX": "comercial@example.com",
}
"""An operator's compose.env."""


class Inbox:
    """A mail server that keeps what it is sent."""

    def __init__(self) -> None:
        self.subjects: list[str] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        self.subjects.append(str(message_from_bytes(content, policy=default)["Subject"]))
        return "250 OK"


def environment(service: str, given: dict[str, str], here: dict[str, str], folder: Path) -> dict[str, str]:
    """A service's environment as Compose makes it: the file's own values and defaults, with what an operator's
    compose.env gives; then the addresses, which are this machine's. Its secrets lie in the folder, and no others.
    """

    def value(written: str) -> str:
        filled = VARIABLE.sub(lambda found: given.get(found["name"]) or found["default"] or "", written)
        return filled.replace("/run/secrets", str(folder / service))

    told = SERVICES[service]
    lines = {name: value(line) for name, line in told["environment"].items()}
    (folder / service).mkdir()
    for secret in told["secrets"]:
        shutil.copy(folder / secret, folder / service)
    return {**os.environ, **lines, **{name: its for name, its in here.items() if name in lines}}


def make_secrets(root: Path, database: str, smtp: str) -> Path:
    """What an operator does before the first start, with addresses of this machine; answers the folder of secrets."""
    copy = shutil.copytree(COMPOSE.parent / "compose", root / "compose")
    script = copy / "make-secrets.sh"
    subprocess.run(["/bin/sh", script], env={**os.environ, "ESCALA_SMTP_URL": smtp}, check=True)
    url = root / "secrets" / "escala_database_url"
    url.chmod(0o600)
    url.write_text(database, encoding="utf-8")
    return url.parent


def test_what_the_compose_file_demands_is_what_the_journey_gives() -> None:
    """So that the journey's environment is Compose's, and nothing is demanded that its operator is not told of."""
    processes = ("migrations", "worker", "api")
    written = [line for name in processes for line in SERVICES[name]["environment"].values()]
    demanded = {found["name"] for line in written for found in VARIABLE.finditer(line) if found["default"] is None}
    assert demanded == GIVEN.keys()


@asynccontextmanager
async def process(*arguments: str, env: dict[str, str], log: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that is asked to end, and does."""
    with log.open("ab") as out:
        started = await asyncio.create_subprocess_exec(*arguments, env=env, stdout=out, stderr=out)
    try:
        yield started
    finally:
        if started.returncode is None:
            started.terminate()
        await started.wait()


@pytest.fixture
async def inbox() -> AsyncIterator[tuple[Inbox, int]]:
    """An SMTP server on a port of its own."""
    kept = Inbox()
    controller = Controller(kept, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield kept, controller.port
    controller.stop()


async def test_the_same_processes_serve_a_case(tmp_path: Path, inbox: tuple[Inbox, int]) -> None:
    """migrate, worker and api on PostgreSQL: a case is opened, worked on and closed, and its notices go out by SMTP."""
    api, temporal, ui = free_ports()
    kept, smtp = inbox
    with postgres_server() as postgres:
        database = await postgres.empty_database()
        here = {
            "ESCALA_STATE_DIR": str(tmp_path / "nothing"),
            "ESCALA_FILES_DIR": str(tmp_path / "files"),
            "ESCALA_TEMPORAL_ADDRESS": f"127.0.0.1:{temporal}",
            "ESCALA_TEMPORAL_UI_URL": f"http://127.0.0.1:{ui}",
            "ESCALA_WORKER_METRICS_PORT": str(free_port()),
            "ESCALA_GOOGLE_CLOUD_STATUS_URL": "off",
            "ESCALA_GOOGLE_MAPS_STATUS_URL": "off",
        }
        folder = make_secrets(tmp_path, database, f"smtp://127.0.0.1:{smtp}")
        migrations_env, worker_env, api_env = (
            environment(name, GIVEN, here, folder) for name in ("migrations", "worker", "api")
        )
        binary = temporal_server.find_binary()
        server = temporal_server.start_command(binary, tmp_path / "temporal.db", temporal, ui, "escala")
        python = (sys.executable, "-m", "cli")
        async with AsyncExitStack() as running:
            log = tmp_path / "log"
            await running.enter_async_context(process(*server, env={**os.environ}, log=log))
            where = Settings(temporal_address=f"127.0.0.1:{temporal}", temporal_namespace="escala")
            async with asyncio.timeout(30):
                while not await temporal_server.is_ready(where):
                    await asyncio.sleep(0.05)
            async with process(*python, "migrate", "--namespace", env=migrations_env, log=log) as migrations:
                assert await migrations.wait() == 0, log.read_text()
            await running.enter_async_context(process(*python, "worker", env=worker_env, log=log))
            await running.enter_async_context(
                process(*python, "api", env={**api_env, "ESCALA_API_PORT": str(api)}, log=log)
            )

            talk = Talk(url=f"http://127.0.0.1:{api}/api/v1", database_url=database)
            await talk.until_ready()
            await talk.settle_in()
            number = (await talk.open_case())["number"]
            await talk.post(Role.AGENT, f"/cases/{number}/claim")
            await talk.post(Role.AGENT, f"/cases/{number}/resolution", {"summary": "Se corrigió la capa."})
            closed = await talk.post(Role.CONTACT, f"/cases/{number}/confirmation")
            assert closed["closing_reason"] == "confirmed"
            await eventually(lambda: sum(number in subject for subject in kept.subjects) >= 4)
            assert not (tmp_path / "nothing").exists()
