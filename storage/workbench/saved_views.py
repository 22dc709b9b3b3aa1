"""Looks at the queue that somebody keeps under a name, for themselves, for those of a level, or for everybody."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, false, func, or_, select

from policy.case.case import Level
from policy.case.refusals import Refusal
from storage.engine.database import Database, Reader, insert
from storage.engine.tables import accounts, saved_views

MOST = 30
"""How many one account keeps."""


class TooManyViews(Refusal):
    """A list to choose from that is too long to choose from."""

    message = "You keep {most} views already. Remove one first."


@dataclass(frozen=True, kw_only=True)
class SavedView:
    """A look at the queue under a name: `query` is what stands in the page's address."""

    id: str
    account_id: str
    name: str
    query: str
    shared: bool
    level: int | None = None
    owner: str = ""

    @property
    def is_shared(self) -> bool:
        """Whether others have it too."""
        return self.shared or self.level is not None


async def of_account(db: Reader, account_id: str, *, levels: Collection[Level] = ()) -> Sequence[SavedView]:
    """An account's own views and those that are shared with everybody or one of these levels, by name."""
    c = saved_views.c
    wanted = (
        select(c.id, c.account_id, c.name, c.query, c.shared, c.level, accounts.c.name.label("owner"))
        .join(accounts, accounts.c.id == c.account_id)
        .where(or_(c.account_id == account_id, c.shared.is_(True), c.level.in_([int(each) for each in levels])))
        .order_by(c.name, c.id)
    )
    async with db.read() as connection:
        return [SavedView(**row) for row in (await connection.execute(wanted)).mappings()]


async def keep(db: Database, view: SavedView, *, at: datetime) -> None:
    """Keep a view; one of the same account under the same name is replaced. May raise TooManyViews."""
    c = saved_views.c
    async with db.write() as connection:
        others = select(func.count()).where(c.account_id == view.account_id, c.name != view.name)
        if (await connection.scalar(others) or 0) >= MOST:
            raise TooManyViews(most=MOST)
        row = {name: value for name, value in vars(view).items() if name != "owner"}
        kept = insert(connection, saved_views).values(**row, created_at=at)
        changed = {"query": view.query, "shared": view.shared, "level": view.level}
        await connection.execute(kept.on_conflict_do_update(index_elements=["account_id", "name"], set_=changed))


async def forget(db: Database, view_id: str, *, account_id: str, shared_too: bool = False) -> bool:
    """Remove an account's own view, or, with `shared_too`, one that others share; whether there was one."""
    c = saved_views.c
    shared = or_(c.shared, c.level.is_not(None)) if shared_too else false()
    its = (c.id == view_id, or_(c.account_id == account_id, shared))
    async with db.write() as connection:
        return bool((await connection.execute(delete(saved_views).where(*its))).rowcount)
