"""The reach of webhooks: addresses of the open Internet, and those of the networks that the settings name.

A name is resolved once, what it says is checked, and the connection goes to just that address: a name server that
answers otherwise the second time changes nothing. What TLS proves is still the name's.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from policy.webhooks.delivery import Failing

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LONGEST_URL = 500
_NAT64 = ip_network("64:ff9b::/96")
_NEVER = tuple(
    map(
        ip_network,
        (
            *("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24"),  # a cloud's own wire, protocols', and relays
            *("fec0::/10", "3fff::/20", "64:ff9b:1::/48"),  # sites', documents' and networks' own translation
        ),
    )
)
"""What the registries or a provider keep for themselves, and Python calls global, or did in some version."""
_HTTPS, _HTTP = 443, 80
_RESOLVED_WITHIN = 5.0


class Unreachable(Exception):
    """There is no way to the endpoint, or none that may be taken."""

    def __init__(self, reason: Failing) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Place:
    """An endpoint with the one address that its name had: what to connect to, and what to say whom one means."""

    parts: SplitResult
    address: Address

    @property
    def url(self) -> str:
        """The endpoint's URL with its address instead of its name."""
        host = f"[{self.address}]" if self.address.version == 6 else str(self.address)
        return self.parts._replace(netloc=f"{host}:{_port(self.parts)}").geturl()

    @property
    def host(self) -> str:
        """What the `Host` header says."""
        return self.parts.netloc

    @property
    def name(self) -> str:
        """Whose certificate is asked for."""
        return self.parts.hostname or ""


def split(url: str) -> SplitResult:
    """A webhook's URL in its parts. ValueError where it is none: https (http), a host, no user, no fragment."""
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise ValueError("no URL")
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.fragment or "@" in parts.netloc:
        raise ValueError("no URL of a webhook")
    _port(parts)
    return parts


def networks(listed: str) -> tuple[Network, ...]:
    """Networks, by comma. ValueError where one is none."""
    return tuple(ip_network(each.strip()) for each in listed.split(",") if each.strip())


def is_open(address: Address, also: Sequence[Network] = ()) -> bool:
    """Whether a webhook may lead there: an address of the open Internet, or one in the networks that may be reached
    besides. An IPv4 address that is wrapped up in an IPv6 one counts as itself.
    """
    unwrapped = _unwrapped(address)
    if any(unwrapped in network for network in also if network.version == unwrapped.version):
        return True
    if any(unwrapped in network for network in _NEVER if network.version == unwrapped.version):
        return False
    return unwrapped.is_global and not unwrapped.is_multicast and not unwrapped.is_reserved


def _unwrapped(address: Address) -> Address:
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
    return inner or address


async def place(url: str, also: Sequence[Network] = ()) -> Place:
    """The endpoint with its address. Raises Unreachable.

    Where one of several addresses may not be reached, none is. Without TLS only networks named besides are reached.
    """
    try:
        parts = split(url)
    except ValueError:
        raise Unreachable(Failing.NO_URL) from None
    found = await _resolved(parts)
    if not all(is_open(each, also) for each in found):
        raise Unreachable(Failing.INTERNAL)
    chosen = min(found, key=lambda each: each.version)  # many a network has no way out by IPv6
    if parts.scheme == "http" and is_open(chosen):
        raise Unreachable(Failing.UNENCRYPTED)
    return Place(parts, chosen)


async def _resolved(parts: SplitResult) -> list[Address]:
    host = parts.hostname or ""
    try:
        return [ip_address(host)]
    except ValueError:
        pass
    try:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(_RESOLVED_WITHIN):
            found = await loop.getaddrinfo(host, _port(parts), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError):
        raise Unreachable(Failing.UNRESOLVED) from None
    addresses = list(dict.fromkeys(ip_address(str(each[4][0]).partition("%")[0]) for each in found))
    if not addresses:
        raise Unreachable(Failing.UNRESOLVED)
    return addresses


def _port(parts: SplitResult) -> int:
    return parts.port if parts.port is not None else _HTTPS if parts.scheme == "https" else _HTTP
