"""Histories of every kind of life, recorded by earlier code, replay under today's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from cli.conformance import PACKAGES
from policy.case.commands import COMMANDS
from tests.support.record_histories import LIVES
from worker import PASSED_THROUGH, sandbox
from workflows.case import CaseWorkflow
from workflows.contract import ContractWorkflow
from workflows.notices import NoticesWorkflow

FOLDER = Path(__file__).parent / "histories"
HISTORIES = {file.stem: file.read_text(encoding="utf-8") for file in sorted(FOLDER.glob("*.json"))}

ADOPTED = {"after-a-lost-task.1"}
"""Here the ledger's answer brings a case of the activity's classes, which the sandbox does not load anew."""


async def _replay(recorded: str, passed_through: tuple[str, ...]) -> None:
    history = WorkflowHistory.from_json("MA-2026-000001", recorded)
    replayer = Replayer(
        workflows=[CaseWorkflow, ContractWorkflow, NoticesWorkflow],
        workflow_runner=sandbox(passed_through),
        data_converter=pydantic_data_converter,
    )
    await replayer.replay_workflow(history)


def test_every_kind_of_life_was_recorded() -> None:
    """A life that is added is recorded too."""
    assert {name.split(".")[0] for name in HISTORIES} == set(LIVES)


def test_every_command_was_recorded() -> None:
    """In some life: tests/support/record_histories.py records the one that is added for a new command."""
    updates = re.findall(r'"name": "(\w+)"', "\n".join(HISTORIES.values()))
    assert {each.__name__ for each in COMMANDS} - set(updates) == set()


@pytest.mark.rule("PLAN-15")
@pytest.mark.parametrize("name", HISTORIES)
async def test_it_replays_as_in_production(name: str) -> None:
    """With the policy passed through the sandbox."""
    await _replay(HISTORIES[name], PASSED_THROUGH)


@pytest.mark.parametrize("name", sorted(HISTORIES.keys() - ADOPTED))
async def test_it_replays_with_the_policy_inside_the_sandbox(name: str) -> None:
    """Where a rule that read the clock or made a random choice would be caught."""
    await _replay(HISTORIES[name], tuple(each for each in PASSED_THROUGH if each.partition(".")[0] not in PACKAGES))
