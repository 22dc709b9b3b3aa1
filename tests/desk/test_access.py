"""Who may see what, asked of the application: a contact its own customer's, everybody else all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desk import access
from desk.access import REGISTRARS, STAFF
from desk.desk import Desk
from desk.problems import NotFound
from policy.case.case import Role
from policy.case.refusals import RoleNotAllowed
from storage.case.views import CaseFilter
from storage.signing_in import tokens
from storage.signing_in.tokens import Token
from tests.api.office import PREMIUM, STANDARD
from tests.desk.asking import AGENT, CONTACT
from tests.support.lives import bogota


class TestAListOfCases:
    def test_is_of_a_contacts_own_customer_without_what_is_internal(self) -> None:
        assert access.only_visible(CONTACT, CaseFilter(level=None)) == CaseFilter(
            customer_id=STANDARD, among_notes=False
        )

    def test_is_nothing_where_a_contact_asks_for_another_customers(self) -> None:
        assert access.only_visible(CONTACT, CaseFilter(customer_id=PREMIUM)) is None

    def test_is_what_was_asked_for_where_staff_ask(self) -> None:
        wanted = CaseFilter(customer_id=PREMIUM, q="mapa")
        assert access.only_visible(AGENT, wanted) == replace(wanted, among_notes=True)


class TestACustomer:
    async def test_is_there_for_its_contact_and_for_staff(self, desk: Desk) -> None:
        for principal in (CONTACT, AGENT):
            assert (await access.visible_customer(desk, principal, STANDARD)).id == STANDARD

    @pytest.mark.parametrize("customer_id", [PREMIUM, "nobody", "", "a\0b", "a" * 65])
    async def test_that_one_may_not_see_is_told_as_one_that_is_not_there(self, desk: Desk, customer_id: str) -> None:
        with pytest.raises(NotFound):
            await access.visible_customer(desk, CONTACT, customer_id)


@pytest.mark.parametrize("number", ["MA-2026-000001", "MA-2026-1", "MA-٢٠٢٦-000001", "ma-2026-000001", "", "\0"])
async def test_a_case_that_is_none_is_not_there(desk: Desk, number: str) -> None:
    with pytest.raises(NotFound):
        await access.visible_case(desk, AGENT, number)


@pytest.mark.parametrize("secret", ["", "esc_of_nobody", "ñ" * 20, "a" * 201])
async def test_a_secret_of_nobodys_has_no_owner(desk: Desk, secret: str) -> None:
    assert await access.token_owner(desk, secret, at=bogota("09:00")) is None


async def test_a_token_has_its_owner(desk: Desk) -> None:
    secret, at = tokens.new_secret(), bogota("09:00")
    await tokens.create(desk.database, Token(id="tok_1", role=Role.ADMIN, subject_id="root", created_at=at), secret)

    owner = await access.token_owner(desk, secret, at=at)

    assert owner is not None
    assert (owner.token_id, owner.actor.role, owner.customer_id) == ("tok_1", Role.ADMIN, None)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_passes_where_it_is_named(role: Role) -> None:
    for allowed in (STAFF, REGISTRARS):
        if role in allowed:
            access.check_role(role, *allowed)
        else:
            with pytest.raises(RoleNotAllowed):
                access.check_role(role, *allowed)
