"""The director's board: figures of a period, of all customers or of one, with their charts, and as files."""

from __future__ import annotations

import asyncio
import time as stopwatch
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response

from desk.auditing import exported
from desk.desk import Desk
from desk.problems import NotFound
from policy.case.case import Role
from policy.visit.visit import VisitStep
from portal.direction.board_sheets import Unit, sheets, shown
from portal.direction.charts import bar, spark, svg
from portal.direction.exports import as_csv, as_pdf, as_xlsx
from portal.direction.headlines import Decision, decisions, headlines
from portal.frame.deps import At, DeskDep
from portal.frame.pages import answered, page
from portal.frame.session import Visitor, only
from storage.board.board import Board, Scope, are_there, board
from storage.board.weeks import weeks
from storage.case.queue import customers_by_name, late_and_held
from storage.engine.database import Database
from storage.people import customers
from storage.people.customers import Customer
from storage.visit.open_visits import with_visit_at
from wording.language import show_date, show_instant, translate

router = APIRouter()

_BOGOTA = ZoneInfo("America/Bogota")
_DAY = timedelta(days=1)
_FIRST, _LAST = date(2000, 1, 1), date(2199, 12, 31)
_MOST_CUSTOMERS = 2_000
_MANY = 2_000
_KEPT_FOR = 20

Reader = Annotated[Visitor, Depends(only(Role.DIRECTOR, Role.COMMERCIAL, Role.ADMIN))]
Given = Annotated[str, Query(max_length=100)]


@dataclass(frozen=True)
class Period:
    """Days in Bogotá, the last one included."""

    first: date
    last: date

    @property
    def from_at(self) -> datetime:
        return datetime.combine(self.first, time(), _BOGOTA)

    @property
    def until_at(self) -> datetime:
        return datetime.combine(self.last + _DAY, time(), _BOGOTA)

    @property
    def before(self) -> Period:
        """The same length of time right before: whole months where these are whole months."""
        if self.first.day == 1 and (self.last + _DAY).day == 1:
            place = self.first.year * 12 + self.first.month - 1
            months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
            return Period(_first_of(place - months), self.first - _DAY)
        return Period(self.first - (self.last - self.first) - _DAY, self.first - _DAY)

    @property
    def is_valid(self) -> bool:
        return _FIRST <= self.first <= self.last <= _LAST


def month_of(on: date, *, months_back: int = 0, months: int = 1) -> Period:
    """The month of a day or an earlier one, with those that follow it to be `months` in all."""
    place = on.year * 12 + on.month - 1 - months_back
    first, after = _first_of(place), _first_of(place + months)
    return Period(first, after - _DAY)


