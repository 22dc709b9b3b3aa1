"""The pages of incoming mail: what came and where it is counted, one message, and what an agent decides of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from desk.files.downloads import SANDBOX
from desk.idempotency import Done
from desk.mail import holding
from desk.mail.holding import HeldAct, HeldDecision
from desk.problems import NotFound, own_cursor
from policy.case.case import Role
from policy.mail.decision import MailOutcome
from policy.mail.state import MessageState
from portal.frame.deps import DeskDep
from portal.frame.fields import Id
from portal.frame.pages import page, to
from portal.frame.session import Stamped, Visitor, only
from portal.frame.submit import Refused, read_body, submit, typed_in
from storage.mail import inbox
from wording.mail import shown_outcome, shown_reason

router = APIRouter(prefix="/correo")

Worker = Annotated[Visitor, Depends(only(Role.AGENT, Role.DIRECTOR))]

_AT_ONCE = 50
_LABELS = {"act": "What to do", "contact_id": "Whose words these are", "number": "Case"}
_STATES = {"retenidos": MessageState.HELD, "cuarentena": MessageState.QUARANTINE, "recibidos": MessageState.RECEIVED}


@router.get("")
async def show(
    request: Request,
    visitor: Worker,
    desk: DeskDep,
    estado: Annotated[str, Query(max_length=20)] = "",
    desde: Annotated[str, Query(max_length=500, pattern=r"^[A-Za-z0-9_-]*$")] = "",
) -> Response:
    with own_cursor():
        found = await inbox.listing(desk.database, state=_STATES.get(estado), limit=_AT_ONCE, cursor=desde or None)
    counted = await inbox.counts(desk.database)
    waiting = await inbox.states(desk.database)
    return page(
        request,
        "mail/inbox.html",
        messages=found.items,
        more=urlencode({"estado": estado, "desde": found.next_cursor}) if found.next_cursor else "",
        total=sum(counted.values()),
        counts=[(shown_outcome(each, visitor.language), counted.get(each, 0)) for each in (*MailOutcome, None)],
        tabs=[
            ("", "All", sum(counted.values())),
            ("retenidos", "Held", waiting.get(MessageState.HELD, 0)),
            ("cuarentena", "Quarantine", waiting.get(MessageState.QUARANTINE, 0)),
        ],
        state=estado,
        outcome=lambda row: shown_outcome(row.outcome, visitor.language),
        reason=lambda row: shown_reason(row.reason, visitor.language),
    )


@router.get("/{message_id}")
async def show_one(request: Request, visitor: Worker, desk: DeskDep, message_id: Id) -> Response:
    return await _page(request, visitor, desk, message_id)


@router.get("/{message_id}/original")
async def original(visitor: Worker, desk: DeskDep, message_id: Id) -> Response:
    """The message as it came, to be opened by a program for mail."""
    await holding.shown(desk, message_id)
    disposition = {"Content-Disposition": f'attachment; filename="{message_id}.eml"'}
    content = await inbox.raw(desk.database, message_id)
    if not content:  # it came long ago
        raise NotFound
    return Response(content, media_type="application/octet-stream", headers={**SANDBOX, **disposition})


@router.post("/{message_id}", dependencies=[Stamped])
async def decide(request: Request, visitor: Worker, desk: DeskDep, message_id: Id) -> Response:
    """Do with a held message what the agent decided, once."""
    form = await request.form()
    typed = typed_in(form)

    async def act() -> Done[str | None]:
        decision = read_body(HeldDecision, {name: typed[name].strip() for name in _LABELS})
        row = await holding.decide(desk, message_id, decision, by=visitor.principal.actor.id)
        return Done(row.case_number)

    outcome = await submit(visitor, act, _LABELS)
    if isinstance(outcome, Refused):
        return await _page(request, visitor, desk, message_id, Told(outcome, typed))
    if outcome.value and typed["act"] != HeldAct.DISCARD:
        return to(f"/casos/{outcome.value}", visitor)
    return to("/correo?estado=retenidos", visitor)


@dataclass(frozen=True)
class Told:
    """Why a decision was refused, if it was, with what was typed."""

    refused: Refused | None = None
    typed: Mapping[str, str] = field(default_factory=typed_in)


async def _page(
    request: Request, visitor: Visitor, desk: DeskDep, message_id: str, told: Told | None = None
) -> Response:
    told = told or Told()
    refused = told.refused
    found = await holding.shown(desk, message_id)
    return page(
        request,
        "mail/message.html",
        status=refused.status if refused else 200,
        message=found,
        row=found.row,
        outcome=shown_outcome(found.row.outcome, visitor.language),
        reason=shown_reason(found.row.reason, visitor.language),
        problem=refused.sentence if refused else None,
        rule=refused.rule if refused else None,
        typed=told.typed,
        acts=[(each.value, _ACTS[each]) for each in found.acts if each is not HeldAct.DISCARD],
        may_discard=HeldAct.DISCARD in found.acts,
    )


_ACTS = {
    HeldAct.OPEN: "Open a case with it",
    HeldAct.JOIN: "Add it to the case",
    HeldAct.REOPEN: "Reopen the case",
    HeldAct.CONFIRM: "Confirm the solution with it",
    HeldAct.THANKS: "Note it as thanks",
}
