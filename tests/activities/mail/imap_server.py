"""An IMAP server of a few commands, in this process, with TLS or without: one that breaks off in the middle."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_REFUSES = b"* NO"


@dataclass
class ImapServer:
    """A mailbox of these messages, whose UIDs count from 1. `breaks_at`: the connection ends within that one, once.

    `keeps` is one that it does not give, and `for_times` how often it does not: it says no to it, or `says`.
    """

    messages: list[bytes]
    breaks_at: int = 0
    keeps: int = 0
    for_times: int = 0
    says: bytes = b""
    tls: ssl.SSLContext | None = None
    secured_first: bool = True
    logins: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[int]:
        context = self.tls if self.secured_first else None
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        while line := await reader.readline():
            tag, _, said = line.decode().strip().partition(" ")
            command = said.upper()
            if command.startswith("STARTTLS"):
                writer.write(f"{tag} OK go on\r\n".encode())
                await writer.drain()
                await writer.start_tls(self.tls)  # type: ignore[arg-type]
                continue
            answer, goes_on = self._answer(command, said)
            writer.write(b"" if answer == _REFUSES else answer)
            if not goes_on:
                await writer.drain()
                writer.transport.abort()
                return
            status = "NO [UNAVAILABLE] later" if answer == _REFUSES else "OK done"
            writer.write(f"{tag} {status}\r\n".encode())
            if command == "LOGOUT":
                break
        writer.close()

    def _answer(self, command: str, said: str) -> tuple[bytes, bool]:
        """What is said before the command is done, and whether the connection goes on."""
        if command == "CAPABILITY":
            return b"* CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN\r\n", True
        if command.startswith("LOGIN"):
            self.logins.append(said)
        if command.startswith(("SELECT", "EXAMINE")):
            return self._selected(), True
        if found := re.match(r"UID SEARCH .*?(\d+):\*", command):
            uids = [uid for uid in range(1, len(self.messages) + 1) if uid >= int(found[1])]
            return f"* SEARCH {' '.join(map(str, uids or [len(self.messages)]))}\r\n".encode(), True
        if found := re.match(r"UID FETCH (\d+) \((\S+)\)", command):
            return self._fetched(int(found[1]), found[2])
        return b"", True

    def _selected(self) -> bytes:
        there = len(self.messages)
        return b"* %d EXISTS\r\n* OK [UIDVALIDITY 7] valid\r\n* OK [UIDNEXT %d] next\r\n" % (there, there + 1)

    def _fetched(self, uid: int, what: str) -> tuple[bytes, bool]:
        raw = self.messages[uid - 1]
        if what == "RFC822.SIZE":
            return b"* %d FETCH (UID %d RFC822.SIZE %d)\r\n" % (uid, uid, len(raw)), True
        if uid == self.keeps and self.for_times:
            self.for_times -= 1
            return self.says or _REFUSES, True
        begun = b"* %d FETCH (UID %d BODY[] {%d}\r\n" % (uid, uid, len(raw))
        if uid == self.breaks_at:
            self.breaks_at = 0
            return begun + raw[: len(raw) // 2], False
        return begun + raw + b")\r\n", True
