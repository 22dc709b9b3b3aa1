"""Concerns: whom of the desk a turn's facts concern at their screen, and that nobody is told of their own doing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policy.case import facts as f
from policy.case.case import Actor, Role, Text
from policy.case.concerns import Concern, concerned_by
from policy.case.facts import Entry, Fact
from policy.case.lifecycle import open_case
from tests.support.lives import STANDARD, bogota, opening

AT = bogota("09:00")
WORDS = Text(content_id="c", characters=1)
CASE = open_case(opening(AT), terms=STANDARD).case
ANA, CUSTOMER, CLOCK = Actor(Role.AGENT, "ana"), Actor(Role.CONTACT, "luz"), Actor(Role.SYSTEM, "clock")


@pytest.mark.parametrize(
    ("fact", "by", "assignee", "found"),
    [
        (f.CaseAssigned(agent_id="eva"), ANA, "eva", [("eva", Concern.ASSIGNED)]),
        (f.CaseAssigned(agent_id="ana"), ANA, "ana", []),
        (f.CustomerAnswered(body=WORDS), CUSTOMER, "ana", [("ana", Concern.ANSWERED)]),
        (f.CustomerAnswered(body=WORDS), CUSTOMER, None, []),
        (f.ChatHandedOver(from_agent="ana", to_agent="eva", takes_case=True), ANA, "ana", [("eva", Concern.CHAT)]),
        (f.ChatBegun(ends_at=AT), CUSTOMER, "ana", [("ana", Concern.CHAT)]),
        (f.ChatBegun(ends_at=AT), CUSTOMER, None, []),
        (f.CaseReopened(reason=WORDS), CUSTOMER, "ana", [("ana", Concern.REOPENED)]),
        (f.CaseOverdue(), CLOCK, "ana", [("ana", Concern.OVERDUE)]),
        (f.OverdueRepeated(periods=2), CLOCK, "ana", [("ana", Concern.OVERDUE)]),
        (f.NoteAdded(body=WORDS, mentions=("eva", "ana")), ANA, None, [("eva", Concern.MENTIONED)]),
        (f.ReplySent(body=WORDS), ANA, "eva", []),
    ],
)
def test_a_fact_concerns(fact: Fact, by: Actor, assignee: str | None, found: list[tuple[str, Concern]]) -> None:
    entries = (Entry(seq=7, at=AT, by=by, fact=fact),)
    told = concerned_by(entries, replace(CASE, assignee=assignee))
    assert [(each.agent_id, each.why) for each in told] == found
    assert all(each.seq == 7 for each in told)
