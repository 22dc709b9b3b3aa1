"""The input of one run of a contract's or a warranty's workflow, and the id under which it runs."""

from __future__ import annotations

from dataclasses import dataclass

from policy.cover.cover import CoverRef
from policy.terms.terms import CoverKind


@dataclass(frozen=True, kw_only=True)
class ContractRun:
    """The cover it is about. `undelivered`: the run before left announcements to deliver."""

    cover: CoverRef
    undelivered: bool = False


def workflow_id(cover: CoverRef) -> str:
    """`contract-<contract's id>`, or `warranty-<solution's id>`."""
    return f"{cover.kind.value}-{cover.id}"


def named_by(workflow_id: str) -> tuple[CoverKind, str]:
    """Kind and id of the cover whose workflow has that id. ValueError for any other id."""
    kind, _, id_ = workflow_id.partition("-")
    return CoverKind(kind), id_
