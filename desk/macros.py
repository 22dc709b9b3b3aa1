"""Giving a macro to a case: its acts one after the other, none of them unless the case takes all.

What would happen is asked of the policy itself, each act of the case as the one before would leave it. A case that
changes between that and an act's turn may still refuse that act; those before it have then happened, and are told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from desk.commands.commands import compose
from desk.commands.offers import AskedCommand
from desk.desk import Desk
from policy.case.decision import Decision
from policy.case.lifecycle import decide, settle
from policy.case.refusals import Refusal
from storage.case import views


@dataclass(frozen=True)
class Refused:
    """The act, by its place, that the case would not take, and why; none of the acts is done."""

    place: int
    why: Refusal


async def prospect(desk: Desk, asked: Sequence[AskedCommand], *, at: datetime) -> list[Decision] | Refused:
    """What each act would decide, one after the other, once all that falls due by `at` is settled. Nothing is kept."""
    row = asked[0].row
    case, terms = row.case, await views.terms(desk.database, row.number)
    assert terms is not None
    now = case.as_of(at)
    for settled in settle(case, terms=terms, at=now):
        case, terms = settled.case, settled.terms or terms
    found: list[Decision] = []
    for place, each in enumerate(asked):
        try:
            command, _ = await compose(desk, replace(each, row=replace(row, case=case)))
            decision = decide(case, command, terms=terms, at=now)
        except Refusal as why:
            return Refused(place, why)
        found.append(decision)
        case, terms = decision.case, decision.terms or terms
    return found
