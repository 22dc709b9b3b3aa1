"""Downloads: the files of a case that a caller may see, and a file as it is handed out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desk.access import checked_id, reads_internal, visible_case
from desk.desk import Desk
from desk.files.file_kinds import extension_of
from desk.problems import NotFound
from storage.case import views
from storage.case.views import TimelineRow
from storage.files import files
from storage.files.files import File
from storage.signing_in.tokens import Principal


@dataclass(frozen=True)
class Download:
    """A file to be handed out: where its bytes lie, and its name as its sender gave it."""

    path: Path
    name: str

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


async def shown_files(desk: Desk, principal: Principal, number: str) -> dict[str, list[File]]:
    """The files of a case that the caller may see, by the text that carries them."""
    facts = await views.timeline(desk.database, number)
    return await files_of(desk, number, [each for each in facts if reads_internal(principal) or not each.internal])


async def files_of(desk: Desk, number: str, facts: Sequence[TimelineRow]) -> dict[str, list[File]]:
    """The files that these facts of a case publish, by the text that carries them."""
    published = {content_id for row in facts for content_id in row.words}
    return await files.of_case(desk.database, number, published)
