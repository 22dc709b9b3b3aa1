"""Who is on duty: by examples, and for random rosters by a definition that is written down a second time (ESC-17)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from policy.case.case import Actor, Level, Role
from policy.duty.rota import BOGOTA, Duty, Layer, Override, Roster, WeekHours
from policy.people.absences import Absence, Staff

pytestmark = pytest.mark.rule("ESC-17")

DORA = Actor(Role.DIRECTOR, "dora")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
LEVEL = Level.SPECIALISTS
PEOPLE = ("ana", "eva", "luz")
NO_ANA = Staff(disabled=frozenset({"ana"}))
WORK = WeekHours(days=(0, 1, 2, 3, 4), from_time=time(8), to_time=time(17))
NIGHTS = WeekHours(days=tuple(range(7)), from_time=time(20), to_time=time(6))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BOGOTA)


def layer(*people: str, **said: Any) -> Layer:
    known: dict[str, Any] = {"id": "lay_1", "level": LEVEL, "starts_on": date(2026, 11, 2), "hands_over_at": time(8)}
    return Layer(**{**known, "every_hours": 168, "made_at": LONG_AGO, "people": people or PEOPLE, **said})


def override(person: str, from_at: str, to_at: str, **said: Any) -> Override:
    known: dict[str, Any] = {"id": f"ovr_{person}", "level": LEVEL, "made_by": DORA, "made_at": LONG_AGO}
    return Override(**{**known, "person": person, "from_at": at(from_at), "to_at": at(to_at), **said})


def absence(person: str, substitute: str, from_at: str, to_at: str) -> Absence:
    return Absence(
        id=f"abs_{person}",
        person=person,
        substitute=substitute,
        from_at=at(from_at),
        to_at=at(to_at),
        marked_by=DORA,
        marked_at=LONG_AGO,
    )


ROTA = Roster(layers=[layer()])
YEARS_END = date(2026, 12, 31)
EXAMPLES: tuple[tuple[str, Roster, str, str | None, str | None], ...] = (
    ("the first of the first week", ROTA, "2026-11-02 08:00", "ana", "ana"),
    ("nobody before it begins", ROTA, "2026-11-02 07:59", None, None),
    ("until the next one's first instant", ROTA, "2026-11-09 07:59", "ana", "ana"),
    ("the next one from then on", ROTA, "2026-11-09 08:00", "eva", "eva"),
    ("all around again", ROTA, "2026-11-23 08:00", "ana", "ana"),
    ("over the year's end", ROTA, "2026-12-31 23:59", "luz", "luz"),
    ("and in the new year", ROTA, "2027-01-04 08:00", "ana", "ana"),
    ("a gap outside its hours", Roster(layers=[layer(hours=WORK)]), "2026-11-04 17:00", None, None),
    ("hours that cross midnight", Roster(layers=[layer(hours=NIGHTS)]), "2026-11-04 05:59", "ana", "ana"),
    ("and end there", Roster(layers=[layer(hours=NIGHTS)]), "2026-11-04 06:00", None, None),
    (
        "hours before the rest",
        Roster(layers=[layer(), layer("luz", id="lay_2", hours=WORK)]),
        "2026-11-04 09:00",
        "luz",
        "luz",
    ),
    (
        "a holiday before hours",
        Roster(layers=[layer(hours=WORK), layer("luz", id="lay_2", on_holidays=True)], holidays=frozenset({YEARS_END})),
        "2026-12-31 09:00",
        "luz",
        "luz",
    ),
    ("not what was ended", Roster(layers=[layer(ended_at=at("2026-11-03 00:00"))]), "2026-11-03 00:00", None, None),
    ("but until then", Roster(layers=[layer(ended_at=at("2026-11-03 00:00"))]), "2026-11-02 23:59", "ana", "ana"),
    (
        "an override",
        replace(ROTA, overrides=[override("luz", "2026-11-04 10:00", "2026-11-04 12:00")]),
        "2026-11-04 10:00",
        "luz",
        "luz",
    ),
    (
        "the rota again once it is over",
        replace(ROTA, overrides=[override("luz", "2026-11-04 10:00", "2026-11-04 12:00")]),
        "2026-11-04 12:00",
        "ana",
        "ana",
    ),
    (
        "an override where there is a gap",
        Roster(overrides=[override("luz", "2026-11-04 10:00", "2026-11-04 12:00")]),
        "2026-11-04 11:00",
        "luz",
        "luz",
    ),
    (
        "the substitute of who is away",
        replace(ROTA, absences=[absence("ana", "eva", "2026-11-03 00:00", "2026-11-05 00:00")]),
        "2026-11-04 11:00",
        "ana",
        "eva",
    ),
    (
        "the substitute's substitute",
        replace(
            ROTA,
            absences=[
                absence("ana", "eva", "2026-11-03 00:00", "2026-11-05 00:00"),
                absence("eva", "luz", "2026-11-03 00:00", "2026-11-05 00:00"),
            ],
        ),
        "2026-11-04 11:00",
        "ana",
        "luz",
    ),
    (
        "nobody in a circle",
        replace(
            ROTA,
            absences=[
                absence("ana", "eva", "2026-11-03 00:00", "2026-11-05 00:00"),
                absence("eva", "ana", "2026-11-03 00:00", "2026-11-05 00:00"),
            ],
        ),
        "2026-11-04 11:00",
        "ana",
        None,
    ),
    ("nobody whose account is disabled", replace(ROTA, staff=NO_ANA), "2026-11-04 11:00", "ana", None),
    (
        "nobody who serves the level no more",
        replace(ROTA, levels={"ana": (Level.HELP_DESK,)}),
        "2026-11-04 11:00",
        "ana",
        None,
    ),
)


@pytest.mark.parametrize(
    ("roster", "when", "assigned", "person"), [each[1:] for each in EXAMPLES], ids=[e[0] for e in EXAMPLES]
)
def test_is_on_duty(roster: Roster, when: str, assigned: str | None, person: str | None) -> None:
    duty = roster.on_duty(LEVEL, at(when))
    assert (duty.assigned, duty.person) == (assigned, person)


def test_another_level_is_another_rota() -> None:
    assert ROTA.on_duty(Level.HELP_DESK, at("2026-11-04 11:00")) == Duty(level=Level.HELP_DESK)


def test_a_page_goes_to_those_who_follow_and_to_nobody_who_is_not_there() -> None:
    roster = replace(
        ROTA,
        overrides=[override("luz", "2026-11-09 08:00", "2026-11-10 08:00")],
        absences=[absence("eva", "dora", "2026-11-01 00:00", "2026-12-01 00:00")],
        staff=NO_ANA,
    )
    assert roster.on_duty(LEVEL, at("2026-11-09 09:00")).order == ("luz", "dora")


# -- any roster -------------------------------------------------------------------------------------------------------

BEGIN = datetime(2026, 12, 27, tzinfo=BOGOTA)
DAYS = 9
"""Over the year's end."""


