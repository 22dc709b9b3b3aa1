"""A mailbox that is read by IMAP: what came since the last look is kept, one after the other, and nothing is changed.

What is known of it is what was kept: the highest UID under the UIDVALIDITY that it has now. Where that is another one,
everything is looked at again, and what came before is known by its bytes; so it is where a server numbers anew without
saying so.
"""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from imaplib import IMAP4
from typing import Any, Protocol, Self
from urllib.parse import unquote, urlsplit

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted

from activities.mail.oauth import AccessTokens
from storage.mail.inbox import KEPT_OF_TOO_LARGE, Arrival, Identity

_PATIENCE = 30.0
_IDLE_FOR = 300
"""Seconds for which a server tells by itself; then it is looked anyway."""
_AGAIN_AFTER, _LONGEST = 2.0, 120.0
_ANEW = 2**32
"""What is added to a UIDVALIDITY, which has 32 bits, for each time that UIDs began anew under it."""
_MOST_TRIES = 3
"""To fetch one message that the server has and does not give."""
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_log = logging.getLogger(__name__)


class NotGiven(OSError):
    """The server has a message and does not give it: it says no, or something that holds none."""


class BadImapUrl(ValueError):
    """The setting is no IMAP address. What it says never repeats the address, which may hold a password."""


class Inbox(Protocol):
    """Where a mailbox's deliveries go."""

    async def last_uid(self, mailbox: str, uidvalidity: int) -> int: ...

    async def take_delivery(self, identity: Identity, arrival: Arrival) -> None: ...


@dataclass(frozen=True, kw_only=True)
class ImapAccount:
    """A mailbox at imaps://user:password@host:port/FOLDER, or imap+starttls://; imap:// on this very machine."""

    host: str
    port: int
    user: str
    password: str = field(default="", repr=False)
    folder: str = "INBOX"
    scheme: str = "imaps"

    @classmethod
    def at(cls, url: str) -> Self:
        """The account that an address names. Raises BadImapUrl."""
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError:
            raise BadImapUrl("the port is no number") from None
        if parts.scheme not in ("imaps", "imap+starttls", "imap") or not parts.hostname or not parts.username:
            raise BadImapUrl("it must be imaps://user@host/FOLDER")
        if parts.scheme == "imap" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
            raise BadImapUrl("without TLS only this very machine is read")
        return cls(
            host=parts.hostname,
            port=port or (993 if parts.scheme == "imaps" else 143),
            user=unquote(parts.username),
            password=unquote(parts.password or ""),
            folder=unquote(parts.path.lstrip("/")) or "INBOX",
            scheme=parts.scheme,
        )

    @property
    def name(self) -> str:
        """The mailbox's name among deliveries, which tells it from every other."""
        return f"{self.user}.{self.host}.{self.folder}"

    def opened(self, token: str | None) -> BaseMailBox:
        """The mailbox, signed in to. It blocks."""
        box: BaseMailBox
        if self.scheme == "imaps":
            box = MailBox(self.host, self.port, timeout=_PATIENCE, ssl_context=ssl.create_default_context())
        elif self.scheme == "imap+starttls":
            box = MailBoxStartTls(self.host, self.port, timeout=_PATIENCE, ssl_context=ssl.create_default_context())
        else:
            box = MailBoxUnencrypted(self.host, self.port, timeout=_PATIENCE)
        try:
            if token is not None:
                return box.xoauth2(self.user, token, initial_folder=self.folder)
            return box.login(self.user, self.password, initial_folder=self.folder)
        except Exception:
            box.client.shutdown()
            raise


