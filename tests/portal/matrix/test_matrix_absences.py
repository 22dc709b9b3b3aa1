"""Who stands in for the director decides on cases as the director does, and has none of the role's other rights."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from storage.people import absences
from tests.portal.matrix.cells import Cell, cells
from tests.portal.matrix.desks import copied
from tests.portal.matrix.routes import routes
from tests.portal.matrix.trying import answer_to
from tests.portal.matrix.world import World

DECIDED = {"GET /direccion/visitas", "POST /api/v1/cases/{number}/visits/approval"}
WHOLE = {each for each in routes() if each.path.count("{") == 0 and each.method == "GET"}


def _asked(world: World) -> list[Cell]:
    """What an agent may not, of its own, where an answer tells of the role and of nothing else."""
    own = [cell for route in routes() for cell in cells(route, world.ids) if (cell.who, cell.kind) == ("agent", "own")]
    return [cell for cell in own if not cell.may and (cell.route in WHOLE or "number" in cell.route.path)]


@pytest.mark.rule("ESC-17")
async def test_a_substitute_has_the_rights_on_cases_alone(filled: World, tmp_path: Path) -> None:
    async with copied(filled, tmp_path) as world:
        now = world.office.clock()
        known = await absences.get(world.office.db, "abs-ana")
        assert known
        away = replace(known, id="abs-dora", person="dora", substitute="ana")
        away = replace(away, from_at=now, to_at=now + timedelta(hours=1))
        refused = {cell for cell in _asked(world) if (await answer_to(world, cell)).status == 403}
        assert {each.route.name for each in refused} >= DECIDED
        await absences.keep(world.office.db, away, lambda _: away)
        still = {cell for cell in refused if (await answer_to(world, cell)).status == 403}
        assert {each.choice or each.route.name for each in refused - still} == DECIDED | {"visits/approval"}
        world.office.clock.passes(hours=1)
        assert {cell for cell in refused if (await answer_to(world, cell)).status == 403} == refused
