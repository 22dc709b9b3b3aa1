"""Warning the holders of bearer tokens before these expire: once each, by mail. The worker asks for it every hour."""

from __future__ import annotations

from datetime import datetime, timedelta

from desk.signing_in.sign_in_mail import SignInMail
from policy.case.case import Role
from storage.engine.database import Database
from storage.people import agents, contacts
from storage.signing_in import accounts, tokens
from storage.signing_in.tokens import Token


async def warn(db: Database, mail: SignInMail, *, within: timedelta, at: datetime) -> None:
    """Warn of the tokens that expire within that time, unless it was done. A program's token is its administrators'."""
    for token in await tokens.to_warn_of(db, within=within, at=at):
        if await tokens.warned(db, token.id, at=at):  # of two workers at once, one
            for mailbox in await _mailboxes(db, token):
                mail.send_warning(mailbox, token, at=at)


async def _mailboxes(db: Database, token: Token) -> list[str]:
    if token.role is Role.CONTACT:
        contact = await contacts.get(db, token.subject_id)
        return [contact.mailbox] if contact else []
    if token.role in (Role.AGENT, Role.DIRECTOR):
        agent = await agents.get(db, token.subject_id)
        return [agent.email] if agent else []
    known = await accounts.listing(db)
    own = [each for each in known if token.subject_id in (each.id, each.mailbox)]
    administrators = [each for each in known if each.staff_role is Role.ADMIN and each.disabled_at is None]
    return [each.mailbox for each in own or administrators]
