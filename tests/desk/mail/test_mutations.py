"""Messages that were damaged at random: each is read or put into quarantine, and none takes long."""

from __future__ import annotations

import os
import random
import time

import pytest

from desk.mail.parsing import read
from desk.mail.scan import too_much
from policy.mail.decision import Incoming, Standing, outcome_of, verdict_on
from policy.mail.message import ReportKind
from policy.mail.sender import sender_of
from tests.desk.mail.letters import letter, parted
from tests.desk.mail.wrappings import signed, tnef
from tests.support.thoroughness import IS_LONG

TRIES = 1_000_000 if IS_LONG else 5_000
_PIECES = (
    b"\r\n\r\n", b"\r\n--", b"boundary=", b"=?utf-8?b?", b"?=", b"\x00", b"\xff\xfe", b"<", b">", b'"',
    b"Content-Type: ", b"multipart/mixed", b"text/html; charset=utf-16", b"base64", b"<blockquote>", b"message/rfc822",
    b"(", b";", b" " * 70,
)  # fmt: skip


def seeds() -> list[bytes]:
    html = ("Content-Type: text/html; charset=utf-8", "<p>Hola</p><blockquote type=cite>antes</blockquote>")
    plain = ("Content-Type: text/plain; charset=iso-8859-1", b"informaci\xf3n\r\n> antes\r\n")
    packed = ("Content-Type: application/ms-tnef; name=winmail.dat", tnef("Hola", (("a.txt", b"b"),)))
    opaque = ("Content-Type: application/pkcs7-mime", signed(b"Content-Type: text/plain\r\n\r\nHola"))
    status = ("Content-Type: message/delivery-status", "Final-Recipient: rfc822; a@b.co\nAction: failed")
    bodies = [parted("multipart/alternative", plain, html), parted("multipart/mixed", plain, packed, opaque)]
    bodies.append(parted("multipart/report; report-type=delivery-status", plain, status))
    return [letter(), *(letter(body, content_type=kind) for body, kind in bodies)]


def damaged(raw: bytes, chance: random.Random) -> bytes:
    """A message with a few bytes changed, cut out, doubled or put in."""
    for _ in range(chance.randint(1, 4)):
        place, length = chance.randrange(len(raw) + 1), chance.randint(1, 40)
        match chance.randrange(4):
            case 0:
                raw = raw[:place] + bytes([chance.randrange(256)]) + raw[place + 1 :]
            case 1:
                raw = raw[:place] + raw[place + length :]
            case 2:
                raw = raw[:place] + raw[place : place + length] * chance.randint(2, 8) + raw[place + length :]
            case _:
                raw = raw[:place] + chance.choice(_PIECES) + raw[place:]
    return raw


@pytest.mark.timeout(3600)  # a million of them take some minutes
def test_every_damaged_message_is_accounted_for_and_soon() -> None:
    chance = random.Random(int(os.environ.get("ESCALA_LONG_SEED", "7")))
    known, took, unreadable = seeds(), [], 0
    for place in range(TRIES):
        raw = damaged(known[place % len(known)], chance)
        began = time.perf_counter()
        if too_much(raw) is None:
            try:
                message = read(raw).message
            except Exception:  # a quarantine, with its reason
                unreadable += 1
            else:
                incoming = Incoming(message=message, sender=sender_of(message.from_fields))
                assert outcome_of(verdict_on(incoming, Standing()))
        took.append(time.perf_counter() - began)
    assert unreadable < TRIES // 100
    assert sorted(took)[TRIES * 99 // 100] < 0.2


def test_a_report_whose_charset_is_no_name_of_one_is_read() -> None:
    """Found by a million damaged messages: each that was put into quarantine was such a report."""
    plain = ("Content-Type: text/plain; charset=iso\0-8859-1", b"informaci\xf3n\r\n> antes\r\n")
    status = ("Content-Type: message/delivery-status; charset=a\0", "Final-Recipient: rfc822; a@b.co\nAction: failed")
    body, kind = parted("multipart/report; report-type=delivery-status", plain, status)
    report = read(letter(body, content_type=kind, From="MAILER-DAEMON@b.co")).message.report
    assert report
    assert (report.kind, report.recipients) == (ReportKind.FAILED, ("a@b.co",))


def test_what_is_too_much_is_told_before_it_is_read() -> None:
    nested = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(1_000))
    many = "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + "--b\r\n\r\nx\r\n" * 100_000
    words = "Subject: " + "=?utf-8?q?a?= " * 20_000 + "\r\n\r\nx"
    fields = "X-A: b\r\n" * 2_000 + "\r\nx"
    began = time.perf_counter()
    found = [too_much(each.encode()) for each in (nested, many, words, fields)] + [too_much(b"x" * 50_000_000)]
    assert found == ["too_many_parts", "too_many_parts", "too_many_headers", "too_many_headers", "too_large"]
    assert time.perf_counter() - began < 5
