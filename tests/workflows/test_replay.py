"""Histories of every kind of life, recorded by earlier code, replay under today's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.workflow import NondeterminismError

from policy.case.commands import COMMANDS
from tests.support.record_histories import LIVES
from tests.support.replays import RUNNERS, replay
from tests.support.thoroughness import size

FOLDER = Path(__file__).parent / "histories"
HISTORIES = {file.stem: file.read_text(encoding="utf-8") for file in sorted(FOLDER.glob("*.json"))}

ADOPTED = {"after-a-lost-task.1"}
"""Here the ledger's answer brings a case of the activity's classes, which a sandbox does not load anew."""


def _history(recorded: str) -> WorkflowHistory:
    return WorkflowHistory.from_json("MA-2026-000001", recorded)


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
    """Without a sandbox."""
    await replay(_history(HISTORIES[name]), "production")


@pytest.mark.parametrize("name", sorted(HISTORIES.keys() - ADOPTED)[:: size(12, long=1)])
async def test_it_replays_inside_a_sandbox(name: str) -> None:
    """With the policy inside, where a rule that read the clock or made a random choice would be caught.

    Each sandbox loads all of it anew: one history in twelve, and all in a long run.
    """
    await replay(_history(HISTORIES[name]), "sandbox")


@pytest.mark.parametrize("runner", RUNNERS)
async def test_a_history_of_other_code_does_not(runner: str) -> None:
    """So that a replay that passes says something."""
    other = HISTORIES["handed-off-by-the-clock.1"].replace('"deliver_notices"', '"deliver_something"')
    with pytest.raises(NondeterminismError):
        await replay(_history(other), runner)
