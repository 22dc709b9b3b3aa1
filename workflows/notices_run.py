"""The input of one run of the dispatcher's workflow."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class NoticesRun:
    """`paused`: why an operator had it paused before this run; None while it works."""

    paused: str | None = None
