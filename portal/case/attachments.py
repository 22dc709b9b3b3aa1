"""Files on the pages: how a form's files are taken in, and the addresses where files are downloaded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import FormData

from api.files.files import download_of
from api.files.uploads import keep_all, read_form, uploads_of
from desk.desk import Desk
from portal.frame.deps import DeskDep
from portal.frame.fields import Id
from portal.frame.session import SignedIn, Visitor

router = APIRouter()


async def read_files(request: Request, _: SignedIn) -> AsyncIterator[None]:
    """Read a form that may bring files, each measured while it comes. Nobody who is unknown sends any."""
    form = await read_form(request)
    try:
        yield
    finally:
        await form.close()


FilesRead = Depends(read_files)
"""Put before `Stamped` on every route whose form may bring files: `dependencies=[FilesRead, Stamped]`."""


async def keep_files(
    desk: Desk, visitor: Visitor, form: FormData, *, key: str, at: datetime, number: str | None = None
) -> list[str]:
    """Keep the files that a form brings, for its text to carry; answers their ids."""
    principal = visitor.principal
    kept = await keep_all(
        desk, uploads_of(form), by=principal.actor, at=at, key=f"{principal.token_id}\0{key}", number=number
    )
    return [each.id for each in kept]


@router.get("/archivos/{file_id}")
async def download(visitor: SignedIn, desk: DeskDep, file_id: Id) -> Response:
    return await download_of(file_id, visitor.principal, desk)
