"""Opening a case: who asks for what, on which terms, under which number; then one call to the engine.

Nothing is reserved, deposited or started before the policy has agreed. After that every step is named after the
request's key, so that a try which did not come through is simply made again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import Field

from desk.access import sees
from desk.budgets import Spending
from desk.desk import Desk
from desk.engine import OpeningNotRecorded
from desk.files.uploads import attach
from desk.idempotency import IdempotentRequest, begin_opening
from desk.inputs import Code, Id, PriorityNumber, Title, WithFiles, Words
from desk.problems import EngineUnavailable, NotFound
from desk.refusals import ContactNotAuthorized, SolutionUnknown
from policy.case import lifecycle
from policy.case.case import Actor, Category, Channel, Priority, Role, Text
from policy.case.commands import OpenCase
from policy.case.refusals import ChannelNotInPlan
from policy.terms.channels import misdirected
from policy.terms.terms import Terms
from storage.case import intake, successors
from storage.case.intake import Deposit
from storage.cover import solutions
from storage.cover.solutions import Solution
from storage.engine.database import Reader
from storage.people import contacts
from storage.signing_in.tokens import Principal
from storage.terms.terms import CustomerSolution, bogota_date, terms_for

_TEXTS = ("title", "description", "prior_analysis")
"""What people write of a case: the engine is told where it is kept, and how long it is."""


class NewCase(WithFiles):
    """A request for support. `prior_analysis` says what the customer's team analysed and tried (REQ-5)."""

    contact_id: Id = Field(examples=["cnt_4f6c0f5f21d0"])
    solution_id: Id = Field(examples=["sol_9b1c7a80e2d4"])
    channel: Channel = Field(default=Channel.WEB, examples=["web"])
    category: Category = Field(examples=["incident"])
    title: Title = Field(examples=["El mapa de rutas no carga"])
    description: Words = Field(examples=["Desde las 8:00 el mapa aparece en blanco para todos los despachadores."])
    prior_analysis: Words = Field(
        default="", examples=["Probamos otro navegador y otra red; la consola muestra un error de cuota."]
    )
    proposed_priority: PriorityNumber = Field(examples=[2])
    serial_number: Code | None = Field(default=None, examples=["SN-48213"])


class NewChat(WithFiles):
    """A request for support by chat, of whoever asks: `description` is its first message."""

    solution_id: Id = Field(examples=["sol_9b1c7a80e2d4"])
    category: Category = Field(default=Category.INCIDENT, examples=["incident"])
    title: Title = Field(examples=["El mapa de rutas no carga"])
    description: Words = Field(examples=["Buenos días. Desde las 8:00 el mapa aparece en blanco."])
    prior_analysis: Words = Field(examples=["Probamos otro navegador; la consola muestra un error de cuota."])
    proposed_priority: PriorityNumber = Field(examples=[2])
    serial_number: Code | None = Field(default=None, examples=["SN-48213"])

    def case_of(self, contact: Actor) -> NewCase:
        """The case that it opens, whose channel is the chat."""
        return NewCase(**dict(self), contact_id=contact.id, channel=Channel.CHAT)


@dataclass(frozen=True, kw_only=True)
class AskedOpening:
    """A case that somebody asks to open. There is none by a role that may not: making it raises RoleNotAllowed."""

    new: NewCase
    by: Principal
    request: IdempotentRequest
    asks_for_analysis: bool = False
    """It came by mail: where it does not say what was analysed, that is asked for once the case is open (REQ-5)."""
    begins_chat: bool = False
    """Its contact waits in the chat, and the description is the first line (PLAN-7)."""
    follows: str | None = None
    """The closed case of the same customer that it goes on from, in one case, whoever asks at the same time."""

    def __post_init__(self) -> None:
        """Ask who may."""
        lifecycle.check_role(OpenCase, self.by.actor.role)


@dataclass(frozen=True)
class Opened:
    """The case is open, and its first turn recorded."""

    number: str


class GoesOnAlready(Exception):
    """Another request has opened the case that goes on from the same closed one: what this one says belongs there."""

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number


@dataclass(frozen=True)
class StillOpening:
    """The engine has the case for good; its first turn is about to be recorded."""

    number: str


