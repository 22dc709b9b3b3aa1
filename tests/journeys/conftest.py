"""A whole desk for the journeys: `escala up` as a process of its own, spoken to over HTTP only."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import psutil
import pytest

from storage.webhooks.webhooks import new_secret
from tests.journeys.talk import Talk
from tests.support.ports import free_port, free_ports
from tests.support.server import eventually

_LIMITS = (
    'level_1 = ["3s", "6s", "1h", "2h"]\nlevel_2 = ["3s", "6s", "1h", "2h"]\nlevel_3 = ["3s", "4h", "8h", "16h"]\n'
)
TELEPHONE_SECRET = new_secret()
"""What the telephone system signs its events with."""


@dataclass(kw_only=True)
class LiveDesk(Talk):
    """An installation in a folder of its own: its process, and who speaks to it."""

    folder: Path
    ports: tuple[int, int, int]
    environment: dict[str, str]
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start everything and wait until the API is ready."""
        api, temporal, ui = map(str, self.ports)
        arguments = ("--no-demo", "--api-port", api, "--temporal-port", temporal, "--ui-port", ui)
        with (self.folder / "up.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "cli", "up", *arguments, env=self.environment, stdout=log, stderr=log
            )
        await self.until_ready()

    async def until_ready(self) -> None:
        """Wait until it is ready; one that has ended, or does not get there, is told with what it said."""
        assert self.process is not None
        ready, ended = asyncio.ensure_future(super().until_ready()), asyncio.ensure_future(self.process.wait())
        await asyncio.wait((ready, ended), return_when=asyncio.FIRST_COMPLETED)
        (ready if ended.done() else ended).cancel()
        is_ready = ready.done() and ready.exception() is None
        assert is_ready, (self.folder / "up.log").read_text(encoding="utf-8")

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


@pytest.fixture(scope="package")
async def live_desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveDesk]:
    """A desk in service whose priority 1 and 2 limits are seconds, with one Premium customer: one for all journeys,
    which one process of a run lives (tests/conftest.py), for to start it takes as long as most of them.
    """
    tmp_path = tmp_path_factory.mktemp("desk")
    policy = files("policy").joinpath("policy.toml").read_text(encoding="utf-8")
    before, _, rest = policy.partition("[matrix]\n")
    after = rest[rest.index("\n#") :]
    policy_file = tmp_path / "policy.toml"
    policy_file.write_text(f"{before}[matrix]\n{_LIMITS}{after}", encoding="utf-8")
    environment = {
        **os.environ,
        "ESCALA_STATE_DIR": str(tmp_path / "state"),
        "ESCALA_POLICY_FILE": str(policy_file),
        "ESCALA_INTAKE_SMTP_PORT": str(free_port()),
        "ESCALA_TELEPHONE_SECRET": TELEPHONE_SECRET,
    }
    ports = free_ports()
    desk = LiveDesk(
        url=f"http://127.0.0.1:{ports[0]}/api/v1",
        database_url=f"sqlite+aiosqlite:///{tmp_path / 'state' / 'escala.db'}",
        folder=tmp_path,
        ports=ports,
        environment=environment,
    )
    await desk.start()
    await desk.settle_in()
    yield desk
    if desk.process and desk.process.returncode is None:
        await desk.stop()
