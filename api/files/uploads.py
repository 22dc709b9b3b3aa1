"""Taking files in: a form's parts, each measured while it is read, then examined, and kept for a text to take them."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import BinaryIO

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from api.http.problems import MalformedRequest
from desk.desk import Desk
from desk.files.file_kinds import LARGEST_FILE, clean_name, examined, media_type_of
from desk.problems import NotFound, Problem
from policy.case.case import Actor
from storage.files import files
from storage.files.files import File, FileMissing

MOST_FILES = 5
"""Files that one text carries."""
LARGEST_CASE = 500 * 1024 * 1024
"""Bytes of all the files that a case's texts carry."""
_MOST_FIELDS = 60
_BLOCK = 1024 * 1024
_MOST_WAITING = 50
_UNPUBLISHED_FOR = timedelta(days=1)
_TIDY_EVERY = timedelta(hours=1)
_EXAMINERS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="files")
"""Two at a time: a picture may take a whole core for seconds."""
_log = logging.getLogger(__name__)


class FileTooLarge(Problem):
    status = 413
    message = "Each file may have {megabytes} MB at most."


class TooManyFiles(Problem):
    status = 422
    message = "A message carries {most} files at most."


class CaseIsFull(Problem):
    status = 422
    message = (
        "A case carries {megabytes} MB of files at most. Please send a link to the rest, or ask us how to hand it over."
    )


class TooManyWaitingFiles(Problem):
    status = 422
    message = "You have sent many files that no message carries yet: send a message with them, or wait a day."


class _Measured(MultiPartParser):
    """Starlette's parser, which says no as soon as a file is larger than it may be."""

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        file = self._current_part.file
        if file is not None:
            arrived = getattr(file, "arrived", 0) + end - start
            if arrived > LARGEST_FILE:
                raise FileTooLarge(megabytes=LARGEST_FILE // 1024**2)
            file.arrived = arrived  # type: ignore[attr-defined]
        super().on_part_data(data, start, end)


async def read_form(request: Request) -> FormData:
    """The form that a request brings, which `request.form()` then answers too. Refuses what is too large or no form."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind != "multipart/form-data":
        return await request.form()
    # One more than may be: so that a sixth file is told of in our words.
    parser = _Measured(request.headers, request.stream(), max_files=MOST_FILES + 1, max_fields=_MOST_FIELDS)
    try:
        form = await parser.parse()
    except MultiPartException as wrong:
        if "Too many files" in wrong.message:
            raise TooManyFiles(most=MOST_FILES) from wrong
        raise MalformedRequest from wrong
    request._form = form  # noqa: SLF001 - where Starlette looks for a form that was read
    return form


def uploads_of(form: FormData, field: str = "files") -> list[UploadFile]:
    """The files that a form brings; a browser sends a nameless empty one where nobody chose any."""
    found = [each for each in form.getlist(field) if isinstance(each, UploadFile) and each.filename]
    if len(found) > MOST_FILES:
        raise TooManyFiles(most=MOST_FILES)
    return found


async def keep_all(
    desk: Desk, uploads: Sequence[UploadFile], *, by: Actor, at: datetime, key: str, number: str | None = None
) -> list[File]:
    """Keep a form's files for a text to take. The same files under the same key are the same files."""
    for each in uploads:
        media_type_of(clean_name(each.filename or ""))  # before anything is kept
    if uploads and await files.waiting(desk.database, by) + len(uploads) > _MOST_WAITING:
        raise TooManyWaitingFiles
    kept = [
        await _keep(desk, each, by=by, at=at, key=f"{key}\0{place}", number=number)
        for place, each in enumerate(uploads)
    ]
    if kept:
        await _tidy(desk, at=at)
    return kept


async def attach(desk: Desk, ids: Sequence[str], *, content_id: str, number: str, by: Actor) -> None:
    """Let a text take its writer's files; what is not theirs to send is not there (404). Refuses CaseIsFull."""
    if not ids:
        return
    if await files.size_with(desk.database, number, ids, by=by) > LARGEST_CASE:
        raise CaseIsFull(megabytes=LARGEST_CASE // 1024**2)
    try:
        await files.attach(desk.database, ids, content_id=content_id, number=number, by=by)
    except FileMissing as missing:
        raise NotFound from missing


async def _keep(desk: Desk, upload: UploadFile, *, by: Actor, at: datetime, key: str, number: str | None) -> File:
    name = clean_name(upload.filename or "")
    given = upload.file
    loop = asyncio.get_running_loop()
    digest = await loop.run_in_executor(_EXAMINERS, _digest, given)
    content = await loop.run_in_executor(_EXAMINERS, examined, name, given)
    try:
        size = await asyncio.to_thread(content.seek, 0, 2)
        file = await files.keep(
            desk.database,
            File(
                id="fil_" + hashlib.sha256(f"{key}\0{name}\0{digest}".encode()).hexdigest()[:32],
                stored_name=secrets.token_hex(16),
                name=name,
                media_type=media_type_of(name),
                size=size,
                sender=by,
                at=at,
                case_number=number,
            ),
        )
        # Known first, kept then: what was cut off between the two is forgotten with all that no text takes.
        await asyncio.to_thread(desk.files.put, file.stored_name, content)
    finally:
        if content is not given:
            content.close()
    return file


def _digest(content: BinaryIO) -> str:
    content.seek(0)
    digest = hashlib.sha256()
    while block := content.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()


async def _tidy(desk: Desk, *, at: datetime) -> None:
    """Once in a while, whoever sends a file clears away what nobody published within a day."""
    if desk.files.tidied_at is not None and at - desk.files.tidied_at < _TIDY_EVERY:
        return
    desk.files.tidied_at = at
    before = at - _UNPUBLISHED_FOR
    try:
        gone = await files.forget_unpublished(desk.database, before=before)
        await asyncio.to_thread(desk.files.remove, gone, before=before)
    except OSError:
        _log.exception("files that nobody published could not be cleared away")
