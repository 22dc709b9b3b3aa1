"""The process map: the life of a case as a diagram with what stands where now, and the path that one case took.

The page is whole without a script: its picture is drawn here and every step is a link in a table. The script keeps both
at what is true now, and fetches the BPMN viewer for who asks for it.
"""

from __future__ import annotations

import asyncio
import time as stopwatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from desk.access import visible_case_in
from desk.desk import Desk
from policy.case.case import Status
from policy.case.process import ENDS, WAITS, Stay, Step, statuses
from portal.frame.deps import At, DeskDep
from portal.frame.pages import answered, page, render
from portal.frame.session import SignedIn, Staff
from portal.process.process_bpmn import Say, bpmn
from portal.process.process_picture import Mark, picture
from storage.board import process_counts
from storage.board.process_counts import Standing
from storage.case.case_progress import desk_mark
from storage.engine.database import Database
from wording.language import translate, word

router = APIRouter()

_MEASURED = timedelta(days=90)
_KEPT_FOR = 60  # seconds
HEATS = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4), timedelta(days=1))
"""The heat map's classes end here; the last one has no end."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A step's figures: what stands there now, their and the late ones' address in the queue, how long cases stay."""

    step: Step
    name: str
    standing: Standing
    dwell: timedelta | None
    heat: int | None
    address: str
    late_address: str


@dataclass
class Counted:
    """What all open pages ask for at once, asked of the database once: what stands where, until there is news.

    How long cases stay is kept longer: medians of months change slowly.
    """

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    mark: str = ""
    at: datetime | None = None
    standing: Mapping[Step, Standing] = field(default_factory=dict)
    dwell: Mapping[Step, timedelta] = field(default_factory=dict)
    dwell_until: float = 0.0

    async def count(self, db: Database, *, at: datetime) -> None:
        """Have it as of `at`."""
        async with self.lock, db.snapshot() as snapshot:
            if self.dwell_until < stopwatch.monotonic():
                self.dwell = await process_counts.dwell(snapshot, since=at - _MEASURED)
                self.dwell_until = stopwatch.monotonic() + _KEPT_FOR
            mark = await desk_mark(snapshot)
            if (self.mark, self.at) != (mark, at):
                self.standing = await process_counts.standing(snapshot, at=at)
                self.mark, self.at = mark, at


@router.get("/proceso")
async def show_process(request: Request, visitor: Staff, desk: DeskDep, at: At) -> Response:
    mark, figures = await _figures(request, desk, visitor.language, at)
    shown = _picture(figures, visitor.language)
    return page(request, "process/page.html", mark=mark, figures=figures, heats=HEATS, picture=shown)


@router.get("/proceso/cifras")
async def show_figures(request: Request, visitor: Staff, desk: DeskDep, at: At) -> Response:
    """The picture and the table alone, for a page that is open."""
    mark, figures = await _figures(request, desk, visitor.language, at)
    table = render(request, visitor, "process/figures.html", mark=mark, figures=figures)
    return answered(Response(f"{_picture(figures, visitor.language)}{table}", media_type="text/html"), visitor)


@router.get("/proceso.bpmn")
def show_bpmn(visitor: SignedIn) -> Response:
    """The diagram as BPMN 2.0, for the viewer here and for any other tool."""
    headers = {"Content-Disposition": 'attachment; filename="escala.bpmn"', "Cache-Control": "private, max-age=300"}
    return answered(Response(bpmn(say(visitor.language)), media_type="application/xml", headers=headers), visitor)


@router.get("/casos/{number}/proceso")
async def show_path(request: Request, visitor: SignedIn, desk: DeskDep, number: str) -> Response:
    """The path that one case took; whoever sees the case sees it."""
    async with desk.database.snapshot() as db:
        row = await visible_case_in(db, visitor.principal, number)
        case = row.case
        since = case.level_clock.since_at if case.status is Status.WAITING_CUSTOMER and case.level_clock else None
        taken = await process_counts.taken(db, row.number, waiting_since=since)
    order: dict[Step, list[int]] = {}
    for place, stay in enumerate(taken, start=1):
        order.setdefault(stay.step, []).append(place)
    last = taken[-1].step if taken else None
    marks = {step: Mark(order=tuple(its), is_last=step is last) for step, its in order.items()}
    return page(
        request,
        "process/case.html",
        row=row,
        case=case,
        path=[_told(stay, visitor.language) for stay in taken],
        order={step.value: list(its) for step, its in order.items()},
        last=last.value if last else "",
        picture=picture(say(visitor.language), marks),
    )


@dataclass(frozen=True)
class _Told:
    name: str
    from_at: datetime
    until_at: datetime | None
    lasted: timedelta | None


def _told(stay: Stay, language: str) -> _Told:
    lasted = stay.until_at - stay.from_at if stay.until_at else None
    return _Told(step_name(stay.step, language), stay.from_at, stay.until_at, lasted)


async def _figures(request: Request, desk: Desk, language: str, at: datetime) -> tuple[str, Sequence[Figure]]:
    """How far the desk is, and every step's figures. They are of the whole minute, which is what an address can say."""
    at = at.replace(second=0, microsecond=0)
    counted: Counted | None = getattr(request.app.state, "process_counted", None)
    if counted is None:
        counted = request.app.state.process_counted = Counted()
    await counted.count(desk.database, at=at)
    return counted.mark, [
        Figure(
            step=step,
            name=step_name(step, language),
            standing=(standing := counted.standing.get(step, Standing())),
            dwell=(dwell := counted.dwell.get(step)),
            heat=None if step in ENDS else heat_of(dwell),
            address=address_of(step),
            late_address=late_address(step, standing),
        )
        for step in Step
    ]


def _picture(figures: Sequence[Figure], language: str) -> Markup:
    marks = {
        each.step: Mark(
            cases=each.standing.cases,
            late=each.standing.late,
            heat=each.heat,
            address=each.address,
            late_address=each.late_address,
        )
        for each in figures
    }
    return picture(say(language), marks)


def heat_of(dwell: timedelta | None) -> int | None:
    """The class of a stay's length: 0 is the shortest. None where nothing was measured."""
    if dwell is None:
        return None
    return next((place for place, end in enumerate(HEATS) if dwell < end), len(HEATS))


def address_of(step: Step) -> str:
    """Where the list of the cases at a step is."""
    said = [f"status={status.value}" for status in sorted(statuses(step))]
    if step.level:
        said.append(f"level={int(step.level)}")
    if step.is_end:
        said.append(f"reason={step.value}")
    return f"/cola?{'&'.join(said)}"


def late_address(step: Step, standing: Standing) -> str:
    """Where the list of a step's late cases is; nowhere where there is none."""
    return f"{address_of(step)}&overdue=true" if standing.late else ""


def step_name(step: Step, language: str) -> str:
    """What a step is called."""
    if step in WAITS:
        return translate("Level {level}, waiting for the customer", language, level=WAITS.index(step) + 1)
    if step.level:
        number = translate("Level {level}", language, level=int(step.level))
        return f"{number}: {word('level', int(step.level), language)}"
    name = word("closing_reason" if step.is_end else "status", step.value, language)
    return name[:1].upper() + name[1:]


def say(language: str) -> Say:
    """Names of steps and sentences of the diagram, in a language."""
    names = {step.value: step_name(step, language) for step in Step}
    return lambda said: names.get(said) or translate(said, language)
