"""Commands on one case are given a few at a time: Temporal refuses more, after making all wait."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from temporalio.client import Client

from desk.engine import Engine
from desk.problems import EngineUnavailable
from policy.case.case import Actor, Role
from policy.case.commands import ClaimCase
from settings import Settings

MOST = 10
"""Updates that Temporal holds in flight for one workflow."""


@dataclass
class PaperClient:
    """Counts the updates in flight, and refuses as Temporal does; `is_stuck`: none ends."""

    is_stuck: bool = False
    in_flight: Counter[str] = field(default_factory=Counter)
    done: int = 0

    def get_workflow_handle(self, number: str) -> Any:
        client = self

        class Handle:
            async def execute_update(self, *_: Any, **__: Any) -> None:
                client.in_flight[number] += 1
                try:
                    if client.in_flight[number] > MOST:
                        raise RuntimeError("limit exceeded")
                    await asyncio.sleep(60 if client.is_stuck else 0.001)
                    client.done += 1
                finally:
                    client.in_flight[number] -= 1

        return Handle()


def engine(client: PaperClient, tmp_path: Path, **more: Any) -> Engine:
    return Engine(cast("Client", client), Settings(state_dir=tmp_path, **more))


async def claim(engine: Engine, place: int, number: str = "MA-2026-000001") -> None:
    await engine.command(number, ClaimCase(by=Actor(Role.AGENT, "ana")), key=f"cmd_{place}")


async def test_sixty_at_once_are_all_given(tmp_path: Path) -> None:
    client = PaperClient()
    its = engine(client, tmp_path)
    await asyncio.gather(*(claim(its, place) for place in range(60)))
    assert client.done == 60


async def test_waiting_for_a_turn_counts_into_the_time_for_an_answer(tmp_path: Path) -> None:
    client = PaperClient(is_stuck=True)
    its = engine(client, tmp_path, engine_timeout=0.05)
    async with asyncio.timeout(1):
        found = await asyncio.gather(*(claim(its, place) for place in range(20)), return_exceptions=True)
    assert {type(each) for each in found} == {EngineUnavailable}


async def test_one_case_does_not_wait_for_another(tmp_path: Path) -> None:
    client = PaperClient(is_stuck=True)
    its = engine(client, tmp_path)
    waiting = [asyncio.create_task(claim(its, place, f"MA-2026-{place:06}")) for place in range(20)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert sum(client.in_flight.values()) == 20
    for each in waiting:
        each.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
