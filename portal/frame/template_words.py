"""The Jinja environment: where templates are found, and the words and filters that they may use.

Templates escape everything; an undefined name is an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from zlib import crc32
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from desk.files.file_kinds import KINDS, PICTURES
from desk.reading.countdowns import Countdown
from policy.people.tax_id import with_check_digit
from policy.telephone import numbers
from portal.frame.formatted import formatted
from portal.frame.rooms import TEMPLATES, static_address
from wording.amounts import pesos_in_words
from wording.figures import figure_form, show_figure
from wording.language import (
    show_date,
    show_duration,
    show_instant,
    show_moment,
    translate,
    translate_count,
    word,
)

_BOGOTA = ZoneInfo("America/Bogota")
_REGION = {"es": "es_CO", "en": "en_US"}
_A_WEEK = 6


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The one environment of the process, over the templates of all rooms."""
    made = Environment(
        loader=PrefixLoader({room: FileSystemLoader(folder) for room, folder in TEMPLATES.items()}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "_": _translated,
        "_n": _counted,
        "word": _word,
        "static": static_address,
        "accepted_files": ",".join(f".{each}" for each in sorted(KINDS)),
    }
    made.filters |= {
        "instant": _instant,
        "short": _short,
        "exact": _exact,
        "clock": _clock,
        "date": _date,
        "duration": _duration,
        "cop": _cop,
        "pesos_in_words": _pesos_in_words,
        "figure": _figure,
        "figure_form": _figure_form,
        "hour": _hour,
        "nit": with_check_digit,
        "formatted": formatted,
        "initials": initials,
        "is_picture": lambda file: file.media_type in PICTURES,
        "tint": _tint,
        "telephone": numbers.shown,
        "iso": lambda at: at.isoformat().replace("+00:00", "Z"),
    }
    return made


@pass_context
def _translated(context: Context, message: str, **values: object) -> str:
    return translate(message, context["language"], **_on_a_page(context, values))


@pass_context
def _counted(context: Context, one: str, many: str, how_many: int, **values: object) -> str:
    return translate_count(one, many, how_many, context["language"], **_on_a_page(context, values))


def _on_a_page(context: Context, values: Mapping[str, object]) -> dict[str, object]:
    """What a sentence of a page is filled with: its instants are short, where a letter's stand by themselves."""
    instants = {name: show_moment(at, context["language"]) for name, at in values.items() if isinstance(at, datetime)}
    return {**values, **instants}


@pass_context
def _word(context: Context, kind: str, value: object) -> str:
    return word(kind, value, context["language"])


@pass_context
def _instant(context: Context, at: datetime) -> str:
    return show_instant(at, context["language"])


@pass_context
def _short(context: Context, at: datetime) -> str:
    """An instant in a table: "mié 25 nov, 9:00"."""
    return show_moment(at, context["language"])


@pass_context
def _exact(context: Context, at: datetime) -> str:
    """An instant of a record: "25 nov 2026, 9:00:07"."""
    pattern = "d MMM y, H:mm:ss" if context["language"] == "es" else "MMM d, y, h:mm:ss a"
    return format_datetime(at, pattern, tzinfo=_BOGOTA, locale=_REGION[context["language"]])


@pass_context
def _hour(context: Context, at: datetime) -> str:
    """An instant as short as can be: "23:46" where it is today's, else "vie 15:29", else "mar 1 dic, 15:29"."""
    now = context["now"].astimezone(_BOGOTA).date()
    days = abs((at.astimezone(_BOGOTA).date() - now).days)
    is_spanish = context["language"] == "es"
    time = "H:mm" if is_spanish else "h:mm a"
    day = "" if not days else "EEE " if days < _A_WEEK else "EEE d MMM, " if is_spanish else "EEE MMM d, "
    return format_datetime(at, day + time, tzinfo=_BOGOTA, locale=_REGION[context["language"]])


@pass_context
def _figure(context: Context, each: Countdown) -> str:
    return show_figure(each.left, context["language"], business=each.business)


@pass_context
def _figure_form(context: Context, each: Countdown, *, late: bool = False) -> str:
    return figure_form(context["language"], late=late, business=each.business)


def initials(name: str) -> str:
    """Two letters for a face: the first name's and the first surname's, of which a whole Spanish name has two."""
    words = [word for word in name.split() if word[0].isalpha()]
    surname = words[-2:][0] if len(words) > 3 else words[-1] if len(words) > 1 else ""
    return "".join(word[0] for word in ([*words[:1], surname]) if word).upper() or "?"


def _tint(name: str) -> int:
    """One of five colours, always the same one for a name."""
    return crc32(name.encode()) % 5


def _clock(seconds: int) -> str:
    """A duration in figures: 1:30:00."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


@pass_context
def _date(context: Context, on: date) -> str:
    return show_date(on, context["language"])


@pass_context
def _duration(context: Context, amount: timedelta) -> str:
    return show_duration(amount, context["language"])


@pass_context
def _cop(context: Context, amount: int) -> str:
    return f"$ {format_decimal(amount, locale=_REGION[context['language']])} COP"


@pass_context
def _pesos_in_words(context: Context, amount: int) -> str:
    return pesos_in_words(amount, context["language"])
