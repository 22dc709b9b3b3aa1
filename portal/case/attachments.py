"""Files on the pages: how a form's files are taken in, and the addresses where files are downloaded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import FileResponse
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from desk.desk import Desk
from desk.files.downloads import download_of
from desk.files.uploads import MOST_FILES, SentFile, TooManyFiles, check_size, keep_files
from desk.idempotency import IdempotentRequest
from desk.problems import MalformedRequest
from portal.frame.deps import DeskDep
from portal.frame.fields import Id
from portal.frame.session import SignedIn, Visitor

router = APIRouter()

SANDBOX = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
}
"""What a download carries: whatever it holds, no browser runs it, shows it in a page of ours or keeps it."""
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


async def read_files(request: Request, visitor: SignedIn, desk: DeskDep) -> AsyncIterator[None]:
    """Read a form that may bring files, each measured while it comes. Nobody who is unknown sends any."""
    if not _is_multipart(request):
        await request.form()
        yield
        return
    with desk.arriving.taking(visitor.principal.actor, request.headers.get("content-length")):
        form = await _read_form(request)
        try:
            yield
        finally:
            await form.close()


FilesRead = Depends(read_files)
"""Put before `Stamped` on every route whose form may bring files: `dependencies=[FilesRead, Stamped]`."""


async def keep_form_files(
    desk: Desk, visitor: Visitor, form: FormData, request: IdempotentRequest, number: str | None = None
) -> list[str]:
    """Keep the files that a form brings, for its text to carry; answers their ids."""
    found = [each for each in form.getlist("files") if isinstance(each, UploadFile)]
    # A browser sends a nameless empty one where nobody chose any.
    sent = [SentFile(each.filename, each.file) for each in found if each.filename]
    kept = await keep_files(desk, sent, by=visitor.principal.actor, request=request, number=number)
    return [each.id for each in kept]


@router.get("/archivos/{file_id}")
async def download(visitor: SignedIn, desk: DeskDep, file_id: Id) -> Response:
    found = await download_of(desk, visitor.principal, file_id)
    name = f"attachment; filename=\"{found.plain_name}\"; filename*=UTF-8''{quote(found.name, safe='')}"
    headers = {**SANDBOX, "Content-Disposition": name}
    return FileResponse(found.path, media_type="application/octet-stream", headers=headers)


def _is_multipart(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().casefold() == "multipart/form-data"


async def _read_form(request: Request) -> FormData:
    """The form that a request brings, which `request.form()` then answers too. Refuses what is too large or no form."""
    # One more than may be: so that a sixth file is told of in our words.
    parser = _Measured(request.headers, request.stream(), max_files=MOST_FILES + 1, max_fields=_MOST_FIELDS)
    try:
        form = await parser.parse()
    except MultiPartException as wrong:
        if "too many files" in wrong.message.casefold():
            raise TooManyFiles(most=MOST_FILES) from wrong
        raise MalformedRequest from wrong
    request._form = form  # noqa: SLF001 - where Starlette looks for a form that was read
    return form
