"""Tallies: what strangers try is told of, and never so often that it hides what else is on the audit."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desk.tallies import MOST_ADDRESSES, OTHERS, Tallies, network_of
from storage.audit.acts import Act
from tests.support.lives import bogota

NINE = bogota("09:00")


def told(tallies: Tallies, *addresses: str, act: Act = Act.TOKEN_REFUSED) -> list[tuple[str, int]]:
    found = [tallies.count(act, each, at=NINE) for each in addresses]
    return [(each.address, each.times) for each in found if each]


def test_an_address_is_told_of_at_its_first_tenth_and_hundredth() -> None:
    assert [times for _, times in told(Tallies(), *["203.0.113.7"] * 2_000)] == [1, 10, 100, 1_000]


def test_each_act_and_each_hour_counts_for_itself() -> None:
    tallies = Tallies()
    assert told(tallies, "203.0.113.7") == told(tallies, "203.0.113.7", act=Act.SIGN_IN_THROTTLED)
    later = tallies.count(Act.TOKEN_REFUSED, "203.0.113.7", at=NINE + timedelta(hours=1))
    assert later
    assert (later.times, later.hour) == (1, NINE + timedelta(hours=1))


def test_a_million_tries_from_many_addresses_are_a_few_dozen_entries() -> None:
    said = told(Tallies(), *(f"10.{n >> 16}.{(n >> 8) & 255}.{n & 255}" for n in range(100_000)))
    assert len(said) == MOST_ADDRESSES + len(("1", "10", "100", "1000", "10000"))
    assert said[-1] == (OTHERS, 10_000)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("unknown", "unknown"),
        ("<b>", "unknown"),
    ],
)
def test_who_has_a_whole_network_counts_once(address: str, network: str) -> None:
    assert network_of(address) == network
