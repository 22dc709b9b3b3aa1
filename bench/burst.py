"""Clocks that run out in one second: when their hand-offs stand in the database, beside the bare workflow.

One case in twenty is a critical one of Premium, the others are low ones of another customer. The desk runs as
`escala up` runs it; the floor is a workflow that waits for the same instant and has the same turn recorded. Both take
turns on one server and one database.

Run: python -m bench.burst [how many] [--check]
"""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

from sqlalchemy import delete, func, select
from temporalio.client import Client

from activities.ledger import Turn
from bench._desk import CONTACT, CONTACT_ID, CUSTOMER, HERE, SOLUTION, written
from bench._sides import FLOOR_QUEUE, FloorClock, both_sides, until
from desk.engine import Engine
from policy.case import lifecycle
from policy.case.case import Case, Category, Channel, Plan, Priority
from policy.case.commands import OpenCase
from policy.terms.terms import Terms
from settings import Settings
from storage.case import ledger
from storage.case.intake import reserve_number
from storage.engine.database import Database
from storage.engine.tables import cases, notices
from storage.people import customers
from storage.people.customers import Customer
from storage.terms.policy_files import read_policy_file
from storage.terms.terms import preview_terms

HOW_MANY = 1_000
ONE_IN = 20
"""How many cases there are to one that is urgent."""
URGENT = "urgent"
"""The customer of the urgent ones: customers take turns."""
LIMIT = timedelta(minutes=30)
MOST_TIMES_THE_FLOOR = 1.5
FIRST_BEFORE = 0.95
"""The share of the low cases that every critical one of Premium has to come before."""
_AT_ONCE = 40
_READY_WITHIN, _FOR_EACH = timedelta(seconds=15), timedelta(seconds=0.06)
"""How long the cases may take to be made, before their clocks run out."""
_LOOKS_EVERY = 0.05
_PATIENCE = 600.0
_places = count(1)


@dataclass(frozen=True)
class Landed:
    """When each case's hand-off stood in the database, in seconds after it was due, in the order in which they came."""

    late: dict[str, float]
    urgent: frozenset[str]
    notices_late: float = 0.0

    def percentile(self, percent: int) -> float:
        return quantiles(self.late.values(), n=100, method="inclusive")[percent - 1]

    @property
    def passed(self) -> float:
        """The share of the low cases that came before the last urgent one."""
        order = list(self.late)
        last = max(order.index(number) for number in self.urgent)
        return sum(number not in self.urgent for number in order[:last]) / (len(order) - len(self.urgent))


@dataclass(frozen=True)
class Stage:
    """Where both sides' cases are made and watched."""

    db: Database
    client: Client
    desk: Engine

    async def burst(self, side: str, how_many: int) -> Landed:
        """Make so many cases, let their clocks run out together, and tell when each hand-off stood there."""
        at = (datetime.now(UTC) + _READY_WITHIN + how_many * _FOR_EACH).replace(microsecond=0)
        made: dict[str, bool] = {}
        waiting = iter(range(how_many))

        async def one_after_the_other() -> None:
            for place in waiting:
                is_urgent = place % ONE_IN == ONE_IN - 1
                made[await self._made(side, at, is_urgent=is_urgent)] = is_urgent

        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_ONCE):
                group.create_task(one_after_the_other())
        async with self.db.write() as connection:
            await connection.execute(delete(notices))  # of their warnings: the hand-offs' are to be counted
        assert datetime.now(UTC) < at, "the cases were made too late: other work keeps the machine busy"
        return await self._watched(at, made)

    async def _made(self, side: str, at: datetime, *, is_urgent: bool) -> str:
        opened_at = at - LIMIT
        number = (await reserve_number(self.db, scope="bench", key=f"burst-{next(_places)}", at=opened_at)).number
        terms = _terms(Plan.PREMIUM if is_urgent else Plan.STANDARD)
        opening = OpenCase(
            by=CONTACT,
            number=number,
            received_at=opened_at,
            customer_id=URGENT if is_urgent else CUSTOMER,
            contact_id=CONTACT_ID,
            solution_id=SOLUTION,
            channel=Channel.WEB,
            category=Category.INCIDENT,
            proposed_priority=Priority.CRITICAL if is_urgent else Priority.LOW,
            title=HERE,
            description=HERE,
            prior_analysis=HERE,
        )
        decision = lifecycle.open_case(await written(self.db, number, opening, key="opening"), terms=terms)
        await ledger.record(self.db, decision, terms)
        case = decision.case
        for decision in lifecycle.settle(case, terms=terms, at=at - timedelta(seconds=1)):
            await ledger.record(self.db, decision)
            case = decision.case
        assert case.next_wake_at == at
        await (self.desk.adopt(case, terms) if side == "desk" else self._wait_bare(case, terms, at))
        return number

    async def _wait_bare(self, case: Case, terms: Terms, at: datetime) -> None:
        turn = Turn(decision=lifecycle.elapse(case, terms=terms, at=at))
        await self.client.start_workflow(FloorClock.run, args=[turn, at], id=case.number, task_queue=FLOOR_QUEUE)

    async def _watched(self, at: datetime, made: dict[str, bool]) -> Landed:
        late: dict[str, float] = {}
        async with asyncio.timeout(_PATIENCE):
            mark = await self._mark()
            while len(late) < len(made):
                await asyncio.sleep(_LOOKS_EVERY)
                async with self.db.read() as connection:
                    newer = select(cases.c.number, cases.c.change).where(cases.c.change > mark)
                    rows = list(await connection.execute(newer.order_by(cases.c.change)))
                now = (datetime.now(UTC) - at).total_seconds()
                mark = rows[-1].change if rows else mark
                for row in rows:
                    if row.number in made:
                        late.setdefault(row.number, now)
            await until(self._all_told)
        told = (datetime.now(UTC) - at).total_seconds()
        return Landed(late, frozenset(number for number, is_urgent in made.items() if is_urgent), told)

    async def _mark(self) -> int:
        async with self.db.read() as connection:
            return await connection.scalar(select(func.max(cases.c.change))) or 0

    async def _all_told(self) -> bool:
        """Whether every notice is delivered."""
        undelivered = select(notices.c.id).where(notices.c.delivered_at.is_(None), notices.c.given_up.is_(False))
        async with self.db.read() as connection:
            return await connection.scalar(undelivered.limit(1)) is None


