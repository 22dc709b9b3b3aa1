"""Access: a contact sees its own customer's things, everybody else all. What one may not see is not there (NotFound).

Both edges ask here: the API for a token's owner, the pages for a session's. What a role may do to a case is policy's.
"""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import replace
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from desk.desk import Desk
from desk.problems import NotFound
from policy.case.case import Actor, Role
from policy.case.refusals import RoleNotAllowed
from storage.case import views
from storage.case.views import CaseFilter, CaseRow
from storage.engine.database import Reader
from storage.people import absences, contacts, customers
from storage.people.absences import StoodInFor
from storage.people.customers import Customer
from storage.signing_in import tokens
from storage.signing_in.tokens import Principal

STAFF = (Role.AGENT, Role.DIRECTOR, Role.COMMERCIAL, Role.ADMIN)
"""Everybody but contacts: they see all customers."""

REGISTRARS = (Role.COMMERCIAL, Role.ADMIN)
"""Who keeps customers, contracts, solutions and contacts."""

_LONGEST_SECRET = 200
_NOTED_WITHIN = 5.0
_NUMBER = re.compile(r"MA-\d{4}-\d{6,9}", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}", re.ASCII)


_log = logging.getLogger(__name__)


async def token_owner(desk: Desk, secret: str, *, at: datetime) -> Principal | None:
    """Who holds a bearer token's secret, or None: unknown, expired, revoked, or of somebody who may not (any more)."""
    if not secret or len(secret) > _LONGEST_SECRET or not secret.isascii():
        return None
    async with desk.database.snapshot() as db:
        found = await tokens.principal(db, secret, at=at)
        if found is None:
            return None
        absent = await stands_in_for(db, found.actor, at=at)
    return replace(found, stands_in_for=tuple(each.actor for each in absent))


async def stands_in_for(db: Reader, actor: Actor, *, at: datetime) -> tuple[StoodInFor, ...]:
    """As whom else somebody may act on cases at this instant (ESC-17); only who serves them stands in for anybody."""
    if actor.role not in (Role.AGENT, Role.DIRECTOR):
        return ()
    return await absences.stands_in_for(db, actor.id, at=at)


def check_decides(principal: Principal) -> None:
    """Raise RoleNotAllowed unless it is somebody who decides."""
    if not decides(principal):
        raise RoleNotAllowed


def decides(principal: Principal) -> bool:
    """Whether it is the director, or who stands in for one who is absent (ESC-17)."""
    return Role.DIRECTOR in {each.role for each in (principal.actor, *principal.stands_in_for)}


async def note_use(desk: Desk, principal: Principal, *, at: datetime) -> None:
    """Keep when a token was used, once its request is answered: best effort, and nobody waits for it."""
    try:
        async with asyncio.timeout(_NOTED_WITHIN):
            await tokens.note_use(desk.database, principal.token_id, at=at)
    except (SQLAlchemyError, OSError) as failed:
        _log.warning("the use of a token was not noted: %s", type(failed).__name__)


async def check_sign_in(desk: Desk, principal: Principal, *, at: datetime) -> None:
    """Raise SignInChoicePending for a contact without a place, whose token is a way to sign in as well (PLAN-8)."""
    if principal.customer_id is None:
        return
    roster = await contacts.state(desk.database, principal.customer_id, policy=desk.policy, at=at)
    for contact in roster.contacts:
        if contact.id == principal.actor.id:
            roster.check_sign_in(contact)


def check_role(role: Role | None, *allowed: Role) -> None:
    """Raise RoleNotAllowed unless it is one of these."""
    if role not in allowed:
        raise RoleNotAllowed


def sees(principal: Principal, customer_id: str) -> bool:
    """Whether this customer's things are there for the caller."""
    return principal.customer_id is None or principal.customer_id == customer_id


def reads_internal(principal: Principal) -> bool:
    """Whether the caller is shown what is internal: notes among agents, warnings of clocks."""
    return principal.actor.role is not Role.CONTACT


def only_visible(principal: Principal, wanted: CaseFilter) -> CaseFilter | None:
    """The filter as far as the caller may see, for every list and count of cases; None where that is nothing."""
    if wanted.customer_id is not None and not sees(principal, wanted.customer_id):
        return None
    customer_id = principal.customer_id or wanted.customer_id
    return replace(wanted, customer_id=customer_id, among_notes=reads_internal(principal))


def checked_id(given: str) -> str:
    """The id, or NotFound for what can be nobody's."""
    if not _ID.fullmatch(given):
        raise NotFound
    return given


async def visible_case(desk: Desk, principal: Principal, number: str) -> CaseRow:
    """The case under that number, as of its last recorded turn; or NotFound."""
    return await visible_case_in(desk.database, principal, number)


async def visible_case_in(db: Reader, principal: Principal, number: str) -> CaseRow:
    """The same in a snapshot."""
    row = await views.case(db, number) if _NUMBER.fullmatch(number) else None
    if row is None or not sees(principal, row.case.customer_id):
        raise NotFound
    return row


async def visible_customer(desk: Desk, principal: Principal, customer_id: str) -> Customer:
    """The customer with that id, or NotFound."""
    if not sees(principal, checked_id(customer_id)):
        raise NotFound
    found = await customers.get(desk.database, customer_id)
    if found is None:
        raise NotFound
    return found
