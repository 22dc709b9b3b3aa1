"""The board's head: how each figure differs from the period before, and whether that is good."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest

from portal.direction.board import Period
from portal.direction.charts import spark
from portal.direction.headlines import headlines
from storage.board.board import Board, Kept, Scope, Spread, Week
from tests.api.office import Office
from tests.portal.people import unspaced, visitor
from tests.support.lives import bogota


def board(met: int = 0, missed: int = 0, opened: int = 0, median: float | None = None, content: int = 0) -> Board:
    scope = Scope(from_at=bogota("2026-11-01 00:00"), until_at=bogota("2026-12-01 00:00"))
    made = Board(scope=scope, at=bogota("2026-11-30 12:00"), plans=["standard"], opened=opened)
    made.attention = {("standard", 1): Kept(met, missed)}
    if median is not None:
        made.to_resolution = {"standard": (Spread(3, median, median, median, median), Spread(3))}
    made.ratings = Counter({5: content, 1: 2} if content else {})
    return made


@pytest.mark.parametrize(
    ("now", "before", "place", "change"),
    [
        ({"met": 9, "missed": 1}, {"met": 8, "missed": 2}, 0, ("10,0", "up", True)),
        ({"met": 7, "missed": 3}, {"met": 8, "missed": 2}, 0, ("10,0", "down", False)),
        ({"met": 4, "missed": 1}, {"met": 8, "missed": 2}, 0, ("", "same", None)),
        ({"met": 4, "missed": 1}, {}, 0, None),
        ({}, {"met": 4, "missed": 1}, 0, None),
        ({"median": 3600.0}, {"median": 4140.0}, 2, ("9:00", "down", True)),
        ({"median": 7200.0}, {"median": 3600.0}, 2, ("1 h", "up", False)),
        ({"median": 7200.0}, {}, 2, None),
        ({"opened": 8}, {"opened": 5}, 3, ("3", "up", None)),
        ({"content": 2}, {"content": 6}, 4, ("25,0", "down", False)),
    ],
)
def test_a_figure_says_how_it_changed(now: Any, before: Any, place: int, change: Any) -> None:
    found = list(headlines(board(**now), board(**before), "es"))[place].change
    assert (found and (found.words, found.way, found.is_good)) == change


@pytest.mark.parametrize(
    ("first", "last", "before"),
    [
        ("2026-11-01", "2026-11-30", ("2026-10-01", "2026-10-31")),
        ("2026-01-01", "2026-03-31", ("2025-10-01", "2025-12-31")),
        ("2025-12-01", "2026-11-30", ("2024-12-01", "2025-11-30")),
        ("2026-11-03", "2026-11-09", ("2026-10-27", "2026-11-02")),
        ("2026-11-09", "2026-11-09", ("2026-11-08", "2026-11-08")),
    ],
)
def test_the_period_before_is_as_long(first: str, last: str, before: tuple[str, str]) -> None:
    found = Period(date.fromisoformat(first), date.fromisoformat(last)).before
    assert (found.first.isoformat(), found.last.isoformat()) == before


def test_a_line_says_its_figures_in_words_and_has_gaps() -> None:
    made = board()
    made.weeks = [Week(from_at=made.at, attention=Kept(met, 1)) for met in (1, 3)]
    made.weeks.insert(1, Week(from_at=made.at))
    first = next(headlines(made, board(), "es"))
    assert first.told == "Por semana: 50,0 %, –, 75,0 %"
    assert spark(first.line, first.told).count("<polyline") == 2
    made.to_resolution = board(median=3600.0).to_resolution
    made.weeks[2].to_resolution = {"standard": 2700.0, "premium": 60.0}
    third = list(headlines(made, board(), "es"))[2]
    assert (third.line, third.told) == ([None, None, 2700.0], "Por semana: –, –, 45 min")
    assert spark([None, 0.5], "x") == ""
    assert "&lt;b&gt;" in spark([0.1, 0.5], "<b>")


async def test_the_page_tells_the_trend_as_a_table_too(office: Office) -> None:
    await office.open()
    async with visitor(office, "director") as them:
        page = unspaced((await them.get("/direccion/tablero")).text)
    section = page[page.index('id="weeks"') : page.index('id="lateness"')]
    assert section.count("<tr>") == 13
    assert "Abiertos por semana:" in page
    assert "(1 de octubre de 2026 a 31 de octubre de 2026)" in page
