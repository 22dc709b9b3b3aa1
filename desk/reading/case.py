"""A case's page, read in parts: each asks for what it shows and no more, and all that are asked for are of one turn."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from desk.access import reads_internal, visible_case_in
from desk.chats import at_chat, outlook
from desk.desk import Desk
from desk.meanwhile import Seen
from desk.providers import incidents
from desk.providers.incidents import CaseIncident
from desk.reading.case_parts import (
    Actions,
    Asked,
    ChatPart,
    Clocks,
    Composer,
    Conversation,
    Header,
    Part,
    Pending,
    Presence,
    Side,
    Similar,
)
from desk.reading.clocks import broken_promises, explained, with_what_is_to_come
from desk.reading.countdowns import countdowns, hours_at
from desk.reading.similar import like_a_case
from desk.reading.visits import TRIES, ChannelTried, channels_tried, visit_record
from policy.case.case import Actor, Case, Channel, ClosingReason, Level, Role, Status, WaitingFor
from policy.case.commands import (
    AssignCase,
    ClaimCase,
    EscalateToProvider,
    HandOff,
    RecordDiagnosis,
    SetPriority,
    StartVisit,
    TakeChat,
    TransferCase,
)
from policy.case.facts import CaseOpened, InformationRequested
from policy.case.lifecycle import ALLOWED, ROLES
from policy.case.rating import may_rate
from policy.people.groups import serves
from policy.terms.terms import CoverKind, Terms
from policy.visit import on_site
from policy.visit.facts import VisitApproved
from policy.visit.visit import VisitStep
from storage.case import duplicates, queue, ratings, successors, views
from storage.case.ratings import Rating
from storage.case.views import CaseRow, TimelineRow, Window, Windowed
from storage.cover import contracts, solutions
from storage.cover.contracts import Contract
from storage.engine.database import Reader
from storage.files import files
from storage.people import absences, agents, contacts, customers
from storage.people.agents import Agent
from storage.people.contacts import Contact
from storage.signing_in.tokens import Principal
from storage.terms.terms import bogota_date
from storage.workbench import canned_replies, drafts, macros, pending_replies, presence, tags
from storage.workbench.canned_replies import CannedReply
from storage.workbench.pending_replies import PendingReply

SAID_AT_ONCE, FACTS_AT_ONCE = 30, 100
"""What a page shows of the conversation and of what happened; the older follows by a link."""

_TRIES_AT_ONCE = 50

WORKERS = (Role.AGENT, Role.DIRECTOR)
"""Those who serve customers, and see at a case what the others do there."""

_SOLVED = (ClosingReason.CONFIRMED, ClosingReason.UNANSWERED)

Value = TypeVar("Value")


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Who looks at a case, and the account whose drafts and replies are theirs."""

    principal: Principal
    account_id: str

    @property
    def is_ours(self) -> bool:
        """Whether it is somebody of the house."""
        return self.principal.customer_id is None

    @property
    def is_worker(self) -> bool:
        return self.principal.actor.role in WORKERS


@dataclass(frozen=True, kw_only=True)
class CasePage:
    """A case as of `at`, and the parts of its page that were asked for, by name."""

    row: CaseRow
    at: datetime
    parts: Mapping[str, Part]


async def read_case(
    desk: Desk, viewer: Viewer, number: str, parts: Iterable[str], *, before: int | None = None
) -> CasePage:
    """The parts of these names (see PARTS) of a case's page, in one transaction. NotFound for what one may not see.

    What happened is shown as of before a fact's `seq`, or the last of it.
    """
    async with desk.database.snapshot() as db:
        row = await visible_case_in(db, viewer.principal, number)
        reading = _Reading(desk, db, viewer, row)
        reading.before = before
        found = {name: await PARTS[name](reading) for name in parts}
        return CasePage(row=row, at=reading.at, parts=found)


