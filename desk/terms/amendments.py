"""Amendments: a changed holiday list or matrix applied to chosen open cases, previewed, applied and kept (PLAN-15).

A case keeps what it was promised until somebody does this. Each case takes it as a command of its own (amending.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field, StrictBool

from desk.access import checked_id
from desk.desk import Desk
from desk.idempotency import IdempotentRequest
from desk.inputs import Body, Words
from desk.problems import NotFound, own_cursor
from desk.refusals import AmendmentTargetUnclear, PageOfChosenCases, PolicyChanged
from desk.terms import amending
from desk.terms.amending import Prospect
from policy.case.case import Actor, Status
from policy.case.refusals import ReasonMissing
from policy.terms.amended_terms import AmendedPart, AmendmentOutcome
from storage.case import views
from storage.case.views import CaseFilter
from storage.engine.paging import Page
from storage.terms import amendments
from storage.terms.amendments import Amendment, CaseOutcome

MOST = 200
"""Cases in one call: each is a turn of its own."""

_OPEN = tuple(status for status in Status if status is not Status.CLOSED)
_Number = Annotated[str, Field(pattern=r"^MA-\d{4}-\d{6,9}$")]
_What = Annotated[list[AmendedPart], Field(min_length=1, max_length=2, examples=[["holidays"]])]
_Version = Annotated[str, Field(max_length=200)]


class AmendmentPreview(Body):
    """What to preview: some cases by their numbers, or all that are open, a page at a time."""

    what: _What
    numbers: list[_Number] | None = Field(default=None, max_length=MOST, examples=[["MA-2026-000042"]])
    all_open: StrictBool = False
    limit: Annotated[int, Field(strict=True, ge=1, le=MOST)] = 100
    cursor: Annotated[str, Field(max_length=500, pattern=r"^[A-Za-z0-9_-]+$")] | None = None


class NewAmendment(Body):
    """What to apply to which cases, and why: the customers read it. `policy_version` is the one that was previewed."""

    what: _What
    numbers: list[_Number] = Field(min_length=1, max_length=MOST, examples=[["MA-2026-000042"]])
    reason: Words = Field(examples=["La Ley 2578 de 2026 hace festivo el lunes 13 de julio."])
    policy_version: _Version | None = None


@dataclass(frozen=True, kw_only=True)
class Previewed:
    """What an amendment would do. `prospects` are of the cases that it would change or that would refuse it;
    `unchanged` are those that have these terms already.
    """

    prospects: Sequence[Prospect]
    unchanged: int
    next_cursor: str | None


@dataclass(frozen=True, kw_only=True)
class AmendmentState:
    """An amendment, and what became of its cases so far, by their numbers."""

    amendment: Amendment
    outcomes: Mapping[str, CaseOutcome]

    @property
    def counted(self) -> dict[AmendmentOutcome, int]:
        """How many cases had which outcome."""
        reached = [each.outcome for each in self.outcomes.values()]
        return {outcome: reached.count(outcome) for outcome in AmendmentOutcome}

    @property
    def pending(self) -> int:
        """Of how many cases nobody knows yet what became."""
        return len(self.amendment.numbers) - len(self.outcomes)


async def preview(desk: Desk, wanted: AmendmentPreview, *, by: Actor, at: datetime) -> Previewed:
    """What an amendment would do to these cases at `at`; nothing is recorded.

    Raises AmendmentTargetUnclear, PageOfChosenCases or InvalidCursor.
    """
    numbers, next_cursor = await _chosen(desk, wanted)
    found = [await amending.prospect(desk, each, set(wanted.what), by=by, at=at) for each in numbers]
    return Previewed(
        prospects=[each for each in found if not each.changes_nothing],
        unchanged=sum(each.changes_nothing for each in found),
        next_cursor=next_cursor,
    )


async def amend(desk: Desk, new: NewAmendment, request: IdempotentRequest, *, by: Actor) -> AmendmentState:
    """Apply an amendment to each of its cases once; one that broke off goes on with the same request.

    Raises ReasonMissing, PolicyChanged where another file was previewed or begun with, and EngineUnavailable.
    """
    if not new.reason:
        raise ReasonMissing(rule="PLAN-15")
    if new.policy_version not in (None, desk.policy.version):
        raise PolicyChanged
    asked = Amendment(
        id=request.derived("amd_"),
        at=request.at,
        by=by,
        what=tuple(dict.fromkeys(new.what)),
        policy_version=desk.policy.version,
        reason=new.reason,
        numbers=tuple(dict.fromkeys(new.numbers)),
    )
    amendment = await amendments.begin(desk.database, asked)
    if amendment.policy_version != desk.policy.version:  # begun before the policy file changed, and broken off
        raise PolicyChanged
    known = await amendments.outcomes(desk.database, amendment.id)
    for number in amendment.numbers:
        if number not in known and (outcome := await amending.apply(desk, amendment, number, request)):
            await amendments.note(desk.database, amendment.id, outcome)
    return AmendmentState(amendment=amendment, outcomes=await amendments.outcomes(desk.database, amendment.id))


async def read(desk: Desk, amendment_id: str) -> AmendmentState:
    """The amendment with that id, or NotFound."""
    found = await amendments.get(desk.database, checked_id(amendment_id))
    if found is None:
        raise NotFound
    return AmendmentState(amendment=found, outcomes=await amendments.outcomes(desk.database, found.id))


async def listing(
    desk: Desk, *, limit: int, cursor: str | None = None
) -> Page[tuple[Amendment, Mapping[AmendmentOutcome, int]]]:
    """A page of amendments, the newest first, each with how many cases had which outcome. Raises InvalidCursor."""
    with own_cursor():
        return await amendments.listing(desk.database, limit=limit, cursor=cursor)


async def _chosen(desk: Desk, wanted: AmendmentPreview) -> tuple[Sequence[str], str | None]:
    """The cases' numbers, and how to ask for those that follow."""
    if (wanted.numbers is not None) is wanted.all_open:
        raise AmendmentTargetUnclear
    if wanted.numbers is not None:
        if wanted.cursor is not None:
            raise PageOfChosenCases
        return list(dict.fromkeys(wanted.numbers)), None
    with own_cursor():
        filtered = CaseFilter(status=_OPEN, sort="number")
        page = await views.cases(desk.database, filtered, limit=wanted.limit, cursor=wanted.cursor)
    return [row.number for row in page.items], page.next_cursor
