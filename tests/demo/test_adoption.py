"""An adopted case goes on: on a real server, its next hand-off happens at its instant."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowHandle

from activities.ledger import Ledger
from demo.importing import CutOver, Life, Step, import_lives, words
from desk.engine import Engine
from policy.case import commands as c
from policy.case.case import Level, Plan, Priority, Status
from policy.case.commands import Command
from storage.case import views
from storage.case.views import TimelineRow
from storage.cover import contracts
from storage.cover.contracts import NewContract
from storage.engine.database import Database
from storage.notices import outbox
from tests.storage.desk import Desk as Registry
from tests.support.lives import CLAIM, CONTACT, opening, policy
from tests.support.server import MemoryCover, MemoryNotices, settings_for, time_skipping_server
from worker import Activities, build_worker


def life(opened_at: datetime, *steps: tuple[int, Command]) -> Life:
    """A serious case opened at `opened_at`, and what was done some minutes later."""
    said = {"title": words("No carga"), "description": words("Desde hoy."), "prior_analysis": words("Reiniciamos.")}
    return Life(
        key="OTRA-1",
        opening=opening(opened_at, Priority.SERIOUS, **{"number": "", **said}),
        steps=tuple(Step(opened_at + timedelta(minutes=minutes), command) for minutes, command in steps),
    )


async def furnish(db: Database) -> None:
    """A Premium customer: its clocks run at any hour, so the test may."""
    await Registry(db).furnish()
    await contracts.create(
        db,
        NewContract(
            id="contract-1",
            customer_id="customer-1",
            plan=Plan.PREMIUM,
            starts_on=date(2020, 1, 1),
            ends_on=date(2099, 12, 31),
            paid=True,
        ),
        at=datetime.now(UTC),
    )


async def until_level(db: Database, number: str, level: Level) -> None:
    async with asyncio.timeout(20):
        while (row := await views.case(db, number)) is None or row.case.level is not level:
            await asyncio.sleep(0.01)


def lateness(fact: TimelineRow) -> timedelta:
    assert fact.due_at is not None
    return fact.at - fact.due_at


@pytest.mark.real
async def test_an_adopted_case_goes_on(db: Database) -> None:
    """Opened 40 minutes before the cut-over; 20 minutes after it the case moves up, and takes commands before that."""
    await furnish(db)
    until = datetime.now(UTC)
    opened_at = until - timedelta(minutes=40)
    async with time_skipping_server() as env:
        settings = settings_for(env)
        parts: Any = {"ledger": Ledger(db), "notices": MemoryNotices(), "cover": MemoryCover()}
        async with build_worker(env.client, settings, Activities(**parts)):
            desk = Engine(env.client, settings)
            given = life(opened_at, (5, CLAIM))
            # The second import finds the case going on.
            first, again = [
                await import_lives([given], CutOver("otra-mesa", until), database=db, policy=policy(), desk=desk)
                for _ in range(2)
            ]
            [number] = first.adopted
            assert again == first
            handle: WorkflowHandle[object, object] = env.client.get_workflow_handle(number)
            assert await outbox.pending(db, number) == []

            answer = c.AnswerAsCustomer(by=CONTACT, body=given.opening.title)
            await desk.command(number, answer, key="here")
            await env.fast_forward(handle, timedelta(minutes=21))
            await until_level(db, number, Level.SPECIALISTS)

            by_itself = [fact for fact in await views.timeline(db, number) if fact.due_at]
            moved = next(fact for fact in by_itself if fact.fact.kind == "handed_off")
            assert moved.due_at == opened_at + timedelta(hours=1)
            assert all(lateness(fact) < timedelta(seconds=5) for fact in by_itself)
            assert await outbox.pending(db, number) != []
            row = await views.case(db, number)
            assert row is not None
            assert (row.case.status, row.case.turn) == (Status.IN_PROGRESS, 7)
            await handle.terminate()
