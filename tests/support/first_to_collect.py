"""The order in which a run's processes read the tests: one before the others, who then find everything compiled.

On a fresh checkout each would compile all modules and rewrite all tests' assertions by itself, at the same time.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

_WHICH, _FIRST = "PYTEST_XDIST_WORKER", "gw0"
_LONGEST = 120.0
"""Seconds to wait for one that does not get there: each can do without it."""


def wait() -> None:
    """Return once the first process has collected; at once in it, and where there is one only."""
    until = time.monotonic() + _LONGEST
    while os.environ.get(_WHICH, _FIRST) != _FIRST and not _mark().exists() and time.monotonic() < until:
        time.sleep(0.1)


def say() -> None:
    """Let the others go on, if this is the first of several."""
    if os.environ.get(_WHICH) == _FIRST:
        _mark().touch()


def forget() -> None:
    """Take the first one's mark away, at the end of a run."""
    if os.environ.get(_WHICH) == _FIRST:
        _mark().unlink(missing_ok=True)


def _mark() -> Path:
    return Path(tempfile.gettempdir(), f"escala-collected-{os.environ['PYTEST_XDIST_TESTRUNUID']}")
