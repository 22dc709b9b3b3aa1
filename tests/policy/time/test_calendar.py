"""The calendar by examples, in the words of the support policy. `test_calendar_oracles.py` has the properties."""

import pickle
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import TypeAdapter

from policy.time.calendar import Calendar, Closure, Segment, SegmentState, Shift, Why
from storage.terms.closures import holidays_between

WORKDAY = (Shift(8 * 60, 12 * 60), Shift(13 * 60, 17 * 60))
NIGHT_SHIFT = (Shift(22 * 60, 30 * 60),)
ALWAYS = Calendar("7 x 24", "America/Bogota", ((Shift(0, 1440),),) * 7)
OFFICE = Calendar(
    "8 x 5",
    "America/Bogota",
    (*(WORKDAY,) * 5, (), ()),
    holidays_between(date(2026, 1, 1), date(2027, 12, 31)),
)
EVERY_NIGHT = Calendar("nights", "America/Bogota", (NIGHT_SHIFT,) * 7)


def local(text: str, zone: str = "America/Bogota") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def hours(amount: float) -> timedelta:
    return timedelta(hours=amount)


# ------------------------------------------------------------------------------------------- the business week


@pytest.mark.rule("PLAN-14")
def test_lunch_does_not_count() -> None:
    """An hour that begins at 11:30 ends at 13:30."""
    assert OFFICE.add(local("2026-07-08 11:30"), hours(1)) == local("2026-07-08 13:30")


@pytest.mark.rule("PLAN-14")
def test_the_night_does_not_count() -> None:
    """What the evening leaves over is due the next morning."""
    assert OFFICE.add(local("2026-07-08 16:30"), hours(1)) == local("2026-07-09 08:30")


@pytest.mark.rule("PLAN-14")
def test_the_weekend_does_not_count() -> None:
    """What Friday leaves over is due on Monday."""
    assert OFFICE.add(local("2026-07-24 16:30"), hours(1)) == local("2026-07-27 08:30")
    assert OFFICE.elapsed(local("2026-07-24 17:00"), local("2026-07-27 08:00")) == timedelta()


@pytest.mark.rule("PLAN-14")
def test_a_limit_that_starts_outside_the_hours_begins_to_run_at_the_next_opening() -> None:
    """One hour from Saturday noon is Monday at nine."""
    assert OFFICE.add(local("2026-07-25 12:00"), hours(1)) == local("2026-07-27 09:00")


@pytest.mark.rule("PLAN-14")
def test_a_business_week_holds_forty_hours() -> None:
    """8 x 5 is forty hours from Monday to Monday."""
    assert OFFICE.elapsed(local("2026-02-02 00:00"), local("2026-02-09 00:00")) == hours(40)


@pytest.mark.rule("PLAN-14")
def test_a_limit_used_up_at_closing_time_is_due_at_the_closing_instant() -> None:
    """Due on Friday at 17:00, not on Monday at 08:00."""
    assert OFFICE.add(local("2026-07-24 16:00"), hours(1)) == local("2026-07-24 17:00")
    assert OFFICE.add(local("2026-07-24 11:00"), hours(1)) == local("2026-07-24 12:00")


def test_the_opening_instant_counts_and_the_closing_instant_does_not() -> None:
    """Shifts are half-open."""
    almost = timedelta(microseconds=1)
    opens, closes = local("2026-07-08 08:00"), local("2026-07-08 12:00")
    assert [OFFICE.is_open(at) for at in (opens - almost, opens, closes - almost, closes)] == [False, True, True, False]


def test_no_amount_moves_nothing() -> None:
    """Zero gives the instant itself, even in the night."""
    at = local("2026-07-25 12:00")
    assert OFFICE.add(at, timedelta()) == OFFICE.subtract(at, timedelta()) == at


def test_microseconds_are_kept() -> None:
    """Nothing is rounded on the way."""
    at = local("2026-07-08 11:59:59.999999")
    assert OFFICE.add(at, timedelta(microseconds=2)) == local("2026-07-08 13:00:00.000001")


