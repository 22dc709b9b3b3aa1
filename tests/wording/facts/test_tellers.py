"""Every fact has its sentence for each of its readers: on pages, for operators, in a terminal and in letters."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.case.facts import ClockWarned, Fact, UnknownFact
from tests.support.any_facts import KINDS, any_of
from tests.support.every import every
from tests.wording.samples import EVERY_NOTICE, SAMPLES, told
from wording.facts import operator, terminal
from wording.facts.page import Teller
from wording.language import LANGUAGES

TELLERS: dict[str, Callable[[Fact], str]] = {
    **{f"page in {language}": Teller(language).sentence for language in LANGUAGES},
    "terminal": terminal.sentence,
    "operator": operator.sentence,
}
ROOT = Path(__file__).parents[3]
NEWER = UnknownFact(kind="case_praised", data={"stars": 5})


def is_whole(sentence: str, kind: str) -> bool:
    """It says something, leaves no placeholder open, and shows no value as the program writes it."""
    raw = re.search(r"[{}]|None|\b[A-Z]\w+\.[A-Z_]+\b", sentence) or kind in sentence
    return bool(sentence.strip()) and not raw


@every("teller", TELLERS)
@every("fact", SAMPLES)
def test_every_fact_is_told_to_every_reader(fact: Fact, teller: str) -> None:
    assert is_whole(TELLERS[teller](fact), fact.kind)


@every("fact", SAMPLES)
def test_every_fact_is_told_on_pages_in_the_readers_language(fact: Fact) -> None:
    """A sentence without its Spanish would be told in English to everybody."""
    assert Teller("es").sentence(fact) != Teller("en").sentence(fact)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
@settings(max_examples=10)
@given(data=st.data())
def test_whatever_a_fact_says_it_is_told(kind: type[Any], data: st.DataObject) -> None:
    fact = data.draw(any_of(kind))

    assert all(tell(fact) for tell in TELLERS.values())


@every("language", LANGUAGES)
@every("fact, recipient", EVERY_NOTICE)
def test_every_fact_that_somebody_is_written_about_has_its_letter(fact: Fact, recipient: Any, language: str) -> None:
    letter = told(fact, recipient, language)

    assert is_whole(letter.subject.replace("{0}", ""), fact.kind)
    assert letter.body.strip()


def test_the_samples_hold_every_fact() -> None:
    assert {type(fact) for fact in SAMPLES} == set(KINDS)


class TestANewerFact:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_is_told_by_its_kind(self, language: str) -> None:
        assert Teller(language).sentence(NEWER) == terminal.sentence(NEWER) == "case_praised"


class TestLateness:
    @pytest.mark.rule("ESC-15")
    def test_is_said_from_a_minute_on(self) -> None:
        fact = next(each for each in SAMPLES if each.kind == "case_overdue")
        late, moment = timedelta(minutes=5), timedelta(seconds=59)

        assert Teller("es").sentence(fact, late=late).endswith(" (5 minutos de retraso)")
        assert terminal.sentence(fact, late=late).endswith(", con 5 minutos de retraso")
        assert Teller("es").sentence(fact, late=moment) == Teller("es").sentence(fact)
        assert terminal.sentence(fact, late=moment) == terminal.sentence(fact)


class TestTheWarning:
    @pytest.mark.rule("ESC-13")
    def test_has_its_share_written_in_no_sentence(self) -> None:
        """It is in the policy file, and pinned in the case's terms."""
        rooms = ("api", "cli", "desk", "portal", "wording", "workflows")
        files = [each for room in rooms for each in (ROOT / room).rglob("*") if each.suffix in {".py", ".po", ".html"}]

        assert [each for each in files if re.search(r"\b75 ?%", each.read_text(encoding="utf-8"))] == []

    @pytest.mark.rule("ESC-13")
    def test_names_the_share_that_its_fact_names(self) -> None:
        """The share is the case's terms'; a warning that was recorded before facts named it is told without."""
        told = {fact.percent: terminal.sentence(fact) for fact in SAMPLES if isinstance(fact, ClockWarned)}

        assert "va el 75 % del tiempo del nivel" in told[75]
        assert told[None].startswith("aviso del tiempo del nivel; vence ")
        assert "75 %" in Teller("es").sentence(next(each for each in SAMPLES if isinstance(each, ClockWarned)))
