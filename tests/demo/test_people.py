"""The demonstration's people: NITs that add up, rosters that the policy takes, agents for every level and group."""

from __future__ import annotations

import re

import pytest

from demo.people import AGENTS, CUSTOMERS, SPECIALISTS, DemoCustomer
from policy.case.case import Level, Plan
from policy.telephone.numbers import e164
from tests.support.lives import policy


def test_every_customer_has_a_nit_of_its_own() -> None:
    assert len({customer.nit for customer in CUSTOMERS}) == len(CUSTOMERS) == 12
    assert all(len(customer.nit) == 9 and customer.nit.isdecimal() for customer in CUSTOMERS)


@pytest.mark.parametrize("customer", CUSTOMERS, ids=lambda customer: customer.key)
def test_every_roster_has_one_administrator_and_fits_its_plan(customer: DemoCustomer) -> None:
    plan = customer.contract.plan if customer.contract else policy().warranty_plan

    assert [contact.administrator for contact in customer.contacts].count(True) == 1
    assert sum(contact.signs_in for contact in customer.contacts) <= policy().plans[plan].portal_users


def test_there_are_customers_of_every_cover() -> None:
    contracts = [customer.contract for customer in CUSTOMERS]

    assert {contract.plan for contract in contracts if contract} == set(policy().plans)
    assert any(contract is None for contract in contracts), "one in warranty only"
    assert any(contract and contract.renewed_to for contract in contracts), "one that renewed and did not pay"
    assert any(contract and 0 < contract.ends <= 7 for contract in contracts), "one that is about to end"


def test_there_are_agents_for_every_level_and_every_group_of_the_policy() -> None:
    assert {level for agent in AGENTS for level in agent.levels} == set(Level)
    assert set(SPECIALISTS) == {group.id for group in policy().groups}
    groups = {agent.id: agent.groups for agent in AGENTS}
    assert all(group in groups[agent] for group, agent in SPECIALISTS.items())
    assert [agent.is_director for agent in AGENTS].count(True) == 1


def test_every_premium_customer_has_somebody_who_can_call() -> None:
    """Each number is one person's, and nobody's outside the demonstration."""
    premium = [each for each in CUSTOMERS if each.contract and each.contract.plan is Plan.PREMIUM]
    phones = [contact.phone for customer in CUSTOMERS for contact in customer.contacts if contact.phone]
    assert premium
    assert all(any(contact.phone for contact in customer.contacts) for customer in premium)
    assert len(set(phones)) == len(phones)
    assert all(e164(each) == each and re.fullmatch(r"\+5760[1-8]0000\d{3}", each) for each in phones)


def test_nobody_can_be_reached_by_mistake() -> None:
    assert all(agent.email.endswith(".example") for agent in AGENTS)
    assert all(customer.email(contact).endswith(".example") for customer in CUSTOMERS for contact in customer.contacts)
