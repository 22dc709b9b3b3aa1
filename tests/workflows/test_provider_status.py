"""Looking at the providers' feeds on the real server: one look, the schedule that repeats it, and what is forgotten."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import Client, ScheduleDescription, ScheduleIntervalSpec
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.providers.provider_status import ProviderStatus
from settings import Settings
from storage.engine.database import Database
from storage.providers.incidents import feeds
from tests.support.server import settings_for
from tests.support.status_page import StatusPage, published, status_page
from tests.support.templates import migrated_file
from tests.workflows.conftest import House
from worker import arrange_looks, forget_looks
from workflows import addresses
from workflows.provider_status import ProviderStatusWorkflow

_looks = count(1)


@dataclass
class Post:
    """A worker that looks at one good page and at one that nobody serves."""

    client: Client
    db: Database
    page: StatusPage
    settings: Settings

    async def look(self, *names: str) -> list[str]:
        lines: list[str] = await self.client.execute_workflow(
            ProviderStatusWorkflow.run, list(names), id=f"look-{next(_looks)}", task_queue=self.settings.task_queue
        )
        return lines

    async def schedule(self) -> ScheduleDescription:
        return await self.client.get_schedule_handle(addresses.PROVIDER_STATUS_SCHEDULE).describe()

    def with_settings(self, **more: Any) -> Settings:
        return self.settings.model_copy(update=more)


@asynccontextmanager
async def a_post(house: House, folder: Path) -> AsyncIterator[Post]:
    url = f"sqlite+aiosqlite:///{shutil.copy(migrated_file(), folder / 'escala.db')}"
    db = Database.at(url)
    async with status_page() as page:
        settings = settings_for(
            house.env,
            task_queue="provider-status",
            google_maps_status_url=page.address,
            google_cloud_status_url="http://127.0.0.1:9/incidents.json",
        )
        status = ProviderStatus.of(settings, database=db, clock=lambda: datetime.now(UTC))
        async with Worker(
            house.env.client,
            task_queue=settings.task_queue,
            workflows=[ProviderStatusWorkflow],
            activities=[status.poll],
            workflow_runner=UnsandboxedWorkflowRunner(),
        ):
            yield Post(house.env.client, db, page, settings)
    await db.close()


@pytest.fixture
async def post(house: House, tmp_path: Path) -> AsyncIterator[Post]:
    async with a_post(house, tmp_path) as post:
        yield post


@pytest.mark.rule("SCOPE-6")
async def test_a_look_tells_of_each_feed_and_one_that_is_down_hides_no_other(post: Post) -> None:
    post.page.tells(published())

    assert await post.look("google-cloud", "google-maps-platform") == [
        "google-cloud: no responde",
        "google-maps-platform: incidentes 1, con novedades 1",
    ]
    assert (await feeds(post.db))["google-cloud"].failures == 1


async def test_a_look_ends_well_where_its_outcome_cannot_be_noted(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.providers.incidents.polled", None)

    assert await post.look("google-maps-platform") == [
        "google-maps-platform: no se pudo leer o anotar; vea la actividad"
    ]


async def test_operators_read_how_it_went_in_spanish(post: Post) -> None:
    await post.look("google-maps-platform")
    look = post.client.get_workflow_handle(f"look-{next(_looks) - 1}")

    told = (await look.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)).current_details
    assert "### Estado de los proveedores" in told
    assert "- google-maps-platform: incidentes 0" in told


async def ended_looks(client: Client) -> list[str]:
    query = f"WorkflowType = '{addresses.PROVIDER_STATUS_WORKFLOW}' AND ExecutionStatus = 'Completed'"
    return [run.id async for run in client.list_workflows(query)]


class TestTheSchedule:
    @pytest.fixture(autouse=True)
    async def taken_away(self, post: Post) -> AsyncIterator[None]:
        yield
        await arrange_looks(post.client, post.with_settings(google_cloud_status_url="", google_maps_status_url=""))

    async def test_looks_at_once_and_then_again_and_again(self, post: Post) -> None:
        await arrange_looks(post.client, post.with_settings(provider_status_every=1))
        async with asyncio.timeout(20):
            while len(post.page.asked) < 2:
                await asyncio.sleep(0.02)

        assert (await post.schedule()).info.num_actions >= 2

    async def test_follows_the_settings_and_stays_paused(self, post: Post) -> None:
        await arrange_looks(post.client, post.settings)
        await post.client.get_schedule_handle(addresses.PROVIDER_STATUS_SCHEDULE).pause(note="mantenimiento")
        await arrange_looks(post.client, post.with_settings(provider_status_every=600))

        found = (await post.schedule()).schedule
        assert found.spec.intervals == [ScheduleIntervalSpec(every=timedelta(seconds=600))]
        assert (found.state.paused, found.state.note) == (True, "mantenimiento")

    async def test_goes_when_no_feed_is_asked_any_more(self, post: Post) -> None:
        await arrange_looks(post.client, post.settings)
        off = post.with_settings(google_cloud_status_url="", google_maps_status_url="")
        await arrange_looks(post.client, off)
        await arrange_looks(post.client, off)

        with pytest.raises(RPCError, match="not found"):
            await post.schedule()


async def test_looks_of_the_past_are_forgotten(post: Post) -> None:
    await post.look("google-maps-platform")
    async with asyncio.timeout(20):
        while not await ended_looks(post.client):
            await asyncio.sleep(0.02)

    assert await forget_looks(post.client, before=datetime.now(UTC) - timedelta(days=1)) == 0
    assert await forget_looks(post.client, before=datetime.now(UTC) + timedelta(minutes=1)) >= 1
