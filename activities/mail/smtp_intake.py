"""The intake by SMTP on this machine: whatever is handed over is kept before it is acknowledged. It relays nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiosmtpd.smtp import SMTP, Envelope, Session

_LARGEST = 64 * 1024 * 1024
"""Bytes above which a message is refused at once, so that its sender hears of it."""
_LONGEST_ADDRESS = 320
_IDLE_FOR = 60.0
_KEPT = "250 2.0.0 kept"
_NOT_NOW = "451 4.3.0 not now, try again"
_log = logging.getLogger(__name__)

Take = Callable[[bytes], Awaitable[object]]


@dataclass(frozen=True)
class _Handler:
    take: Take

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name there
        """Keep a message, with what its envelope says above it."""
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content or "").encode()
        above = [f"Return-Path: <{_plain(envelope.mail_from or '')}>"]
        above += [f"X-Escala-Recipient: <{_plain(each)}>" for each in envelope.rcpt_tos]
        try:
            await self.take("".join(f"{line}\r\n" for line in above).encode("ascii", "replace") + content)
        except Exception:
            _log.exception("a message could not be kept")
            return _NOT_NOW
        return _KEPT


async def listen(port: int, take: Take, *, host: str = "127.0.0.1") -> asyncio.Server:
    """Listen until the server is closed. OSError where the port is taken."""
    handler = _Handler(take)

    def session() -> SMTP:
        return SMTP(
            handler,
            data_size_limit=_LARGEST,
            enable_SMTPUTF8=True,
            hostname="escala",
            ident="Escala",
            timeout=_IDLE_FOR,
            loop=asyncio.get_running_loop(),
        )

    return await asyncio.get_running_loop().create_server(session, host, port)


def _plain(address: str) -> str:
    return "".join(sign for sign in address[:_LONGEST_ADDRESS] if sign.isprintable() and sign not in "<> ")
