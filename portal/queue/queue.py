"""The agents' queue: what is due next, by tabs and filters that stand in the address; it follows what happens."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any

from fastapi import APIRouter, Request, Response

from desk.desk import Desk
from desk.reading.queue import (
    COUNTED,
    SOON,
    QueueAsked,
    QueueChoices,
    QueuePage,
    Row,
    looked_for,
    read_queue,
    read_queue_and_choices,
)
from policy.case.case import WORKED_ON, ClosingReason, Level, Priority, Role, Status
from portal.frame.deps import DeskDep
from portal.frame.pages import answered, page, render
from portal.frame.session import Staff, Visitor
from portal.queue.bulk_actions import ACTIONS, Action
from portal.queue.list_news import news_of
from portal.queue.queue_filters import TABS, Look, QueueSort, counts, look_in, look_of
from portal.queue.queue_news import DESK, MOST, QueueNews
from portal.queue.saved_views import may_share_with
from storage.case.queue import Tally
from storage.workbench.saved_views import SavedView
from wording.language import translate, word

router = APIRouter()

TAB_NAMES = {
    "open": "Open",
    "mine": "Mine",
    "unassigned": "Unassigned",
    "level-1": "Level 1",
    "level-2": "Level 2",
    "level-3": "Level 3",
    "overdue": "Past their limit",
    "waiting": "Waiting",
    "held": "Held",
    "resolved": "Solved",
    "all": "All",
}


@dataclass(frozen=True, kw_only=True)
class Tab:
    """A tab: its name, how many cases are behind it, and where it is."""

    key: str
    name: str
    cases: int
    address: str


@router.get("/cola")
async def show(request: Request, visitor: Staff, desk: DeskDep) -> Response:
    """The whole page."""
    look, counted = look_in_address(request, desk), await news_of(QueueNews, request, desk).tally(at=desk.clock())
    asked = asked_of(request, visitor, desk, look)
    found, choices = await read_queue_and_choices(desk, visitor.principal, asked)
    shown = _shown(desk, visitor, look, counted, found) | await _kept(request, visitor, desk, found.views)
    choices_of = _choices(desk, look, found, choices, visitor.language)
    return page(
        request,
        "queue/page.html",
        **shown,
        title=_title(look, shown),
        answers=_answers(counted[1], found, visitor.language),
        is_later_page=asked.cursor is not None,
        share_with=[int(each) for each in may_share_with(visitor)],
        states=[(each, word("status", each.value, visitor.language)) for each in Status],
        choices=choices_of,
        by_limit=f"/cola?{look.sorted_by('next_due').query}",
        actions=[(path, _verb(action, visitor.language), action.icon) for path, action in ACTIONS.items()],
        chips=_chips(look, choices_of, visitor.language),
        problem=None,
    )


@router.get("/cola/filas")
async def show_rows(request: Request, visitor: Staff, desk: DeskDep) -> Response:
    """The tabs and rows alone, for the page that shows them already."""
    look, counted = look_in_address(request, desk), await news_of(QueueNews, request, desk).tally(at=desk.clock())
    asked = asked_of(request, visitor, desk, look)
    found = await read_queue(desk, visitor.principal, asked)
    shown = _shown(desk, visitor, look, counted, found) | await _kept(request, visitor, desk, found.views)
    shown["is_later_page"] = asked.cursor is not None
    return answered(Response(render(request, visitor, "queue/list.html", **shown), media_type="text/html"), visitor)


@router.get("/cola/eventos")
async def follow(request: Request, visitor: Staff, desk: DeskDep) -> Response:
    """That something happened, each time that it does."""
    return news_of(QueueNews, request, desk).stream(request, desk, visitor, DESK)


def look_in_address(request: Request, desk: Desk) -> Look:
    """The look that the address asks for."""
    return look_of(request.query_params.multi_items(), policy=desk.policy)


def asked_of(request: Request, visitor: Visitor, desk: Desk, look: Look) -> QueueAsked:
    """What the visitor asks for by this look, from the place on that the address says."""
    assert visitor.account
    cursor, mine = request.query_params.get("cursor", "")[:500] or None, visitor.account.id
    wanted = look.wanted(visitor.principal.actor.id, mine, at=desk.clock())
    return QueueAsked(wanted=wanted, account_id=mine, cursor=cursor, counts=look.is_filtered)


def _shown(desk: Desk, visitor: Visitor, look: Look, counted: tuple[str, Tally], found: QueuePage) -> dict[str, Any]:
    """What the tabs and rows speak of. `counted`: how far the desk was before the rows were read, and its cases."""
    mark, tally = counted
    return {
        "look": look,
        "tabs": _tabs(desk, look, counts(tally, visitor.principal.actor.id), visitor.language),
        "rows": found.rows,
        "next_cursor": found.next_cursor,
        "how_many": found.how_many,
        "counted": COUNTED,
        "mark": mark,
        "now": found.at,
        "heads": _heads(found, visitor.language) if look.sort == "next_due" else {},
        "columns": _columns(look, visitor.language),
        "key": lambda: secrets.token_urlsafe(18),
        "people": {each.id: each.name for each in found.agents},
        "names": found.customers,
        "group_names": {group.id: group.name for group in desk.policy.groups},
        "group_tabs": [f"group-{group.id}" for group in desk.policy.groups],
        "may_act": visitor.role in (Role.AGENT, Role.DIRECTOR),
    }


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A look that somebody kept, and how many cases are behind it, up to MOST + 1; None where nobody counted."""

    view: SavedView
    cases: int | None


