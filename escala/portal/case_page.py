"""A case on one page: what was said, its clocks and why they stand where they stand, its visit, and what one may do.

The page is shown whole, and in parts that a script puts in place when something happened (`/partes/...`). What was
typed stands in the part `acciones`, which is never replaced under somebody's hands.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.sse import EventSourceResponse

from escala.api import clocks, files, provider_incidents, stream, visit_record
from escala.api.deps import Edge, EdgeDep, edge_of
from escala.api.problems import NotFound
from escala.api.timeline import is_for
from escala.api.visibility import visible_case
from escala.policy.calendar import Calendar, SegmentState
from escala.policy.case import Case, ClockState, Level, Role, Status, WaitingFor
from escala.policy.lifecycle import ALLOWED, ROLES
from escala.policy.terms import Terms
from escala.portal.pages import answered, page, render
from escala.portal.sentences import Teller
from escala.portal.session import SignedIn, Visit
from escala.storage import agents, contacts, customers, solutions, views
from escala.storage.files import File
from escala.storage.views import CaseRow, TimelineRow

router = APIRouter()

PARTS = ("cabecera", "conversacion", "relojes", "lado", "acciones")
_WORDS = ("description", "prior_analysis", "body", "summary", "reason", "words", "found", "done", "concept", "address")
_LOOK_AHEAD = timedelta(days=20)


@dataclass(frozen=True)
class Typed:
    """What somebody had typed into a form that was refused: which command, and its fields."""

    order: str
    values: dict[str, str] = field(default_factory=dict)

    def get(self, order: str, name: str, otherwise: str = "") -> str:
        return self.values.get(name, otherwise) if order == self.order else otherwise


@dataclass(frozen=True, kw_only=True)
class Line:
    """A fact as the page tells it: who, what, and the words that came with it."""

    seq: int
    at: datetime
    who: str
    side: str
    told: str
    words: tuple[str, ...]
    internal: bool
    is_said: bool
    files: tuple[File, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Countdown:
    """What the page counts down to. `counting` is false while the clock stands or the hours are closed.

    `resumes_at` is when the hours open again; `changes_at` when what is said here is no longer true by itself.
    """

    label: str
    due_at: datetime | None
    state: ClockState
    counting: bool
    waiting_for: WaitingFor | None
    resumes_at: datetime | None
    changes_at: datetime | None


@router.get("/casos/{number}")
async def show_case(request: Request, visit: SignedIn, number: str) -> Response:
    return await case_page(request, visit, number)


@router.get("/casos/{number}/partes/{part}")
async def show_part(request: Request, visit: SignedIn, number: str, part: str) -> Response:
    if part not in PARTS:
        raise NotFound
    return answered(Response(await shown_part(request, visit, number, part), media_type="text/html"), visit)


@router.get("/casos/{number}/eventos")
async def follow(visit: SignedIn, edge: EdgeDep, number: str, request: Request, desde: int = 0) -> Response:
    """What happens to the case from now on; the same stream as the API's, for whoever has signed in."""
    row = await visible_case(number, visit.principal, edge)
    last = request.headers.get("last-event-id", "")
    after = int(last) if last.isdecimal() and len(last) < 10 else max(0, desde)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return EventSourceResponse(stream.events(edge, row.number, visit.principal, after), headers=headers)


async def case_page(request: Request, visit: Visit, number: str, *, status: int = 200, **more: Any) -> Response:
    """The whole page; `more` is what a refused form has to say."""
    return page(request, "case.html", status=status, **await _shown(request, visit, number, **more))


async def shown_part(request: Request, visit: Visit, number: str, part: str, **more: Any) -> str:
    """One part of the page."""
    return render(request, visit, f"case/{part}.html", **await _shown(request, visit, number, **more))


async def _shown(request: Request, visit: Visit, number: str, **more: Any) -> dict[str, Any]:
    edge = edge_of(request)
    principal, at = visit.principal, edge.clock()
    row = await visible_case(number, principal, edge)
    at = max(at, row.case.last_at)
    terms = await views.terms(edge.database, number)
    assert terms is not None
    facts = [each for each in await views.timeline(edge.database, number) if is_for(principal, each)]
    lines = await _lines(edge, row, facts, visit.language)
    is_ours = principal.customer_id is None
    return {
        "row": row,
        "case": row.case,
        "terms": terms,
        "now": at,
        "lines": lines,
        "said": [line for line in lines if line.is_said],
        "last_seq": facts[-1].seq if facts else 0,
        "countdowns": list(countdowns(row.case, terms, at=at)),
        "explained": await clocks.explain_clocks(row, edge, at, visit.language),
        "steps": _steps(row.case),
        "can": can(row.case, principal.actor.role),
        "is_ours": is_ours,
        "me": principal.actor.id,
        "key": lambda: secrets.token_urlsafe(18),
        "customer": await customers.get(edge.database, row.case.customer_id),
        "solution": await solutions.get(edge.database, row.case.solution_id),
        "visit_record": await visit_record.read_visit(row, principal, edge) if row.case.visit else None,
        "incidents": (await provider_incidents.list_case_provider_incidents(row, edge, at)).items,
        "agents": await agents.listing(edge.database) if is_ours else (),
        "contacts": await contacts.roster(edge.database, row.case.customer_id),
        "problem": None,
        "rule": None,
        "done": None,
        "typed": Typed(""),
        **more,
    }


