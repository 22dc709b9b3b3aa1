"""The agents' queue: what is due next, by tabs and filters that stand in the address; it follows what happens."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any

from fastapi import APIRouter, Request, Response

from desk.desk import Desk
from desk.reading.queue import COUNTED, QueueAsked, QueueChoices, QueuePage, Row, read_queue, read_queue_and_choices
from policy.case.case import ClosingReason, Level, Priority, Role, Status
from portal.frame.deps import DeskDep
from portal.frame.pages import answered, page, render
from portal.frame.session import Staff, Visitor
from portal.queue.bulk_actions import ACTIONS
from portal.queue.list_news import news_of
from portal.queue.queue_filters import TABS, Look, counts, look_of
from portal.queue.queue_news import DESK, QueueNews
from storage.case.queue import Tally
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
    look, account_id = _look(request, desk), visitor.account.id if visitor.account else ""
    counted = await news_of(QueueNews, request, desk).tally()
    asked = _asked(request, visitor, look)
    found, choices = await read_queue_and_choices(desk, visitor.principal, asked, account_id)
    shown = _shown(desk, visitor, look, counted, found) | {"kept": choices.views}
    return page(
        request,
        "queue/page.html",
        **shown,
        title=next(tab.name for tab in shown["tabs"] if tab.key == look.tab),
        answers=_answers(shown["tabs"], found, visitor.language),
        is_later_page=asked.cursor is not None,
        account_id=account_id,
        states=[(each, word("status", each.value, visitor.language)) for each in Status],
        choices=_choices(desk, look, found, choices, visitor.language),
        actions=[(path, translate(action.label, visitor.language)) for path, action in ACTIONS.items()],
        problem=None,
    )


@router.get("/cola/filas")
async def show_rows(request: Request, visitor: Staff, desk: DeskDep) -> Response:
    """The tabs and rows alone, for the page that shows them already."""
    look, counted = _look(request, desk), await news_of(QueueNews, request, desk).tally()
    asked = _asked(request, visitor, look)
    found = await read_queue(desk, visitor.principal, asked)
    shown = _shown(desk, visitor, look, counted, found) | {"is_later_page": asked.cursor is not None}
    return answered(Response(render(request, visitor, "queue/list.html", **shown), media_type="text/html"), visitor)


@router.get("/cola/eventos")
async def follow(request: Request, visitor: Staff, desk: DeskDep) -> Response:
    """That something happened, each time that it does."""
    return news_of(QueueNews, request, desk).stream(request, desk, visitor, DESK)


def _look(request: Request, desk: Desk) -> Look:
    return look_of(request.query_params.multi_items(), policy=desk.policy)


def _asked(request: Request, visitor: Visitor, look: Look) -> QueueAsked:
    cursor = request.query_params.get("cursor", "")[:500] or None
    return QueueAsked(wanted=look.wanted(visitor.principal.actor.id), cursor=cursor, counts=look.is_filtered)


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
        "heads": _heads(found, visitor.language),
        "key": lambda: secrets.token_urlsafe(18),
        "kept": (),
        "people": {each.id: each.name for each in found.agents},
        "names": found.customers,
        "group_names": {group.id: group.name for group in desk.policy.groups},
        "may_act": visitor.role in (Role.AGENT, Role.DIRECTOR),
    }


class Group(StrEnum):
    """Where a row of the queue stands, by when its clock ends."""

    LATE = "late"
    SOON = "soon"
    LATER = "later"
    STILL = "still"
    OVER = "over"


_GROUP_NAMES = {
    Group.LATE: "Late",
    Group.SOON: "Within the next hour",
    Group.LATER: "Later on",
    Group.STILL: "Waiting",
    Group.OVER: "Solved or closed",
}
_SOON = timedelta(hours=1)


def _group(row: Row) -> Group:
    due_at = row.row.next_due_at
    if row.state == "late":
        return Group.LATE
    if due_at:
        return Group.SOON if due_at <= row.at + _SOON else Group.LATER
    return Group.OVER if row.row.case.status in (Status.RESOLVED, Status.CLOSED) else Group.STILL


def _heads(found: QueuePage, language: str) -> dict[str, str]:
    """What stands above the first row of each group, by its case's number."""
    heads: dict[str, str] = {}
    for group, rows in groupby(found.rows, _group):
        of_group = list(rows)
        heads[of_group[0].row.number] = f"{translate(_GROUP_NAMES[group], language)}  {len(of_group)}"
    return heads


def _answers(tabs: Sequence[Tab], found: QueuePage, language: str) -> list[tuple[str, int, str, str]]:
    """What one asks of the queue first: the words, how many, the tab that shows them, and the tone."""
    late = next(tab.cases for tab in tabs if tab.key == "overdue")
    soon = sum(_group(row) is Group.SOON for row in found.rows)
    return [
        (translate("past their limit", language), late, "overdue", "late"),
        (translate("end within the hour", language), soon, "open", ""),
        (translate("with the customer's answer", language), sum(row.answered for row in found.rows), "open", "new"),
    ]


def _choices(
    desk: Desk, look: Look, found: QueuePage, choices: QueueChoices, language: str
) -> list[tuple[str, str, str, list[tuple[str, str]]]]:
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
        ("reason", "Closed as", look.reason.value if look.reason else "", plain("closing_reason", ClosingReason)),
    ]
    return [(name, translate(label, language), str(chosen), options) for name, label, chosen, options in filters]


def _tabs(desk: Desk, look: Look, cases: dict[str, int], language: str) -> list[Tab]:
    names = {tab: translate(TAB_NAMES[tab], language) for tab in TABS}
    with_groups = [*TABS[:6], *(f"group-{group.id}" for group in desk.policy.groups), *TABS[6:]]
    names |= {f"group-{group.id}": group.name for group in desk.policy.groups}
    return [
        Tab(key=tab, name=names[tab], cases=cases.get(tab, 0), address=f"/cola?{look.at_tab(tab).query}")
        for tab in with_groups
    ]
