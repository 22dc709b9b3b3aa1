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
from storage.engine.savepoint import savepoint

T = TypeVar("T")
Work = Callable[[AsyncConnection], Awaitable[T]]
_MOST = 50
"""Writes of one commit: so many wait for each other at most."""


@dataclass(frozen=True)
class _Outcome:
    """What came of a write: what its work answered, or the error that it ended with."""

    value: Any = None
    error: Exception | None = None


@dataclass(eq=False)
class _Write:
    """A write that waits for its outcome."""

    work: Work[Any]
    outcome: _Outcome | None = None


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
                while mine.outcome is None:  # whoever had the turn before may have written it
                    await self._commit([self._waiting.popleft() for _ in range(min(_MOST, len(self._waiting)))])
        finally:
            if mine in self._waiting:  # its caller went away
                self._waiting.remove(mine)
        if mine.outcome.error:
            raise mine.outcome.error
        answer: T = mine.outcome.value
        return answer

    async def _commit(self, group: Sequence[_Write]) -> None:
        try:
            outcomes = await self._together(group)
        except DatabaseUnavailable as error:
            outcomes = [_Outcome(error=error)] * len(group)
        except Exception as error:  # one of them asked the database wrongly, and ended the transaction for all
            if len(group) > 1:
                for each in group:
                    await self._commit([each])
                return
            outcomes = [_Outcome(error=error)]
        except BaseException:  # the caller whose turn it was went away: the others go on
            self._waiting.extendleft(reversed(group))
            raise
        for each, outcome in zip(group, outcomes, strict=True):
            each.outcome = outcome

    async def _together(self, group: Sequence[_Write]) -> list[_Outcome]:
        async with self._database.write(brief=True) as connection:
            if len(group) == 1:
                return [_Outcome(await group[0].work(connection))]
            return [await _in_savepoint(connection, each.work) for each in group]


async def _in_savepoint(connection: AsyncConnection, work: Work[Any]) -> _Outcome:
    try:
        async with savepoint(connection):
            return _Outcome(await work(connection))
    except DBAPIError:
        raise
    except Exception as error:
        return _Outcome(error=error)
