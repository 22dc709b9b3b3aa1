"""A scan of a message's bytes before anything reads it, so that no reader is given too much.

Linear in the message's length, and recursive in nothing.
"""

from __future__ import annotations

import re
from itertools import pairwise

from policy.mail.decision import MailReason

LARGEST = 35 * 1024 * 1024
LARGEST_HEADERS, LARGEST_HEADER, MOST_HEADERS = 256 * 1024, 32 * 1024, 1_000
MOST_PARTS, MOST_MULTIPARTS = 500, 40

_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
_BEGINNING = re.compile(rb"^[^\s:]", re.MULTILINE)
_BOUNDARY = re.compile(rb"boundary\s*(?:\*\d*\*?)?=\s*(?:\"([^\"\r\n]{1,200})\"|([^\s;\"]{1,200}))", re.IGNORECASE)
_ENCLOSED = re.compile(rb"^content-type:\s*message/", re.IGNORECASE | re.MULTILINE)
_DELIMITER = re.compile(rb"^--(?=\S)", re.MULTILINE)


def header_block(raw: bytes) -> bytes:
    """The bytes before the first empty line, as far as they may go."""
    end = _END_OF_HEADERS.search(raw, 0, LARGEST_HEADERS + 4)
    return raw[: end.start()] if end else raw[: LARGEST_HEADERS + 1]


def too_much(raw: bytes) -> MailReason | None:
    """Why the message is not to be read: None where it may be."""
    if len(raw) > LARGEST:
        return MailReason.TOO_LARGE
    headers = header_block(raw)
    if len(headers) > LARGEST_HEADERS:
        return MailReason.TOO_MANY_HEADERS
    begin = [found.start() for found in _BEGINNING.finditer(headers)] + [len(headers)]
    if len(begin) > MOST_HEADERS or any(b - a > LARGEST_HEADER for a, b in pairwise(begin)):
        return MailReason.TOO_MANY_HEADERS
    return _too_many_parts(raw)


def _too_many_parts(raw: bytes) -> MailReason | None:
    boundaries: set[bytes] = set()
    for place, found in enumerate(_BOUNDARY.finditer(raw)):
        boundaries.add(found[1] or found[2])
        if len(boundaries) > MOST_MULTIPARTS or place > MOST_PARTS:
            return MailReason.TOO_MANY_PARTS
    if sum(1 for _ in _ENCLOSED.finditer(raw)) > MOST_MULTIPARTS:
        return MailReason.TOO_MANY_PARTS
    if boundaries:
        starts = tuple(boundaries)
        parts = 0
        for found in _DELIMITER.finditer(raw):
            parts += raw.startswith(starts, found.end())
            if parts > MOST_PARTS:
                return MailReason.TOO_MANY_PARTS
    return None
