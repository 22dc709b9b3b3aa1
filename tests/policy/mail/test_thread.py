"""The token of a case: every number has its own, and nothing else is one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from policy.mail.thread import LENGTH, number_by_ids, number_in, token_of

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
numbers = st.builds(lambda year, number: f"MA-{year}-{number:06}", st.integers(2000, 2255), st.integers(0, 999_999_999))


@given(numbers)
def test_a_token_leads_to_its_case_in_whatever_letters(number: str) -> None:
    token = token_of(number, KEY)
    assert (len(token), token.islower() or token.isalnum()) == (LENGTH, True)
    assert number_in(token.upper(), KEY) == number
    assert number_in(token, OTHER_KEY) is None


@given(numbers, st.integers(0, LENGTH - 1), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_changed_letter_leads_nowhere(number: str, place: int, letter: str) -> None:
    token = token_of(number, KEY)
    changed = token[:place] + letter + token[place + 1 :]
    assert changed == token or number_in(changed, KEY) is None


@given(st.lists(st.text(max_size=60), max_size=5))
def test_ids_of_others_lead_nowhere(ids: list[str]) -> None:
    assert number_by_ids(ids, KEY) is None
