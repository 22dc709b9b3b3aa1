"""One test for all rows of a table: what hundreds of items cost pytest, and no row that fails hides another."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

import pytest


def every(names: str, rows: Iterable[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """As pytest's `parametrize`, but one test: it tries each row, and names all that fail.

    For what takes less than a millisecond and needs no fixture of its own.
    """
    named = [name.strip() for name in names.split(",")]
    given = [dict(zip(named, row if len(named) > 1 else (row,), strict=True)) for row in rows]
    assert given, f"no rows of {names}"

    def of(test: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(test)
        def tried(*args: Any, **others: Any) -> None:
            failed: list[BaseException] = []
            for row in given:
                try:
                    test(*args, **others, **row)
                except (Exception, pytest.fail.Exception) as error:
                    error.add_note(f"with {row}"[:500])
                    failed.append(error)
            if failed:
                raise BaseExceptionGroup(f"{len(failed)} of {len(given)} rows", failed)

        whole = inspect.signature(test)
        left = [each for name, each in whole.parameters.items() if name not in named]
        vars(tried)["__signature__"] = whole.replace(parameters=left)
        return tried

    return of
