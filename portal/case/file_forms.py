"""Reading a form that may bring files: whatever keeps its files from being taken, its words are read.

So a page that refuses the files can give back all that was typed. From the first thing that is wrong on no byte of any
file is kept, neither on the disk nor in memory.
"""

from __future__ import annotations

from fastapi import Request
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from desk.files.uploads import MOST_FILES, TooManyFiles, check_size
from desk.problems import MalformedRequest, Problem, StorageFull, room_needed

_MOST_FIELDS = 60
_MOST_WORDS = 256 * 1024
"""Bytes of words that are read beside refused files: what is under way is not counted there."""


class FileForm(FormData):
    """A form, and why its files were not taken, if they were not: then it has none."""

    refused: Problem | None = None


async def read_file_form(request: Request, *, refused: Problem | None = None) -> FileForm:
    """The form that a request brings, which `request.form()` then answers too; of one that is `refused`, the words.

    Raises MalformedRequest for what is no form.
    """
    parser = _Reader(request.headers, request.stream(), max_files=MOST_FILES, max_fields=_MOST_FIELDS)
    parser.refused = refused
    try:
        read = await parser.parse()
    except MultiPartException as wrong:
        raise MalformedRequest from wrong
    said = [
        (name, value) for name, value in read.multi_items() if not (parser.refused and isinstance(value, UploadFile))
    ]
    form = FileForm(said)
    form.refused = parser.refused
    request._form = form  # noqa: SLF001 - where Starlette looks for a form that was read
    return form


class _Reader(MultiPartParser):
    """Starlette's parser, which takes files until one is too large, there are too many, or there is no room."""

    refused: Problem | None = None
    _is_file = False
    _files = _arrived = _words = 0

    def refuse(self, problem: Problem) -> None:
        """Let go of all files, and take no more."""
        self.refused = self.refused or problem
        for file in self._files_to_close_on_error:
            file.close()

    def on_part_begin(self) -> None:
        self._is_file, self._arrived = False, 0
        super().on_part_begin()

    def on_headers_finished(self) -> None:
        _, options = parse_options_header(self._current_part.content_disposition)
        self._is_file = b"filename" in options
        if self._is_file and not self._begins(named=bool(options[b"filename"])):
            return
        super().on_headers_finished()
        if file := self._current_part.file:
            self._current_part.file = _Incoming(self, file)

    def _begins(self, *, named: bool) -> bool:
        """Whether a file is taken in; a browser sends a nameless one where nobody chose any."""
        self._files += named
        if self._files > MOST_FILES:
            self.refuse(TooManyFiles(most=MOST_FILES))
        return named and self.refused is None

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file and self._current_part.file is None:
            return
        if self._is_file:
            self._arrived += end - start
            try:
                check_size(self._arrived)
            except Problem as too_large:
                self.refuse(too_large)
        else:
            self._words += end - start
            if self.refused and self._words > _MOST_WORDS:
                raise self.refused
        super().on_part_data(data, start, end)

    def on_part_end(self) -> None:
        if not self._is_file or self._current_part.file is not None:
            super().on_part_end()


class _Incoming(UploadFile):
    """A file on its way to where it waits; a disk without room refuses it, and what is refused goes nowhere."""

    def __init__(self, reader: _Reader, file: UploadFile) -> None:
        super().__init__(file.file, size=file.size, filename=file.filename, headers=file.headers)
        self._reader = reader

    async def write(self, data: bytes) -> None:
        if self._reader.refused:
            return
        try:
            with room_needed():
                await super().write(data)
        except StorageFull as full:
            self._reader.refuse(full)

    async def seek(self, offset: int) -> None:
        if not self._reader.refused:
            await super().seek(offset)
