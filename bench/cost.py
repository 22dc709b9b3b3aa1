"""The cost of a case: history events and billed actions of each kind of life, counted by the server itself.

Every life is lived whole on a real Temporal server that skips time: the API's own door to it, the real worker, the real
ledger, and notices that become files. The dispatcher of notices works beside it without its workflow, whose cost is the
same however many cases there are. Actions are the server's `action` metric, which counts what Temporal Cloud bills.

Run: python -m bench.cost [--check]
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import TimeSkippingConfig, WorkflowEnvironment

from activities.cover import Cover
from activities.ledger import Ledger
from activities.notices.bell import Bell
from activities.notices.dispatching import Notices
from bench._desk import (
    CONTACT,
    CONTACT_ID,
    CUSTOMER,
    HELP_DESK,
    HERE,
    SOLUTION,
    SPECIALIST,
    furnish,
    written,
)
from cli.temporal_server import find_binary, prepare_namespace
from desk.engine import Engine
from policy.case import commands as c
from policy.case.case import Case, Category, Channel, OutOfScopeKind, Plan, Priority, Status
from policy.case.commands import Command, OpenCase
from policy.terms.terms import Terms
from settings import Settings
from storage.case import views
from storage.case.intake import reserve_number
from storage.engine.database import Database, upgrade
from storage.notices import outbox
from storage.terms.policy_files import read_policy_file
from storage.terms.terms import preview_terms
from tests.support.ports import free_port
from tests.support.server import DYNAMIC_CONFIG
from worker import Activities, build_worker

MOST_ACTIONS = 16
"""Of an ordinary life."""
ORDINARY_DESIGN = 49
"""Actions of a case where every change is an activity and every hand-off, notice and reminder a timer of its own."""

START = datetime(2027, 2, 2, 14, tzinfo=UTC)  # a Tuesday, 09:00 in Bogotá
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
KINDS = {
    "grpc_ExecuteMultiOperation": "starts",
    "message_UpdateWorkflowExecution_Acceptance": "updates",
    "command_BatchMarkers": "records",
    "command_UpsertWorkflowSearchAttributes": "upserts",
    "command_StartTimer": "timers",
    "command_ScheduleActivityTask": "activities",
}
"""The server's words for what it bills, and ours."""

_PATIENCE = 30.0
_TOLD_EVERY = 1.1
_TESTS_OWN = {"grpc_UpdateWorkflowExecutionOptions"}  # how time is skipped
_SKIPS = "WORKFLOW_EXECUTION_TIME_SKIPPING"  # what the tests' server alone writes into a history


# ------------------------------------------------------------------------------------------- the lives

CLAIM, CLAIM_2 = c.ClaimCase(by=HELP_DESK), c.ClaimCase(by=SPECIALIST)
REPLY, REPLY_2 = c.SendReply(by=HELP_DESK, body=HERE), c.SendReply(by=SPECIALIST, body=HERE)
RESOLVE, RESOLVE_2 = c.ResolveCase(by=HELP_DESK, summary=HERE), c.ResolveCase(by=SPECIALIST, summary=HERE)
CONFIRM = c.ConfirmSolution(by=CONTACT)
ASK, ANSWER = c.RequestInformation(by=HELP_DESK, body=HERE), c.AnswerAsCustomer(by=CONTACT, body=HERE)


@dataclass(frozen=True)
class Life:
    """What happens to a case: commands, and the time that passes between them. `weight`: how many of 100 live so."""

    name: str
    weight: int
    steps: tuple[Command | timedelta, ...]
    priority: Priority = Priority.SERIOUS
    plan: Plan = Plan.STANDARD