class _Reading:
    """One case in one snapshot. What several parts show is read once."""

    def __init__(self, desk: Desk, db: Reader, viewer: Viewer, row: CaseRow) -> None:
        self.desk, self.db, self.viewer, self.row = desk, db, viewer, row
        self.at = max(desk.clock(), row.case.last_at)
        self.before: int | None = None
        self._read: dict[str, Any] = {}

    @property
    def case(self) -> Case:
        return self.row.case

    async def once(self, name: str, read: Callable[[], Awaitable[Value]]) -> Value:
        """What was read under this name, or is read now."""
        if name not in self._read:
            self._read[name] = await read()
        found: Value = self._read[name]
        return found

    async def terms(self) -> Terms:
        found = await self.once("terms", lambda: views.terms(self.db, self.row.number))
        assert found is not None, "what is opened has terms"
        return found

    async def facts(self, *, most: int, said: bool = False) -> Windowed:
        """The facts that the viewer is shown: those with words alone where they are what was `said`."""
        internal = reads_internal(self.viewer.principal)
        wanted = Window(before=self.before, most=most, said=said, internal=internal)
        return await views.window(self.db, self.row.number, wanted)

    async def happened(self) -> Windowed:
        """All that happened last, with words or without."""
        return await self.once("happened", lambda: self.facts(most=FACTS_AT_ONCE))

    async def opening(self) -> Sequence[TimelineRow]:
        """What the case was opened with."""
        opened = Window(before=2, most=1, said=True, internal=reads_internal(self.viewer.principal))
        return (await views.window(self.db, self.row.number, opened)).facts

    async def agents(self) -> Sequence[Agent]:
        return await self.once("agents", lambda: agents.listing(self.db))

    async def assignee(self) -> str | None:
        """The name of whoever has the case."""
        its = self.case.assignee
        return next((each.name for each in await self.agents() if each.id == its), its) if its else None

    async def serving(self) -> Sequence[Agent]:
        return await self.once("serving", lambda: agents.serving(self.db))

    async def contacts(self) -> Sequence[Contact]:
        return await self.once("contacts", lambda: contacts.roster(self.db, self.case.customer_id))

    async def names(self) -> dict[str, str]:
        """What agents and the customer's contacts are called, by id."""
        staff = {each.id: each.name for each in await self.agents()}
        return staff | {each.id: each.name for each in await self.contacts()}

    async def rating(self) -> Rating | None:
        found = await self.once("ratings", lambda: ratings.of_cases(self.db, [self.row.number]))
        return found.get(self.row.number)

    async def drafts(self) -> dict[str, str]:
        its = {"account_id": self.viewer.account_id, "number": self.row.number}
        return await self.once("drafts", lambda: drafts.of_case(self.db, **its))

    async def pending(self) -> Sequence[PendingReply]:
        found = await self.once("pending", lambda: pending_replies.of_cases(self.db, [self.row.number]))
        its = found.get(self.row.number, ())
        return its if self.viewer.is_worker else [each for each in its if each.account_id == self.viewer.account_id]

    async def last_seq(self) -> int:
        return await self.once("last_seq", lambda: views.last_seq(self.db, self.row.number))

    async def seen(self) -> Seen:
        """What a page of now shows of the case."""
        return Seen(await self.last_seq(), frozenset(each.content_id for each in await self.pending()))

    async def canned(self) -> Sequence[CannedReply]:
        if not self.viewer.is_worker:
            return ()
        return await self.once("canned", lambda: canned_replies.listing(self.db, self.viewer.account_id))

    async def incidents(self) -> Sequence[CaseIncident]:
        lead = self.desk.policy.provider_incidents_from_before
        return await self.once("incidents", lambda: incidents.of_case(self.db, self.case, lead=lead, at=self.at))


# -- the parts --------------------------------------------------------------------------------------------------------


