"""The supervisor of processes: start until ready, restart after a death, stop in reverse order.

It knows no process by name: `up.py` says which processes there are.
"""

import asyncio
import ctypes
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from wording import console

DEATHS_ALLOWED = 5
DEATHS_WITHIN = 60.0
PAUSE = 0.5
"""Seconds more that each restart waits than the one before; the first is at once."""
LOG_LIMIT = 10 * 1024 * 1024
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Process:
    """A process to keep alive, and how to know that it serves (asked with its process id)."""

    name: str
    command: Sequence[str]
    log: Path
    ready: Callable[[int], Awaitable[bool]]
    environment: Mapping[str, str] = field(default_factory=dict)


class Supervisor:
    """The processes started so far, each kept alive until `stop`."""

    def __init__(
        self, *, say: Callable[[str], object] = print, ready_within: float = 60.0, grace: float = 15.0
    ) -> None:
        self._say, self._ready_within, self._grace = say, ready_within, grace
        self._kept: list[_Kept] = []

    async def start(self, process: Process) -> None:
        """Start it and return once it serves; from then on a death means a restart."""
        began = time.monotonic()
        kept = _Kept(process, self._say)
        self._kept.append(kept)
        ready = asyncio.create_task(kept.until_ready())
        try:
            await asyncio.wait({ready, kept.life}, timeout=self._ready_within, return_when=asyncio.FIRST_COMPLETED)
            if kept.life.done():
                kept.life.result()
            if not ready.done():
                raise console.Stopped(console.never_ready(process.name, self._ready_within, process.log), 1)
            ready.result()
        finally:
            ready.cancel()
        self._say(console.ready(process.name, time.monotonic() - began))

    async def watch(self) -> None:
        """Wait until one of them dies too often, and raise that; it never returns otherwise."""
        done, _ = await asyncio.wait({kept.life for kept in self._kept}, return_when=asyncio.FIRST_COMPLETED)
        done.pop().result()

    async def stop(self) -> None:
        """Stop them all, the last one started first, so that nobody loses what it still needs."""
        for kept in reversed(self._kept):
            if not await kept.stop(self._grace):
                self._say(console.stopped_by_force(kept.process.name))

    def kill(self) -> None:
        """End them all at once: the operator asked twice."""
        for kept in self._kept:
            kept.send(signal.SIGKILL)


class _Kept:
    """One process over its lives."""

    def __init__(self, process: Process, say: Callable[[str], object]) -> None:
        self.process, self._say = process, say
        self._child: asyncio.subprocess.Process | None = None
        self.life = asyncio.create_task(self._keep_alive())

    async def _keep_alive(self) -> None:
        _rotate(self.process.log)
        deaths: deque[float] = deque(maxlen=DEATHS_ALLOWED)
        while True:
            self._child = await _spawn(self.process)
            exit_code = await self._child.wait()
            deaths.append(time.monotonic())
            if len(deaths) == DEATHS_ALLOWED and deaths[-1] - deaths[0] < DEATHS_WITHIN:
                raise console.Stopped(console.keeps_dying(self.process.name, DEATHS_ALLOWED, self.process.log), 1)
            self._say(console.died(self.process.name, exit_code))
            await asyncio.sleep(PAUSE * (len(deaths) - 1))

    async def until_ready(self) -> None:
        while self._child is None or not await self.process.ready(self._child.pid):  # noqa: ASYNC110
            await asyncio.sleep(0.05)  # another process cannot set an event of ours

    async def stop(self, grace: float) -> bool:
        """Ask it to end; past the grace period, end it. False: it had to be ended."""
        self.life.cancel()
        with suppress(asyncio.CancelledError, console.Stopped):
            await self.life
        if self._child is None:
            return True
        self.send(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._child.wait(), grace)
        except TimeoutError:
            self.send(signal.SIGKILL)
            await self._child.wait()
            return False
        return True

    def send(self, signal_number: int) -> None:
        if self._child is not None and self._child.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal_number)


async def _spawn(process: Process) -> asyncio.subprocess.Process:
    # A session of its own: the terminal's Ctrl-C reaches us alone, so that the order of stopping holds.
    with process.log.open("ab") as log:
        return await asyncio.create_subprocess_exec(
            *process.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, **process.environment},
            start_new_session=True,
            preexec_fn=_die_with_parent(os.getpid()),
        )


def _die_with_parent(parent: int) -> Callable[[], None]:
    """Have the kernel end the child when the supervisor itself is killed; every process here survives a kill -9."""

    def in_child() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(1)

    return in_child


def _rotate(log: Path) -> None:
    """Begin a new file where the last one grew large; one old file is kept."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(log.suffix + ".1"))
