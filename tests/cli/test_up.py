"""What `escala up` refuses before it starts anything, and the Temporal server that it keeps."""

import asyncio
import os
import secrets
import socket
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import WorkflowExecutionStatus
from typer.testing import CliRunner

from cli import temporal_server, up
from cli.main import app
from cli.supervisor import Supervisor
from settings import Settings
from tests.support.ports import free_port
from workflows.addresses import SEARCH_ATTRIBUTES


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation of its own: a folder and ports that nobody else uses."""
    return Settings(
        state_dir=tmp_path / "state",
        temporal_address=f"127.0.0.1:{free_port()}",
        temporal_ui_url=f"http://127.0.0.1:{free_port()}",
        api_port=free_port(),
        intake_smtp_port=free_port(),
    )


class TestBeforeTheStart:
    """One Spanish sentence, exit code 2, no traceback."""

    def refusal(self, settings: Settings) -> str:
        result = CliRunner(env=settings.environment()).invoke(app, ["up", "--no-demo"])
        assert result.exit_code == 2
        assert isinstance(result.exception, SystemExit)
        return result.stderr

    def test_a_port_in_use_is_named_with_its_option(self, settings: Settings) -> None:
        with socket.create_server(("127.0.0.1", settings.api_port)):
            assert self.refusal(settings) == (
                f"escala: El puerto {settings.api_port} (API) está ocupado; elija otro con --api-port.\n"
            )

    def test_mails_port_in_use_is_named_with_its_setting(self, settings: Settings) -> None:
        with socket.create_server(("127.0.0.1", settings.intake_smtp_port)):
            assert self.refusal(settings) == (
                f"escala: El puerto {settings.intake_smtp_port} (correo entrante) está ocupado; elija otro con "
                "ESCALA_INTAKE_SMTP_PORT.\n"
            )

    def test_a_second_up_on_the_same_folder_names_the_first(self, settings: Settings) -> None:
        with up.state_lock(settings.state_dir):
            assert f"en marcha sobre {settings.state_dir} (proceso {os.getpid()})" in self.refusal(settings)

    def test_a_state_folder_that_cannot_be_written_is_named(self, settings: Settings) -> None:
        settings.state_dir.write_text("a file stands where the folder should be")

        assert f"No se puede escribir en la carpeta de estado {settings.state_dir}" in self.refusal(settings)

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
    def test_a_read_only_state_folder_is_named(self, settings: Settings) -> None:
        settings.state_dir.mkdir(mode=0o500)

        assert "No se puede escribir" in self.refusal(settings)

    def test_a_missing_temporal_binary_is_named(self, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "executable", "/nowhere/python")
        monkeypatch.setenv("PATH", "/nowhere")

        assert "No se encuentra el programa «temporal»" in self.refusal(settings)

    def test_the_production_profile_is_sent_to_compose(
        self, monkeypatch: pytest.MonkeyPatch, settings: Settings
    ) -> None:
        monkeypatch.setenv("ESCALA_PROFILE", "production")
        monkeypatch.setenv("ESCALA_DATABASE_URL", "postgresql+asyncpg://escala@db/escala")
        monkeypatch.setenv("ESCALA_SECRET_KEY", secrets.token_urlsafe(48))

        assert "docker compose" in self.refusal(settings.model_copy(update={"public_url": "https://mesa.example"}))


def test_the_lock_of_a_killed_up_is_gone_with_it(settings: Settings) -> None:
    with up.state_lock(settings.state_dir):
        assert up.is_up(settings.state_dir)

    assert not up.is_up(settings.state_dir)
    with up.state_lock(settings.state_dir):
        assert (settings.state_dir / "up.lock").read_text() == str(os.getpid())


class TestEmbeddedTemporal:
    """The server that `up` keeps loses nothing, whatever ends it."""

    @pytest.fixture
    async def supervisor(self, settings: Settings) -> AsyncIterator[Supervisor]:
        supervisor = Supervisor(say=lambda _: None)
        await self.start(supervisor, settings)
        yield supervisor
        await supervisor.stop()

    async def start(self, supervisor: Supervisor, settings: Settings) -> None:
        await supervisor.start(up.temporal_process(settings, temporal_server.find_binary()))
        await temporal_server.prepare_namespace(settings)

    async def open_case(self, settings: Settings) -> None:
        client = await temporal_server.connect(settings)
        await client.start_workflow("Anything", id="MA-2026-000001", task_queue="escala")

    async def case_is_there(self, settings: Settings) -> bool:
        client = await temporal_server.connect(settings)
        description = await client.get_workflow_handle("MA-2026-000001").describe()
        return description.status is WorkflowExecutionStatus.RUNNING

    @pytest.mark.usefixtures("supervisor")
    async def test_a_killed_server_comes_back_with_what_it_held(self, settings: Settings) -> None:
        await self.open_case(settings)
        server = server_of(settings)

        server.kill()

        server.wait()
        await until_ready(settings)
        assert server_of(settings) != server
        assert await self.case_is_there(settings)

    async def test_another_start_finds_what_the_last_one_left(self, supervisor: Supervisor, settings: Settings) -> None:
        await self.open_case(settings)
        await supervisor.stop()

        second = Supervisor(say=lambda _: None)
        try:
            await self.start(second, settings)
            assert await self.case_is_there(settings)
        finally:
            await second.stop()

    @pytest.mark.usefixtures("supervisor")
    async def test_closed_cases_are_kept_for_years(self, settings: Settings) -> None:
        client = await temporal_server.connect(settings)
        namespace = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="default"))

        assert namespace.config.workflow_execution_retention_ttl.ToTimedelta() == timedelta(days=3650)

    @pytest.mark.usefixtures("supervisor")
    async def test_the_namespace_has_every_search_attribute(self, settings: Settings) -> None:
        assert await temporal_server.missing_search_attributes(await temporal_server.connect(settings)) == {}

    @pytest.mark.usefixtures("supervisor")
    async def test_an_attribute_added_later_reaches_an_old_namespace(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(SEARCH_ATTRIBUTES, "CaseTags", "KeywordList")

        await temporal_server.prepare_namespace(settings)

        assert await temporal_server.missing_search_attributes(await temporal_server.connect(settings)) == {}


def server_of(settings: Settings) -> psutil.Process:
    """The server that runs on this installation's database."""
    return next(child for child in psutil.Process().children() if str(settings.temporal_db) in child.cmdline())


async def until_ready(settings: Settings) -> None:
    async with asyncio.timeout(20):
        while not await temporal_server.is_ready(settings):
            await asyncio.sleep(0.05)
