"""Several cases at once: first what would happen to each, asked of the policy itself; then one case after the other.

A case that changed meanwhile is judged anew when its turn comes: the preview promises nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from desk.access import visible_case
from desk.commands.commands import give, would
from desk.commands.offers import AskedCommand
from desk.desk import Desk
from desk.idempotency import Begins, Done, FinalRefusal, once
from desk.inputs import Body
from desk.problems import NotFound, Problem, told
from policy.case.case import Priority
from policy.case.decision import Decision
from policy.case.refusals import Refusal
from portal.frame.deps import At, DeskDep
from portal.frame.pages import page
from portal.frame.session import Stamped, Visitor, Worker
from portal.frame.submit import DONE, Refused, messages, read_body, request_of, submit
from portal.queue.bulk_actions import ACTIONS, MOST, Action
from storage.case.views import CaseRow
from storage.people import absences, agents
from storage.people.agents import Agent
from wording.facts.page import Teller
from wording.language import translate

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

    @property
    def may_still(self) -> bool:
        """Whether the same form may ask it again: nothing spoke the last word."""
        return self.refused is not None and self.refused.status in (429, 503, 507)


@dataclass(frozen=True)
class Shown:
    """What the page says of the cases, or which `problem` keeps it from saying anything."""

    outcomes: Sequence[Outcome] = ()
    problem: str | None = None
    is_previewed: bool = False
    is_applied: bool = False


@dataclass(frozen=True, kw_only=True)
class Asking:
    """What is asked for on every chosen case."""

    visitor: Visitor
    action: Action
    body: Body
    at: datetime

    def command(self, row: CaseRow, key: str) -> AskedCommand:
        """The command on one of them, under a key of its own. Raises RoleNotAllowed."""
        offer = self.action.offer
        request = request_of(self.visitor, f"/casos/{row.number}/ordenes/{offer.path}", key, at=self.at)
        return AskedCommand.of(self.visitor.principal, offer, row, body=self.body, request=request)


@router.post("", dependencies=[Stamped])
async def preview(request: Request, visitor: Worker, desk: DeskDep, at: At) -> Response:
    """What the action asks for; and once that is given, what it would do to each case."""
    form = await request.form()
    action = _action(form)
    rows, problem = await _rows(form, visitor, desk)
    if problem:
        return await _shown(request, desk, action, form, Shown(problem=problem))
    if action.fields and not any(str(form.get(field.name, "")) for field in action.fields):
        asked = [Outcome(number=row.number, title=row.title) for row in rows]
        return await _shown(request, desk, action, form, Shown(asked))
    body = _body(action, form, visitor.language)
    if isinstance(body, Refused):
        asked = [Outcome(number=row.number, title=row.title) for row in rows]
        return await _shown(request, desk, action, form, Shown(asked, problem=body.sentence))
    asking = Asking(visitor=visitor, action=action, body=body, at=at)
    found = [await _prospect(desk, asking, row) for row in rows]
    return await _shown(request, desk, action, form, Shown(found, is_previewed=True))


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
        return await _shown(request, desk, action, form, Shown(problem=sentence))
    asking = Asking(visitor=visitor, action=action, body=body, at=at)
    done = [await _given(desk, asking, row, key) for row in rows]
    return await _shown(request, desk, action, form, Shown(done, is_applied=True))


async def _prospect(desk: Desk, asking: Asking, row: CaseRow) -> Outcome:
    """What the command would do to the case as it is once all that fell due is settled. Nothing is kept."""

    async def act() -> Done[Decision]:
        return Done(await would(desk, asking.command(row, secrets.token_urlsafe(18)), at=asking.at))

    outcome = await submit(asking.visitor, act, _LABELS)
    if isinstance(outcome, Refused):
        return Outcome(number=row.number, title=row.title, refused=outcome)
    return Outcome(number=row.number, title=row.title, told=_told(outcome.value, asking.visitor.language))


async def _given(desk: Desk, asking: Asking, row: CaseRow, key: str) -> Outcome:
    """What became of the case. The same form again gives the same answer."""

    async def act() -> Done[None] | FinalRefusal:
        asked = asking.command(row, f"{key}-{row.number}")
        return await once(desk, asked.request, asked.body, Begins(lambda: _give(desk, asked)), DONE)

    outcome = await submit(asking.visitor, act, _LABELS)
    refused = outcome if isinstance(outcome, Refused) else None
    return Outcome(number=row.number, title=row.title, refused=refused, is_done=refused is None)


async def _give(desk: Desk, asked: AskedCommand) -> None:
    await give(desk, asked)


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
        return Refused(422, messages(error, language))
    except (Refusal, Problem) as refused:
        return Refused(422, told(refused, language).detail)


async def _shown(request: Request, desk: Desk, action: Action, form: FormData, shown: Shown) -> Response:
    return page(
        request,
        "queue/batch.html",
        status=422 if shown.problem else 200,
        action=action,
        path=action.offer.path,
        outcomes=shown.outcomes,
        takes=[each for each in shown.outcomes if (each.may_still if shown.is_applied else each.refused is None)],
        typed={field.name: str(form.get(field.name, "")) for field in action.fields},
        choices={
            "agents": await _colleagues(desk, request.state.visitor.language),
            "groups": [(each.id, each.name) for each in desk.policy.groups],
            "priorities": [(str(int(each)), str(int(each))) for each in Priority],
            "level_3": [("3", "3")],
        },
        problem=shown.problem,
        most=MOST,
        is_previewed=shown.is_previewed,
        is_applied=shown.is_applied,
        key=str(form.get("key", "")) or secrets.token_urlsafe(18),
    )


async def _colleagues(desk: Desk, language: str) -> list[tuple[str, str]]:
    """Everybody who serves cases, with a word of who is away, and who stands in meanwhile (ESC-17)."""
    away = await absences.away(desk.database, at=desk.clock())

    def shown(each: Agent) -> str:
        if each.id not in away:
            return each.name
        substitute = away[each.id]
        told = (
            translate("away: {substitute} stands in", language, substitute=substitute.name)
            if substitute
            else translate("away", language)
        )
        return f"{each.name} · {told}"

    return [(each.id, shown(each)) for each in await agents.serving(desk.database)]