async def _kept(request: Request, visitor: Visitor, desk: Desk, views: Sequence[SavedView]) -> dict[str, Any]:
    """The views that a visitor has, counted; `all_counted`: whether each was, as of now."""
    assert visitor.account
    me, mine, at = visitor.principal.actor.id, visitor.account.id, desk.clock()
    wanted = {
        each.id: looked_for(visitor.principal, look_in(each.query, policy=desk.policy).wanted(me, mine, at=at))
        for each in views
    }
    found, all_counted = await news_of(QueueNews, request, desk).counts(wanted, at=at) if views else ({}, True)
    kept = [Kept(view=each, cases=found[each.id]) for each in views]
    return {"kept": kept, "all_counted": all_counted, "most_kept": MOST, "account_id": mine}


def _title(look: Look, shown: Mapping[str, Any]) -> str:
    """What stands above the rows: the name of the view that is looked at, else the tab's."""
    kept: Sequence[Kept] = shown["kept"]
    tabs: Sequence[Tab] = shown["tabs"]
    names = [each.view.name for each in kept if each.view.query == look.query]
    return (names or [tab.name for tab in tabs if tab.key == look.tab])[0]


class Group(StrEnum):
    """Where a row of the queue stands, by when its clock ends."""

    LATE = "late"
    SOON = "soon"
    LATER = "later"
    LATE_STILL = "late still"
    STILL = "still"
    OVER = "over"


_GROUP_NAMES = {
    Group.LATE: "Late",
    Group.SOON: "Within the next hour",
    Group.LATER: "Later on",
    Group.LATE_STILL: "Late, waiting for the customer",
    Group.STILL: "Waiting",
    Group.OVER: "Solved or closed",
}


def _group(row: Row) -> Group:
    due_at = row.row.next_due_at
    if row.state == "late":
        return Group.LATE if due_at else Group.LATE_STILL
    if due_at:
        return Group.SOON if due_at <= row.at + SOON else Group.LATER
    return Group.OVER if row.row.case.status in (Status.RESOLVED, Status.CLOSED) else Group.STILL


def _heads(found: QueuePage, language: str) -> dict[str, str]:
    """What stands above the first row of each group, by its case's number."""
    heads: dict[str, str] = {}
    for group, rows in groupby(found.rows, _group):
        of_group = list(rows)
        heads[of_group[0].row.number] = f"{translate(_GROUP_NAMES[group], language)}  {len(of_group)}"
    return heads


@dataclass(frozen=True, kw_only=True)
class ColumnHead:
    """A column's head: its name, the list in its order, and whether it is in it (`ascending`, `descending`) or not."""

    css: str
    name: str
    address: str
    order: str
    is_unseen: bool = False


_COLUMNS: tuple[tuple[str, str, QueueSort, QueueSort, bool], ...] = (
    ("priority", "Priority", "priority", "-priority", True),
    ("number", "Case", "number", "-number", False),
    ("title", "Title", "title", "-title", False),
    ("customer", "Customer", "customer", "-customer", False),
    ("level", "Level", "level", "-level", False),
    ("assignee", "Has it", "assignee", "-assignee", True),
    ("status", "Status", "status", "-status", False),
    ("due", "Next clock", "next_due", "-next_due", False),
)


