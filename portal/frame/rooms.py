"""The portal's rooms, and what each holds beside its code: templates, and the files that browsers load.

A template is named by its room ("case/page.html"); a static file's name is its own in the whole portal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

_PORTAL = Path(__file__).parents[1]
ROOMS = (
    "frame",
    "signing_in",
    "case",
    "chat",
    "queue",
    "customers",
    "direction",
    "process",
    "webhooks",
    "mail",
    "telephone",
    "duty",
)
TEMPLATES: Mapping[str, Path] = {room: _PORTAL / room / "templates" for room in ROOMS}
STATIC: tuple[Path, ...] = tuple(found for room in ROOMS if (found := _PORTAL / room / "static").is_dir())


def static_address(path: str) -> str:
    """Where a static file is; the address changes with its content, so that browsers may keep it for ever."""
    return f"/static/{path}?{_versions().get(path, '')}"


@lru_cache(maxsize=1)
def _versions() -> Mapping[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()[:10]
        for folder in STATIC
        for file in folder.rglob("*")
        if file.is_file()
    }
