"""The content inside of an opaque S/MIME signature (RFC 5652), without a look at who signed it; nothing else."""

from __future__ import annotations

_SIGNED_DATA, _ENVELOPED = bytes.fromhex("2a864886f70d010702"), bytes.fromhex("2a864886f70d010703")
_DEEPEST, _MOST = 12, 10_000
_SEQUENCE, _OID, _OCTETS, _IN_OCTETS, _CONTENT = 0x30, 0x06, 0x04, 0x24, 0xA0


class Encrypted(Exception):
    """Nobody here can read it."""


class NotSigned(ValueError):
    """It is no signed content that could be read."""


def signed_content(der: bytes) -> bytes:
    """What was signed. Raises Encrypted or NotSigned."""
    try:
        kind, content = _children(_children(der)[0][1])[:2]
        if kind[1] == _ENVELOPED:
            raise Encrypted
        if kind[1] != _SIGNED_DATA:
            raise NotSigned
        signed = _children(_children(content[1])[0][1])
        enclosed = next(body for tag, body in signed[1:] if tag == _SEQUENCE)
        [_, (tag, wrapped), *_] = _children(enclosed)
        if tag != _CONTENT:
            raise NotSigned
        return b"".join(_octets(*each) for each in _children(wrapped))
    except (IndexError, StopIteration, RecursionError) as error:
        raise NotSigned from error
    except ValueError as error:
        raise error if isinstance(error, NotSigned) else NotSigned() from error


def _octets(tag: int, body: bytes, depth: int = 0) -> bytes:
    if tag == _OCTETS:
        return body
    if tag == _IN_OCTETS and depth < _DEEPEST:
        return b"".join(_octets(*each, depth=depth + 1) for each in _children(body))
    raise NotSigned


def _children(der: bytes) -> list[tuple[int, bytes]]:
    """The elements that stand one after another, each with its tag; also of a length that only its end tells (BER)."""
    found: list[tuple[int, bytes]] = []
    place = 0
    while place < len(der) and len(found) < _MOST:
        tag, body, place = _element(der, place)
        if tag == 0 and not body:
            break
        found.append((tag, body))
    return found


def _element(der: bytes, place: int, depth: int = 0) -> tuple[int, bytes, int]:
    tag, first = der[place], der[place + 1]
    place += 2
    if first == 0x80:
        if depth > _DEEPEST:
            raise NotSigned
        start = place
        while der[place : place + 2] != b"\0\0":
            _, _, place = _element(der, place, depth + 1)
        return tag, der[start:place], place + 2
    length = first
    if first > 0x80:
        size = first & 0x7F
        length = int.from_bytes(der[place : place + size])
        place += size
    if place + length > len(der):
        raise NotSigned
    return tag, der[place : place + length], place + length
