"""The folder of files' bytes, under random names that say nothing, each whole or not there."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO


class FileStore:
    """A folder of bytes. Its calls block: make them in a thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.tidied_at: datetime | None = None

    def put(self, stored_name: str, content: BinaryIO) -> None:
        """Keep bytes, from the start, for good before this returns; what was half written is never seen."""
        content.seek(0)
        kept = self.path(stored_name)
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        arriving = self._arriving()
        with tempfile.NamedTemporaryFile(dir=arriving, delete=False) as part:
            try:
                shutil.copyfileobj(content, part)
                part.flush()
                os.fsync(part.fileno())
                Path(part.name).replace(kept)
            except BaseException:
                Path(part.name).unlink(missing_ok=True)
                raise

    def path(self, stored_name: str) -> Path:
        """Where the bytes are; whoever asks checks that they are there."""
        assert stored_name.isalnum(), "stored names are ours, and lead nowhere else"
        return self._folder / stored_name[:2] / stored_name

    def small_path(self, stored_name: str) -> Path:
        """Where a small one of a picture is, once it was drawn."""
        return self.path(f"{stored_name}small")

    def put_small(self, stored_name: str, content: BinaryIO) -> None:
        """Keep a small one beside the picture, with which it goes."""
        self.put(f"{stored_name}small", content)

    def remove(self, stored_names: Iterable[str]) -> None:
        """Remove these, and the small ones beside them."""
        for each in stored_names:
            self.path(each).unlink(missing_ok=True)
            self.small_path(each).unlink(missing_ok=True)

    def remove_arriving(self, *, before: datetime) -> None:
        """Remove what has been arriving since before that instant."""
        for part in self._arriving().iterdir():
            with suppress(FileNotFoundError):  # it has arrived
                if part.stat().st_mtime < before.timestamp():
                    part.unlink()

    def _arriving(self) -> Path:
        folder = self._folder / "arriving"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder
