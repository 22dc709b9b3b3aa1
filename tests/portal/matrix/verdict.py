"""What an answer has to be: without another's words, and for what one may not see the same as for what is not there."""

from __future__ import annotations

import re

from tests.portal.matrix.asking import Answer
from tests.portal.matrix.cells import Cell
from tests.portal.matrix.who_may import CONTACTS, NOBODY
from tests.portal.matrix.world import INTERNAL, WORDS, World

_MADE_FOR_ONCE = re.compile(
    r"[\w-]{16}\.[0-9a-f]{64}"  # a stamp
    r"|(?<=name=\"key\" value=\")[\w-]{24}"
    r"|(?<=data-page=\")[\w-]{16}"
)
_NAMELESS = ("/cuenta/sesiones/", "/clave/")
"""Where whoever asks for what is not theirs is told the same as always, which is no 404."""


def leaks(world: World, cell: Cell, answer: Answer) -> list[str]:
    """The words in an answer that are not for whoever asked. An id that the question named may be said back."""
    if cell.who not in CONTACTS and cell.who != NOBODY:
        return []
    others = [whose for whose in WORDS if not cell.who.endswith(f"_{whose}")]
    secret = [INTERNAL, *(WORDS[each] for each in others)]
    secret += [value for each in others for value in world.ids[each].values()]
    own = set() if cell.who == NOBODY else set(world.ids[cell.who[-1]].values())
    said = _MADE_FOR_ONCE.sub("·", answer.whole).casefold()  # chance spells a short id now and then
    return [each for each in secret if each not in cell.named and each not in own and each.casefold() in said]


def plain(cell: Cell, answer: Answer) -> tuple[int, list[tuple[str, str]], str]:
    """The answer without what changes each time and without the ids that the question named."""

    def bare(text: str) -> str:
        text = _MADE_FOR_ONCE.sub("·", text)
        for each in sorted(cell.named, key=len, reverse=True):
            text = text.replace(each, "§") if each else text
        return text

    headers = [(name, bare(value)) for name, value in answer.headers if name != "content-length"]
    return answer.status, headers, bare(answer.body)


def verdict(world: World, cell: Cell, answer: Answer) -> str | None:
    """What is wrong with an answer, if anything is."""
    if answer.status >= 500:
        return f"{answer.status}: {answer.body[-500:]}"
    if found := leaks(world, cell, answer):
        return f"tells {found}"
    if cell.who == NOBODY and not cell.may:
        return None if _is_shown_the_door(cell, answer) else f"a stranger gets {answer.status}"
    if cell.kind.startswith("malformed") and 400 <= answer.status < 500:
        return None
    if not cell.may:
        return None if answer.status in (403, 404) else f"who may not gets {answer.status}"
    if cell.kind == "own" and cell.route.method == "GET" and answer.status >= 400:
        return None if cell.route.path in _OWN_IS_NOT_THERE else f"their own is {answer.status}"
    if is_theirs(cell):
        return None
    nameless = cell.route.path.startswith(_NAMELESS)
    if answer.status != 404 and not nameless:
        return f"what is not theirs to see is {answer.status}"
    return None


_OWN_IS_NOT_THERE = frozenset(
    {
        "/ingreso/externo",
        "/ingreso/externo/vuelta",
        "/clave/{key}",
        "/avisos/baja/{key}",
        "/guardia/aviso/{link}",
        "/calendario/{secret}.ics",
        "/api/v1/amendments/{amendment_id}",
    }
)
"""Without a provider, a key, an amendment, a page's message and an address these are not there for anybody."""


def _is_shown_the_door(cell: Cell, answer: Answer) -> bool:
    if cell.route.is_of_the_api:
        return answer.status == 401
    return answer.status in (403, 404) or (answer.status == 303 and answer.header("location").startswith("/ingreso"))


def is_theirs(cell: Cell) -> bool:
    """Whether nothing is asked that this person may not see: then any answer but a failure will do."""
    if cell.kind == "own" or "as " in cell.kind:
        return True
    return cell.kind.partition(" ")[0] in ("foreign", "loose", "internal") and cell.who not in CONTACTS
