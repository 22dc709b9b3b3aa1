"""The queue's tab and filters, as they stand in the page's address, under the API's own names.

An address is somebody's bookmark: what it says that nobody knows any more is passed over, never an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any, Literal, TypeVar, get_args
from urllib.parse import parse_qsl, urlencode

from desk.inputs import clean
from desk.reading.queue import SOON
from policy.case.case import WORKED_ON, ClosingReason, Level, Plan, Priority, Status
from policy.terms.policy_file import PolicyFile
from portal.frame.submit import on_the_clock
from storage.case.queue import Pile, Tally
from storage.case.views import CaseFilter

_LONGEST, _LONGEST_ID = 200, 64

QueueSort = Literal[
    "next_due", "-next_due", "priority", "-priority", "number", "-number", "title", "-title", "customer", "-customer",
    "level", "-level", "assignee", "-assignee", "status", "-status",
]  # fmt: skip
SORTS: tuple[QueueSort, ...] = get_args(QueueSort)

_TICKS = ("overdue", "missed", "soon", "answered", "unread")

TABS = ("open", "mine", "unassigned", "level-1", "level-2", "level-3", "overdue", "waiting", "held", "resolved", "all")
"""The queue's tabs, but for those of the groups (`group-` and the group's id)."""

Word = TypeVar("Word", bound=Enum)


@dataclass(frozen=True, kw_only=True)
class Look:
    """A look at the queue. Empty texts and None do not filter."""

    tab: str = "open"
    status: tuple[Status, ...] = ()
    level: Level | None = None
    group: str = ""
    priority: Priority | None = None
    plan: str = ""
    customer_id: str = ""
    assignee: str = ""
    overdue: bool = False
    missed: bool = False
    soon: bool = False
    answered: bool = False
    unread: bool = False
    reason: ClosingReason | None = None
    due_before: str = ""
    tag: str = ""
    q: str = ""
    sort: QueueSort = "next_due"

    @property
    def query(self) -> str:
        """As it stands in an address; the same look is always the same text."""
        said: list[tuple[str, str]] = [("tab", self.tab)]
        said += [("status", status.value) for status in self.status]
        for name in (
            "level",
            "group",
            "priority",
            "plan",
            "customer_id",
            "assignee",
            "reason",
            "due_before",
            "tag",
            "q",
        ):
            if value := getattr(self, name):
                said.append((name, str(value.value if isinstance(value, Enum) else value)))
        said += [(name, "true") for name in _TICKS if getattr(self, name)]
        if self.sort != "next_due":
            said.append(("sort", self.sort))
        return urlencode(said)

    @property
    def is_filtered(self) -> bool:
        """Whether more is asked than a tab, in whatever order."""
        return self != Look(tab=self.tab, sort=self.sort)

    def at_tab(self, tab: str) -> Look:
        """The same filters at another tab; what they had narrowed is the tab's to say now."""
        return replace(self, tab=tab, status=())

    def without(self, name: str, status: Status | None = None) -> Look:
        """The same without one of its filters; of its states without one of them."""
        if name == "status":
            return replace(self, status=tuple(each for each in self.status if each is not status))
        return replace(self, **{name: getattr(Look(), name)})

    def of_customer(self, customer_id: str) -> Look:
        """The same, of one customer alone."""
        return replace(self, customer_id=customer_id)

    def sorted_by(self, sort: QueueSort) -> Look:
        """The same in another order."""
        return replace(self, sort=sort)

    def wanted(self, me: str, account_id: str, *, at: datetime) -> CaseFilter:
        """The cases that are looked at by `me`. A tab's own level, group and agent stand; a chosen status replaces."""
        found = _TABS.get(self.tab, CaseFilter(status=WORKED_ON, is_open=True))
        if self.tab.startswith("group-"):
            found = replace(found, group=self.tab.removeprefix("group-"))
        if self.tab == "mine":
            found = replace(found, assignee=me)
        if self.status:
            found = replace(found, status=self.status, is_open=None if Status.CLOSED in self.status else True)
        if self.reason:
            found = replace(found, status=(Status.CLOSED,), is_open=False, closing_reason=self.reason)
        return replace(
            found,
            level=found.level or self.level,
            group=found.group or self.group or None,
            priority=self.priority,
            plan=Plan(self.plan) if self.plan else None,
            customer_id=self.customer_id or None,
            assignee=found.assignee or self.assignee or None,
            late_at=at if self.overdue or self.tab == "overdue" else None,
            missed=self.missed or None,
            due_before=at + SOON if self.soon else _instant(self.due_before),
            due_after=at if self.soon else None,
            answered=self.answered,
            unread_by=account_id if self.unread else None,
            tag=self.tag or None,
            q=self.q or None,
            sort=self.sort,
        )


