"""The Jinja environment: where templates are found, and the words and filters that they may use.

Templates escape everything; an undefined name is an error.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from desk.files.file_kinds import KINDS
from portal.frame.rooms import TEMPLATES, static_address
from wording.language import show_date, show_duration, show_instant, translate, translate_count, word

_BOGOTA = ZoneInfo("America/Bogota")
_REGION = {"es": "es_CO", "en": "en_US"}


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
        "clock": _clock,
        "date": _date,
        "duration": _duration,
        "cop": _cop,
        "iso": lambda at: at.isoformat().replace("+00:00", "Z"),
    }
    return made


@pass_context
def _translated(context: Context, message: str, **values: object) -> str:
    return translate(message, context["language"], **values)


@pass_context
def _counted(context: Context, one: str, many: str, how_many: int, **values: object) -> str:
    return translate_count(one, many, how_many, context["language"], **values)


@pass_context
def _word(context: Context, kind: str, value: object) -> str:
    return word(kind, value, context["language"])


@pass_context
def _instant(context: Context, at: datetime) -> str:
    return show_instant(at, context["language"])


@pass_context
def _short(context: Context, at: datetime) -> str:
    """An instant in a table: "mié 25 nov, 9:00"."""
    pattern = "EEE d MMM, H:mm" if context["language"] == "es" else "EEE MMM d, h:mm a"
    return format_datetime(at, pattern, tzinfo=_BOGOTA, locale=_REGION[context["language"]])


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
