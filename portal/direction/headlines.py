"""The head of the board: five figures of the period beside those of the period before, and what to decide today."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from storage.board.board import Board, Kept, Spread, Week
from wording.figures import show_time
from wording.language import show_number, translate, translate_count, word

_SAME = 0.0005
"""Shares that differ by less are shown alike."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """By how much a figure differs from the period before: which way, and whether that is good (None: neither)."""

    words: str
    way: str
    is_good: bool | None


@dataclass(frozen=True, kw_only=True)
class Headline:
    """A figure with its name, its unit, what it is of and how it changed.

    `line`: the same of each of the last weeks, and `told` those in words.
    """

    name: str
    figure: str
    unit: str = ""
    about: str = ""
    change: Change | None = None
    line: Sequence[float | None] = ()
    told: str = ""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What waits for somebody: how many, in which words, and where."""

    words: str
    address: str
    icon: str
    is_late: bool = False


def headlines(board: Board, before: Board, language: str) -> Iterator[Headline]:
    """The five figures, and how they differ from the period before. One of which there is nothing yet is a dash."""
    yield _kept(
        ("Initial attention in time", "{met} of {all} cases"),
        (_sum(board.attention.values()), _sum(before.attention.values())),
        _weekly(board, lambda week: week.attention.share, language),
        language,
    )
    yield _kept(
        ("Levels in time", "{met} of {all} stays"),
        (_sum(board.levels.values()), _sum(before.levels.values())),
        _weekly(board, lambda week: week.levels.share, language),
        language,
    )
    yield _until_solved(board, before, language)
    opened = [float(week.opened) for week in board.weeks]
    yield Headline(
        name=translate("Open now", language),
        figure=show_number(sum(each.total() for each in board.backlog), language),
        about=translate("{count} opened in the period", language, count=board.opened),
        change=_by(board.opened - before.opened, show_number(abs(board.opened - before.opened), language), None),
        line=opened,
        told=translate("Opened by week: {figures}", language, figures=", ".join(f"{each:.0f}" for each in opened)),
    )
    yield _kept(
        ("Satisfaction, 4 or 5", "{met} of {all} ratings"),
        (_content(board), _content(before)),
        _weekly(board, lambda week: week.satisfied, language),
        language,
    )


def _sum(kept: Iterable[Kept]) -> Kept:
    every = list(kept)
    return Kept(sum(each.met for each in every), sum(each.missed for each in every))


def _content(board: Board) -> Kept:
    content = board.ratings[4] + board.ratings[5]
    return Kept(content, board.ratings.total() - content)


_Line = tuple[Sequence[float | None], str]


def _weekly(board: Board, share: Callable[[Week], float | None], language: str) -> _Line:
    shares = [share(week) for week in board.weeks]
    figures = ", ".join("–" if each is None else f"{_percent(each, language)} %" for each in shares)
    return shares, translate("By week: {figures}", language, figures=figures)


def _kept(words: tuple[str, str], kept: tuple[Kept, Kept], line: _Line, language: str) -> Headline:
    (name, about), (its, before) = words, kept
    change = None
    if its.share is not None and before.share is not None:
        points = its.share - before.share
        change = _by(0 if abs(points) < _SAME else points, _percent(abs(points), language), points > 0)
    return Headline(
        name=translate(name, language),
        figure=_percent(its.share, language),
        unit="" if its.share is None else "%",
        about=translate(about, language, met=its.met, all=its.met + its.missed),
        change=change,
        line=line[0],
        told=line[1],
    )


def _until_solved(board: Board, before: Board, language: str) -> Headline:
    """Of the plan of which there are most, in the time that counts."""
    none = (Spread(0), Spread(0))
    plan = max(board.plans, key=lambda each: board.to_resolution.get(each, none)[0].count, default="")
    counted, earlier = (each.to_resolution.get(plan, none)[0] for each in (board, before))
    change = None
    if counted.median is not None and earlier.median is not None:
        more = counted.median - earlier.median
        change = _by(more, _took(abs(more)), more < 0)
    about = [translate("{plan}, of {count} cases", language, plan=word("plan", plan, language), count=counted.count)]
    if counted.p90 is not None:
        about.append(f"p90 {_took(counted.p90)}")
    line = [week.to_resolution.get(plan) for week in board.weeks]
    return Headline(
        name=translate("Until the solution, median", language),
        figure=_took(counted.median),
        about=" · ".join(about),
        change=change,
        line=line,
        told=translate("By week: {figures}", language, figures=", ".join(map(_took, line))),
    )


def _took(seconds: float | None) -> str:
    return "–" if seconds is None else show_time(timedelta(seconds=seconds), business=True)


def _by(difference: float, words: str, is_good: bool | None) -> Change:
    if not difference:
        return Change(words="", way="same", is_good=None)
    return Change(words=words, way="up" if difference > 0 else "down", is_good=is_good)


def _percent(share: float | None, language: str) -> str:
    return "–" if share is None else show_number(100 * share, language, pattern="#,##0.0")


def decisions(visits: int, late: int, held: int, language: str) -> list[Decision]:
    """What waits for a director, where there is any of it."""
    found = [
        (visits, "{count} visit to approve", "{count} visits to approve", "/direccion/visitas", "seal", False),
        (late, "{count} case past its limit", "{count} cases past their limit", "/cola?tab=overdue", "alert", True),
        (
            held,
            "{count} case held without cover",
            "{count} cases held without cover",
            "/cola?tab=held",
            "hourglass",
            False,
        ),
    ]
    return [
        Decision(words=translate_count(one, many, count, language), address=address, icon=icon, is_late=is_late)
        for count, one, many, address, icon, is_late in found
        if count
    ]
