"""Files on the pages: how a form's files are taken in, and the addresses where files are downloaded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import ExitStack
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import FileResponse
from starlette.datastructures import FormData, UploadFile

from desk.desk import Desk
from desk.files.arriving import TooMuchArriving
from desk.files.downloads import SANDBOX, Download, download_of, picture_of
from desk.files.uploads import SentFile, keep_files
from desk.idempotency import IdempotentRequest
from portal.case.file_forms import FileForm, read_file_form
from portal.frame.deps import DeskDep
from portal.frame.fields import Id
from portal.frame.session import SignedIn, Visitor

router = APIRouter()


async def read_files(request: Request, visitor: SignedIn, desk: DeskDep) -> AsyncIterator[None]:
    """Read a form that may bring files, each measured while it comes. Nobody who is unknown sends any.

    Where files are refused the words are read, and the refusal stays with the form: `keep_form_files` raises it, where
    the page can say so with what was typed.
    """
    if not _is_multipart(request):
        await request.form()
        yield
        return
    by, refused = visitor.principal.actor, None
    with ExitStack() as under_way:
        try:
            under_way.enter_context(desk.arriving.taking(by, request.headers.get("content-length")))
        except TooMuchArriving as too_much:
            refused = too_much
            under_way.enter_context(desk.arriving.reading_words(by))
        form = await read_file_form(request, refused=refused)
        try:
            yield
        finally:
            await form.close()


FilesRead = Depends(read_files)
"""Put before `Stamped` on every route whose form may bring files: `dependencies=[FilesRead, Stamped]`."""


async def keep_form_files(
    desk: Desk, visitor: Visitor, form: FormData, request: IdempotentRequest, number: str | None = None
) -> list[str]:
    """Keep the files that a form brings, for its text to carry; answers their ids. Raises what refused them."""
    if isinstance(form, FileForm) and form.refused:
        raise form.refused
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


@router.get("/archivos/{file_id}/imagen")
async def whole_picture(visitor: SignedIn, desk: DeskDep, file_id: Id) -> Response:
    """A picture, opened large."""
    return _picture(await picture_of(desk, visitor.principal, file_id))


@router.get("/archivos/{file_id}/miniatura")
async def small_picture(visitor: SignedIn, desk: DeskDep, file_id: Id) -> Response:
    """A picture, as it stands beside its text."""
    return _picture(await picture_of(desk, visitor.principal, file_id, small=True))


def _picture(found: Download) -> Response:
    """Dots alone, of a form that browsers draw: as locked up as a download, but shown."""
    name = f"inline; filename=\"{found.plain_name}\"; filename*=UTF-8''{quote(found.name, safe='')}"
    return FileResponse(found.path, media_type=found.media_type, headers={**SANDBOX, "Content-Disposition": name})


def _is_multipart(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().casefold() == "multipart/form-data"