def random_roster(dice: Random) -> Roster:
    def instant() -> datetime:
        return BEGIN + timedelta(minutes=30 * dice.randrange(-48, 48 * (DAYS + 1)))

    def span() -> tuple[str, str]:
        begins = instant()
        ends = begins + timedelta(minutes=30 * dice.randrange(1, 96))
        return tuple(each.astimezone(BOGOTA).replace(tzinfo=None).isoformat() for each in (begins, ends))  # type: ignore[return-value]

    def random_layer(place: int) -> Layer:
        hours = WeekHours(
            days=tuple(dice.sample(range(7), dice.randrange(1, 8))),
            from_time=time(dice.randrange(24)),
            to_time=time(dice.randrange(24), 30),
        )
        return layer(
            *dice.choices(PEOPLE, k=dice.randrange(1, 4)),
            id=f"lay_{place}",
            starts_on=date(2026, 12, dice.randrange(20, 32)),
            hands_over_at=time(dice.randrange(24), dice.choice((0, 30))),
            every_hours=dice.choice((1, 7, 12, 24, 36, 168)),
            hours=dice.choice((None, hours)),
            on_holidays=dice.random() < 0.2,
            made_at=instant(),
            ended_at=dice.choice((None, instant())),
        )

    return Roster(
        layers=[random_layer(place) for place in range(dice.randrange(4))],
        overrides=[
            override(dice.choice(PEOPLE), *span(), id=f"ovr_{n}", made_at=instant()) for n in range(dice.randrange(3))
        ],
        holidays=frozenset({date(2027, 1, 1), date(2026, 12, 29)}),
        absences=[absence(dice.choice(PEOPLE), dice.choice(PEOPLE), *span()) for _ in range(dice.randrange(3))],
        staff=Staff(disabled=frozenset(dice.sample(PEOPLE, dice.choice((0, 0, 1))))),
    )


