"""The examination of a file, in a process of its own with limits, since its sender chose its bytes.

    python -m desk.files.examination png < given > redrawn

It says what it found by its exit code. It imports nothing of the edge, and each kind only what it needs: it begins, and
ends, for each file.
"""

from __future__ import annotations

import errno
import json
import os
import resource
import sys
import unicodedata
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import IntEnum
from typing import BinaryIO

HEAD = 64 * 1024
SHRINK = "to-shrink"
"""Said in place of an extension: of a picture that is kept, a small one is to be drawn."""
MOST_MEMORY, MOST_SECONDS, LARGEST_REDRAWN = 768 * 1024**2, 10, 64 * 1024**2
_MOST_MEMBERS, _LARGEST_UNPACKED = 5_000, 400 * 1024 * 1024
_LARGEST_DIRECTORY = 2 * 1024 * 1024
_LARGEST_LIST_OF_PARTS = 1024 * 1024
_ALLOWED_CONTROLS = frozenset("\t\n\r\f\x1b")  # a terminal's log has its colours

Reader = Callable[[BinaryIO, BinaryIO], bool]
"""Reads content; whether it wrote what is to be kept in its place. ValueError: it is not of that kind."""


class Finding(IntEnum):
    """What was found, as an exit code."""

    AS_IT_IS = 0
    REDRAWN = 10
    ANOTHER_KIND = 20
    TOO_MUCH = 21
    NO_ROOM = 22


class TooMuch(Exception):
    """Reading it would take more than any file of use to anybody."""


def found(extension: str, content: BinaryIO, redrawn: BinaryIO) -> Finding:
    """What content is, seen as a file with this extension; what is to be kept in its place is written to `redrawn`."""
    from zipfile import BadZipFile

    content.seek(0)
    try:
        is_redrawn = (_shrunk if extension == SHRINK else READERS[extension])(content, redrawn)
        redrawn.flush()
    except (TooMuch, MemoryError, RecursionError):
        return Finding.TOO_MUCH
    except (ValueError, SyntaxError, zlib.error, BadZipFile, NotImplementedError, RuntimeError, EOFError):
        return Finding.ANOTHER_KIND
    except OSError as error:  # otherwise what was redrawn is larger than any file may be
        return Finding.NO_ROOM if error.errno in (errno.ENOSPC, errno.EDQUOT) else Finding.TOO_MUCH
    return Finding.REDRAWN if is_redrawn else Finding.AS_IT_IS


def main(extension: str) -> int:
    """The child process: whatever it is given, it takes no more than this of the machine."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_REDRAWN, LARGEST_REDRAWN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with os.fdopen(0, "rb") as content, suppress(OSError), os.fdopen(1, "wb") as redrawn:
        finding = found(extension, content, redrawn)
    return finding  # also where what there was no room for is tried once more at the end


# -- what each kind has to be -----------------------------------------------------------------------------------------


def _picture(form: str) -> Reader:
    def read(content: BinaryIO, redrawn: BinaryIO) -> bool:
        from desk.files import pictures

        try:
            pictures.redraw(content, form, redrawn)
        except pictures.UnreadablePicture as wrong:
            raise ValueError from wrong
        except pictures.HugePicture as wrong:
            raise TooMuch from wrong
        return True

    return read


def _shrunk(content: BinaryIO, redrawn: BinaryIO) -> bool:
    from desk.files import pictures

    try:
        pictures.shrink(content, redrawn)
    except pictures.UnreadablePicture as wrong:
        raise ValueError from wrong
    except pictures.HugePicture as wrong:
        raise TooMuch from wrong
    return True


def _known(extension: str, at: int, sign: bytes, says: bytes = b"") -> Reader:
    """Content that begins as its kind must, says its name soon, and that puremagic takes for that kind too."""

    def read(content: BinaryIO, _: BinaryIO) -> bool:
        import puremagic

        head = content.read(HEAD)
        if head[at : at + len(sign)] != sign or says not in head[:200]:
            raise ValueError("it begins otherwise")
        try:
            kinds = {each.extension.lstrip(".") for each in puremagic.magic_string(head)}
        except puremagic.PureError as unknown:
            raise ValueError("nobody knows it") from unknown
        if extension not in kinds:
            raise ValueError("it is something else")
        return False

    return read


_begins_as_pdf = _known("pdf", 0, b"%PDF-")


def _pdf(content: BinaryIO, redrawn: BinaryIO) -> bool:
    """A PDF with a beginning and an end, which says where its table of contents is."""
    _begins_as_pdf(content, redrawn)
    content.seek(-min(2_048, content.seek(0, os.SEEK_END)), os.SEEK_END)
    tail = content.read()
    if b"startxref" not in tail or b"%%EOF" not in tail:
        raise ValueError("it does not end")
    return False


def _text(content: BinaryIO, _: BinaryIO) -> bool:
    """Text in UTF-8 or in Windows' Latin letters, without control characters."""
    data = content.read()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252")
    if any(unicodedata.category(sign) == "Cc" and sign not in _ALLOWED_CONTROLS for sign in set(text)):
        raise ValueError("control characters")
    return False


