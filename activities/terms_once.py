"""Between the worker or the API and Temporal: a case's terms travel by their digest, and are put in again on arrival.

So they are in no history. What was started before, with its terms in its input, is read as it is.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from temporalio.api.common.v1 import Payload
from temporalio.converter import DataConverter, PayloadCodec

from storage.engine.database import Database
from storage.terms import pinned

TERMS, DIGEST = "terms", "terms-digest"
"""Of a payload's metadata: the terms that belong to its data, as JSON, or their digest."""
_MOST_KNOWN = 1_000
"""Terms that a process remembers, some 10 KB each."""


@dataclass(frozen=True)
class TermsOnce(PayloadCodec):
    """Keeps what leaves, and finds what comes; each terms is asked of the database once in a process's life."""

    database: Database
    _digests: dict[bytes, str] = field(default_factory=dict)
    _texts: dict[str, bytes] = field(default_factory=dict)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Digests instead of terms."""
        return [await self._shortened(each) if TERMS in each.metadata else each for each in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Terms instead of digests. LookupError where nobody kept them: then the database is not the cases' own."""
        return [await self._whole(each) if DIGEST in each.metadata else each for each in payloads]

    async def _shortened(self, payload: Payload) -> Payload:
        text = payload.metadata[TERMS]
        digest = self._digests.get(text) or await pinned.keep(self.database, json.loads(text))
        self._remember(digest, text)
        return _with(payload, DIGEST, digest.encode())

    async def _whole(self, payload: Payload) -> Payload:
        digest = payload.metadata[DIGEST].decode()
        text = self._texts.get(digest)
        if text is None:
            said = await pinned.said_by(self.database, digest)
            if said is None:
                raise LookupError(f"no terms of digest {digest} are kept in this database")
            text = json.dumps(said).encode()
            self._remember(digest, text)
        return _with(payload, TERMS, text)

    def _remember(self, digest: str, text: bytes) -> None:
        if len(self._texts) >= _MOST_KNOWN:
            self._texts.clear()
            self._digests.clear()
        self._texts[digest], self._digests[text] = text, digest


def through(database: Database, converter: DataConverter) -> DataConverter:
    """The converter, with terms by their digest."""
    return replace(converter, payload_codec=TermsOnce(database))


def _with(payload: Payload, name: str, value: bytes) -> Payload:
    other = Payload(data=payload.data)
    other.metadata.update({each: said for each, said in payload.metadata.items() if each not in (TERMS, DIGEST)})
    other.metadata[name] = value
    return other
