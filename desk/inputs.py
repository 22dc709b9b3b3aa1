"""The field types of inputs: clean texts, sane dates, and models that refuse what they do not know.

Both edges read theirs by these: a JSON body and a form are held to the same.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    WithJsonSchema,
    model_serializer,
)
from pydantic_core import PydanticCustomError

from policy.case.case import Plan
from policy.telephone.numbers import LONGEST, e164

LONGEST_TEXT = 20_000
FIRST_YEAR, LAST_YEAR = 2000, 2100
MOST_DIGITS = 12

_BIDI_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
_BLANK_LETTERS = frozenset(
    "\u115f\u1160\u2800\u3164\uffa0\u034f\u17b4\u17b5" + "".join(map(chr, range(0xFE00, 0xFE10)))
)
"""Letters and marks by their category that show nothing by themselves: fillers, joiners, an empty Braille cell."""
_RFC3339 = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+ -]\d{2}:\d{2})")


class Body(BaseModel):
    """What is asked for: unknown fields are refused, and validation errors never repeat what was given."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Nothing(Body):
    """A command that takes nothing: no body, or an empty object."""


def clean(value: object) -> object:
    """The text normalised to NFC, its line ends to LF, without blanks around it; control characters are refused.

    A text without any sign that can be seen is empty.
    """
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n")
    if any(c in _BIDI_OVERRIDES or (unicodedata.category(c) == "Cc" and c not in "\n\t") for c in text):
        raise PydanticCustomError("control_character", "control characters")
    if any("\ud800" <= c <= "\udfff" for c in text):  # half a character: JSON may say it, no database keeps it
        raise PydanticCustomError("string_unicode", "half a character")
    text = unicodedata.normalize("NFC", text).strip()
    return text if any(map(_is_seen, text)) else ""


def _is_seen(sign: str) -> bool:
    return sign not in _BLANK_LETTERS and unicodedata.category(sign) not in _UNSEEN


def whole(given: str) -> int | str:
    """The number that a form's field says in digits; else the text as it stands, for its input to refuse."""
    return int(given) if given.isdecimal() and len(given) <= MOST_DIGITS else given


def _one_line(text: str) -> str:
    if "\n" in text or "\t" in text:
        raise PydanticCustomError("several_lines", "several lines")
    return text


def _day(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        raise PydanticCustomError("day", "not a date")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("day", "not a date") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise PydanticCustomError("day", "an absurd year")
    return day


def _instant(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch(_RFC3339, value):
        raise PydanticCustomError("instant", "not an instant")
    try:
        # A query's "+05:00" arrives as " 05:00" where the caller did not escape it.
        at = datetime.fromisoformat(re.sub(r" (?=\d{2}:\d{2}$)", "+", value).upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise PydanticCustomError("instant", "not an instant") from None
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise PydanticCustomError("instant", "an absurd year")
    return at


def _pesos(value: object) -> object:
    """Whole pesos, also as "350000.00". Zero and less are amounts: the policy says where they are none.

    Cents have two places at most: "350.000", with three, is somebody's thousands.
    """
    if not isinstance(value, str) or not re.fullmatch(r"-?\d+(\.\d{1,2})?", value, re.ASCII):
        raise PydanticCustomError("money", "not an amount")
    whole, _, cents = value.partition(".")
    if cents.strip("0"):
        raise PydanticCustomError("money_fraction", "a fraction of a peso")
    if len(whole.lstrip("-")) > MOST_DIGITS:
        raise PydanticCustomError("money_size", "an absurd amount", {"digits": MOST_DIGITS})
    return int(whole)


def _email(text: str) -> str:
    if not re.fullmatch(r"[^\s@<>()\[\],;:\\\"]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", text):
        raise PydanticCustomError("email", "not an address")
    return text


def _phone(text: str) -> str:
    number = e164(text) if text else ""
    if number is None:
        raise PydanticCustomError("phone", "not a telephone number")
    return number


Words = Annotated[str, BeforeValidator(clean), Field(max_length=LONGEST_TEXT)]
"""Free text of several lines. It may be empty: the policy says by which rule that is refused."""

Title = Annotated[str, BeforeValidator(clean), Field(max_length=200), AfterValidator(_one_line)]
"""One line of free text. It may be empty: see `Words`."""

Name = Annotated[str, BeforeValidator(clean), Field(min_length=1, max_length=200), AfterValidator(_one_line)]
"""A name of somebody or something."""

Reference = Annotated[str, BeforeValidator(clean), Field(max_length=120), AfterValidator(_one_line)]
"""The reference of a document."""

Code = Annotated[
    str, BeforeValidator(clean), Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]*$")
]
"""A short word that may travel in a workflow's history: a provider, its case number, a group."""

Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$")]
"""The id of something."""

IdIfAny = Annotated[str, BeforeValidator(clean), Field(max_length=64, pattern=r"^([A-Za-z0-9][A-Za-z0-9._:-]*)?$")]
"""The id of something. It may be empty: the policy says by which rule that is refused."""

PlainReference = Annotated[
    str, BeforeValidator(clean), Field(max_length=64, pattern=r"^([A-Za-z0-9][A-Za-z0-9 ._/#()+-]*)?$")
]
"""A receipt's number or a tool's name, which travels in a workflow's history. It may be empty: see `IdIfAny`."""

EmailAddress = Annotated[str, BeforeValidator(clean), Field(max_length=254), AfterValidator(_email)]
"""One plain e-mail address, without a name."""

Phone = Annotated[str, BeforeValidator(clean), Field(max_length=LONGEST), AfterValidator(_phone)]
"""A telephone number, kept in E.164; one without a country is Colombian. Empty: none."""

Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
"""A date, never a timestamp."""

Instant = Annotated[datetime, BeforeValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"})]
"""An instant with its zone, kept in UTC."""

Pesos = Annotated[
    int,
    BeforeValidator(_pesos),
    WithJsonSchema({"type": "string", "pattern": rf"^-?[0-9]{{1,{MOST_DIGITS}}}(\.0{{1,2}})?$"}),
]
"""Whole Colombian pesos, given as a text of decimal digits, so that no number format rounds them."""


class WithFiles(Body):
    """A body whose text may carry files, by the ids that they got when they were sent."""

    files: Annotated[tuple[Id, ...], Field(max_length=5)] = Field(
        default=(), examples=[["fil_3d1f0c5b6a7e8f901122334455667788"]]
    )

    @model_serializer(mode="wrap")
    def _as_before(self, told: SerializerFunctionWrapHandler) -> dict[str, object]:
        """Without files it is the same request as before there were any: a key that was used then still fits."""
        said: dict[str, object] = told(self)
        if not self.files:
            del said["files"]
        return said


class Money(Body):
    """An amount of Colombian pesos."""

    amount: Pesos = Field(examples=["350000"])
    currency: Literal["COP"] = Field(examples=["COP"])


PlanId = Annotated[
    Plan, Field(min_length=1, max_length=64, pattern=r"^[a-z0-9][a-z0-9-]*$", json_schema_extra={"x-names": "plan"})
]
"""A plan of the policy file, which says which there are (PLAN-16)."""

PriorityNumber = Annotated[int, Field(strict=True, ge=1, le=4)]
LevelNumber = Annotated[int, Field(strict=True, ge=1, le=3)]