def _json(content: BinaryIO, _: BinaryIO) -> bool:
    json.loads(content.read().decode("utf-8-sig"), object_pairs_hook=lambda _: None)  # its objects are of no use to us
    return False


def _zip(*needed: str) -> Reader:
    """A ZIP from its first byte to its last, with these members, without macros, that does not swell."""

    def read(content: BinaryIO, _: BinaryIO) -> bool:
        from zipfile import ZipFile

        if content.read(4) != b"PK\x03\x04":
            raise ValueError("something stands before the archive")
        _check_directory(content)
        with ZipFile(content) as archive:
            members = archive.infolist()
            names = {each.filename for each in members}
            if len(members) > _MOST_MEMBERS or sum(each.file_size for each in members) > _LARGEST_UNPACKED:
                raise TooMuch
            if any(not any(name.startswith(each) for name in names) for each in needed):
                raise ValueError("a part is missing")
            if needed and any(name.casefold().endswith(("vbaproject.bin", ".exe", ".dll", ".js")) for name in names):
                raise ValueError("macros")
            if _PARTS in needed:
                with archive.open(_PARTS) as parts:
                    _check_parts(parts.read(_LARGEST_LIST_OF_PARTS + 1))
        return False

    return read


_PARTS = "[Content_Types].xml"


def _check_directory(content: BinaryIO) -> None:
    """Look at how long an archive's directory is before it is read: each entry becomes an object."""
    content.seek(-min(HEAD + 22, content.seek(0, os.SEEK_END)), os.SEEK_END)
    tail = content.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0:
        raise ValueError("it has no directory")
    members = int.from_bytes(tail[end + 10 : end + 12], "little")
    size = int.from_bytes(tail[end + 12 : end + 16], "little")
    is_zip64 = tail[max(0, end - 20) : end].startswith(b"PK\x06\x07")  # which nothing of 25 MB needs
    if members > _MOST_MEMBERS or size > _LARGEST_DIRECTORY or is_zip64:
        raise TooMuch


def _check_parts(listed: bytes) -> None:
    """Office's list of a document's parts names no macros, under whatever names their parts go."""
    from xml.etree import ElementTree as ET

    if len(listed) > _LARGEST_LIST_OF_PARTS:
        raise TooMuch
    for part in ET.fromstring(listed).iter():  # noqa: S314 - what a hostile text may take is limited here
        kind = part.get("ContentType", "").casefold()
        if "macro" in kind or "vba" in kind:
            raise ValueError("macros")


_office = _zip(_PARTS, "word/"), _zip(_PARTS, "xl/"), _zip(_PARTS, "ppt/")
_open_document = _zip("mimetype", "content.xml")
READERS: Mapping[str, Reader] = {
    "png": _picture("PNG"),
    "jpg": _picture("JPEG"),
    "jpeg": _picture("JPEG"),
    "gif": _picture("GIF"),
    "webp": _picture("WEBP"),
    "pdf": _pdf,
    "txt": _text,
    "log": _text,
    "csv": _text,
    "json": _json,
    "geojson": _json,
    "har": _json,
    "docx": _office[0],
    "xlsx": _office[1],
    "pptx": _office[2],
    "odt": _open_document,
    "ods": _open_document,
    "zip": _zip(),
    "mp4": _known("mp4", 4, b"ftyp"),
    "webm": _known("webm", 0, b"\x1a\x45\xdf\xa3", b"webm"),
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
