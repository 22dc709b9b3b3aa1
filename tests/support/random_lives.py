"""Random lives of cases, each turn held against its books; one that breaks a rule is shown with its fewest steps.

In each step some time passes, and somebody does something. What is said of every life is in `life_books`, what may be
asked in `random_commands`. A life's script is kept, so that others can live it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from random import Random
from typing import ClassVar, TypeVar

import pytest
from pydantic import TypeAdapter

from policy.case import commands as c
from policy.case.case import Case, Role, Status
from policy.case.commands import COMMANDS, Command, OpenCase
from policy.case.decision import Decision
from policy.case.lifecycle import ROLES, decide, elapse, open_case, settle
from policy.case.refusals import CaseClosed, Refusal
from policy.people.absences import in_whose_name
from policy.terms.terms import Terms
from policy.visit.facts import VisitFact
from policy.visit.retold import ended_visit
from policy.visit.visit import Visit, VisitStep
from storage.engine.codec import case_from_json, case_to_json
from tests.policy.case.test_outage import on_time, unrecorded
from tests.support.life_absences import stood_in_for
from tests.support.life_books import Books, standing
from tests.support.lives import after, bogota
from tests.support.random_commands import (
    DRAWN,
    PEOPLE,
    Situation,
    an_opening,
    next_of_visit,
    promised,
)
from tests.support.thoroughness import size

T = TypeVar("T")
_DECISION = TypeAdapter(Decision)
_READ_AGAIN_EVERY = size(3, long=1)
"""Turns of a life, of which one is written and read as a history would; the others go on as they are."""
_FEW_WAKES = timedelta(days=5)
"""A case that is overdue at level 3 repeats itself every hour: over weeks that is not lived one by one."""


class Gap(Enum):
    """How much time passes before the next step: a length, or until what wakes the case next."""

    NONE = timedelta(0)
    SECONDS = timedelta(seconds=40)
    MINUTES = timedelta(minutes=11)
    HALF_AN_HOUR = timedelta(minutes=30)
    HOURS = timedelta(hours=3)
    A_DAY = timedelta(days=1)
    DAYS = timedelta(days=4)
    WEEKS = timedelta(weeks=3)
    TO_WAKE = "to_wake"
    BEFORE_WAKE = "before_wake"
    AFTER_WAKE = "after_wake"

    def until(self, case: Case, at: datetime, *, just: timedelta) -> datetime:
        """When it is over; `just` is how long before and after a wake."""
        if isinstance(self.value, timedelta):
            return at + self.value
        wake_at = max(case.next_wake_at or at, at)
        if self is Gap.BEFORE_WAKE:
            return max(wake_at - just, at)
        return wake_at + just if self is Gap.AFTER_WAKE else wake_at


_OFTEN = (Gap.NONE, Gap.NONE, Gap.SECONDS, Gap.MINUTES, Gap.HALF_AN_HOUR, Gap.NONE)
_GAPS = (*_OFTEN * 4, *Gap, Gap.HOURS, Gap.TO_WAKE)
_GAPS_OF_A_VISIT = (*_OFTEN * 8, *Gap)
_GAPS_TO_A_VISIT = (*_OFTEN * 4, *Gap, *(Gap.BEFORE_WAKE,) * 12)
"""Who is sent starts before the visit's day is over, or on no other day."""
_GAPS_OF_A_CHAT = (*(Gap.NONE, Gap.SECONDS) * 10, Gap.MINUTES, Gap.TO_WAKE, Gap.BEFORE_WAKE, Gap.A_DAY)
"""Who chats writes at once, or no more."""


class Doing(Enum):
    """A kind of thing that people do with a case."""

    TRAVELLING = "what leads to a visit on site, and through it"
    WORKING = "what support does with a case"
    TALKING = "support and the customer write to each other, and try to solve it from afar"
    LOOKING_FROM_AFAR = "remote sessions, and providers"
    CHATTING = "the customer and support chat"
    CHANGING_THE_JOURNEY = "what may become of a visit on its way"
    ASKING = "support asks, and may wait for an answer in vain"
    AMENDING = "other holidays, another matrix, other hours"
    SOLVING = "a solution, which seldom is one"
    ENDING = "the end, after a while"
    ANYTHING = "anybody asks for anything, whatever the case is at"
    WAITING = "nobody does anything"


