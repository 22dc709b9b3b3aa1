"""A customer's roster: who may change what of it, and what is told of each contact."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from desk.desk import Desk
from desk.people import roster
from desk.people.roster import Replacement, Roster, RosterContact
from policy.case.case import Actor, Role
from policy.people.contacts import AdministratorDecides, RosterChanged
from tests.api.office import PREMIUM, STANDARD
from tests.desk.asking import AGENT, COMMERCIAL, CONTACT, contact_of, request
from tests.support.lives import bogota

AT = bogota("09:00")
ANA = RosterContact.model_validate(
    {
        "name": "Ana",
        "email": "ana@cliente.example",
        "is_system_administrator": True,
        "notice_reference": "Carta 17",
        "notified_on": "2026-11-02",
        "can_sign_in": True,
    }
)
LUIS = ANA.model_copy(update={"name": "Luis", "email": "luis@cliente.example", "is_system_administrator": False})


def test_a_bare_list_is_a_roster() -> None:
    given = [ANA.model_dump(mode="json")]
    assert Roster.model_validate(given) == Roster.model_validate({"contacts": given})


@pytest.mark.rule("REQ-2")
async def test_who_neither_registers_nor_administers_decides_nothing(desk: Desk) -> None:
    wanted = Replacement(customer_id=STANDARD, contacts=[ANA])
    for principal in (AGENT, replace(CONTACT, actor=Actor(Role.CONTACT, "nobody"))):
        with pytest.raises(AdministratorDecides):
            await roster.replace(desk, principal, wanted, at=AT)


async def test_a_replacement_is_of_the_roster_that_was_seen(desk: Desk) -> None:
    seen = await roster.read(desk, PREMIUM, at=AT)
    wanted = Replacement(customer_id=PREMIUM, contacts=[ANA, LUIS], instead_of=seen.tag)
    await roster.replace(desk, COMMERCIAL, wanted, at=AT)

    with pytest.raises(RosterChanged):
        await roster.replace(desk, COMMERCIAL, wanted, at=AT)


async def test_a_contact_keeps_its_id_from_roster_to_roster(desk: Desk) -> None:
    first = await roster.name_contact(desk, PREMIUM, LUIS, request())
    again = await roster.name_contact(desk, PREMIUM, LUIS.model_copy(update={"name": "Luis A."}), request("other"))

    assert (again.id, again.name) == (first.id, "Luis A.")


@pytest.mark.rule("REQ-3")
async def test_a_contact_is_active_from_the_day_of_its_notice(desk: Desk) -> None:
    tomorrow = (AT + timedelta(days=1)).date()
    named = await roster.name_contact(desk, PREMIUM, LUIS.model_copy(update={"notified_on": tomorrow}), request())

    assert (named.active, named.may_sign_in, named.choice_pending) == (False, False, False)
    state = await roster.read(desk, PREMIUM, at=AT + timedelta(days=1))
    [luis] = [each for each in state.contacts if each.id == named.id]
    assert roster.member(luis, state, at=AT + timedelta(days=1)).active


async def test_registrars_and_the_administrator_may_choose(desk: Desk) -> None:
    state = await roster.read(desk, STANDARD, at=AT)

    asked = {who: roster.may_choose(who, state) for who in (COMMERCIAL, CONTACT, AGENT, contact_of(PREMIUM))}

    assert asked == {COMMERCIAL: True, CONTACT: True, AGENT: False, contact_of(PREMIUM): False}
