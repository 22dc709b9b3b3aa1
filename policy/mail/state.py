"""The state of a message on its way, as lists ask for it."""

from __future__ import annotations

from enum import StrEnum


class MessageState(StrEnum):
    """RECEIVED: nothing has been decided yet. HELD: an agent has to. DONE: all that is to happen has happened."""

    RECEIVED = "received"
    HELD = "held"
    QUARANTINE = "quarantine"
    DONE = "done"
