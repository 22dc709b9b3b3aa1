"""Choices about the mail of notices, on the page of one's own account; and a digest called off by its link."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from desk.desk import Desk
from desk.problems import NotFound
from policy.case.case import Role
from policy.mail.unsubscribing import mailbox_in
from policy.people.preferences import OF_AGENTS, OF_CONTACTS, Preferences, QuietHours, Topic
from portal.frame.deps import DeskDep
from portal.frame.pages import page, to
from portal.frame.session import AnyVisitor, Known, Stamped, Visitor
from storage.mail import threads
from storage.notices import preferences

router = APIRouter()

_WORKERS = (Role.AGENT, Role.DIRECTOR)

Word = Annotated[str, Path(max_length=700)]


def topics_of(visitor: Visitor) -> Sequence[Topic]:
    """What somebody may choose about; nothing, for who is sent no notices of cases."""
    if visitor.role in _WORKERS:
        return OF_AGENTS
    return OF_CONTACTS if visitor.role is Role.CONTACT else ()


@router.post("/cuenta/avisos", dependencies=[Stamped])
async def choose(request: Request, visitor: Known, desk: DeskDep) -> Response:
    """Keep what they chose; quiet hours that end when they begin are none.

    Whoever works here and is a customer's contact too has one mailbox for both: what they chose as the other stays.
    """
    topics = topics_of(visitor)
    if not topics or visitor.account is None:
        raise NotFound
    form, mailbox = await request.form(), visitor.account.mailbox
    before = await preferences.of(desk.database, mailbox)
    told = {str(each) for each in form.getlist("told")}
    begins, ends = (_time(str(form.get(name, ""))) for name in ("quiet_from", "quiet_to"))
    chosen = Preferences(
        spared=before.spared.difference(topics).union(each for each in topics if each.value not in told),
        digest=form.get("digest") == "true" if topics == OF_AGENTS else before.digest,
        quiet=QuietHours(begins, ends) if begins is not None and ends is not None and begins != ends else None,
    )
    await preferences.keep(desk.database, mailbox, chosen)
    return to("/cuenta", visitor)


@router.get("/avisos/baja/{key}")
async def ask(request: Request, visitor: AnyVisitor, desk: DeskDep, key: Word) -> Response:
    """Whoever follows the link is asked: mail programs and scanners follow links as well."""
    await _mailbox(desk, key)
    return page(request, "signing_in/digest_off.html", key=key, done=False)


@router.post("/avisos/baja/{key}")
async def call_off(request: Request, visitor: AnyVisitor, desk: DeskDep, key: Word) -> Response:
    """Send them no digest any more. The link's signature is all it takes: a mail program does it in one click."""
    await preferences.end_digest(desk.database, await _mailbox(desk, key))
    return page(request, "signing_in/digest_off.html", key=key, done=True)


async def _mailbox(desk: Desk, word: str) -> str:
    key = await threads.known_key(desk.database)
    mailbox = mailbox_in(word, key) if key else None
    if mailbox is None:
        raise NotFound
    return mailbox


def _time(given: str) -> time | None:
    try:
        return time.fromisoformat(given).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        return None
