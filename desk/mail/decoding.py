"""Bytes of mail as text, also where their label is wrong: what is UTF-8 is read so, and Latin-1 means Windows' own."""

from __future__ import annotations

import base64
import binascii
import codecs
import quopri
import re
from email.message import Message as Parsed

_WORD = re.compile(r"=\?([A-Za-z0-9_.:+-]{1,40})(?:\*[A-Za-z-]{1,20})?\?([BbQq])\?([^?]*)(?:\?=|$)")
_BETWEEN = re.compile(r"\s*")
_LATIN = frozenset({"ascii", "us-ascii", "iso8859-1", "latin-1", "cp1252", "unknown-8bit", "8bit", "default"})
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "ks_c_5601-1987": "cp949", "euc_kr": "cp949", "shift_jis": "cp932"}
_UNSEEN = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff\u200e\u200f\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def decoded(content: bytes, charset: str = "", *, beside: str = "") -> str:
    """The text, whatever its label says; `beside` is the charset of another part, for what has no label at all."""
    named = _known(charset)
    if named and named not in _LATIN and named != "utf-8":
        try:
            return content.decode(_WIDER.get(named, named))
        except (UnicodeDecodeError, ValueError, LookupError):
            pass
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if named in (None, "ascii", "us-ascii") and (other := _known(beside)) and other not in _LATIN:
        try:
            return content.decode(_WIDER.get(other, other))
        except (UnicodeDecodeError, ValueError, LookupError):
            pass
    return content.decode("cp1252", "replace")


def field_text(value: str, *, beside: str = "") -> str:
    """A header's text, as `email` keeps it: unfolded, its encoded words read, its raw bytes too.

    The bytes of encoded words that stand side by side are one text, whichever sign they were cut within; a word that
    has lost its end is read as far as it goes.
    """
    line = re.sub(r"\s*[\r\n]+\s*", " ", value)
    told: list[str] = []
    place = 0
    held, charset = b"", ""
    for found in _WORD.finditer(line):
        between = line[place : found.start()]
        joins = bool(_BETWEEN.fullmatch(between)) and bool(held) and found[1].lower() == charset
        if not joins:
            if held:
                told.append(decoded(held, charset))
                held = b""
                between = "" if _BETWEEN.fullmatch(between) else between
            told.append(_raw(between, beside))
        charset = found[1].lower()
        held += _word_bytes(found[2], found[3])
        place = found.end()
    if held:
        told.append(decoded(held, charset))
    told.append(_raw(line[place:], beside))
    return plain("".join(told)).strip()


def plain(text: str) -> str:
    """The text without signs that nobody sees and that move others about."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def payload_of(part: Parsed) -> object:
    """What a part holds, as `email` keeps it: its parts, or its text, also where its charset is no name of one."""
    try:
        return part.get_payload()
    except (ValueError, LookupError):  # "embedded null character"
        content = part.get_payload(decode=True)
        return content.decode("ascii", "replace") if isinstance(content, bytes) else ""


def _raw(text: str, beside: str) -> str:
    """What stands outside of encoded words; raw bytes in it are those that `email` could not name."""
    if text.isascii():
        return text
    return decoded(text.encode("utf-8", "surrogateescape"), "", beside=beside)


def _word_bytes(how: str, said: str) -> bytes:
    if how in "Qq":
        return quopri.decodestring(said.replace("_", " ").encode("ascii", "ignore"), header=True)
    letters = re.sub(r"[^A-Za-z0-9+/]", "", said)
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    try:
        return base64.b64decode(letters + "=" * (-len(letters) % 4))
    except binascii.Error:
        return b""


def _known(charset: str) -> str | None:
    try:
        return codecs.lookup(charset.strip().strip("\"'")).name if charset else None
    except (LookupError, ValueError):
        return None