async def _header(reading: _Reading) -> Header:
    case = reading.case
    return Header(
        assignee_name=await reading.assignee(),
        duplicates=await duplicates.of_case(reading.db, case.number, customer_id=case.customer_id),
        goes_on_in=(await duplicates.last_of(reading.db, case.duplicate_of)) if case.duplicate_of else None,
        followed_by=await _followed_by(reading.db, case),
        rating=await reading.rating(),
        steps=steps(case),
    )


async def _followed_by(db: Reader, case: Case) -> Sequence[str]:
    """Only what is closed is gone on from."""
    found = await successors.of_cases(db, [case.number]) if case.status is Status.CLOSED else {}
    return found.get(case.number, ())


async def _presence(reading: _Reading) -> Presence:
    if not reading.viewer.is_worker:
        return Presence(present=())
    here = (await presence.at_cases(reading.db, [reading.row.number], at=reading.at)).get(reading.row.number, ())
    return Presence(present=[each for each in here if each.account_id != reading.viewer.account_id])


async def _chat(reading: _Reading) -> ChatPart:
    case, viewer, terms = reading.case, reading.viewer, await reading.terms()
    may_begin = not viewer.is_ours and Channel.CHAT in terms.channels
    there = await at_chat(reading.db, case, viewer.principal, at=reading.at)
    may, written = can_of(case, viewer.principal), await reading.drafts()
    if case.chat is None:
        return ChatPart(at_chat=there, may_chat=may_begin, can_chat=may, drafts=written)
    names = await reading.names()
    return ChatPart(
        chat_agent=names.get(case.chat.agent_id, case.chat.agent_id) if case.chat.agent_id else None,
        chat_contact=names.get(case.chat.contact_id),
        at_chat=there,
        outlook=None if case.chat.agent_id else await outlook(reading.db, number=case.number, at=reading.at),
        may_chat=may_begin,
        can_chat=may,
        drafts=written,
        chat_colleagues=[each for each in await reading.serving() if _serves(each, case)] if viewer.is_worker else (),
    )


async def _conversation(reading: _Reading) -> Conversation:
    found = await reading.facts(most=SAID_AT_ONCE + 1, said=True)
    older, facts = found.facts[:-SAID_AT_ONCE], found.facts[-SAID_AT_ONCE:]
    opening = await reading.opening() if older else ()
    shown = {content_id for each in (*opening, *facts) for content_id in each.words}
    known = {each.seq for each in facts}
    happened = (await reading.happened()).facts if facts else ()
    return Conversation(
        facts=facts,
        opening=opening,
        events=[each for each in happened if each.seq > facts[0].seq and each.seq not in known],
        before=reading.before,
        has_older=found.has_older or any(each not in opening for each in older),
        last_seq=await reading.last_seq(),
        seen=await reading.seen(),
        files=await files.of_case(reading.db, reading.row.number, shown),
        names=await reading.names(),
        pending=await reading.pending() if reading.before is None else (),
    )


async def _pending(reading: _Reading) -> Pending:
    return Pending(pending=await reading.pending())


async def _composer(reading: _Reading) -> Composer:
    return Composer(
        can=can_of(reading.case, reading.viewer.principal),
        seen=await reading.seen(),
        drafts=await reading.drafts(),
        canned=await reading.canned(),
        asked=None if reading.viewer.is_ours else await _asked(reading),
        colleagues=await reading.serving() if reading.viewer.is_worker else (),
        readers=await reading.contacts() if reading.viewer.is_worker else (),
    )


async def _asked(reading: _Reading) -> Asked | None:
    """What the customer is asked and has not answered (ESC-16)."""
    if WaitingFor.INFORMATION not in reading.case.waits:
        return None
    wanted = Window(most=1, kinds=frozenset({InformationRequested.kind}), internal=False)
    found = (await views.window(reading.db, reading.row.number, wanted)).facts
    if not found:
        return None
    (asked,) = found
    names = {each.id: each.name for each in await reading.agents()}
    words = "\n".join(asked.words.values())
    return Asked(who=names.get(asked.actor.id, asked.actor.id), at=asked.at, words=words)


