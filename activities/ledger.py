"""The activity that records a turn. What it writes, and that it writes it once, is storage's."""

from __future__ import annotations

from dataclasses import dataclass

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.notices.bell import Bell
from policy.case.case import Case
from policy.case.decision import Decision
from policy.case.refusals import Refusal
from policy.terms.terms import Terms
from storage.case import ledger
from storage.engine.database import Database
from storage.engine.group_commit import GroupCommit


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A decision to record. A command brings its id, a clock that ran out has none.

    The first turn brings the terms, and so does a turn that replaces them.
    """

    decision: Decision
    terms: Terms | None = None
    command_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What the ledger holds after a turn.

    `ahead` is None in all ordinary life. A worker that is killed after it recorded turns and before Temporal learned of
    them leaves the ledger ahead of the workflow: then `ahead` is the case as the ledger holds it, and `command_ids` are
    the commands it already holds, and the workflow goes on from there, under `terms` where those turns replaced them.
    What was recorded once stays as it happened. `has_notices` was said by earlier versions, whose cases have their
    notices delivered by themselves.
    """

    has_notices: bool = False
    ahead: Case | None = None
    command_ids: tuple[str, ...] = ()
    terms: Terms | None = None


class Ledger:
    """Writes turns to the database, those that arrive together by one commit, and rings where they have notices."""

    def __init__(self, database: Database, bell: Bell | None = None, together: GroupCommit | None = None) -> None:
        self._together, self._bell = together or GroupCommit(database), bell or Bell()

    @activity.defn(name="record")
    async def record(self, turn: Turn) -> Recorded:
        """Record the turn in one transaction, or not at all: facts, projection, notices and stretches.

        What another case's turn has made impossible meanwhile is refused, by the refusal's name, and not tried again.
        """
        try:
            with self._bell.turn():
                found = await self._together.write(
                    lambda connection: ledger.record_in(
                        connection, turn.decision, turn.terms, command_id=turn.command_id
                    )
                )
        except Refusal as refusal:
            sentence = refusal.message.format(**refusal.values)
            raise ApplicationError(sentence, refusal.values, type=refusal.name, non_retryable=True) from refusal
        if turn.decision.notices:
            self._bell.ring()
        return Recorded(ahead=found.ahead, command_ids=found.command_ids, terms=found.terms)
