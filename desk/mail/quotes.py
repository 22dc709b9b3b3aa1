"""The words of a message's writer, without what they quoted and signed with; for display only, for all is kept.

In doubt everything stays: an answer between the lines of a quote is an answer. If nothing would be left, all is.
"""

from __future__ import annotations

import re

_DATED = r"(?=.*(?:\d|@))"
_WROTE = re.compile(
    rf"^[>\s]*{_DATED}(?:El|On|Le|Am|Em|Il)\s.{{4,400}}?(?:escribi[oó]|wrote|a écrit|schrieb|escreveu)\s*:\s*$",
    re.IGNORECASE,
)
_WROTE_SO = re.compile(
    rf"^[>\s]*{_DATED}.{{4,300}}<[^<>@\s]+@[^<>\s]+>\)?\s*(?:escribi[oó]|wrote)\s*:\s*$", re.IGNORECASE
)
_STARTS = re.compile(r"^[>\s]*(?:El|On)\s", re.IGNORECASE)
_ORIGINAL = re.compile(
    r"^\s*-{2,}\s*(?:mensaje original|original message|mensaje citado|correo original)\s*-{2,}\s*$", re.IGNORECASE
)
_FORWARDED = re.compile(
    r"^[>\s]*(?:-{5,}\s*)?(?:forwarded message|mensaje reenviado|begin forwarded message|inicio del mensaje reenviado)"
    r"\b.*$",
    re.IGNORECASE,
)
_RULE = re.compile(r"^\s*_{10,}\s*$")
_FIELDS = {
    "from": re.compile(r"^\s*\*?(?:de|from)\s*:\*?\s*\S", re.IGNORECASE),
    "sent": re.compile(r"^\s*\*?(?:enviado(?: el)?|fecha|sent|date)\s*:\*?\s*\S", re.IGNORECASE),
    "to": re.compile(r"^\s*\*?(?:para|to|cc)\s*:\*?\s*\S", re.IGNORECASE),
    "subject": re.compile(r"^\s*\*?(?:asunto|subject)\s*:\*?", re.IGNORECASE),
}
_QUOTED = re.compile(r"^\s?>")
_SIGNATURE = re.compile(r"^--\s?$")
_MOBILE = re.compile(
    r"^\s*(?:enviado desde (?:mi|outlook|correo|gmail|yahoo)\b.*|sent from (?:my|outlook|mail|yahoo)\b.*|"
    r"(?:obtener|get) outlook (?:para|for)\b.*|obtenga outlook para\b.*)$",
    re.IGNORECASE,
)
_LONGEST_SIGNATURE, _MOST_LINES, _LONGEST = 12, 5_000, 256 * 1024


def said(whole: str) -> str:
    """The words of the writer; the whole where none would be left."""
    lines = whole[:_LONGEST].split("\n")[:_MOST_LINES]
    kept = _unsigned(_unquoted(lines))
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
    return text or whole.strip()


def _unquoted(lines: list[str]) -> list[str]:
    for place in range(len(lines)):
        if _FORWARDED.match(lines[place]):
            return lines  # what was forwarded is what the message is about
        after = _introduction(lines, place)
        if after is None:
            continue
        is_of_outlook = after < 0
        before, rest = lines[:place], lines[abs(after) :]
        own = [line for line in rest if line.strip() and not _QUOTED.match(line)]
        if is_of_outlook:
            return before if _any(before) else lines
        if not _any(rest):
            return before if _any(before) else lines
        quoted = [line for line in rest if _QUOTED.match(line)]
        if not quoted:
            return lines  # nothing tells the quote from what was said
        if not _any(_unsigned(own)):
            return before
        return _below(before, rest) or lines
    return _tail(lines)


def _introduction(lines: list[str], place: int) -> int | None:
    """Where the lines end that introduce a quote at this place: negative where all that follows is quoted (Outlook)."""
    line = lines[place]
    if not line.strip():
        return None
    if _ORIGINAL.match(line):
        return -(place + 1)
    start = place + 1 if _RULE.match(line) else place
    block = [each for each in lines[start : start + 8] if each.strip()][:6]
    if block and _FIELDS["from"].match(block[0]):
        found = {name for each in block for name, field in _FIELDS.items() if field.match(each)}
        if len(found) >= 3:
            return -(start + len(block)) or None
    if _WROTE.match(line) or _WROTE_SO.match(line):
        return place + 1
    if not _STARTS.match(line):
        return None
    for length in (2, 3):
        wrapped = lines[place : place + length]
        if len(wrapped) == length and all(each.strip(" >") for each in wrapped):
            joined = " ".join(each.strip() for each in wrapped)
            if _WROTE.match(joined) and not any(_QUOTED.match(each) for each in wrapped[1:] if not _QUOTED.match(line)):
                return place + length
    return None


def _below(before: list[str], rest: list[str]) -> list[str] | None:
    """What stands below a quote as a whole, with what stood above; None where it stands between its lines."""
    last = max(place for place, line in enumerate(rest) if _QUOTED.match(line))
    if any(line.strip() and not _QUOTED.match(line) for line in rest[:last]):
        return None
    return [*before, "", *rest[last + 1 :]] if _any(before) else rest[last + 1 :]


def _tail(lines: list[str]) -> list[str]:
    """The lines without quoted ones at their end that nothing introduces."""
    end = len(lines)
    while end and (_QUOTED.match(lines[end - 1]) or not lines[end - 1].strip()):
        end -= 1
    return lines[:end] if _any(lines[:end]) else lines


def _unsigned(lines: list[str]) -> list[str]:
    """The lines above a signature, which is near the end."""
    said = [place for place, line in enumerate(lines) if line.strip()]
    for place in said[-_LONGEST_SIGNATURE:]:
        line = lines[place]
        if _SIGNATURE.match(line) or (_MOBILE.match(line) and place in said[-2:]):
            return lines[:place]
    return lines


def _any(lines: list[str]) -> bool:
    return any(line.strip() for line in lines)
