"""The reading of a message, in a process of its own with limits, since its sender chose its bytes.

    python -m desk.mail.parsing FOLDER < raw > message.json

Files that came with it are put into the folder, named by their place. It imports nothing of the edge.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import asdict, dataclass
from email import message_from_bytes
from email.message import Message as Parsed
from email.policy import compat32
from pathlib import Path
from typing import Any

from desk.mail.decoding import field_text, plain
from desk.mail.parts import Contents, Enclosed, contents_of
from desk.mail.quotes import said
from desk.mail.reports import report_in
from policy.mail.message import Message
from policy.mail.nature import is_machine_address
from policy.mail.sender import sender_of

MOST_MEMORY, MOST_SECONDS = 768 * 1024**2, 10
LONGEST_TEXT = 64 * 1024
_ID = re.compile(r"<\s*([^<>\s]{1,900})\s*>")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,100}@[A-Za-z0-9.-]{3,255}")
_MOST_ADDRESSES, _MOST_IDS = 200, 100
_TO = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-escala-recipient")
_LIST = ("list-id", "list-post", "list-unsubscribe", "mailing-list", "x-google-group-id")


@dataclass(frozen=True)
class Read:
    """A message as it was read, and its files."""

    message: Message
    files: tuple[Enclosed, ...]
    forwarded_from: str = ""


def read(raw: bytes) -> Read:
    """Read a message that `scan.too_much` has let pass. What cannot be read raises whatever it was."""
    parsed = message_from_bytes(raw, policy=compat32)
    found = contents_of(parsed)
    whole = plain(found.whole).strip()
    headers = _Headers(parsed, found)
    sender = sender_of(headers.all("from"))
    is_from_machine = headers.is_null_path or (
        (sender is not None and is_machine_address(sender)) or "mailer-daemon" in headers.one("from").lower()
    )
    subject = headers.one("subject")
    text = said(whole)
    message = Message(
        message_id=next(iter(headers.ids("message-id")), ""),
        in_reply_to=headers.ids("in-reply-to"),
        references=headers.ids("references"),
        from_fields=headers.all("from"),
        shown_from=", ".join(field_text(each) for each in headers.raw("from"))[:300],
        to=headers.addresses(*_TO),
        reply_to=headers.one("reply-to")[:300],
        subject=subject[:1_000],
        date=headers.one("date")[:100],
        authentication=headers.all("authentication-results"),
        auto_submitted=headers.one("auto-submitted")[:100],
        precedence=headers.one("precedence").strip().lower()[:40],
        suppress=headers.one("x-auto-response-suppress")[:200],
        is_of_list=any(name in parsed for name in _LIST),
        original_sender=next(iter(headers.addresses("x-original-from", "x-original-sender")), ""),
        is_null_path=headers.is_null_path,
        report=report_in(parsed, whole, subject, is_from_machine=is_from_machine),
        calendar=found.calendar,
        text=text[:LONGEST_TEXT],
        whole=whole[:LONGEST_TEXT],
        is_encrypted=found.is_encrypted and not whole,
        is_signed=found.is_signed,
        unread=tuple(found.unread[:20]),
    )
    return Read(message, tuple(found.files), found.forwarded_from[:300])


class _Headers:
    """A message's headers as text."""

    def __init__(self, parsed: Parsed, found: Contents) -> None:
        self._charset = found.charset
        self._fields: dict[str, list[str]] = {}
        for name, value in parsed.raw_items():
            self._fields.setdefault(name.lower(), []).append(str(value))

    def raw(self, name: str) -> list[str]:
        return self._fields.get(name, [])

    def all(self, name: str) -> tuple[str, ...]:
        """The fields as they came, unfolded; nothing in them is decoded but raw bytes."""
        unfolded = (re.sub(r"\s*[\r\n]+\s*", " ", each).strip() for each in self.raw(name)[:50])
        return tuple(plain(each.encode("utf-8", "surrogateescape").decode("utf-8", "replace")) for each in unfolded)

    def one(self, name: str) -> str:
        """The first field's text, its encoded words read."""
        return field_text(self.raw(name)[0], beside=self._charset) if self.raw(name) else ""

    def ids(self, name: str) -> tuple[str, ...]:
        """Message ids without their brackets; an empty one is none."""
        return tuple(each for field in self.all(name) for each in _ID.findall(field))[-_MOST_IDS:]

    def addresses(self, *names: str) -> tuple[str, ...]:
        found = [each.lower() for name in names for field in self.all(name) for each in _ADDRESS.findall(field)]
        return tuple(dict.fromkeys(found))[:_MOST_ADDRESSES]

    @property
    def is_null_path(self) -> bool:
        return any(each.replace(" ", "") == "<>" for each in self.all("return-path"))


def main(folder: Path) -> int:
    """The child process: whatever it is given, it takes no more than this of the machine."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    found = read(sys.stdin.buffer.read())
    for place, each in enumerate(found.files):
        (folder / str(place)).write_bytes(each.content)
    told: dict[str, Any] = {
        "message": asdict(found.message),
        "files": [each.name for each in found.files],
        "forwarded_from": found.forwarded_from,
    }
    sys.stdout.write(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
