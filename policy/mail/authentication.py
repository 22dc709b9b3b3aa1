"""The word of our own mail server for the From address, in the Authentication-Results that it wrote (RFC 8601).

Anybody may send such a field along: only those under our server's own name count, which RFC 8601 has it take out of
what comes from outside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_METHOD = re.compile(r"\s*([a-z0-9-]+)(?:\s*/\s*\d+)?\s*=\s*([a-z]+)", re.IGNORECASE)
_PROPERTY = re.compile(r"([a-z]+)\s*\.\s*([a-z0-9_-]+)\s*=\s*([^\s;]+)", re.IGNORECASE)
_MOST_FIELDS, _LONGEST = 50, 8_000


@dataclass(frozen=True)
class _Result:
    method: str
    result: str
    properties: Mapping[str, str]


def is_vouched_for(domain: str, fields: Sequence[str], *, authserv_id: str) -> bool:
    """Whether the domain of a From address is authentic by the fields that bear our server's id.

    DMARC's word is the last one where it was asked. Where the domain has no policy, a signature or an envelope that
    passed will do, of the very domain or of one above it.
    """
    if not authserv_id:
        return False
    results = [each for field in fields[:_MOST_FIELDS] for each in _results(field, authserv_id.lower())]
    asked = [each for each in results if each.method == "dmarc" and each.result != "none"]
    if asked:
        return all(each.result == "pass" and each.properties.get("header.from") == domain for each in asked)
    return any(each.result == "pass" and _is_of(domain, _domain(each)) for each in results)


def _results(field: str, authserv_id: str) -> Iterator[_Result]:
    if len(field) > _LONGEST:
        return
    stated, *said = _without_comments(field).split(";")
    words = stated.split()
    if not words or words[0].lower() != authserv_id or len(words) > 2:
        return
    for each in said:
        if found := _METHOD.match(each):
            told = {f"{p[1]}.{p[2]}".lower(): p[3].lower().strip('"') for p in _PROPERTY.finditer(each, found.end())}
            yield _Result(found[1].lower(), found[2].lower(), told)


def _without_comments(field: str) -> str:
    """The field without its comments and without what would part it inside of quotes."""
    told: list[str] = []
    depth = 0
    place = 0
    while place < len(field):
        sign = field[place]
        if not depth and sign == '"' and (quoted := _QUOTED.match(field, place)):
            told.append(re.sub(r"[;()\s]", "_", quoted[1]))
            place = quoted.end()
            continue
        if sign == "\\":
            place += 2
            continue
        depth += sign == "("
        if not depth:
            told.append(sign)
        depth -= depth > 0 and sign == ")"
        place += 1
    return "".join(told)


def _domain(result: _Result) -> str:
    """For which domain a method answered; empty where it is none that says who wrote."""
    told = result.properties
    match result.method:
        case "dkim":
            named = told.get("header.d") or told.get("header.i", "")
        case "spf":
            named = told.get("smtp.mailfrom", "")
        case _:
            named = ""
    return named.rpartition("@")[2]


def _is_of(domain: str, named: str) -> bool:
    return "." in named and (domain == named or domain.endswith(f".{named}"))
