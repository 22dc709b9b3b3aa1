"""The parts of a message: its text, its files, and what stands in other wrappings (S/MIME, TNEF, a message)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message as Parsed
from email.policy import compat32

from desk.mail import smime
from desk.mail.decoding import decoded, field_text, payload_of, plain
from desk.mail.html_lines import lines_of
from policy.mail.message import CalendarReply

_DEEPEST = 25
_LARGEST_TEXT = 2_000_000
_NO_PICTURE = 1_000
"""Bytes of an inline picture that shows nothing: a dot that counts readers."""
_SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
_OPAQUE = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "application/pdf": "pdf",
    "text/plain": "txt",
}
_CALENDAR_LINE = re.compile(r"^(UID|METHOD|ATTENDEE[^:]*)\s*:(.*)$", re.MULTILINE | re.IGNORECASE)
_FORWARDED_FROM = re.compile(r"^[>\s]*\*?(?:De|From)\s*:\*?\s*(.{1,300})$", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Enclosed:
    """A file that came with a message."""

    name: str
    content: bytes


@dataclass
class Contents:
    """What was found in a message's parts."""

    texts: list[str] = field(default_factory=list)
    files: list[Enclosed] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    calendar: CalendarReply | None = None
    is_encrypted: bool = False
    is_signed: bool = False
    forwarded_from: str = ""
    charset: str = ""
    seen: set[bytes] = field(default_factory=set)

    @property
    def whole(self) -> str:
        return "\n\n".join(each for each in self.texts if each.strip())

    def take(self, name: str, content: bytes, *, is_inline: bool = False) -> None:
        """Keep a file, each content once."""
        digest = hashlib.sha256(content).digest()
        if not content or digest in self.seen or (is_inline and len(content) < _NO_PICTURE):
            return
        self.seen.add(digest)
        self.files.append(Enclosed(name, content))


def contents_of(parsed: Parsed) -> Contents:
    """All that a message holds."""
    found = Contents()
    found.charset = next((part.get_content_charset() or "" for part in parsed.walk() if part.get_content_charset()), "")
    _read(parsed, found, 0)
    if not found.forwarded_from and (named := _FORWARDED_FROM.search(found.whole)):
        found.forwarded_from = named[1].strip()
    return found


def _read(part: Parsed, found: Contents, depth: int) -> None:
    if depth > _DEEPEST:
        raise RecursionError
    kind = part.get_content_type()
    if kind == "multipart/alternative":
        _read_alternative(part, found, depth)
    elif part.is_multipart() and part.get_content_maintype() == "multipart":
        found.is_signed |= kind == "multipart/signed"
        for each in _below(part):
            _read(each, found, depth + 1)
    elif kind == "message/rfc822":
        _read_enclosed(part, found, depth)
    elif part.get_content_maintype() == "message" or kind == "text/rfc822-headers":
        return  # a report's, which is read as such
    elif kind == "text/calendar":
        found.calendar = found.calendar or _reply_in(_text(part, found))
    elif kind in _SIGNATURES:
        found.is_signed = True
    elif kind in _OPAQUE:
        _read_opaque(part, found, depth)
    elif kind == "multipart/encrypted" or kind == "application/pgp-encrypted":
        found.is_encrypted = True
    elif kind in ("application/ms-tnef", "application/vnd.ms-tnef") or _name(part, found).lower() == "winmail.dat":
        _read_tnef(part, found)
    elif kind in ("text/plain", "text/html") and not _is_file(part):
        text = _text(part, found)
        found.texts.append(lines_of(text) if kind == "text/html" else _unflowed(text, part))
    else:
        is_inline = part.get_content_disposition() != "attachment" and part.get_content_maintype() == "image"
        found.take(_name(part, found), _bytes(part), is_inline=is_inline)


def _read_alternative(part: Parsed, found: Contents, depth: int) -> None:
    """The best of several forms: text that says something, else HTML; what is no form of the text is read as well."""
    forms = list(_below(part))
    texts = [each for each in forms if each.get_content_type() == "text/plain" and not _is_file(each)]
    said = [each for each in texts if _text(each, found).strip()]
    has_words = False
    for each in forms:
        kind = each.get_content_type()
        if kind == "text/plain" and not _is_file(each):
            if said and each is said[0]:
                _read(each, found, depth + 1)
                has_words = True
        elif kind == "text/html" or each.get_content_maintype() == "multipart":
            inside = Contents(charset=found.charset, seen=found.seen)
            _read(each, inside, depth + 1)
            found.files += inside.files
            found.unread += inside.unread
            found.calendar = found.calendar or inside.calendar
            if not has_words and inside.whole.strip():
                found.texts += inside.texts
                has_words = True
        else:
            _read(each, found, depth + 1)


