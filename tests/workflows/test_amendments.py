"""An amendment over HTTP on the real server: the case's own clock goes by it, in skipped time (PLAN-15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from policy.terms.terms import Terms
from policy.time.calendar import Closure
from policy.time.holiday_list import HolidayChanges
from tests.support.lives import STANDARD, bogota, policy
from tests.workflows.cover_office import DAY, CoverOffice, LiveCase, in_bogota

pytestmark = pytest.mark.rule("PLAN-15", "PLAN-14")

REASON = "Una ley hace festivo ese día."


def three_working_days(terms: Terms, after: datetime) -> date:
    """The first of three working days in a row, none of them today: the law will close the second."""
    day = after.date() + DAY
    while not all(terms.hours.is_open(in_bogota(day + n * DAY)) for n in range(3)):
        day += DAY
    return day


async def opened(covers: CoverOffice) -> tuple[LiveCase, date]:
    """A Standard case of priority 2, opened half an hour before the office closes: an hour at level 1."""
    first = three_working_days(STANDARD, covers.office.clock.at)
    customer = await covers.newcomer()
    await covers.contract(customer, ends_in=300, paid=True)
    covers.office.clock.at = bogota(f"{first} 16:30")
    return await covers.open_case(customer), first


async def amended(covers: CoverOffice, case: LiveCase, holiday: date) -> None:
    law = replace(policy(), version="law", holidays={"CO": HolidayChanges((Closure(holiday, "Día de la vida"),))})
    covers.office.app.state.desk = replace(covers.office.app.state.desk, policy=law)
    body = {"what": ["holidays"], "numbers": [case.number], "reason": REASON}
    done = await covers.ask("/amendments", "director", **body)
    assert [each["outcome"] for each in done["outcomes"]] == ["applied"]


async def test_a_holiday_made_by_law_moves_the_hand_off_by_a_business_day(covers: CoverOffice) -> None:
    case, first = await opened(covers)
    await amended(covers, case, first + DAY)

    await case.until(bogota(f"{first + DAY} 12:00"))
    on_the_holiday = (await case.state()).level
    await case.until(bogota(f"{first + 2 * DAY} 08:31"))
    moved = [fact for fact in await case.facts() if fact["kind"] == "handed_off"]
    assert (on_the_holiday, len(moved)) == (1, 1)
    assert moved[0]["due_at"] == f"{first + 2 * DAY}T13:30:00Z"


async def test_the_explanation_names_the_new_holiday(covers: CoverOffice) -> None:
    case, first = await opened(covers)
    await amended(covers, case, first + DAY)
    await case.until(bogota(f"{first + 2 * DAY} 08:10"))

    level = (await covers.office.get(f"/cases/{case.number}/clocks", "director")).json()["level"]

    assert "Día de la vida" in [each["why"] for each in level["intervals"]]
    assert level["spent_seconds"] == timedelta(minutes=40).total_seconds()


async def test_a_clock_that_nobody_amends_runs_through_the_new_holiday(covers: CoverOffice) -> None:
    case, first = await opened(covers)

    await case.until(bogota(f"{first + DAY} 08:31"))

    assert (await case.state()).level == 2
