"""The sentences for inputs that are not valid, by pydantic's error types. Given values are never repeated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from wording.language import translate

_INPUT = {
    "missing": "This is missing.",
    "extra_forbidden": "This field is not known here.",
    "string_type": "It must be a text.",
    "string_unicode": "It must be a text in Unicode.",
    "string_too_short": "It needs at least {min_length} characters.",
    "string_too_long": "It takes at most {max_length} characters.",
    "string_pattern_mismatch": "It does not have the expected form.",
    "control_character": "It has control characters, which are not accepted.",
    "several_lines": "It takes a single line.",
    "int_type": "It must be a whole number.",
    "int_parsing": "It must be a whole number.",
    "int_from_float": "It must be a whole number.",
    "greater_than_equal": "It must be at least {ge}.",
    "less_than_equal": "It must be at most {le}.",
    "enum": "It must be one of: {expected}.",
    "literal_error": "It must be one of: {expected}.",
    "bool_type": "It must be true or false.",
    "bool_parsing": "It must be true or false.",
    "list_type": "It must be a list.",
    "too_long": "It takes at most {max_length} elements.",
    "too_short": "It needs at least {min_length} elements.",
    "model_attributes_type": "It must be a JSON object.",
    "dict_type": "It must be a JSON object.",
    "json_invalid": "It is not valid JSON.",
    "day": "It must be a date such as 2026-11-23, from 2000 to 2100.",
    "instant": "It must be an instant with its time zone, such as 2026-11-23T14:00:00Z, from 2000 to 2100.",
    "email": "It must be an e-mail address.",
    "phone": "It must be a telephone number such as 300 123 4567, or +1 202 555 0100 for one of another country.",
    "money": 'It must be an amount as a text of decimal digits, such as "350000".',
    "money_fraction": "It must be an amount in whole pesos, without cents.",
    "money_size": "It must be an amount of at most {digits} digits.",
    "webhook_url": "It must be a web address such as https://erp.example.com/escala.",
    "webhook_kind": "It must be one of the kinds of a timeline's facts.",
    "tax_id": "It must be a NIT: digits, with or without the check digit after a hyphen.",
}
_OTHERWISE = "It is not valid."
_MOST_ERRORS, _LONGEST_PATH = 50, 200


def input_errors(errors: Iterable[Mapping[str, Any]], language: str) -> list[dict[str, str]]:
    """What is wrong with which part of the input. The given values are never repeated."""
    return [
        {
            "path": _path(error["loc"]),
            "message": translate(
                _INPUT.get(error["type"], _OTHERWISE), language, **_values(error.get("ctx") or {}, language)
            ),
        }
        for error in islice(errors, _MOST_ERRORS)
    ]


def _path(location: tuple[str | int, ...]) -> str:
    """`title` of the body stays `title`; everything else says where it was: `query.limit`, `header.idempotency-key`."""
    parts = location[1:] if location[0] == "body" and len(location) > 1 else location
    return ".".join(str(part) for part in parts).encode("utf-8", "replace").decode()[:_LONGEST_PATH]


def _values(context: Mapping[str, Any], language: str) -> dict[str, Any]:
    values = {name: value for name, value in context.items() if isinstance(value, str | int | float)}
    if isinstance(expected := values.get("expected"), str):
        values["expected"] = expected.replace(" or ", f" {translate('or', language)} ")
    return values
