"""Downloads: the files of a case that a caller may see, and a file as it is handed out."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from desk.access import checked_id, reads_internal, visible_case
from desk.desk import Desk
from desk.files.file_kinds import PICTURES, extension_of, shrunk
from desk.problems import NotFound, StorageFull
from storage.case import views
from storage.case.views import TimelineRow
from storage.files import files
from storage.files.file_store import FileStore
from storage.files.files import File
from storage.signing_in.tokens import Principal

SANDBOX = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
}
"""The headers that a download carries over HTTP: whatever it holds, no browser runs it, shows it in a page of ours or
keeps it."""


@dataclass(frozen=True)
class Download:
    """A file to be handed out: where its bytes lie, and its name as its sender gave it."""

    path: Path
    name: str
    media_type: str = "application/octet-stream"

    @property
    def plain_name(self) -> str:
        """The name in plain ASCII, for readers that know no other."""
        plain = self.name.encode("ascii", "ignore").decode().replace('"', "").replace("\\", "").strip()
        return plain if plain.rpartition(".")[0].strip() else f"archivo.{extension_of(self.name)}"


async def download_of(desk: Desk, principal: Principal, file_id: str) -> Download:
    """A file to hand out; NotFound for what the caller may not see, and for what was never published."""
    file = await files.get(desk.database, checked_id(file_id))
    if file is None or file.case_number is None or file.content_id is None:
        raise NotFound
    await visible_case(desk, principal, file.case_number)
    carried = await shown_files(desk, principal, file.case_number)
    path = desk.files.path(file.stored_name)
    if file.content_id not in carried or not path.is_file():
        raise NotFound
    return Download(path, file.name)


async def picture_of(desk: Desk, principal: Principal, file_id: str, *, small: bool = False) -> Download:
    """A picture to be shown, whole or small; NotFound for what is none, and for what the caller may not see.

    The small one is drawn when it is first asked for, and kept beside the whole one, which stands in for it where none
    can be drawn.
    """
    found = await download_of(desk, principal, file_id)
    file = await files.get(desk.database, file_id)
    if file is None or file.media_type not in PICTURES:
        raise NotFound
    whole = replace(found, media_type=file.media_type)
    if not small:
        return whole
    path = desk.files.small_path(file.stored_name)
    if not path.is_file():
        async with desk.examinations.turn(principal.actor):
            if not await asyncio.to_thread(_draw_small, desk.files, file.stored_name):
                return whole
    return Download(path, f"{found.name.rpartition('.')[0]}.webp", "image/webp")


def _draw_small(store: FileStore, stored_name: str) -> bool:
    if store.small_path(stored_name).is_file():  # meanwhile
        return True
    try:
        with store.path(stored_name).open("rb") as whole, shrunk(whole) or nullcontext() as small:
            if small:
                store.put_small(stored_name, small)
    except (OSError, StorageFull):
        return False
    return small is not None


async def shown_files(desk: Desk, principal: Principal, number: str) -> dict[str, list[File]]:
    """The files of a case that the caller may see, by the text that carries them."""
    facts = await views.timeline(desk.database, number)
    return await files_of(desk, number, [each for each in facts if reads_internal(principal) or not each.internal])


async def files_of(desk: Desk, number: str, facts: Sequence[TimelineRow]) -> dict[str, list[File]]:
    """The files that these facts of a case publish, by the text that carries them."""
    published = {content_id for row in facts for content_id in row.words}
    return await files.of_case(desk.database, number, published)
