"""Replays of histories: outside any sandbox, as the worker runs, and inside Temporal's, which loads policy and
workflows anew for each and catches a clock, a file or a random choice.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, WorkflowRunner, _workflow
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from workflows.case import CaseWorkflow
from workflows.contract import ContractWorkflow
from workflows.mail import MailWorkflow
from workflows.notices import NoticesWorkflow
from workflows.values import DATA_CONVERTER

_SHARED = {"activities", "pydantic", "pydantic_core", "annotated_types", "typing_extensions"}
"""What workflows only name (activities), and what makes values of JSON."""


def sandbox() -> SandboxedWorkflowRunner:
    """A sandbox with everything inside that decides.

    A time zone by its key is a value, not I/O; the sandbox's stand-in for ZoneInfo is no tzinfo and breaks datetimes.
    """
    default = SandboxRestrictions.default
    members = {name: rule for name, rule in default.invalid_module_members.children.items() if name != "zoneinfo"}
    return SandboxedWorkflowRunner(
        replace(
            default,
            passthrough_modules=default.passthrough_modules | _SHARED,
            invalid_module_members=replace(default.invalid_module_members, children=members),
        )
    )


RUNNERS: dict[str, WorkflowRunner] = {"production": UnsandboxedWorkflowRunner(), "sandbox": sandbox()}
"""What every recorded history replays in."""


_GUARD_S = 60
"""Seconds after which a replay in a sandbox counts as stuck: it loads the policy anew within one activation, which on a
busy machine takes longer than Temporal's two.
"""


async def replay(history: WorkflowHistory, runner: str) -> None:
    """Replay a case's, a cover's, a message's or the dispatcher's history in one of `RUNNERS`; raises what the replayer
    finds.
    """
    replayer = Replayer(
        workflows=[CaseWorkflow, ContractWorkflow, MailWorkflow, NoticesWorkflow],
        workflow_runner=RUNNERS[runner],
        data_converter=DATA_CONVERTER,
    )
    with pytest.MonkeyPatch.context() as patch:
        if runner == "sandbox":
            _guard_later(patch)
        await replayer.replay_workflow(history)


def _guard_later(patch: pytest.MonkeyPatch) -> None:
    """Temporal has no setting for it but that of a debugger, which runs workflows in another way altogether."""
    made = _workflow._WorkflowWorker.__init__

    def patiently(worker: _workflow._WorkflowWorker, *args: Any, **more: Any) -> None:
        made(worker, *args, **more)
        worker._deadlock_timeout_seconds = _GUARD_S

    patch.setattr(_workflow._WorkflowWorker, "__init__", patiently)