def by_hand(roster: Roster, when: datetime) -> str | None:
    """Whose turn it is, found by walking from hand-over to hand-over."""
    put = [each for each in roster.overrides if each.from_at <= when < each.to_at]
    if put:
        return max(put, key=lambda each: (each.made_at, each.id)).person
    label = when.astimezone(BOGOTA).replace(tzinfo=None)
    for kind in ((True, True), (True, False), (False, True), (False, False)):
        found = [each for each in roster.layers if (each.on_holidays, each.hours is not None) == kind]
        for each in sorted(
            found, key=lambda one: (one.starts_on, one.hands_over_at, one.made_at, one.id), reverse=True
        ):
            turn = datetime.combine(each.starts_on, each.hands_over_at)
            if label < turn or when < each.made_at or (each.ended_at and when >= each.ended_at):
                continue
            if each.on_holidays and label.date() not in roster.holidays:
                continue
            if each.hours and not _in(each.hours, label):
                continue
            place = 0
            while turn + timedelta(hours=each.every_hours) <= label:
                turn, place = turn + timedelta(hours=each.every_hours), place + 1
            return each.people[place % len(each.people)]
    return None


def _in(hours: WeekHours, label: datetime) -> bool:
    minutes = label.hour * 60 + label.minute
    begins, ends = (each.hour * 60 + each.minute for each in (hours.from_time, hours.to_time))
    today, yesterday = label.weekday() in hours.days, (label.weekday() - 1) % 7 in hours.days
    if begins < ends:
        return today and begins <= minutes < ends
    return (today and minutes >= begins) or (yesterday and minutes < ends)


@pytest.mark.parametrize("seed", range(16))
def test_any_roster_says_for_every_instant_what_its_definition_says(seed: int) -> None:
    """Each half hour, at its edge and just before it; and the stretches say the same, without gap or overlap."""
    roster = random_roster(Random(seed))
    over = BEGIN + timedelta(days=DAYS)
    stretches = roster.stretches(LEVEL, BEGIN, over)
    assert (stretches[0].from_at, stretches[-1].to_at) == (BEGIN, over)
    for one, other in pairwise(stretches):
        assert one.to_at == other.from_at
        assert (one.duty.assigned, one.duty.person, one.duty.by) != (
            other.duty.assigned,
            other.duty.person,
            other.duty.by,
        )
    place = 0
    for step in range(48 * DAYS):
        for when in (BEGIN + timedelta(minutes=30 * step), BEGIN + timedelta(minutes=30 * step + 29)):
            duty = roster.on_duty(LEVEL, when)
            assert duty.assigned == by_hand(roster, when)
            while stretches[place].to_at <= when:
                place += 1
            told = stretches[place].duty
            assert (told.assigned, told.person) == (duty.assigned, duty.person)
            assert not {*duty.order} & roster.staff.disabled
            assert duty.person is None or duty.order[0] == duty.person