def _columns(look: Look, language: str) -> list[ColumnHead]:
    return [
        ColumnHead(
            css=css,
            name=translate(name, language),
            address=f"/cola?{look.sorted_by(down if look.sort == up else up).query}",
            order={up: "ascending", down: "descending"}.get(look.sort, "none"),
            is_unseen=unseen,
        )
        for css, name, up, down, unseen in _COLUMNS
    ]


def _answers(tally: Tally, found: QueuePage, language: str) -> list[tuple[str, int, str, str]]:
    """What one asks of the queue first: the words, how many, the list that shows them, and the tone."""
    late = sum(pile.cases for pile in tally.piles if pile.late)
    answered = sum(pile.cases for pile in tally.piles if pile.answered and pile.status in WORKED_ON)
    return [
        (translate("past their limit", language), late, Look(tab="overdue").query, "late"),
        (translate("end within the hour", language), found.soon, Look(soon=True).query, ""),
        (translate("with the customer's answer", language), answered, Look(answered=True).query, "new"),
    ]


def _choices(desk: Desk, look: Look, found: QueuePage, choices: QueueChoices, language: str) -> Choices:
    """The filters that take one value: each one's name in the address, its label, what is chosen, and what there is."""

    def words(kind: str, values: Iterable[Any]) -> list[tuple[str, str]]:
        return [(str(value), f"{value} {word(kind, value, language)}".strip()) for value in values]

    def plain(kind: str, values: Iterable[StrEnum]) -> list[tuple[str, str]]:
        return [(each.value, word(kind, each.value, language)) for each in values]

    plans: list[tuple[str, str]] = [(plan, word("plan", plan, language)) for plan in desk.policy.plans]
    filters: list[tuple[str, str, Any, list[tuple[str, str]]]] = [
        ("level", "Level", int(look.level) if look.level else "", words("level", map(int, Level))),
        ("group", "Group", look.group, [(each.id, each.name) for each in desk.policy.groups]),
        ("priority", "Priority", int(look.priority) if look.priority else "", words("priority", map(int, Priority))),
        ("plan", "Plan", look.plan, plans),
        ("customer_id", "Customer", look.customer_id, list(choices.customers)),
        ("assignee", "Has it", look.assignee, [(each.id, each.name) for each in found.agents]),
        ("tag", "Tag", look.tag, [(each, each) for each in dict.fromkeys((*choices.tags, look.tag)) if each]),
        ("reason", "Closed as", look.reason.value if look.reason else "", plain("closing_reason", ClosingReason)),
    ]
    return [(name, translate(label, language), str(chosen), options) for name, label, chosen, options in filters]


Choices = Sequence[tuple[str, str, str, list[tuple[str, str]]]]


def _chips(look: Look, choices: Choices, language: str) -> list[tuple[str, str]]:
    """Each filter that stands, in words, with the address of the list without it."""
    ticks = {
        "overdue": "Overdue only",
        "soon": "Only those that end within the hour",
        "answered": "With the customer's word last only",
        "unread": "Only those that I have not read",
        "missed": "With a broken promise only",
    }
    found = [(word("status", each.value, language).capitalize(), look.without("status", each)) for each in look.status]
    for name, label, chosen, options in choices:
        if chosen:
            shown = dict(options).get(chosen, chosen)
            found.append((f"{label}: {shown}", look.without(name)))
    if look.q:
        found.append((f"«{look.q}»", look.without("q")))
    if look.due_before:
        words = f"{translate('Due before', language)} {look.due_before.replace('T', ' ')}"
        found.append((words, look.without("due_before")))
    found += [(translate(words, language), look.without(name)) for name, words in ticks.items() if getattr(look, name)]
    return [(words, its.query) for words, its in found]


def _verb(action: Action, language: str) -> str:
    """What a button says; three dots where a form follows."""
    return translate(action.label, language) + ("…" if action.fields else "")


def _tabs(desk: Desk, look: Look, cases: dict[str, int], language: str) -> list[Tab]:
    names = {tab: translate(TAB_NAMES[tab], language) for tab in TABS}
    with_groups = [*TABS[:6], *(f"group-{group.id}" for group in desk.policy.groups), *TABS[6:]]
    names |= {f"group-{group.id}": group.name for group in desk.policy.groups}
    return [
        Tab(key=tab, name=names[tab], cases=cases.get(tab, 0), address=f"/cola?{look.at_tab(tab).query}")
        for tab in with_groups
    ]