_KINDS: Mapping[Doing, tuple[type[Command], ...]] = {
    Doing.WORKING: (
        c.TransferCase,
        c.ClaimCase,
        c.TransferCase,
        c.TransferCase,
        c.ClaimCase,
        c.AssignCase,
        c.SetPriority,
        c.SetPriority,
        c.HandOff,
        c.AddNote,
        c.RecordDiagnosis,
    ),
    Doing.TALKING: (c.SendReply, c.RequestInformation, c.AnswerAsCustomer, c.LogAttempt, c.LogCall),
    Doing.CHANGING_THE_JOURNEY: (
        c.CancelVisit,
        c.ScheduleVisit,
        c.LogVisitExpense,
        c.LogVisitExpense,
        c.AcceptVisit,
        c.ApproveVisit,
    ),
    Doing.ASKING: (c.RequestInformation,),
    Doing.AMENDING: (c.AmendTerms,),
    Doing.SOLVING: (c.ResolveCase,),
    Doing.ENDING: (c.CloseAsDuplicate, c.CloseAsDuplicate, c.WithdrawCase, c.CloseAsOutOfScope),
    Doing.ANYTHING: DRAWN,
}
_BENTS = (
    (Doing.TRAVELLING,),
    (Doing.TRAVELLING, Doing.CHANGING_THE_JOURNEY, Doing.ENDING),
    (Doing.TRAVELLING, Doing.TALKING),
    (Doing.TALKING, Doing.AMENDING, Doing.SOLVING),
    (Doing.WORKING, Doing.TALKING),
    (Doing.WORKING, Doing.CHANGING_THE_JOURNEY, Doing.TRAVELLING),
    (Doing.LOOKING_FROM_AFAR, Doing.TALKING, Doing.SOLVING),
    (Doing.AMENDING, Doing.WAITING, Doing.TRAVELLING),
    (Doing.ASKING, Doing.WAITING, Doing.TRAVELLING),
    (Doing.CHATTING,),
    (Doing.CHATTING, Doing.CHATTING, Doing.TALKING, Doing.SOLVING),
    (Doing.ANYTHING,),
)
_GIVE_WAY = (Doing.TALKING, Doing.WORKING, Doing.ASKING, Doing.LOOKING_FROM_AFAR, Doing.CHANGING_THE_JOURNEY)
"""What people leave while somebody waits in a chat."""
_A_WHILE = 20
"""Steps before a life is ended on purpose."""


@dataclass(frozen=True)
class Step:
    """A step of a script: a gap until `at`, and then a command, or nothing."""

    gap: Gap
    at: datetime
    command: Command | None


@dataclass(frozen=True)
class Script:
    """All that was asked in a life, so that it can be lived again, and what kinds of facts came of it."""

    opening: OpenCase
    terms: Terms
    steps: tuple[Step, ...]
    kinds: frozenset[str]


