"""Files of a case: sent for a text to carry them, listed with what they came with, and downloaded. Nothing is shown."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from pydantic import Field

from api.files.multipart import read_form, sent_files
from api.http.auth import Caller
from api.http.bodies import Answer, Z
from api.http.deps import DeskDep
from api.http.documented_refusals import can_refuse
from api.http.idempotency import Idempotent, Success, answer_once
from api.http.lists import Listed
from api.http.visibility import IdInPath, VisibleCase
from desk.desk import Desk
from desk.files.arriving import TooMuchArriving
from desk.files.downloads import SANDBOX, Download, download_of, shown_files
from desk.files.file_kinds import KINDS, FileContentMismatch, FileTooComplex, FileTypeNotAccepted
from desk.files.uploads import FileTooLarge, TooManyFiles, TooManyWaitingFiles, keep_files
from desk.idempotency import IdempotentRequest
from desk.inputs import Body
from desk.problems import NotFound, Problem
from policy.case.case import Actor
from storage.files.files import File

router = APIRouter(tags=["files"])


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
    TooMuchArriving,
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
    sent: Request, row: VisibleCase, principal: Caller, request: Idempotent, desk: DeskDep
) -> JSONResponse:
    return await _keep(desk, sent, request, by=principal.actor, number=row.number)


@router.post(
    "/files",
    status_code=201,
    response_model=FileAnswer,
    summary="Send a file, for a case that is about to be opened",
    description="As for a case; the opening names it in its `files`.",
    responses=can_refuse(*_REFUSALS, post=True),
    openapi_extra=_MULTIPART,
)
async def send_file_ahead(sent: Request, principal: Caller, request: Idempotent, desk: DeskDep) -> JSONResponse:
    return await _keep(desk, sent, request, by=principal.actor, number=None)


async def _keep(
    desk: Desk, sent: Request, request: IdempotentRequest, *, by: Actor, number: str | None
) -> JSONResponse:
    with desk.arriving.taking(by, sent.headers.get("content-length")):
        form = await read_form(sent)
        try:
            files = sent_files(form, "file")
            if len(files) != 1 or len(form.multi_items()) != 1:
                raise FileNotSent
            [kept] = await keep_files(desk, files, by=by, request=request, number=number)
        finally:
            await form.close()

    async def act() -> Success:
        return Success(201, show(kept), f"/api/v1/files/{kept.id}")

    return await answer_once(desk, request, Arrived(name=kept.name, file=kept.id), act)


@router.get(
    "/cases/{number}/files",
    response_model=Listed[FileAnswer],
    summary="List the files of a case that you may see",
    responses=can_refuse(NotFound),
)
async def list_files(row: VisibleCase, principal: Caller, desk: DeskDep) -> Listed[FileAnswer]:
    carried = await shown_files(desk, principal, row.number)
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
    found = await download_of(desk, principal, file_id)
    headers = {**SANDBOX, "Content-Disposition": disposition(found)}
    return FileResponse(found.path, media_type="application/octet-stream", headers=headers)


def disposition(file: Download) -> str:
    """`attachment` with the name in both ways (RFC 6266, RFC 8187): plain ASCII, and as it is."""
    return f"attachment; filename=\"{file.plain_name}\"; filename*=UTF-8''{quote(file.name, safe='')}"


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