@dataclass
class ImapSource:
    """Reads one mailbox, through whatever happens to its connection."""

    account: ImapAccount
    inbox: Inbox
    look_every: float
    largest: int
    tokens: AccessTokens | None = None
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _in_vain: Counter[tuple[int, int]] = field(default_factory=Counter, repr=False)

    async def run(self) -> None:
        """Read what comes, until cancelled; after a failure it is begun anew, ever more slowly."""
        wait = _AGAIN_AFTER
        while True:
            began_well = False
            try:
                async for _ in self.looks():
                    began_well = True
            except Exception as error:
                _log.warning("the mailbox has to wait: %s", type(error).__name__)
            wait = _AGAIN_AFTER if began_well else min(wait * 2, _LONGEST)
            await self.sleep(wait)

    async def looks(self) -> Any:
        """Look into the mailbox again and again, over one connection; each look is told when it is over."""
        token = await self.tokens.token() if self.tokens else None
        try:
            box = await asyncio.to_thread(self.account.opened, token)
        except (OSError, IMAP4.abort):
            raise  # of the connection: the token is as good as it was
        except Exception:
            if self.tokens and token:
                self.tokens.forget(token)
            raise
        try:
            can_tell = b"IDLE" in b" ".join(each.encode() for each in box.client.capabilities)
            while True:
                await self.look(box)
                yield
                if can_tell:
                    await asyncio.to_thread(box.idle.wait, timeout=min(_IDLE_FOR, max(1, self.look_every)))
                else:
                    await self.sleep(self.look_every)
        finally:
            await asyncio.to_thread(_closed, box)

    async def look(self, box: BaseMailBox) -> int:
        """Keep what has come since the last look, in order; answer how many.

        What comes after a message that the server does not give waits for it, or it would never be looked for again;
        after some tries it is kept without its bytes, which is a quarantine, and the others go on.
        """
        said, following = await asyncio.to_thread(self._numbering, box)
        uidvalidity, last = await self._known(said)
        uids, highest = await asyncio.to_thread(_uids_after, box, last)
        if 0 < following <= last and 0 < highest < last:
            _log.warning("the mailbox numbers its messages anew, and does not say so")
            uidvalidity += _ANEW
            uids, _ = await asyncio.to_thread(_uids_after, box, 0)
        for uid in uids:
            try:
                arrival = await asyncio.to_thread(self._fetched, box, uid)
            except NotGiven:
                self._in_vain[uidvalidity, uid] += 1
                if self._in_vain[uidvalidity, uid] < _MOST_TRIES:
                    raise
                _log.warning("the mailbox does not give message %d", uid)
                arrival = Arrival(b"", 0)
            if arrival:
                await self.inbox.take_delivery(Identity(self.account.name, uidvalidity, uid), arrival)
            self._in_vain.pop((uidvalidity, uid), None)
        return len(uids)

    async def _known(self, uidvalidity: int) -> tuple[int, int]:
        """Under which numbering the mailbox is kept by now, and the highest UID of that."""
        last = await self.inbox.last_uid(self.account.name, uidvalidity)
        while later := await self.inbox.last_uid(self.account.name, uidvalidity + _ANEW):
            uidvalidity, last = uidvalidity + _ANEW, later
        return uidvalidity, last

    def _numbering(self, box: BaseMailBox) -> tuple[int, int]:
        """The mailbox's UIDVALIDITY and UIDNEXT as they are now, 0 where it says none; no flag is set."""
        box.folder.set(self.account.folder, readonly=True)
        told: Mapping[str, list[Any]] = box.client.untagged_responses
        validity, following = (list(told.get(name) or [b"0"]) for name in ("UIDVALIDITY", "UIDNEXT"))
        return int(bytes(validity[-1])), int(bytes(following[-1]))

    def _fetched(self, box: BaseMailBox, uid: int) -> Arrival | None:
        """A message's bytes, and how many it has: of one that is too large, only the beginning. None where it went.

        Raises NotGiven. What a server says of a size is believed where it is too much, for some say too little.
        """
        status, parts = box.client.uid("FETCH", str(uid), "(RFC822.SIZE)")
        size = _SIZE.search(_answer((status, parts))) if status == "OK" else None
        if not size:
            if status == "OK":
                return None
            raise NotGiven
        is_too_large = int(size[1]) > self.largest
        part = f"BODY.PEEK[]<0.{KEPT_OF_TOO_LARGE}>" if is_too_large else "BODY.PEEK[]"
        status, parts = box.client.uid("FETCH", str(uid), f"({part})")
        content = next((bytes(each[1]) for each in parts if isinstance(each, tuple)), b"") if status == "OK" else b""
        if not content:
            raise NotGiven
        if is_too_large:
            return Arrival(content[:KEPT_OF_TOO_LARGE], max(int(size[1]), len(content)))
        return Arrival.of(content, largest=self.largest)


def _uids_after(box: BaseMailBox, last: int) -> tuple[list[int], int]:
    """What came after it, and the highest there is: `n:*` always names the last message, whatever its number."""
    told = [int(each) for each in _answer(box.client.uid("SEARCH", f"UID {last + 1}:*")).split()]
    return sorted({uid for uid in told if uid > last}), max(told, default=0)


def _answer(answered: tuple[str, list[Any]]) -> bytes:
    status, parts = answered
    if status != "OK":
        raise OSError("the server did not answer as asked")
    return b" ".join(each[0] if isinstance(each, tuple) else each for each in parts if each)


def _closed(box: BaseMailBox) -> None:
    try:
        box.logout()
    except Exception:  # it has gone already, most often
        with suppress(OSError):
            box.client.shutdown()
