"""A mail server that fails as they do: it refuses for now, hangs, takes a message and is gone before it says so."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes

from aiosmtpd.smtp import SMTP, Envelope, Session

REFUSED, DROPPED, STALLED = "refused", "dropped after DATA", "stalled"
SOME_OF_EACH: Mapping[str, float] = {REFUSED: 0.1, DROPPED: 0.05, STALLED: 0.005}


@dataclass
class FaultyPost:
    """What it took, by Message-ID, and how often it was gone before it said that it took one."""

    chances: Mapping[str, float] = field(default_factory=lambda: SOME_OF_EACH)
    chance: random.Random = field(default_factory=lambda: random.Random(12))
    stalls_for: float = 30.0
    taken: Counter[str] = field(default_factory=Counter)
    unsaid: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, to: str, _: list[str]) -> str:  # noqa: N802
        if self._is_to(REFUSED):
            return "451 4.7.1 not now"
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self._is_to(STALLED):
            await asyncio.sleep(self.stalls_for)
            return "451 4.4.2 too late"
        assert isinstance(envelope.content, bytes)
        message_id = str(message_from_bytes(envelope.content)["Message-ID"]).strip().strip("<>")
        self.taken[message_id] += 1
        if self._is_to(DROPPED):
            self.unsaid[message_id] += 1
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "250 OK"

    @property
    def twice_without_reason(self) -> list[str]:
        """The messages that came oftener than it left their sender without an answer."""
        return [each for each, times in self.taken.items() if times > 1 + self.unsaid[each]]

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[int]:
        """It, behind a port."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(self, hostname="mail.example", loop=loop), "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()  # what hangs is not waited for

    def _is_to(self, fault: str) -> bool:
        is_to = self.chance.random() < self.chances.get(fault, 0.0)
        self.faults[fault] += is_to
        return is_to
