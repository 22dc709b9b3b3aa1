"""What happened among what was said: one line each, runs of it folded, and to each side only what it may know."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from policy.case.case import Actor, Level, Role
from portal.case.case_lines import Line, folded
from tests.api.office import Office
from tests.portal.people import unspaced, visitor

AT = datetime(2026, 11, 25, 15, tzinfo=UTC)
ANA, EVA = (Actor(Role.AGENT, name, (Level.HELP_DESK,)) for name in ("ana", "eva"))
CLOCK = Actor(Role.SYSTEM, "escala")


def line(seq: int, by: Actor, minutes: float, look: str = "event", words: str = "", *, internal: bool = False) -> Line:
    return Line(
        seq=seq,
        at=AT + timedelta(minutes=minutes),
        by=by,
        who=by.id,
        side="clock" if by is CLOCK else "support",
        told="algo",
        words=(("", words),) if words else (),
        internal=internal,
        look=look,
    )


@pytest.mark.parametrize(
    ("told", "runs"),
    [
        ([line(1, ANA, 0), line(2, ANA, 4), line(3, ANA, 8)], [[1, 2, 3]]),
        ([line(1, ANA, 0), line(2, ANA, 6)], [[1], [2]]),
        ([line(1, ANA, 0), line(2, EVA, 1), line(3, ANA, 2)], [[1], [2], [3]]),
        ([line(1, CLOCK, 0), line(2, CLOCK, 500)], [[1, 2]]),
        ([line(1, ANA, 0), line(2, ANA, 1, words="Se probó."), line(3, ANA, 2)], [[1], [2], [3]]),
        ([line(1, ANA, 0), line(2, ANA, 1, "message", "Hola."), line(3, ANA, 2)], [[1], [2], [3]]),
        ([line(1, ANA, 0), line(2, ANA, 1, "milestone"), line(3, ANA, 2)], [[1], [2], [3]]),
        ([line(1, ANA, 0), line(2, ANA, 1, internal=True)], [[1], [2]]),
        ([], []),
    ],
)
def test_runs_of_bare_events_are_one_line(told: list[Line], runs: list[list[int]]) -> None:
    assert [[each.seq, *(more.seq for more in each.more)] for each in folded(told)] == runs


def events(page: str) -> list[str]:
    """The conversation's event lines, as text."""
    said = page[page.index('id="conversation"') :]
    found = re.findall(r'<li class="said [^"]*\bevent event".*?</li>\s*(?=<li|</ol>)', said, re.DOTALL)
    return [unspaced(re.sub(r"<[^>]+>", " ", each)) for each in found]


async def test_what_happened_stands_among_what_was_said(office: Office) -> None:
    number = await office.open()
    await office.give(number, "claim")
    await office.give(number, "priority", priority=2, reason="Afecta a todos.")
    await office.give(number, "replies", body="Ya lo revisamos.")
    office.clock.passes(minutes=10)
    await office.give(number, "assignments", agent_id="eva")
    await office.give(number, "notes", body="Parece la cuota.")
    async with visitor(office, "agent") as agent:
        for path in ("", "/partes/conversation"):
            found = events((await agent.get(f"/casos/{number}{path}")).text)
            assert len(found) >= 2, found
            assert "tomó el caso" in found[0]
    async with visitor(office, "contact") as contact:
        page = (await contact.get(f"/casos/{number}")).text
        assert "Parece la cuota" not in page
        assert any("tomó el caso" in each for each in events(page))


async def test_a_milestone_says_what_it_is_first(office: Office) -> None:
    number = await office.open()
    await office.give(number, "replies", body="Ya lo revisamos.")
    await office.give(number, "resolution", summary="Se amplió la cuota.")
    for who in ("agent", "contact"):
        async with visitor(office, who) as person:
            page = (await person.get(f"/casos/{number}")).text
        assert re.search(r'class="headline">Solución entregada <time', page), who
