"""Absences: who may be marked away, who stands in, and in whose name somebody acts on a case (ESC-17)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.case import commands as c
from policy.case.case import Actor, Level, Role
from policy.case.refusals import Refusal
from policy.people.absences import (
    Absence,
    AbsenceOver,
    AbsenceTooLong,
    AlreadyAbsent,
    Colleague,
    Staff,
    SubstituteDisabled,
    SubstituteUnfit,
    SubstitutionCircle,
    absent_ones,
    in_the_name_of,
    in_whose_name,
    marked,
    may_mark,
    stand_in,
)
from policy.visit.visit import VisitStep
from tests.support.lives import ADMIN, COMMERCIAL, CONTACT, bogota, opened, policy, visit_at

pytestmark = pytest.mark.rule("ESC-17")

NOW = bogota("09:00")
HOUR = timedelta(hours=1)
PEOPLE = {
    "ana": Actor(Role.AGENT, "ana", (Level.HELP_DESK,)),
    "luz": Actor(Role.AGENT, "luz", (Level.HELP_DESK, Level.SPECIALISTS)),
    "eva": Actor(Role.AGENT, "eva", (Level.SPECIALISTS,), ("sig",)),
    "mar": Actor(Role.AGENT, "mar", (Level.DIRECTOR,)),
    "dora": Actor(Role.DIRECTOR, "dora"),
}


def absence(person: str, substitute: str, *, begins: int = 0, ends: int = 8, **more: Any) -> Absence:
    """An absence from and to so many hours after nine."""
    span: dict[str, Any] = {"from_at": NOW + begins * HOUR, "to_at": NOW + ends * HOUR}
    return Absence(id="", person=person, substitute=substitute, marked_by=ADMIN, marked_at=NOW, **span, **more)


def mark(new: Absence, *known: Absence, is_enabled: bool = True) -> Absence:
    person, substitute = Colleague(actor=PEOPLE[new.person]), Colleague(actor=PEOPLE[new.substitute])
    substitute = replace(substitute, is_enabled=is_enabled)
    return marked(new, person=person, substitute=substitute, known=known, within_days=policy().absence_within_days)


@pytest.mark.parametrize(
    ("new", "known", "refusal"),
    [
        (absence("ana", "luz", begins=8), (), AbsenceOver),
        (absence("ana", "luz", begins=-8, ends=0), (), AbsenceOver),
        (absence("ana", "luz", ends=24 * 366 + 1), (), AbsenceTooLong),
        (absence("ana", "ana"), (), SubstituteUnfit),
        (absence("ana", "eva"), (), SubstituteUnfit),
        (absence("dora", "luz"), (), SubstituteUnfit),
        (absence("ana", "luz"), (absence("ana", "dora", begins=7, ends=9),), AlreadyAbsent),
        (absence("ana", "luz"), (absence("luz", "ana", begins=7, ends=9),), SubstitutionCircle),
        (absence("ana", "luz"), (absence("luz", "eva"), absence("eva", "ana", begins=2)), SubstitutionCircle),
    ],
)
def test_what_cannot_be_marked(new: Absence, known: tuple[Absence, ...], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        mark(new, *known)


@pytest.mark.parametrize(
    ("new", "known"),
    [
        (absence("ana", "luz"), ()),
        (absence("ana", "dora"), ()),
        (absence("dora", "mar"), ()),
        (absence("ana", "luz"), (absence("ana", "dora", begins=8, ends=9),)),
        (absence("ana", "luz"), (absence("ana", "dora", ended_at=NOW),)),
        (absence("ana", "luz"), (absence("luz", "ana", begins=8, ends=9),)),
        (absence("ana", "luz"), (absence("luz", "eva", ends=2), absence("eva", "ana", begins=2))),
    ],
)
def test_what_can_be_marked(new: Absence, known: tuple[Absence, ...]) -> None:
    assert mark(new, *known) == new


def test_who_may_not_sign_in_stands_in_for_nobody() -> None:
    with pytest.raises(SubstituteDisabled):
        mark(absence("ana", "luz"), is_enabled=False)
    of_luz, of_ana = (Staff(disabled=frozenset({each})) for each in ("luz", "ana"))
    assert stand_in("ana", [absence("ana", "luz")], at=NOW, staff=of_luz) is None
    assert absent_ones("luz", [absence("ana", "luz")], at=NOW, staff=of_ana) == []


@pytest.mark.parametrize(
    ("person", "substitute", "changed"),
    [
        ("dora", "mar", Actor(Role.AGENT, "mar", (Level.SPECIALISTS,))),
        ("ana", "luz", Actor(Role.AGENT, "luz", (Level.SPECIALISTS,))),
        ("ana", "luz", Actor(Role.AGENT, "ana", (Level.DIRECTOR,))),
        ("ana", "dora", Actor(Role.AGENT, "dora", (Level.DIRECTOR,))),
        ("ana", "luz", None),
    ],
)
def test_who_serves_no_level_of_theirs_any_more_stands_in_for_nobody(
    person: str, substitute: str, changed: Actor | None
) -> None:
    known = [absence(person, substitute)]
    assert stand_in(person, known, at=NOW, staff=Staff(actors=PEOPLE)) == substitute
    others = {each: actor for each, actor in PEOPLE.items() if each != (changed.id if changed else substitute)}
    staff = Staff(actors=others | ({changed.id: changed} if changed else {}))
    assert stand_in(person, known, at=NOW, staff=staff) is None
    assert absent_ones(substitute, known, at=NOW, staff=staff) == []


def test_who_is_handed_on_to_has_no_right_that_they_could_not_have_been_given() -> None:
    """Luz serves level 2, as Mar does: she stands in for Mar, and not through Mar for the director."""
    people = PEOPLE | {"mar": Actor(Role.AGENT, "mar", (Level.SPECIALISTS, Level.DIRECTOR))}
    both, staff = [absence("dora", "mar"), absence("mar", "luz")], Staff(actors=people)
    assert absent_ones("luz", both, at=NOW, staff=staff) == ["mar"]
    assert stand_in("dora", both, at=NOW, staff=staff) is None
    assert absent_ones("mar", both[:1], at=NOW, staff=staff) == ["dora"]


def test_an_absence_begins_now_at_the_earliest() -> None:
    assert mark(absence("ana", "luz", begins=-3)).from_at == NOW


@pytest.mark.parametrize(
    ("by", "others", "own"),
    [
        (PEOPLE["ana"], False, True),
        (PEOPLE["dora"], True, True),
        (ADMIN, True, True),
        (COMMERCIAL, False, False),
        (CONTACT, False, False),
        (in_the_name_of(PEOPLE["ana"], "luz"), False, False),
    ],
)
def test_who_marks_absences(by: Actor, others: bool, own: bool) -> None:
    assert (may_mark(by, "eva"), may_mark(by, "ana" if by.on_behalf_of else by.id)) == (others, own)


def test_an_absent_substitute_hands_on_to_theirs() -> None:
    both = [absence("ana", "luz"), absence("luz", "eva", begins=2, ends=4)]
    assert [stand_in("ana", both, at=NOW + hour * HOUR) for hour in (0, 2, 4, 8)] == ["luz", "eva", "luz", None]
    assert absent_ones("eva", both, at=NOW + 3 * HOUR) == ["ana", "luz"]
    assert absent_ones("luz", both, at=NOW + 3 * HOUR) == []


def test_an_absence_that_was_ended_gives_no_right() -> None:
    assert absent_ones("luz", [absence("ana", "luz", ended_at=NOW + HOUR)], at=NOW + HOUR) == []


@given(
    st.lists(
        st.builds(
            absence,
            st.sampled_from(sorted(PEOPLE)),
            st.sampled_from(sorted(PEOPLE)),
            begins=st.integers(0, 6),
            ends=st.integers(1, 12),
        ),
        max_size=12,
    ),
    st.integers(0, 12),
)
def test_somebody_is_always_there_in_the_end(wishes: list[Absence], hour: int) -> None:
    known: list[Absence] = []
    for each in wishes:
        try:
            known.append(mark(each, *known))
        except Refusal:
            continue
    at = NOW + hour * HOUR
    away = {each.person for each in known if each.is_on(at)}
    standing = {each: stand_in(each, known, at=at) for each in away}
    assert None not in standing.values()
    assert away.isdisjoint(standing.values())
    assert {each for one in PEOPLE for each in absent_ones(one, known, at=at)} == away


# -- in whose name ----------------------------------------------------------------------------------------------------

FOR_DORA = in_the_name_of(PEOPLE["dora"], "luz")
FOR_EVA = in_the_name_of(PEOPLE["eva"], "luz")
FOR_ANA = in_the_name_of(PEOPLE["ana"], "eva")


def test_a_substitute_has_the_absent_ones_role_and_their_own_name() -> None:
    assert Actor(Role.DIRECTOR, "luz", on_behalf_of="dora") == FOR_DORA
    assert Actor(Role.AGENT, "luz", (Level.SPECIALISTS,), ("sig",), "eva") == FOR_EVA


@pytest.mark.parametrize(
    ("command", "own", "others", "by"),
    [
        (c.ApproveVisit, "luz", (FOR_DORA,), FOR_DORA),
        (c.SendReply, "luz", (FOR_DORA,), PEOPLE["luz"]),
        (c.ApproveVisit, "luz", (FOR_EVA,), PEOPLE["luz"]),
        (c.ClaimCase, "eva", (FOR_ANA,), FOR_ANA),
        (c.ClaimCase, "luz", (FOR_DORA,), PEOPLE["luz"]),
        (c.ApproveVisit, "dora", (FOR_ANA,), PEOPLE["dora"]),
    ],
)
def test_somebody_elses_right_is_used_where_ones_own_is_not_enough(
    command: type[c.Command], own: str, others: tuple[Actor, ...], by: Actor
) -> None:
    assert in_whose_name(command, opened(), PEOPLE[own], others) == by


def test_an_absent_ones_case_is_worked_on_in_that_ones_name() -> None:
    of_eva, of_luz = replace(opened(), assignee="eva"), replace(opened(), assignee="luz")
    assert in_whose_name(c.SendReply, of_eva, PEOPLE["luz"], (FOR_DORA, FOR_EVA)) == FOR_EVA
    assert in_whose_name(c.SendReply, of_luz, PEOPLE["luz"], (FOR_DORA, FOR_EVA)) == PEOPLE["luz"]
    assert in_whose_name(c.SendReply, of_eva, PEOPLE["luz"]) == PEOPLE["luz"]


def test_a_visit_is_started_in_the_name_of_its_absent_engineer() -> None:
    case = visit_at(VisitStep.SCHEDULED)
    assert case.visit
    for_engineer = Actor(Role.AGENT, "luz", (Level.SPECIALISTS,), on_behalf_of=case.visit.engineer_id)
    assert in_whose_name(c.StartVisit, case, PEOPLE["luz"], (FOR_DORA, for_engineer)) == for_engineer
    assert in_whose_name(c.StartVisit, case, PEOPLE["luz"], (FOR_DORA,)) == FOR_DORA
