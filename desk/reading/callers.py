"""The reading of a caller: the contacts of a number with their open cases, and what the call's log is drafted with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.access import checked_id
from desk.desk import Desk
from desk.problems import NotFound, own_cursor
from policy.case.case import Channel, Direction, Outcome, Plan
from policy.telephone.numbers import e164
from policy.terms.terms import Terms
from storage.cover import solutions
from storage.engine.database import Reader
from storage.engine.paging import Page
from storage.people import contacts, customers
from storage.people.contacts import Contact
from storage.search.names import FoundContact, find_contacts
from storage.telephone import calls
from storage.telephone.calls import CallRow, OpenCase
from storage.terms.terms import CustomerSolution, terms_for

_AT_ONCE = 50
_FOUND = 10
_RINGING_SINCE = timedelta(hours=4)
_MOST_RINGING = 3


@dataclass(frozen=True, kw_only=True)
class Caller:
    """A contact who may be calling. `takes_calls`: their plan holds the telephone (PLAN-7). Their own cases come first.

    `has_number`: it is theirs by the roster, and not only by what an agent said of an earlier call.
    """

    contact: Contact
    customer: str
    plan: Plan | None
    takes_calls: bool
    is_active: bool
    has_number: bool
    cases: Sequence[OpenCase]


@dataclass(frozen=True, kw_only=True)
class CallDraft:
    """What is known of a call for its log; an incoming one that began now, where nothing is."""

    direction: Direction = Direction.IN
    outcome: Outcome = Outcome.NOT_SOLVED
    started_at: datetime
    lasted: timedelta = timedelta(0)


@dataclass(frozen=True, kw_only=True)
class CallerPage:
    """A number, or a call, with who may be behind it. `number` is empty where it is hidden or none."""

    call: CallRow | None
    number: str
    callers: Sequence[Caller]
    found: Sequence[FoundContact]
    draft: CallDraft


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a page asks for: a number as it was written, words of a contact's name, and a contact that was chosen."""

    number: str = ""
    words: str = ""
    contact_id: str = ""


async def of_call(desk: Desk, call_id: str, asked: Asked, *, at: datetime) -> CallerPage:
    """The page of a call. NotFound."""
    call = await calls.get(desk.database, checked_id(call_id))
    if call is None:
        raise NotFound
    draft = CallDraft(direction=call.direction, outcome=call.outcome, started_at=call.started_at, lasted=call.lasted)
    return await _page(desk, asked, draft, call, at=at)


async def of_number(desk: Desk, asked: Asked, *, at: datetime) -> CallerPage:
    """The page of a number that somebody wrote, without a call."""
    return await _page(desk, asked, CallDraft(started_at=at), None, at=at)


async def listing(desk: Desk, cursor: str | None) -> tuple[Page[CallRow], Mapping[str, Sequence[str]]]:
    """The calls, the newest first, and who has their numbers. InvalidCursor."""
    async with desk.database.snapshot() as db:
        with own_cursor():
            found = await calls.listing(db, limit=_AT_ONCE, cursor=cursor)
        return found, await calls.names_by_number(db, {each.number for each in found.items})


async def ringing(desk: Desk, people: frozenset[str], *, at: datetime) -> Sequence[tuple[CallRow, Sequence[str]]]:
    """The calls that ring or go on now, of these people or of nobody yet, each with who has its number."""
    if not people or not desk.telephone_secrets:
        return []
    async with desk.database.snapshot() as db:
        found = await calls.under_way(db, people, since=at - _RINGING_SINCE, limit=_MOST_RINGING)
        live = [each for each in found if each.state(at=at).value in ("ringing", "talking")]
        names = await calls.names_by_number(db, {each.number for each in live})
    return [(each, names.get(each.number, ())) for each in live]


async def terms_of(desk: Desk, db: Reader, customer_id: str, *, at: datetime) -> Terms | None:
    """The terms under which a customer would open a case now; None for one without any solution."""
    has = await solutions.of_customer(db, customer_id)
    if not has:
        return None
    return await terms_for(db, desk.policy, CustomerSolution(customer_id=customer_id, solution_id=has[0].id), at=at)


async def _page(desk: Desk, asked: Asked, draft: CallDraft, call: CallRow | None, *, at: datetime) -> CallerPage:
    number = call.number if call else e164(asked.number) or ""
    async with desk.database.snapshot() as db:
        known = {each.id: each for each in await contacts.by_phone(db, number)}
        chosen = [asked.contact_id, call.contact_id if call else "", *await calls.callers_before(db, number)]
        for contact_id in filter(None, chosen):
            contact = await contacts.get(db, contact_id)
            if contact and contact.removed_at is None:
                known.setdefault(contact.id, contact)
        first = next((each for each in filter(None, chosen) if each in known), "")
        people = sorted(known.values(), key=lambda each: (each.id != first, each.name))
        callers = [await _caller(desk, db, each, number, at=at) for each in people]
        found = await find_contacts(db, asked.words, customer_id=None, limit=_FOUND) if asked.words else []
    return CallerPage(call=call, number=number, callers=callers, found=found, draft=draft)


async def _caller(desk: Desk, db: Reader, contact: Contact, number: str, *, at: datetime) -> Caller:
    customer = await customers.get(db, contact.customer_id)
    terms = await terms_of(desk, db, contact.customer_id, at=at)
    theirs = await calls.open_cases(db, [contact.customer_id])
    return Caller(
        contact=contact,
        customer=customer.name if customer else contact.customer_id,
        plan=terms.plan if terms else None,
        takes_calls=terms is None or Channel.PHONE in terms.channels,
        is_active=contact.is_active(at=at),
        has_number=bool(number) and contact.phone == number,
        cases=sorted(theirs, key=lambda each: each.contact_id != contact.id),
    )
