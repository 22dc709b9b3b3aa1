"""A calendar's holidays, from the `holidays` library, asked once when the calendar is made (PLAN-14).

The rules never ask it. A case keeps the closures that it was promised, also when a later edition of the library knows
of a new law.
"""

from datetime import date

from holidays import country_holidays

from policy.time.calendar import Closure


def holidays_between(first: date, last: date, *, country: str = "CO", language: str = "es") -> tuple[Closure, ...]:
    """The public holidays from `first` to `last`, both included, by date; moved ones on the day they are kept.

    `country` is an ISO 3166 code, `language` the one of their names. ValueError for a span that runs backwards and
    for a country whose holidays are not known.
    """
    if last < first:
        raise ValueError(f"no holidays between {first} and {last}: the span runs backwards")
    try:
        holidays = country_holidays(country, years=range(first.year, last.year + 1), language=language)
    except NotImplementedError as error:
        raise ValueError(f"the holidays of {country!r} are not known") from error
    return tuple(Closure(on, name) for on, name in sorted(holidays.items()) if first <= on <= last)
