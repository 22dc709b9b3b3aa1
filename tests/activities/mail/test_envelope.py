"""A letter as it arrives says what it said as it was written, whatever its words are, and no header more."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr

from hypothesis import example, given
from hypothesis import strategies as st

from activities.mail.envelope import Envelope, enveloped
from tests.support.thoroughness import examples
from wording.notices.letter import NoticeText

ENCODED_WORD = re.compile(rb"=\?[^?\s]+\?[qb]\?[^?\s]*\?=", re.IGNORECASE)
HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Reply-To", "Auto-Submitted"]
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
LONG_NAME = 'Ñandúes, "José" María Gutiérrez de Piñeres y Álvarez de las Asturias \r\nBcc: otro@desk.example'


def one_line(text: str) -> str:
    """What is left of words on one line, in which a run of spaces is one."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def lines(text: str) -> list[str]:
    return re.sub("\r\n?", "\n", text).rstrip("\n").split("\n")


def read(header: str) -> str:
    """What a mail program shows of a header."""
    return str(make_header(decode_header(header)))


def begins(whole: str, *, with_: str) -> bool:
    """Whether a header shows the words, or their beginning where they are long."""
    return with_ == whole if len(whole) <= 150 else whole.startswith(with_.removesuffix("…"))


@given(speaker=WORDS, subject=WORDS, body=WORDS)
@example(speaker=LONG_NAME, subject="Avería " + "ñ" * 149, body=".\r\n.\nFrom ñ \n=3D\t")
@example(speaker="A" * 149, subject="x" * 150, body="x" * 2_000)
@examples(40)
def test_a_letter_arrives_as_it_was_written(speaker: str, subject: str, body: str) -> None:
    envelope = Envelope(
        thread="SOP-2026-000001",
        identity="SOP-2026-000001.t00001",
        language="es",
        sender="Mesa de ayuda <mesa@desk.example>",
        to=["ana@acme.example"],
        at=datetime(2026, 11, 25, 17, tzinfo=UTC),
        answers_to="mesa+abc@desk.example",
        speaker=speaker,
    )
    sent = enveloped(NoticeText(subject=subject, body=body, news="Hay una respuesta"), envelope).as_bytes()
    arrived = message_from_bytes(sent, _class=EmailMessage, policy=policy.default)
    plain = arrived.get_body(["plain"])
    assert plain is not None
    assert lines(plain.get_content()) == lines(body)
    raw = message_from_bytes(sent)  # whose headers nobody has read: Python's own reader splits long names
    name, mailbox = parseaddr(raw["From"].replace("\r\n", ""))
    assert mailbox == "mesa@desk.example"
    assert begins(one_line(f"{speaker} · Mesa de ayuda" if speaker else "Mesa de ayuda"), with_=read(name))
    assert begins(one_line(subject), with_=read(raw["Subject"].replace("\r\n", "")))
    assert [each for each in raw if each in HEADERS] == HEADERS
    assert "Bcc" not in raw
    head = sent.partition(b"\r\n\r\n")[0]
    assert sent.isascii()
    assert all(len(line) <= 998 for line in sent.split(b"\r\n"))
    assert all(len(word) <= 75 for word in ENCODED_WORD.findall(head))
