"""Who may ask for support: rosters that are refused, and since when a contact counts."""

from datetime import date

import pytest

from escala.policy.case import Plan
from escala.policy.contacts import (
    AdministratorMissing,
    ContactListedTwice,
    RosterEntry,
    TooManySignIns,
    WrittenNoticeMissing,
    check_roster,
    is_active,
)


def entry(
    email: str = "ana@cliente.example",
    *,
    administrator: bool = False,
    reference: str | None = "Carta 17",
    on: date | None = date(2026, 11, 2),
    signs_in: bool = False,
) -> RosterEntry:
    return RosterEntry(
        name="Ana",
        email=email,
        is_system_administrator=administrator,
        notice_reference=reference,
        notified_on=on,
        can_sign_in=signs_in,
    )


ADMINISTRATOR = entry("admin@cliente.example", administrator=True)


@pytest.mark.rule("REQ-2")
@pytest.mark.parametrize("roster", [[], [entry()], [entry(), entry("b@cliente.example")]])
def test_a_roster_without_an_administrator_is_refused(roster: list[RosterEntry]) -> None:
    with pytest.raises(AdministratorMissing):
        check_roster(roster, plan=Plan.STANDARD, places=2)


@pytest.mark.rule("REQ-3")
@pytest.mark.parametrize("contact", [entry(reference=None), entry(reference="  "), entry(on=None)])
def test_a_contact_without_written_notice_is_refused(contact: RosterEntry) -> None:
    """Reference and date both; the refusal says which contact, by its place."""
    with pytest.raises(WrittenNoticeMissing) as refused:
        check_roster([ADMINISTRATOR, contact], plan=Plan.STANDARD, places=2)

    assert refused.value.values == {"place": 2}


@pytest.mark.rule("REQ-3")
@pytest.mark.parametrize(("on", "active"), [(date(2026, 11, 1), False), (date(2026, 11, 2), True)])
def test_a_contact_is_active_from_the_day_of_the_notice(on: date, active: bool) -> None:
    assert is_active(notified_on=date(2026, 11, 2), removed=False, on=on) is active


@pytest.mark.rule("REQ-1")
def test_who_was_taken_off_the_roster_is_not_active() -> None:
    assert not is_active(notified_on=date(2026, 11, 2), removed=True, on=date(2026, 12, 1))


@pytest.mark.rule("REQ-6", "PLAN-8")
@pytest.mark.parametrize(("plan", "places"), [(Plan.STANDARD, 2), (Plan.PREMIUM, 5)])
def test_one_sign_in_more_than_the_plan_has_is_refused_with_number_and_plan(plan: Plan, places: int) -> None:
    others = [entry(f"{place}@cliente.example", signs_in=True) for place in range(places)]
    check_roster([ADMINISTRATOR, *others], plan=plan, places=places)

    with pytest.raises(TooManySignIns) as refused:
        check_roster([ADMINISTRATOR, *others, entry(signs_in=True)], plan=plan, places=places)

    assert refused.value.values == {"plan": plan.value, "places": places, "asked": places + 1}


@pytest.mark.rule("REQ-6")
def test_contacts_who_do_not_sign_in_take_no_place() -> None:
    check_roster([ADMINISTRATOR, *(entry(f"{n}@cliente.example") for n in range(9))], plan=Plan.STANDARD, places=2)


@pytest.mark.rule("REQ-1")
def test_one_address_is_one_contact() -> None:
    """Capitals and blanks make no other person."""
    with pytest.raises(ContactListedTwice) as refused:
        check_roster([ADMINISTRATOR, entry("a@b.example"), entry(" A@B.example ")], plan=Plan.STANDARD, places=2)

    assert refused.value.values == {"first": 2, "second": 3}
