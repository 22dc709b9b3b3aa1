"""A notice as an e-mail message: its headers, its identity and its thread. What it says comes from `wording`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from activities.mail.invitation import CalendarMessage
from policy.people.recipients import Recipient, recipient_to_text
from wording.notices.letter import NoticeText

_POLICY = SMTP.clone(cte_type="7bit")
_SUBJECT_LENGTH = 150


def enveloped(
    text: NoticeText, *, case_number: str, turn: int, seq: int, kind: str, recipient: Recipient, language: str,
    sender: str, to: Sequence[str], at: datetime, calendar: CalendarMessage | None = None,
) -> EmailMessage:  # fmt: skip
    """The message, the same each time it is made, so that mail systems know one that comes twice for one.

    Every notice of a case answers the same message, which nobody has: that is what joins them in one thread. It says
    that no person sent it, so that no absence note and no other desk answers.
    """
    identity = f"{case_number}.t{turn:05}.s{seq:05}.{kind}.{_reader(recipient)}"
    message = _message(text, thread=case_number, identity=identity, language=language, sender=sender, to=to, at=at)
    if calendar:
        _enclose(calendar, message, identity=identity)
    return message


def announced(
    text: NoticeText, *, cover: str, cover_id: str, ends_on: date, days_before: int, recipient: Recipient,
    language: str, sender: str, to: Sequence[str], at: datetime,
) -> EmailMessage:  # fmt: skip
    """The message that a cover ends (WAR-5); all of one cover are one thread."""
    thread = f"{cover}-{cover_id}"
    identity = f"{thread}.{ends_on:%Y%m%d}.d{days_before:03}.{_reader(recipient)}"
    return _message(text, thread=thread, identity=identity, language=language, sender=sender, to=to, at=at)


def redirected(
    text: NoticeText, *, identity: str, language: str, sender: str, to: Sequence[str], at: datetime
) -> EmailMessage:
    """The message that a request came on a channel that the plan does not hold (REQ-7): a thread of its own."""
    return _message(text, thread=identity, identity=f"{identity}.m", language=language, sender=sender, to=to, at=at)


def _reader(recipient: Recipient) -> str:
    return hashlib.sha256(recipient_to_text(recipient).encode()).hexdigest()[:10]


def _message(
    text: NoticeText, *, thread: str, identity: str, language: str, sender: str, to: Sequence[str], at: datetime
) -> EmailMessage:
    name, mailbox = parseaddr(sender)
    domain = mailbox.rpartition("@")[2]
    message = EmailMessage(policy=_POLICY)
    message["From"] = Address(display_name=name, addr_spec=mailbox)
    message["To"] = ", ".join(to)
    message["Subject"] = _one_line(text.subject)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{identity}@{domain}>"
    message["In-Reply-To"] = f"<{thread}@{domain}>"
    message["References"] = f"<{thread}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(text.body)
    message["Content-Language"] = language
    return message


def _enclose(calendar: CalendarMessage, message: EmailMessage, *, identity: str) -> None:
    """Add a calendar message: as another form of the text, which mail programs act on, and as a file for all others."""
    language = message["Content-Language"]
    del message["Content-Language"]  # it would move into the text's part
    message.add_alternative(calendar.content, subtype="calendar", params={"method": calendar.method}, cte="base64")
    message.add_attachment(calendar.content.encode(), maintype="application", subtype="ics", filename="visita.ics")
    message["Content-Language"] = language
    for place, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"escala-{hashlib.sha256(identity.encode()).hexdigest()[:32]}-{place}")


def _one_line(text: str) -> str:
    """The text without line breaks and other control characters, cut where a subject grows too long to be read."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line if len(line) <= _SUBJECT_LENGTH else f"{line[: _SUBJECT_LENGTH - 1].rstrip()}…"
