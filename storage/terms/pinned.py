"""Terms that cases were promised, each kept once: by its digest, which every case that was opened under it names.

A row is never changed; who knows its digest knows what it says (PLAN-15).
"""

from __future__ import annotations

import json
from functools import lru_cache
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, FromClause, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from policy.terms.terms import Terms
from storage.engine import codec
from storage.engine.columns import Json
from storage.engine.database import Database, Reader, insert
from storage.engine.prepared import Prepared
from storage.engine.tables import case_terms, pinned_terms

CASE_TERMS: FromClause = case_terms.outerjoin(pinned_terms, pinned_terms.c.digest == case_terms.c.digest)
"""The terms of cases, by turn; what they say is `SAID`."""
SAID: ColumnElement[Any] = func.coalesce(pinned_terms.c.terms, case_terms.c.terms, type_=Json)
"""Until version 0020 of the database each case had them as a text of its own."""


def digest_of(said: Any) -> str:
    """The SHA-256 of terms as JSON, whatever the order of their names, in hexadecimal."""
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


async def keep_in(connection: AsyncConnection, terms: Terms) -> str:
    """Keep terms in the connection's transaction; answer their digest."""
    return await _keep(connection, *_text_of(terms))


@lru_cache(maxsize=256)
def _text_of(terms: Terms) -> tuple[str, Any]:
    """Their digest, and they as JSON: thousands of cases have the same."""
    said = codec.terms_to_json(terms)
    return digest_of(said), said


async def _keep(connection: AsyncConnection, digest: str, said: Any) -> str:
    if await _KNOWN.scalar(connection, digest=digest) is None:
        made = insert(connection, pinned_terms).on_conflict_do_nothing()
        await connection.execute(made, {"digest": digest, "terms": said})
    return digest


_KNOWN = Prepared(select(pinned_terms.c.digest).where(pinned_terms.c.digest == bindparam("digest")))


async def keep(db: Database, said: Any) -> str:
    """Keep terms, given as JSON; answer their digest."""
    async with db.write() as connection:
        return await _keep(connection, digest_of(said), said)


async def said_by(db: Reader, digest: str) -> Any | None:
    """The terms of that digest, as JSON; None where nobody kept them."""
    wanted = select(pinned_terms.c.terms).where(pinned_terms.c.digest == digest)
    async with db.read() as connection:
        return await connection.scalar(wanted)


async def altered(db: Reader) -> list[str]:
    """The digests of terms that no longer say what they said."""
    async with db.read() as connection:
        rows = await connection.execute(select(pinned_terms.c.digest, pinned_terms.c.terms))
        return sorted(digest for digest, said in rows if digest_of(said) != digest)
