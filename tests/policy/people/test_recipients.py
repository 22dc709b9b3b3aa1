"""The text that each recipient is kept as: what earlier versions wrote is read, and written again the same."""

from __future__ import annotations

from typing import get_args

import pytest

from policy.case.case import Level
from policy.people.recipients import (
    Administrators,
    Agent,
    Commercial,
    Contact,
    Director,
    GroupQueue,
    LevelQueue,
    Recipient,
    recipient_from_text,
    recipient_to_text,
)

KEPT = {
    "contact:contact-1": Contact("contact-1"),
    "administrators:customer-1": Administrators("customer-1"),
    "agent:ana:2": Agent("ana:2"),
    "level:2": LevelQueue(Level.SPECIALISTS),
    "group:sig": GroupQueue("sig"),
    "director": Director(),
    "commercial": Commercial(),
}


@pytest.mark.parametrize(("text", "recipient"), KEPT.items())
def test_a_recipient_is_kept_as_its_text(text: str, recipient: Recipient) -> None:
    assert recipient_to_text(recipient) == text
    assert recipient_from_text(text) == recipient


def test_every_recipient_has_its_text() -> None:
    assert {type(each) for each in KEPT.values()} == set(get_args(Recipient))


@pytest.mark.parametrize("text", ["", "nobody", "level:9", "level:", "Director", "agents:ana"])
def test_another_text_is_no_recipient(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        recipient_from_text(text)
