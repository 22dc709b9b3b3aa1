"""The demonstration's desk, served as it stood at one instant, and its people's browser windows."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.async_api import Browser

from api.http.app import create_app
from demo import seed, users
from demo.access import DemoAccess, new_secrets
from desk.duty import links
from policy.case.case import Actor, Level, Role, Status, Text
from policy.case.commands import BeginChat
from policy.duty.calls import Call
from policy.duty.steps import PageState, PageStep, PageWhy
from policy.telephone.call import CallEvent, Heard
from portal.frame.session import SESSION_COOKIE
from settings import Settings
from storage.case import intake, views
from storage.case.intake import Deposit
from storage.duty import pages
from storage.duty.pages import Mail, Taken
from storage.engine.database import Database
from storage.signing_in import accounts, sessions
from storage.signing_in.accounts import Account, NewAccount, Persona, Purpose, SignInKey
from storage.signing_in.sessions import Session
from storage.telephone import calls
from storage.workbench import canned_replies, macros, pending_replies
from storage.workbench.canned_replies import CannedReply
from storage.workbench.macros import Macro
from storage.workbench.pending_replies import PendingReply
from tests.demo.conftest import NotingDesk
from tests.support.browser import Screen, screen
from tests.support.desk import PaperDesk
from tests.support.held_message import held_message
from tests.support.lives import bogota, policy
from tests.support.serving import serving

NOW = bogota("2026-11-25 10:20")

PEOPLE = {
    "contact": "asuarez@altaneblina.example",
    "other_contact": "jzuluaga@colibriexpress.example",
    "agent": "laura.mejia@escala.example",
    "specialist": "camilo.restrepo@escala.example",
    "director": "hernando.rincon@escala.example",
    "commercial": "marcela.duarte@escala.example",
    "admin": "administracion@escala.example",
}


@dataclass
class DemoDesk:
    """Where it is served; its people's sessions; its cases' numbers by customer and story; the desk behind it."""

    address: str
    sessions: dict[str, str]
    numbers: dict[str, str]
    desk: PaperDesk

    @asynccontextmanager
    async def window(self, browser: Browser, who: str | None, **more: Any) -> AsyncIterator[Screen]:
        """A browser window, signed in as one of PEOPLE (or half way through it), or as nobody."""
        cookies = {SESSION_COOKIE: self.sessions[who]} if who else {}
        async with screen(browser, self.address, cookies=cookies, **more) as window:
            yield window


async def seed_demo_desk(folder: Path) -> dict[str, Any]:
    """Seed a demonstration on paper into the folder's database: its people's sessions, and the numbers of its cases."""
    db = Database.at(_url(folder))
    try:
        access = DemoAccess(
            seeded_at=NOW,
            complete=False,
            url="http://escala.test",
            customer_id="cus_altaneblina",
            contact_id="cnt_altaneblina_asuarez",
            solution_id="sol_altaneblina_maps",
            secrets=new_secrets(seed.TOKENS),
        )
        await seed.plant(db, NotingDesk(), policy(), access)
        signed_in = await _let_in(db)
        greeting = "Buenos días, {contacto}. Recibimos su caso {caso} y ya lo revisamos."
        shared = CannedReply(
            id="can_demo", account_id="acc_demo_laura.mejia", title="Recibido", body=greeting, shared=True
        )
        await canned_replies.create(db, shared, at=NOW)
        take = Macro(
            id="mac_demo", account_id="acc_demo_laura.mejia", shared=True, name="Tomar y avisar",
            acts=[{"act": act, "value": "", "words": words} for act, words in (("claim", ""), ("replies", greeting))],
        )  # fmt: skip
        await macros.keep(db, take, at=NOW)
        numbers = await _numbers(db)
        message = await held_message(
            db, "asuarez@altaneblina.example", "El mapa no carga", at=NOW, whole="El mapa no carga\n\n> lo de antes"
        )
        await _chat(db, numbers["altaneblina new"])
        answered = await _answer(db, numbers["altaneblina in_progress"])
        await calls.hear(db, "lla_demo", "evt_demo", Heard(event=CallEvent.RINGING, at=NOW, number="+573001234567"))
        numbers["link"] = await _paged(db, numbers["altaneblina in_progress"])
        numbers |= {"call": "lla_demo", "message": message, "key": await _key(db), "answered": answered}
    finally:
        await db.close()
    return {"sessions": signed_in, "numbers": numbers}


@asynccontextmanager
async def open_demo_desk(folder: Path, told: dict[str, Any]) -> AsyncIterator[DemoDesk]:
    """Serve what was seeded into the folder, of which this was told."""
    db = Database.at(_url(folder))
    try:
        desk = PaperDesk(db, _now)
        settings = Settings(state_dir=folder, database_url=_url(folder))
        app = create_app(settings, database=db, engine=desk, clock=_now)
        async with app.router.lifespan_context(app), serving(app) as address:
            yield DemoDesk(address, told["sessions"], told["numbers"], desk)
    finally:
        await db.close()


def _url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'escala.db'}"


def _now() -> Any:
    return NOW


async def _paged(db: Database, number: str) -> str:
    """A page that waits, and the link in its message."""
    async with db.write() as connection:
        await pages.call(connection, number, [Call(PageWhy.HANDED_OFF, Level.SPECIALISTS, 1)])
    [page] = await pages.of_ids(db, [f"{number}.1"])
    person = "camilo.restrepo"
    step = Taken(page=page, state=PageState.PAGED, step=PageStep.PAGED, person_id=person, next_at=NOW)
    mail = Mail(id=f"pgm_{'0' * 24}", person_id=person, mailbox=PEOPLE["specialist"], at=NOW, pages=(page.id,))
    await pages.take(db, [step], [mail], at=NOW)
    return (await links.address_of(db, mail, "", at=NOW)).rpartition("/")[2]


async def _let_in(db: Database) -> dict[str, str]:
    """An account and a session for each of PEOPLE, and two that stand half way; nobody needs a password."""
    found = {}
    known = {each.email: each for each in users.USERS}
    for who, email in PEOPLE.items():
        user = known.get(email, users.DemoUser(what=who, email=email, name=who, id=f"acc_demo_{who}"))
        account = await accounts.create(
            db, NewAccount(id=user.id, email=email, name=user.name, staff_role=user.staff_role), at=NOW
        )
        (persona,) = await accounts.personas(db, account, policy=policy(), at=NOW)
        found[who] = await _begin(db, who, account, persona)
    administrator = await _account(db, "admin")
    found["nameless"] = await _begin(db, "nameless", administrator)
    found["half_in"] = await _begin(db, "half_in", administrator, awaits_code=True)
    return found


async def _account(db: Database, who: str) -> Account:
    found = await accounts.by_mailbox(db, PEOPLE[who])
    assert found
    return found


async def _begin(
    db: Database, name: str, account: Account, persona: Persona | None = None, *, awaits_code: bool = False
) -> str:
    """A session's secret."""
    session = Session(
        id=f"ses-{name}",
        account_id=account.id,
        role=persona.actor.role if persona else None,
        subject_id=persona.actor.id if persona else None,
        customer_id=persona.customer_id if persona else None,
        awaits_code=awaits_code,
        created_at=NOW,
        seen_at=NOW,
        expires_at=NOW + timedelta(hours=12),
        ended_at=None,
        browser="Chromium, Linux",
        address="127.0.0.1",
    )
    secret = secrets.token_urlsafe(32)
    await sessions.begin(db, session, secret)
    return secret