def test_answers_are_in_utc_whatever_zone_was_asked_in() -> None:
    """The same instant written in Madrid gives the same answer."""
    answer = OFFICE.add(local("2026-07-08 15:30", "Europe/Madrid"), hours(4))
    assert (answer, answer.tzinfo) == (datetime(2026, 7, 8, 18, 30, tzinfo=UTC), UTC)


def test_time_runs_backwards_when_the_order_is_turned_round() -> None:
    """Elapsed time is negative from the later instant to the earlier one."""
    earlier, later = local("2026-07-08 11:30"), local("2026-07-08 14:00")
    assert OFFICE.elapsed(later, earlier) == -OFFICE.elapsed(earlier, later) == -hours(1.5)


def test_subtracting_undoes_adding() -> None:
    """From an open instant, back is where it began."""
    at = local("2026-07-10 15:00")
    assert OFFICE.subtract(OFFICE.add(at, hours(30)), hours(30)) == at


def test_subtracting_finds_the_latest_instant() -> None:
    """A whole day before Tuesday's closing is Tuesday's opening, not Friday's closing."""
    assert OFFICE.subtract(local("2026-07-28 17:00"), hours(8)) == local("2026-07-28 08:00")


def test_limits_reach_over_decades() -> None:
    """A span is two look-ups, however long it is."""
    at = datetime(1971, 1, 4, 13, tzinfo=UTC)
    assert OFFICE.elapsed(at, OFFICE.add(at, hours(2080 * 60))) == hours(2080 * 60)


# ------------------------------------------------------------------------------------------- holidays


@pytest.mark.rule("PLAN-14")
def test_a_monday_holiday_does_not_count() -> None:
    """Monday 2026-07-13 is a holiday by Ley 2578: Friday's rest is due on Tuesday."""
    assert OFFICE.add(local("2026-07-10 16:30"), hours(1)) == local("2026-07-14 08:30")


@pytest.mark.rule("PLAN-14")
def test_the_ninth_of_july_itself_is_worked() -> None:
    """The holiday moves to Monday; its own date is an ordinary Thursday."""
    assert OFFICE.elapsed(local("2026-07-09 00:00"), local("2026-07-10 00:00")) == hours(8)


@pytest.mark.rule("PLAN-14")
def test_easter_week_of_2027_has_two_days() -> None:
    """Monday is San José, Thursday and Friday are holy: what Wednesday leaves over is due on Monday."""
    assert OFFICE.elapsed(local("2027-03-22 00:00"), local("2027-03-29 00:00")) == hours(16)
    assert OFFICE.add(local("2027-03-24 16:00"), hours(2)) == local("2027-03-29 09:00")


@pytest.mark.rule("PLAN-14")
def test_a_limit_runs_over_the_end_of_the_year() -> None:
    """New Year's Day and the weekend after it do not count."""
    assert OFFICE.add(local("2026-12-31 16:30"), hours(1)) == local("2027-01-04 08:30")


@pytest.mark.rule("PLAN-14")
def test_colombia_s_holidays_of_2026() -> None:
    """By hand: fixed dates, Easter of 5 April, and the Mondays to which Ley 51 moves the others."""
    assert " ".join(f"{c.on:%m-%d}" for c in OFFICE.closures if c.on.year == 2026) == (
        "01-01 01-12 03-23 04-02 04-03 05-01 05-18 06-08 06-15 06-29 "
        "07-13 07-20 08-07 08-17 10-12 11-02 11-16 12-08 12-25"
    )


@pytest.mark.rule("PLAN-14")
def test_colombia_s_holidays_of_2027() -> None:
    """By hand: Easter of 28 March; 29 June, a Tuesday, moves to 5 July and 9 July, a Friday, to the 12th."""
    assert " ".join(f"{c.on:%m-%d}" for c in OFFICE.closures if c.on.year == 2027) == (
        "01-01 01-11 03-22 03-25 03-26 05-01 05-10 05-31 06-07 07-05 "
        "07-12 07-20 08-07 08-16 10-18 11-01 11-15 12-08 12-25"
    )


def test_holidays_have_spanish_names() -> None:
    """The customer reads them on the case's page."""
    names = {closure.on: closure.name for closure in OFFICE.closures}
    assert (names[date(2026, 4, 3)], names[date(2026, 12, 25)]) == ("Viernes Santo", "Navidad")


