"""`escala up`: the whole desk on one machine: its processes, their order, and what must hold first."""

import asyncio
import fcntl
import importlib
import importlib.util
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from cli import temporal_server
from cli.supervisor import Process, Supervisor
from policy.terms.policy_file import PolicyFileError
from settings import Settings
from storage.terms.policy_files import check_policy_needs, read_policy_file
from wording import console


def up(settings: Settings, *, demo: bool) -> None:
    """Run the desk until a signal ends it; `console.Stopped` says why it could not start or go on."""
    if settings.profile != "embedded":
        raise console.Stopped(console.UP_IS_EMBEDDED)
    binary = temporal_server.find_binary()
    with state_lock(settings.state_dir):
        for port, what, option in ports(settings):
            if not is_free(port):
                raise console.Stopped(console.port_in_use(port, what, option))
        try:
            read_policy_file(settings.policy_file)
        except PolicyFileError as error:
            raise console.Stopped(console.bad_policy(error)) from None
        asyncio.run(_until_signalled(settings, binary, demo=demo))


async def _until_signalled(settings: Settings, binary: Path, *, demo: bool) -> None:
    supervisor = Supervisor(say=_say)
    desk = asyncio.create_task(_run_desk(supervisor, settings, binary, demo=demo))
    loop = asyncio.get_running_loop()
    patience_ends_at: float | None = None

    def asked_to_stop() -> None:
        nonlocal patience_ends_at
        if patience_ends_at is None:
            patience_ends_at = (
                loop.time() + 1
            )  # make passes on a signal that we also got ourselves: that is one request
            _say(console.STOPPING)
            desk.cancel()
        elif loop.time() > patience_ends_at:
            supervisor.kill()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, asked_to_stop)
    try:
        with suppress(asyncio.CancelledError):
            await desk
    finally:
        await supervisor.stop()
    _say(console.STOPPED)


async def _run_desk(supervisor: Supervisor, settings: Settings, binary: Path, *, demo: bool) -> None:
    from storage.engine.database import upgrade

    await supervisor.start(temporal_process(settings, binary))
    await temporal_server.prepare_namespace(settings)
    await asyncio.to_thread(upgrade, settings.database_url)
    _say(console.MIGRATED)
    await _check_policy(settings)
    first_curl = await seed(settings) if demo else None
    await supervisor.start(_worker(settings))
    await supervisor.start(_api(settings))
    _say(console.addresses(api_url(settings), settings.temporal_ui_url, settings.state_dir))
    if first_curl:
        _say(console.first_curl(first_curl))
    await supervisor.watch()


async def _check_policy(settings: Settings) -> None:
    """Stop where what is kept asks for more than the policy file has: the processes would only say so in their logs."""
    from storage.engine.database import Database

    database = Database.at(settings.database_url)
    try:
        await check_policy_needs(database, read_policy_file(settings.policy_file), at=datetime.now(UTC))
    except PolicyFileError as error:
        raise console.Stopped(console.bad_policy(error)) from None
    finally:
        await database.close()


async def seed(settings: Settings) -> str | None:
    """The demo's customers, where there are none yet, and the command that opens a first case."""
    if importlib.util.find_spec("demo") is None:  # an installation may leave the demo out
        return None
    demo = importlib.import_module("demo.seed")
    await demo.seed_demo(settings)
    return str(demo.first_curl(settings))


def temporal_process(settings: Settings, binary: Path) -> Process:
    """The embedded Temporal server."""
    command = temporal_server.start_command(
        binary,
        settings.temporal_db,
        port=port_of(settings.temporal_address),
        ui_port=port_of(settings.temporal_ui_url),
        namespace=settings.temporal_namespace,
    )
    return Process(
        console.TEMPORAL,
        command,
        settings.log_dir / "temporal.log",
        ready=lambda _: temporal_server.is_ready(settings),
    )


def _worker(settings: Settings) -> Process:
    return Process(
        console.WORKER,
        (sys.executable, "-m", "cli", "worker"),
        settings.log_dir / "worker.log",
        ready=lambda pid: temporal_server.worker_polls(settings, pid),
        environment=settings.environment(),
    )


def _api(settings: Settings) -> Process:
    return Process(
        console.API,
        (sys.executable, "-m", "cli", "api"),
        settings.log_dir / "api.log",
        ready=lambda _: _is_ready(f"{api_url(settings)}/api/v1/health/ready"),
        environment=settings.environment(),
    )


async def _is_ready(url: str) -> bool:
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client:  # no proxy stands before our own machine
        try:
            return (await client.get(url)).is_success
        except httpx.TransportError:
            return False


def api_url(settings: Settings) -> str:
    """Where this machine reaches the API."""
    host = "127.0.0.1" if settings.api_host in {"0.0.0.0", "::"} else settings.api_host  # noqa: S104 compared, not bound
    return f"http://{host}:{settings.api_port}"


_INTAKE = "ESCALA_INTAKE_SMTP_PORT"


def ports(settings: Settings) -> list[tuple[int, str, str]]:
    """The ports that `up` needs: number, whose it is, and the option that chooses another."""
    return [
        (port_of(settings.temporal_address), "Temporal", "--temporal-port"),
        (port_of(settings.temporal_ui_url), "páginas de Temporal", "--ui-port"),
        (settings.api_port, "API", "--api-port"),
        *([(settings.intake_smtp_port, "correo entrante", _INTAKE)] if settings.intake_smtp_port else []),
    ]


def is_free(port: int) -> bool:
    """Whether a server could listen there (one that has just ended does not count)."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@contextmanager
def state_lock(folder: Path) -> Iterator[None]:
    """One `up` a folder. The kernel drops the lock with the process, so a kill -9 leaves none behind."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # customers' words and addresses lie here
        lock = (folder / "up.lock").open("a+")
    except OSError:
        raise console.Stopped(console.state_not_writable(folder)) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise console.Stopped(console.already_running(folder, lock.read())) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def is_up(folder: Path) -> bool:
    """Whether an `up` holds that folder now."""
    try:
        with (folder / "up.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def port_of(address: str) -> int:
    """The port in `host:port` or in a URL."""
    return urlsplit(address if "//" in address else f"//{address}").port or 0


def _say(sentence: str) -> None:
    print(sentence, flush=True)