LIVES = (
    Life(
        "ordinary: claim, reply, resolve, confirm",
        40,
        (5 * MINUTE, CLAIM, 15 * MINUTE, REPLY, 20 * MINUTE, RESOLVE, HOUR, CONFIRM),
    ),
    Life(
        "asks the customer, who answers",
        15,
        (5 * MINUTE, CLAIM, 15 * MINUTE, ASK, 3 * HOUR, ANSWER, 20 * MINUTE, RESOLVE, HOUR, CONFIRM),
    ),
    Life(
        "not solved in time at level 1, solved at level 2",
        10,
        (5 * MINUTE, CLAIM, 15 * MINUTE, REPLY, HOUR, CLAIM_2, REPLY_2, 10 * MINUTE, RESOLVE_2, HOUR, CONFIRM),
    ),
    Life(
        "handed off by hand, solved at level 2",
        5,
        (
            *(5 * MINUTE, CLAIM, 15 * MINUTE, c.HandOff(by=HELP_DESK, reason=HERE), 15 * MINUTE),
            *(CLAIM_2, REPLY_2, 15 * MINUTE, RESOLVE_2, HOUR, CONFIRM),
        ),
    ),
    Life(
        "made more urgent",
        5,
        (
            *(5 * MINUTE, CLAIM, 5 * MINUTE, c.SetPriority(by=HELP_DESK, priority=Priority.CRITICAL, reason=HERE)),
            *(REPLY, 10 * MINUTE, RESOLVE, HOUR, CONFIRM),
        ),
        priority=Priority.MODERATE,
    ),
    Life("resolved, closes by itself", 10, (5 * MINUTE, CLAIM, 15 * MINUTE, REPLY, 20 * MINUTE, RESOLVE, 14 * DAY)),
    Life(
        "reopened, resolved again",
        5,
        (
            *(5 * MINUTE, CLAIM, 15 * MINUTE, REPLY, 10 * MINUTE, RESOLVE, HOUR, c.ReopenCase(by=CONTACT, reason=HERE)),
            *(10 * MINUTE, RESOLVE, HOUR, CONFIRM),
        ),
    ),
    Life("out of scope", 4, (c.CloseAsOutOfScope(by=HELP_DESK, kind=OutOfScopeKind.DATA_LOAD, reason=HERE),)),
    Life(
        "premium, transferred to a specialist group",
        5,
        (
            *(CLAIM, 10 * MINUTE, REPLY, c.TransferCase(by=HELP_DESK, group="sig", reason=HERE)),
            *(10 * MINUTE, CLAIM, RESOLVE, HOUR, CONFIRM),
        ),
        plan=Plan.PREMIUM,
    ),
    Life("untouched until overdue at level 3 (and still open)", 1, (30 * DAY,), priority=Priority.LOW),
)


# ------------------------------------------------------------------------------------------- living them


@dataclass(frozen=True)
class House:
    """The server with everything that serves cases on it."""

    env: WorkflowEnvironment
    metrics_url: str
    db: Database
    desk: Engine
    terms: dict[Plan, Terms]

    async def live(self, life: Life) -> tuple[WorkflowHandle[object, object], Case]:
        """Live a life; answer its workflow and its last state, with every notice delivered."""
        number = (await reserve_number(self.db, scope="bench", key=life.name, at=START)).number
        opening = OpenCase(
            by=CONTACT,
            number=number,
            received_at=START,
            customer_id=CUSTOMER,
            contact_id=CONTACT_ID,
            solution_id=SOLUTION,
            channel=Channel.WEB,
            category=Category.INCIDENT,
            proposed_priority=life.priority,
            title=HERE,
            description=HERE,
            prior_analysis=HERE,
        )
        await self.desk.open(await written(self.db, number, opening, key="opening"), self.terms[life.plan])
        handle = self.env.client.get_workflow_handle(number)
        at = START
        await self._reach(handle, at)
        for place, step in enumerate(life.steps):
            if isinstance(step, timedelta):
                at += step
                await self._reach(handle, at)
            else:
                command = await written(self.db, number, step, key=f"step-{place}")
                await self.desk.command(number, command, key=f"{number}-{place}")
                await self._quiet(number, at)
        return handle, await self._case(number)

    async def _reach(self, handle: WorkflowHandle[object, object], at: datetime) -> None:
        """Let the case's own clock run on to `at`, or to its end, deadline by deadline."""
        while (case := await self._case(handle.id)).status is not Status.CLOSED and not _done(case):
            info = await self.env.get_time_skipping_info(handle)
            now = info.current_time.ToDatetime(tzinfo=UTC) if info else datetime.now(UTC)
            next_at = min(at, case.next_wake_at or at)
            if next_at > now:
                await self.env.fast_forward(handle, next_at - now)
            await self._quiet(handle.id, next_at)
            if next_at >= at:
                return

    async def _quiet(self, number: str, at: datetime) -> None:
        """Wait until all that fell due by `at` is recorded and every notice is delivered."""
        async with asyncio.timeout(_PATIENCE):
            while True:
                wake_at = (await self._case(number)).next_wake_at
                if (wake_at is None or wake_at > at) and not await outbox.pending(self.db, number):
                    return
                await asyncio.sleep(0.005)

    async def _case(self, number: str) -> Case:
        row = await views.case(self.db, number)
        assert row is not None
        return row.case

    async def actions(self) -> Counter[str]:
        """What the server would bill in this namespace, by kind, since it started; it tells about once a second."""
        said = await self._said()
        while True:
            await asyncio.sleep(_TOLD_EVERY)
            before, said = said, await self._said()
            if said == before:
                return said

    async def _said(self) -> Counter[str]:
        async with httpx.AsyncClient(trust_env=False) as http:
            text = (await http.get(self.metrics_url)).text
        found: Counter[str] = Counter()
        for labels, value in re.findall(r"^action\{(.*)\} (\S+)$", text, re.MULTILINE):
            said = dict(re.findall(r'(\w+)="([^"]*)"', labels))
            if said["namespace"] == self.env.client.namespace and said["action_type"] not in _TESTS_OWN:
                found[said["action_type"]] += int(float(value))
        return found


