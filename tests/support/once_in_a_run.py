"""Desks that are filled once in a run of the tests, whichever of its processes asks first: the others copy them."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

Fill = Callable[[], Awaitable[dict[str, Any]]]
"""Fills the folder's database, and answers what has to be told of it, as JSON."""
_DATABASE, _TOLD = "escala.db", "told.json"


async def filled_once(name: str, folder: Path, tmp_path_factory: pytest.TempPathFactory, fill: Fill) -> dict[str, Any]:
    """Have the folder filled, or copy what another process filled: its database, its files and what it told.

    Nobody waits: who finds that another one is at it fills its own.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return await fill()
    kept = tmp_path_factory.getbasetemp().parent / f"kept-{name}"  # every worker has a folder in there
    kept.mkdir(exist_ok=True)
    with (kept / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return await fill()
        if (kept / _TOLD).exists():
            _copy(kept, folder)
            return dict(json.loads((kept / _TOLD).read_text("utf-8")))
        told = await fill()
        _copy(folder, kept)
        (kept / _TOLD).write_text(json.dumps(told), "utf-8")
    return told


def _copy(one: Path, other: Path) -> None:
    with closing(sqlite3.connect(one / _DATABASE)) as source, closing(sqlite3.connect(other / _DATABASE)) as target:
        source.backup(target)
    if (one / "files").exists():
        shutil.copytree(one / "files", other / "files", dirs_exist_ok=True)
    if (one / "secret.key").exists():
        shutil.copy(one / "secret.key", other / "secret.key")
