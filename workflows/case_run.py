"""The input of one run of a case's workflow."""

from __future__ import annotations

from dataclasses import dataclass

from policy.case.case import Case
from policy.case.commands import OpenCase
from policy.terms.terms import Terms


@dataclass(frozen=True, kw_only=True)
class BesideTerms:
    """What a run begins with beside its terms."""

    link: str
    opening: OpenCase | None = None
    case: Case | None = None
    applied: tuple[str, ...] = ()
    undelivered: bool = False


@dataclass(frozen=True, kw_only=True)
class CaseRun(BesideTerms):
    """What a run begins with: an opening, or a case that lives already (the run before, or an import).

    `undelivered`: an earlier version left notices to this case.
    """

    terms: Terms