_TABS: Mapping[str, CaseFilter] = {
    "unassigned": CaseFilter(status=WORKED_ON, is_open=True, unassigned=True),
    **{f"level-{int(level)}": CaseFilter(status=WORKED_ON, is_open=True, level=level) for level in Level},
    "overdue": CaseFilter(is_open=True),
    "waiting": CaseFilter(status=(Status.WAITING_CUSTOMER,), is_open=True),
    "held": CaseFilter(status=(Status.HELD,), is_open=True),
    "resolved": CaseFilter(status=(Status.RESOLVED,), is_open=True),
    "all": CaseFilter(),
}


def look_of(said: Iterable[tuple[str, str]], *, policy: PolicyFile) -> Look:
    """The look that an address asks for. Without a tab it is the open cases, or all where it asks for more."""
    given: dict[str, str] = {}
    states: list[str] = []
    for name, value in said:
        text = _cleaned(value)
        if name == "status":
            states.append(text)
        elif text:
            given[name] = text[:_LONGEST]
    found = Look(
        tab="all",
        status=tuple(dict.fromkeys(status for each in states if (status := _word(Status, each)))),
        level=_number(Level, given.get("level")),
        group=given.get("group", "")[:_LONGEST_ID],
        priority=_number(Priority, given.get("priority")),
        plan=plan if (plan := given.get("plan", "")) in policy.plans else "",
        customer_id=given.get("customer_id", "")[:_LONGEST_ID],
        assignee=given.get("assignee", "")[:_LONGEST_ID],
        overdue=given.get("overdue") == "true",
        missed=given.get("missed") == "true",
        soon=given.get("soon") == "true",
        answered=given.get("answered") == "true",
        unread=given.get("unread") == "true",
        reason=_word(ClosingReason, given.get("reason", "")),
        due_before=given.get("due_before", "") if _instant(given.get("due_before", "")) else "",
        tag=given.get("tag", "").lower(),
        q=given.get("q", ""),
        sort=next((each for each in SORTS if each == given.get("sort")), "next_due"),
    )
    tab = given.get("tab", "all" if found.is_filtered else "open")
    known = tab in TABS or tab in {f"group-{group.id}" for group in policy.groups}
    return replace(found, tab=tab if known else "open")


def look_in(query: str, *, policy: PolicyFile) -> Look:
    """The look that a kept query asks for."""
    return look_of(parse_qsl(query, max_num_fields=40), policy=policy)


def counts(tally: Tally, me: str) -> dict[str, int]:
    """How many cases are behind each tab, the groups' too."""
    found = dict.fromkeys(TABS, 0)
    for pile in tally.piles:
        for tab in _tabs_of(pile):
            found[tab] = found.get(tab, 0) + pile.cases
    return found | {"mine": tally.worked_on.get(me, 0), "all": tally.total}


def _tabs_of(pile: Pile) -> Iterable[str]:
    if pile.late:
        yield "overdue"
    if pile.status not in WORKED_ON:
        yield pile.status.value
        return
    yield "open"
    yield f"level-{int(pile.level)}"
    if pile.group:
        yield f"group-{pile.group}"
    if pile.status is Status.WAITING_CUSTOMER:
        yield "waiting"
    if not pile.is_assigned:
        yield "unassigned"


# -- what an address says ---------------------------------------------------------------------------------------------


def _cleaned(value: str) -> str:
    try:
        return str(clean(value))
    except ValueError:
        return ""


def _word(kind: type[Word], value: str) -> Word | None:
    return next((each for each in kind if each.value == value), None)


def _number(kind: Any, value: str | None) -> Any:
    return next((each for each in kind if str(int(each)) == value), None)


def _instant(value: str) -> datetime | None:
    """An instant, or what a date-and-time field says, which is Bogotá's."""
    try:
        at = datetime.fromisoformat(on_the_clock(value))
    except ValueError:
        return None
    return at if 2000 <= at.year <= 2100 else None