def test_holidays_are_asked_for_by_whole_spans() -> None:
    """Both ends belong to the span."""
    christmas = date(2026, 12, 25)
    assert [closure.on for closure in holidays_between(christmas, date(2027, 1, 1))] == [christmas, date(2027, 1, 1)]


@pytest.mark.parametrize(("last", "country"), [(date(2025, 1, 1), "CO"), (date(2027, 1, 1), "??")])
def test_holidays_nobody_knows_are_refused(last: date, country: str) -> None:
    """A span that runs backwards and a country without a list are errors, not an empty answer."""
    with pytest.raises(ValueError, match=r"backwards|not known"):
        holidays_between(date(2026, 1, 1), last, country=country)


def test_half_a_day_can_be_closed() -> None:
    """On Christmas Eve the desk closes at noon."""
    half = replace(OFFICE, closures=(Closure(date(2026, 12, 24), "Nochebuena", from_minute=12 * 60),))
    assert half.elapsed(local("2026-12-24 00:00"), local("2026-12-25 00:00")) == hours(4)
    assert half.add(local("2026-12-24 11:00"), hours(2)) == local("2026-12-25 09:00")


# ------------------------------------------------------------------------------------------- nights, zones, 7 x 24


def test_an_overnight_shift_runs_into_the_next_day() -> None:
    """From 22:00 to 06:00 are eight hours, and midnight is one of its instants."""
    assert EVERY_NIGHT.elapsed(local("2026-07-08 12:00"), local("2026-07-09 12:00")) == hours(8)
    assert EVERY_NIGHT.is_open(local("2026-07-09 00:00"))


def test_an_overnight_shift_of_sunday_runs_into_monday() -> None:
    """The week wraps round."""
    sundays = Calendar("Sunday night", "America/Bogota", (*((),) * 6, NIGHT_SHIFT))
    assert sundays.add(local("2026-07-06 05:00"), hours(2)) == local("2026-07-12 23:00")


def test_a_closure_takes_what_is_left_of_the_night_before_and_no_more() -> None:
    """Closed on the 9th: the night to it ends at midnight, and the night from it goes on at midnight."""
    closed = replace(EVERY_NIGHT, closures=(Closure(date(2026, 7, 9), "Inventario"),))
    assert closed.elapsed(local("2026-07-08 12:00"), local("2026-07-09 12:00")) == hours(2)
    assert closed.elapsed(local("2026-07-09 12:00"), local("2026-07-10 12:00")) == hours(6)


@pytest.mark.parametrize(
    ("zone", "noon_before", "expected"),
    [
        ("America/New_York", "2026-03-07 12:00", 7),
        ("America/New_York", "2026-10-31 12:00", 9),
        ("Europe/London", "2026-03-28 12:00", 7),
        ("Europe/London", "2026-10-24 12:00", 9),
        ("Australia/Lord_Howe", "2026-04-04 12:00", 8.5),
        ("America/Bogota", "2026-10-24 12:00", 8),
    ],
)
def test_a_skipped_hour_does_not_count_and_a_repeated_one_counts_twice(
    zone: str, noon_before: str, expected: float
) -> None:
    """A night shift has an hour less in spring and one more in autumn; on Lord Howe half an hour."""
    nights = replace(EVERY_NIGHT, zone=zone)
    at = local(noon_before, zone)
    assert nights.elapsed(at, at.astimezone(UTC) + hours(24)) == hours(expected)


def test_office_hours_follow_the_wall_clock() -> None:
    """Eight in the morning in New York is 13:00 UTC in winter and 12:00 in summer."""
    office = replace(OFFICE, zone="America/New_York", closures=())
    assert office.add(local("2026-03-06 17:00", office.zone), hours(1)) == datetime(2026, 3, 9, 13, tzinfo=UTC)
    assert office.add(local("2026-10-30 17:00", office.zone), hours(1)) == datetime(2026, 11, 2, 14, tzinfo=UTC)