async def _key(db: Database) -> str:
    """A key with which somebody chooses a first password."""
    key = secrets.token_urlsafe(32)
    account = await _account(db, "admin")
    await accounts.keep_key(
        db, account.id, SignInKey(secret=key, purpose=Purpose.INVITATION, at=NOW, until=NOW + timedelta(days=7))
    )
    return key


async def _answer(db: Database, number: str) -> str:
    """A case whose agent has just answered, and may still undo it."""
    reply = PendingReply(
        id="cmd_demo",
        case_number=number,
        account_id=(await _account(db, "agent")).id,
        by=Actor(Role.AGENT, "laura.mejia"),
        content_id="con_demo",
        body="Ya lo revisamos.",
        leaves_at=NOW + timedelta(seconds=10),
    )
    await pending_replies.keep(db, reply)
    return number


async def _chat(db: Database, number: str) -> None:
    """The customer waits in the chat of a case."""
    by = Actor(Role.CONTACT, "cnt_altaneblina_asuarez")
    body = "Buenas tardes: ¿hay alguien que pueda ayudarme?"
    await intake.deposit(db, [Deposit("con_demo_chat", number, body)], at=NOW)
    begin = BeginChat(by=by, body=Text("con_demo_chat", len(body)))
    await PaperDesk(db, _now).command(number, begin, key="cmd_demo_chat")


async def _numbers(db: Database) -> dict[str, str]:
    """Cases to look at, by what they are."""
    rows = (await views.cases(db, views.CaseFilter(sort="number"), limit=200)).items
    found = {}
    for row in rows:
        case = row.case
        customer = case.customer_id.removeprefix("cus_")
        if case.visit:
            found[f"{customer} visit"] = row.number
        found.setdefault(f"{customer} {case.status.value}", row.number)
        if case.provider_incidents:
            found["incident"] = row.number
        if case.diagnosis and case.status is not Status.CLOSED:
            found["equipment"] = row.number
    return found
