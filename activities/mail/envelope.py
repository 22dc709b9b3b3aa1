"""A letter as an e-mail message: its headers, its identity and its thread. What it says comes from `wording`."""

from __future__ import annotations

import hashlib
from binascii import b2a_qp
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.header import Header
from email.headerregistry import HeaderRegistry
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache
from typing import Any

from activities.mail.html_letter import page_of
from activities.mail.invitation import CalendarMessage
from policy.people.recipients import Recipient, recipient_to_text
from storage.cover.announcements import AnnouncementRow
from storage.notices.outbox import OutboxRow
from wording.notices.letter import NoticeText


class _Headers(HeaderRegistry):
    """Headers as the library reads them, and their classes, each made once: it makes all anew at every look."""

    def __init__(self) -> None:
        super().__init__()
        self._class = lru_cache(maxsize=64)(super().__getitem__)
        self._header = lru_cache(maxsize=256)(super().__call__)

    def __getitem__(self, name: str) -> type[Any]:
        return self._class(name.lower())

    def __call__(self, name: str, value: Any) -> Any:
        return self._header(name, value)


class _Letters(EmailPolicy):
    """Headers of plain signs stay the text that they are: parsed for whoever reads one, but not to be sent.

    All other things are the library's.
    """

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        """Keep a header; one that is not plain is parsed, or refused, by the library."""
        if type(value) is str and value.isascii() and value.isprintable():
            return name, value
        return super().header_store_parse(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        """The header as it is sent: in lines that end at a space, where there is one."""
        if type(value) is not str:
            return super().fold_binary(name, value)
        lines = [f"{name}:"]
        for word in value.split(" "):
            if len(lines[-1]) + len(word) >= _A_LINE and len(lines[-1]) > len(name) + 1:
                lines.append("")
            lines[-1] += f" {word}"
        return "".join(f"{line}\r\n" for line in lines).encode("ascii")


_POLICY = _Letters(cte_type="7bit", linesep="\r\n", header_factory=_Headers())
_SUBJECT_LENGTH, _A_LINE = 150, 78


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """What a message bears beside its text. Ids are made of `identity`, its own, and `thread`, which it belongs to.

    `identity` is the same each time the message is made, so that mail systems know one that comes twice for one.
    `answers_to` is where answers go, if not to the sender; `after` are ids of what the reader wrote, the last one last;
    `speaker` is the person of ours whose words they are, named beside the sender.
    """

    thread: str
    identity: str
    language: str
    sender: str
    to: Sequence[str]
    at: datetime
    answers_to: str = ""
    after: Sequence[str] = ()
    speaker: str = ""


@dataclass(frozen=True, kw_only=True)
class Thread:
    """What leads an answer to its case: its own address, its token, and what its reader wrote to it before, by id."""

    answers_to: str
    token: str
    written: Sequence[str] = ()


def notice_envelope(row: OutboxRow, *, sender: str, to: Sequence[str], thread: Thread | None = None) -> Envelope:
    """The envelope of a case's notice; all of one case are one thread, which its readers may answer if it is given."""
    identity = f"{row.case_number}.t{row.turn:05}.s{row.seq:05}.{row.kind}.{_reader(row.recipient)}"
    known = Envelope(thread=row.case_number, identity=identity, language=row.language, sender=sender, to=to, at=row.at)
    if thread is None:
        return known
    return replace(known, identity=f"{identity}.{thread.token}", answers_to=thread.answers_to, after=thread.written)


def announcement_envelope(row: AnnouncementRow, *, sender: str, to: Sequence[str]) -> Envelope:
    """The envelope of the message that a cover ends (WAR-5); all of one cover are one thread."""
    thread = f"{row.cover}-{row.cover_id}"
    identity = f"{thread}.{row.ends_on:%Y%m%d}.d{row.days_before:03}.{_reader(row.recipient)}"
    return Envelope(thread=thread, identity=identity, language=row.language, sender=sender, to=to, at=row.at)


def enveloped(text: NoticeText, envelope: Envelope, *, calendar: CalendarMessage | None = None) -> EmailMessage:
    """The message: it answers what its reader wrote last, else one that nobody has, as all of its thread do.

    That joins them in mail programs.

    It says that no person sent it, so that no absence note and no other desk answers.
    """
    name, mailbox = parseaddr(envelope.sender)
    domain = mailbox.rpartition("@")[2]
    message = EmailMessage(policy=_POLICY)
    shown = _one_line(f"{envelope.speaker} · {name}" if envelope.speaker else name)
    message["From"] = _named(shown, mailbox)
    message["To"] = ", ".join(envelope.to)
    message["Subject"] = _plain(_one_line(text.subject))
    message["Date"] = format_datetime(envelope.at)
    message["Message-ID"] = f"<{envelope.identity}@{domain}>"
    before = [f"<{envelope.thread}@{domain}>", *(f"<{each}>" for each in envelope.after)]
    message["In-Reply-To"] = before[-1]
    message["References"] = " ".join(before)
    if envelope.answers_to:
        message["Reply-To"] = _named(name, envelope.answers_to)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["MIME-Version"] = "1.0"
    if text.news:
        message["Content-Type"] = f'multipart/alternative; boundary="{_border(envelope.identity, 0)}"'
        message.attach(_written(EmailMessage(_POLICY), text.body, "plain"))
        message.attach(_written(EmailMessage(_POLICY), page_of(text, language=envelope.language), "html"))
    else:
        _written(message, text.body, "plain")
    message["Content-Language"] = envelope.language
    if calendar:
        _enclose(calendar, message, identity=envelope.identity)
    return message


def _reader(recipient: Recipient) -> str:
    return hashlib.sha256(recipient_to_text(recipient).encode()).hexdigest()[:10]


def _written(part: EmailMessage, text: str, form: str) -> EmailMessage:
    """The part with this text in it, put together as the library would do it, at a tenth of the work."""
    part["Content-Type"] = f'text/{form}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(b2a_qp(text.encode()).decode("ascii"))
    return part


def _enclose(calendar: CalendarMessage, message: EmailMessage, *, identity: str) -> None:
    """Add a calendar message: as another form of the text, which mail programs act on, and as a file for all others."""
    language = message["Content-Language"]
    del message["Content-Language"]  # it would move into the text's part
    message.add_alternative(calendar.content, subtype="calendar", params={"method": calendar.method}, cte="base64")
    message.add_attachment(calendar.content.encode(), maintype="application", subtype="ics", filename="visita.ics")
    message["Content-Language"] = language
    _name_borders(message, identity=identity)


def _name_borders(message: EmailMessage, *, identity: str) -> None:
    """Name the borders of parts after the message, which is the same each time it is made."""
    for place, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(_border(identity, place))


def _border(identity: str, place: int) -> str:
    return f"escala-{hashlib.sha256(identity.encode()).hexdigest()[:20]}-{place}"


def _named(name: str, mailbox: str) -> str:
    """The mailbox with its name, whose encoded words are as short as RFC 2047 wants them: `formataddr` makes one."""
    return formataddr((name, mailbox)) if name.isascii() else f"{_plain(name)} <{mailbox}>"


def _plain(text: str) -> str:
    """The text of a header in plain signs: encoded words of 75 at most (RFC 2047)."""
    return text if text.isascii() else " ".join(Header(text, "utf-8", maxlinelen=75).encode().split())


def _one_line(text: str) -> str:
    """The text without line breaks and other control characters, cut where a subject grows too long to be read."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line if len(line) <= _SUBJECT_LENGTH else f"{line[: _SUBJECT_LENGTH - 1].rstrip()}…"
