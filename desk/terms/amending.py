"""An amendment applied to one case: what it would do, asked of the rule that does it, and doing it (PLAN-15).

What is asked for, of which cases, and what became of them is amendments.py's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.desk import Desk
from desk.engine import CaseNotRunning
from desk.idempotency import IdempotentRequest
from desk.problems import EngineUnavailable, NotFound, Refused, told
from policy.case import lifecycle
from policy.case.case import Actor, Status, Text
from policy.case.commands import AmendTerms
from policy.case.facts import Moved, TermsAmended
from policy.case.refusals import CaseClosed, ReasonMissing, Refusal
from policy.terms.amended_terms import AmendedPart, AmendmentOutcome
from policy.terms.amendment import AtOnce, NothingToAmend, TermsChanged, at_once
from storage.case import intake, views
from storage.case.intake import Deposit
from storage.terms import amendments
from storage.terms.amendments import Amendment, CaseOutcome
from storage.terms.terms import amended_now

_SOME_WORDS = Text("preview", 1)
_AGAIN = ("again", "once more")
"""A case whose terms change while an amendment is prepared is tried so often more, each under an id of its own."""


@dataclass(frozen=True, kw_only=True)
class Prospect:
    """What an amendment would do to a case now: move these deadlines, or nothing, or meet this refusal.

    `at_once` is what would happen at that very instant, beside.
    """

    number: str
    from_version: str | None = None
    deadlines: tuple[Moved, ...] = ()
    at_once: tuple[AtOnce, ...] = ()
    refused: Refused | None = None

    @property
    def changes_nothing(self) -> bool:
        """Whether the case has these terms already."""
        return isinstance(self.refused, NothingToAmend)


async def prospect(desk: Desk, number: str, what: Collection[AmendedPart], *, by: Actor, at: datetime) -> Prospect:
    """What would happen if the amendment were applied at `at`. Nothing is recorded."""
    row, terms = await views.case(desk.database, number), await views.terms(desk.database, number)
    if row is None or terms is None:
        return Prospect(number=number, refused=NotFound())
    case, at = row.case, row.case.as_of(at)
    for decision in lifecycle.settle(case, terms=terms, at=at):
        case = decision.case
    amended = amended_now(desk.policy, terms, what, at=at)
    command = AmendTerms(by=by, terms=amended, reason=_SOME_WORDS, instead_of=terms)
    try:
        decision = lifecycle.decide(case, command, terms=terms, at=at)
    except Refusal as refusal:
        return Prospect(number=number, from_version=terms.policy_version, refused=refusal)
    due = lifecycle.settle(decision.case, terms=decision.terms or terms, at=at)
    facts = [entry.fact for each in (decision, *due) for entry in each.entries]
    moved = next(fact.moved for fact in facts if isinstance(fact, TermsAmended))
    return Prospect(number=number, from_version=terms.policy_version, deadlines=moved, at_once=at_once(facts))


async def apply(desk: Desk, amendment: Amendment, number: str, request: IdempotentRequest) -> CaseOutcome | None:
    """Apply an amendment to one case, once. None: nobody knows yet what became of it; the same request asks again.

    Raises EngineUnavailable where no case can be reached.
    """
    tries = [request.derived("cmd_", number), *(request.derived("cmd_", number, again) for again in _AGAIN)]
    try:
        await _amend(desk, amendment, number, tries, request)
    except NothingToAmend:
        return CaseOutcome(case_number=number, outcome=AmendmentOutcome.UNCHANGED)
    except (Refusal, NotFound) as refused:
        problem = told(refused, request.language).document
        return CaseOutcome(case_number=number, outcome=AmendmentOutcome.REFUSED, problem=problem)
    except EngineUnavailable as unavailable:
        if not await desk.engine.ready():
            raise EngineUnavailable from unavailable
        return None
    moved = await amendments.moved_by(desk.database, number, *tries)
    return None if moved is None else _applied(number, moved)


async def _amend(
    desk: Desk, amendment: Amendment, number: str, tries: Sequence[str], request: IdempotentRequest
) -> None:
    """Give the case the command, unless an earlier try did; anew where its terms changed while it was prepared."""
    for command_id in tries:
        if await amendments.moved_by(desk.database, number, *tries) is not None:
            return
        try:
            await _give(desk, number, await _command(desk, amendment, number, request), command_id)
        except TermsChanged:
            if command_id == tries[-1]:
                raise
        else:
            return


async def _command(desk: Desk, amendment: Amendment, number: str, request: IdempotentRequest) -> AmendTerms:
    """What the case is asked for, of its terms as they are now; its reason is deposited."""
    row, terms = await views.case(desk.database, number), await views.terms(desk.database, number)
    if row is None or terms is None:
        raise NotFound
    if not amendment.reason:
        raise ReasonMissing(rule="PLAN-15")
    reason = Deposit(request.derived("txt_", number, "reason"), number, amendment.reason)
    await intake.deposit(desk.database, [reason], at=request.at)
    return AmendTerms(
        by=amendment.by,
        terms=amended_now(desk.policy, terms, amendment.what, at=row.case.as_of(request.at)),
        reason=Text(reason.content_id, len(reason.body)),
        instead_of=terms,
    )


async def _give(desk: Desk, number: str, command: AmendTerms, command_id: str) -> None:
    try:
        await desk.engine.command(number, command, key=command_id)
    except CaseNotRunning as gone:
        if await amendments.moved_by(desk.database, number, command_id) is not None:
            return
        now = await views.case(desk.database, number)
        if now and now.case.status is Status.CLOSED:
            raise CaseClosed(number=number) from gone
        raise EngineUnavailable from gone


def _applied(number: str, moved: tuple[Moved, ...]) -> CaseOutcome:
    return CaseOutcome(case_number=number, outcome=AmendmentOutcome.APPLIED, deadlines=moved)
