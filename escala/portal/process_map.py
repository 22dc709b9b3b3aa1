"""The process map: the life of a case as a diagram with what stands where now, and the path that one case took.

The page is whole without a script: its picture is drawn here and every step is a link in a table. The script puts the
BPMN viewer in the picture's place, and the table's figures on it.
"""

from __future__ import annotations

import time as stopwatch
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter, Request, Response

from escala.api.deps import At, Edge, EdgeDep
from escala.api.visibility import visible_case
from escala.language import translate, word
from escala.policy.case import Status
from escala.policy.process import ENDS, WAITS, Stay, Step, statuses
from escala.portal.pages import answered, page, render
from escala.portal.process_bpmn import Say, bpmn
from escala.portal.process_picture import Mark, picture
from escala.portal.session import SignedIn, Staff
from escala.storage import steps
from escala.storage.steps import Standing

router = APIRouter()

_MEASURED = timedelta(days=90)
_KEPT_FOR = 60  # seconds
HEATS = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4), timedelta(days=1))
"""The heat map's classes end here; the last one has no end."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A step's figures: what stands there now, its address in the queue, how long cases stay and how hot that is."""

    step: Step
    name: str
    standing: Standing
    dwell: timedelta | None
    heat: int | None
    address: str


@router.get("/proceso")
async def show_process(request: Request, visit: Staff, edge: EdgeDep, at: At) -> Response:
    dwell = await _dwell(request, edge, at, anew=True)
    figures = await _figures(edge, visit.language, at, dwell)
    marks = {
        each.step: Mark(
            cases=each.standing.cases,
            late=each.standing.late,
            heat=each.heat,
            address=each.address,
        )
        for each in figures
    }
    return page(
        request,
        "process.html",
        figures=figures,
        heats=HEATS,
        picture=picture(say(visit.language), marks),
    )


@router.get("/proceso/cifras")
async def show_figures(request: Request, visit: Staff, edge: EdgeDep, at: At) -> Response:
    """The table alone, for a page that is open."""
    figures = await _figures(edge, visit.language, at, await _dwell(request, edge, at))
    part = render(request, visit, "process_figures.html", figures=figures)
    return answered(Response(part, media_type="text/html"), visit)


@router.get("/proceso.bpmn")
def show_bpmn(visit: SignedIn) -> Response:
    """The diagram as BPMN 2.0, for the viewer here and for any other tool."""
    headers = {"Content-Disposition": 'attachment; filename="escala.bpmn"', "Cache-Control": "private, max-age=300"}
    return answered(Response(bpmn(say(visit.language)), media_type="application/xml", headers=headers), visit)


@router.get("/casos/{number}/proceso")
async def show_path(request: Request, visit: SignedIn, edge: EdgeDep, number: str) -> Response:
    """The path that one case took; whoever sees the case sees it."""
    row = await visible_case(number, visit.principal, edge)
    case = row.case
    since = case.level_clock.since_at if case.status is Status.WAITING_CUSTOMER and case.level_clock else None
    taken = await steps.taken(edge.database, row.number, waiting_since=since)
    order: dict[Step, list[int]] = {}
    for place, stay in enumerate(taken, start=1):
        order.setdefault(stay.step, []).append(place)
    last = taken[-1].step if taken else None
    marks = {step: Mark(order=tuple(its), is_last=step is last) for step, its in order.items()}
    return page(
        request,
        "process_case.html",
        row=row,
        case=case,
        path=[_told(stay, visit.language) for stay in taken],
        order={step.value: list(its) for step, its in order.items()},
        last=last.value if last else "",
        picture=picture(say(visit.language), marks),
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


async def _dwell(request: Request, edge: Edge, at: datetime, *, anew: bool = False) -> Mapping[Step, timedelta]:
    """How long cases stay; a page that is open asks often, and medians of months change slowly."""
    now = stopwatch.monotonic()
    until, found = getattr(request.app.state, "dwell", (0.0, {}))
    if anew or until < now:
        found = await steps.dwell(edge.database, since=at - _MEASURED)
        request.app.state.dwell = (now + _KEPT_FOR, found)
    return dict(found)


async def _figures(edge: Edge, language: str, at: datetime, dwell: Mapping[Step, timedelta]) -> list[Figure]:
    standing = await steps.standing(edge.database, at=at)
    return [
        Figure(
            step=step,
            name=step_name(step, language),
            standing=standing.get(step, Standing()),
            dwell=dwell.get(step),
            heat=None if step in ENDS else heat_of(dwell.get(step)),
            address=address_of(step),
        )
        for step in Step
    ]


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
