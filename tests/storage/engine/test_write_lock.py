"""The right to write a SQLite file goes round among tasks and processes, one at a time."""

from __future__ import annotations

import asyncio
import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.engine.write_lock import WriteLock

HOLD_UNTIL_TOLD = """
import fcntl, sys
with open(sys.argv[1], "a") as file:
    fcntl.flock(file, fcntl.LOCK_EX)
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "escala.db.lock"


@pytest.fixture
def lock(file: Path) -> Iterator[WriteLock]:
    lock = WriteLock(file)
    yield lock
    lock.close()


@pytest.fixture
def other(file: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock until it reads a line or dies."""
    command = [sys.executable, "-c", HOLD_UNTIL_TOLD, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def is_free(file: Path) -> bool:
    with file.open("a") as own:
        try:
            fcntl.flock(own, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


async def hold(lock: WriteLock) -> None:
    async with lock.held():
        pass


async def test_one_task_writes_at_a_time(lock: WriteLock) -> None:
    inside = 0
    most = 0

    async def write() -> None:
        nonlocal inside, most
        async with lock.held():
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(write() for _ in range(20)))

    assert most == 1


async def test_a_task_waits_for_another_process(lock: WriteLock, other: subprocess.Popen[str]) -> None:
    """It waits without holding up the loop, and goes on when the other is done."""
    waiting = asyncio.create_task(hold(lock))
    done, _ = await asyncio.wait([waiting], timeout=0.05)
    assert not done

    assert other.stdin is not None
    other.stdin.write("\n")
    other.stdin.flush()

    await asyncio.wait_for(waiting, 5)


async def test_a_process_that_is_killed_holds_nothing(lock: WriteLock, other: subprocess.Popen[str]) -> None:
    waiting = asyncio.create_task(hold(lock))

    other.kill()

    await asyncio.wait_for(waiting, 5)


async def test_a_task_that_is_cancelled_while_it_waits_leaves_the_lock_free(
    lock: WriteLock, file: Path, other: subprocess.Popen[str]
) -> None:
    """It goes away at once; the thread that waits for it gets the lock after all, and gives it up."""
    waiting = asyncio.create_task(hold(lock))
    await asyncio.wait([waiting], timeout=0.05)

    waiting.cancel()
    waiting.cancel()
    await asyncio.wait([waiting], timeout=5)
    assert waiting.cancelled()

    other.kill()
    async with asyncio.timeout(5):
        await hold(lock)
    assert is_free(file)


async def test_the_file_is_not_handed_to_child_processes(lock: WriteLock) -> None:
    """A child that inherited it would hold on to the lock of a parent that died."""
    async with lock.held():
        assert os.get_inheritable(lock._file) is False
