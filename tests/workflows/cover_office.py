"""An office on the real server in skipped time: contracts over HTTP, their workflows, held cases, and its mail."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.cover import Cover
from activities.ledger import Ledger
from desk.engine import Engine
from policy.case.case import Case, Plan, Role
from storage.case import views
from storage.cover import contracts
from storage.cover.contracts import NewContract
from storage.engine.tables import number_sequences
from storage.signing_in import tokens
from storage.signing_in.tokens import Token
from storage.terms.terms import bogota_date
from tests.api.office import NEW_CASE, Clock, Office, open_office
from tests.support.lives import bogota, policy
from tests.support.server import MemoryNotices, settings_for
from worker import Activities, build_worker
from workflows import addresses

DAY = timedelta(days=1)
_customers = count(1)


@dataclass
class Post:
    """Mail that stays here, and fails as often as told."""

    sent: list[EmailMessage] = field(default_factory=list)
    failures: int = 0

    async def send(self, message: EmailMessage, to: Sequence[str], *, all_or_nobody: bool = True) -> list[str]:
        if self.failures:
            self.failures -= 1
            raise OSError("no mail server")
        self.sent.append(message)
        return list(to)

    def to(self, address: str) -> list[str]:
        """The bodies of what was sent to an address."""
        return [str(each.get_content()) for each in self.sent if each["To"] == address]


@dataclass
class Newcomer:
    """A customer without any cover, with a solution and a contact who is its administrator."""

    id: str
    solution: str
    contact: str

    @property
    def mailbox(self) -> str:
        return f"ana@{self.id.replace('_', '-')}.example"


@dataclass
class CoverOffice:
    """The app with a desk that has an engine, and a worker on a queue of its own.

    `mail_clock` runs ahead of the office's where a cover's own time is let run on.
    """

    env: WorkflowEnvironment
    office: Office
    post: Post
    cover: Cover
    settings: Any
    mail_clock: Clock
    tax_ids: Any = field(default_factory=lambda: count(900_100_000))

    def worker(self) -> Worker:
        notices: Any = MemoryNotices()
        activities = Activities(ledger=Ledger(self.office.db), notices=notices, cover=self.cover)
        return build_worker(self.env.client, self.settings, activities)

    @property
    def today(self) -> date:
        """The date in Bogotá of the office's clock."""
        return bogota_date(self.office.clock.at)

    async def ask(self, path: str, who: str = "admin", **body: Any) -> Any:
        answer = await self.office.post(path, body, who)
        assert answer.is_success, answer.text
        return answer.json()

    async def newcomer(self, **solution: Any) -> Newcomer:
        customer = await self.ask("/customers", name=f"Cliente {next(_customers)}", tax_id=str(next(self.tax_ids)))
        given = await self.ask(f"/customers/{customer['id']}/solutions", name="Geovisor", kind="cloud", **solution)
        mailbox = Newcomer(customer["id"], "", "").mailbox
        entry = {
            "name": "Ana",
            "email": mailbox,
            "is_system_administrator": True,
            "notice_reference": "Carta 1",
            "notified_on": str(self.today - DAY),
            "can_sign_in": True,
        }
        roster = await self.office.put(f"/customers/{customer['id']}/contacts", {"contacts": [entry]})
        assert roster.is_success, roster.text
        newcomer = Newcomer(customer["id"], given["id"], roster.json()["items"][0]["id"])
        self.office.secrets[newcomer.id] = secret = tokens.new_secret()
        await tokens.create(
            self.office.db,
            Token(
                id=f"token-{newcomer.id}",
                role=Role.CONTACT,
                subject_id=newcomer.contact,
                customer_id=newcomer.id,
                created_at=self.office.clock.at,
            ),
            secret,
        )
        return newcomer

    async def contract(self, customer: Newcomer, *, ends_in: int, starts_in: int = 0, **more: Any) -> Any:
        """Register a contract over HTTP whose last day is `ends_in` days from today."""
        terms = {
            "plan": "standard",
            "starts_on": str(self.today + starts_in * DAY),
            "ends_on": str(self.today + ends_in * DAY),
        }
        return await self.ask(f"/customers/{customer.id}/contracts", "commercial", **{**terms, **more})

    async def renew(self, contract: Any, ends_on: date) -> Any:
        return await self.ask(f"/contracts/{contract['id']}/renewals", "commercial", ends_on=str(ends_on))

    async def pay(self, contract: Any) -> Any:
        paid = {"paid_on": str(self.today), "reference": "FV-1"}
        return await self.ask(f"/contracts/{contract['id']}/payments", "commercial", **paid)

    async def open_case(self, customer: Newcomer) -> LiveCase:
        """Open a case over HTTP as the customer's contact."""
        body = NEW_CASE | {"contact_id": customer.contact, "solution_id": customer.solution}
        answer = await self.office.post("/cases", body, customer.id)
        assert answer.status_code == 201, answer.text
        return LiveCase(self, str(answer.json()["number"]))

    def workflow(self, id_: str) -> WorkflowHandle[Any, Any]:
        return self.env.client.get_workflow_handle(id_)

    async def now(self, handle: WorkflowHandle[Any, Any]) -> datetime:
        """A workflow's own clock."""
        info = await self.env.get_time_skipping_info(handle)
        if info is None:
            return datetime.now(UTC)
        now: datetime = info.current_time.ToDatetime(tzinfo=UTC)
        return now

    async def skip(self, handle: WorkflowHandle[Any, Any], to: datetime) -> None:
        """Let a workflow's own clock run on."""
        await self.env.fast_forward(handle, to - await self.now(handle))

    async def sweep(self) -> str:
        """Run the sweep once; answer what it says."""
        said: str = await self.env.client.execute_workflow(
            addresses.SWEEP_WORKFLOW, id=f"sweep-{next(_customers)}", task_queue=self.settings.task_queue
        )
        return said


