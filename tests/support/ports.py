"""Ports for servers that a test starts: of a block of the test process's own, where no connection ever leaves from."""

from __future__ import annotations

import os
from itertools import cycle

from cli.up import is_free

_FIRST, _BLOCK, _BLOCKS = 10_000, 100, 220
"""Below 32768, where Linux takes a port for whoever connects: between a probe and a server's start nobody gets it."""
_own = cycle(range(_FIRST + os.getpid() % _BLOCKS * _BLOCK, _FIRST + (os.getpid() % _BLOCKS + 1) * _BLOCK))


def free_port() -> int:
    """One where nobody listens, and which was not handed out for a hundred calls."""
    return next(port for port in _own if is_free(port))


def free_ports() -> tuple[int, int, int]:
    """For an API, a Temporal server and its pages."""
    return free_port(), free_port(), free_port()
