"""A desk with two customers, each of whose words can be told from everybody else's, and people who have signed in.

All that a customer's people and ours wrote about customer B carries one word, about A another, and what contacts must
not read a third. The texts are made by `say`, so that the same desk can be filled with anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from policy.case.case import Actor, Level, Plan, Role
from policy.case.incidents import Incident
from policy.duty.changes import Swap, Turn
from policy.duty.feeds import FeedKind
from policy.duty.rota import Layer, Override
from policy.people.absences import Absence
from policy.people.contacts import RosterEntry
from policy.telephone.call import CallEvent, Heard
from portal.frame.session import SESSION_COOKIE, VISIT_COOKIE
from storage.cover import contracts, solutions
from storage.cover.contracts import NewContract, NewPayment
from storage.cover.solutions import Solution, SolutionKind
from storage.duty import feeds, rotas
from storage.duty.feeds import Feed
from storage.engine.database import Database
from storage.people import absences, agents, contacts, customers
from storage.people.agents import Agent
from storage.people.contacts import NewContact, NewRoster
from storage.people.customers import Customer
from storage.providers import incidents
from storage.signing_in import accounts, sessions, tokens
from storage.signing_in.accounts import NewAccount
from storage.signing_in.sessions import Session
from storage.signing_in.tokens import Token
from storage.telephone import calls
from storage.webhooks import webhooks
from storage.webhooks.webhooks import Webhook, new_secret
from storage.workbench import canned_replies, macros, saved_views
from storage.workbench.canned_replies import CannedReply
from storage.workbench.macros import Macro
from storage.workbench.saved_views import SavedView
from tests.api.office import Office, pages_behind
from tests.portal.matrix.who_may import NOBODY
from tests.support.held_message import held_message
from tests.support.lives import bogota, policy

WORDS = {"a": "tairona", "b": "malagana"}
INTERNAL = "nahuange"
"""What no contact reads, whose case it may be about. No municipality has such a name: those are for anybody to find."""

Say = Callable[[str, str], str]
"""A text for a field of a customer's (`a`, `b`, or `` for the desk's own)."""


def plainly(whose: str, what: str) -> str:
    return f"{WORDS.get(whose, 'escala')} {what}"


@dataclass
class World:
    """The desk, and the folder of its database. `ids` are what belongs to each customer, by kind; `sessions` the
    secrets of who has signed in; `front` serves its copies, each in its turn.
    """

    office: Office
    folder: Path
    front: FastAPI
    ids: dict[str, dict[str, str]] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)

    def cookie(self, who: str) -> dict[str, str]:
        """How a browser says who it is; nobody's has been here before, so that all its answers are the same."""
        name, value = (VISIT_COOKIE, "n" * 40) if who == NOBODY else (SESSION_COOKIE, self.sessions[who])
        return {"Cookie": f"{name}={value}"}

    def token(self, who: str) -> dict[str, str]:
        return {} if who == NOBODY else {"Authorization": f"Bearer {self.office.secrets[who]}"}

    def stamp(self, who: str) -> str:
        """A stamp of this person's, as its pages carry."""
        keys = pages_behind(self.office.app).state.portal.keys
        return str(keys.stamp(keys.signature("form", "n" * 40 if who == NOBODY else self.sessions[who])))

    def sees(self, who: str, whose: str) -> bool:
        return not who.endswith(("_a", "_b")) or who.endswith(f"_{whose}")


async def furnish(office: Office, folder: Path, front: FastAPI, say: Say = plainly) -> World:
    """Fill an office's desk: who serves, then customer A with all that is its, then B."""
    from tests.portal.matrix.world_cases import fill_cases

    world = World(office, folder, front)
    await _house(world, say)
    for whose in ("a", "b"):
        await _customer(world, whose, say)
        await fill_cases(world, whose, say)
    return world


# -- people -----------------------------------------------------------------------------------------------------------


