"""The languages that people read: messages, the policy's own words, instants and durations. No sentence lives here.

A message's id is its English sentence. Catalogues are the .po files under locale/, compiled in memory at first use: the
Spanish ones hold every message, the English one only the words that differ from their ids.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.units import format_unit

DEFAULT = "es"
LANGUAGES = ("es", "en")

_LOCALE_DIR = Path(__file__).parent / "locale"
_BOGOTA = ZoneInfo("America/Bogota")
_REGION = {"es": "es_CO", "en": "en_US"}
_INSTANT = {"es": "EEEE d 'de' MMMM 'de' y, H:mm", "en": "EEEE, MMMM d, y, h:mm a"}
_MOMENT = {"es": "EEE d MMM, H:mm", "en": "EEE MMM d, h:mm a"}
_PESOS = {"es": "'$' #,##0 'COP'", "en": "'COP' #,##0"}
_UNITS = (("duration-day", 86_400), ("duration-hour", 3_600), ("duration-minute", 60), ("duration-second", 1))
_WORDS = {"plan": "plan", "channel": "channel", "channels": "channel", "step": "visit_step", "needed": "visit_step"}
"""Values of a message that are the policy's own words, each with the context its words have in the catalogues."""
_LEARNED: dict[tuple[str, str], Mapping[str, str]] = {}
_AMOUNTS = frozenset({"amount", "given"})
"""Values of a message that are whole Colombian pesos."""


def translate(message: str, language: str = DEFAULT, **values: object) -> str:
    """The message in that language, its `{placeholders}` filled in; a message that has no translation is its id.

    Plans, channels and a visit's steps (one, or several joined by ", "), instants, durations, amounts and dates (values
    named `…_on`, as dates or as 2026-11-23) are shown in the language too.
    """
    if not message:
        return ""  # gettext would answer with the catalogue's header
    return _filled(_translations(_known(language)).gettext(message), language, values)


def translate_count(one: str, many: str, how_many: int, language: str = DEFAULT, **values: object) -> str:
    """The message in the form that so many ask for: one of the two ids, `{count}` in them filled in too."""
    text = _translations(_known(language)).ngettext(one, many, how_many)
    return _filled(text, language, {"count": how_many, **values})


def learn(kind: str, words: Mapping[str, Mapping[str, str]]) -> None:
    """Take words that the policy file has instead of the catalogues, each by language: its plans' names (PLAN-16).

    A process does so once, when it has read its file.
    """
    _LEARNED.update({(kind, value): dict(names) for value, names in words.items()})


def word(kind: str, value: object, language: str = DEFAULT) -> str:
    """One of the policy's own words: "en curso" for status and in_progress; a word that has no entry is its value."""
    if learned := _LEARNED.get((kind, str(value))):
        return learned[_known(language)]
    return _translations(_known(language)).pgettext(kind, str(value))


def language_of(accept_language: str | None) -> str:
    """The language that an Accept-Language header prefers among ours."""
    best, best_quality = DEFAULT, 0.0
    for item in (accept_language or "").split(","):
        tag, _, parameter = item.strip().partition(";")
        language, quality = tag.strip().lower().split("-")[0], _quality(parameter)
        if language in LANGUAGES and quality > best_quality:
            best, best_quality = language, quality
    return best


def show_instant(at: datetime, language: str = DEFAULT) -> str:
    """The instant on Bogotá's clocks: "lunes 23 de noviembre de 2026, 9:00"."""
    language = _known(language)
    return _plain(format_datetime(at, _INSTANT[language], tzinfo=_BOGOTA, locale=_REGION[language]))


def show_moment(at: datetime, language: str = DEFAULT) -> str:
    """The instant as short as a line among others wants it: "mié 25 nov, 17:00"."""
    language = _known(language)
    return _plain(format_datetime(at, _MOMENT[language], tzinfo=_BOGOTA, locale=_REGION[language]))


def show_date(on: date, language: str = DEFAULT) -> str:
    """The date in words: "23 de noviembre de 2026"."""
    language = _known(language)
    return format_date(on, "long", locale=_REGION[language])


def show_day(on: date, language: str = DEFAULT) -> str:
    """The day without its year: "23 nov"."""
    language = _known(language)
    return format_date(on, "d MMM", locale=_REGION[language]).rstrip(".")


def show_duration(duration: timedelta, language: str = DEFAULT) -> str:
    """The duration in words: "1 hora y 30 minutos"."""
    language = _known(language)
    parts: list[str] = []
    rest = int(duration.total_seconds())
    for unit, seconds in _UNITS:
        count, rest = divmod(rest, seconds)
        if count or (seconds == 1 and not parts):
            parts.append(format_unit(count, unit, "long", locale=_REGION[language]))
    return _plain(format_list(parts, locale=_REGION[language]))


def show_amount(pesos: int, language: str = DEFAULT) -> str:
    """An amount of Colombian pesos as it is written there: "$ 350.000 COP"."""
    language = _known(language)
    return _plain(format_decimal(pesos, _PESOS[language], locale=_REGION[language]))


def show_number(number: float, language: str = DEFAULT, *, pattern: str = "#,##0.##") -> str:
    """A number as it is written there: "1.234.567" and "12,5"."""
    return _plain(format_decimal(number, pattern, locale=_REGION[_known(language)]))


def catalogues(language: str) -> Iterator[tuple[str, Catalog]]:
    """Every catalogue of a language, with its name."""
    for path in sorted((_LOCALE_DIR / language / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            yield path.stem, read_po(file, locale=language)


@lru_cache(maxsize=len(LANGUAGES))
def _translations(language: str) -> gettext.GNUTranslations:
    merged = Catalog(locale=language)
    for _, catalogue in catalogues(language):
        for message in catalogue:
            if message.id:
                merged.add(message.id, message.string, flags=message.flags, context=message.context)
    compiled = BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _known(language: str) -> str:
    return language if language in LANGUAGES else DEFAULT


def _filled(text: str, language: str, values: Mapping[str, object]) -> str:
    return text.format(**{name: _shown(name, value, language) for name, value in values.items()})


def _shown(name: str, value: object, language: str) -> object:
    if isinstance(value, datetime):
        return show_instant(value, language)
    if isinstance(value, timedelta):
        return show_duration(value, language)
    if name in _AMOUNTS and isinstance(value, int):
        return show_amount(value, language)
    if name.endswith("_on"):
        return show_date(value if isinstance(value, date) else date.fromisoformat(str(value)), language)
    if name in _WORDS and isinstance(value, str):
        return _list([word(_WORDS[name], each, language) for each in value.split(", ")], language)
    return value


def _list(items: list[str], language: str) -> str:
    return format_list(items, locale=_REGION[_known(language)])


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0


def _plain(text: str) -> str:
    """The text with ordinary spaces where the locale's data has narrow or unbreakable ones."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")
