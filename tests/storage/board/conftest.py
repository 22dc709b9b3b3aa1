"""The board remembers cases' hours for the life of a process, which has one database; tests have many."""

from __future__ import annotations

import pytest

from storage.board import counted


@pytest.fixture(autouse=True)
def no_other_database_is_remembered() -> None:
    counted._known.clear()
    counted._places.clear()