async def _house(world: World, say: Say) -> None:
    db, at = world.office.db, world.office.clock()
    for person in (
        Agent(id="ana", name=say("", "Ana"), email="ana@escala.example", levels=tuple(Level), groups=("sig",)),
        Agent(id="dora", name=say("", "Dora"), email="dora@escala.example", levels=(Level.DIRECTOR,), is_director=True),
    ):
        await agents.put(db, person)
    for who, email, role in (
        ("agent", "ana@escala.example", None),
        ("director", "dora@escala.example", None),
        ("commercial", "carla@escala.example", Role.COMMERCIAL),
        ("admin", "root@escala.example", Role.ADMIN),
    ):
        await _account(world, who, email, say("", who), role)
    later = at + timedelta(days=30)
    holiday = Absence(
        id="abs-ana",
        person="ana",
        substitute="dora",
        from_at=later,
        to_at=later + timedelta(days=8),
        marked_by=Actor(Role.AGENT, "ana"),
        marked_at=at,
    )
    await absences.keep(db, holiday, lambda _: holiday)
    await _duty(world)
    incident = Incident(
        provider="google-maps-platform",
        id="outage",
        products=("Maps JavaScript API", say("", "product")),
        began_at=bogota("07:00"),
        severity=say("", "severity"),
        impact=say("", "impact"),
        summary=say("", "summary"),
        link="https://status.example/incidents/outage",
    )
    await incidents.keep(db, [incident])
    own: dict[str, Any] = {"shared": False, "title": f"{INTERNAL} título", "body": f"{INTERNAL} {{contacto}}"}
    await canned_replies.create(db, CannedReply(id="can_own", account_id="acc-agent", **own), at=at)
    shared: dict[str, Any] = {"shared": True, "title": say("", "canned"), "body": say("", "{contacto} {caso} {agente}")}
    await canned_replies.create(db, CannedReply(id="can_shared", account_id="acc-director", **shared), at=at)
    note = {"act": "notes", "value": "", "words": f"{INTERNAL} {{contacto}}"}
    mine = Macro(id="mac_own", account_id="acc-agent", shared=False, name=f"{INTERNAL} macro", acts=[note])
    await macros.keep(db, mine, at=at)
    told = {"act": "notes", "value": "", "words": say("", "{contacto} {caso} {agente}")}
    theirs = Macro(id="mac_shared", account_id="acc-director", shared=True, name=say("", "macro"), acts=[told])
    await macros.keep(db, theirs, at=at)
    view = SavedView(id="vis_own", account_id="acc-agent", name=f"{INTERNAL} vista", query="tab=mine", shared=False)
    await saved_views.keep(db, view, at=at)


async def _duty(world: World) -> None:
    """Ana is on duty at level 2 for good, has an override to come, and a swap that waits for her."""
    db, at = world.office.db, world.office.clock()
    known: dict[str, Any] = {"id": "rot-ana", "level": Level.SPECIALISTS, "every_hours": 168}
    await rotas.keep_layer(db, Layer(people=("ana",), starts_on=date(2026, 11, 2), made_at=at, **known))
    later = at + timedelta(days=30)
    put: dict[str, Any] = {"id": "ovr-ana", "level": Level.SPECIALISTS, "person": "ana", "made_at": at}
    override = Override(from_at=later, to_at=later + timedelta(days=1), made_by=Actor(Role.ADMIN, "root"), **put)
    await rotas.keep_override(db, override, lambda _: None)
    turn = Turn(from_at=later, to_at=later + timedelta(days=1))
    hers: dict[str, Any] = {"proposer": "ana", "other": "ana", "own": turn, "theirs": turn}
    await rotas.keep_swap(db, Swap(id="swp-ana", level=Level.SPECIALISTS, proposed_at=at, **hers))


async def _account(world: World, who: str, email: str, name: str, staff_role: Role | None = None) -> None:
    """Somebody who may sign in, and two sessions of theirs: the one in use, and one elsewhere."""
    office, at = world.office, world.office.clock()
    account = await accounts.create(
        office.db, NewAccount(id=f"acc-{who}", email=email, name=name, staff_role=staff_role), at=at
    )
    [persona] = await accounts.personas(office.db, account, policy=policy(), at=at)
    for place in ("in-use", "elsewhere"):
        secret = f"{place}-{who}-".ljust(40, "s")
        session = Session(
            id=f"ses-{place}-{who}",
            account_id=account.id,
            role=persona.actor.role,
            subject_id=persona.actor.id,
            customer_id=persona.customer_id,
            awaits_code=False,
            created_at=at,
            seen_at=at,
            expires_at=at + timedelta(days=60),
            ended_at=None,
            browser=f"browser of {who}: {name}",
            address="127.0.0.1",
        )
        await sessions.begin(office.db, session, secret)
        if place == "in-use":
            world.sessions[who] = secret


async def _contact(world: World, who: str, contact_id: str, email: str, name: str) -> None:
    office, customer_id = world.office, f"cli-{who[-1]}"
    office.secrets[who] = tokens.new_secret()
    person: Mapping[str, Any] = {"role": Role.CONTACT, "subject_id": contact_id, "customer_id": customer_id}
    await tokens.create(office.db, Token(id=f"token-{who}", created_at=office.clock(), **person), office.secrets[who])
    await _account(world, who, email, name)


