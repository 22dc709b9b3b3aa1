"""The process map tells the truth: random walks through the policy find every move that it draws, and no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from random import Random

import pytest

from policy.case import commands as c
from policy.case.case import Case, Chat, ClosingReason, Level, Status, WakeKind
from policy.case.commands import Command
from policy.case.lifecycle import ALLOWED, ROLES, decide, elapse, open_case
from policy.case.process import ENDS, WORK, Milestone, Move, Pause, Stay, Step, moves, path, step_of
from policy.case.refusals import Refusal
from policy.terms.terms import Terms
from policy.visit.visit import VisitStep
from tests.support.lives import (
    ANALYSIS,
    ASK,
    CONTACT,
    HAND_OFF,
    NO_COVER,
    PREMIUM,
    RELEASE,
    SCHEDULE,
    STANDARD,
    after,
    amend,
    attempt,
    bogota,
    commands,
    line,
    opened,
    opening,
    priority,
    transfer,
    visit_at,
)
from tests.support.thoroughness import size

SHORTER = replace(PREMIUM, limits=tuple((a / 3, b / 3, c_ / 3, d / 3) for a, b, c_, d in PREMIUM.limits))
GAPS = (
    *(timedelta(minutes=minutes) for minutes in (0, 1, 2, 5, 9, 25, 70)),
    *(timedelta(days=days) for days in (1, 3, 9, 30)),
)
_NOT_COVERED = replace(STANDARD, cover=NO_COVER)


def ready_commands(at: datetime) -> list[Command]:
    more: list[Command] = [amend(SHORTER), transfer(level=Level.DIRECTOR), transfer(group="sig")]
    more += [priority(each) for each in Priorities]
    more += [attempt(channel) for channel in PREMIUM.channels]
    diagnosis = next(each for each in commands() if isinstance(each, c.RecordDiagnosis))
    more.append(replace(diagnosis, cause=next(each for each in type(diagnosis.cause) if each is not diagnosis.cause)))
    more += [replace(RELEASE, terms=PREMIUM, covered_at=at), replace(SCHEDULE, starts_at=at + timedelta(hours=5))]
    return [*commands(), *more]


Priorities = tuple(type(opening().proposed_priority))


@cache
def seen() -> frozenset[Move]:
    """What moved cases in many random walks, from an opening or from a visit that is under way."""
    found: set[Move] = set()
    for number in range(size(180, long=350)):
        walk(Random(number), found)
    return frozenset(found)


def walk(chance: Random, found: set[Move]) -> None:
    """At every state that the walk comes to, all commands are tried; it goes on with one that does not end it."""
    case, terms = start(chance)
    at = case.last_at
    for _ in range(25):
        at += chance.choice(GAPS)
        case, terms = settled(case, terms, at, found)
        if case.status is Status.CLOSED:
            return
        ways = [(command, way) for command in ready_commands(at) for way in tried(case, command, terms, at, found)]
        tried(replace(case, chat=Chat(contact_id=CONTACT.id, begun_at=at, ends_at=at)), line(CONTACT), terms, at, found)
        tried(replace(case, lacks_analysis=True), ANALYSIS, terms, at, found)
        # Calls, pages and chats lead where attempts, notes and replies do: with all of them few would lead elsewhere.
        going_on = [way for by, way in ways if way[0].status is not Status.CLOSED and not isinstance(by, _BESIDE)]
        if going_on:
            case, terms = chance.choice(going_on)


_BESIDE = (c.LogCall, c.RecordPage, c.BeginChat, c.TakeChat, c.SayInChat, c.HandOverChat, c.EndChat)


def tried(case: Case, command: Command, terms: Terms, at: datetime, found: set[Move]) -> list[tuple[Case, Terms]]:
    try:
        decision = decide(case, command, terms=terms, at=at)
    except Refusal:
        return []
    note(found, case, decision.case, type(command))
    return [(decision.case, decision.terms or terms)]


def start(chance: Random) -> tuple[Case, Terms]:
    kind = chance.randrange(5)
    if kind == 0:
        return visit_at(chance.choice([step for step in VisitStep if step.value in BEGUN]), terms=PREMIUM), PREMIUM
    if kind == 4:
        return waiting(chance), PREMIUM
    terms = _NOT_COVERED if kind == 1 else PREMIUM
    case = open_case(opening("09:00", chance.choice(Priorities)), terms=terms).case
    return replace(case, is_equipment=kind == 2), terms


def waiting(chance: Random) -> Case:
    """A case that asked its customer, or waits for its visit, at any level."""
    case = chance.choice((opened(terms=PREMIUM), visit_at(VisitStep.SCHEDULED, terms=PREMIUM)))
    for _ in range(chance.randrange(3)):
        case = decide(case, HAND_OFF, terms=PREMIUM, at=case.last_at).case
    later = timedelta(days=5) if case.visit else timedelta(minutes=35)
    asked = after(case, (case.last_at + later, ASK), terms=PREMIUM)
    return chance.choice((case, asked)) if case.visit else asked


BEGUN = {"requested", "quoted", "agreed", "scheduled", "started", "reported"}


def settled(case: Case, terms: Terms, at: datetime, found: set[Move]) -> tuple[Case, Terms]:
    for _ in range(200):
        due_at = case.next_wake_at
        if due_at is None or due_at > at:
            break
        # Several may fall due at one instant; what moves the case comes after what only reminds.
        kinds = [wake.kind for wake in case.wakes if wake.at == due_at]
        decision = elapse(case, terms=terms, at=at)
        if step_of(case) is not step_of(decision.case):
            note(found, case, decision.case, next(each for each in MOVING if each in kinds))
        case = decision.case
    return case, terms


pytestmark = pytest.mark.timeout(300)  # hundreds of walks, which try all commands at each step, on a busy machine

MOVING = (
    WakeKind.INFORMATION_END,
    WakeKind.LEVEL_LIMIT,
    WakeKind.VISIT_LIMIT,
    WakeKind.VISIT_DATE,
    WakeKind.HELD_END,
    WakeKind.REOPENING_END,
)
"""What moves a case by itself. Where several fall due at one instant, the first named is what moves it."""


def note(found: set[Move], before: Case, after: Case, cause: type[Command] | WakeKind) -> None:
    if step_of(before) is not step_of(after):
        found.add(Move(step_of(before), step_of(after), cause))


@pytest.mark.rule("ESC-5")
def test_no_case_moves_where_the_map_has_no_way() -> None:
    assert seen() - set(moves()) == set()


@pytest.mark.rule("ESC-7")
def test_the_map_has_no_way_that_no_case_ever_takes() -> None:
    assert set(moves()) - seen() == set()


def test_the_maps_moves_are_those_that_the_tables_allow() -> None:
    for move in moves():
        if not isinstance(move.cause, WakeKind):
            assert ALLOWED[move.cause]
            assert move.roles == ROLES[move.cause]


def test_nothing_leads_on_from_an_end_and_everything_else_leads_somewhere() -> None:
    assert {step for step in Step if not any(move.source is step for move in moves())} == ENDS


def test_every_step_but_the_first_ones_is_reached() -> None:
    assert set(Step) - {move.target for move in moves()} == {Step.HELD}


class TestAPath:
    def test_cuts_waits_out_of_levels(self) -> None:
        stays = path(
            [
                Milestone(kind="case_opened", at=bogota("09:00")),
                Milestone(kind="handed_off", at=bogota("10:30"), level=Level.SPECIALISTS),
                Milestone(kind="case_resolved", at=bogota("11:00")),
                Milestone(kind="case_closed", at=bogota("11:30"), reason=ClosingReason.CONFIRMED),
            ],
            [Pause(bogota("09:10"), bogota("09:40"))],
        )
        assert stays == [
            Stay(Step.LEVEL_1, bogota("09:00"), bogota("09:10")),
            Stay(Step.WAITING_1, bogota("09:10"), bogota("09:40")),
            Stay(Step.LEVEL_1, bogota("09:40"), bogota("10:30")),
            Stay(Step.LEVEL_2, bogota("10:30"), bogota("11:00")),
            Stay(Step.RESOLVED, bogota("11:00"), bogota("11:30")),
            Stay(Step.CONFIRMED, bogota("11:30"), None),
        ]

    @pytest.mark.rule("WAR-3")
    def test_of_a_held_case_begins_held(self) -> None:
        stays = path(
            [Milestone(kind="case_opened", at=bogota("09:00")), Milestone(kind="case_held", at=bogota("09:00"))]
        )
        assert stays == [Stay(Step.HELD, bogota("09:00"), None)]

    def test_that_waits_now_has_no_end(self) -> None:
        stays = path([Milestone(kind="case_opened", at=bogota("09:00"))], [Pause(bogota("09:30"), None)])
        assert [stay.step for stay in stays] == [Step.LEVEL_1, Step.WAITING_1]

    def test_comes_back_to_its_level_when_it_is_reopened(self) -> None:
        stays = path(
            [
                Milestone(kind="case_opened", at=bogota("09:00")),
                Milestone(kind="case_resolved", at=bogota("10:00")),
                Milestone(kind="case_reopened", at=bogota("11:00")),
            ]
        )
        assert [stay.step for stay in stays] == [Step.LEVEL_1, Step.RESOLVED, Step.LEVEL_1]


def test_waits_and_levels_are_the_work() -> None:
    assert len(WORK) == 6
