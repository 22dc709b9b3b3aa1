"""The queue as a file: the list as it is filtered and put in order, for a spreadsheet.

What begins like a formula is quoted, as in the board's files.
"""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from desk.auditing import exported
from desk.budgets import Spending
from desk.reading.queue import MOST_LISTED, Listed, read_whole_queue
from policy.case.case import WORKED_ON
from portal.direction.exports import quoted
from portal.frame.deps import At, DeskDep
from portal.frame.pages import answered
from portal.frame.session import Staff
from portal.queue.queue import asked_of, look_in_address
from storage.case.views import CaseRow
from wording.language import translate, word

router = APIRouter()

_BOGOTA = ZoneInfo("America/Bogota")
_COLUMNS = (
    *("Case", "Title", "Customer", "Plan", "Priority", "Level", "Group", "Has it", "Status", "Closed as"),
    *("The customer wrote last", "Opened on", "Next limit", "Past its limit", "Promise broken"),
)
_one_at_a_time = asyncio.Semaphore(1)


@router.get("/cola.csv")
async def download(request: Request, visitor: Staff, desk: DeskDep, at: At) -> Response:
    """All cases of the list, not only those of one page; `MOST_LISTED` at most. It is put on the audit."""
    desk.budgets.spend(Spending.EXPORT, visitor.principal, at=at)
    look = look_in_address(request, desk)
    asked = asked_of(request, visitor, desk, look)
    async with _one_at_a_time:
        found = await read_whole_queue(desk, visitor.principal, asked.wanted)
    await exported(desk, "cola.csv", at=at)
    groups = {group.id: group.name for group in desk.policy.groups}
    made = await asyncio.to_thread(as_csv, found, groups, visitor.language)
    headers = {"Content-Disposition": f'attachment; filename="escala-{at.astimezone(_BOGOTA):%Y-%m-%d-%H%M}.csv"'}
    return answered(Response(made, media_type="text/csv; charset=utf-8", headers=headers), visitor)


def as_csv(found: Listed, groups: dict[str, str], language: str) -> bytes:
    """The list in UTF-8 with the mark by which spreadsheets know it; one set to Spanish parts cells by semicolons."""
    written = StringIO(newline="")
    table = csv.writer(written, delimiter=";" if language == "es" else ",")
    table.writerow([translate(name, language) for name in _COLUMNS])
    for row in found.rows:
        table.writerow([quoted(cell) for cell in _cells(row, found, groups, language)])
    if found.are_more:
        table.writerow([translate("Only the first {count} cases are here.", language, count=MOST_LISTED)])
    return written.getvalue().encode("utf-8-sig")


def _cells(row: CaseRow, found: Listed, groups: dict[str, str], language: str) -> Iterator[str]:
    case = row.case
    yield row.number
    yield row.title
    yield found.customers.get(case.customer_id, case.customer_id)
    yield word("plan", row.plan, language)
    yield str(int(case.priority))
    yield str(int(case.level))
    yield groups.get(case.group, case.group) if case.group else ""
    yield found.agents.get(case.assignee, case.assignee) if case.assignee else ""
    yield word("status", case.status.value, language)
    yield word("closing_reason", case.closing_reason.value, language) if case.closing_reason else ""
    yield _ticked(row.answered_seq is not None and case.status in WORKED_ON, language)
    yield _instant(case.opened_at)
    yield _instant(row.next_due_at)
    yield _ticked(row.is_late(found.at), language)
    yield _ticked(bool(case.missed), language)


def _ticked(whether: bool, language: str) -> str:
    return translate("yes", language) if whether else ""


def _instant(at: datetime | None) -> str:
    return f"{at.astimezone(_BOGOTA):%Y-%m-%d %H:%M}" if at else ""
