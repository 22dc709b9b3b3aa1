"""The making of a case's text of a message: its words, and those of its files that the uploads' gate lets pass."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from typing import BinaryIO, cast

from desk.desk import Desk
from desk.files.file_kinds import LARGEST_FILE, FileContentMismatch, FileTooComplex, FileTypeNotAccepted
from desk.files.uploads import MOST_FILES, SentFile, TooManyWaitingFiles, keep_files
from desk.idempotency import IdempotentRequest
from desk.inputs import LONGEST_TEXT, clean
from desk.mail.reading import ReadMessage
from policy.case.case import Actor
from wording import mail as words

_LONGEST_TITLE = 200
_KEPT_FOR_REMARKS = 1_000
_MOST_NAMES = 20


async def files_of(
    desk: Desk, read: ReadMessage, *, by: Actor, request: IdempotentRequest, number: str | None = None
) -> tuple[list[str], list[str]]:
    """The ids of the files that were taken, and the names of those that were not. StorageFull passes through."""
    kept: list[str] = []
    refused = list(read.message.unread)
    for place, each in enumerate(read.files):
        if len(kept) >= MOST_FILES or len(each.content) > LARGEST_FILE:
            refused.append(each.name)
            continue
        under = replace(request, key=f"{request.key}-{place}")
        try:
            with tempfile.TemporaryFile() as content:
                content.write(each.content)
                sent = SentFile(each.name, cast("BinaryIO", content))
                kept += [file.id for file in await keep_files(desk, [sent], by=by, request=under, number=number)]
        except (FileTypeNotAccepted, FileContentMismatch, FileTooComplex, TooManyWaitingFiles):
            refused.append(each.name)
    return kept, refused


def text_of(read: ReadMessage, refused: list[str]) -> str:
    """What its writer said, as a text of a case, with what has to be known of it below."""
    message = read.message
    said = message.text.strip() or words.no_text()
    room = LONGEST_TEXT - _KEPT_FOR_REMARKS
    remarks = [
        *([words.cut()] if len(said) > room else []),
        *([words.signature_unchecked()] if message.is_signed else []),
        *([words.not_taken([each[:60] for each in refused[:_MOST_NAMES]])] if refused else []),
    ]
    return _cleaned("\n\n".join([said[:room].rstrip(), *remarks]))[:LONGEST_TEXT] or words.no_text()


def title_of(read: ReadMessage) -> str:
    """The subject, as a case's title."""
    return _cleaned(" ".join(read.message.subject.split()))[:_LONGEST_TITLE].strip() or words.no_subject()


def _cleaned(text: str) -> str:
    cleaned = clean("".join(sign for sign in text if sign in "\n\t" or sign.isprintable() or not sign.isascii()))
    return str(cleaned)
