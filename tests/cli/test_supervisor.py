"""What `escala up` promises about the processes that it keeps: order, restarts, giving up, and a clean end."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest

from cli import supervisor
from cli.supervisor import Process, Supervisor
from wording import console


class Desk:
    """A supervisor over toy processes, and what it said."""

    def __init__(self, folder: Path) -> None:
        self.said: list[str] = []
        self.folder = folder
        self.supervisor = Supervisor(say=self.said.append, ready_within=10, grace=5)

    def process(self, name: str, code: str) -> Process:
        """A Python program that writes its process id to a file named after it, then does what `code` says."""
        pid_file = self.folder / name
        program = (
            "import os, pathlib, signal, sys, time\n"
            f"folder = pathlib.Path({str(self.folder)!r})\n"
            f"def end(*_):\n    (folder / 'order').open('a').write({name!r} + ' ')\n    sys.exit(0)\n"
            "signal.signal(signal.SIGTERM, end)\n"
            f"(folder / 'new').write_text(str(os.getpid()))\n(folder / 'new').replace({str(pid_file)!r})\n{code}"
        )

        async def ready(pid: int) -> bool:
            return self.pid(name) == pid

        return Process(name, (sys.executable, "-c", program), self.folder / "log" / f"{name}.log", ready)

    def pid(self, name: str) -> int | None:
        file = self.folder / name
        return int(file.read_text()) if file.exists() else None


SLEEP = "time.sleep(600)"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    await desk.supervisor.stop()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.01)


async def test_a_process_is_started_once_it_serves(desk: Desk) -> None:
    await desk.supervisor.start(desk.process("a", SLEEP))

    assert desk.pid("a") is not None
    assert desk.said[0].startswith("a: en servicio")


async def test_processes_stop_in_reverse_order(desk: Desk) -> None:
    for name in ("first", "second", "third"):
        await desk.supervisor.start(desk.process(name, SLEEP))

    await desk.supervisor.stop()

    assert (desk.folder / "order").read_text() == "third second first "


async def test_a_killed_process_is_restarted_and_says_so_in_one_sentence(desk: Desk) -> None:
    await desk.supervisor.start(desk.process("El worker", SLEEP))
    before = desk.pid("El worker")
    assert before is not None

    os.kill(before, signal.SIGKILL)

    await until(lambda: desk.pid("El worker") != before)
    assert desk.said[1:] == ["El worker se detuvo (señal 9); se reinicia."]


async def test_five_deaths_within_a_minute_end_everything(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "PAUSE", 0)

    async def start_and_watch() -> None:
        await desk.supervisor.start(desk.process("a", "sys.exit(3)"))
        await desk.supervisor.watch()

    with pytest.raises(console.Stopped, match="se detuvo 5 veces en un minuto") as stopped:
        await start_and_watch()

    assert stopped.value.exit_code == 1
    assert desk.said.count("a se detuvo (código 3); se reinicia.") == 4


async def test_deaths_that_lie_far_apart_are_forgiven(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "PAUSE", 0)
    monkeypatch.setattr(supervisor, "DEATHS_WITHIN", 0)
    # It dies at once, so nobody may ever see it serve: what is waited for are its lives, not its readiness.
    starting = asyncio.create_task(desk.supervisor.start(desk.process("a", "sys.exit(3)")))

    await until(lambda: desk.said.count("a se detuvo (código 3); se reinicia.") > 2 * supervisor.DEATHS_ALLOWED)

    starting.cancel()
    await asyncio.wait({starting})


async def test_a_process_that_never_serves_is_named_with_its_log(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.supervisor = Supervisor(say=desk.said.append, ready_within=0.1)
    never = Process("a", (sys.executable, "-c", "import time; time.sleep(600)"), tmp_path / "a.log", _never)

    with pytest.raises(console.Stopped, match=r"a no estuvo en servicio en 0 s.*/a\.log"):
        await desk.supervisor.start(never)

    await desk.supervisor.stop()


async def _never(_: int) -> bool:
    return False


async def test_a_process_that_ignores_the_request_to_end_is_ended(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.supervisor = Supervisor(say=desk.said.append, grace=0.1)
    await desk.supervisor.start(desk.process("a", f"signal.signal(signal.SIGTERM, signal.SIG_IGN)\n{SLEEP}"))

    await desk.supervisor.stop()

    assert desk.said[-1] == "a no se detuvo a tiempo; se terminó por la fuerza."


async def test_the_terminals_interrupt_reaches_no_child(desk: Desk) -> None:
    await desk.supervisor.start(desk.process("a", SLEEP))
    pid = desk.pid("a")
    assert pid is not None

    assert os.getpgid(pid) != os.getpgid(0)


async def test_what_a_process_says_is_kept_and_a_large_log_begins_anew(desk: Desk) -> None:
    log = desk.folder / "log" / "a.log"
    log.parent.mkdir()
    log.write_bytes(b"x" * (supervisor.LOG_LIMIT + 1))

    await desk.supervisor.start(desk.process("a", f"print('hola', flush=True)\n{SLEEP}"))

    await until(lambda: log.read_text() == "hola\n")
    assert log.with_name("a.log.1").stat().st_size == supervisor.LOG_LIMIT + 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_children_of_a_killed_supervisor_do_not_linger(tmp_path: Path) -> None:
    program = (
        "import asyncio, pathlib, sys\n"
        "from cli.supervisor import Process, Supervisor\n"
        "async def ready(pid):\n    print(pid, flush=True)\n    return True\n"
        "async def main():\n"
        "    keeper = Supervisor(say=lambda _: None)\n"
        "    command = (sys.executable, '-c', 'import time; time.sleep(600)')\n"
        f"    await keeper.start(Process('a', command, pathlib.Path({str(tmp_path)!r}) / 'a.log', ready))\n"
        "    await keeper.watch()\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()

    child.wait(timeout=10)
    assert not child.is_running()
