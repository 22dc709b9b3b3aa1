"""Who wrote a message, by its From and by our own server's word: nothing else is believed."""

from __future__ import annotations

import time

import pytest

from policy.mail.authentication import is_vouched_for
from policy.mail.sender import sender_of

OURS = "mx.escala.example"


@pytest.mark.parametrize(
    ("field", "address"),
    [
        ("ana@acme.example", "ana@acme.example"),
        ("<Ana@ACME.example>", "ana@acme.example"),
        ("Ana Pérez <ana@acme.example>", "ana@acme.example"),
        ('"Pérez, Ana <jefa>" <ana@acme.example>', "ana@acme.example"),
        ("=?utf-8?q?Ana_P=C3=A9rez?= <ana@acme.example>", "ana@acme.example"),
        ("ana@acme.example (Ana)", "ana@acme.example"),
        ("ana+caso@xn--acm-epa.example", "ana+caso@xn--acm-epa.example"),
    ],
)
def test_one_plain_address_is_read(field: str, address: str) -> None:
    sender = sender_of([field])
    assert sender is not None
    assert sender.address == address


@pytest.mark.parametrize(
    "fields",
    [
        [],
        ["ana@acme.example", "beto@acme.example"],
        ["a@x.co<b@evil.com>"],
        ["a@x.co <b@evil.com>"],
        ["Ana <ana@acme.example> <b@evil.com>"],
        ["ana@acme.example, b@evil.com"],
        ["Grupo: ana@acme.example;"],
        ["Ana <ana@acme.example"],
        ["ana@acme.example>"],
        ["ana perez@acme.example"],
        ["ana@acme"],
        ["ana@acmé.example"],
        ["ana@-acme.example"],
        [".ana@acme.example"],
        ['"ana"@acme.example'],
        [f"{'a' * 65}@acme.example"],
        ["MAILER-DAEMON"],
        [""],
        ["Ana\x00 <ana@acme.example>"],
    ],
)
def test_what_names_none_or_several_names_nobody(fields: list[str]) -> None:
    assert sender_of(fields) is None


@pytest.mark.parametrize("field", ["a " * 400 + "!", '"' * 900, "(" * 900, "a" * 990, "=?utf-8?b?" + "A" * 900])
def test_no_field_keeps_it_busy(field: str) -> None:
    began = time.monotonic()
    sender_of([field])
    is_vouched_for("acme.example", [f"{OURS}; {field}"], authserv_id=OURS)
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    "said",
    [
        "dmarc=pass header.from=acme.example",
        "DMARC=Pass (p=REJECT sp=REJECT) header.From=acme.example",
        "spf=fail smtp.mailfrom=x.example; dkim=none; dmarc=pass action=none header.from=acme.example;compauth=pass",
        "dkim=pass header.i=@acme.example header.s=s1",
        "dkim=pass header.d=acme.example",
        "spf=pass (ok; really) smtp.mailfrom=ana@acme.example",
        "dmarc=none header.from=acme.example; dkim=pass header.d=acme.example",
    ],
)
def test_our_servers_word_is_enough(said: str) -> None:
    assert is_vouched_for("acme.example", [f"{OURS}; {said}"], authserv_id=OURS)
    assert is_vouched_for("acme.example", ["mx.other.example; dmarc=fail", f"{OURS} 1; {said}"], authserv_id=OURS)
    assert not is_vouched_for("acme.example", [f"mx.evil.example; {said}"], authserv_id=OURS)
    assert not is_vouched_for("acme.example", [f"{OURS}.evil.example; {said}"], authserv_id=OURS)
    assert not is_vouched_for("acme.example", [f"{OURS}; {said}"], authserv_id="")


@pytest.mark.parametrize(
    "said",
    [
        "dmarc=fail header.from=acme.example",
        "dmarc=pass header.from=evil.example",
        "dmarc=pass",
        "dkim=pass header.d=evil.example",
        "dkim=pass header.d=example",
        "dkim=pass header.d=sub.acme.example",
        "spf=pass smtp.helo=acme.example",
        "(dmarc=pass header.from=acme.example) dmarc=none",
        'dkim=fail reason="dmarc=pass header.from=acme.example"',
        "iprev=pass policy.iprev=acme.example",
        "none",
        "",
    ],
)
def test_less_is_not(said: str) -> None:
    assert not is_vouched_for("acme.example", [f"{OURS}; {said}"], authserv_id=OURS)


def test_a_forged_field_beside_the_real_one_helps_nobody() -> None:
    forged = f"{OURS}; dmarc=pass header.from=acme.example"
    assert not is_vouched_for(
        "acme.example", [f"{OURS}; dmarc=fail header.from=acme.example", forged], authserv_id=OURS
    )
