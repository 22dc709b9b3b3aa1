"""Contracts and solutions: registered once, seen by whose they are, and told to the workflow of their end."""

from __future__ import annotations

from datetime import date

import pytest

from desk.cover import contracts, customer_covers, solutions
from desk.cover.contracts import NewContract, Payment, Renewal
from desk.cover.solutions import Acceptance, NewSolution
from desk.desk import Desk
from desk.problems import NotFound
from policy.case.case import Actor, Plan, Role
from policy.cover.contracts import UnknownCalendar
from storage.cover import cover_changes
from storage.cover.solutions import SolutionKind
from tests.api.office import PREMIUM, STANDARD
from tests.desk.asking import AGENT, contact_of, request
from tests.support.desk import PaperDesk

NEXT = NewContract.model_validate({"plan": Plan.PREMIUM, "starts_on": "2028-01-01", "ends_on": "2028-12-31"})
LATER = Renewal.model_validate({"ends_on": "2029-12-31"})
CARLA = Actor(Role.COMMERCIAL, "carla")
PAID = Payment.model_validate({"paid_on": "2026-11-02", "reference": "FV-1"})


async def test_the_same_request_makes_one_contract_one_renewal_and_one_payment(desk: Desk) -> None:
    contract, again = [await contracts.register(desk, PREMIUM, NEXT, request(), by=CARLA) for _ in range(2)]
    renewed = [await contracts.renew(desk, contract.id, LATER, request("renew")) for _ in range(2)]
    paid = [await contracts.pay(desk, contract.id, PAID, request("pay")) for _ in range(2)]

    assert (contract, renewed[0], paid[0]) == (again, renewed[1], paid[1])
    assert (renewed[0].ends_on, paid[0].paid_through) == (date(2029, 12, 31), date(2029, 12, 31))
    [_, agreed] = (await customer_covers.read(desk, PREMIUM, on=date(2028, 6, 1))).contracts
    assert (len(agreed.renewals), len(agreed.payments), agreed.covers) == (1, 1, True)


@pytest.mark.rule("PLAN-14")
async def test_hours_are_those_of_the_policy_file(desk: Desk) -> None:
    with pytest.raises(UnknownCalendar):
        await contracts.register(desk, PREMIUM, NEXT.model_copy(update={"calendar": "nights"}), request(), by=CARLA)


async def test_what_is_another_customers_is_not_there(desk: Desk) -> None:
    assert (await contracts.visible(desk, AGENT, f"contract-{PREMIUM}")).customer_id == PREMIUM
    assert (await solutions.visible(desk, contact_of(PREMIUM), f"solution-{PREMIUM}")).customer_id == PREMIUM
    with pytest.raises(NotFound):
        await contracts.visible(desk, contact_of(STANDARD), f"contract-{PREMIUM}")
    with pytest.raises(NotFound):
        await solutions.visible(desk, contact_of(STANDARD), f"solution-{PREMIUM}")


@pytest.mark.rule("WAR-5")
async def test_a_change_stands_and_stays_noted_while_the_engine_is_away(desk: Desk, engine: PaperDesk) -> None:
    engine.down = True
    contract = await contracts.register(desk, PREMIUM, NEXT, request(), by=CARLA)
    assert contract.ref in await cover_changes.untold(desk.database)

    engine.down = False
    await contracts.renew(desk, contract.id, LATER, request("renew"))
    assert engine.changed == [contract.ref]
    assert contract.ref not in await cover_changes.untold(desk.database)


@pytest.mark.rule("WAR-1")
async def test_a_warranty_begins_with_its_certificate(desk: Desk, engine: PaperDesk) -> None:
    solution = await solutions.register(desk, PREMIUM, NewSolution(name="Visor", kind=SolutionKind.SOFTWARE), request())
    assert engine.changed == []

    given = Acceptance.model_validate({"accepted_on": "2026-11-01", "acceptance_reference": "Acta 7"})
    accepted = await solutions.accept(desk, solution.id, given, request("accept"))

    assert engine.changed == [accepted.warranty]
    read = await customer_covers.read(desk, PREMIUM, on=date(2026, 11, 2))
    assert {each.solution.name: each.covers for each in read.warranties} == {"Geoportal": False, "Visor": True}