def test_a_zone_may_be_half_an_hour_off() -> None:
    """Eight in the morning in Kolkata is 02:30 UTC."""
    office = replace(OFFICE, zone="Asia/Kolkata", closures=())
    assert office.is_open(datetime(2026, 7, 8, 2, 30, tzinfo=UTC))
    assert not office.is_open(datetime(2026, 7, 8, 2, 29, tzinfo=UTC))


@pytest.mark.rule("PLAN-1")
def test_seven_by_twenty_four_is_plain_time() -> None:
    """Every hour counts, at Christmas too."""
    at = local("2026-12-24 23:30")
    assert ALWAYS.is_open(at)
    assert ALWAYS.add(at, hours(9)) == ALWAYS.subtract(at + hours(18), hours(9)) == at + hours(9)
    assert ALWAYS.elapsed(at, at + timedelta(days=400)) == timedelta(days=400)


@pytest.mark.rule("PLAN-1")
def test_shifts_that_follow_each_other_without_a_gap_never_close() -> None:
    """Seven days of two twelve-hour shifts are 7 x 24 as well."""
    shifts = replace(ALWAYS, week=((Shift(7 * 60, 19 * 60), Shift(19 * 60, 31 * 60)),) * 7)
    assert shifts.elapsed(local("2026-07-08 00:00"), local("2026-07-15 00:00")) == timedelta(days=7)


# ------------------------------------------------------------------------------------------- explanations


@pytest.mark.rule("PLAN-14")
def test_a_long_weekend_is_explained_by_its_reasons() -> None:
    """Night, weekend and holiday by name stand apart, cut at local midnight."""
    explained = OFFICE.explain(local("2026-07-10 16:00"), local("2026-07-14 09:00"))
    assert [
        (f"{segment.from_at.astimezone(ZoneInfo(OFFICE.zone)):%a %H:%M}", segment.why) for segment in explained
    ] == [
        ("Fri 16:00", Why.OPEN),
        ("Fri 17:00", Why.NIGHT),
        ("Sat 00:00", Why.WEEKEND),
        ("Mon 00:00", Why.HOLIDAY),
        ("Tue 00:00", Why.NIGHT),
        ("Tue 08:00", Why.OPEN),
    ]
    assert explained[3].name == "Día de Nuestra Señora del Rosario de Chiquinquirá (observado)"


def test_lunch_is_explained_as_a_break() -> None:
    """Between two shifts of a day is a break; the counted ones are marked so."""
    morning, lunch, afternoon = OFFICE.explain(local("2026-07-08 11:00"), local("2026-07-08 14:00"))
    assert lunch == Segment(morning.to_at, afternoon.from_at, SegmentState.CLOSED, Why.BREAK)
    assert (morning.state, morning.why) == (SegmentState.COUNTED, Why.OPEN)


def test_two_nights_in_one_are_one_segment() -> None:
    """Midnight does not cut what has one reason."""
    assert [segment.why for segment in OFFICE.explain(local("2026-07-08 16:00"), local("2026-07-09 09:00"))] == [
        Why.OPEN,
        Why.NIGHT,
        Why.OPEN,
    ]


def test_a_day_on_which_no_shift_begins_is_weekend_after_the_night_before() -> None:
    """The night of Friday ends on Saturday at six; before a day's own shift it is night, not a break."""
    nights = replace(EVERY_NIGHT, week=(*(NIGHT_SHIFT,) * 5, (), ()))
    friday = [s.why for s in nights.explain(local("2026-07-10 00:00"), local("2026-07-11 00:00"))]
    saturday = [s.why for s in nights.explain(local("2026-07-11 00:00"), local("2026-07-12 00:00"))]
    assert friday == [Why.OPEN, Why.NIGHT, Why.OPEN]
    assert saturday == [Why.OPEN, Why.WEEKEND]


def test_what_is_counted_in_an_explanation_is_what_elapsed() -> None:
    """The page's segments add up to the clock's figure."""
    from_at, to_at = local("2026-03-20 15:17"), local("2026-04-09 10:10:10")
    counted = [s.to_at - s.from_at for s in OFFICE.explain(from_at, to_at) if s.state is SegmentState.COUNTED]
    assert sum(counted, timedelta()) == OFFICE.elapsed(from_at, to_at)


