"""A message as it was read: what its headers and its parts say, as far as they can be read. It knows no case."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ReportKind(StrEnum):
    """What a machine reports of a message that was sent."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    READ = "read"


@dataclass(frozen=True)
class Report:
    """A report of the mail system. `recipients` are whom it is about; `message_ids` those of what was returned."""

    kind: ReportKind
    recipients: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class CalendarReply:
    """An answer to an invitation: to which entry (its UID), and whether its sender comes (PARTSTAT)."""

    uid: str
    answer: str


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message. `from_fields` are as they came, unfolded; addresses are in lower case; ids bear no angle brackets.

    `text` is what its writer said, `whole` all that it says, quotes and signature included.
    """

    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    from_fields: tuple[str, ...] = ()
    shown_from: str = ""
    to: tuple[str, ...] = ()
    reply_to: str = ""
    subject: str = ""
    date: str = ""
    authentication: tuple[str, ...] = ()
    auto_submitted: str = ""
    precedence: str = ""
    suppress: str = ""
    is_of_list: bool = False
    original_sender: str = ""
    is_null_path: bool = False
    report: Report | None = None
    calendar: CalendarReply | None = None
    text: str = ""
    whole: str = ""
    is_encrypted: bool = False
    is_signed: bool = False
    unread: tuple[str, ...] = ()
    """Names of parts that could not be read, as a winmail.dat that is broken."""