@dataclass
class LiveCase:
    """A case on the real server, read as everybody reads it: from the database."""

    house: CoverOffice
    number: str

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        return self.house.workflow(self.number)

    async def state(self) -> Case:
        row = await views.case(self.house.office.db, self.number)
        assert row is not None
        return row.case

    async def answer(self) -> dict[str, Any]:
        return dict((await self.house.office.get(f"/cases/{self.number}", "director")).json())

    async def until(self, at: datetime) -> None:
        """Let the case's clock and the office's run on to `at`."""
        self.house.office.clock.at = max(self.house.office.clock.at, at)
        await self.house.skip(self.handle, at)

    async def facts(self) -> list[dict[str, Any]]:
        return await self.house.office.timeline(self.number, "director")


def in_bogota(on: date, hour: int = 8) -> datetime:
    return bogota(f"{on} {hour:02}:00")


async def add_contract(
    house: CoverOffice, customer: Newcomer, id_: str, at: datetime | None = None, **more: Any
) -> None:
    """A contract that is registered behind the API's back, as an import or a desk without its engine does."""
    given: dict[str, Any] = {
        "plan": Plan.STANDARD,
        "starts_on": house.today,
        "ends_on": house.today + 200 * DAY,
        "paid": True,
    }
    new = NewContract(id=id_, customer_id=customer.id, **{**given, **more})
    await contracts.create(house.office.db, new, at=at or house.office.clock.at)


@asynccontextmanager
async def cover_office(
    env: WorkflowEnvironment, migrated: Path, folder: Path, place: int, front: FastAPI | None = None
) -> AsyncIterator[CoverOffice]:
    """An office on a database of its own, without a worker yet. Offices share the engine, so each has its own ids.

    Those that are open one after another may have one `front`.
    """
    queue = f"office-{place}"
    url = f"sqlite+aiosqlite:///{shutil.copy(migrated, folder / 'escala.db')}"
    settings = settings_for(env, task_queue=queue, state_dir=folder, database_url=url)
    desk = Engine(env.client, settings)
    async with open_office(url, folder, settings=settings, desk=desk, front=front) as office:
        office.clock.at = datetime.now(UTC)
        office.keys = (f"{queue}-{key}" for key in count(1))
        async with office.db.write() as connection:
            await connection.execute(number_sequences.insert().values(year=office.clock.at.year, last=place * 1_000))
        post, mail_clock = Post(), Clock(office.clock.at)
        cover = Cover(
            database=office.db,
            policy=policy(),
            mail=post,
            mail_from="Mesa <mesa@escala.example>",
            commercial_mailbox="comercial@escala.example",
            workflows=desk,
            clock=lambda: max(office.clock.at, mail_clock.at),
        )
        yield CoverOffice(env, office, post, cover, settings, mail_clock)