def test_of_two_closures_the_first_gives_its_name() -> None:
    """A second closure of the same hours changes nothing."""
    doubled = replace(OFFICE, closures=(Closure(date(2026, 7, 8), "Mudanza"), Closure(date(2026, 7, 8), "Paro", 600)))
    assert [s.name for s in doubled.explain(local("2026-07-08 00:00"), local("2026-07-09 00:00"))] == ["Mudanza"]


def test_an_empty_span_has_nothing_to_explain() -> None:
    """Neither has one that runs backwards, as clocks of two machines may make it."""
    at = local("2026-07-08 11:00")
    assert OFFICE.explain(at, at) == OFFICE.explain(at, at - hours(1)) == ()


@pytest.mark.rule("PLAN-1")
def test_seven_by_twenty_four_is_explained_in_one_piece() -> None:
    """There is nothing to cut."""
    at = datetime(2026, 7, 8, tzinfo=UTC)
    assert ALWAYS.explain(at, at + hours(999)) == (Segment(at, at + hours(999), SegmentState.COUNTED, Why.OPEN),)


# ------------------------------------------------------------------------------------------- terms in business days


@pytest.mark.rule("PLAN-14")
def test_the_day_of_the_request_is_not_counted() -> None:
    """One business day from Thursday at eight is Friday's closing time."""
    assert OFFICE.after_business_days(local("2026-07-09 08:00"), 1) == local("2026-07-10 17:00")


@pytest.mark.rule("PLAN-14")
def test_a_puente_holds_no_business_day() -> None:
    """Two business days from Thursday end on Tuesday, for Monday is a holiday."""
    assert OFFICE.after_business_days(local("2026-07-09 23:59"), 2) == local("2026-07-14 17:00")


@pytest.mark.rule("PLAN-14")
def test_fifteen_business_days_span_two_holidays() -> None:
    """From Friday 10 July, past the 13th and the 20th, to Tuesday 4 August."""
    assert OFFICE.after_business_days(local("2026-07-10 12:00"), 15) == local("2026-08-04 17:00")


def test_a_business_day_that_never_closes_ends_at_midnight() -> None:
    """Under 7 x 24 every day is one."""
    assert ALWAYS.after_business_days(local("2026-12-30 12:00"), 3) == local("2027-01-03 00:00")


def test_a_term_may_end_where_the_compiled_years_do() -> None:
    """The last day of a compiled year goes on in the next one by UTC, and is not cut short."""
    fresh = replace(ALWAYS, name="fresh")
    fresh.after_business_days(local("2026-07-08 12:00"), 1)
    assert fresh.after_business_days(local("2027-12-30 12:00"), 1) == local("2028-01-01 00:00")


def test_a_date_that_the_zone_left_out_is_no_business_day() -> None:
    """Samoa had no 30 December 2011."""
    apia = replace(ALWAYS, zone="Pacific/Apia")
    assert apia.after_business_days(local("2011-12-29 12:00", apia.zone), 1) == local("2012-01-01", apia.zone)


def test_half_a_business_day_is_one() -> None:
    """It ends when the desk closes at noon."""
    half = replace(OFFICE, closures=(Closure(date(2026, 12, 24), "Nochebuena", from_minute=12 * 60),))
    assert half.after_business_days(local("2026-12-23 12:00"), 1) == local("2026-12-24 12:00")


# ------------------------------------------------------------------------------------------- as a value


def test_a_calendar_travels_as_json() -> None:
    """A case's terms carry it through Temporal; the compiled index stays behind."""
    OFFICE.is_open(local("2026-07-08 11:00"))
    adapter = TypeAdapter(Calendar)
    text = adapter.dump_json(OFFICE)
    assert adapter.validate_json(text) == OFFICE
    assert set(adapter.dump_python(OFFICE)) == {"name", "zone", "week", "closures"}


def test_a_calendar_s_index_is_no_part_of_its_value() -> None:
    """Used or not, equal calendars are equal and pickle to the same bytes."""
    used, fresh = replace(OFFICE), replace(OFFICE)
    used.is_open(local("2026-07-08 11:00"))
    assert (used, hash(used)) == (fresh, hash(fresh))
    assert pickle.loads(pickle.dumps(used)) == fresh
    assert pickle.dumps(used) == pickle.dumps(fresh)


