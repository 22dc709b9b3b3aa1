"""The API as a process of its own, and the command that gives out its tokens: no engine runs here."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result

from cli.tokens import app
from settings import settings
from tests.api.office import BASE, STANDARD, Office, open_office
from tests.support.ports import free_port

RUNNER = CliRunner()


@pytest.fixture
def installed(migrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The state folder of an installation with an empty database, which this process's settings name."""
    folder = tmp_path / "state"
    folder.mkdir()
    shutil.copy(migrated, folder / "escala.db")
    monkeypatch.setenv("ESCALA_STATE_DIR", str(folder))
    settings.cache_clear()
    yield folder
    settings.cache_clear()


def tokens(*arguments: str) -> Result:
    return RUNNER.invoke(app, list(arguments))


class TestTokens:
    def test_are_shown_once_and_listed_without_their_secret(self, installed: Path) -> None:
        made = tokens("create", "--role", "admin", "--subject", "root", "--label", "arranque")
        secret = made.stdout.strip()
        listed = tokens("list").stdout
        assert secret.startswith("esc_")
        assert "arranque" in listed
        assert secret not in listed
        assert secret.encode() not in (installed / "escala.db").read_bytes()

    def test_are_revoked_by_their_id(self, installed: Path) -> None:
        tokens("create", "--role", "admin", "--subject", "root")
        token_id = tokens("list").stdout.split()[0]
        assert tokens("revoke", token_id).exit_code == 0
        assert "revocado" in tokens("list").stdout

    @pytest.mark.parametrize("role", ["contact", "agent", "director", "system"])
    def test_are_not_for_whom_nobody_knows(self, installed: Path, role: str) -> None:
        assert tokens("create", "--role", role, "--subject", "nadie").exit_code != 0
        assert tokens("list").stdout == ""

    async def test_of_a_contact_name_its_customer(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        from cli.tokens import _subject
        from policy.case.case import Level, Role

        contact = f"contact-{STANDARD}"
        assert await _subject(office.db, Role.CONTACT, contact) == {"subject_id": contact, "customer_id": STANDARD}
        assert await _subject(office.db, Role.AGENT, "ana") == {"subject_id": "ana", "levels": (Level.HELP_DESK,)}


class TestTheProcess:
    def test_serves_without_an_engine_and_stops_at_once_with_streams_open(self, installed: Path) -> None:
        number, headers = asyncio.run(a_case(installed))
        port = free_port()
        environment = os.environ | {"ESCALA_TEMPORAL_ADDRESS": f"127.0.0.1:{free_port()}", "PYTHONWARNINGS": "ignore"}
        command = [
            sys.executable,
            "-m",
            "uvicorn",
            "--factory",
            "api.http.app:app_from_settings",
            "--port",
            str(port),
        ]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}{BASE}", timeout=10) as client:
                until_it_lives(client)
                ready = client.get("/health/ready")
                assert (ready.status_code, ready.json()["type"]) == (503, "urn:escala:not-ready")
                with client.stream("GET", f"/cases/{number}/stream", headers=headers) as following:
                    lines = following.iter_lines()  # kept: a forgotten iterator hangs up
                    assert next(lines) == ": ping"
                    process.send_signal(signal.SIGTERM)
                    assert process.wait(5) in (0, -signal.SIGTERM)
        finally:
            process.kill()
            process.wait()


async def a_case(folder: Path) -> tuple[str, dict[str, str]]:
    """A case in that installation, and the headers of an agent who may follow it."""
    async with open_office(f"sqlite+aiosqlite:///{folder / 'escala.db'}", folder) as office:
        return await office.open(), office.headers("agent")


def until_it_lives(client: httpx.Client) -> None:
    for _ in range(200):
        try:
            if client.get("/health/live").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the API did not come up")
