"""The demonstration's desk, served as it stood at one instant, and its people's browser windows."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.async_api import Browser

from escala.api.app import create_app
from escala.demo import seed, users
from escala.demo.access import DemoAccess, new_secrets
from escala.policy.case import Status
from escala.portal.session import SESSION_COOKIE
from escala.settings import Settings
from escala.storage import accounts, canned_replies, sessions, views
from escala.storage.canned_replies import CannedReply
from escala.storage.engine import Database
from escala.storage.sessions import Session
from tests.demo.conftest import NotingDesk
from tests.support.browser import Screen, screen
from tests.support.desk import PaperDesk
from tests.support.lives import bogota, policy
from tests.support.serving import serving

NOW = bogota("2026-11-25 10:20")

PEOPLE = {
    "contact": "asuarez@altaneblina.example",
    "agent": "laura.mejia@escala.example",
    "specialist": "camilo.restrepo@escala.example",
    "director": "hernando.rincon@escala.example",
    "commercial": "marcela.duarte@escala.example",
    "admin": "administracion@escala.example",
}


@dataclass
class DemoDesk:
    """Where it is served; its people's sessions; its cases' numbers by customer and story."""

    address: str
    sessions: dict[str, str]
    numbers: dict[str, str]

    @asynccontextmanager
    async def window(self, browser: Browser, who: str | None, **more: Any) -> AsyncIterator[Screen]:
        """A browser window, signed in as one of PEOPLE, or as nobody."""
        cookies = {SESSION_COOKIE: self.sessions[who]} if who else {}
        async with screen(browser, self.address, cookies=cookies, **more) as window:
            yield window


@asynccontextmanager
async def open_demo_desk(migrated: Path, folder: Path) -> AsyncIterator[DemoDesk]:
    """Seed a demonstration on paper and serve it."""
    url = f"sqlite+aiosqlite:///{shutil.copy(migrated, folder / 'escala.db')}"
    db = Database.at(url)
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
        app = create_app(
            Settings(state_dir=folder, database_url=url), database=db, desk=PaperDesk(db, _now), clock=_now
        )
        async with app.router.lifespan_context(app), serving(app) as address:
            yield DemoDesk(address, signed_in, await _numbers(db))
    finally:
        await db.close()


def _now() -> Any:
    return NOW


async def _let_in(db: Database) -> dict[str, str]:
    """An account and a session for each of PEOPLE; nobody needs a password."""
    found = {}
    for who, email in PEOPLE.items():
        user = next(each for each in users.USERS if each.email == email)
        account = await accounts.create(db, id=user.id, email=email, name=user.name, staff_role=user.staff_role, at=NOW)
        (persona,) = await accounts.personas(db, account, policy=policy(), at=NOW)
        found[who] = secrets.token_urlsafe(32)
        session = Session(
            id=f"ses-{who}",
            account_id=account.id,
            role=persona.actor.role,
            subject_id=persona.actor.id,
            customer_id=persona.customer_id,
            awaits_code=False,
            created_at=NOW,
            seen_at=NOW,
            expires_at=NOW + timedelta(hours=12),
            ended_at=None,
            browser="Chromium, Linux",
            address="127.0.0.1",
        )
        await sessions.begin(db, session, found[who])
    return found


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
