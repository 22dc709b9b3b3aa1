"""A case's facts as its page tells them: who, what, and the words that came with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from policy.case.case import Actor, Role
from policy.case.facts import NoteAdded, texts_in
from policy.people.mentions import Mentionable, uncalled
from policy.terms.policy_file import PolicyFile
from storage.case import views
from storage.case.views import TimelineRow
from storage.engine.database import Database
from storage.files.files import File
from storage.people import agents, contacts
from storage.workbench.pending_replies import PendingReply
from wording.facts.headlines import headline
from wording.facts.page import Teller
from wording.language import translate

_WORDS = ("description", "prior_analysis", "body", "summary", "reason", "words", "found", "done", "concept", "address")
_LABELS = {"prior_analysis": "What was analysed and tried", "found": "What was found", "done": "What was done"}


_MESSAGES = frozenset(
    {"case_opened", "reply_sent", "note_added", "information_requested", "customer_answered", "chat_said"}
)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A fact. `words` are what somebody wrote, each with its label if it needs one.

    `look` is how the conversation shows it: a message, a milestone that binds both sides, or an event beside them.
    `calls` are the names of those whom a note calls, `uncalled` what it calls and nobody is. `headline` says a
    milestone in a few words, and `more` are the events right after it that its line folds away.
    """

    seq: int
    at: datetime
    by: Actor
    who: str
    side: str
    told: str
    words: tuple[tuple[str, str], ...]
    internal: bool
    look: str
    files: tuple[File, ...] = ()
    calls: tuple[str, ...] = ()
    uncalled: tuple[str, ...] = ()
    headline: str = ""
    more: tuple[Line, ...] = ()

    @property
    def is_event(self) -> bool:
        """Whether it stands beside the messages."""
        return self.look != "message"

    @property
    def is_bare(self) -> bool:
        """Whether it is an event that nobody said anything with."""
        return self.look == "event" and not self.words


async def names_of(db: Database, customer_id: str) -> dict[str, str]:
    """What the people are called whom a customer's cases speak of, by id."""
    names = {each.id: each.name for each in await agents.listing(db)}
    return names | {each.id: each.name for each in await contacts.roster(db, customer_id)}


def group_names(policy: PolicyFile) -> dict[str, str]:
    """What the specialist groups are called, by id."""
    return {group.id: group.name for group in policy.groups}


def lines(
    facts: Sequence[TimelineRow],
    names: Mapping[str, str],
    language: str,
    carried: Mapping[str, Sequence[File]],
    groups: Mapping[str, str],
) -> list[Line]:
    """The facts in one language; `names` are agents' and contacts', `groups` the groups', by id.

    `carried` are the files, by their text's id.
    """
    teller = Teller(language, names, groups)
    return [_line(row, teller, names, carried) for row in facts]


_TOGETHER = timedelta(minutes=5)
"""What one person did within this time of what they did before stands in one line."""


def folded(told: Iterable[Line]) -> list[Line]:
    """The same with runs of bare events in one line each: one person's, close together, or the clocks' own."""
    found: list[Line] = []
    for line in told:
        if found and _goes_on(found[-1], line):
            found[-1] = replace(found[-1], more=(*found[-1].more, line))
        else:
            found.append(line)
    return found


def _goes_on(run: Line, line: Line) -> bool:
    last = run.more[-1] if run.more else run
    is_alike = run.is_bare and line.is_bare and (run.by, run.internal) == (line.by, line.internal)
    return is_alike and (run.side == "clock" or line.at - last.at <= _TOGETHER)


def held_lines(held: Sequence[PendingReply], names: Mapping[str, str], language: str) -> list[Line]:
    """Replies that have not left yet, told as what they are about to be."""
    return [
        Line(
            seq=0,
            at=each.leaves_at,
            by=each.by,
            who=names.get(each.by.id, each.by.id),
            side="support",
            told=translate("answers; it leaves within 10 seconds", language),
            words=(("", each.body),),
            internal=False,
            look="message",
        )
        for each in held
    ]


def _line(row: TimelineRow, teller: Teller, names: Mapping[str, str], carried: Mapping[str, Sequence[File]]) -> Line:
    words = tuple(
        (teller.say(_LABELS.get(name, "")), body)
        for name, text in texts_in(row.fact).items()
        if name in _WORDS and (body := row.body(text))
    )
    role = row.actor.role
    side = "clock" if role is Role.SYSTEM else "customer" if role is Role.CONTACT else "support"
    return Line(
        seq=row.seq,
        at=row.at,
        by=row.actor,
        who="Escala" if role is Role.SYSTEM else teller.who(row.actor),
        side=side,
        told=teller.sentence(row.fact, late=row.late),
        words=words,
        internal=row.internal,
        look=_look(row.fact.kind),
        uncalled=_uncalled(row, names),
        headline=teller.say(headline(row.fact)),
        files=tuple(file for content_id in row.words for file in carried.get(content_id, ())),
        calls=tuple(names.get(each, each) for each in row.fact.mentions) if isinstance(row.fact, NoteAdded) else (),
    )


def _uncalled(row: TimelineRow, names: Mapping[str, str]) -> tuple[str, ...]:
    """What a note calls with an @ and is nobody's name: nobody was told of it."""
    if not isinstance(row.fact, NoteAdded) or "@" not in (said := row.body(row.fact.body)):
        return ()
    return uncalled(said, [Mentionable(id=each, name=name) for each, name in names.items()])


def _look(kind: str) -> str:
    if kind in _MESSAGES:
        return "message"
    return "milestone" if kind in views.MILESTONES else "event"
