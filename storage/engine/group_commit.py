"""Group commit: writes that come while another one is under way are committed together, each in its own savepoint.

A commit waits for the disk, and twenty writes that arrive together wait for it once. Each caller is answered after the
commit that holds its write, and hears of its own error alone.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.database import Database
from storage.engine.reach import DatabaseUnavailable

T = TypeVar("T")
Work = Callable[[AsyncConnection], Awaitable[T]]
_MOST = 50
"""Writes of one commit: so many wait for each other at most."""


@dataclass(eq=False)
class _Write:
    """A write that waits, and then what came of it."""

    work: Work[Any]
    outcome: Any = None
    error: Exception | None = None
    is_done: bool = False


class GroupCommit:
    """Writes to a database, together where they come together.

    What is written must be work that may be done again: a group that the database ends is taken apart.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting = deque[_Write]()
        self._turn = asyncio.Lock()

    async def write(self, work: Work[T]) -> T:
        """Do the work in a transaction; answer once it is committed. Raises what it raises, or DatabaseUnavailable."""
        mine = _Write(work)
        self._waiting.append(mine)
        try:
            async with self._turn:
                while not mine.is_done:  # whoever had the turn before may have done it
                    await self._commit([self._waiting.popleft() for _ in range(min(_MOST, len(self._waiting)))])
        finally:
            if mine in self._waiting:  # its caller went away
                self._waiting.remove(mine)
        if mine.error:
            raise mine.error
        outcome: T = mine.outcome
        return outcome

    async def _commit(self, group: Sequence[_Write]) -> None:
        try:
            await self._together(group)
        except DatabaseUnavailable as error:
            _end(group, error)
        except Exception as error:  # one of them asked the database wrongly, and ended the transaction for all
            if len(group) == 1:
                _end(group, error)
                return
            for each in group:
                await self._commit([each])
        except BaseException:  # the caller whose turn it was went away: the others go on
            self._waiting.extendleft(reversed(group))
            raise
        else:
            _end(group, None)

    async def _together(self, group: Sequence[_Write]) -> None:
        async with self._database.write() as connection:
            if len(group) == 1:
                group[0].outcome = await group[0].work(connection)
                return
            for each in group:
                try:
                    async with connection.begin_nested():
                        each.outcome, each.error = await each.work(connection), None
                except DBAPIError:
                    raise
                except Exception as error:
                    each.error = error


def _end(group: Sequence[_Write], error: Exception | None) -> None:
    for each in group:
        each.error, each.is_done = error or each.error, True
