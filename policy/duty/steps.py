"""The words of paging: why somebody is called, where a page stands, and what happens with it."""

from __future__ import annotations

from enum import StrEnum, auto


class PageWhy(StrEnum):
    """What a page is about: a level got a case that is worked on without interruption, or a case is overdue."""

    HANDED_OFF = auto()
    OVERDUE = auto()


class PageState(StrEnum):
    """Where a page stands. `told_all`: nobody was on duty, or nobody answered, and everybody was told.

    `settled`: it was over before anybody acknowledged it, since the case went on without.
    """

    WAITING = auto()
    PAGED = auto()
    TOLD_ALL = auto()
    ACKNOWLEDGED = auto()
    SETTLED = auto()


class PageStep(StrEnum):
    """What happened with a page, as the case's timeline tells it."""

    PAGED = auto()
    PASSED_ON = auto()
    NOBODY = auto()
    UNANSWERED = auto()
    ACKNOWLEDGED = auto()
