"""The sender that a message names: one plain address, or none. Names beside it are shown and never believed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = rf"(?P<local>{_LOCAL})@(?P<domain>{_LABEL}(?:\.{_LABEL})+)"
_QUOTED = r'"(?:[^"\\\x00-\x1f]|\\[^\x00-\x1f])*+"'
_WORD = r"[^\s<>@,;:()\[\]\\\"\x00-\x1f]++"
_NAMED = re.compile(rf"(?P<name>(?:(?:{_QUOTED}|{_WORD})\s*+)*+)<{_ADDRESS}>")
_PLAIN = re.compile(rf"{_ADDRESS}(?:\s+\((?P<name>[^()<>@\\\x00-\x1f]*)\))?")
_LONGEST = 998
_LONGEST_LOCAL, _LONGEST_ADDRESS = 64, 254


@dataclass(frozen=True)
class Sender:
    """An address in lower case, which is how people are known, and the name that its owner gave beside it."""

    address: str
    name: str = ""

    @property
    def local(self) -> str:
        return self.address.rpartition("@")[0]

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


def sender_of(from_fields: Sequence[str]) -> Sender | None:
    """Whom the From fields, as they came and unfolded, name: None unless there is one, with one readable address.

    Nothing is decoded to find the address, and nothing is mended: `a@x.co<b@evil.com>` names nobody.
    """
    if len(from_fields) != 1 or len(from_fields[0]) > _LONGEST:
        return None
    field = from_fields[0].strip()
    found = _NAMED.fullmatch(field) or _PLAIN.fullmatch(field)
    if not found or len(found["local"]) > _LONGEST_LOCAL:
        return None
    address = f"{found['local']}@{found['domain']}".lower()
    if len(address) > _LONGEST_ADDRESS:
        return None
    return Sender(address, (found["name"] or "").strip().strip('"'))
