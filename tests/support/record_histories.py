"""Records a history of every kind of life on the real server, for the replay tests.

Run it (`python -m tests.support.record_histories`) when a kind of life is added, never to make a replay pass: a
recorded case must go on under new code.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from escala.activities.ledger import Turn
from escala.policy import commands as c
from escala.policy import lifecycle
from escala.policy.case import Channel, Level, Outcome, OutOfScopeKind, Priority
from escala.worker import build_worker
from tests.support.lives import (
    ANSWER,
    ASK,
    CLAIM,
    CONFIRM,
    HAND_OFF,
    HELP_DESK,
    PREMIUM,
    REOPEN,
    REPLY,
    RESOLVE,
    SPECIALIST,
    STANDARD,
    TO_PROVIDER,
    UNCOVERED,
    WITHDRAW,
    WORDS,
    opening,
    priority,
    transfer,
)
from tests.support.server import LedgerAhead, MemoryCover, MemoryNotices, settings_for, time_skipping_server
from tests.workflows.conftest import House, LiveCase

FOLDER = Path(__file__).parents[1] / "workflows" / "histories"
START = "2027-02-02 09:00"
Life = Callable[[House], Awaitable[LiveCase]]


async def _lived(house: House, *steps: c.Command | timedelta, held: bool = False, standard: bool = False) -> LiveCase:
    """A case that was given these commands, with these times in between."""
    terms = UNCOVERED if held else STANDARD if standard else PREMIUM
    case = await house.open(opening(START), terms=terms)
    at = case.opened_at
    for place, step in enumerate(steps):
        if isinstance(step, timedelta):
            at += step
            await case.until(at)
        else:
            await case.give(step, key=f"step-{place}")
    return case


async def _ahead(house: House) -> LiveCase:
    case = await house.open(opening(START), terms=PREMIUM)
    claimed = lifecycle.decide(case.state, CLAIM, terms=PREMIUM, at=case.state.last_at)
    assert isinstance(house.ledger, LedgerAhead)
    house.ledger.lost = Turn(decision=claimed, command_id="lost-claim")
    await case.give(REPLY, key="reply")
    return case


def _life(*steps: c.Command | timedelta, held: bool = False, standard: bool = False) -> Life:
    return lambda house: _lived(house, *steps, held=held, standard=standard)


MINUTES = timedelta(minutes=1)
HOURS = timedelta(hours=1)
DAYS = timedelta(days=1)
ASSIGN = c.AssignCase(by=HELP_DESK, agent_id="agent-2")
ATTEMPT = c.LogAttempt(by=HELP_DESK, channel=Channel.PHONE, outcome=Outcome.NOT_SOLVED, summary=WORDS)

LIVES: dict[str, Life] = {
    "new": _life(),
    "untouched-standard-until-long-overdue": _life(30 * DAYS, standard=True),
    "untouched-premium-until-overdue": _life(8 * HOURS),
    "ordinary": _life(CLAIM, 5 * MINUTES, REPLY, 10 * MINUTES, RESOLVE, HOURS, CONFIRM),
    "in-progress": _life(CLAIM, ATTEMPT, c.AddNote(by=HELP_DESK, body=WORDS)),
    "waiting": _life(CLAIM, ASK, 2 * DAYS),
    "waiting-and-answered": _life(CLAIM, 5 * MINUTES, ASK, 3 * HOURS, ANSWER, 40 * MINUTES, REPLY),
    "handed-off-by-hand": _life(CLAIM, HAND_OFF, ASSIGN, 10 * MINUTES, HAND_OFF),
    "handed-off-by-the-clock": _life(CLAIM, 70 * MINUTES, c.ClaimCase(by=SPECIALIST)),
    "transferred": _life(CLAIM, transfer("sig"), 5 * MINUTES, transfer(level=Level.DIRECTOR), HOURS),
    "priority-raised-past-its-limit": _life(CLAIM, 45 * MINUTES, priority(Priority.CRITICAL), 10 * MINUTES),
    "priority-lowered": _life(priority(Priority.LOW), 90 * MINUTES, priority(Priority.LOW)),
    "with-a-provider": _life(REPLY, TO_PROVIDER, c.UpdateFromProvider(by=HELP_DESK, body=WORDS), 2 * HOURS),
    "resolved": _life(CLAIM, RESOLVE),
    "reopened": _life(CLAIM, 10 * MINUTES, RESOLVE, DAYS, REOPEN, 2 * HOURS, RESOLVE, CONFIRM),
    "closed-unanswered": _life(CLAIM, RESOLVE, 14 * DAYS, standard=True),
    "closed-out-of-scope": _life(c.CloseAsOutOfScope(by=HELP_DESK, kind=OutOfScopeKind.DATA_LOAD, reason=WORDS)),
    "closed-as-duplicate": _life(c.CloseAsDuplicate(by=HELP_DESK, of="MA-2026-999999")),
    "withdrawn": _life(CLAIM, ASK, WITHDRAW),
    "held": _life(held=True),
    "closed-not-covered": _life(40 * DAYS, held=True),
    "after-a-lost-task": _ahead,
}


async def record() -> None:
    """Live every life and keep its histories, one file a run."""
    FOLDER.mkdir(exist_ok=True)
    async with time_skipping_server("limit.historyCount.suggestContinueAsNew=90") as env:
        ledger, notices, cover, settings = LedgerAhead(), MemoryNotices(), MemoryCover(), settings_for(env)
        async with build_worker(env.client, settings, ledger=ledger, notices=notices, cover=cover):  # type: ignore[arg-type]
            house = House(env, ledger, notices, cover, settings.task_queue)
            for name, live in LIVES.items():
                await _keep(name, await live(house))


async def _keep(name: str, case: LiveCase) -> None:
    client = case.env.client
    runs = [run async for run in client.list_workflows(f"WorkflowId = '{case.handle.id}'")]
    for place, run in enumerate(sorted(runs, key=lambda run: run.start_time), start=1):
        history = await client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history()
        (FOLDER / f"{name}.{place}.json").write_text(history.to_json() + "\n", encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(record())
