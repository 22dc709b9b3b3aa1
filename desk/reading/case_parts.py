"""The parts of a case's page as values; case.py reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.chats import AtChat, Outlook
from desk.meanwhile import Seen
from desk.providers.incidents import CaseIncident
from desk.reading.clocks import BrokenPromise, ExplainedClock
from desk.reading.countdowns import Countdown
from desk.reading.similar import SimilarCase
from desk.reading.visits import ChannelTried, VisitRecord
from policy.case.duplicates import GoesOnIn
from policy.terms.terms import Terms
from storage.case.ratings import Rating
from storage.case.views import TimelineRow
from storage.cover.contracts import Contract
from storage.cover.solutions import Solution
from storage.files.files import File
from storage.people.agents import Agent
from storage.people.contacts import Contact
from storage.people.customers import Customer
from storage.workbench.canned_replies import CannedReply
from storage.workbench.macros import Macro
from storage.workbench.pending_replies import PendingReply
from storage.workbench.presence import Present


@dataclass(frozen=True, kw_only=True)
class Header:
    """What the case is and where it stands; a duplicate goes on in its chain's last.

    `followed_by` are the cases that went on from it once it was closed.
    `steps`: each with whether it is done, present, to come or not needed.
    """

    assignee_name: str | None
    duplicates: Sequence[str]
    goes_on_in: GoesOnIn | None
    followed_by: Sequence[str]
    rating: Rating | None
    steps: Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Presence:
    """Who else has the case open."""

    present: Sequence[Present]


@dataclass(frozen=True, kw_only=True)
class ChatPart:
    """The case's chat, if one goes on: who has it, who of the other side is there, and the place among those that wait.

    `colleagues` are those to whom it can be handed over.
    """

    chat_agent: str | None = None
    chat_contact: str | None = None
    at_chat: AtChat
    outlook: Outlook | None = None
    may_chat: bool
    can_chat: frozenset[str]
    drafts: Mapping[str, str]
    chat_colleagues: Sequence[Agent] = ()


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """What was said last, or before the fact `before`, as far as the viewer may see it; `opening` stands before it.

    `events` are what happened without words among it, as far back as a page shows what happened.
    `has_older`: whether more was said before. `names`: agents' and contacts', by id; `files` by the text that carries
    them; `pending` are replies that have not left yet. `last_seq` is the place of the case's last fact of all, `seen`
    what of the case this shows.
    """

    facts: Sequence[TimelineRow]
    opening: Sequence[TimelineRow]
    events: Sequence[TimelineRow]
    before: int | None
    has_older: bool
    last_seq: int
    seen: Seen
    files: Mapping[str, Sequence[File]]
    names: Mapping[str, str]
    pending: Sequence[PendingReply]


@dataclass(frozen=True, kw_only=True)
class Pending:
    """Replies that have not left yet, or that the case refused."""

    pending: Sequence[PendingReply]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The question that the customer has not answered: whose, since when, and in which words."""

    who: str
    at: datetime
    words: str


@dataclass(frozen=True, kw_only=True)
class Composer:
    """What may be written. `can`: commands by name; `drafts` by the composer; `canned` begins a reply.

    `asked` is what the customer is asked, for them alone; `seen` what of the case the forms were made under;
    `colleagues` are those whom a note may call, `readers` the customer's contacts, who read what is sent to them.
    """

    can: frozenset[str]
    seen: Seen
    drafts: Mapping[str, str]
    canned: Sequence[CannedReply]
    asked: Asked | None
    colleagues: Sequence[Agent]
    readers: Sequence[Contact] = ()


@dataclass(frozen=True, kw_only=True)
class Actions:
    """What may be done. `can`: commands by name; the rest is what their forms choose from.

    `away`: which of the agents are absent, by id, and who stands in, if anybody does (ESC-17). `tried`: each channel
    with its attempts, for who can log one; `quoted`: the words of the approval of a visit whose quote waits.
    """

    can: frozenset[str]
    seen: Seen
    drafts: Mapping[str, str]
    terms: Terms
    rating: Rating | None
    may_rate: bool
    agents: Sequence[Agent]
    assignable: Sequence[Agent]
    away: Mapping[str, Agent | None]
    contacts: Sequence[Contact]
    incidents: Sequence[CaseIncident]
    canned: Sequence[CannedReply]
    macros: Sequence[Macro]
    tried: Sequence[ChannelTried] = ()
    quoted: str = ""


@dataclass(frozen=True, kw_only=True)
class Clocks:
    """What the page counts down to, which promises were broken, and why each ends when it ends; `has_it` is a name."""

    has_it: str | None
    countdowns: Sequence[Countdown]
    broken: Sequence[BrokenPromise]
    stories: Sequence[ExplainedClock]


@dataclass(frozen=True, kw_only=True)
class Side:
    """About the case: whose it is, by which terms, its visit and what happened last, or before what is shown.

    `unpaid`: a contract of today's that is not paid, for which the case has not its terms (WAR-2). `changes`: the
    commands, by name, that change what stands here.
    """

    customer: Customer | None
    solution: Solution | None
    asked_by: Contact | None
    terms: Terms
    unpaid: Contract | None
    visit_record: VisitRecord | None
    incidents: Sequence[CaseIncident]
    rating: Rating | None
    facts: Sequence[TimelineRow]
    has_older_facts: bool
    names: Mapping[str, str]
    tags: Sequence[str]
    known_tags: Sequence[str]
    changes: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Similar:
    """Cases that are like this one, for those who see all of them; `customers` are their names, by id."""

    similar: Sequence[SimilarCase]
    customers: Mapping[str, str]


Part = Header | Presence | ChatPart | Conversation | Pending | Composer | Actions | Clocks | Side | Similar
