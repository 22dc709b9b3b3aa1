"""The writing of a clock's figure: "2 h 48 min", "22 min", and by the second below ten minutes: "3:15".

What a calendar with closed hours counts is said to be so; there a day would say nothing, so hours go on.
"""

from __future__ import annotations

from datetime import timedelta

from wording.language import DEFAULT, translate

_BY_THE_SECOND = 600


def show_time(amount: timedelta, *, business: bool = False) -> str:
    """A length of time, whichever its sign, in as many units as one reads at a glance."""
    seconds = abs(int(amount.total_seconds()))
    if seconds < _BY_THE_SECOND:
        return f"{seconds // 60}:{seconds % 60:02}"
    minutes = seconds // 60
    hours, minutes = divmod(minutes, 60)
    days, hours = (0, hours) if business else divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (0 if days else minutes, "min")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count)


def figure_form(language: str = DEFAULT, *, late: bool, business: bool) -> str:
    """What stands around the time of a clock, which is "{time}" there."""
    match late, business:
        case True, True:
            return translate("{time} of business hours ago", language, time="{time}")
        case True, False:
            return translate("{time} ago", language, time="{time}")
        case False, True:
            return translate("{time} of business hours", language, time="{time}")
        case _:
            return "{time}"


def show_figure(left: timedelta, language: str = DEFAULT, *, business: bool) -> str:
    """What is left until a limit, or how long ago it passed: "42 min hábiles", "hace 1 h 31 min hábiles"."""
    form = figure_form(language, late=left < timedelta(0), business=business)
    return form.replace("{time}", show_time(left, business=business))
