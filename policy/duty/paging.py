"""Paging: who is called in turn, and when a page is over (ESC-17). Words and mailboxes are not known here."""

from __future__ import annotations

from dataclasses import dataclass

from policy.case.case import Actor, Level, Role, Status
from policy.duty.rota import Duty
from policy.duty.steps import PageState, PageStep, PageWhy

OPEN = (PageState.WAITING, PageState.PAGED, PageState.TOLD_ALL)
"""In these it can be acknowledged."""
PASSES = OPEN
"""In these it goes on by itself, if only to be found over."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a case stands, as far as its pages depend on it."""

    status: Status
    level: Level
    assignee: str | None


@dataclass(frozen=True, kw_only=True)
class Open:
    """A page that goes on: why, for which level, whom it reached so far, in order."""

    why: PageWhy
    level: Level
    state: PageState
    reached: tuple[str, ...] = ()


def may_acknowledge(page: Open, by: Actor) -> bool:
    """Whether a page may be acknowledged by this person: whom it reached, who serves its level, or the director."""
    if by.role is Role.DIRECTOR:
        return True
    return by.role is Role.AGENT and (page.level in by.levels or by.id in page.reached)


def calls(page: Open, by: Actor) -> bool:
    """Whether a page calls this person: it reached them, or nobody in particular any more and them as well.

    Those of a level who were not called may acknowledge one, but it is not theirs.
    """
    if page.state not in OPEN or not may_acknowledge(page, by):
        return False
    return by.id in page.reached or page.state is PageState.TOLD_ALL


@dataclass(frozen=True, kw_only=True)
class Next:
    """What happens with a page now: a step, and to whom; None of a step where it is over."""

    step: PageStep | None
    state: PageState
    person: str | None = None


SETTLED = Next(step=None, state=PageState.SETTLED)


def next_step(page: Open, case: Standing, duty: Duty) -> Next:
    """What happens with a page that nobody has acknowledged in time.

    It is over once nobody has to be called any more: the case waits for the customer or has ended, another level has
    it, or, after a hand-off, somebody took it. Nobody is called twice; once all were told, nobody is left to call.
    """
    if case.status not in (Status.NEW, Status.IN_PROGRESS) or case.level != page.level:
        return SETTLED
    if page.why is PageWhy.HANDED_OFF and case.assignee is not None:
        return SETTLED
    if page.state is PageState.TOLD_ALL:
        return Next(step=None, state=page.state)
    left = [each for each in duty.order if each not in page.reached]
    if left:
        step = PageStep.PASSED_ON if page.reached else PageStep.PAGED
        return Next(step=step, state=PageState.PAGED, person=left[0])
    step = PageStep.UNANSWERED if page.reached else PageStep.NOBODY
    return Next(step=step, state=PageState.TOLD_ALL)
