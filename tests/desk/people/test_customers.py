"""Registering customers, agents, and who sees which of them."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from desk.desk import Desk
from desk.people import agents, customers, groups
from desk.people.agents import NewAgent
from desk.people.customers import NewCustomer
from policy.case.case import Level
from policy.case.refusals import UnknownGroup
from policy.people.tax_id import CheckDigitWrong
from storage.people.customers import TaxIdTaken
from tests.api.office import PREMIUM, STANDARD
from tests.desk.asking import AGENT, CONTACT, request

AGUAS = NewCustomer(name="Aguas del Tequendama S.A.", tax_id="900.123.456-8")


def test_a_nit_is_read_without_dots() -> None:
    assert AGUAS.tax_id == "900123456-8"


@pytest.mark.parametrize("tax_id", ["90012345x", "1234", "900123456-12", "900123456-", "９００１２３４５６"])
def test_what_is_no_nit_is_refused(tax_id: str) -> None:
    with pytest.raises(ValidationError):
        NewCustomer(name="Aguas", tax_id=tax_id)


async def test_the_same_request_registers_one_customer(desk: Desk) -> None:
    first, again = [await customers.register(desk, AGUAS, request()) for _ in range(2)]

    assert first == again
    with pytest.raises(TaxIdTaken):
        await customers.register(desk, AGUAS, request("another"))


async def test_a_check_digit_that_is_left_out_is_kept_all_the_same(desk: Desk) -> None:
    kept = await customers.register(desk, AGUAS.model_copy(update={"tax_id": "900123456"}), request())

    assert kept.tax_id == "900123456-8"


async def test_a_wrong_check_digit_is_refused(desk: Desk) -> None:
    with pytest.raises(CheckDigitWrong):
        await customers.register(desk, AGUAS.model_copy(update={"tax_id": "900123456-1"}), request())


async def test_a_contact_sees_its_own_customer_and_staff_see_all(desk: Desk) -> None:
    own, everybody = [await customers.visible(desk, who, limit=50) for who in (CONTACT, AGENT)]

    assert [each.id for each in own.items] == [STANDARD]
    assert {each.id for each in everybody.items} == {STANDARD, PREMIUM}


async def test_an_agent_serves_groups_of_the_policy_file(desk: Desk) -> None:
    new = NewAgent(name="Eva", email="eva@escala.example", levels=[2, 1, 2])
    eva = await agents.register(desk, new, request())

    assert eva.levels == (Level.HELP_DESK, Level.SPECIALISTS)
    with pytest.raises(UnknownGroup):
        await agents.register(desk, new.model_copy(update={"groups": ["nobodys"]}), request())


@pytest.mark.rule("ESC-8")
async def test_groups_that_fit_a_solution_come_first(desk: Desk) -> None:
    plain, for_a_solution = await groups.listing(desk), await groups.listing(desk, solution_id=f"solution-{STANDARD}")

    assert [each.fits for each in plain] == [None] * len(plain)
    fits = [bool(each.fits) for each in for_a_solution]
    assert fits == sorted(fits, reverse=True)
    assert {each.group.id for each in plain} == {each.group.id for each in for_a_solution}