def _done(case: Case) -> bool:
    """Whether the untouched case has come to its end here: overdue, and said so once more."""
    return case.overdue and case.overdue_periods > 0


@asynccontextmanager
async def open_house(folder: Path) -> AsyncIterator[House]:
    """A server with metrics, a furnished database, and the worker."""
    port = free_port()
    url = f"sqlite+aiosqlite:///{folder / 'escala.db'}"
    upgrade(url)
    config = [part for value in DYNAMIC_CONFIG for part in ("--dynamic-config-value", value)]
    async with await WorkflowEnvironment.start_time_skipping_v2(
        ts_config=TimeSkippingConfig(enabled=False),
        dev_server_existing_path=str(find_binary()),
        dev_server_extra_args=[*config, "--metrics-port", str(port)],
        dev_server_log_level="error",
        data_converter=pydantic_data_converter,
    ) as env:
        address = env.client.service_client.config.target_host
        settings = Settings(state_dir=folder, database_url=url, temporal_address=address)
        await prepare_namespace(settings)
        database = Database.at(url)
        await furnish(database)
        bell = Bell()
        notices = Notices.of(settings, database=database, clock=lambda: datetime.now(UTC), bell=bell)
        policy = read_policy_file(None)
        terms = {plan: preview_terms(policy, plan, at=START) for plan in policy.plans}
        try:
            desk = Engine(env.client, settings)
            cover = Cover.of(settings, database=database, workflows=desk, clock=lambda: datetime.now(UTC))
            activities = Activities(ledger=Ledger(database, bell), notices=notices, cover=cover)
            dispatching = asyncio.create_task(notices.dispatcher.run())
            async with build_worker(env.client, settings, activities):
                yield House(env, f"http://127.0.0.1:{port}/metrics", database, desk, terms)
            dispatching.cancel()
            await asyncio.wait({dispatching})
        finally:
            await database.close()


# ------------------------------------------------------------------------------------------- counting


@dataclass(frozen=True)
class Cost:
    """What one life cost."""

    life: Life
    events: int
    actions: Counter[str]
    turns: int

    @property
    def billed(self) -> int:
        return self.actions.total()


async def cost_of(house: House, life: Life) -> Cost:
    before = await house.actions()
    handle, case = await house.live(life)
    if case.status is Status.CLOSED:
        await handle.result()
    history = await handle.fetch_history()
    actions = await house.actions() - before
    assert not await outbox.pending(house.db, case.number)
    kinds = (EventType.Name(event.event_type) for event in history.events)
    return Cost(life, sum(_SKIPS not in kind for kind in kinds), actions, case.turn)


def table(costs: list[Cost]) -> str:
    head = ("of 100", "turns", "events", "actions", "  =", *KINDS.values(), "other")
    lines = [f"{'':<52}" + "".join(_cell(name) for name in head)]
    for cost in costs:
        known = [cost.actions[kind] for kind in KINDS]
        figures = (cost.life.weight, cost.turns, cost.events, cost.billed, "  =", *known, cost.billed - sum(known))
        lines.append(f"{cost.life.name:<52}" + "".join(_cell(figure) for figure in figures))
    return "\n".join(lines)


def _cell(content: object) -> str:
    return f"{content or '-':>{max(7, len(str(content)) + 2)}}"


def mix(costs: list[Cost]) -> float:
    """Actions of the average case, where of 100 cases as many live so as `weight` says."""
    return sum(cost.billed * cost.life.weight for cost in costs) / sum(cost.life.weight for cost in costs)


async def measure() -> list[Cost]:
    with TemporaryDirectory(prefix="escala-cost-") as folder:
        async with open_house(Path(folder)) as house:
            return [await cost_of(house, life) for life in LIVES]


def main() -> int:
    costs = asyncio.run(measure())
    print("\nWhat each kind of life costs, as the server counts it.\n")
    print(table(costs), end="\n\n")
    for name, cost in (("An ordinary life", float(costs[0].billed)), ("The average of such a hundred", mix(costs))):
        print(
            f"{name} costs {cost:.1f} actions: {cost / ORDINARY_DESIGN:.0%} of an ordinary design's {ORDINARY_DESIGN}."
        )
    print(f"\ncost: an ordinary life takes {costs[0].billed} actions, at most {MOST_ACTIONS}")
    return int("--check" in sys.argv and costs[0].billed > MOST_ACTIONS)


if __name__ == "__main__":
    sys.exit(main())
