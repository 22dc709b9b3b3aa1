"""The API's answers as the terminal reads them: the same facts, their texts in words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from api.case.timeline import fact_answer
from cli.shown_facts import shown_fact
from policy.case.case import SYSTEM
from policy.case.facts import Fact, RecordedFact, UnknownFact, texts_in
from storage.case.views import TimelineRow
from storage.engine.codec import content_ids
from tests.support.every import every
from tests.support.lives import HELP_DESK
from tests.wording.samples import LIMIT, SAMPLES


def answer(fact: RecordedFact, words: dict[str, str], **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"seq": 3, "turn": 2, "at": LIMIT, "actor": HELP_DESK, "internal": False, "due_at": None}
    return fact_answer(TimelineRow(**{**row, **changes}, fact=fact, words=words)).model_dump(mode="json")


@every("fact", SAMPLES)
def test_a_fact_is_what_it_was(fact: Fact) -> None:
    """But for where its texts are deposited, which no answer says."""
    texts = texts_in(fact)
    shown = shown_fact(answer(fact, {text.content_id: "Se revisó." for text in texts.values()}))

    assert type(shown.fact) is type(fact)
    assert {**vars(shown.fact), **texts} == vars(fact)
    assert shown.texts == ("Se revisó.",) * len(texts)


def test_a_text_that_is_gone_is_not_shown() -> None:
    fact = next(each for each in SAMPLES if each.kind == "reply_sent")

    assert shown_fact(answer(fact, {})).texts == ()


def test_lateness_and_the_clock_itself_are_told() -> None:
    due_at = LIMIT - timedelta(minutes=5)
    shown = shown_fact(answer(SAMPLES[0], {}, actor=SYSTEM, due_at=due_at, internal=True))

    assert (shown.seq, shown.who, shown.late, shown.internal) == (3, "Escala", timedelta(minutes=5), True)


def test_a_newer_fact_is_shown_by_its_kind() -> None:
    newer = UnknownFact(kind="case_praised", data={"words": {"content_id": "txt_1", "characters": 7}})
    told = answer(newer, dict.fromkeys(content_ids(newer.data), "Gracias"))

    assert told["data"] == {"words": "Gracias"}
    assert shown_fact(told).fact == UnknownFact(kind="case_praised", data={"words": "Gracias"})