async def _call(db: Database, x: str, *, at: datetime) -> str:
    """A call from a number of the customer's; its id."""
    number = {"a": "+573001110000", "b": "+573002220000"}[x]
    await calls.hear(db, f"lla_{x}", f"evt_{x}", Heard(event=CallEvent.RINGING, at=at, number=number))
    return f"lla_{x}"


async def _customer(world: World, x: str, say: Say) -> None:
    db, at = world.office.db, world.office.clock()
    await customers.create(db, Customer(f"cli-{x}", say(x, "S. A."), f"NIT-{WORDS[x]}"), at=at)
    await contracts.create(
        db,
        NewContract(
            id=f"con-{x}",
            customer_id=f"cli-{x}",
            plan=Plan.PREMIUM,
            starts_on=date(2026, 1, 1),
            ends_on=date(2027, 12, 31),
            paid=False,
        ),
        at=at,
    )
    paid = NewPayment(id=f"pay-{x}", paid_on=date(2026, 11, 1), reference=say(x, "pago"))
    await contracts.pay(db, f"con-{x}", paid, at=at)
    cloud: dict[str, Any] = {
        "name": say(x, "Geoportal"),
        "kind": SolutionKind.CLOUD,
        "provider_product": "Maps JavaScript API",
    }
    thing: dict[str, Any] = {
        "name": say(x, "Rastreador"),
        "kind": SolutionKind.EQUIPMENT,
        "serial_number": f"SN-{WORDS[x]}",
    }
    proof: dict[str, Any] = {"accepted_on": date(2026, 6, 1), "acceptance_reference": say(x, "acta")}
    await solutions.create(db, Solution(id=f"sol-{x}", customer_id=f"cli-{x}", **cloud, **proof), at=at)
    await solutions.create(db, Solution(id=f"equ-{x}", customer_id=f"cli-{x}", **thing, **proof), at=at)
    people = [
        NewContact(
            f"cnt-{kind}-{x}",
            RosterEntry(
                name=say(x, kind),
                email=f"{kind}@{WORDS[x]}.example",
                is_system_administrator=kind == "administradora",
                notice_reference=say(x, "carta"),
                notified_on=date(2026, 11, 2),
                can_sign_in=True,
            ),
        )
        for kind in ("persona", "administradora")
    ]
    await contacts.replace_roster(db, f"cli-{x}", NewRoster(people), policy=policy(), at=at)
    for who, kind in ((f"contact_{x}", "persona"), (f"admin_{x}", "administradora")):
        await _contact(world, who, f"cnt-{kind}-{x}", f"{kind}@{WORDS[x]}.example", say(x, kind))
    world.ids[x] = {
        "customer": f"cli-{x}",
        "contract": f"con-{x}",
        "solution": f"sol-{x}",
        "equipment": f"equ-{x}",
        "contact": f"cnt-persona-{x}",
        "administrator": f"cnt-administradora-{x}",
        "account": f"acc-contact_{x}",
        "session": f"ses-elsewhere-contact_{x}",
        "token": f"tok-{x}",
        "absence": "abs-ana",
        "webhook": f"whk-{x}",
        "call": await _call(db, x, at=at),
        "rota": "rot-ana",
        "override": "ovr-ana",
        "swap": "swp-ana",
        "feed": f"calendario-{x}",
        "message": await held_message(db, f"persona@{WORDS[x]}.example", say(x, "correo"), at=at),
    }
    told = Webhook(
        id=f"whk-{x}",
        url=f"https://127.0.0.1:9/{say(x, 'endpoint')}",
        customer_id=f"cli-{x}",
        kinds=("case_opened",),
        owner_email=f"persona@{WORDS[x]}.example",
        secret=new_secret(),
        created_at=at,
    )
    await webhooks.keep(db, told)
    feed = Feed(
        id=f"calendario-{x}",
        account_id=f"acc-contact_{x}",
        subject_id=f"cnt-persona-{x}",
        kind=FeedKind.VISITS,
        made_at=at,
    )
    await feeds.keep(db, feed, f"calendar-{x}".ljust(40, "s"))
    spare = Token(id=f"tok-{x}", role=Role.COMMERCIAL, subject_id="erp", created_at=at)
    await tokens.create(db, spare, tokens.new_secret())
