"""Reading a form that brings files: each is measured while it comes, so that none larger than may be is taken in."""

from __future__ import annotations

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from desk.files.uploads import MOST_FILES, SentFile, TooManyFiles, check_count, check_size
from desk.problems import MalformedRequest, room_needed

_MOST_FIELDS = 60


class _Measured(MultiPartParser):
    """Starlette's parser, which says no as soon as a file is larger than it may be."""

    _arrived = 0

    def on_part_begin(self) -> None:
        self._arrived = 0
        super().on_part_begin()

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._current_part.file is not None:
            self._arrived += end - start
            check_size(self._arrived)
        super().on_part_data(data, start, end)


async def read_form(request: Request) -> FormData:
    """A request's form. Raises FileTooLarge, TooManyFiles, StorageFull, or MalformedRequest for what is no form."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind != "multipart/form-data":
        return await request.form()
    # One more than may be: so that a sixth file is told of in our words.
    parser = _Measured(request.headers, request.stream(), max_files=MOST_FILES + 1, max_fields=_MOST_FIELDS)
    try:
        with room_needed():
            return await parser.parse()
    except MultiPartException as wrong:
        if "Too many files" in wrong.message:
            raise TooManyFiles(most=MOST_FILES) from wrong
        raise MalformedRequest from wrong


def sent_files(form: FormData, field: str) -> list[SentFile]:
    """The files that a form brings in this field. Raises TooManyFiles."""
    found = [each for each in form.getlist(field) if isinstance(each, UploadFile)]
    sent = [SentFile(each.filename, each.file) for each in found if each.filename]
    check_count(len(sent))
    return sent
