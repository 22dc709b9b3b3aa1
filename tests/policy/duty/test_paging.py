"""Which turns call somebody, whom a page goes to in turn, and when it is over (ESC-17)."""

from __future__ import annotations

from typing import Any

import pytest

from policy.case.case import Actor, Level, Role, Status
from policy.duty.calls import Call
from policy.duty.paging import SETTLED, Next, Open, Standing, calls, may_acknowledge, next_step
from policy.duty.rota import Duty
from policy.duty.steps import PageState, PageStep, PageWhy
from policy.terms.terms import Terms
from tests.support.lives import ASK, CLAIM, HAND_OFF, PAGED, PREMIUM, STANDARD, Step, opened, transfer, turns

pytestmark = pytest.mark.rule("ESC-17")

AT_2 = Standing(status=Status.NEW, level=Level.SPECIALISTS, assignee=None)
DUTY = Duty(level=Level.SPECIALISTS, assigned="ana", person="ana", order=("ana", "eva"))
NOBODY = Duty(level=Level.SPECIALISTS)


def page(*reached: str, **said: Any) -> Open:
    state = PageState.PAGED if reached else PageState.WAITING
    known: dict[str, Any] = {"why": PageWhy.HANDED_OFF, "level": Level.SPECIALISTS, "state": state}
    return Open(**{**known, "reached": reached, **said})


def standing(**said: Any) -> Standing:
    return Standing(**{**vars(AT_2), **said})


@pytest.mark.parametrize(
    ("open_page", "case", "duty", "expected"),
    [
        (page(), AT_2, DUTY, Next(step=PageStep.PAGED, state=PageState.PAGED, person="ana")),
        (page("ana"), AT_2, DUTY, Next(step=PageStep.PASSED_ON, state=PageState.PAGED, person="eva")),
        (page("eva"), AT_2, DUTY, Next(step=PageStep.PASSED_ON, state=PageState.PAGED, person="ana")),
        (page("ana", "eva"), AT_2, DUTY, Next(step=PageStep.UNANSWERED, state=PageState.TOLD_ALL)),
        (page(), AT_2, NOBODY, Next(step=PageStep.NOBODY, state=PageState.TOLD_ALL)),
        (page("ana"), AT_2, NOBODY, Next(step=PageStep.UNANSWERED, state=PageState.TOLD_ALL)),
        (page("ana", state=PageState.TOLD_ALL), AT_2, DUTY, Next(step=None, state=PageState.TOLD_ALL)),
        (page("ana", state=PageState.TOLD_ALL), standing(level=Level.DIRECTOR), DUTY, SETTLED),
        (page(), standing(assignee="luz"), DUTY, SETTLED),
        (page("ana"), standing(level=Level.DIRECTOR), DUTY, SETTLED),
        *((page(), standing(status=each), DUTY, SETTLED) for each in (Status.WAITING_CUSTOMER, Status.RESOLVED)),
        *((page("ana"), standing(status=each), DUTY, SETTLED) for each in (Status.CLOSED, Status.HELD)),
        (
            page(why=PageWhy.OVERDUE, level=Level.DIRECTOR),
            Standing(status=Status.IN_PROGRESS, level=Level.DIRECTOR, assignee="dora"),
            DUTY,
            Next(step=PageStep.PAGED, state=PageState.PAGED, person="ana"),
        ),
    ],
)
def test_what_happens_with_a_page(open_page: Open, case: Standing, duty: Duty, expected: Next) -> None:
    assert next_step(open_page, case, duty) == expected


def test_nobody_is_called_twice_and_everybody_once() -> None:
    """However the rota changes meanwhile."""
    reached: list[str] = []
    found = SETTLED
    for duty in (DUTY, Duty(level=Level.SPECIALISTS, assigned="luz", order=("luz", "ana", "eva")), DUTY, DUTY):
        found = next_step(page(*reached), AT_2, duty)
        reached += [found.person] if found.person else []
    assert reached == ["ana", "luz", "eva"]
    assert found.step is PageStep.UNANSWERED


@pytest.mark.parametrize(
    ("terms", "step", "calls"),
    [
        (PREMIUM, "10:00", [(PageWhy.HANDED_OFF, Level.SPECIALISTS)]),
        (PREMIUM, ("09:05", HAND_OFF), [(PageWhy.HANDED_OFF, Level.SPECIALISTS)]),
        (PREMIUM, ("09:05", transfer(level=Level.DIRECTOR)), [(PageWhy.HANDED_OFF, Level.DIRECTOR)]),
        (STANDARD, "10:00", []),
        (PREMIUM, "15:00", [(PageWhy.HANDED_OFF, Level.SPECIALISTS), (PageWhy.HANDED_OFF, Level.DIRECTOR), "overdue"]),
        (STANDARD, "16:00", ["overdue"]),
        (PREMIUM, ("09:05", CLAIM), []),
        (PREMIUM, ("09:05", ASK), []),
        (PREMIUM, ("09:05", PAGED), []),
    ],
)
def test_which_turns_call_whoever_is_on_duty(terms: Terms, step: Step, calls: list[Any]) -> None:
    """At a hand-off where a plan works without interruption, and at overdue under each (PLAN-4)."""
    expected = [(PageWhy.OVERDUE, Level.DIRECTOR) if each == "overdue" else each for each in calls]
    made = turns(opened(terms=terms), step, terms=terms)
    found: list[Call] = [call for turn in made for call in turn.calls]
    assert [(each.why, each.level) for each in found] == expected
    entries = {entry.seq: entry.fact.kind for turn in made for entry in turn.entries}
    assert [entries[each.seq] for each in found] == [
        "case_overdue" if why is PageWhy.OVERDUE else "handed_off" for why, _ in expected
    ]


@pytest.mark.parametrize(
    ("by", "state", "may", "called"),
    [
        (Actor(Role.DIRECTOR, "dora"), PageState.PAGED, True, False),
        (Actor(Role.DIRECTOR, "dora"), PageState.TOLD_ALL, True, True),
        (Actor(Role.AGENT, "ana", (Level.SPECIALISTS,)), PageState.PAGED, True, False),
        (Actor(Role.AGENT, "ana", (Level.SPECIALISTS,)), PageState.TOLD_ALL, True, True),
        (Actor(Role.AGENT, "eva", (Level.HELP_DESK,)), PageState.PAGED, True, True),  # whom it reached
        (Actor(Role.AGENT, "eva", (Level.HELP_DESK,)), PageState.ACKNOWLEDGED, True, False),
        (Actor(Role.AGENT, "leo", (Level.HELP_DESK,)), PageState.TOLD_ALL, False, False),
        (Actor(Role.COMMERCIAL, "mar"), PageState.TOLD_ALL, False, False),
        (Actor(Role.CONTACT, "eva"), PageState.PAGED, False, False),
    ],
)
def test_who_may_acknowledge_a_page_and_whom_it_calls(by: Actor, state: PageState, may: bool, called: bool) -> None:
    its = page("eva", state=state)
    assert (may_acknowledge(its, by), calls(its, by)) == (may, called)