async def open_case(desk: Desk, asked: AskedOpening) -> Opened | StillOpening:
    """Open a case; the same request again finds it. It begins its request: `once` is given it as `Begins`.

    Raises Refusal (REQ-1, REQ-5, SCOPE-1, the channels of the plan, and what the cover asks of equipment), NotFound for
    what a contact may not see, BudgetSpent, CaseIsFull or EngineUnavailable; GoesOnAlready where it `follows` a case.
    """
    command, terms = await _numbered(desk, asked)
    if goes_on := await _goes_on_in(desk, command):
        return Opened(goes_on)
    carried_by = command.description.content_id
    await attach(desk, asked.new.files, content_id=carried_by, number=command.number, by=command.by)
    try:
        await desk.engine.open(command, terms)
    except OpeningNotRecorded:
        if asked.follows:  # nobody can say yet whose opening it is
            raise EngineUnavailable from None
        return StillOpening(command.number)
    return Opened(await _goes_on_in(desk, command) or command.number)


async def _goes_on_in(desk: Desk, command: OpenCase) -> str | None:
    """The case that goes on from the one that this is to follow, where this very request opened it; None: none does.

    Of several that ask for it, the engine takes one, and the record says which. Raises GoesOnAlready to the others.
    """
    if command.follows is None:
        return None
    known = (await successors.of_cases(desk.database, [command.follows])).get(command.follows, ())
    for number in known:
        if await successors.opened_with(desk.database, number) == command.description.content_id:
            return number
    if known:
        raise GoesOnAlready(known[-1])
    return None


async def _numbered(desk: Desk, asked: AskedOpening) -> tuple[OpenCase, Terms]:
    """The command under the number and instant that its key has for ever, its texts under theirs, which are kept.

    An earlier try's instant is the one at which everything is judged: what came between the tries promises nothing
    more, and takes nothing away.
    """
    request = asked.request
    reserved = await intake.reserved(desk.database, scope=request.scope, key=request.key)
    received_at = reserved.received_at if reserved else request.at
    command, terms = await _agreed(desk, asked, at=received_at)
    if reserved is None:
        desk.budgets.spend(Spending.OPENING, request.by, at=request.at)
    ids = {name: request.derived("txt_", name) for name in _TEXTS}

    def deposits(number: str) -> list[Deposit]:
        return [Deposit(content_id, number, getattr(asked.new, name)) for name, content_id in ids.items()]

    begun = await begin_opening(desk, request, asked.new, deposits, follows=asked.follows)
    if begun.received_at != received_at:  # another process was asked the same at the same time
        command, terms = await _agreed(desk, asked, at=begun.received_at)
    texts = {name: replace(getattr(command, name), content_id=content_id) for name, content_id in ids.items()}
    return replace(command, number=begun.number, **texts), terms


async def _agreed(desk: Desk, asked: AskedOpening, *, at: datetime) -> tuple[OpenCase, Terms]:
    """The command and its terms, which the policy does not refuse; it has no number yet."""
    new = asked.new
    async with desk.database.snapshot() as db:
        solution = await _solution_of(db, asked, at=at)
        customer_id = solution.customer_id
        of = CustomerSolution(customer_id=customer_id, solution_id=solution.id)
        terms = await terms_for(db, desk.policy, of, at=at)
    command = OpenCase(
        by=asked.by.actor,
        number="",
        received_at=at,
        customer_id=customer_id,
        contact_id=new.contact_id,
        solution_id=new.solution_id,
        channel=new.channel,
        category=new.category,
        proposed_priority=Priority(new.proposed_priority),
        title=Text("", len(new.title)),
        description=Text("", len(new.description)),
        prior_analysis=Text("", len(new.prior_analysis)),
        serial_number=new.serial_number,
        equipment=solution.equipment,
        analysis_follows=asked.asks_for_analysis,
        begins_chat=asked.begins_chat,
        follows=asked.follows,
    )
    try:
        lifecycle.open_case(command, terms=terms)
    except ChannelNotInPlan:
        # The sender is told which channels to use, once a day (REQ-7): a refusal that is kept must have been told.
        await desk.engine.redirect(misdirected(new.contact_id, new.channel, terms=terms, on=bogota_date(at)))
        raise
    return command, terms


async def _solution_of(db: Reader, asked: AskedOpening, *, at: datetime) -> Solution:
    """The solution, of the same customer as an active contact. What a contact may not see is not there."""
    contact = await contacts.get(db, asked.new.contact_id)
    solution = await solutions.get(db, asked.new.solution_id)
    if asked.by.actor.role is Role.CONTACT and not (
        contact and solution and sees(asked.by, contact.customer_id) and sees(asked.by, solution.customer_id)
    ):
        raise NotFound
    if contact is None or not contact.is_active(at=at):
        raise ContactNotAuthorized
    if solution is None or solution.customer_id != contact.customer_id:
        raise SolutionUnknown
    return solution
