"""A reply that may still be undone: what the case would refuse is refused at once, what it would take waits a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi.responses import JSONResponse

from api.case.case_answer import as_of
from api.case.offers import Asked, Offer
from api.files.uploads import attach
from api.http.bodies import Answer, Z
from api.http.idempotency import Given, Once
from desk.desk import Desk
from desk.inputs import Body
from policy.case.case import Actor
from policy.case.lifecycle import check_role, decide
from storage.case import views
from storage.case.views import CaseRow
from storage.files import files
from storage.workbench import drafts, pending_replies
from storage.workbench.pending_replies import PendingReply

UNDO_WITHIN = timedelta(seconds=10)


class Held(Answer):
    """The reply and when it leaves."""

    id: str
    leaves_at: Z


@dataclass(frozen=True)
class Undone:
    """A reply that is a draft again. A draft holds words alone: whether files were with it has to be told."""

    had_files: bool


async def hold(
    offer: Offer, row: CaseRow, by: Actor, account_id: str, body: Body, once: Once, desk: Desk, *, at: datetime
) -> JSONResponse:
    """Keep a reply until it may no longer be undone. Answers, and refuses, as the command itself would."""
    check_role(offer.command, by.role)

    async def act() -> Given:
        asked = Asked(number=row.number, by=by, body=body, once=once)
        command, terms = offer.make(asked), await views.terms(desk.database, row.number)
        assert terms is not None
        decide(row.case, command, terms=terms, at=as_of(row.case, at))
        [deposit] = asked.deposits
        reply = PendingReply(
            id=once.derived("cmd_"),
            case_number=row.number,
            account_id=account_id,
            by=by,
            content_id=deposit.content_id,
            body=deposit.body,
            leaves_at=at + UNDO_WITHIN,
        )
        for content_id, ids in asked.files.items():  # nobody sees them before the reply has left
            await attach(desk, ids, content_id=content_id, number=row.number, by=by)
        await pending_replies.keep(desk.database, reply)
        return Given(200, Held(id=reply.id, leaves_at=reply.leaves_at))

    return await once(body, act)


async def undo(desk: Desk, reply_id: str, *, number: str, account_id: str, at: datetime) -> Undone | None:
    """Take a reply back into its author's draft; None where it is too late, or not theirs."""
    waiting = (await pending_replies.of_cases(desk.database, [number])).get(number, ())
    texts = {each.content_id for each in waiting if each.id == reply_id}
    body = await pending_replies.undo(desk.database, reply_id, number=number, account_id=account_id)
    if body is None:
        return None
    written_since = (await drafts.of_case(desk.database, account_id=account_id, number=number)).get("replies")
    whole = f"{body}\n\n{written_since}" if written_since else body
    await drafts.keep(desk.database, account_id=account_id, number=number, composer="replies", body=whole, at=at)
    return Undone(had_files=bool(await files.of_case(desk.database, number, texts)))