def _first_of(place: int) -> date:
    return date(place // 12, place % 12 + 1, 1)


def read_period(given_from: str, given_to: str, *, today: date) -> tuple[Period, bool]:
    """The period that an address says, and whether it could be read; else the month of today."""
    ordinary = month_of(today)
    try:
        first = date.fromisoformat(given_from) if given_from else None
        last = date.fromisoformat(given_to) if given_to else None
    except ValueError:
        return ordinary, False
    if first is None and last is None:
        return ordinary, True
    found = Period(first or min(ordinary.first, last or _LAST), last or max(today, first or today))
    return (found, True) if found.is_valid else (ordinary, False)


@dataclass
class Boards:
    """Figures are asked of the database by one at a time, and where it has many cases kept for twenty times as long."""

    kept: dict[Scope, tuple[float, Board]] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def of(self, db: Database, scope: Scope, *, plans: Iterable[str], at: datetime) -> Board:
        async with self.lock:
            begun = stopwatch.monotonic()
            self.kept = {each: (until, its) for each, (until, its) in self.kept.items() if until > begun}
            if scope in self.kept:
                return self.kept[scope][1]
            found = await board(db, scope, plans=plans, at=at)
            found.weeks = await weeks(db, customer_id=scope.customer_id, at=at)
            if await are_there(db, _MANY):
                took = stopwatch.monotonic() - begun
                self.kept[scope] = (begun + took * _KEPT_FOR, found)
            return found


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody wants to see the figures of."""

    period: Period
    customer: Customer | None
    is_read: bool
    board: Board
    boards: Boards


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the address says: the first day and the last, and a customer's id. Each may be empty."""

    desde: Given = ""
    hasta: Given = ""
    cliente: Given = ""


async def wanted(
    request: Request, visitor: Reader, desk: DeskDep, at: At, asked: Annotated[Asked, Depends()]
) -> Wanted:
    """The figures that the address asks for; 404 for a customer that is not there."""
    period, is_read = read_period(asked.desde, asked.hasta, today=at.astimezone(_BOGOTA).date())
    customer = None
    if asked.cliente:
        customer = await customers.get(desk.database, asked.cliente) if "\0" not in asked.cliente else None
        if customer is None:
            raise NotFound
    scope = Scope(from_at=period.from_at, until_at=period.until_at, customer_id=customer.id if customer else None)
    boards = getattr(request.app.state, "boards", None)
    if boards is None:
        boards = request.app.state.boards = Boards()
    figures = await boards.of(desk.database, scope, plans=desk.policy.plans, at=at)
    return Wanted(period=period, customer=customer, is_read=is_read, board=figures, boards=boards)


WantedDep = Annotated[Wanted, Depends(wanted)]


@router.get("/direccion/tablero")
async def show_board(request: Request, visitor: Reader, desk: DeskDep, at: At, wanted: WantedDep) -> Response:
    today = at.astimezone(_BOGOTA).date()
    presets = (
        ("This month", month_of(today)),
        ("Last month", month_of(today, months_back=1)),
        ("Three months", month_of(today, months_back=2, months=3)),
        ("Twelve months", month_of(today, months_back=11, months=12)),
    )
    return page(
        request,
        "direction/board.html",
        status=200 if wanted.is_read else 422,
        headlines=list(headlines(wanted.board, await _before(desk, wanted), visitor.language)),
        decisions=await _decisions(desk, visitor),
        sheets=sheets(wanted.board, visitor.language),
        shown=lambda cell, unit: shown(cell, unit, visitor.language),
        svg=svg,
        bar=bar,
        spark=spark,
        text=Unit.TEXT,
        share=Unit.SHARE,
        wanted=wanted,
        query=_query(wanted.period, wanted.customer),
        presets=[(label, period, _query(period, wanted.customer)) for label, period in presets],
        customers=await _customers(desk.database, wanted.customer),
        heading=heading(wanted, visitor.language),
    )


async def _before(desk: Desk, wanted: Wanted) -> Board:
    """The figures of the period before, of the same customer or of all."""
    period, scope = wanted.period.before, wanted.board.scope
    its = replace(scope, from_at=period.from_at, until_at=period.until_at)
    return await wanted.boards.of(desk.database, its, plans=desk.policy.plans, at=wanted.board.at)


async def _decisions(desk: Desk, visitor: Visitor) -> list[Decision]:
    """What waits for a director; nobody else of the board's readers may open it."""
    if visitor.role is not Role.DIRECTOR:
        return []
    async with desk.database.snapshot() as reader:
        visits = len(await with_visit_at(reader, (VisitStep.REQUESTED,), limit=100))
        return decisions(visits, *await late_and_held(reader, at=desk.clock()), visitor.language)


async def note_export(visitor: Reader, request: Request, desk: DeskDep, at: At) -> None:
    """Put on the audit what somebody who may takes out of the house."""
    await exported(desk, request.url.path.rpartition("/")[2], at=at)


ExportNoted = Depends(note_export)


@router.get("/direccion/tablero.csv", dependencies=[ExportNoted])
def download_csv(visitor: Reader, wanted: WantedDep) -> Response:
    made = as_csv(heading(wanted, visitor.language), sheets(wanted.board, visitor.language), language=visitor.language)
    return _file(made, "text/csv; charset=utf-8", "csv", wanted, visitor)


@router.get("/direccion/tablero.xlsx", dependencies=[ExportNoted])
def download_xlsx(visitor: Reader, wanted: WantedDep) -> Response:
    made = as_xlsx(heading(wanted, visitor.language), sheets(wanted.board, visitor.language))
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _file(made, kind, "xlsx", wanted, visitor)


@router.get("/direccion/tablero.pdf", dependencies=[ExportNoted])
async def download_pdf(visitor: Reader, wanted: WantedDep) -> Response:
    made = await as_pdf(
        translate("Support desk: board", visitor.language),
        heading(wanted, visitor.language),
        sheets(wanted.board, visitor.language),
        language=visitor.language,
    )
    return _file(made, "application/pdf", "pdf", wanted, visitor)


def heading(wanted: Wanted, language: str) -> str:
    """Whose figures they are, of which days, and as of when."""
    whose = wanted.customer.name if wanted.customer else translate("All customers", language)
    return translate(
        "{whose}, cases opened from {first} to {last}, as of {now}",
        language,
        whose=whose,
        first=show_date(wanted.period.first, language),
        last=show_date(wanted.period.last, language),
        now=show_instant(wanted.board.at, language),
    )


def _query(period: Period, customer: Customer | None) -> str:
    said = {"desde": period.first.isoformat(), "hasta": period.last.isoformat()}
    return urlencode(said | ({"cliente": customer.id} if customer else {}))


def _file(made: bytes, kind: str, suffix: str, wanted: Wanted, visitor: Visitor) -> Response:
    name = f"escala-{wanted.period.first}-{wanted.period.last}.{suffix}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return answered(Response(made, media_type=kind, headers=headers), visitor)


async def _customers(db: Database, chosen: Customer | None) -> Sequence[tuple[str, str]]:
    """Those to choose from: ids and names; the chosen one is among them."""
    found = list(await customers_by_name(db, limit=_MOST_CUSTOMERS))
    if chosen and chosen.id not in dict(found):
        found.append((chosen.id, chosen.name))
    return found
