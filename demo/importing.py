"""The import of cases that lived elsewhere: another desk's, or a demonstration's.

A life is the opening and the commands that followed, each at its past instant, with the words that were written. It is
lived again by the policy, under the terms of the day on which it was opened, and recorded turn by turn as the worker
would have done it; what fell due in between happens at its due instant, because that time did pass. A case that is
still open then goes on in a workflow of its own, from that state.

Nobody is told of the past: its turns are recorded without their notices. What falls due from the cut-over on is the
workflow's, and is told as always.

The same import again, with the same cut-over, does nothing twice and finishes what a crash left undone.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from functools import partial
from typing import Any, Protocol, TypeVar

from policy.case import lifecycle
from policy.case.case import Case, Status, Text
from policy.case.commands import CloseAsDuplicate, Command, OpenCase
from policy.case.decision import Decision
from policy.case.refusals import Refusal
from policy.terms.policy_file import PolicyFile
from policy.terms.terms import Terms
from storage.case import intake, ledger, views
from storage.case.intake import Deposit
from storage.cover import solutions
from storage.engine.columns import NEVER
from storage.engine.database import Database
from storage.people import contacts
from storage.terms.terms import CustomerSolution, terms_for
from wording.language import DEFAULT, translate

C = TypeVar("C", bound=Command)


@dataclass(frozen=True)
class Words(Text):
    """A text that is still to be deposited: it stands in a life's commands where the policy wants a `Text`."""

    body: str = ""


def words(body: str) -> Words:
    """The text as it was written."""
    return Words("", len(body), body)


@dataclass(frozen=True)
class Step:
    """What was done, and when."""

    at: datetime
    command: Command


@dataclass(frozen=True, kw_only=True)
class Life:
    """A case as it was lived elsewhere.

    `key` is its name there, and names it here for ever: the opening has no number yet. A `CloseAsDuplicate` names the
    other case by its key, where both come with the same import.
    """

    key: str
    opening: OpenCase
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class NotImported:
    """A life that was left out, whole: which step did not hold (0 is the opening), and why, for an operator to read."""

    key: str
    step: int
    reason: str


@dataclass
class Imported:
    """What an import did."""

    adopted: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    refused: list[NotImported] = field(default_factory=list)


class Adopter(Protocol):
    """What an import needs of `api.desk.Desk`."""

    async def adopt(self, case: Case, terms: Terms) -> None: ...


class DoesNotHold(Exception):
    """A step of a life cannot have been so: the policy refuses it, or it speaks of what is not there."""

    def __init__(self, step: int, reason: str) -> None:
        super().__init__(reason)
        self.step, self.reason = step, reason


@dataclass(frozen=True)
class CutOver:
    """One import: the name that it has for ever, and the instant at which the other desk stopped."""

    scope: str
    until: datetime


async def import_lives(
    lives: Iterable[Life], cut_over: CutOver, *, database: Database, policy: PolicyFile, desk: Adopter
) -> Imported:
    """Import the lives as they were at the cut-over. Customers, solutions and contacts are known before.

    The same cut-over again goes on where it stopped.
    """
    scope, until = cut_over.scope, cut_over.until
    found = Imported()
    agreed: dict[str, tuple[Life, Terms]] = {}
    for life in sorted(lives, key=lambda life: life.opening.received_at):
        try:
            _require(life.key not in agreed, 0, KEY_TAKEN)
            life = await _with_equipment(life, database)  # noqa: PLW2901 - what a claim is about is known here
            agreed[life.key] = life, await _rehearsed(life, until=until, database=database, policy=policy)
        except DoesNotHold as wrong:
            found.refused.append(NotImported(life.key, wrong.step, wrong.reason))
    while orphans := [each async for each in _orphans(agreed, database)]:
        found.refused += orphans
        for orphan in orphans:
            del agreed[orphan.key]
    numbers: dict[str, str] = {}
    for key, (life, _) in agreed.items():
        reserved = await intake.reserve_number(database, scope=scope, key=key, at=life.opening.received_at)
        numbers[key] = reserved.number
    for life, terms in agreed.values():
        terms = await views.terms(database, numbers[life.key]) or terms  # noqa: PLW2901 - promised by an earlier try
        case = await _recorded(life, terms, numbers, cut_over, database=database)
        if case.status is Status.CLOSED:
            found.closed.append(case.number)
        else:
            await desk.adopt(case, terms)
            found.adopted.append(case.number)
    return found


# -- living it again --------------------------------------------------------------------------------------------------


def lived(life: Life, *, terms: Terms, until: datetime) -> Iterator[tuple[Decision, int | None]]:
    """Every turn of the life up to `until`, in order, each with its step's place; what fell due by itself has none.

    Raises DoesNotHold at the first step that does not.
    """
    _require(life.opening.received_at <= until, 0, AFTER_THE_CUT_OVER)
    opened = _allowed(0, partial(lifecycle.open_case, life.opening, terms=terms))
    yield opened, 0
    case = opened.case
    for place, step in enumerate(life.steps, start=1):
        _require(case.last_at <= step.at, place, OUT_OF_ORDER)
        _require(step.at <= until, place, AFTER_THE_CUT_OVER)
        for fell_due in _elapsed(case, terms=terms, until=step.at):
            case = fell_due.case
            yield fell_due, None
        taken = _allowed(place, partial(lifecycle.decide, case, step.command, terms=terms, at=step.at))
        case = taken.case
        yield taken, place
    for fell_due in _elapsed(case, terms=terms, until=until):
        yield fell_due, None


