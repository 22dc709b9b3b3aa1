"""A chat as its customer's page shows it: what was said since it began, who has it, and what awaits whoever waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.access import visible_case_in
from desk.chats import AtChat, Outlook, at_chat, outlook
from desk.desk import Desk
from policy.case import facts as f
from policy.case.case import Channel, Role
from policy.terms.terms import Terms
from storage.case import chats, views
from storage.case.views import CaseRow, TimelineRow, Window
from storage.cover import solutions
from storage.cover.solutions import Solution
from storage.files import files
from storage.files.files import File
from storage.people import agents, contacts
from storage.signing_in.tokens import Principal
from storage.terms.terms import CustomerSolution, terms_for
from storage.workbench import pending_replies
from storage.workbench.pending_replies import PendingReply

MOST_LINES = 300
_SHOWN = frozenset(
    each.kind
    for each in (
        *(f.CaseOpened, f.ChatBegun, f.ChatTaken, f.ChatSaid, f.ChatHandedOver, f.ChatEnded),
        *(f.ReplySent, f.InformationRequested, f.CustomerAnswered, f.CaseResolved),
    )
)
"""What both sides do while they chat."""


@dataclass(frozen=True, kw_only=True)
class TalkPage:
    """The last chat of a case, as of `at`; None for `began_seq` where it never had one.

    `kept` are lines of the customer's that the engine has still to take.

    `ended` is how it ended; `names` are agents' and contacts', `files` by the text that carries them.
    """

    row: CaseRow
    at: datetime
    began_seq: int | None
    facts: Sequence[TimelineRow]
    last_seq: int
    ended: f.ChatEnded | None
    names: Mapping[str, str]
    files: Mapping[str, Sequence[File]]
    at_chat: AtChat
    outlook: Outlook | None
    kept: Sequence[PendingReply] = ()


@dataclass(frozen=True, kw_only=True)
class ChatDoor:
    """What a contact sees before a chat: what awaits them, and which of their solutions' plans hold the channel.

    `terms` are those of a solution that holds it, else of any; None where the customer has no solution.
    """

    at: datetime
    solutions: Sequence[Solution]
    terms: Terms | None
    outlook: Outlook

    @property
    def holds_chat(self) -> bool:
        """Whether a chat can be begun at all (PLAN-7)."""
        return self.terms is not None and Channel.CHAT in self.terms.channels


async def read_talk(desk: Desk, principal: Principal, number: str) -> TalkPage:
    """The case's last chat, in one transaction. NotFound for what one may not see."""
    async with desk.database.snapshot() as db:
        row = await visible_case_in(db, principal, number)
        at = max(desk.clock(), row.case.last_at)
        began_seq = await chats.last_began(db, number)
        found: Sequence[TimelineRow] = ()
        if began_seq is not None:
            wanted = Window(most=MOST_LINES, kinds=_SHOWN, internal=False)
            first = 1 if began_seq == 2 else began_seq  # what opened the case is the first line
            found = [each for each in (await views.window(db, number, wanted)).facts if each.seq >= first]
        ends = [each.fact for each in found if isinstance(each.fact, f.ChatEnded)]
        names = {each.id: each.name for each in await agents.listing(db)}
        names |= {each.id: each.name for each in await contacts.roster(db, row.case.customer_id)}
        waits = row.case.chat is not None and row.case.chat.agent_id is None
        pending = (await pending_replies.of_cases(db, [number])).get(number, ())
        return TalkPage(
            row=row,
            at=at,
            began_seq=began_seq,
            facts=found,
            last_seq=await views.last_seq(db, number),
            ended=None if row.case.chat or not ends else ends[-1],
            names=names,
            files=await files.of_case(db, number, {each for fact in found for each in fact.words}),
            at_chat=await at_chat(db, row.case, principal, at=at),
            outlook=await outlook(db, number=number, at=at) if waits else None,
            kept=[each for each in pending if each.is_line and each.by.role is Role.CONTACT and not each.refused],
        )


async def read_door(desk: Desk, customer_id: str, *, at: datetime) -> ChatDoor:
    """What a contact of this customer finds before it begins a chat."""
    async with desk.database.snapshot() as db:
        has = await solutions.of_customer(db, customer_id)
        found: list[tuple[Solution, Terms]] = []
        for each in has:
            of = CustomerSolution(customer_id=customer_id, solution_id=each.id)
            found.append((each, await terms_for(db, desk.policy, of, at=at)))
        holding = [(each, terms) for each, terms in found if Channel.CHAT in terms.channels]
        return ChatDoor(
            at=at,
            solutions=[each for each, _ in holding],
            terms=(holding or found)[0][1] if found else None,
            outlook=await outlook(db, at=at),
        )
