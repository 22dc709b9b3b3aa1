"""The migrated database that tests copy: made once in a process, whichever of them asks first."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from storage.engine.database import upgrade


@cache
def migrated_file() -> Path:
    """An SQLite database with every table and nothing in it. Copy it; it is everybody's."""
    folder = Path(tempfile.mkdtemp(prefix="escala-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    upgrade(f"sqlite+aiosqlite:///{folder / 'escala.db'}")
    return folder / "escala.db"
