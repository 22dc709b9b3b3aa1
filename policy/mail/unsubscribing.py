"""The signed word by which a digest is called off with one click: whose it is, and that we wrote it (RFC 8058)."""

from __future__ import annotations

import hashlib

_LONGEST = 700


def word_of(mailbox: str, key: bytes) -> str:
    """The word for this mailbox, which may stand in an address."""
    return f"{mailbox.encode().hex()}.{_seal(mailbox, key)}"


def mailbox_in(word: str, key: bytes) -> str | None:
    """Whose word it is; None where we never wrote it."""
    named, _, seal = word[:_LONGEST].partition(".")
    try:
        mailbox = bytes.fromhex(named).decode()
    except ValueError:
        return None
    return mailbox if seal == _seal(mailbox, key) else None


def _seal(mailbox: str, key: bytes) -> str:
    return hashlib.blake2b(mailbox.encode(), key=key, digest_size=20, person=b"escala-digest").hexdigest()