async def _actions(reading: _Reading) -> Actions:
    case, actor, is_ours = reading.case, reading.viewer.principal.actor, reading.viewer.is_ours
    staff = await reading.serving() if is_ours else ()
    terms = await reading.terms()
    principal, at = reading.viewer.principal, case.as_of(reading.at)
    starts = any(on_site.may_start(case, by, at=at, terms=terms) for by in (actor, *principal.stands_in_for))
    return Actions(
        can=can_of(case, principal) - (frozenset() if starts else {StartVisit.__name__}),
        seen=await reading.seen(),
        drafts=await reading.drafts(),
        terms=terms,
        rating=await reading.rating(),
        may_rate=may_rate(case, actor.role, at=reading.at),
        agents=staff,
        assignable=[each for each in staff if _serves(each, case)],
        away=await absences.away(reading.db, at=reading.at) if is_ours else {},
        contacts=await reading.contacts() if is_ours else (),
        incidents=await reading.incidents() if is_ours else (),
        canned=await reading.canned(),
        macros=await macros.listing(reading.db, reading.viewer.account_id) if reading.viewer.is_worker else (),
        tried=await _tried(reading, terms) if reading.viewer.is_worker else (),
        quoted=await _quoted(reading),
    )


async def _quoted(reading: _Reading) -> str:
    """The words with which the visit was approved whose quote waits for an answer."""
    visit = reading.case.visit
    if visit is None or visit.step is not VisitStep.QUOTED:
        return ""
    approved = await views.last_of(reading.db, VisitApproved.kind, [reading.row.number])
    return " ".join(word for row in approved.values() for word in row.words.values())


async def _tried(reading: _Reading, terms: Terms) -> Sequence[ChannelTried]:
    """Each of the plan's channels with its last attempts, where the case has any (ONS-4)."""
    if not reading.case.attempts:
        return ()
    wanted = Window(most=_TRIES_AT_ONCE, kinds=TRIES, internal=False)
    return channels_tried(terms.channels, (await views.window(reading.db, reading.row.number, wanted)).facts)


async def _clocks(reading: _Reading) -> Clocks:
    case, at, terms = reading.case, reading.at, await reading.terms()
    return Clocks(
        has_it=await reading.assignee(),
        countdowns=list(countdowns(case, hours_at(terms.hours, at), at=at)),
        broken=broken_promises(case, terms.hours, at=case.as_of(at)),
        stories=[with_what_is_to_come(each, terms.hours, at=at) for each in await explained(reading.db, case, at=at)],
    )


async def _side(reading: _Reading) -> Side:
    case, terms, record = reading.case, await reading.terms(), None
    if case.visit:  # told from all facts, as the API tells it
        plan = terms.channels if reads_internal(reading.viewer.principal) else None
        record = visit_record(case.visit, await views.timeline(reading.db, reading.row.number), plan)
    happened = await reading.happened()
    return Side(
        customer=await customers.get(reading.db, case.customer_id),
        solution=await solutions.get(reading.db, case.solution_id),
        asked_by=next((each for each in await reading.contacts() if each.id == case.contact_id), None),
        terms=terms,
        unpaid=await _unpaid(reading, terms),
        visit_record=record,
        incidents=await reading.incidents(),
        rating=await reading.rating(),
        facts=happened.facts,
        has_older_facts=happened.has_older,
        names=await reading.names(),
        tags=await tags.of_case(reading.db, case.number) if reading.viewer.is_ours else (),
        known_tags=await tags.known(reading.db) if reading.viewer.is_worker else (),
        changes=await _changes(reading, terms) if reading.viewer.is_worker else frozenset(),
    )


