"""Reaching the database: all that its drivers raise where it cannot be reached now becomes `DatabaseUnavailable`.

SQLAlchemy has no kind for it: asyncpg's refusal while a server starts passes through as it is, a server that shuts down
is a bare DBAPIError, and a bad statement on SQLite is an OperationalError just as a full disk is.
"""

from __future__ import annotations

import errno
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_log = logging.getLogger(__name__)


class DatabaseUnavailable(Exception):
    """The database cannot be reached, or cannot do its work, now. What was asked may be asked again."""


class DatabaseFull(DatabaseUnavailable):
    """There is no room left for what was to be written."""


@contextmanager
def reaching() -> Iterator[None]:
    """Around a transaction, and around what leads to it."""
    try:
        yield
    except (DBAPIError, PoolTimeout, asyncpg.PostgresError, asyncpg.InterfaceError, sqlite3.Error, OSError) as error:
        if is_unavailable(error):
            _log.warning("the database is not available: %s", type(_beneath(error) or error).__name__)
            raise (DatabaseFull if _is_full(error) else DatabaseUnavailable)(type(error).__name__) from error
        raise


def is_unavailable(error: BaseException) -> bool:
    """Whether an error says that the database is away, starting, ending, full or held, rather than asked wrongly."""
    if isinstance(error, (PoolTimeout, OSError, *_OF_POSTGRESQL)):
        return True
    if isinstance(error, sqlite3.Error):
        return _is_sqlites_state(error)
    if isinstance(error, asyncpg.InterfaceError):  # asyncpg's own, of a connection; a value that it refuses is no state
        return not isinstance(error, ValueError)
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    beneath = _beneath(error)
    return is_unavailable(beneath) if beneath else isinstance(error, InterfaceError | OperationalError)


_OF_POSTGRESQL = (
    asyncpg.PostgresConnectionError,  # class 08: cut off, refused
    asyncpg.OperatorInterventionError,  # class 57: starting, shutting down, crashed, cancelled
    asyncpg.InsufficientResourcesError,  # class 53: disk full, out of memory, too many connections
    asyncpg.PostgresSystemError,  # class 58: input and output
    asyncpg.TransactionRollbackError,  # class 40: others were in the way
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,  # a standby, while another server takes over
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
)


def _is_full(error: BaseException) -> bool:
    beneath = _beneath(error) or error
    if isinstance(beneath, sqlite3.Error):
        return getattr(beneath, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    if isinstance(beneath, OSError):
        return beneath.errno in (errno.ENOSPC, errno.EDQUOT)
    return isinstance(beneath, asyncpg.DiskFullError)


def _beneath(error: BaseException) -> BaseException | None:
    """The driver's own error: asyncpg's stands behind what SQLAlchemy makes of it."""
    orig = getattr(error, "orig", None)
    if isinstance(orig, sqlite3.Error):
        return orig
    cause = orig.__cause__ if orig else None
    return cause if isinstance(cause, asyncpg.PostgresError | asyncpg.InterfaceError | OSError) else None


def _is_sqlites_state(error: sqlite3.Error) -> bool:
    """All but a statement that is wrong, or a database that was not made yet: busy, full, no such file, no disk."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_BUSY) & 0xFF  # the rest says more of the same
    return isinstance(error, sqlite3.OperationalError) and code != sqlite3.SQLITE_ERROR
