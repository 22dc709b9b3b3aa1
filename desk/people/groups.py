"""The specialist groups: who serves each, and which of them fit a case (ESC-8)."""

from __future__ import annotations

from dataclasses import dataclass

from desk.desk import Desk
from policy.people.groups import Group, Product, fitting
from storage.cover import solutions
from storage.people import agents


@dataclass(frozen=True, kw_only=True)
class ServedGroup:
    """A group with the ids of its agents. `fits`: it knows something of the solution; None where none was named."""

    group: Group
    agents: tuple[str, ...]
    fits: bool | None


async def listing(desk: Desk, *, solution_id: str | None = None) -> list[ServedGroup]:
    """All groups as the policy file has them; with a case's solution, those that fit it come first."""
    fit = None if solution_id is None else fitting(desk.policy.groups, await _product(desk, solution_id))
    serving = await agents.listing(desk.database)
    first = fit or ()
    return [
        ServedGroup(
            group=group,
            agents=tuple(agent.id for agent in serving if group.id in agent.groups),
            fits=None if fit is None else group in fit,
        )
        for group in (*first, *(group for group in desk.policy.groups if group not in first))
    ]


async def _product(desk: Desk, solution_id: str) -> Product:
    solution = await solutions.get(desk.database, solution_id)
    assert solution is not None, "a case's solution is never deleted"
    return Product(name=solution.name, kind=solution.kind.value, provider_product=solution.provider_product)
