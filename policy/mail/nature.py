"""The nature of a message, a person's or some machine's: automatic mail moves no clock and ends no wait (ESC-16)."""

from __future__ import annotations

import re
from enum import StrEnum

from policy.mail.message import Message, ReportKind
from policy.mail.sender import Sender


class Nature(StrEnum):
    """Who or what speaks."""

    PERSON = "person"
    REWRITTEN = "rewritten"
    """A person, whose From a mailing list or a group has put its own address in place of."""
    VACATION = "vacation"
    BOUNCE = "bounce"
    DELAY = "delay"
    RECEIPT = "receipt"
    CALENDAR = "calendar"
    LIST = "list"
    MACHINE = "machine"


_ANSWERED_BY_ITSELF = re.compile(
    r"(?:respuesta autom[áa]tica|automatic reply|auto(?:matic)?[- ]?(?:reply|response)|autorrespuesta|"
    r"fuera de (?:la )?oficina|out of (?:the )?office|ausente|ausencia)\b[^:]{0,40}(?::|$|-)",
    re.IGNORECASE,
)
_MACHINES = re.compile(r"(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|no-?responda?|bounces?)(?:[+=.-].*)?")


def nature_of(message: Message, sender: Sender | None) -> Nature:
    """What a message is, by its own signs. `Auto-Submitted: no` says that a person wrote it, whatever else it bears."""
    if message.report:
        return _reported(message.report.kind)
    if message.calendar:
        return Nature.CALENDAR
    submitted = message.auto_submitted.partition(";")[0].strip().lower()
    if submitted == "no":
        return Nature.REWRITTEN if _is_rewritten(message, sender) else Nature.PERSON
    if submitted == "auto-replied" or message.precedence == "auto_reply":
        return Nature.VACATION
    if _ANSWERED_BY_ITSELF.match(message.subject.strip()) and (submitted or message.suppress or message.precedence):
        return Nature.VACATION
    if submitted or _suppresses_all(message.suppress):
        return Nature.MACHINE
    if _is_rewritten(message, sender):
        return Nature.REWRITTEN
    if message.precedence in ("bulk", "junk", "list"):
        return Nature.LIST if message.is_of_list else Nature.MACHINE
    if message.is_null_path:
        return Nature.MACHINE
    return Nature.PERSON


def is_machine_address(sender: Sender) -> bool:
    """Whether nobody reads what is sent there, by the address's own name."""
    return bool(_MACHINES.fullmatch(sender.local))


def _reported(kind: ReportKind) -> Nature:
    match kind:
        case ReportKind.FAILED:
            return Nature.BOUNCE
        case ReportKind.DELAYED:
            return Nature.DELAY
        case ReportKind.DELIVERED | ReportKind.READ:
            return Nature.RECEIPT


def _suppresses_all(field: str) -> bool:
    """Exchange's sign of what it makes itself; programs of people ask for less."""
    return "all" in {each.strip().lower() for each in field.split(",")}


def _is_rewritten(message: Message, sender: Sender | None) -> bool:
    return bool(message.original_sender) and sender is not None and message.original_sender != sender.address