# -- what is shown ----------------------------------------------------------------------------------------------------


def can(case: Case, role: Role) -> frozenset[str]:
    """The commands that the case's state and the role allow, by name; the policy may still refuse one by a rule."""
    return frozenset(
        command.__name__
        for command, roles in ROLES.items()
        if role in roles and case.status in ALLOWED.get(command, ())
    )


async def _lines(edge: Edge, row: CaseRow, facts: Sequence[TimelineRow], language: str) -> list[Line]:
    carried = await files.files_of(edge, row.number, facts)
    names = {each.id: each.name for each in await agents.listing(edge.database)}
    names |= {each.id: each.name for each in await contacts.roster(edge.database, row.case.customer_id)}
    teller = Teller(language)
    return [_line(fact, names, teller, carried) for fact in facts]


def _line(fact: TimelineRow, names: dict[str, str], teller: Teller, carried: Mapping[str, list[File]]) -> Line:
    texts = [value["content_id"] for value in fact.data.values() if isinstance(value, dict) and "content_id" in value]
    words = tuple(
        value["body"]
        for name, value in fact.data.items()
        if name in _WORDS and isinstance(value, dict) and value.get("body")
    )
    role = fact.actor.role
    side = "clock" if role is Role.SYSTEM else "customer" if role is Role.CONTACT else "support"
    who = "Escala" if role is Role.SYSTEM else names.get(fact.actor.id, fact.actor.id)
    return Line(
        seq=fact.seq,
        at=fact.at,
        who=who,
        side=side,
        told=teller.sentence(fact),
        words=words,
        internal=fact.internal,
        is_said=bool(words),
        files=tuple(file for text in texts for file in carried.get(text, ())),
    )


def _steps(case: Case) -> list[tuple[str, str]]:
    """The step tracker: each step and whether it is done, present or to come."""
    done_until = 4 if case.status in (Status.RESOLVED, Status.CLOSED) else int(case.level)
    if case.status is Status.HELD:
        done_until = 0
    names = ("received", "level 1", "level 2", "level 3", "resolved")
    return [
        (name, "done" if place < done_until else "present" if place == done_until else "to come")
        for place, name in enumerate(names)
    ]


def countdowns(case: Case, terms: Terms, *, at: datetime) -> Sequence[Countdown]:
    """Every promise that still runs, the nearest first: the initial attention, and the level's hand-off."""
    found: list[Countdown] = []
    is_open, changes_at = open_hours(terms.hours, at)
    attention, level = case.initial_attention, case.level_clock
    if attention and case.first_answered_at is None and attention.state in (ClockState.RUNNING, ClockState.MISSED):
        found.append(
            Countdown(
                label="Initial attention",
                due_at=attention.due_at,
                state=attention.state,
                counting=is_open,
                waiting_for=None,
                resumes_at=None if is_open else changes_at,
                changes_at=changes_at,
            )
        )
    if level and level.state in (ClockState.RUNNING, ClockState.MISSED, ClockState.PAUSED):
        last = case.level is Level.DIRECTOR
        found.append(
            Countdown(
                label="Level 3's limit" if last else f"Hand-off to level {case.level + 1}",
                due_at=level.due_at,
                state=level.state,
                counting=is_open and level.counting,
                waiting_for=case.waiting_for,
                resumes_at=None if is_open or case.waiting_for else changes_at,
                changes_at=changes_at,
            )
        )
    return sorted(found, key=lambda each: (each.due_at is None, each.due_at or at))


def open_hours(hours: Calendar, at: datetime) -> tuple[bool, datetime | None]:
    """Whether the hours are open at an instant, and when that changes; None where it does not for a long time."""
    segments = hours.explain(at, at + _LOOK_AHEAD)
    is_open = segments[0].state is SegmentState.COUNTED
    return is_open, next((each.from_at for each in segments if (each.state is SegmentState.COUNTED) != is_open), None)
