"""The board as sheets: each a table with its chart, in a language. Page and downloads show the same ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from policy.case.case import WORKED_ON, ClosingReason, OutOfScopeKind, Status
from portal.direction.charts import Chart
from storage.board.board import LATENESSES, Board, Kept, Spread
from wording.language import show_day, show_number, translate, word


class Unit(StrEnum):
    """What a column's figures are. Durations are seconds, shares between 0 and 1."""

    TEXT = "text"
    COUNT = "count"
    SHARE = "share"
    DURATION = "duration"
    SECONDS = "seconds"


Cell = str | int | float | None


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A table, what it says, and its chart if it has one."""

    id: str
    title: str
    note: str = ""
    columns: tuple[tuple[str, Unit], ...]
    rows: tuple[tuple[Cell, ...], ...]
    chart: Chart | None = None


Say = Callable[[str], str]
_BOGOTA = ZoneInfo("America/Bogota")
_MINUTE = 60
_PRIORITIES, _LEVELS = (1, 2, 3, 4), (1, 2, 3)


def sheets(board: Board, language: str) -> tuple[Sheet, ...]:
    """All of the board, in the order in which it is read."""
    tell = _Sheets(board, language)
    return (
        tell.weeks(),
        tell.lateness(),
        tell.attention(),
        tell.levels(),
        tell.cases(),
        tell.times(),
        tell.backlog(),
        tell.hand_offs(),
        tell.pauses(),
        tell.outside(),
        tell.ratings(),
    )


def shown(value: Cell, unit: Unit, language: str = "es") -> str:
    """A cell for people: a duration as 1:30:00, or 0,4 s where seconds count, a share as a percentage, or a dash."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if unit is Unit.SECONDS and value < _MINUTE:
        return f"{show_number(value, language, pattern='#,##0.0')} s"
    if unit in (Unit.DURATION, Unit.SECONDS):
        minutes, seconds = divmod(round(value), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    if unit is Unit.SHARE:
        return f"{show_number(100 * value, language, pattern='#,##0.0')} %"
    return show_number(value, language)


class _Sheets:
    """Makes the sheets of one board."""

    def __init__(self, board: Board, language: str) -> None:
        self._board, self._language = board, language

    def _say(self, message: str, **values: object) -> str:
        return translate(message, self._language, **values)

    def _word(self, kind: str, value: object) -> str:
        return word(kind, value, self._language)

    def _columns(self, *columns: tuple[str, Unit]) -> tuple[tuple[str, Unit], ...]:
        return tuple((self._say(name), unit) for name, unit in columns)

    def _chart(
        self,
        id: str,  # noqa: A002
        title: str,
        series: tuple[tuple[str, str], ...],
        rows: list[tuple[str, tuple[float, ...]]],
        *,
        upright: bool = False,
    ) -> Chart:
        """A chart of these series, each a name and its tone; every row has a figure for each of them."""
        return Chart(
            id=f"chart-{id}",
            title=title,
            series=tuple(self._say(name) for name, _ in series),
            tones=tuple(tone for _, tone in series),
            rows=tuple(rows),
            upright=upright,
            language=self._language,
        )

    def weeks(self) -> Sheet:
        weeks = self._board.weeks
        title = self._say("Cases by week")
        named = [(show_day(each.from_at.astimezone(_BOGOTA).date(), self._language), each) for each in weeks]
        return Sheet(
            id="weeks",
            title=title,
            note=self._say(
                "The last twelve weeks, by the week in which a case was opened: how many there were, how many of them "
                "have their solution by now, and the promises kept to them."
            ),
            columns=self._columns(
                ("Week of", Unit.TEXT),
                ("Opened", Unit.COUNT),
                ("Solved by now", Unit.COUNT),
                ("Initial attention in time", Unit.SHARE),
                ("Levels in time", Unit.SHARE),
                ("Satisfaction, 4 or 5", Unit.SHARE),
            ),
            rows=tuple(
                (name, its.opened, its.solved, its.attention.share, its.levels.share, its.satisfied)
                for name, its in named
            ),
            chart=self._chart(
                "weeks",
                title,
                (("Opened", "one"), ("Solved by now", "two")),
                [(name, (float(its.opened), float(its.solved))) for name, its in named],
                upright=True,
            )
            if weeks
            else None,
        )

    def cases(self) -> Sheet:
        board, broken = self._board, self._board.broken
        in_work = sum(broken[status.value] for status in WORKED_ON)
        rows: list[tuple[Cell, ...]] = [
            (self._say("Opened"), board.opened, broken.total()),
            (self._say("Being worked on"), board.in_work, in_work),
            (self._say("Held without cover"), board.held, None),
            (self._say("Resolved, to be confirmed"), self._resolved(), broken[Status.RESOLVED.value]),
            *(self._closed(each) for each in ClosingReason),
        ]
        return Sheet(
            id="cases",
            title=self._say("Cases opened in the period, and where they stand"),
            note=self._say(
                "With a broken promise: any clock of the case ran out, whatever became of it afterwards, duplicates "
                "included. Those out of scope are not counted."
            ),
            columns=self._columns(("State", Unit.TEXT), ("Cases", Unit.COUNT), ("With a broken promise", Unit.COUNT)),
            rows=tuple(rows),
        )

    def _closed(self, reason: ClosingReason) -> tuple[Cell, ...]:
        board = self._board
        broken = None if reason is ClosingReason.OUT_OF_SCOPE else board.broken[reason.value]
        return _begun(self._word("closing_reason", reason.value)), board.closed[reason.value], broken

    def _resolved(self) -> int:
        board = self._board
        return board.opened - board.in_work - board.held - board.closed.total()

    def attention(self) -> Sheet:
        kept = self._board.attention
        title = self._say("Initial attention")
        return Sheet(
            id="attention",
            title=title,
            note=self._say(
                "Kept: the first human answer came within the plan's time, however the case ended. "
                "Missed: the time ran out first. A case that ended sooner, unanswered, is in neither figure."
            ),
            columns=self._columns(("Plan", Unit.TEXT), ("Priority", Unit.TEXT), *_KEPT),
            rows=tuple((*self._named(plan, priority), *_kept(each)) for (plan, priority), each in kept.items()),
            chart=self._kept_chart(
                "attention",
                title,
                {f"{self._word('plan', p)}, {self._word('priority', n)}": each for (p, n), each in kept.items()},
            ),
        )

    def levels(self) -> Sheet:
        kept = self._board.levels
        together: dict[str, Kept] = {}
        for (plan, _, level), each in kept.items():
            its = together.setdefault(f"{self._word('plan', plan)}, {self._level(level)}", Kept())
            its.met, its.missed = its.met + each.met, its.missed + each.missed
        title = self._say("Level clocks")
        return Sheet(
            id="levels",
            title=title,
            note=self._say(
                "Kept: the case left the level, or was solved there, before its limit. "
                "Missed: handed off at the limit, or overdue at level 3. "
                "A case that ended there without a solution, before its limit, is in neither figure."
            ),
            columns=self._columns(("Plan", Unit.TEXT), ("Priority", Unit.TEXT), ("Level", Unit.TEXT), *_KEPT),
            rows=tuple(
                (*self._named(plan, priority), self._level(level), *_kept(each))
                for (plan, priority, level), each in kept.items()
            ),
            chart=self._kept_chart("levels", title, together),
        )

    def _kept_chart(self, id: str, title: str, kept: dict[str, Kept]) -> Chart:  # noqa: A002
        rows: list[tuple[str, tuple[float, ...]]] = [(name, (its.met, its.missed)) for name, its in kept.items()]
        return self._chart(id, title, (("Kept", "good"), ("Missed", "bad")), rows)

    def times(self) -> Sheet:
        return Sheet(
            id="times",
            title=self._say("Time to initial attention and to resolution"),
            note=self._say(
                "Counted time is in each case's own hours of attention, without pauses; clock time is what passed."
            ),
            columns=self._columns(
                ("Time", Unit.TEXT),
                ("Plan", Unit.TEXT),
                ("Cases", Unit.COUNT),
                ("Median, counted", Unit.DURATION),
                ("p90, counted", Unit.DURATION),
                ("Median, clock", Unit.DURATION),
                ("p90, clock", Unit.DURATION),
            ),
            rows=tuple(self._times()),
        )

    def _times(self) -> Iterator[tuple[Cell, ...]]:
        of = (("To initial attention", self._board.to_attention), ("To resolution", self._board.to_resolution))
        for name, by_plan in of:
            for plan in self._board.plans:
                counted, clock = by_plan.get(plan, (Spread(0), Spread(0)))
                spread = (counted.count, counted.median, counted.p90, clock.median, clock.p90)
                yield self._say(name), self._word("plan", plan), *spread

    def backlog(self) -> Sheet:
        ages = ("under 1 day", "1 to 3 days", "3 to 7 days", "7 to 14 days", "14 to 30 days", "over 30 days")
        title = self._say("Open cases now, by age")
        counted = [(self._say(age), its) for age, its in zip(ages, self._board.backlog, strict=True)]
        levels = tuple((f"Level {level}", Unit.COUNT) for level in _LEVELS)
        return Sheet(
            id="backlog",
            title=title,
            note=self._say("All cases that await a solution, whenever they were opened."),
            columns=self._columns(("Age", Unit.TEXT), *levels, ("All", Unit.COUNT)),
            rows=tuple((age, *(its[level] for level in _LEVELS), its.total()) for age, its in counted),
            chart=self._chart(
                "backlog",
                title,
                (("Level 1", "one"), ("Level 2", "two"), ("Level 3", "three")),
                [(age, tuple(float(its[level]) for level in _LEVELS)) for age, its in counted],
            ),
        )

    def hand_offs(self) -> Sheet:
        title = self._say("Hand-offs between levels")
        counted = sorted(self._board.hand_offs.items())
        rows: list[tuple[Cell, ...]] = [
            (self._level(a), self._level(b), self._say(_CAUSES.get(cause, cause)), count)
            for (a, b, cause), count in counted
        ]
        bars: list[tuple[str, tuple[float, ...]]] = [
            (f"{self._level(a)} → {b}, {self._say(_CAUSES.get(cause, cause))}", (count,))
            for (a, b, cause), count in counted
        ]
        return Sheet(
            id="hand-offs",
            title=title,
            columns=self._columns(
                ("From", Unit.TEXT), ("To", Unit.TEXT), ("Why", Unit.TEXT), ("Hand-offs", Unit.COUNT)
            ),
            rows=tuple(rows),
            chart=self._chart("hand-offs", title, (("Hand-offs", "one"),), bars) if bars else None,
        )

    def lateness(self) -> Sheet:
        late = self._board.lateness
        ends = ("1 s", "5 s", "15 s", "1 min", "5 min", "1 h")
        names = [*(f"< {end}" for end in ends[: len(LATENESSES)]), f"≥ {ends[-1]}"]
        classes: list[tuple[str, tuple[float, ...]]] = [
            (name, (count,)) for name, count in zip(names, self._board.lateness_classes, strict=True)
        ]
        title = self._say("Lateness of hand-offs that a clock made")
        return Sheet(
            id="lateness",
            title=title,
            note=self._say("When each was made against when it was due."),
            columns=self._columns(
                ("Hand-offs", Unit.COUNT),
                ("Within 1 s", Unit.COUNT),
                ("p50", Unit.SECONDS),
                ("p99", Unit.SECONDS),
                ("Longest", Unit.SECONDS),
            ),
            rows=((late.count, sum(self._board.lateness_classes[:1]), late.median, late.p99, late.longest),),
            chart=self._chart("lateness", title, (("Hand-offs", "one"),), classes),
        )

    def pauses(self) -> Sheet:
        title = self._say("Pauses of the level clock that have ended")
        rows = [(self._word("waiting_for", why), n, total, total / n) for why, (n, total) in self._board.pauses.items()]
        hours: list[tuple[str, tuple[float, ...]]] = [(name, (round(total / 3600, 1),)) for name, _, total, _ in rows]
        return Sheet(
            id="pauses",
            title=title,
            columns=self._columns(
                ("Waiting for", Unit.TEXT),
                ("Pauses", Unit.COUNT),
                ("In all", Unit.DURATION),
                ("On average", Unit.DURATION),
            ),
            rows=tuple(rows),
            chart=self._chart("pauses", f"{title} ({self._say('hours')})", (("hours", "two"),), hours)
            if rows
            else None,
        )

    def outside(self) -> Sheet:
        board = self._board
        rows: list[tuple[Cell, ...]] = [
            (self._say("Out of scope"), self._word("out_of_scope_kind", each.value), board.out_of_scope[each.value])
            for each in OutOfScopeKind
        ]
        rows.append((self._say("Not covered"), "", board.closed[ClosingReason.NOT_COVERED.value]))
        return Sheet(
            id="outside",
            title=self._say("Out of scope, and not covered"),
            note=self._say("Cases out of scope are in no other figure of promises kept or missed."),
            columns=self._columns(("Ended as", Unit.TEXT), ("Kind", Unit.TEXT), ("Cases", Unit.COUNT)),
            rows=tuple(rows),
        )

    def ratings(self) -> Sheet:
        counted = self._board.ratings
        total = counted.total()
        title = self._say("Customers' satisfaction")
        content = counted[4] + counted[5]
        rows: list[tuple[Cell, ...]] = [
            (str(score), counted[score], counted[score] / total if total else None) for score in range(5, 0, -1)
        ]
        rows.append((self._say("Satisfied: 4 or 5"), content, content / total if total else None))
        return Sheet(
            id="ratings",
            title=title,
            note=self._say("What contacts gave to cases opened in the period, from 1 (bad) to 5 (excellent)."),
            columns=self._columns(("Rating", Unit.TEXT), ("Cases", Unit.COUNT), ("Share", Unit.SHARE)),
            rows=tuple(rows),
            chart=self._chart(
                "ratings",
                title,
                (("Cases", "one"),),
                [(str(score), (float(counted[score]),)) for score in range(1, 6)],
                upright=True,
            ),
        )

    def _named(self, plan: str, priority: int) -> tuple[Cell, Cell]:
        return self._word("plan", plan), f"{priority}, {self._word('priority', priority)}"

    def _level(self, level: int) -> str:
        return self._say(f"Level {level}")


_KEPT = (("Kept", Unit.COUNT), ("Missed", Unit.COUNT), ("Share kept", Unit.SHARE))
_CAUSES = {
    "limit": "its time there ended",
    "by_hand": "moved up by hand",
    "priority": "by the change of priority",
    "functional": "functional escalation",
    "amendment": "by the amendment of its times",
}


def _kept(its: Kept) -> tuple[Cell, ...]:
    return its.met, its.missed, its.share


def _begun(name: str) -> str:
    """A word as a line begins with it."""
    return name[:1].upper() + name[1:]
