"""On the real server: a case whose terms are in no history lives through its runs, and replays."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from activities.terms_once import DIGEST, through
from desk.engine import Engine
from storage.engine.database import Database
from tests.support.lives import CLAIM, CONFIRM, PREMIUM, REPLY, RESOLVE, opening
from tests.support.server import MemoryCover, MemoryLedger, MemoryNotices, settings_for
from tests.workflows.conftest import House
from worker import Activities, build_worker
from workflows.case import CaseWorkflow
from workflows.values import DATA_CONVERTER


@pytest.mark.rule("PLAN-15")
async def test_no_history_holds_the_terms(house: House, migrated: Path, tmp_path: Path) -> None:
    db = Database.at(f"sqlite+aiosqlite:///{shutil.copy(migrated, tmp_path / 'escala.db')}")
    converter = through(db, DATA_CONVERTER)
    config = house.env.client.config()
    config["data_converter"] = converter
    client = Client(**config)
    settings = settings_for(house.env, task_queue="terms-once")
    ledger = MemoryLedger()
    parts: Any = {"ledger": ledger, "notices": MemoryNotices(), "cover": MemoryCover()}
    desk, number = Engine(client, settings), "MA-2032-000001"
    try:
        async with build_worker(client, settings, Activities(**parts)):
            await desk.open(opening(datetime.now(UTC), number=number), PREMIUM)
            for place, each in enumerate([CLAIM, REPLY, RESOLVE, CONFIRM]):
                await desk.command(number, each, key=f"terms-{place}")
        history = await client.get_workflow_handle(number).fetch_history()
        started = history.events[0].workflow_execution_started_event_attributes
        assert DIGEST in started.input.payloads[0].metadata
        assert b"Navidad" not in b"".join(event.SerializeToString() for event in history.events)

        replayer = Replayer(
            workflows=[CaseWorkflow],
            workflow_runner=UnsandboxedWorkflowRunner(),
            data_converter=through(db, DATA_CONVERTER),
        )
        await replayer.replay_workflow(history)
    finally:
        await db.close()
    assert ledger.turns[number][0].terms == PREMIUM
