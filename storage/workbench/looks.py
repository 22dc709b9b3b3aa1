"""The looks at cases: the last fact that was there when somebody had a case's page before them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, literal, select

from storage.engine.database import Database, Reader, insert
from storage.engine.tables import case_looks, cases


@dataclass(frozen=True, kw_only=True)
class Look:
    """That an account saw a case as far as the fact `seq`."""

    account_id: str
    case_number: str
    seq: int


async def looked(db: Database, look: Look, *, at: datetime) -> None:
    """Keep how far somebody saw a case; what they saw before stays seen."""
    async with db.write() as connection:
        row = insert(connection, case_looks).values(
            account_id=look.account_id, case_number=look.case_number, seq=look.seq, at=at
        )
        newer = row.on_conflict_do_update(
            index_elements=["account_id", "case_number"],
            set_={"seq": row.excluded.seq, "at": row.excluded.at},
            where=case_looks.c.seq < row.excluded.seq,
        )
        await connection.execute(newer)


async def of_account(db: Reader, account_id: str, numbers: Sequence[str]) -> dict[str, int]:
    """How far an account has seen these cases; where it never looked, none."""
    c = case_looks.c
    wanted = select(c.case_number, c.seq).where(c.account_id == account_id, c.case_number.in_(numbers))
    async with db.read() as connection:
        return {row.case_number: row.seq for row in await connection.execute(wanted)}


def seen_by(account_id: str) -> ColumnElement[int]:
    """How far an account has seen the case that a statement speaks of; 0 where it never looked."""
    its = and_(case_looks.c.account_id == literal(account_id), case_looks.c.case_number == cases.c.number)
    return func.coalesce(select(case_looks.c.seq).where(its).correlate(cases).scalar_subquery(), 0)
