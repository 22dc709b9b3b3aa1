"""Files that people send with a text: what is known of each. Their bytes are the file store's.

A file belongs to a deposited text and is seen when a recorded fact publishes that text, by whoever sees that fact.
Until a text takes it, it is its sender's own.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Text, and_, cast, delete, func, or_, select, update

from policy.case.case import Actor, Role
from storage.engine.database import Database, Reader, insert
from storage.engine.tables import cases, facts, files


class FileMissing(LookupError):
    """A text names a file that its writer did not send, or that another text has."""


@dataclass(frozen=True, kw_only=True)
class File:
    """A file: `name` as its sender called it, `stored_name` where its bytes are, `size` in bytes."""

    id: str
    stored_name: str
    name: str
    media_type: str
    size: int
    sender: Actor = field(repr=False)
    at: datetime
    case_number: str | None = None
    content_id: str | None = None


async def keep(db: Database, file: File) -> File:
    """Keep what is known of a file; the same id again gives the one that is kept."""
    row = asdict(file)
    del row["sender"]
    row |= {"sender_role": file.sender.role, "sender_id": file.sender.id, "place": 0}
    async with db.write() as connection:
        await connection.execute(insert(connection, files).on_conflict_do_nothing(), row)
        return _file((await connection.execute(_SELECT.where(_F.id == file.id))).mappings().one())


async def attach(db: Database, ids: Sequence[str], *, content_id: str, number: str, by: Actor) -> None:
    """Let a deposited text of a case take its writer's files, in this order; once more changes nothing. FileMissing.

    What an earlier try took, and never came to be published, may be taken again.
    """
    async with db.write() as connection:
        for place, file_id in enumerate(ids):
            own = (
                _F.id == file_id,
                _F.sender_role == by.role,
                _F.sender_id == by.id,
                or_(_F.content_id == content_id, ~_IS_PUBLISHED),
                or_(_F.case_number.is_(None), _F.case_number == number, ~_IS_OPENED),
            )
            taken = update(files).where(*own).values(content_id=content_id, case_number=number, place=place)
            if (await connection.execute(taken)).rowcount != 1:
                raise FileMissing(file_id)


async def size_with(db: Reader, number: str, ids: Sequence[str], *, by: Actor) -> int:
    """The bytes of all files that a case's texts carry, and of these that somebody sent."""
    own = and_(_F.id.in_(ids), _F.sender_role == by.role, _F.sender_id == by.id)
    carried = and_(_F.case_number == number, _F.content_id.is_not(None))
    async with db.read() as connection:
        return int(await connection.scalar(select(func.sum(_F.size)).where(or_(carried, own))) or 0)


async def get(db: Reader, file_id: str) -> File | None:
    async with db.read() as connection:
        row = (await connection.execute(_SELECT.where(_F.id == file_id))).mappings().first()
    return None if row is None else _file(row)


async def sent_by(db: Reader, by: Actor, ids: Sequence[str]) -> list[File]:
    """Those of these files that somebody sent, in this order."""
    wanted = _SELECT.where(_F.id.in_(ids), _F.sender_role == by.role, _F.sender_id == by.id)
    async with db.read() as connection:
        found = {row["id"]: _file(row) for row in (await connection.execute(wanted)).mappings()}
    return [found[each] for each in ids if each in found]


async def of_case(db: Reader, number: str, published: Collection[str]) -> dict[str, list[File]]:
    """The files of a case by the text that carries them, for these texts alone."""
    wanted = _SELECT.where(_F.case_number == number, _F.content_id.is_not(None)).order_by(_F.at, _F.place, _F.id)
    async with db.read() as connection:
        found = [_file(row) for row in (await connection.execute(wanted)).mappings()]
    carried: dict[str, list[File]] = {}
    for each in found:
        if each.content_id and each.content_id in published:
            carried.setdefault(each.content_id, []).append(each)
    return carried


async def waiting(db: Reader, by: Actor) -> int:
    """How many files somebody sent that no text has taken yet."""
    wanted = select(func.count()).where(_F.sender_role == by.role, _F.sender_id == by.id, _F.content_id.is_(None))
    async with db.read() as connection:
        return int(await connection.scalar(wanted) or 0)


async def forget_unpublished(db: Database, *, before: datetime) -> list[str]:
    """Forget what was sent before that instant and was never published; answers where the bytes lie.

    A text whose case is still being opened may be published later, so its files stay.
    """
    old = select(_F.id, _F.stored_name, _F.case_number, _F.content_id).where(_F.at < before)
    async with db.write() as connection:
        loose = list(await connection.execute(old.where(_F.content_id.is_(None))))
        carried = list(await connection.execute(old.where(_F.content_id.is_not(None), _IS_OPENED, ~_IS_PUBLISHED)))
        gone = [*loose, *carried]
        if gone:
            await connection.execute(delete(files).where(_F.id.in_([row.id for row in gone])))
        return [row.stored_name for row in gone]


async def forget_stored(db: Database, stored_names: Sequence[str]) -> list[str]:
    """Forget those that lie under these names and that no text took; answers their names."""
    its = (_F.stored_name.in_(stored_names), _F.content_id.is_(None))
    async with db.write() as connection:
        return list(await connection.scalars(delete(files).where(*its).returning(_F.stored_name)))


_F = files.c
_IS_OPENED = select(cases.c.number).where(cases.c.number == _F.case_number).exists()
# A fact's data is JSON that names a text as {"content_id": ...}; content ids hold nothing that LIKE would read.
_IS_PUBLISHED = (
    select(facts.c.seq)
    .where(facts.c.case_number == _F.case_number)
    .where(cast(facts.c.data, Text).contains(_F.content_id))
    .exists()
)
_SELECT = select(
    _F.id, _F.stored_name, _F.name, _F.media_type, _F.size, _F.at, _F.case_number, _F.content_id,
    _F.sender_role, _F.sender_id,
)  # fmt: skip


def _file(row: RowMapping) -> File:
    known: dict[str, Any] = dict(row)
    return File(sender=Actor(Role(known.pop("sender_role")), known.pop("sender_id")), **known)
