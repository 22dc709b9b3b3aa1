"""Taking files in: each that was sent is examined and kept, for a text to carry it."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import BinaryIO

from desk.budgets import Spending
from desk.desk import Desk
from desk.files.file_kinds import LARGEST_FILE, clean_name, examined, media_type_of
from desk.idempotency import IdempotentRequest
from desk.problems import NotFound, Problem, StorageFull, room_needed
from policy.case.case import Actor
from storage.case import intake
from storage.engine.reach import DatabaseUnavailable
from storage.files import files
from storage.files.files import File, FileMissing

MOST_FILES = 5
"""Files that one text carries."""
LARGEST_CASE = 500 * 1024 * 1024
"""Bytes of all the files that a case's texts carry."""
_BLOCK = 1024 * 1024
_MOST_WAITING = 50
_UNPUBLISHED_FOR = timedelta(days=1)
_TIDY_EVERY = timedelta(hours=1)
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


@dataclass(frozen=True)
class SentFile:
    """A file as it was sent: the name that its sender gave it, and its bytes as a file that the system knows."""

    name: str
    content: BinaryIO


def check_size(arrived: int) -> None:
    """Refuse a file of which so many bytes have come, while it comes."""
    if arrived > LARGEST_FILE:
        raise FileTooLarge(megabytes=LARGEST_FILE // 1024**2)


def check_count(sent: int) -> None:
    """Refuse more files than a text carries."""
    if sent > MOST_FILES:
        raise TooManyFiles(most=MOST_FILES)


async def keep_files(
    desk: Desk, sent: Sequence[SentFile], *, by: Actor, request: IdempotentRequest, number: str | None = None
) -> list[File]:
    """Keep files for a text to take, on a case or for one to come. The same under the same key are the same files.

    Raises TooManyFiles, TooManyWaitingFiles, FileTypeNotAccepted, FileContentMismatch, FileTooComplex, BudgetSpent, or
    StorageFull, of which nothing stays.
    """
    check_count(len(sent))
    for each in sent:
        media_type_of(clean_name(each.name))  # before anything is kept
    if sent and await files.waiting(desk.database, by) + len(sent) > _MOST_WAITING:
        raise TooManyWaitingFiles
    if sent and await intake.begun(desk.database, scope=request.scope, key=request.key) is None:
        for _ in sent:
            desk.budgets.spend(Spending.FILE, request.by, at=request.at)
    kept: list[File] = []
    made: list[str] = []
    try:
        for place, each in enumerate(sent):
            name = clean_name(each.name)
            digest = await asyncio.to_thread(_digest, each.content)
            file = File(
                id=_file_id(request.scope, request.key, str(place), name, digest),
                stored_name=secrets.token_hex(16),
                name=name,
                media_type=media_type_of(name),
                size=0,
                sender=by,
                at=request.at,
                case_number=number,
            )
            made.append(file.stored_name)
            kept.append(await _keep(desk, file, each.content))
    except StorageFull:
        await _forget(desk, made)
        raise
    if kept:
        await _tidy(desk, at=request.at)
    return kept


async def attach(desk: Desk, ids: Sequence[str], *, content_id: str, number: str, by: Actor) -> None:
    """Let a text take its writer's files. Raises NotFound for what is not theirs to send, or CaseIsFull."""
    if not ids:
        return
    if await files.size_with(desk.database, number, ids, by=by) > LARGEST_CASE:
        raise CaseIsFull(megabytes=LARGEST_CASE // 1024**2)
    try:
        await files.attach(desk.database, ids, content_id=content_id, number=number, by=by)
    except FileMissing as missing:
        raise NotFound from missing


async def _keep(desk: Desk, file: File, given: BinaryIO) -> File:
    """Keep a file as its examination leaves it."""
    with room_needed():
        async with desk.examinations.turn(file.sender):
            content = await asyncio.to_thread(examined, file.name, given)
        try:
            size = await asyncio.to_thread(content.seek, 0, 2)
            kept = await files.keep(desk.database, replace(file, size=size))
            # Known first, kept then: what was cut off between the two is forgotten with all that no text takes.
            await asyncio.to_thread(desk.files.put, kept.stored_name, content)
        finally:
            if content is not given:
                content.close()
    return kept


async def _forget(desk: Desk, stored_names: Sequence[str]) -> None:
    """Forget what was made of a request of which not all has room; an earlier try's files have other names."""
    with suppress(DatabaseUnavailable):  # then they go with all that no text takes
        gone = await files.forget_stored(desk.database, stored_names)
        await asyncio.to_thread(desk.files.remove, gone)


def _file_id(*named_after: str) -> str:
    return "fil_" + hashlib.sha256("\0".join(named_after).encode()).hexdigest()[:32]


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
        await asyncio.to_thread(desk.files.remove, gone)
        await asyncio.to_thread(desk.files.remove_arriving, before=before)
    except OSError:
        _log.exception("files that nobody published could not be cleared away")