class Life:
    """A life of a case. `seen` counts what occurred in all of its kind: facts, refusals and wakes, by name."""

    seen: ClassVar[Counter[str]]
    scripts: ClassVar[list[Script]]
    turns_lived: ClassVar[list[list[Decision]]]
    just: ClassVar[timedelta] = timedelta(microseconds=1)

    case: Case
    terms: Terms
    at: datetime
    chance: Random

    def live(self, chances: Sequence[int]) -> None:
        """Open a case and live on until it is closed: one number a step, of which comes what chance decides in it."""
        self.open(Random(chances[0]))
        for chance in chances[1:]:
            if self.is_over():
                break
            self.live_on(Random(chance))
            assert self.case.next_wake_at is None or self.case.next_wake_at > self.at, "what wakes it next lies ahead"
        assert case_from_json(case_to_json(self.case)) == self.case, "and its ledger"
        self.turns_lived.append(self.turns)
        self.scripts.append(Script(self.opening, self.opened_under, tuple(self.steps), frozenset(self.kinds_seen)))

    def open(self, chance: Random) -> None:
        """A customer's request, after some that lacked what they need."""
        self.chance = chance
        self.steps: list[Step] = []
        self.kinds_seen: set[str] = set()
        self.turns: list[Decision] = []
        self.at = bogota("2026-11-25 00:00") + timedelta(minutes=chance.randrange(40 * 24 * 60))
        self.terms = self.opened_under = self.pick((*promised(), *promised()[:3]))
        bent = self.pick(_BENTS)
        doings = (*bent * (2 * len(Doing) // len(bent)), *Doing)
        self.doings = tuple((doing, careless) for doing in doings for careless in (False, False, True))
        try:
            decision = self._open(careless=True)
        except Refusal as refusal:
            self.seen[refusal.name] += 1
            decision = self._open(careless=False)
        self.books = Books(self.terms)
        self.turn(None, decision)

    def _open(self, *, careless: bool) -> Decision:
        self.opening = an_opening(self.pick, at=self.at, terms=self.terms, careless=careless)
        return open_case(self.opening, terms=self.terms)

    def live_on(self, chance: Random) -> None:
        """Let time pass, and do what this life is bent on, or something else."""
        self.chance = chance
        gap = self.pick(self.gaps())
        self.pass_time(gap.until(self.case, self.at, just=self.just))
        if self.is_over():
            self.steps.append(Step(gap, self.at, None))
            return
        command = self.by_a_substitute(self.command(*self.pick(self.doings)))
        self.steps.append(Step(gap, self.at, command))
        if command:
            self.give(command)

    def is_over(self) -> bool:
        return self.case.status is Status.CLOSED

    def gaps(self) -> tuple[Gap, ...]:
        """How much time may pass, the likeliest several times."""
        if self.case.chat:
            return _GAPS_OF_A_CHAT
        if self.case.visit and self.case.visit.step is VisitStep.SCHEDULED:
            return _GAPS_TO_A_VISIT
        return _GAPS_OF_A_VISIT if self.is_travelling() else _GAPS

    def is_travelling(self) -> bool:
        """Whether a visit that is agreed keeps the case from ending."""
        on_its_way = (VisitStep.AGREED, VisitStep.SCHEDULED, VisitStep.STARTED, VisitStep.REPORTED)
        return self.case.visit is not None and self.case.visit.step in on_its_way

    def command(self, doing: Doing, careless: bool) -> Command | None:
        """What somebody asks who does this now."""
        by_anybody = doing is Doing.ANYTHING and self.pick((False, True))
        situation = Situation(self.case, self.terms, self.at, self.pick, careless, by_anybody)
        early = len(self.steps) < _A_WHILE and not (careless and self.is_travelling())
        if doing is Doing.WAITING or (doing is Doing.ENDING and early):
            return None
        usual: Mapping[Status, tuple[type[Command] | None, ...]] = {
            Status.HELD: (c.ReleaseCase, c.ReleaseCase, None),
            Status.RESOLVED: (*(c.ReopenCase,) * 6, c.ConfirmSolution, None, None),
        }
        if self.case.status is Status.RESOLVED and self.case.visit and self.case.visit.is_open:
            usual = {Status.RESOLVED: (*usual[Status.RESOLVED], *next_of_visit(situation) * 6)}
        kind = None if doing is Doing.ANYTHING else self.pick(usual.get(self.case.status, (None,)))
        return situation.command(kind or self.pick(self.kinds(doing, situation)))

    def by_a_substitute(self, command: Command | None) -> Command | None:
        """The same command, in the name of somebody absent where that is whose work it is, or whose right (ESC-17)."""
        if command is None or command.by.role not in (Role.AGENT, Role.DIRECTOR):
            return command
        own, others = command.by, stood_in_for(command.by, at=self.at)
        by = in_whose_name(type(command), self.case, own, others)
        self.seen["on_behalf"] += by != own
        return replace(command, by=by)

    def kinds(self, doing: Doing, situation: Situation) -> tuple[type[Command], ...]:
        """The kinds of commands that belong to it."""
        if doing is Doing.TRAVELLING:
            return next_of_visit(situation)
        if doing is Doing.CHATTING or (doing in _GIVE_WAY and self.case.chat):
            return self.of_chat(careless=situation.careless)
        if doing is Doing.WORKING and self.case.group and not self.case.assignee:
            return (*(c.ClaimCase,) * 6, *_KINDS[doing])
        if doing is Doing.LOOKING_FROM_AFAR:
            session = (
                c.EndRemoteSession if self.case.remote_session and not situation.careless else c.StartRemoteSession
            )
            known = bool(self.case.provider_case) != situation.careless
            provider = c.UpdateFromProvider if known else c.EscalateToProvider
            return session, session, provider, provider, c.LinkProviderIncident
        if doing is Doing.TALKING and self.case.lacks_analysis != situation.careless:
            return (c.RecordAnalysis, *_KINDS[doing])
        if doing is Doing.WORKING and self.case.is_equipment:
            return (c.RecordDiagnosis, c.RecordDiagnosis, c.RecordDiagnosis, *_KINDS[doing])
        return _KINDS[doing]

    def of_chat(self, *, careless: bool) -> tuple[type[Command], ...]:
        """What leads a chat on; careless, what it has no place for."""
        chat = self.case.chat
        if chat is None:
            return (c.SayInChat, c.TakeChat, c.EndChat, c.HandOverChat) if careless else (c.BeginChat,)
        if chat.agent_id is None:
            return (c.SayInChat, c.EndChat, c.BeginChat) if careless else (c.TakeChat, c.TakeChat, c.SayInChat)
        if careless:
            return c.SayInChat, c.HandOverChat, c.HandOverChat, c.TakeChat, c.EndChat, c.BeginChat
        return c.SayInChat, c.SayInChat, c.SayInChat, c.HandOverChat, c.EndChat

    # -- one step -----------------------------------------------------------------------------------------------------

    def pick(self, options: Sequence[T]) -> T:
        """One of the options, by chance."""
        return self.chance.choice(options)

    def pass_time(self, until: datetime) -> None:
        """What falls due happens."""
        if until > self.at:
            self.check_looks(until)
        self.at = until
        for decision in settle(self.case, terms=self.terms, at=until):
            woken = [wake.kind for wake in self.case.wakes if wake.at == self.case.next_wake_at]
            self.seen.update(f"wake:{kind}" for kind in woken)
            assert elapse(self.case, terms=self.terms, at=until) == decision
            self.turn(self.case, decision)
        assert self.case.next_wake_at is None or self.case.next_wake_at > until, "nothing due is left behind"

    def check_looks(self, until: datetime) -> None:
        """One look at the end comes to the same as two, and as one at each due instant."""
        middle = self.at + (until - self.at) / 2
        late = after(self.case, until, terms=self.terms)
        assert unrecorded(after(self.case, middle, until, terms=self.terms)) == unrecorded(late)
        if until - self.at < _FEW_WAKES:
            assert unrecorded(on_time(self.case, until, terms=self.terms)) == unrecorded(late)

    def give(self, command: Command) -> None:
        """A decision and its turn, or a refusal that changed nothing."""
        try:
            decision = decide(self.case, command, terms=self.terms, at=self.at)
        except Refusal as refusal:
            self.seen[refusal.name] += 1
            assert self.case == self.read_again, "a refused command changes nothing"
            with pytest.raises(type(refusal)):
                decide(self.read_again, command, terms=self.terms, at=self.at)
            return
        self.seen[type(command).__name__] += 1
        if isinstance(command, c.ResolveCase) and self.case.is_equipment and self.case.category == "incident":
            assert "diagnosis_recorded" in self.kinds_seen, "equipment is diagnosed before it is solved"
        if (
            isinstance(command, c.AcceptVisit)
            and not command.accepted
            and not any(getattr(entry.fact, "is_excess", False) for entry in decision.entries)
        ):
            assert command.reason, "who declines says why"
        if isinstance(command, c.RecordAnalysis):
            assert self.books.lacks_analysis, "what was analysed is written down where it is missing"
        if isinstance(command, c.AnswerAsCustomer | c.BeginChat | c.SayInChat):
            brings = [getattr(entry.fact, "brings_analysis", False) for entry in decision.entries]
            assert any(brings) == (
                self.books.lacks_analysis and command.says_more and command.by.role is Role.CONTACT
            ), "the customer's first word beyond thanks"
        if isinstance(command, c.ReleaseCase) and command.counts_from:
            assert decision.entries[0].due_at == command.counts_from, "since it is covered, whatever was written since"
        if isinstance(command, c.CloseAsDuplicate):
            assert command.last
            assert command.last.status in ("held", "new", "in_progress", "waiting_customer"), "it goes on somewhere"
            assert self.case.number not in (command.of, command.last.number), "no circle"
            assert decision.case.duplicate_of == decision.goes_on_in == command.last.number
        assert decide(self.read_again, command, terms=self.terms, at=self.at) == decision, "the same twice"
        assert {each.by for each in decision.entries} <= {command.by}, "who did it, and in whose name"
        self.turn(self.case, decision)
        if not isinstance(command, c.ReleaseCase):
            assert self.case.next_wake_at is None or self.case.next_wake_at >= self.at
        self.pass_time(self.at)

    def turn(self, before: Case | None, decision: Decision) -> None:
        """Write a turn down, and go on from it."""
        self.read_again = decision.case
        if len(self.turns) % _READ_AGAIN_EVERY == 0:
            read_again = _DECISION.validate_json(_DECISION.dump_json(decision))
            assert read_again == decision, "it survives its history"
            self.read_again = read_again.case
        self.books.enter(before, decision, at=self.at)
        self.case = decision.case
        self.turns.append(decision)
        visit = decision.case.visit
        if before and before.visit and before.visit.is_open and visit and not visit.is_open:
            assert retold(self.turns, visit.number) == visit, "its facts tell it as it was (ONS-5)"
            self.seen["visits_retold"] += 1
        self.terms = decision.terms or self.terms
        self.seen.update(entry.fact.kind for entry in decision.entries)
        self.kinds_seen.update(entry.fact.kind for entry in decision.entries)
        self.seen["facts"] += len(decision.entries)
        standing(self.case)
        if self.is_over():
            self.check_closed()

    def check_closed(self) -> None:
        """Whatever anybody asks of a closed case that they might ask of another is refused."""
        for kind in COMMANDS:
            by = next(person for person in PEOPLE if person.role in ROLES[kind])
            command = Situation(self.case, self.terms, self.at, lambda options: options[0]).command(kind)
            assert command.by == by
            with pytest.raises(CaseClosed):
                decide(self.case, command, terms=self.terms, at=self.at)
            self.seen["case-closed"] += 1


def retold(decisions: Sequence[Decision], number: int) -> Visit:
    """A visit that has ended, as its facts tell it."""
    return ended_visit(
        (entry.at, entry.by.id, entry.fact)
        for decision in decisions
        for entry in decision.entries
        if isinstance(entry.fact, VisitFact) and entry.fact.visit == number
    )


def live(lives: int, *, first: int, steps: int = 45, just: timedelta = Life.just) -> type[Life]:
    """Live this many lives, the same ones for the same `first`; answer their kind, with what has been seen.

    Chance is a generator of its own: most of Hypothesis's examples copy parts of an earlier one, so that what few lives
    lead to was met many times or never. Raises what a life raises that breaks a rule, with its fewest steps in a note.
    """
    kind = type("Lives", (Life,), {"seen": Counter(), "scripts": [], "turns_lived": [], "just": just})
    chance = Random(first)
    for _ in range(lives):
        chances = [chance.getrandbits(64) for _ in range(steps + 1)]
        try:
            kind().live(chances)
        except (Exception, pytest.fail.Exception) as broken:
            broken.add_note(_fewest_steps(kind, chances))
            raise
    return kind


def _fewest_steps(kind: type[Life], chances: Sequence[int]) -> str:
    """The life that breaks a rule, without each step that it breaks it without."""
    for place in range(len(chances) - 1, 0, -1):
        fewer = (*chances[:place], *chances[place + 1 :])
        with suppress(Exception, pytest.fail.Exception):
            kind().live(fewer)
            continue
        chances = fewer
    life = kind()
    with suppress(Exception, pytest.fail.Exception):
        life.live(chances)
    return "\n".join(map(str, (life.opening, life.opened_under, *life.steps)))
