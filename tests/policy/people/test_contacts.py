"""Who may ask for support: rosters that are refused, and since when a contact counts."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from policy.case.case import Plan
from policy.people.contacts import (
    ActiveAdministratorMissing,
    AdministratorLockedOut,
    AdministratorMissing,
    ContactListedTwice,
    RosterEntry,
    TooManySignIns,
    WrittenNoticeMissing,
    WrittenNoticeNeeded,
    check_administered,
    check_choice,
    check_roster,
    is_active,
    sign_ins,
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

    assert refused.value.values == {"plan": plan, "places": places, "asked": places + 1}


@pytest.mark.rule("REQ-6")
def test_contacts_who_do_not_sign_in_take_no_place() -> None:
    check_roster([ADMINISTRATOR, *(entry(f"{n}@cliente.example") for n in range(9))], plan=Plan.STANDARD, places=2)


@pytest.mark.rule("REQ-1")
def test_one_address_is_one_contact() -> None:
    """Capitals and blanks make no other person."""
    with pytest.raises(ContactListedTwice) as refused:
        check_roster([ADMINISTRATOR, entry("a@b.example"), entry(" A@B.example ")], plan=Plan.STANDARD, places=2)

    assert refused.value.values == {"first": 2, "second": 3}


ON = date(2026, 12, 1)


def named(*letters: str, administrators: str = "", **changes: Any) -> list[RosterEntry]:
    return [
        entry(f"{letter}@cliente.example", administrator=letter in administrators, signs_in=True, **changes)
        for letter in letters
    ]


def who(roster: list[RosterEntry], places: int = 2) -> str:
    return "".join(sorted(box[0] for box in sign_ins(roster, places=places, on=ON).mailboxes))


@pytest.mark.rule("REQ-6", "PLAN-8")
def test_all_who_are_named_sign_in_where_there_are_places() -> None:
    roster = [*named("a", "b", "c", "d", "e"), entry("f@cliente.example")]

    assert who(roster, places=5) == "abcde"
    assert not sign_ins(roster, places=5, on=ON).choice_needed


@pytest.mark.rule("PLAN-8")
def test_a_smaller_plan_asks_who_stays_and_lets_administrators_in_first() -> None:
    roster = named("a", "b", "c", "d", "e", administrators="e")

    assert sign_ins(roster, places=2, on=ON).choice_needed
    assert who(roster) == "ae"


@pytest.mark.rule("PLAN-8")
def test_until_the_choice_places_go_by_the_notice_and_then_by_the_address() -> None:
    early = named("c", on=date(2026, 1, 1))

    assert who([*named("a", "b"), *early]) == "ac"
    assert who(named("c", "b", "a", administrators="abc")) == "ab"


@pytest.mark.rule("PLAN-8")
def test_who_is_not_active_yet_holds_no_place_but_counts_for_the_choice() -> None:
    roster = [*named("a", administrators="a", on=date(2026, 12, 2)), *named("b", "c")]

    assert who(roster) == "bc"
    assert sign_ins(roster, places=2, on=ON).choice_needed


@pytest.mark.rule("REQ-6")
def test_who_is_not_named_to_sign_in_never_does() -> None:
    assert who([entry("a@cliente.example", administrator=True), *named("b")]) == "b"


NOW: dict[str, Any]
LATER: dict[str, Any]
NOW, LATER = {"on": date(2026, 11, 2)}, {"on": date(2026, 12, 2)}


TODAY, TOMORROW = named("a", administrators="a", **NOW), named("b", administrators="b", **LATER)


@pytest.mark.rule("REQ-2", "REQ-3")
@pytest.mark.parametrize(
    ("before", "after", "taken"),
    [
        pytest.param([], TOMORROW, True, id="the first roster begins later"),
        pytest.param(TODAY, named("b", administrators="b", **NOW), True, id="replaced"),
        pytest.param(
            TODAY,
            TOMORROW,
            False,
            id="replaced too early",
        ),
        pytest.param(
            TODAY,
            [*TODAY, *TOMORROW],
            True,
            id="one more, who begins later",
        ),
        pytest.param(TODAY, named("a", administrators="a", **LATER), False, id="put off"),
        pytest.param(
            named("a", "b", administrators="a", **NOW),
            [*named("a", **NOW), *TOMORROW],
            False,
            id="no administrator any more",
        ),
        pytest.param(
            named("a", administrators="a", **LATER),
            TOMORROW,
            True,
            id="nobody was active",
        ),
    ],
)
def test_a_customer_is_not_left_without_an_active_administrator(
    before: list[RosterEntry], after: list[RosterEntry], taken: bool
) -> None:
    if taken:
        check_administered(before, after, on=ON)
        return
    with pytest.raises(ActiveAdministratorMissing):
        check_administered(before, after, on=ON)


BEFORE = named("a", "b", "c", administrators="a")


@pytest.mark.rule("REQ-3")
def test_the_administrator_chooses_who_stays_and_who_signs_in() -> None:
    check_choice(BEFORE, [BEFORE[0], replace(BEFORE[1], can_sign_in=False, email="B@cliente.example")], on=ON)


@pytest.mark.rule("REQ-2")
@pytest.mark.parametrize("changes", [{"can_sign_in": False}, {"notified_on": date(2027, 1, 1)}])
def test_nor_is_every_administrator_locked_out(changes: dict[str, Any]) -> None:
    """Whoever unticked everybody could not tick anybody again; nor may the one who stays be active only later."""
    before = [replace(BEFORE[0], **({"notified_on": changes["notified_on"]} if "notified_on" in changes else {}))]
    with pytest.raises(AdministratorLockedOut):
        check_choice(before, [replace(before[0], **changes)], on=ON)

    check_choice(BEFORE, [BEFORE[0]], on=ON)


@pytest.mark.rule("PLAN-8")
@pytest.mark.parametrize("left", ["abcde", "abcd", "abc", "ab", "a"])
def test_after_a_plan_shrank_the_choice_is_made_step_by_step(left: str) -> None:
    check_roster(named(*left, administrators="a"), plan=Plan.STANDARD, places=2, asked_before=5)


@pytest.mark.rule("REQ-6")
def test_but_nobody_more_signs_in() -> None:
    with pytest.raises(TooManySignIns):
        check_roster(named(*"abcdef", administrators="a"), plan=Plan.STANDARD, places=2, asked_before=5)


@pytest.mark.rule("REQ-3")
@pytest.mark.parametrize(
    "after",
    [
        [*BEFORE, entry("new@cliente.example")],
        [replace(BEFORE[0], name="Otra")],
        [BEFORE[0], replace(BEFORE[1], is_system_administrator=True)],
        [replace(BEFORE[0], notified_on=date(2020, 1, 1))],
    ],
)
def test_naming_or_changing_somebody_takes_a_written_notice(after: list[RosterEntry]) -> None:
    with pytest.raises(WrittenNoticeNeeded):
        check_choice(BEFORE, after, on=ON)
