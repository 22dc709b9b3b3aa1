"""The news of a case that came while somebody wrote: it is shown before their own words leave, which are kept for them.

A form carries what its page had shown of the case (`Seen`). Whoever sends again what came back to them has seen more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from desk.access import reads_internal
from desk.commands.offers import AskedCommand
from desk.desk import Desk
from desk.problems import Problem
from policy.case.case import Role
from storage.case import views
from storage.case.case_progress import holds_command
from storage.case.views import TimelineRow
from storage.signing_in.tokens import Principal
from storage.workbench import pending_replies
from storage.workbench.pending_replies import PendingReply

_SPOKEN = frozenset(
    {
        *("reply_sent", "information_requested", "case_resolved", "note_added", "attempt_logged", "call_logged"),
        *("customer_answered", "analysis_recorded", "case_reopened", "chat_said"),
    }
)
"""The facts by which people speak on a case; what follows from one's own words is no news."""
_MOST_HELD = 20


class CameMeanwhile(Problem):
    """Somebody else wrote first. Sending it again is sending it all the same."""

    status = 409
    message = (
        "Something came to this case while you were writing. Read it, and send yours all the same if it still fits."
    )


class CaseWentOn(Problem):
    """Whoever names the turn that they read gives their command to a case of that turn, or not at all."""

    status = 412
    message = "The case is at turn {turn} by now: read what happened since, and ask again with that turn."


@dataclass(frozen=True)
class Seen:
    """What a page had shown of a case: its facts up to `seq`, and the replies that waited there, by their text's id."""

    seq: int
    held: frozenset[str] = frozenset()

    @classmethod
    def read(cls, written: str) -> Self | None:
        """What `written` says; None for what it never wrote."""
        seq, *held = written.split(" ")
        if not seq.isdecimal() or len(seq) > 9 or len(held) > _MOST_HELD:
            return None
        return cls(int(seq), frozenset(held))

    @property
    def written(self) -> str:
        """As a form carries it."""
        return " ".join([str(self.seq), *sorted(self.held)[:_MOST_HELD]])


@dataclass(frozen=True)
class Meanwhile:
    """What others said since: as it was recorded, and what is about to be."""

    facts: Sequence[TimelineRow] = ()
    held: Sequence[PendingReply] = ()

    def __bool__(self) -> bool:
        return bool(self.facts or self.held)


async def said_meanwhile(desk: Desk, principal: Principal, number: str, seen: Seen) -> Meanwhile:
    """What others said on a case since it was seen so, as far as this reader may see it."""
    facts = await views.timeline(desk.database, number, after_seq=seen.seq)
    said = [
        row
        for row in facts
        if row.fact.kind in _SPOKEN
        and _is_by_another(principal, row)
        and (not row.internal or reads_internal(principal))
        and not seen.held.intersection(row.words)
    ]
    waiting: Sequence[PendingReply] = ()
    if principal.actor.role in (Role.AGENT, Role.DIRECTOR):
        waiting = (await pending_replies.of_cases(desk.database, [number])).get(number, ())
    held = [
        each
        for each in waiting
        if each.refused is None
        and not each.is_line
        and each.by.id != principal.actor.id
        and each.content_id not in seen.held
    ]
    return Meanwhile(said, held)


async def check_nothing_came(desk: Desk, principal: Principal, number: str, seen: Seen | None) -> None:
    """Raise CameMeanwhile where others have spoken since; whoever says nothing of what they saw is not asked."""
    if seen and await said_meanwhile(desk, principal, number, seen):
        raise CameMeanwhile


async def check_turn(desk: Desk, asked: AskedCommand, turn: int | None) -> None:
    """Raise CaseWentOn where the case is past the turn that its caller read, unless by this very request."""
    if turn is None or turn == asked.row.case.turn:
        return
    if not await holds_command(desk.database, asked.row.number, asked.request.derived("cmd_")):
        raise CaseWentOn(turn=asked.row.case.turn)


def _is_by_another(principal: Principal, row: TimelineRow) -> bool:
    by, me = row.actor, principal.actor
    return by.role is not Role.SYSTEM and (by.id, by.role is Role.CONTACT) != (me.id, me.role is Role.CONTACT)
