"""A message read in a child process with limits (`parsing`), after a scan of its bytes: what is too much is not."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from desk.mail.parts import Enclosed
from desk.mail.scan import too_much
from policy.mail.decision import MailReason
from policy.mail.message import Message

_PARSING = (sys.executable, "-P", "-m", "desk.mail.parsing")
_ENVIRONMENT = {"PYTHONPATH": str(Path(__file__).parents[2])}
"""All that it inherits: none of our secrets is in the process that reads what strangers send."""
_PATIENCE = 30.0
_AT_ONCE = asyncio.Semaphore(2)
_MESSAGE = TypeAdapter(Message)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ReadMessage:
    """A message, its files, and whom it was forwarded from, if it was."""

    message: Message
    files: tuple[Enclosed, ...]
    forwarded_from: str = ""

    def kept(self) -> dict[str, Any]:
        """It without its files, as it is kept beside the bytes."""
        return {
            "message": _MESSAGE.dump_python(self.message, mode="json"),
            "files": [each.name for each in self.files],
            "forwarded_from": self.forwarded_from,
        }


class Unreadable(Exception):
    """Nothing can be made of the message, or not within the limits; `reason` says which."""

    def __init__(self, reason: MailReason) -> None:
        super().__init__(reason)
        self.reason = reason


def message_of(kept: dict[str, Any]) -> Message:
    """The message as it was kept."""
    return _MESSAGE.validate_python(kept["message"])


async def read_message(raw: bytes, *, size: int) -> ReadMessage:
    """Read a message of so many bytes. Raises Unreadable."""
    if not raw:  # its mailbox does not give it
        raise Unreadable(MailReason.UNREADABLE)
    if size > len(raw):
        raise Unreadable(MailReason.TOO_LARGE)
    if found := too_much(raw):
        raise Unreadable(found)
    async with _AT_ONCE:
        with tempfile.TemporaryDirectory(prefix="escala-mail-") as folder:
            return await _read(raw, Path(folder))


async def _read(raw: bytes, folder: Path) -> ReadMessage:
    child = await asyncio.create_subprocess_exec(
        *_PARSING,
        str(folder),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=_ENVIRONMENT,
    )
    try:
        async with asyncio.timeout(_PATIENCE):
            told, complained = await child.communicate(raw)
    except TimeoutError:
        child.kill()
        await child.wait()
        raise Unreadable(MailReason.UNREADABLE) from None
    if child.returncode != 0:
        _log.warning("a message could not be read: %s", complained.decode("utf-8", "replace").strip()[-200:])
        raise Unreadable(MailReason.UNREADABLE)
    try:
        found = json.loads(told)
        message = message_of(found)
    except ValueError:
        raise Unreadable(MailReason.UNREADABLE) from None
    files = tuple(Enclosed(name, (folder / str(place)).read_bytes()) for place, name in enumerate(found["files"]))
    return ReadMessage(message, files, found["forwarded_from"])
