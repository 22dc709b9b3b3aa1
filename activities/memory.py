"""The memory that this process may use, and how many waiting cases fit into it."""

from __future__ import annotations

import os
from pathlib import Path

CASE = 200 * 1024
"""Bytes of a case that waits in a worker: what `bench/memory.py` finds, and something for its turns."""
ITSELF = 350 * 1024 * 1024
"""Bytes of a worker that has no case yet, and of what it does beside: mail, looks at providers, turns under way."""
SHARE_OF_A_MACHINE = 0.25
"""Where nobody set a limit, databases and Temporal live on the same machine."""
FEWEST, MOST = 500, 100_000
_CGROUPS = Path("/sys/fs/cgroup")
_OURS = Path("/proc/self/cgroup")


def cases_that_fit(*, cgroups: Path = _CGROUPS, ours: Path = _OURS) -> int:
    """How many waiting cases a worker may keep: what is left of its container's memory, or of a quarter of the machine.

    A case that is not kept is read again from its history when something happens to it.
    """
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limit = limit_of_container(cgroups, ours)
    allowed = machine * SHARE_OF_A_MACHINE if limit is None or limit >= machine else limit
    return min(max(int((allowed - ITSELF) / CASE), FEWEST), MOST)


def limit_of_container(cgroups: Path, ours: Path) -> int | None:
    """The least memory, in bytes, that a group of this process is held to (cgroups 1 and 2); None where none is."""
    found: list[str] = []
    for line in _lines(ours):
        _, controllers, path = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        root = cgroups / "memory" if controllers else cgroups
        name = "memory.limit_in_bytes" if controllers else "memory.max"
        # In a container the path may be the machine's, and unknown here: the root is the container's own group then.
        within = Path(path.lstrip("/"))
        found += [said for each in (within, *within.parents) for said in _lines(root / each / name) if said.isdigit()]
    return min(map(int, found), default=None)


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text().splitlines()
    except OSError:
        return []
