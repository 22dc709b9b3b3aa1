"""Trying a route's cells out, and telling which of them were answered wrongly."""

from __future__ import annotations

from tests.portal.matrix.asking import Answer, ask
from tests.portal.matrix.bodies import request
from tests.portal.matrix.cells import Cell, cells
from tests.portal.matrix.desks import everything
from tests.portal.matrix.routes import Route
from tests.portal.matrix.verdict import is_theirs, plain, verdict
from tests.portal.matrix.who_may import EVERYBODY, ORDER_ROUTE, ORDERS
from tests.portal.matrix.world import World
from tests.support.thoroughness import IS_LONG

Missing = dict[tuple[str, str], tuple[Cell, Answer]]


async def answer_to(world: World, cell: Cell) -> Answer:
    headers, body = request(world, cell.route, cell.who, cell.choice)
    return await ask(world.office.app, cell.route.method, cell.address, headers, body)


async def wrong_answers(world: World, route: Route) -> list[str]:
    """What is wrong with the answers to a route's cells. What must change nothing is asked first, and checked to."""
    allowed = [cell for cell in cells(route, world.ids) if cell.may and is_theirs(cell)]
    refused = [cell for cell in cells(route, world.ids) if cell not in allowed and _is_tried(cell)]
    before, missing = everything(world), Missing()
    wrong: list[str] = []
    for cell in sorted(refused, key=_missing_first):
        answer = await answer_to(world, cell)
        wrong += _told(world, cell, answer, missing)
    if _changes_nothing(route) and everything(world) != before:
        after = everything(world)
        wrong.append(f"what is refused changed {[name for name in after if after[name] != before[name]]}")
    for cell in sorted(allowed, key=_missing_first):
        wrong += _told(world, cell, await answer_to(world, cell), missing)
    return wrong


def _is_tried(cell: Cell) -> bool:
    """All in a long run; else every order on one of those who may not give it."""
    if IS_LONG or cell.route.name != ORDER_ROUTE or cell.kind != "own":
        return True
    return (list(ORDERS).index(cell.choice) + EVERYBODY.index(cell.who)) % 8 == 0


def _missing_first(cell: Cell) -> bool:
    return not cell.kind.startswith("missing")


def _told(world: World, cell: Cell, answer: Answer, missing: Missing) -> list[str]:
    what = cell.kind.partition(" ")[0]
    place = cell.who, f"{cell.choice}{cell.kind.removeprefix(what)}"
    if what == "missing":
        missing[place] = (cell, answer)
    elif what == "foreign" and cell.who.endswith(("_a", "_b")) and plain(cell, answer) != plain(*missing[place]):
        return [f"{cell}: not as for what is not there\n  {plain(cell, answer)}\n  {plain(*missing[place])}"]
    found = verdict(world, cell, answer)
    return [f"{cell}: {found}"] if found else []


def _changes_nothing(route: Route) -> bool:
    """Whether whoever may not is all that is asked first; what anybody may do is no refusal."""
    return not route.path.startswith(("/ingreso", "/clave", "/idioma", "/salida"))