def test_equal_calendars_share_one_index() -> None:
    """Every case carries its own copy, and the years are compiled once."""
    assert replace(OFFICE)._open_time is OFFICE._open_time


# ------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"week": (WORKDAY,) * 6}, "7 days, not 6"),
        ({"week": ((),) * 7}, "never open"),
        ({"zone": "America/Macondo"}, "no time zone"),
        ({"zone": "../etc"}, "no time zone"),
        ({"week": ((Shift(780, 1020), Shift(480, 720)),) * 7}, "out of order"),
        ({"week": ((Shift(480, 720), Shift(719, 1020)),) * 7}, "overlap"),
        ({"week": (WORKDAY, *((),) * 5, (Shift(1200, 1441 + 480),))}, "overlap"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused(changes: dict[str, object], message: str) -> None:
    """Each mistake has its own sentence."""
    with pytest.raises(ValueError, match=message):
        replace(OFFICE, **changes)  # type: ignore[arg-type]  # the parameters above are of several fields


@pytest.mark.parametrize(("opens", "closes"), [(-1, 60), (60, 60), (1440, 1500), (600, 2881)])
def test_a_shift_that_cannot_be_is_refused(opens: int, closes: int) -> None:
    """It opens in its day, before it closes, and ends by the next midnight but one."""
    with pytest.raises(ValueError, match="a shift"):
        Shift(opens, closes)


@pytest.mark.parametrize(("from_minute", "to_minute"), [(-1, 60), (60, 60), (0, 1441)])
def test_a_closure_that_is_no_part_of_a_day_is_refused(from_minute: int, to_minute: int) -> None:
    """It covers minutes of its own date."""
    with pytest.raises(ValueError, match="no part of a day"):
        Closure(date(2026, 7, 8), "Paro", from_minute, to_minute)


@pytest.mark.parametrize("calendar", [OFFICE, ALWAYS], ids=lambda calendar: calendar.name)
def test_an_instant_without_a_zone_is_refused(calendar: Calendar) -> None:
    """Nobody guesses where the clock hung."""
    naive, aware = datetime(2026, 7, 8, 11), local("2026-07-08 11:00")  # noqa: DTZ001  # naive on purpose
    for ask in (
        lambda: calendar.is_open(naive),
        lambda: calendar.add(naive, hours(1)),
        lambda: calendar.subtract(naive, hours(1)),
        lambda: calendar.elapsed(naive, aware),
        lambda: calendar.elapsed(aware, naive),
        lambda: calendar.explain(naive, aware),
        lambda: calendar.after_business_days(naive, 1),
    ):
        with pytest.raises(ValueError, match="no time zone"):
            ask()


@pytest.mark.parametrize("calendar", [OFFICE, ALWAYS], ids=lambda calendar: calendar.name)
def test_an_amount_below_zero_is_refused(calendar: Calendar) -> None:
    """Who wants to go back subtracts."""
    at = local("2026-07-08 11:00")
    for move in (calendar.add, calendar.subtract):
        with pytest.raises(ValueError, match="between zero and"):
            move(at, -hours(1))


def test_a_term_of_no_days_is_refused() -> None:
    """A term has at least one business day."""
    with pytest.raises(ValueError, match="at least one business day"):
        OFFICE.after_business_days(local("2026-07-08 11:00"), 0)


def test_years_out_of_reach_are_refused() -> None:
    """From 1970 to 2200, and no endless search beyond."""
    at = datetime(2199, 7, 8, tzinfo=UTC)
    for ask in (
        lambda: OFFICE.is_open(datetime(1969, 12, 31, tzinfo=UTC)),
        lambda: OFFICE.add(at, hours(9999)),
        lambda: OFFICE.subtract(datetime(1970, 1, 9, tzinfo=UTC), hours(999)),
        lambda: OFFICE.add(at, timedelta.max),
        lambda: OFFICE.after_business_days(at, 999),
    ):
        with pytest.raises(ValueError, match=r"reach from 1970 to 2200|between zero and"):
            ask()
