"""Calendar feeds: making and revoking a secret address, and what stands there for whoever its owner is by now.

Nobody signs in to read one, so what its owner may see is asked at each read.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from activities.mail.invitation import LASTS, uid_of
from desk.budgets import Spending
from desk.desk import Desk
from desk.duty.entries import Entry, Written, written
from desk.duty.rotas import roster
from desk.idempotency import IdempotentRequest
from desk.problems import NotFound, Problem
from policy.case.case import Level
from policy.case.refusals import RoleNotAllowed
from policy.duty.feeds import LEVEL_OF, FeedKind, feeds_of
from policy.duty.rota import Layer, Override, Roster, Stretch
from policy.visit.facts import VisitCancelled
from storage.duty import feeds
from storage.duty.feeds import Feed, VisitEntry
from storage.engine.database import Reader
from storage.people import agents
from storage.signing_in import accounts
from storage.signing_in.accounts import Account, Persona
from storage.signing_in.tokens import Principal
from storage.visit import visits as visit_places
from wording.language import DEFAULT, translate

LOOKS_BACK, LOOKS_AHEAD = timedelta(days=35), timedelta(days=92)
_VISITS_SINCE = timedelta(days=180)
_SECRET_BYTES = 32
_LONGEST = 100
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class TooManyFeeds(Problem):
    """An account has a few addresses at once, and each form makes one."""

    status, message = 422, "A few addresses are enough: revoke one first."


@dataclass(frozen=True)
class Made:
    """A new feed and its secret, which nobody can show again."""

    feed: Feed
    secret: str


@dataclass(frozen=True)
class Owner:
    """In whose name a feed reads, and in which language."""

    persona: Persona
    language: str


async def make(desk: Desk, kind: FeedKind, request: IdempotentRequest, account: Account) -> Made:
    """Make an address for what this person may read. Raises RoleNotAllowed or TooManyFeeds."""
    if kind not in feeds_of(request.by.actor):
        raise RoleNotAllowed
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    feed = Feed(
        id=request.derived("cal_"),
        account_id=account.id,
        subject_id=request.by.actor.id,
        kind=kind,
        made_at=request.at,
    )
    if not await feeds.keep(desk.database, feed, secret):
        raise TooManyFeeds
    return Made(feed, secret)


async def revoke(desk: Desk, feed_id: str, account: Account, *, at: datetime) -> None:
    """End an address of one's own. Raises NotFound."""
    if not await feeds.revoke(desk.database, feed_id, account_id=account.id, at=at):
        raise NotFound


async def read(desk: Desk, secret: str, *, public_url: str, at: datetime) -> Written:
    """What stands at this address now. NotFound for one that is none (any more), or whose owner may not read it now."""
    feed = await feeds.by_secret(desk.database, secret) if len(secret) <= _LONGEST and secret.isascii() else None
    if feed is None:
        raise NotFound
    owner = await _owner(desk, feed, at=at)
    if owner is None or feed.kind not in feeds_of(owner.persona.actor):
        raise NotFound
    persona = owner.persona
    desk.budgets.spend(Spending.EXPORT, Principal(f"calendar:{feed.id}", persona.actor, persona.customer_id), at=at)
    await feeds.note_read(desk.database, feed, at=at)
    async with desk.database.snapshot() as db:
        if feed.kind is FeedKind.VISITS:
            entries = await _visits(db, owner, public_url, at=at)
            return written(translate("Escala: visits", owner.language), entries)
        return written(translate("Escala: on duty", owner.language), await _turns(desk, db, feed, owner, at=at))


async def _owner(desk: Desk, feed: Feed, *, at: datetime) -> Owner | None:
    """In whose name it reads, as of now; a role that changed counts at once."""
    account = await accounts.get(desk.database, feed.account_id)
    if account is None or account.disabled_at is not None:
        return None
    names = await accounts.personas(desk.database, account, policy=desk.policy, at=at)
    persona = next((each for each in names if each.actor.id == feed.subject_id), None)
    return Owner(persona, account.language or DEFAULT) if persona else None


# -- who is on duty ---------------------------------------------------------------------------------------------------


async def _turns(desk: Desk, db: Reader, feed: Feed, owner: Owner, *, at: datetime) -> list[Entry]:
    since = datetime.combine(at.date(), time(), UTC) - LOOKS_BACK
    until = since + LOOKS_BACK + LOOKS_AHEAD
    found = await roster(desk, db, since=since, until=until)
    names = {each.id: each.name for each in await agents.listing(db)}

    def tell(level: Level, stretch: Stretch) -> str | None:
        person = stretch.duty.person
        if feed.kind is FeedKind.MINE:
            mine = person == owner.persona.actor.id
            return translate("My turn on duty, level {level}", owner.language, level=int(level)) if mine else None
        if person is None:
            return translate("Nobody on duty, level {level}", owner.language, level=int(level))
        named = names.get(person, person)
        return translate("On duty, level {level}: {person}", owner.language, level=int(level), person=named)

    levels = (LEVEL_OF[feed.kind],) if feed.kind in LEVEL_OF else tuple(Level)
    said_at = _changed_at(found, at)
    return [
        Entry(
            uid=_uid(level, each, since),
            sequence=int((said_at - _EPOCH) / timedelta(minutes=1)) if said_at > _EPOCH else 0,
            said_at=said_at,
            starts_at=each.from_at,
            ends_at=each.to_at,
            title=title,
        )
        for level in levels
        for each in found.stretches(level, since, until)
        if (title := tell(level, each))
    ]


def _uid(level: Level, stretch: Stretch, since: datetime) -> str:
    """The same at each read: by when the turn begins, or, if that is before what is told, by whose it is."""
    duty = stretch.duty
    begins = "antes" if stretch.from_at <= since else f"{stretch.from_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return f"{int(level)}.{begins}.{duty.by or 'nadie'}.{duty.person or 'nadie'}@guardia.escala"


def _changed_at(found: Roster, at: datetime) -> datetime:
    """When what says who is on duty changed last."""
    changed: list[Layer | Override] = [*found.layers, *found.overrides]
    known = [
        *(each.made_at for each in changed),
        *(each.marked_at for each in found.absences),
        *(each.ended_at for each in (*changed, *found.absences) if each.ended_at),
    ]
    return min(max(known, default=_EPOCH), at)


# -- visits -----------------------------------------------------------------------------------------------------------


async def _visits(db: Reader, owner: Owner, public_url: str, *, at: datetime) -> list[Entry]:
    found = await feeds.visits(db, customer_id=owner.persona.customer_id, since=at - _VISITS_SINCE)
    return [entry for each in found if (entry := await _visit(db, each, public_url, owner.language))]


async def _visit(db: Reader, each: VisitEntry, public_url: str, language: str) -> Entry | None:
    fact = each.fact
    if fact.starts_at is None:
        return None
    place = await visit_places.site(db, each.case_number, fact.visit)
    return Entry(
        uid=uid_of(each.case_number, fact.visit, opened_at=each.opened_at),
        sequence=fact.sequence,
        said_at=each.said_at,
        starts_at=fact.starts_at,
        ends_at=fact.starts_at + LASTS,
        title=translate("Visit: {number}, {title}", language, number=each.case_number, title=each.title),
        place=", ".join(filter(None, (place.address, place.place))) if place else "",
        link=f"{public_url.rstrip('/')}/casos/{each.case_number}",
        is_cancelled=isinstance(fact, VisitCancelled),
    )