def _read_enclosed(part: Parsed, found: Contents, depth: int) -> None:
    """A message inside of the message: what it says, under who wrote it."""
    enclosed = next(iter(_below(part)), None)
    if not isinstance(enclosed, Parsed):
        return
    fields = [(name, field_text(str(enclosed.get(name, "")))) for name in ("From", "Date", "Subject")]
    inside = Contents(charset=found.charset, seen=found.seen)
    _read(enclosed, inside, depth + 1)
    found.forwarded_from = found.forwarded_from or fields[0][1]
    head = "\n".join(f"{name}: {said}" for name, said in fields if said)
    found.texts.append(f"---------- Forwarded message ----------\n{head}\n\n{inside.whole}")
    found.files += inside.files
    found.unread += inside.unread


def _read_opaque(part: Parsed, found: Contents, depth: int) -> None:
    if str(part.get_param("smime-type") or "").lower() == "enveloped-data":
        found.is_encrypted = True
        return
    try:
        content = smime.signed_content(_bytes(part))
    except smime.Encrypted:
        found.is_encrypted = True
    except smime.NotSigned:
        found.unread.append(_name(part, found))
    else:
        found.is_signed = True
        _read(message_from_bytes(content, policy=compat32), found, depth + 1)


def _read_tnef(part: Parsed, found: Contents) -> None:
    from tnefparse import TNEF

    try:
        inside = TNEF(_bytes(part))
        body, html = inside.body, inside.htmlbody
        text = body if isinstance(body, str) else decoded(body or b"")
        page = html if isinstance(html, str) else decoded(html or b"")
        if not text.strip() and page:
            text = lines_of(page)
        files = [
            (plain(str(each.long_filename() or each.name or "")), bytes(each.data or b""))
            for each in inside.attachments
        ]
    except Exception:  # it is of 2021, and whatever it stumbles over is what strangers wrote
        found.unread.append(_name(part, found))
        return
    if not text.strip() and not files:
        found.unread.append(_name(part, found))
    if text.strip():
        found.texts.append(plain(text))
    for name, content in files:
        found.take(name.strip("\0 ") or "archivo", content)


def _reply_in(text: str) -> CalendarReply | None:
    """An answer to an invitation of ours; an invitation of others is none."""
    unfolded = re.sub(r"\n[ \t]", "", text.replace("\r\n", "\n"))
    uid = answer = method = ""
    for name, said in _CALENDAR_LINE.findall(unfolded):
        upper = name.upper()
        if upper == "UID":
            uid = uid or said.strip()[:300]
        elif upper == "METHOD":
            method = said.strip().upper()
        elif partstat := re.search(r"PARTSTAT=\"?([A-Z-]+)", upper):
            answer = partstat[1].lower()
    return CalendarReply(uid, answer) if method in ("REPLY", "COUNTER") else None


def _below(part: Parsed) -> list[Parsed]:
    payload = payload_of(part)
    return [each for each in payload if isinstance(each, Parsed)] if isinstance(payload, list) else []


def _is_file(part: Parsed) -> bool:
    return part.get_content_disposition() == "attachment" or (
        part.get_content_disposition() == "inline"
        and bool(part.get_filename())
        and part.get_content_type() != "text/html"
    )


def _bytes(part: Parsed) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _text(part: Parsed, found: Contents) -> str:
    return plain(decoded(_bytes(part)[:_LARGEST_TEXT], part.get_content_charset() or "", beside=found.charset))


def _name(part: Parsed, found: Contents) -> str:
    try:
        given = part.get_filename() or part.get_param("name") or ""
    except (TypeError, ValueError, LookupError):
        given = ""
    name = field_text(given, beside=found.charset) if isinstance(given, str) else ""
    if name:
        return name[:200]
    kind = part.get_content_type()
    return f"archivo.{_EXTENSIONS.get(kind, kind.rpartition('/')[2][:10])}"


def _unflowed(text: str, part: Parsed) -> str:
    """Text whose lines were broken where they ended in a blank (RFC 3676), as its paragraphs."""
    if str(part.get_param("format") or "").lower() != "flowed":
        return text
    deletes = str(part.get_param("delsp") or "").lower() == "yes"
    told: list[str] = []
    flows = False
    for line in text.split("\n"):
        stuffed = line.removeprefix(" ")
        is_signature = stuffed == "-- "
        if flows and told and not is_signature and stuffed.startswith(">") == told[-1].startswith(">"):
            joined = stuffed.lstrip("> ") if stuffed.startswith(">") else stuffed
            told[-1] = (told[-1][:-1] if deletes else told[-1]) + joined
        else:
            told.append(stuffed)
        flows = stuffed.endswith(" ") and not is_signature
    return "\n".join(told)
