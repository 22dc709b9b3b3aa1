"""The questions about what a customer's team analysed before it opens a case (REQ-5), by what the case is about.

The answers are kept with the case as one text, each under its question. A name means one thing in every category, so
that what was written under it stays when another category is chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from policy.case.case import Category


@dataclass(frozen=True)
class Question:
    """A question and a word of help, as message ids."""

    asks: str
    help: str


_TRIED = "what_tried"
"""Asked in every category, and the one that is demanded."""

_HOW_MUCH = Question("How much", "Users, requests a day, records: as they are, and as you expect them.")
_LIMITS = Question("What has to stay as it is", "Systems, rules or habits that the advice has to fit.")

ASKED: Mapping[Category, Mapping[str, Question]] = {
    Category.INCIDENT: {
        "since_when": Question("Since when", "The day and time when it began, as far as you know."),
        "who_affected": Question("Who is affected", "Everybody, an office, one person? On which devices?"),
        "what_changed": Question(
            "What changed before", "An update, a new network, new users, new data? Nothing, as far as you know?"
        ),
        "error_messages": Question("Error messages", "Word for word, if there are any."),
        _TRIED: Question("What you analysed and tried", "What you looked at, what you tried, and what came of it."),
    },
    Category.QUESTION: {
        "goal": Question("What you want to achieve", "What you would do with the answer."),
        "example": Question("An example", "A case, a file or a screen that shows what you mean."),
        _TRIED: Question("Where you looked already", "Which guide, page or colleague you asked, and what it said."),
    },
    Category.BEST_PRACTICE: {
        "goal": Question("What you want to achieve", "Faster, cheaper, safer, easier? How would you notice?"),
        "how_much": _HOW_MUCH,
        "limits": _LIMITS,
        _TRIED: Question(
            "How you do it today, and what you considered", "Each way that you thought of, and what speaks against it."
        ),
    },
    Category.ARCHITECTURE: {
        "goal": Question("What you want to build", "What it has to do, and for whom."),
        "how_much": _HOW_MUCH,
        "limits": _LIMITS,
        "by_when": Question("By when", "The date on which you need it, and why that one."),
        _TRIED: Question(
            "How it is built today, and what you considered",
            "The parts and how they talk to each other; a drawing among the files helps.",
        ),
    },
}
"""The questions of each category by name, in their order."""

NAMES: tuple[str, ...] = tuple(dict.fromkeys(name for asked in ASKED.values() for name in asked))
"""Every name of a question, once."""


def analysis(category: str, answers: Mapping[str, str], say: Callable[[str], str]) -> str:
    """The answers to a category's questions as one text, each under its question as `say` says it; empty ones left out.

    What was written under another category's questions is none of it.
    """
    asked = ASKED.get(Category(category), {}) if category in set(Category) else {}
    said = {name: answers.get(name, "").strip() for name in asked}
    return "\n".join(f"{say(asked[name].asks)}: {answer}" for name, answer in said.items() if answer)
