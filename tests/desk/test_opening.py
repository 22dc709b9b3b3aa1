"""Opening a case, as values: what comes of it, what is left behind, and that the same request finds the same case."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from desk.desk import Desk
from desk.opening import Opened, StillOpening, open_case
from desk.problems import EngineUnavailable, NotFound
from desk.refusals import ContactNotAuthorized, SolutionUnknown
from policy.case.case import Actor, Role
from policy.case.refusals import ChannelNotInPlan, PriorAnalysisMissing, RoleNotAllowed
from storage.case import intake
from tests.api.office import NEW_CASE, PREMIUM, Clock
from tests.desk.asking import AGENT, CONTACT, opening, read
from tests.support.desk import PaperDesk


async def test_a_case_is_open_once_its_turn_is_recorded(desk: Desk, clock: Clock) -> None:
    opened = await open_case(desk, opening(clock))

    row = await read(desk, opened.number)
    assert opened == Opened("MA-2026-000001")
    assert (row.case.turn, row.title) == (1, NEW_CASE["title"])


async def test_the_same_request_finds_the_same_case(desk: Desk, clock: Clock) -> None:
    """Though nothing was kept of the answer: what a try leaves behind is named after its key."""
    first = await open_case(desk, opening(clock))
    clock.passes(minutes=5)

    assert await open_case(desk, opening(clock)) == first
    assert await open_case(desk, opening(clock, key="another")) != first


async def test_a_case_that_the_engine_only_has_is_still_opening(desk: Desk, engine: PaperDesk, clock: Clock) -> None:
    engine.slow = True

    assert await open_case(desk, opening(clock)) == StillOpening("MA-2026-000001")


async def test_a_try_that_did_not_come_through_goes_on_at_its_instant(
    desk: Desk, engine: PaperDesk, clock: Clock
) -> None:
    engine.down = True
    with pytest.raises(EngineUnavailable):
        await open_case(desk, opening(clock))
    begun_at, engine.down = clock(), False
    clock.passes(hours=2)

    opened = await open_case(desk, opening(clock))

    assert (await read(desk, opened.number)).case.opened_at == begun_at


async def test_what_the_policy_refuses_takes_no_number(desk: Desk, clock: Clock) -> None:
    with pytest.raises(PriorAnalysisMissing):
        await open_case(desk, opening(clock, prior_analysis=""))

    assert await intake.reserved(desk.database, scope=CONTACT.token_id, key="k") is None


async def test_who_wrote_on_a_channel_that_the_plan_lacks_is_told(desk: Desk, engine: PaperDesk, clock: Clock) -> None:
    with pytest.raises(ChannelNotInPlan):
        await open_case(desk, opening(clock, AGENT, channel="phone"))

    assert len(engine.redirected) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"contact_id": "nobody"}, ContactNotAuthorized),
        ({"solution_id": "none"}, SolutionUnknown),
        ({"solution_id": f"solution-{PREMIUM}"}, SolutionUnknown),
    ],
)
async def test_an_agent_is_told_whom_or_what_is_not_known(
    desk: Desk, clock: Clock, changes: dict[str, Any], said: type[Exception]
) -> None:
    with pytest.raises(said):
        await open_case(desk, opening(clock, AGENT, **changes))


@pytest.mark.parametrize("changes", [{"contact_id": f"contact-{PREMIUM}"}, {"solution_id": f"solution-{PREMIUM}"}])
async def test_to_a_contact_nothing_of_another_customer_is_there(
    desk: Desk, clock: Clock, changes: dict[str, Any]
) -> None:
    with pytest.raises(NotFound):
        await open_case(desk, opening(clock, **changes))


def test_nobody_asks_who_may_not(clock: Clock) -> None:
    with pytest.raises(RoleNotAllowed):
        opening(clock, replace(AGENT, actor=Actor(Role.COMMERCIAL, "carla")))