def _terms(plan: Plan) -> Terms:
    """Terms under which every case is handed off after the same time, day and night, and no other clock runs out."""
    here = preview_terms(read_policy_file(None), Plan.PREMIUM, at=datetime.now(UTC))
    limits = tuple(tuple(LIMIT for _ in row) for row in here.limits)
    return replace(here, plan=plan, limits=limits, initial_attention_within=timedelta(hours=8))  # type: ignore[arg-type]


async def measure(how_many: int) -> dict[str, Landed]:
    with TemporaryDirectory(prefix="escala-burst-") as folder:
        async with both_sides(Path(folder)) as (sides, _):
            floor = sides["bare"]
            settings = Settings(state_dir=Path(folder), engine_timeout=60)
            stage = Stage(floor.db, floor.client, Engine(floor.client, settings))  # type: ignore[union-attr]
            await customers.create(stage.db, Customer(URGENT, "Vigilancia del Sur", "900654321"), at=datetime.now(UTC))
            return {side: await stage.burst(side, how_many) for side in ("floor", "desk")}


def main() -> int:
    asked = [int(each) for each in sys.argv[1:] if each.isdigit()] or [HOW_MANY]
    missed = []
    for how_many in asked:
        landed = asyncio.run(measure(how_many))
        desk, floor = landed["desk"], landed["floor"]
        print(f"\n{how_many} clocks due in one second: seconds until the hand-off is visible, and all are told")
        print(f"  {'':<8}{'p50':>8}{'p99':>8}{'last':>8}{'told':>8}   (load {os.getloadavg()[0]:.1f})")
        for name, each in landed.items():
            cells = (each.percentile(50), each.percentile(99), max(each.late.values()), each.notices_late)
            print(f"  {name:<8}" + "".join(f"{cell:8.1f}" for cell in cells))
        ratios = [desk.percentile(percent) / floor.percentile(percent) for percent in (50, 99)]
        print(
            f"burst of {how_many}: p50 x {ratios[0]:.2f}, p99 x {ratios[1]:.2f}, at most x {MOST_TIMES_THE_FLOOR}; ",
            end="",
        )
        print(f"{desk.passed:.0%} of the low ones before the last urgent one, less than {1 - FIRST_BEFORE:.0%}")
        missed += [ratio for ratio in ratios if ratio > MOST_TIMES_THE_FLOOR]
        missed += [desk.passed] if desk.passed > 1 - FIRST_BEFORE else []
    return int("--check" in sys.argv and bool(missed))


if __name__ == "__main__":
    sys.exit(main())
