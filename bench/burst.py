"""Clocks that run out in one second: when their hand-offs stand in the database, beside the bare workflow.

One case in twenty is a critical one of Premium, the others are low ones of another customer. The desk runs as
`escala up` runs it; the floor is a workflow that waits for the same instant and has the same turn recorded. Both take
turns on one server and one database.

With `--steady` one hand-off a second falls due on each side, the floor's between the desk's, and what counts is how
late each is.

Run: python -m bench.burst [how many, several times] [--check], or bench.burst --steady [seconds] [--check]
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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
from bench._sides import FLOOR_QUEUE, BareFloor, FloorClock, both_sides, until, untold
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

HOW_MANY = (1_000, 5_000)
STEADY = 300
"""Seconds, with a hand-off in each."""
ONE_IN = 20
"""How many cases there are to one that is urgent."""
URGENT = "urgent"
"""The customer of the urgent ones: customers take turns."""
LIMIT = timedelta(minutes=30)
MOST_TIMES_THE_FLOOR = 1.5
TOLD_WITHIN = 1.2
"""The last notice, in times of the last hand-off."""
FIRST_BEFORE = 0.95
"""The share of the low cases that every critical one of Premium has to come before."""
_AT_ONCE = 40
_READY_WITHIN, _FOR_EACH = timedelta(seconds=15), timedelta(seconds=0.12)
"""How long the cases may take to be made, before their clocks run out."""
_LOOKS_EVERY, _LOOKS_CLOSELY = 0.05, 0.005
_BETWEEN = timedelta(seconds=0.5)
"""How long after the desk's hand-off the floor's falls due."""
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
        late = await self._watched(dict.fromkeys(made, at), every=_LOOKS_EVERY)
        await until(self._all_told)
        told = (datetime.now(UTC) - at).total_seconds()
        return Landed(late, frozenset(number for number, is_urgent in made.items() if is_urgent), told)

    async def steady(self, seconds: int) -> dict[str, Landed]:
        """Let a clock run out each second on both sides, the floor's between the desk's."""
        first_at = (datetime.now(UTC) + _READY_WITHIN + 2 * seconds * _FOR_EACH).replace(microsecond=0)
        due: dict[str, datetime] = {}
        sides: dict[str, set[str]] = {"floor": set(), "desk": set()}
        for place in range(seconds):
            at = first_at + timedelta(seconds=place)
            for side, due_at in (("desk", at), ("floor", at + _BETWEEN)):
                number = await self._made(side, due_at, is_urgent=False)
                due[number] = due_at
                sides[side].add(number)
        assert datetime.now(UTC) < first_at, "the cases were made too late: other work keeps the machine busy"
        late = await self._watched(due, every=_LOOKS_CLOSELY)
        return {
            side: Landed({number: each for number, each in late.items() if number in its}, frozenset())
            for side, its in sides.items()
        }

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
        turn = Turn(decision=untold(lifecycle.elapse(case, terms=terms, at=at)))
        await self.client.start_workflow(FloorClock.run, args=[turn, at], id=case.number, task_queue=FLOOR_QUEUE)

    async def _watched(self, due: dict[str, datetime], *, every: float) -> dict[str, float]:
        """How late each hand-off stood in the database, in seconds, in the order in which they came."""
        late: dict[str, float] = {}
        async with asyncio.timeout(_PATIENCE + (max(due.values()) - datetime.now(UTC)).total_seconds()):
            mark = await self._mark()
            while len(late) < len(due):
                await asyncio.sleep(every)
                async with self.db.read() as connection:
                    newer = select(cases.c.number, cases.c.change).where(cases.c.change > mark)
                    rows = list(await connection.execute(newer.order_by(cases.c.change)))
                now = datetime.now(UTC)
                mark = rows[-1].change if rows else mark
                for row in rows:
                    if row.number in due and now >= due[row.number]:
                        late.setdefault(row.number, (now - due[row.number]).total_seconds())
        return late

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


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    with TemporaryDirectory(prefix="escala-burst-") as folder:
        async with both_sides(Path(folder)) as (sides, _):
            floor = sides["bare"]
            assert isinstance(floor, BareFloor)
            settings = Settings(state_dir=Path(folder), engine_timeout=60)
            await customers.create(floor.db, Customer(URGENT, "Vigilancia del Sur", "900654321"), at=datetime.now(UTC))
            yield Stage(floor.db, floor.client, Engine(floor.client, settings))


async def measure_burst(how_many: int) -> dict[str, Landed]:
    async with stage() as its:
        return {side: await its.burst(side, how_many) for side in ("floor", "desk")}


async def measure_steady(seconds: int) -> dict[str, Landed]:
    async with stage() as its:
        return await its.steady(seconds)


def burst(how_many: int) -> bool:
    """Print a burst's figures; whether it reaches every goal."""
    landed = asyncio.run(measure_burst(how_many))
    desk, floor = landed["desk"], landed["floor"]
    print(f"\n{how_many} clocks due in one second: seconds until the hand-off is visible, and all are told")
    print(f"  {'':<8}{'p50':>8}{'p99':>8}{'last':>8}{'told':>8}   (load {os.getloadavg()[0]:.1f})")
    for name, each in landed.items():
        cells = (each.percentile(50), each.percentile(99), max(each.late.values()), each.notices_late)
        print(f"  {name:<8}" + "".join(f"{cell:8.1f}" for cell in cells))
    ratios = [desk.percentile(percent) / floor.percentile(percent) for percent in (50, 99)]
    told = desk.notices_late / max(desk.late.values())
    print(
        f"burst of {how_many}: p50 x {ratios[0]:.2f}, p99 x {ratios[1]:.2f}, at most x {MOST_TIMES_THE_FLOOR}; ", end=""
    )
    print(f"{desk.passed:.0%} of the low ones before the last urgent one, less than {1 - FIRST_BEFORE:.0%}; ", end="")
    print(f"told after x {told:.2f} of the last hand-off, at most x {TOLD_WITHIN}")
    return max(ratios) <= MOST_TIMES_THE_FLOOR and desk.passed <= 1 - FIRST_BEFORE and told <= TOLD_WITHIN


def steady(seconds: int) -> bool:
    """Print how late steady hand-offs are; whether the desk's are no later than the floor's."""
    landed = asyncio.run(measure_steady(seconds))
    print(f"\nA hand-off a second for {seconds} s: milliseconds until it is visible (load {os.getloadavg()[0]:.1f})")
    found = {}
    for name, each in landed.items():
        found[name] = (each.percentile(50) * 1e3, each.percentile(99) * 1e3, max(each.late.values()) * 1e3)
        print(f"  {name:<8}" + "".join(f"{cell:8.0f}" for cell in found[name]))
    said = ", ".join(
        f"{what} {desk:.0f} ms (the floor's {floor:.0f})"
        for what, desk, floor in zip(("p50", "p99", "max"), found["desk"], found["floor"], strict=True)
    )
    print(f"steady: {said}; at most the floor's")
    return all(desk <= floor for desk, floor in zip(found["desk"], found["floor"], strict=True))


def main() -> int:
    asked = [int(each) for each in sys.argv[1:] if each.isdigit()]
    if "--steady" in sys.argv:
        reached = [steady(asked[0] if asked else STEADY)]
    else:
        reached = [burst(how_many) for how_many in asked or HOW_MANY]
    return int("--check" in sys.argv and not all(reached))


if __name__ == "__main__":
    sys.exit(main())
