"""The specialist groups: who serves each, and which of them fit a case (ESC-8)."""

from __future__ import annotations

from dataclasses import dataclass

from desk.desk import Desk
from desk.refusals import GroupDisabled
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
    serving = await agents.serving(desk.database)
    first = fit or ()
    return [
        ServedGroup(
            group=group,
            agents=tuple(agent.id for agent in serving if group.id in agent.groups),
            fits=None if fit is None else group in fit,
        )
        for group in (*first, *(group for group in desk.policy.groups if group not in first))
    ]


async def check_served(desk: Desk, group_id: str) -> None:
    """Raise GroupDisabled for a group all of whose members are disabled; one without members is served by level."""
    members = {each.id for each in await agents.listing(desk.database) if group_id in each.groups}
    if members and not members & {each.id for each in await agents.serving(desk.database)}:
        raise GroupDisabled(group=group_id)


async def _product(desk: Desk, solution_id: str) -> Product:
    solution = await solutions.get(desk.database, solution_id)
    assert solution is not None, "a case's solution is never deleted"
    return Product(name=solution.name, kind=solution.kind.value, provider_product=solution.provider_product)
