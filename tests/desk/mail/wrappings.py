"""What mail comes wrapped in: TNEF and signed content, made as far as a reader looks."""

from __future__ import annotations

import struct


def tnef(body: str = "", files: tuple[tuple[str, bytes], ...] = ()) -> bytes:
    """A winmail.dat with a body and files."""
    told = struct.pack("<IH", 0x223E9F78, 1)
    told += _attribute(1, 0x00069007, struct.pack("<II", 1252, 0))
    if body:
        told += _attribute(1, 0x0002800C, body.encode("cp1252") + b"\0")
    for name, content in files:
        told += _attribute(2, 0x00069002, struct.pack("<HIHHI", 1, 0xFFFFFFFF, 32, 32, 0))
        told += _attribute(2, 0x00018010, name.encode("cp1252") + b"\0")
        told += _attribute(2, 0x0006800F, content)
    return told


def signed(content: bytes) -> bytes:
    """What openssl makes of `cms -sign -nodetach`, without the signature that nobody looks at."""
    data, signed_data = bytes.fromhex("2a864886f70d010701"), bytes.fromhex("2a864886f70d010702")
    enclosed = _der(0x30, _der(0x06, data) + _der(0xA0, _der(0x04, content)))
    inner = _der(0x30, _der(0x02, b"\x01") + _der(0x31, b"") + enclosed + _der(0x31, b""))
    return _der(0x30, _der(0x06, signed_data) + _der(0xA0, inner))


def _attribute(level: int, name: int, content: bytes) -> bytes:
    return struct.pack("<BII", level, name, len(content)) + content + struct.pack("<H", sum(content) & 0xFFFF)


def _der(tag: int, content: bytes) -> bytes:
    if len(content) < 128:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(length)]) + length + content
