"""Several cases at once: first what would happen to each, asked of the policy itself; then one case after the other.

A case that changed meanwhile is judged anew when its turn comes: the preview promises nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.datastructures import FormData

from api.case.commands import give
from api.case.offers import Asked
from api.http import problems
from api.http.idempotency import Once
from desk.access import visible_case
from desk.desk import Desk
from desk.inputs import Body
from desk.problems import NotFound, Problem
from policy.case.case import Priority
from policy.case.decision import Decision
from policy.case.lifecycle import check_role, decide, settle
from policy.case.refusals import Refusal
from portal.frame.deps import At, DeskDep
from portal.frame.pages import page
from portal.frame.session import Stamped, Visitor, Worker
from portal.frame.submit import Refused, read_body, request_of, walk
from portal.queue.bulk_actions import ACTIONS, MOST, Action
from storage.case import views
from storage.case.views import CaseRow
from storage.people import agents
from wording.facts.page import Teller
from wording.input_errors import input_errors

router = APIRouter(prefix="/cola/lote")

_LABELS = {field.name: field.label for action in ACTIONS.values() for field in action.fields}
_TOO_MANY = "Choose at most {most} cases."
_NONE = "Choose at least one case."


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What would happen to a case, or what did; or why not. Neither: it was not asked yet."""

    number: str
    title: str
    told: tuple[str, ...] = ()
    refused: Refused | None = None
    is_done: bool = False


@router.post("", dependencies=[Stamped])
async def preview(request: Request, visitor: Worker, desk: DeskDep, at: At) -> Response:
    """What the action asks for; and once that is given, what it would do to each case."""
    form = await request.form()
    action = _action(form)
    rows, problem = await _rows(form, visitor, desk)
    if problem:
        return await _shown(request, desk, action, form, problem=problem, status=422)
    if action.fields and not any(str(form.get(field.name, "")) for field in action.fields):
        asked = [Outcome(number=row.number, title=row.title) for row in rows]
        return await _shown(request, desk, action, form, asked)
    body = _body(action, form, visitor.language)
    if isinstance(body, Refused):
        asked = [Outcome(number=row.number, title=row.title) for row in rows]
        return await _shown(request, desk, action, form, asked, problem=body.sentence, status=422)
    found = [await would(desk, visitor, row, action, body, at=at) for row in rows]
    return await _shown(request, desk, action, form, found, is_previewed=True)


@router.post("/aplicar", dependencies=[Stamped])
async def apply(request: Request, visitor: Worker, desk: DeskDep, at: At) -> Response:
    """Give the command to one case after the other. The same form again gives the same answers."""
    form = await request.form()
    action, key = _action(form), str(form.get("key", ""))
    rows, problem = await _rows(form, visitor, desk)
    body = _body(action, form, visitor.language)
    if not key.isascii() or not 16 <= len(key) <= 60:
        raise NotFound
    if problem or isinstance(body, Refused):
        sentence = problem or (body.sentence if isinstance(body, Refused) else "")
        return await _shown(request, desk, action, form, problem=sentence, status=422)
    done = [await _given(desk, visitor, row, action, body, key, at=at) for row in rows]
    return await _shown(request, desk, action, form, done, is_applied=True)


async def would(desk: Desk, visitor: Visitor, row: CaseRow, action: Action, body: Body, *, at: datetime) -> Outcome:
    """What the command would do to the case as it is once all that fell due is settled. Nothing is kept."""
    decided: list[Decision] = []

    async def ask() -> JSONResponse:
        terms = await views.terms(desk.database, row.number)
        assert terms is not None
        case, now = row.case, max(at, row.case.last_at)
        for settled in settle(case, terms=terms, at=now):
            case, terms = settled.case, settled.terms or terms
        by = visitor.principal.actor
        check_role(action.offer.command, by.role)
        once = _once(desk, visitor, row.number, action, secrets.token_urlsafe(18), at=at)
        asked = Asked(number=row.number, by=by, body=body, once=once)
        if action.offer.look_up:
            asked.found = await action.offer.look_up(desk, replace(row, case=case), asked)
        decided.append(decide(case, action.offer.make(asked), terms=terms, at=now))
        return JSONResponse(None)

    answer = await walk(visitor, ask, _LABELS)
    if isinstance(answer, Refused):
        return Outcome(number=row.number, title=row.title, refused=answer)
    return Outcome(number=row.number, title=row.title, told=_told(decided[0], visitor.language))


async def _given(
    desk: Desk, visitor: Visitor, row: CaseRow, action: Action, body: Body, key: str, *, at: datetime
) -> Outcome:
    once = _once(desk, visitor, row.number, action, f"{key}-{row.number}", at=at)
    answer = await walk(
        visitor, lambda: give(action.offer, row, visitor.principal.actor, once, desk, body=body), _LABELS
    )
    refused = answer if isinstance(answer, Refused) else None
    return Outcome(number=row.number, title=row.title, refused=refused, is_done=refused is None)


def _once(desk: Desk, visitor: Visitor, number: str, action: Action, key: str, *, at: datetime) -> Once:
    return Once(desk=desk, **vars(request_of(visitor, f"/casos/{number}/ordenes/{action.offer.path}", key, at=at)))


def _told(decision: Decision, language: str) -> tuple[str, ...]:
    """The facts that a decision would record, in words; whose words they are is not said, for nobody said them yet."""
    teller = Teller(language)
    return tuple(
        teller.sentence(entry.fact, late=entry.at - entry.due_at if entry.due_at else None)
        for entry in decision.entries
    )


# -- what the form says -----------------------------------------------------------------------------------------------


def _action(form: FormData) -> Action:
    action = ACTIONS.get(str(form.get("action", "")))
    if action is None:
        raise NotFound
    return action


async def _rows(form: FormData, visitor: Visitor, desk: Desk) -> tuple[Sequence[CaseRow], str | None]:
    """The chosen cases, each once, and what is wrong with the choice."""
    numbers = list(dict.fromkeys(str(each) for each in form.getlist("case")))
    if not numbers:
        return (), _NONE
    if len(numbers) > MOST:
        return (), _TOO_MANY
    return [await visible_case(desk, visitor.principal, number) for number in numbers], None


def _body(action: Action, form: FormData, language: str) -> Body | Refused:
    try:
        return read_body(action.offer.body, action.said(form))
    except ValidationError as error:
        found = input_errors(({**each, "loc": ("body", *each["loc"])} for each in error.errors()), language)
        return Refused(422, " ".join(each["message"] for each in found))
    except (Refusal, Problem) as refused:
        return Refused(422, str(problems.document(refused, language)["detail"]))


async def _shown(
    request: Request,
    desk: Desk,
    action: Action,
    form: FormData,
    outcomes: Sequence[Outcome] = (),
    *,
    problem: str | None = None,
    is_previewed: bool = False,
    is_applied: bool = False,
    status: int = 200,
) -> Response:
    return page(
        request,
        "queue/batch.html",
        status=status,
        action=action,
        path=action.offer.path,
        outcomes=outcomes,
        takes=[each for each in outcomes if each.refused is None],
        typed={field.name: str(form.get(field.name, "")) for field in action.fields},
        choices={
            "agents": [(each.id, each.name) for each in await agents.listing(desk.database)],
            "groups": [(each.id, each.name) for each in desk.policy.groups],
            "priorities": [(str(int(each)), str(int(each))) for each in Priority],
            "level_3": [("3", "3")],
        },
        problem=problem,
        most=MOST,
        is_previewed=is_previewed,
        is_applied=is_applied,
        key=str(form.get("key", "")) or secrets.token_urlsafe(18),
    )
