"""The head of the board: five figures of the period, and what somebody has to decide today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from policy.case.case import Status
from storage.board.board import Board, Kept, Spread
from storage.case.queue import Tally
from wording.figures import show_time
from wording.language import show_number, translate, word


@dataclass(frozen=True, kw_only=True)
class Headline:
    """A figure with its name, its unit, and what it is of."""

    name: str
    figure: str
    unit: str = ""
    about: str = ""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What waits for somebody: how many, in which words, and where."""

    words: str
    address: str
    icon: str
    is_late: bool = False


def headlines(board: Board, language: str) -> Iterator[Headline]:
    """The five figures. One of which there is nothing yet is a dash."""
    yield _kept("Initial attention in time", board.attention.values(), "{met} of {all} cases", language)
    yield _kept("Levels in time", board.levels.values(), "{met} of {all} stays", language)
    yield _until_solved(board, language)
    yield Headline(
        name=translate("Open now", language),
        figure=show_number(sum(each.total() for each in board.backlog), language),
        about=translate("{count} opened in the period", language, count=board.opened),
    )
    given = board.ratings.total()
    content = board.ratings[4] + board.ratings[5]
    yield Headline(
        name=translate("Satisfaction, 4 or 5", language),
        figure=_percent(content / given if given else None, language),
        unit="%" if given else "",
        about=translate("{met} of {all} ratings", language, met=content, all=given),
    )


def _kept(name: str, kept: Iterable[Kept], about: str, language: str) -> Headline:
    every = list(kept)
    met, missed = sum(each.met for each in every), sum(each.missed for each in every)
    its = Kept(met, missed)
    return Headline(
        name=translate(name, language),
        figure=_percent(its.share, language),
        unit="" if its.share is None else "%",
        about=translate(about, language, met=met, all=met + missed),
    )


def _until_solved(board: Board, language: str) -> Headline:
    """Of the plan of which there are most, in the time that counts."""
    none = (Spread(0), Spread(0))
    plan = max(board.plans, key=lambda each: board.to_resolution.get(each, none)[0].count, default="")
    counted = board.to_resolution.get(plan, none)[0]
    about = translate("{plan}, of {count} cases", language, plan=word("plan", plan, language), count=counted.count)
    figure = "–" if counted.median is None else show_time(timedelta(seconds=counted.median), business=True)
    return Headline(name=translate("Until the solution, median", language), figure=figure, about=about)


def _percent(share: float | None, language: str) -> str:
    return "–" if share is None else show_number(100 * share, language, pattern="#,##0.0")


def decisions(tally: Tally, visits: int, language: str) -> list[Decision]:
    """What waits for a director, where there is any of it."""
    late = sum(pile.cases for pile in tally.piles if pile.late)
    held = sum(pile.cases for pile in tally.piles if pile.status is Status.HELD)
    found = [
        (visits, "{count} visits to approve", "/direccion/visitas", "seal", False),
        (late, "{count} cases past their limit", "/cola?tab=overdue", "alert", True),
        (held, "{count} held without cover", "/cola?tab=held", "hourglass", False),
    ]
    return [
        Decision(words=translate(words, language, count=count), address=address, icon=icon, is_late=is_late)
        for count, words, address, icon, is_late in found
        if count
    ]
