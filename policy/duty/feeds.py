"""Calendar feeds: what somebody may have in their calendar program, asked again at each read."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum, auto

from policy.case.case import Actor, Level, Role

MOST_FEEDS = 10
"""Addresses that one account has at once."""


class FeedKind(StrEnum):
    """What a feed shows: one's own turns on duty, a level's, or visits."""

    MINE = auto()
    LEVEL_1 = auto()
    LEVEL_2 = auto()
    LEVEL_3 = auto()
    VISITS = auto()


LEVEL_OF: Mapping[FeedKind, Level] = {
    FeedKind.LEVEL_1: Level.HELP_DESK,
    FeedKind.LEVEL_2: Level.SPECIALISTS,
    FeedKind.LEVEL_3: Level.DIRECTOR,
}


def feeds_of(actor: Actor) -> tuple[FeedKind, ...]:
    """What this person may read in a calendar."""
    match actor.role:
        case Role.AGENT | Role.DIRECTOR:
            return tuple(FeedKind)
        case Role.ADMIN:
            return tuple(LEVEL_OF)
        case Role.CONTACT:
            return (FeedKind.VISITS,)
        case _:
            return ()
