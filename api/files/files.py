"""Files of a case: sent for a text to carry them, listed with what they came with, and downloaded. Nothing is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from pydantic import Field

from api.case.timeline import is_for
from api.files.uploads import FileTooLarge, TooManyFiles, TooManyWaitingFiles, keep_all, read_form, uploads_of
from api.http.auth import Caller
from api.http.bodies import Answer, Z
from api.http.deps import DeskDep
from api.http.documented_refusals import can_refuse
from api.http.idempotency import Given, Once, OnceDep
from api.http.lists import Listed
from api.http.visibility import IdInPath, VisibleCase
from desk.access import checked_id, visible_case
from desk.desk import Desk
from desk.files.file_kinds import KINDS, FileContentMismatch, FileTooComplex, FileTypeNotAccepted, extension_of
from desk.inputs import Body
from desk.problems import NotFound, Problem
from storage.case import views
from storage.case.views import TimelineRow
from storage.files import files
from storage.files.files import File
from storage.signing_in.tokens import Principal

router = APIRouter(tags=["files"])

SANDBOX = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
}
"""What a download carries: whatever it holds, no browser runs it, shows it in a page of ours or keeps it."""


class Arrived(Body):
    """What was sent, for the request's key."""

    name: str
    file: str


class FileAnswer(Answer):
    """A file. `content_id` is the text that carries it; none until a text did."""

    id: str = Field(examples=["fil_3d1f0c5b6a7e8f901122334455667788"])
    case_number: str | None
    content_id: str | None
    name: str = Field(examples=["mapa.png"])
    media_type: str = Field(examples=["image/png"])
    size: int
    sent_at: Z


class FileNotSent(Problem):
    status = 422
    message = "Send one file, as the part `file` of a multipart/form-data form, and nothing else."


_MULTIPART: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}
_REFUSALS = (
    FileTooLarge,
    FileTypeNotAccepted,
    FileContentMismatch,
    FileTooComplex,
    FileNotSent,
    TooManyFiles,
    TooManyWaitingFiles,
)


@router.post(
    "/cases/{number}/files",
    status_code=201,
    response_model=FileAnswer,
    summary="Send a file, for a message on the case to carry it",
    description=(
        f"One file of 25 MB at most: {', '.join(sorted(KINDS))}. Nobody sees it until a reply, a note, a request for "
        "information or an answer names it in its `files`; one that nothing names within a day is forgotten."
    ),
    responses=can_refuse(NotFound, *_REFUSALS, post=True),
    openapi_extra=_MULTIPART,
)
async def send_file(
    request: Request, row: VisibleCase, principal: Caller, once: OnceDep, desk: DeskDep
) -> JSONResponse:
    return await _send(request, principal, once, desk, number=row.number)


@router.post(
    "/files",
    status_code=201,
    response_model=FileAnswer,
    summary="Send a file, for a case that is about to be opened",
    description="As for a case; the opening names it in its `files`.",
    responses=can_refuse(*_REFUSALS, post=True),
    openapi_extra=_MULTIPART,
)
async def send_file_ahead(request: Request, principal: Caller, once: OnceDep, desk: DeskDep) -> JSONResponse:
    return await _send(request, principal, once, desk, number=None)


async def _send(request: Request, principal: Principal, once: Once, desk: Desk, *, number: str | None) -> JSONResponse:
    form = await read_form(request)
    try:
        uploads = uploads_of(form, "file")
        if len(uploads) != 1 or len(form.multi_items()) != 1:
            raise FileNotSent
        [kept] = await keep_all(
            desk, uploads, by=principal.actor, at=once.at, key=f"{once.scope}\0{once.key}", number=number
        )
    finally:
        await form.close()

    async def act() -> Given:
        return Given(201, show(kept), f"/api/v1/files/{kept.id}")

    return await once(Arrived(name=kept.name, file=kept.id), act)


@router.get(
    "/cases/{number}/files",
    response_model=Listed[FileAnswer],
    summary="List the files of a case that you may see",
    responses=can_refuse(NotFound),
)
async def list_files(row: VisibleCase, principal: Caller, desk: DeskDep) -> Listed[FileAnswer]:
    carried = await shown_files(desk, row.number, principal)
    return Listed(items=[show(each) for some in carried.values() for each in some])


@router.get(
    "/files/{file_id}",
    response_class=Response,
    response_model=None,
    summary="Download a file",
    responses={
        200: {
            "description": "The file, always as a download.",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        },
        **can_refuse(NotFound),
    },
)
async def download(file_id: IdInPath, principal: Caller, desk: DeskDep) -> Response:
    return await download_of(file_id, principal, desk)


# -- the parts, which pages use too -----------------------------------------------------------------------------------


async def shown_files(desk: Desk, number: str, principal: Principal) -> dict[str, list[File]]:
    """The files of a case that the caller may see, by the text that carries them."""
    facts = [each for each in await views.timeline(desk.database, number) if is_for(principal, each)]
    return await files_of(desk, number, facts)


async def files_of(desk: Desk, number: str, facts: Sequence[TimelineRow]) -> dict[str, list[File]]:
    """The files that these facts of a case publish, by the text that carries them."""
    published = {content_id for row in facts for content_id in row.words}
    return await files.of_case(desk.database, number, published)


async def download_of(file_id: str, principal: Principal, desk: Desk) -> Response:
    """A file as a download; what the caller may not see is not there (404), and neither is what was never published."""
    file = await files.get(desk.database, checked_id(file_id))
    if file is None or file.case_number is None or file.content_id is None:
        raise NotFound
    await visible_case(desk, principal, file.case_number)
    carried = await shown_files(desk, file.case_number, principal)
    path = desk.files.path(file.stored_name)
    if file.content_id not in carried or not path.is_file():
        raise NotFound
    headers = {**SANDBOX, "Content-Disposition": disposition(file.name)}
    return FileResponse(path, media_type="application/octet-stream", headers=headers)


def disposition(name: str) -> str:
    """`attachment` with the name in both ways (RFC 6266, RFC 8187): plain ASCII, and as it is."""
    plain = name.encode("ascii", "ignore").decode().replace('"', "").replace("\\", "").strip()
    if not plain.rpartition(".")[0].strip():
        plain = f"archivo.{extension_of(name)}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def show(file: File) -> FileAnswer:
    return FileAnswer(
        id=file.id,
        case_number=file.case_number,
        content_id=file.content_id,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        sent_at=file.at,
    )