async def _changes(reading: _Reading, terms: Terms) -> frozenset[str]:
    """The commands that change a property of the case, and that somebody may give now."""
    case = reading.case
    sensible = {
        AssignCase: any(_serves(each, case) for each in await reading.serving()),
        SetPriority: True,
        HandOff: case.level < Level.DIRECTOR,
        TransferCase: terms.functional_escalation,
        EscalateToProvider: True,
        RecordDiagnosis: case.is_equipment and case.diagnosis is None,
    }
    return can_of(case, reading.viewer.principal) & {each.__name__ for each, is_so in sensible.items() if is_so}


async def _unpaid(reading: _Reading, terms: Terms) -> Contract | None:
    if terms.cover.kind is CoverKind.CONTRACT or reading.case.status is Status.CLOSED:
        return None
    today = bogota_date(reading.at)
    theirs = await contracts.of_customer(reading.db, reading.case.customer_id)
    return next(
        (each for each in theirs if each.starts_on <= today <= each.ends_on and not each.cover.covers(today)), None
    )


async def _similar(reading: _Reading) -> Similar:
    if not reading.viewer.is_ours:
        return Similar(similar=(), customers={})
    case, opened = reading.case, (await reading.opening())[0]
    assert isinstance(opened.fact, CaseOpened), "every case begins so"
    said = opened.body(opened.fact.description)
    found = await like_a_case(reading.db, case, title=reading.row.title, description=said)
    names = await queue.customer_names(reading.db, {each.row.case.customer_id for each in found}) if found else {}
    return Similar(similar=found, customers=names)


PARTS: Mapping[str, Callable[[_Reading], Awaitable[Part]]] = {
    "header": _header,
    "presence": _presence,
    "chat": _chat,
    "conversation": _conversation,
    "pending": _pending,
    "composer": _composer,
    "actions": _actions,
    "clocks": _clocks,
    "side": _side,
    "similar": _similar,
}
"""A page's parts by name, in their order."""

FOLLOWED = tuple(name for name in PARTS if name != "similar")
"""Those that an open page asks for anew when something happened."""


# -- what follows from the case itself --------------------------------------------------------------------------------


def can(case: Case, by: Actor) -> frozenset[str]:
    """The commands that the case's state and the role allow, by name; the policy may still refuse one by a rule.

    An agent is offered to take what its levels and groups serve.
    """
    allowed = frozenset(
        command.__name__
        for command, roles in ROLES.items()
        if by.role in roles and case.status in ALLOWED.get(command, ())
    )
    if by.role is Role.AGENT and not serves(by.levels, by.groups, level=case.level, group=case.group):
        return allowed - {ClaimCase.__name__, TakeChat.__name__}
    return allowed


def can_of(case: Case, principal: Principal) -> frozenset[str]:
    """What somebody may do, in their own name or in that of an absent one for whom they stand in (ESC-17)."""
    return frozenset[str]().union(*(can(case, each) for each in (principal.actor, *principal.stands_in_for)))


def _serves(agent: Agent, case: Case) -> bool:
    """Whether the case can be assigned to this agent."""
    return agent.is_director or serves(agent.levels, agent.groups, level=case.level, group=case.group)


def steps(case: Case) -> Sequence[tuple[str, str]]:
    """The step tracker: each step and whether it is done, present, to come, or was not needed.

    A case that ended otherwise than solved ends with its closing reason; without a clock it never came to a level.
    """
    ended_otherwise = case.closing_reason is not None and case.closing_reason not in _SOLVED
    last = str(case.closing_reason) if ended_otherwise else "resolved"
    names = ("received", "level 1", "level 2", "level 3", last)
    reached = 0 if case.level_clock is None else int(case.level)
    if case.status in (Status.RESOLVED, Status.CLOSED):
        levels = ["done" if level <= reached else "not needed" for level in range(4)]
        return list(zip(names, [*levels, "present"], strict=True))
    states = ["done" if place < reached else "present" if place == reached else "to come" for place in range(5)]
    return list(zip(names, states, strict=True))
