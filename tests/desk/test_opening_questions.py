"""The questions about what was analysed before a case is opened, by what it is about."""

from __future__ import annotations

import pytest

from desk.opening_questions import ASKED, NAMES, analysis
from policy.case.case import Category

ANSWERS = {name: f"<{name}>" for name in NAMES}


@pytest.mark.rule("REQ-5")
@pytest.mark.parametrize("category", list(Category))
def test_every_category_asks_what_was_tried_and_something_of_its_own(category: Category) -> None:
    asked = ASKED[category]
    assert "what_tried" in asked
    assert len({question.asks for question in asked.values()}) == len(asked) > 2
    others = {question.asks for other in Category if other is not category for question in ASKED[other].values()}
    assert {question.asks for question in asked.values()} - others


@pytest.mark.parametrize("category", list(Category))
def test_the_answers_are_one_text_each_under_its_question(category: Category) -> None:
    told = analysis(category.value, ANSWERS, str.upper)
    assert told.splitlines() == [f"{each.asks.upper()}: <{name}>" for name, each in ASKED[category].items()]


def test_what_was_left_empty_or_is_no_category_is_left_out() -> None:
    assert analysis("question", {"what_tried": " la guía ", "goal": " "}, str) == "Where you looked already: la guía"
    assert analysis("nonsense", ANSWERS, str) == ""
