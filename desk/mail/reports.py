"""Reports of the mail system: what failed, what is late and what arrived, in the standards' forms and in others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message as Parsed

from desk.mail.decoding import payload_of
from policy.mail.message import Report, ReportKind

_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{3,255}")
_ID = re.compile(r"<([^<>\s]{1,500})>")
_RETURNED_ID = re.compile(r"^(?:message-id|in-reply-to|references)\s*:(.*(?:\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE)
_QMAIL = re.compile(r"^Hi\. This is the qmail-send program at ", re.MULTILINE)
_QMAIL_GAVE_UP = re.compile(r"permanent error", re.IGNORECASE)
_EXCHANGE_SUBJECT = re.compile(
    r"^(?:undeliverable|undelivered|no se puede entregar|no entregado|no entregable)\s*:", re.IGNORECASE
)
_LOOKED_AT, _MOST = 100_000, 20
_WORST_FIRST = (ReportKind.FAILED, ReportKind.DELAYED, ReportKind.DELIVERED)
_ACTIONS = {
    "failed": ReportKind.FAILED,
    "delayed": ReportKind.DELAYED,
    "delivered": ReportKind.DELIVERED,
    "relayed": ReportKind.DELIVERED,
    "expanded": ReportKind.DELIVERED,
}


def report_in(parsed: Parsed, text: str, subject: str, *, is_from_machine: bool) -> Report | None:
    """What a message reports; None where it is no report. `text` is what it says, `subject` what it calls itself.

    `is_from_machine`: its envelope or its From say that a mail system sent it, without which forms of their own are
    not looked for.
    """
    kind = str(parsed.get_param("report-type") or "").lower()
    if kind == "disposition-notification":
        return Report(ReportKind.READ, (), _returned(parsed, text))
    if kind == "delivery-status" or any(part.get_content_type() == "message/delivery-status" for part in parsed.walk()):
        found = _status(parsed)
        if found:
            return Report(found[0], found[1], _returned(parsed, text))
    if not is_from_machine and "x-ms-exchange-message-is-ndr" not in parsed and "x-failed-recipients" not in parsed:
        return None
    return _other_forms(parsed, text, subject)


def _status(parsed: Parsed) -> tuple[ReportKind, tuple[str, ...]] | None:
    told: dict[ReportKind, list[str]] = {}
    for part in parsed.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in _blocks(part):
            action = _ACTIONS.get((_field(block, "action") or "").lower())
            who = _ADDRESS.search(_field(block, "original-recipient") or "") or _ADDRESS.search(
                _field(block, "final-recipient") or ""
            )
            if action:
                told.setdefault(action, []).extend([who[0].lower()] if who else [])
    worst = next((kind for kind in _WORST_FIRST if kind in told), None)
    return (worst, tuple(dict.fromkeys(told[worst]))[:_MOST]) if worst else None


def _blocks(part: Parsed) -> Iterator[str]:
    payload = payload_of(part)
    if isinstance(payload, list):
        yield from (str(each) for each in payload[:_MOST] if isinstance(each, Parsed))
    else:
        yield from str(payload)[:_LOOKED_AT].split("\n\n")


def _field(block: str, name: str) -> str | None:
    found = re.search(rf"^{name}\s*:\s*(?:[a-z0-9-]+\s*;)?\s*(.*)$", block, re.IGNORECASE | re.MULTILINE)
    return found[1].strip() if found else None


def _other_forms(parsed: Parsed, text: str, subject: str) -> Report | None:
    looked_at = text[:_LOOKED_AT]
    if _QMAIL.search(looked_at):
        kind = ReportKind.FAILED if _QMAIL_GAVE_UP.search(looked_at) else ReportKind.DELAYED
        said = looked_at.partition("--- Below this line is a copy")[0].partition("\n\n")[2] or looked_at
        return Report(kind, _addresses(re.findall(r"^<([^<>\s]+)>:", said, re.MULTILINE)), _returned(parsed, text))
    named = _addresses([str(parsed.get("x-failed-recipients", ""))])
    is_exchange = "x-ms-exchange-message-is-ndr" in parsed or bool(_EXCHANGE_SUBJECT.match(subject))
    if not named:
        named = _by_library(parsed)
    if not named and is_exchange:
        named = _addresses([looked_at[:4_000]])[:1]
    if named or is_exchange:
        return Report(ReportKind.FAILED, named, _returned(parsed, text))
    return None


def _by_library(parsed: Parsed) -> tuple[str, ...]:
    from flufl.bounce import all_failures

    try:
        _, permanent = all_failures(parsed)
    except Exception:  # it has a detector for each form, and each its own troubles with what is in none
        return ()
    return _addresses([each.decode("ascii", "replace") for each in permanent])


def _addresses(among: list[str]) -> tuple[str, ...]:
    found = [each[0].lower() for text in among for each in _ADDRESS.finditer(text)]
    return tuple(dict.fromkeys(found))[:_MOST]


def _returned(parsed: Parsed, text: str) -> tuple[str, ...]:
    """The message ids in what was sent back: in a part of its own, or in the text."""
    found: list[str] = []
    for part in parsed.walk():
        kind = part.get_content_type()
        if part is not parsed and kind == "message/rfc822" and part.is_multipart():
            enclosed = payload_of(part)
            if isinstance(enclosed, list) and enclosed and isinstance(enclosed[0], Parsed):
                found += _ID.findall(" ".join(str(enclosed[0].get(name, "")) for name in ("message-id", "references")))
        elif kind == "text/rfc822-headers" or (kind == "text/plain" and part is not parsed):
            found += _ids_in(str(payload_of(part))[:_LOOKED_AT])
        elif kind == "message/disposition-notification":
            found += _ID.findall(str(payload_of(part))[:_LOOKED_AT] if not part.is_multipart() else str(part))
    found += _ids_in(text[:_LOOKED_AT])
    found += _ID.findall(f"{parsed.get('in-reply-to', '')} {parsed.get('references', '')}")
    return tuple(dict.fromkeys(found))[:_MOST]


def _ids_in(text: str) -> list[str]:
    return [each for line in _RETURNED_ID.findall(text) for each in _ID.findall(line)]
