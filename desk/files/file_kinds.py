"""The kinds of files that are taken, by extension, and only where the content is what the extension says.

Content is read by `examination`, in a process of its own: whoever chose the bytes must not choose how long everybody
waits, nor how much memory there is left. Nothing is searched for viruses here: what is kept is handed out as a download
that no browser opens, and whoever opens it has a scanner of their own.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, cast

from desk.files.examination import SHRINK, Finding
from desk.problems import Problem, StorageFull

LARGEST_FILE = 25 * 1024 * 1024
_LONGEST_NAME = 120
_PATIENCE = 30.0
"""Seconds for an examination on a machine that is busy with others."""

_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))})
_EXAMINATION = (sys.executable, "-P", "-m", "desk.files.examination")
_ENVIRONMENT = {"PYTHONPATH": str(Path(__file__).parents[2])}
"""All that it inherits: none of our secrets is in the process that reads what strangers send."""

_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
KINDS: Mapping[str, str] = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "pdf": "application/pdf",
    "txt": "text/plain",
    "log": "text/plain",
    "csv": "text/csv",
    "json": "application/json",
    "geojson": "application/geo+json",
    "har": "application/json",
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "pptx": f"{_OFFICE}.presentationml.presentation",
    "odt": f"{_OPEN}.text",
    "ods": f"{_OPEN}.spreadsheet",
    "zip": "application/zip",
    "mp4": "video/mp4",
    "webm": "video/webm",
}
"""What is taken, by extension, with its media type. Nothing here is something that a browser would run."""

PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""What is shown on pages: dots alone, which were drawn anew when they came."""

_log = logging.getLogger(__name__)


class FileTypeNotAccepted(Problem):
    status = 415
    message = "Files of this type are not accepted. These are: {extensions}."


class FileContentMismatch(Problem):
    status = 422
    message = "The file {file} is not what its extension says, or is damaged."


class FileTooComplex(Problem):
    status = 422
    message = "The file {file} is too large once it is unpacked, or too intricate. Please send a simpler one, or parts."


def extension_of(name: str) -> str:
    return name.rpartition(".")[2].casefold() if "." in name else ""


def media_type_of(name: str) -> str:
    """The media type that a name claims. Refuses FileTypeNotAccepted."""
    known = KINDS.get(extension_of(name))
    if known is None:
        raise FileTypeNotAccepted(extensions=", ".join(sorted(KINDS)))
    return known


def examined(name: str, content: BinaryIO) -> BinaryIO:
    """The content to keep of a file with this name: pictures are drawn anew.

    It blocks, for seconds perhaps; refuses FileContentMismatch, FileTooComplex and StorageFull.
    """
    redrawn = tempfile.TemporaryFile()  # noqa: SIM115 - whoever keeps it closes it
    finding = None
    try:
        finding = _finding(extension_of(name), content, cast("BinaryIO", redrawn))
    finally:
        if finding is not Finding.REDRAWN:
            redrawn.close()
    if finding is Finding.REDRAWN:
        return cast("BinaryIO", redrawn)
    if finding is Finding.ANOTHER_KIND:
        raise FileContentMismatch(file=name)
    if finding is Finding.TOO_MUCH:
        raise FileTooComplex(file=name)
    if finding is Finding.NO_ROOM:
        raise StorageFull
    return content


def shrunk(content: BinaryIO) -> BinaryIO | None:
    """A small one of a picture that is kept, or None where none can be drawn. It blocks, for seconds perhaps."""
    small = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 - whoever keeps it closes it
    if _finding(SHRINK, content, small) is Finding.REDRAWN:
        return small
    small.close()
    return None


def _finding(extension: str, content: BinaryIO, redrawn: BinaryIO) -> Finding:
    """What the process that reads it says. One that had to be ended was given too much."""
    try:
        done = subprocess.run(  # noqa: S603 - ours, and all that strangers chose is an extension that is listed
            [*_EXAMINATION, extension],
            stdin=content.fileno(),
            stdout=redrawn.fileno(),
            stderr=subprocess.PIPE,
            env=_ENVIRONMENT,
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Finding.TOO_MUCH
    if done.returncode < 0:
        return Finding.TOO_MUCH
    if done.returncode not in set(Finding):
        _log.error("a file could not be examined: %s", done.stderr.decode("utf-8", "replace")[-2_000:])
        raise RuntimeError("the examination failed")
    return Finding(done.returncode)


def clean_name(given: str) -> str:
    """A name that can be shown and downloaded anywhere: the last part of a path, without signs that mean something."""
    last = given.replace("\\", "/").rpartition("/")[2]
    text = unicodedata.normalize("NFC", last)
    plain = "".join("_" if sign in '<>:"|?*%' else sign for sign in text if unicodedata.category(sign)[0] != "C")
    stem, _, extension = " ".join(plain.split()).rstrip(". ").rpartition(".")
    stem, extension = (stem.strip(". "), extension[:10]) if "." in plain else (extension, "")
    stem = stem[:_LONGEST_NAME] or "archivo"
    if stem.casefold().partition(".")[0] in _RESERVED:
        stem = f"_{stem}"
    return f"{stem}.{extension}" if extension else stem
