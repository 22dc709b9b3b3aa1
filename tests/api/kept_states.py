"""States that many tests begin with: reached over HTTP once, then copied into the next office's database."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path

from policy.case.commands import Command
from tests.api.office import Office

Way = Callable[[], Awaitable[str]]


@dataclass(frozen=True)
class _Kept:
    """The database where the way ended, the number that it answered, and what the desk had heard."""

    file: Path
    number: str
    heard: dict[str, Command]


_kept: dict[tuple[str, str], _Kept] = {}
"""By the state's name, and by a secret of the offices that may begin there: each package furnishes its own."""


async def reached(office: Office, name: str, way: Way) -> str:
    """Go the way to the state of this name, or be there at once; answers what the way answers.

    Only an office in which nothing happened yet can be there at once: any other goes the way.
    """
    if not office.is_untouched:
        return await way()
    its = name, office.secrets["agent"]
    if its not in _kept:
        number = await way()
        kept = _Kept(_folder() / f"{len(_kept)}.db", number, dict(office.desk.heard))
        _copy(office.file, kept.file)
        _kept[its] = kept
    else:
        _copy(_kept[its].file, office.file)
        office.desk.heard.update(_kept[its].heard)
    office.keys = (f"later-{place}" for place in count(1))  # those of the way are used
    return _kept[its].number


def _copy(one: Path, other: Path) -> None:
    with closing(sqlite3.connect(one)) as source, closing(sqlite3.connect(other)) as target:
        source.backup(target)


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="escala-states-"))
