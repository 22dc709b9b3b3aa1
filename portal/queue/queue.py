"""The agents' queue: what is due next, by tabs and filters that stand in the address; it follows what happens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fastapi import APIRouter, Request, Response

from desk.access import only_visible
from desk.desk import Desk
from desk.problems import own_cursor
from policy.case.case import ClosingReason, Level, Plan, Priority, Role, Status
from portal.frame.deps import DeskDep
from portal.frame.pages import answered, page, render
from portal.frame.session import Staff, Visitor
from portal.queue.bulk_actions import ACTIONS
from portal.queue.list_news import news_of
from portal.queue.queue_filters import TABS, Look, counts, look_of
from portal.queue.queue_news import DESK, QueueNews
from portal.queue.queue_rows import rows_of
from storage.case import queue, views
from storage.people import agents
from storage.workbench import saved_views
from wording.language import translate, word

router = APIRouter()

_AT_ONCE = 50
_COUNTED = 500
_CUSTOMERS = 300
_TAB_NAMES = {
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
    look = _look(request, desk)
    shown = await _shown(request, visitor, desk, look)
    account = visitor.account.id if visitor.account else ""
    return page(
        request,
        "queue/page.html",
        **shown,
        kept=await saved_views.of_account(desk.database, account),
        account_id=account,
        states=[(each, word("status", each.value, visitor.language)) for each in Status],
        choices=await _choices(desk, look, visitor.language),
        actions=[(path, translate(action.label, visitor.language)) for path, action in ACTIONS.items()],
        problem=None,
    )


@router.get("/cola/filas")
async def show_rows(request: Request, visitor: Staff, desk: DeskDep) -> Response:
    """The tabs and rows alone, for the page that shows them already."""
    shown = await _shown(request, visitor, desk, _look(request, desk))
    return answered(Response(render(request, visitor, "queue/list.html", **shown), media_type="text/html"), visitor)


@router.get("/cola/eventos")
async def follow(request: Request, visitor: Staff, desk: DeskDep) -> Response:
    """That something happened, each time that it does."""
    return news_of(QueueNews, request, desk).stream(request, desk, visitor, DESK)


def _look(request: Request, desk: Desk) -> Look:
    return look_of(request.query_params.multi_items(), groups=[group.id for group in desk.policy.groups])


async def _shown(request: Request, visitor: Visitor, desk: Desk, look: Look) -> dict[str, Any]:
    me = visitor.principal.actor.id
    mark, tally = await news_of(QueueNews, request, desk).tally()
    wanted = only_visible(visitor.principal, look.wanted(me))
    assert wanted is not None, "who serves customers sees all of them"
    cursor = request.query_params.get("cursor", "")[:500] or None
    common = await views.says_common(desk.database, wanted)
    with own_cursor():
        found = await views.cases(desk.database, wanted, limit=_AT_ONCE, cursor=cursor, common=common)
    how_many = None
    if look.is_filtered and not common:
        how_many = await views.how_many(desk.database, wanted, at_most=_COUNTED + 1)
    people = {each.id: each.name for each in await agents.listing(desk.database)}
    names = await queue.customer_names(desk.database, {row.case.customer_id for row in found.items})
    at = desk.clock()
    return {
        "look": look,
        "tabs": _tabs(desk, look, counts(tally, me), visitor.language),
        "rows": await rows_of(desk.database, found.items, at=at),
        "next_cursor": found.next_cursor,
        "is_later_page": cursor is not None,
        "how_many": how_many,
        "counted": _COUNTED,
        "mark": mark,
        "now": at,
        "people": people,
        "names": names,
        "group_names": {group.id: group.name for group in desk.policy.groups},
        "may_act": visitor.role in (Role.AGENT, Role.DIRECTOR),
    }


async def _choices(desk: Desk, look: Look, language: str) -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    """The filters that take one value: each one's name in the address, its label, what is chosen, and what there is."""

    def words(kind: str, values: Iterable[Any]) -> list[tuple[str, str]]:
        return [(str(value), f"{value} {word(kind, value, language)}".strip()) for value in values]

    def plain(kind: str, values: Iterable[StrEnum]) -> list[tuple[str, str]]:
        return [(each.value, word(kind, each.value, language)) for each in values]

    customers = list(await queue.customers_by_name(desk.database, limit=_CUSTOMERS))
    if look.customer_id and look.customer_id not in dict(customers):
        customers += (await queue.customer_names(desk.database, [look.customer_id])).items()
    found: list[tuple[str, str, Any, list[tuple[str, str]]]] = [
        ("level", "Level", int(look.level) if look.level else "", words("level", map(int, Level))),
        ("group", "Group", look.group, [(each.id, each.name) for each in desk.policy.groups]),
        ("priority", "Priority", int(look.priority) if look.priority else "", words("priority", map(int, Priority))),
        ("plan", "Plan", look.plan.value if look.plan else "", plain("plan", Plan)),
        ("customer_id", "Customer", look.customer_id, customers),
        ("assignee", "Has it", look.assignee, [(each.id, each.name) for each in await agents.listing(desk.database)]),
        ("reason", "Closed as", look.reason.value if look.reason else "", plain("closing_reason", ClosingReason)),
    ]
    return [(name, translate(label, language), str(chosen), options) for name, label, chosen, options in found]


def _tabs(desk: Desk, look: Look, cases: dict[str, int], language: str) -> list[Tab]:
    names = {tab: translate(_TAB_NAMES[tab], language) for tab in TABS}
    with_groups = [*TABS[:6], *(f"group-{group.id}" for group in desk.policy.groups), *TABS[6:]]
    names |= {f"group-{group.id}": group.name for group in desk.policy.groups}
    return [
        Tab(key=tab, name=names[tab], cases=cases.get(tab, 0), address=f"/cola?{look.at_tab(tab).query}")
        for tab in with_groups
    ]
