"""Which files are taken: by the extension of their name, and only where the content is what the extension says.

Nothing is searched for viruses here: what is kept is handed out as a download that no browser opens, and whoever opens
it has a scanner of their own.
"""

from __future__ import annotations

import json
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

import puremagic

from escala.api.pictures import UnreadablePicture, redrawn
from escala.api.problems import Problem

LARGEST_FILE = 25 * 1024 * 1024
_HEAD = 64 * 1024
_LONGEST_NAME = 120
_MOST_MEMBERS, _LARGEST_UNPACKED = 5_000, 400 * 1024 * 1024
_ALLOWED_CONTROLS = frozenset("\t\n\r\f\x1b")  # a terminal's log has its colours
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))})


class FileTypeNotAccepted(Problem):
    status = 415
    message = "Files of this type are not accepted. These are: {extensions}."


class FileContentMismatch(Problem):
    status = 422
    message = "The file {file} is not what its extension says, or is damaged."


@dataclass(frozen=True)
class Kind:
    """A kind of file. `read` answers the content to keep, or raises ValueError where it is not of that kind."""

    media_type: str
    read: Callable[[BinaryIO], BinaryIO]


def extension_of(name: str) -> str:
    return name.rpartition(".")[2].casefold() if "." in name else ""


def kind_of(name: str) -> Kind:
    """The kind that a name claims. Refuses FileTypeNotAccepted."""
    kind = KINDS.get(extension_of(name))
    if kind is None:
        raise FileTypeNotAccepted(extensions=", ".join(sorted(KINDS)))
    return kind


def examined(name: str, content: BinaryIO) -> BinaryIO:
    """The content to keep of a file with this name: pictures are drawn anew. It blocks; refuses FileContentMismatch."""
    kind = kind_of(name)
    content.seek(0)
    try:
        return kind.read(content)
    except (ValueError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError) as wrong:
        raise FileContentMismatch(file=name) from wrong


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


# -- what each kind has to be -----------------------------------------------------------------------------------------


def _picture(form: str) -> Callable[[BinaryIO], BinaryIO]:
    def read(content: BinaryIO) -> BinaryIO:
        try:
            return redrawn(content, form)
        except UnreadablePicture as wrong:
            raise ValueError from wrong

    return read


def _known(extension: str, at: int, sign: bytes, says: bytes = b"") -> Callable[[BinaryIO], BinaryIO]:
    """Content that begins as its kind must, says its name soon, and that puremagic takes for that kind too."""

    def read(content: BinaryIO) -> BinaryIO:
        head = content.read(_HEAD)
        if head[at : at + len(sign)] != sign or says not in head[:200]:
            raise ValueError("it begins otherwise")
        try:
            found = {each.extension.lstrip(".") for each in puremagic.magic_string(head)}
        except puremagic.PureError as unknown:
            raise ValueError("nobody knows it") from unknown
        if extension not in found:
            raise ValueError("it is something else")
        return content

    return read


def _text(content: BinaryIO) -> BinaryIO:
    """Text in UTF-8 or in Windows' Latin letters, without control characters."""
    data = content.read()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252")
    if any(unicodedata.category(sign) == "Cc" and sign not in _ALLOWED_CONTROLS for sign in set(text)):
        raise ValueError("control characters")
    return content


def _json(content: BinaryIO) -> BinaryIO:
    try:
        json.loads(content.read().decode("utf-8-sig"))
    except RecursionError as deep:
        raise ValueError("nested without end") from deep
    return content


def _zip(*needed: str) -> Callable[[BinaryIO], BinaryIO]:
    """A ZIP from its first byte to its last, with these members, without macros, that does not swell."""

    def read(content: BinaryIO) -> BinaryIO:
        if content.read(4) != b"PK\x03\x04":
            raise ValueError("something stands before the archive")
        with zipfile.ZipFile(content) as archive:
            members = archive.infolist()
        names = {each.filename for each in members}
        if len(members) > _MOST_MEMBERS or sum(each.file_size for each in members) > _LARGEST_UNPACKED:
            raise ValueError("it swells")
        if any(not any(name.startswith(each) for name in names) for each in needed):
            raise ValueError("a part is missing")
        if needed and any(name.casefold().endswith(("vbaproject.bin", ".exe", ".dll", ".js")) for name in names):
            raise ValueError("macros")
        return content

    return read


_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
KINDS: Mapping[str, Kind] = {
    "png": Kind("image/png", _picture("PNG")),
    "jpg": Kind("image/jpeg", _picture("JPEG")),
    "jpeg": Kind("image/jpeg", _picture("JPEG")),
    "gif": Kind("image/gif", _picture("GIF")),
    "webp": Kind("image/webp", _picture("WEBP")),
    "pdf": Kind("application/pdf", _known("pdf", 0, b"%PDF-")),
    "txt": Kind("text/plain", _text),
    "log": Kind("text/plain", _text),
    "csv": Kind("text/csv", _text),
    "json": Kind("application/json", _json),
    "geojson": Kind("application/geo+json", _json),
    "har": Kind("application/json", _json),
    "docx": Kind(f"{_OFFICE}.wordprocessingml.document", _zip("[Content_Types].xml", "word/")),
    "xlsx": Kind(f"{_OFFICE}.spreadsheetml.sheet", _zip("[Content_Types].xml", "xl/")),
    "pptx": Kind(f"{_OFFICE}.presentationml.presentation", _zip("[Content_Types].xml", "ppt/")),
    "odt": Kind(f"{_OPEN}.text", _zip("mimetype", "content.xml")),
    "ods": Kind(f"{_OPEN}.spreadsheet", _zip("mimetype", "content.xml")),
    "zip": Kind("application/zip", _zip()),
    "mp4": Kind("video/mp4", _known("mp4", 4, b"ftyp")),
    "webm": Kind("video/webm", _known("webm", 0, b"\x1a\x45\xdf\xa3", b"webm")),
}
"""What is taken, by extension. Nothing here is something that a browser would run."""
