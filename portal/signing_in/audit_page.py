"""The page of the audit, for administrators, and its export as CSV and JSON. An export is itself on the audit."""

from __future__ import annotations

import csv
import json
from collections.abc import AsyncIterator
from io import StringIO
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from desk import auditing
from portal.direction.exports import quoted
from portal.frame.deps import At, DeskDep
from portal.frame.pages import answered, page
from portal.frame.session import ForAdmins, SignedIn
from portal.signing_in.audit_words import AuditTeller
from storage.audit.acts import Act
from storage.audit.audit import Entry, Wanted

router = APIRouter(prefix="/auditoria", dependencies=[ForAdmins])

_MOST = 100
_COLUMNS = tuple(Entry.__dataclass_fields__)
_Id = Annotated[str, Query(max_length=100)]


async def wanted(acto: _Id = "", quien: _Id = "", sobre: _Id = "") -> Wanted:
    return Wanted(act=Act(acto) if acto in set(Act) else None, actor=quien.strip(), target=sobre.strip())


@router.get("")
async def show(
    request: Request,
    visitor: SignedIn,
    desk: DeskDep,
    asked: Annotated[Wanted, Depends(wanted)],
    desde: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    found = await auditing.listing(desk, asked, limit=_MOST, cursor=desde or None)
    teller = AuditTeller(visitor.language)
    return page(
        request,
        "signing_in/audit.html",
        entries=[(each, teller.sentence(each.act, each.detail)) for each in found.items],
        acts=[each.value for each in Act],
        wanted=asked,
        next_cursor=found.next_cursor,
    )


@router.get(".csv")
async def as_csv(visitor: SignedIn, desk: DeskDep, at: At) -> Response:
    await auditing.exported(desk, "audit.csv", at=at)
    lines = _csv_lines(await _begun(auditing.whole(desk)))
    return answered(_download(lines, "text/csv; charset=utf-8", "auditoria.csv"), visitor)


@router.get(".json")
async def as_json(visitor: SignedIn, desk: DeskDep, at: At) -> Response:
    """One entry a line, as they are hashed."""
    await auditing.exported(desk, "audit.json", at=at)
    lines = _json_lines(await _begun(auditing.whole(desk)))
    return answered(_download(lines, "application/x-ndjson", "auditoria.json"), visitor)


def _download(lines: AsyncIterator[str], media_type: str, name: str) -> StreamingResponse:
    return StreamingResponse(
        lines, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


async def _begun(entries: AsyncIterator[Entry]) -> AsyncIterator[Entry]:
    """The same entries, once the first is read: after the answer has begun, a refusal could only break it off."""
    first = await anext(entries)  # the export itself is on the audit

    async def whole() -> AsyncIterator[Entry]:
        yield first
        async for each in entries:
            yield each

    return whole()


async def _csv_lines(entries: AsyncIterator[Entry]) -> AsyncIterator[str]:
    yield "\ufeff" + _csv_line(_COLUMNS)
    async for each in entries:
        row = {**_plain(each), "detail": _detail(each)}
        yield _csv_line([quoted(str(row[name])) for name in _COLUMNS])


def _csv_line(cells: Any) -> str:
    line = StringIO(newline="")
    csv.writer(line).writerow(cells)
    return line.getvalue()


async def _json_lines(entries: AsyncIterator[Entry]) -> AsyncIterator[str]:
    async for each in entries:
        yield json.dumps(_plain(each), ensure_ascii=False) + "\n"


def _plain(entry: Entry) -> dict[str, Any]:
    return {**vars(entry), "at": entry.at.isoformat(timespec="microseconds")}


def _detail(entry: Entry) -> str:
    return json.dumps(entry.detail, sort_keys=True, ensure_ascii=False) if entry.detail else ""