def _elapsed(case: Case, *, terms: Terms, until: datetime) -> Iterator[Decision]:
    """All that falls due up to `until`, each at its own instant: in the past nothing is late."""
    while (due_at := case.next_wake_at) is not None and due_at <= until:
        decision = lifecycle.elapse(case, terms=terms, at=due_at)
        case = decision.case
        yield decision


async def _with_equipment(life: Life, database: Database) -> Life:
    """The life with what is known of the equipment that it is about (WAR-4)."""
    solution = await solutions.get(database, life.opening.solution_id)
    return replace(life, opening=replace(life.opening, equipment=solution.equipment)) if solution else life


async def _rehearsed(life: Life, *, until: datetime, database: Database, policy: PolicyFile) -> Terms:
    """The terms under which the whole life holds; nothing is written, so a life that does not leaves no trace."""
    opening = life.opening
    contact = await contacts.get(database, opening.contact_id)
    solution = await solutions.get(database, opening.solution_id)
    _require(contact is not None and contact.customer_id == opening.customer_id, 0, UNKNOWN_CONTACT)
    _require(solution is not None and solution.customer_id == opening.customer_id, 0, UNKNOWN_SOLUTION)
    terms = await terms_for(
        database,
        policy,
        CustomerSolution(customer_id=opening.customer_id, solution_id=opening.solution_id),
        at=opening.received_at,
        known_by=NEVER,  # contracts come with the import, long after the lives that they cover
    )
    for _ in lived(replace(life, opening=replace(opening, number=life.key)), terms=terms, until=until):
        pass
    return terms


async def _orphans(agreed: Mapping[str, tuple[Life, Terms]], database: Database) -> AsyncIterator[NotImported]:
    """The lives that end as the duplicate of a case that is neither here nor coming."""
    for life, _ in agreed.values():
        for place, step in enumerate(life.steps, start=1):
            other = step.command.of if isinstance(step.command, CloseAsDuplicate) else None
            if other and other not in agreed and await views.case(database, other) is None:
                yield NotImported(life.key, place, UNKNOWN_DUPLICATE)


def _allowed(place: int, decide: Callable[[], Decision]) -> Decision:
    try:
        return decide()
    except Refusal as refusal:
        raise DoesNotHold(place, translate(refusal.message, DEFAULT, **refusal.values)) from refusal


def _require(holds: bool, place: int, reason: str) -> None:
    if not holds:
        raise DoesNotHold(place, reason)


# -- writing it down --------------------------------------------------------------------------------------------------


async def _recorded(
    life: Life, terms: Terms, numbers: Mapping[str, str], cut_over: CutOver, *, database: Database
) -> Case:
    """Record what the ledger does not hold yet; answer the case as the ledger then holds it."""
    number, scope, until = numbers[life.key], cut_over.scope, cut_over.until
    known = await views.case(database, number)
    deposits: list[Deposit] = []
    named = _named(life, numbers, scope, deposits)
    if known is None:
        await intake.deposit(database, deposits, at=until)
    case = known.case if known else None
    for decision, place in lived(named, terms=terms, until=until):
        if case is None or decision.case.turn > case.turn:
            command_id = None if not place else f"{scope}:{life.key}:{place}"
            untold = replace(decision, notices=())
            recorded = await ledger.record(database, untold, None if case else terms, command_id=command_id)
            case = recorded.ahead or decision.case
    assert case is not None
    return case


def _named(life: Life, numbers: Mapping[str, str], scope: str, deposits: list[Deposit]) -> Life:
    """The life under its number, its words replaced by the places where they are deposited."""
    number = numbers[life.key]

    def placed(place: int, command: C) -> C:
        changes: dict[str, Any] = {}
        for each in fields(command):
            text = getattr(command, each.name)
            if isinstance(text, Words):
                content_id = _content_id(scope, life.key, place, each.name)
                deposits.append(Deposit(content_id, number, text.body))
                changes[each.name] = Text(content_id, text.characters)
        if isinstance(command, CloseAsDuplicate):
            changes["of"] = numbers.get(command.of, command.of)
        return replace(command, **changes)

    return Life(
        key=life.key,
        opening=replace(placed(0, life.opening), number=number),
        steps=tuple(Step(step.at, placed(place, step.command)) for place, step in enumerate(life.steps, start=1)),
    )


def _content_id(scope: str, key: str, place: int, name: str) -> str:
    named = "\0".join((scope, key, str(place), name))
    return "txt_" + hashlib.sha256(named.encode()).hexdigest()[:24]


# What an operator reads of a life that was left out, beside the policy's own refusals.
AFTER_THE_CUT_OVER = "Su instante es posterior al corte."
OUT_OF_ORDER = "Su instante es anterior al del paso que le precede."
KEY_TAKEN = "Otro caso anterior ya tiene esa clave."
UNKNOWN_CONTACT = "El contacto no es de este cliente."
UNKNOWN_SOLUTION = "La solución no es de este cliente."
UNKNOWN_DUPLICATE = "El caso que repetiría no existe."
