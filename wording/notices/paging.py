"""A page as a message, one that is read on a telephone at night, so the case first and one address to tap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policy.case.case import Level, Priority
from policy.duty.steps import PageWhy
from wording.language import translate, translate_count, word
from wording.notices.letter import NoticeText

_MOST_TOLD = 20


@dataclass(frozen=True, kw_only=True)
class PagedCase:
    """A case that somebody is paged about."""

    number: str
    title: str
    level: Level
    priority: Priority
    why: PageWhy
    link: str
    told_all: bool = False
    """Whether nobody is left to pass it on to."""


def letter(cases: Sequence[PagedCase], *, link: str, acknowledges: bool, language: str) -> NoticeText:
    """The message about one case or several. `acknowledges`: its link does so; else it leads to the page of duty."""
    first = cases[0]
    if len(cases) == 1:
        news = translate("On duty: {case}", language, case=f"[{first.number}] {first.title}")
    else:
        news = translate_count("On duty: {count} case", "On duty: {count} cases", len(cases), language)
    ask = (
        translate("Say that you have it, without signing in:\n{link}", language, link=link)
        if acknowledges
        else translate("See who is on duty, and who was paged:\n{link}", language, link=link)
    )
    told = [_of(each, language) for each in cases[:_MOST_TOLD]]
    more = len(cases) - len(told)
    if more:
        told.append(translate_count("And {count} more case.", "And {count} more cases.", more, language))
    return NoticeText(news, "\n\n".join([news, ask, *told]) + "\n", news)


def _of(case: PagedCase, language: str) -> str:
    why = {
        PageWhy.HANDED_OFF: "It came to level {level}.",
        PageWhy.OVERDUE: "It is overdue at level {level}.",
    }[case.why]
    lines = [
        f"[{case.number}] {case.title}",
        translate("Priority: {priority}", language, priority=_priority(case.priority, language)),
        translate(why, language, level=int(case.level)),
    ]
    if case.told_all:
        lines.append(translate("Nobody is on duty, or nobody acknowledged: all of the level are told.", language))
    return "\n".join([*lines, case.link])


def _priority(priority: Priority, language: str) -> str:
    return f"{int(priority)} · {word('priority', int(priority), language)}"
