"""What may be changed of who is on duty, and what is refused (ESC-17)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from policy.case.case import Actor, Level, Role
from policy.case.refusals import Refusal
from policy.duty import changes as ch
from policy.duty.changes import Serving, Swap, Turn, check_layer, check_override, check_swap, overrides_of
from policy.duty.rota import WeekHours
from tests.policy.duty.test_rota import LEVEL, ROTA, at, layer, override

pytestmark = pytest.mark.rule("ESC-17")

NOW = at("2026-11-03 12:00")
SERVING = Serving(level=LEVEL, people={"ana", "eva", "luz"})
OWN = Turn(from_at=at("2026-11-05 08:00"), to_at=at("2026-11-06 08:00"))
THEIRS = Turn(from_at=at("2026-11-12 08:00"), to_at=at("2026-11-13 08:00"))
SWAP = Swap(id="swp_1", level=LEVEL, proposer="ana", other="eva", own=OWN, theirs=THEIRS, proposed_at=NOW)
MONTHS_LATER = Turn(from_at=at("2026-11-05 08:00"), to_at=at("2027-03-01 08:00"))
KNOWN = (override("luz", "2026-11-10 08:00", "2026-11-11 08:00"),)


def put(from_at: str, to_at: str, person: str = "ana", level: Level = LEVEL) -> Callable[[], None]:
    new = override(person, from_at, to_at, made_at=NOW, level=level)
    return lambda: check_override(new, SERVING, KNOWN)


def swapped(swap: Swap) -> Callable[[], None]:
    return lambda: check_swap(swap, SERVING, ROTA, at=NOW)


REFUSED: tuple[tuple[type[Refusal], Callable[[], None]], ...] = (
    (ch.RotaEmpty, lambda: check_layer(replace(layer(), people=()), SERVING)),
    (ch.RotaEmpty, lambda: check_layer(layer(hours=WeekHours(days=())), SERVING)),
    (ch.RotaEmpty, lambda: check_layer(layer(*["ana"] * 51), SERVING)),
    (ch.TurnTooLong, lambda: check_layer(layer(every_hours=0), SERVING)),
    (ch.TurnTooLong, lambda: check_layer(layer(every_hours=745), SERVING)),
    (ch.PersonNotOfLevel, lambda: check_layer(layer("ana", "nadie"), SERVING)),
    (ch.OverrideOver, put("2026-11-05 08:00", "2026-11-05 08:00")),
    (ch.OverrideOver, put("2026-11-05 08:00", "2026-11-04 08:00")),
    (ch.OverrideOver, put("2026-11-01 08:00", "2026-11-02 08:00")),
    (ch.OverrideOver, put("2026-11-05 08:00", "2027-03-05 08:00")),
    (ch.PersonNotOfLevel, put("2026-11-05 08:00", "2026-11-06 08:00", "nadie")),
    (ch.OverridesOverlap, put("2026-11-11 07:59", "2026-11-12 08:00")),
    (ch.OverridesOverlap, put("2026-11-09 08:00", "2026-11-12 08:00")),
    (ch.SwapWithOneself, swapped(replace(SWAP, other="ana"))),
    (ch.PersonNotOfLevel, swapped(replace(SWAP, other="nadie"))),
    (ch.NotTheirTurn, swapped(replace(SWAP, own=THEIRS))),
    (ch.NotTheirTurn, swapped(replace(SWAP, theirs=replace(THEIRS, from_at=at("2026-11-08 08:00"))))),
    (ch.OverrideOver, swapped(replace(SWAP, own=Turn(from_at=OWN.to_at, to_at=OWN.from_at)))),
    (ch.OverrideOver, swapped(replace(SWAP, own=MONTHS_LATER))),
)


@pytest.mark.parametrize(("refusal", "asked"), REFUSED, ids=[f"{n}-{each[0].name}" for n, each in enumerate(REFUSED)])
def test_is_refused_by_name(refusal: type[Refusal], asked: Callable[[], None]) -> None:
    with pytest.raises(refusal) as why:
        asked()
    assert why.value.rule == "ESC-17"
    assert why.value.message.format(**why.value.values)


def test_what_touches_another_override_does_not_overlap_it() -> None:
    put("2026-11-11 08:00", "2026-11-12 08:00")()
    put("2026-11-10 08:00", "2026-11-11 08:00", level=Level.HELP_DESK)()


def test_a_rota_of_those_who_serve_is_taken() -> None:
    check_layer(layer(hours=WeekHours(days=(5, 6)), on_holidays=True), SERVING)


def test_a_swap_is_two_overrides_that_belong_together() -> None:
    swapped(SWAP)()
    made = overrides_of(SWAP, Actor(Role.AGENT, "eva"), at=NOW)
    roster = replace(ROTA, overrides=made)
    assert {each.swap for each in made} == {"swp_1"}
    assert [roster.on_duty(LEVEL, each.from_at).assigned for each in (OWN, THEIRS)] == ["eva", "ana"]
    assert [roster.on_duty(LEVEL, each.to_at).assigned for each in (OWN, THEIRS)] == ["ana", "eva"]
    assert roster.on_duty(LEVEL, OWN.from_at - timedelta(seconds=1)).assigned == "ana"


@pytest.mark.parametrize(
    ("by", "answers", "withdraws"),
    [
        (Actor(Role.AGENT, "ana"), False, True),
        (Actor(Role.AGENT, "eva"), True, False),
        (Actor(Role.AGENT, "luz"), False, False),
        (Actor(Role.DIRECTOR, "dora"), True, True),
        (Actor(Role.ADMIN, "root"), True, True),
    ],
)
def test_a_swap_is_answered_by_whom_it_concerns(by: Actor, answers: bool, withdraws: bool) -> None:
    assert (ch.may_answer(by, SWAP), ch.may_withdraw(by, SWAP)) == (answers, withdraws)
