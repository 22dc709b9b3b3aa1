"""Where a webhook may lead: nowhere inside, however the address is written, and to what its name said when asked."""

from __future__ import annotations

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.webhooks.reach import Unreachable, is_open, networks, place, split
from policy.webhooks.delivery import Failing

OURS = networks("10.1.0.0/16, 127.0.0.0/8")
INSIDE = (
    *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.9", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
    *("224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1"),
    *("::1", "::", "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "2002:7f00:1::", "64:ff9b::a00:1", "64:ff9b::7f00:1"),
    *("::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b:1::7f00:1", "2001:0:4136:e378:8000:63bf:80ff:fffe"),
    *("fec0::1", "3fff::1", "192.0.0.192", "192.88.99.1", "168.63.129.16", "::ffff:168.63.129.16", "fd00:ec2::254"),
)
OUTSIDE = ("8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808")


@pytest.mark.parametrize("address", INSIDE)
def test_no_address_inside_is_open(address: str) -> None:
    assert not is_open(ip_address(address))


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_of_the_internet_is_open(address: str) -> None:
    assert is_open(ip_address(address))


@pytest.mark.parametrize(("address", "opens"), [("10.1.2.3", True), ("::ffff:10.1.2.3", True), ("10.2.0.1", False)])
def test_a_network_of_the_house_is_open_where_it_is_named(address: str, opens: bool) -> None:
    assert is_open(ip_address(address), OURS) is opens


@given(st.ip_addresses(v=4))
def test_an_address_wrapped_in_another_counts_as_itself(inner: IPv4Address) -> None:
    wrapped = (f"::ffff:{inner}", f"64:ff9b::{inner}", IPv6Address((0x2002 << 112) | (int(inner) << 80)))
    assert {is_open(ip_address(str(each))) for each in wrapped} == {is_open(inner)}


@pytest.mark.parametrize(
    "url",
    [
        *("", "erp.example.com", "ftp://erp.example.com", "https://", "https:///hook", "javascript:alert(1)"),
        *("https://root@erp.example.com/", "https://root:pw@10.0.0.1/", "https://erp.example.com/#x"),
        *("https://erp.example.com:99999/", "https://erp.example.com/\r\nHost: x", "https://erp.example.com\\@evil/"),
        *("https://a b/", "https://ñandú.example/", "https://" + "a" * 500),
    ],
)
def test_what_is_no_address_of_a_webhook(url: str) -> None:
    with pytest.raises(ValueError, match=r"URL|[Pp]ort|netloc"):
        split(url)


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """A name server that gives these answers, one after another; which names it was asked for."""
    asked, given = [], list(answers)

    async def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        found = given.pop(0)
        if not found:
            raise socket.gaierror
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in found]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo, raising=False)
    return asked


async def why_not(url: str) -> Failing:
    with pytest.raises(Unreachable) as refused:
        await place(url, OURS)
    return refused.value.reason


async def test_a_name_is_asked_for_once_and_its_address_is_where_one_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolving(monkeypatch, ["8.8.8.8"], ["127.0.0.1"])
    found = await place("https://erp.example.com:8443/hook?a=1")
    assert (found.url, found.host, found.name) == (
        "https://8.8.8.8:8443/hook?a=1",
        "erp.example.com:8443",
        "erp.example.com",
    )
    assert asked == ["erp.example.com"]


@pytest.mark.parametrize(
    ("url", "answer", "why"),
    [
        ("https://erp.example.com", ["192.168.0.1"], Failing.INTERNAL),
        ("https://erp.example.com", ["8.8.8.8", "169.254.169.254"], Failing.INTERNAL),
        ("https://erp.example.com", [], Failing.UNRESOLVED),
        ("http://erp.example.com", ["8.8.8.8"], Failing.UNENCRYPTED),
    ],
)
async def test_a_name_that_leads_inside_leads_nowhere(
    monkeypatch: pytest.MonkeyPatch, url: str, answer: list[str], why: Failing
) -> None:
    resolving(monkeypatch, answer)
    assert await why_not(url) is why


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "[::1]", "[::ffff:192.168.0.1]", "0.0.0.0", "10.2.0.1", "2130706433", "0x7f.1", "127.1"]
)
async def test_an_address_inside_leads_nowhere(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, ["192.168.0.1"])  # what the system makes of a number
    assert await why_not(f"https://{host}/") is Failing.INTERNAL


async def test_a_network_that_is_named_is_reached_without_tls_as_well() -> None:
    assert (await place("http://10.1.2.3/hook", OURS)).url == "http://10.1.2.3:80/hook"
