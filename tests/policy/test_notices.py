"""Who is told what: a table of facts and recipients, and what each message is about."""

from __future__ import annotations

from typing import get_args

import pytest

from escala.policy import commands as c
from escala.policy import facts as f
from escala.policy.case import Case, ClockState, Level, OutOfScopeKind, Priority
from escala.policy.facts import ClockWarned, Fact
from escala.policy.lifecycle import open_case
from escala.policy.notices import Notice
from escala.policy.terms import Terms
from tests.support.lives import (
    ANSWER,
    ASK,
    CLAIM,
    CONFIRM,
    HAND_OFF,
    HELP_DESK,
    PREMIUM,
    REOPEN,
    REPLY,
    RESOLVE,
    STANDARD,
    TO_PROVIDER,
    UNCOVERED,
    WITHDRAW,
    WORDS,
    Step,
    after,
    bogota,
    facts,
    opened,
    opening,
    priority,
    transfer,
    turns,
)

CONTACT = "contact:contact-1"
OWNERS = "administrators:customer-1"
NEW = opened(terms=PREMIUM)
CLAIMED = after(NEW, ("09:05", CLAIM), terms=PREMIUM)
GROUPED = after(NEW, ("09:05", transfer("sig")), terms=PREMIUM)
RESOLVED = after(CLAIMED, ("09:10", RESOLVE), terms=PREMIUM)
AT_LEVEL_3 = after(NEW, ("09:05", REPLY), ("09:06", HAND_OFF), ("09:07", HAND_OFF), terms=PREMIUM)


def told(case: Case, step: Step, *, terms: Terms = PREMIUM) -> dict[str, list[str]]:
    """The recipients by kind of the last turn that the step leads to."""
    found: dict[str, list[str]] = {}
    for notice in turns(case, step, terms=terms)[-1].notices:
        found.setdefault(notice.kind, []).append(notice.recipient)
    return found


# What happens to which case, the kind of notice, and everybody who gets it, in order.
TABLE: tuple[tuple[Case, Step, str, list[str]], ...] = (
    (NEW, ("09:05", c.AssignCase(by=HELP_DESK, agent_id="agent-7")), "case_assigned", ["agent:agent-7"]),
    (NEW, ("09:05", REPLY), "reply_sent", [CONTACT]),
    (NEW, ("09:05", ASK), "information_requested", [CONTACT]),
    (NEW, ("09:05", priority(Priority.LOW)), "priority_changed", [CONTACT]),
    (NEW, ("09:05", TO_PROVIDER), "provider_escalated", [CONTACT]),
    (NEW, ("09:05", RESOLVE), "case_resolved", [CONTACT]),
    (NEW, ("09:05", ANSWER), "customer_answered", ["level:1"]),
    (CLAIMED, ("09:10", ANSWER), "customer_answered", ["agent:agent-1"]),
    (GROUPED, ("09:10", ANSWER), "customer_answered", ["group:sig"]),
    (NEW, ("09:05", transfer("sig")), "case_transferred", ["group:sig", CONTACT]),
    (NEW, ("09:05", HAND_OFF), "handed_off", ["level:1", "level:2", CONTACT]),
    (CLAIMED, ("09:10", HAND_OFF), "handed_off", ["level:1", "level:2", CONTACT, "agent:agent-1"]),
    (CLAIMED, "10:00", "handed_off", ["level:1", "level:2", CONTACT, "agent:agent-1"]),
    (NEW, ("09:05", transfer(level=Level.DIRECTOR)), "handed_off", ["level:1", "level:3", CONTACT]),
    (NEW, "09:22:30", "clock_warned", ["level:1"]),
    (CLAIMED, "09:22:30", "clock_warned", ["level:1", "agent:agent-1"]),
    (GROUPED, "09:22:30", "clock_warned", ["level:1", "group:sig"]),
    (CLAIMED, "09:30", "initial_attention_missed", ["level:1", "agent:agent-1"]),
    (AT_LEVEL_3, "13:07", "case_overdue", ["director", OWNERS]),
    (AT_LEVEL_3, "17:07", "overdue_repeated", ["director", OWNERS]),
    (RESOLVED, ("09:20", REOPEN), "case_reopened", ["agent:agent-1"]),
    (RESOLVED, ("09:20", CONFIRM), "case_closed", [CONTACT, "agent:agent-1"]),
    (RESOLVED, "2026-12-02 17:00", "case_closed", [CONTACT, "agent:agent-1"]),
    (NEW, ("09:20", WITHDRAW), "case_closed", [CONTACT]),
)
SILENT: tuple[tuple[Case, Step], ...] = (
    (NEW, ("09:05", CLAIM)),
    (NEW, ("09:05", c.AddNote(by=HELP_DESK, body=WORDS))),
    (NEW, ("09:05", priority(Priority.SERIOUS))),
)


class TestANotice:
    @pytest.mark.parametrize(("case", "step", "kind", "recipients"), TABLE)
    def test_goes_to_whom_the_table_says(self, case: Case, step: Step, kind: str, recipients: list[str]) -> None:
        """And to nobody else."""
        assert told(case, step)[kind] == recipients

    @pytest.mark.parametrize(("case", "step"), SILENT)
    def test_is_not_sent_of_what_concerns_nobody_else(self, case: Case, step: Step) -> None:
        """Claiming, a note among agents, a priority that was confirmed as proposed."""
        assert told(case, step) == {}

    @pytest.mark.rule("ESC-5")
    def test_of_a_hand_off_goes_to_both_levels_and_the_customer(self) -> None:
        """By itself as by hand."""
        assert {"level:1", "level:2", CONTACT} <= set(told(NEW, "10:00")["handed_off"])

    @pytest.mark.rule("ESC-6")
    def test_of_an_overdue_case_goes_to_the_director_and_the_customers_administrators(self) -> None:
        """At once, and again."""
        assert told(AT_LEVEL_3, "13:07")["case_overdue"] == told(AT_LEVEL_3, "17:07")["overdue_repeated"]

    @pytest.mark.rule("ESC-13")
    def test_of_a_warning_goes_to_the_assignee_and_the_levels_queue(self) -> None:
        """Before the limit, not to the customer."""
        assert set(told(CLAIMED, "09:45")["clock_warned"]) == {"level:1", "agent:agent-1"}

    def test_of_a_missed_promise_goes_to_those_who_missed_it(self) -> None:
        """Also where the case leaves them in the same instant."""
        claimed = after(opened(), ("09:05", CLAIM))
        assert told(claimed, "10:00", terms=STANDARD)["initial_attention_missed"] == ["level:1", "agent:agent-1"]

    @pytest.mark.rule("ESC-12")
    def test_of_the_opening_acknowledges_it_and_meets_no_promise(self) -> None:
        """The customer knows the deadline; the clock for the first human answer runs."""
        decision = open_case(opening(), terms=STANDARD)
        assert Notice("case_opened", CONTACT, 1, bogota("10:00")) in decision.notices
        assert decision.case.initial_attention
        assert decision.case.initial_attention.state is ClockState.RUNNING

    @pytest.mark.rule("WAR-3")
    def test_of_a_held_case_goes_to_the_commercial_team(self) -> None:
        """And to the contact, but to no queue: nobody may work on it."""
        decision = open_case(opening(), terms=UNCOVERED)
        assert [(n.kind, n.recipient) for n in decision.notices] == [
            ("case_opened", CONTACT),
            ("case_held", CONTACT),
            ("case_held", "commercial"),
        ]

    @pytest.mark.rule("SCOPE-5")
    def test_of_a_case_out_of_scope_points_at_the_fact_that_says_which(self) -> None:
        """The fact has the kind, the notice its place on the timeline."""
        out = c.CloseAsOutOfScope(by=HELP_DESK, kind=OutOfScopeKind.DEVELOPMENT, reason=WORDS)
        decision = turns(NEW, ("09:05", out), terms=PREMIUM)[-1]
        assert [(n.recipient, n.seq) for n in decision.notices] == [(CONTACT, decision.entries[0].seq)]

    def test_of_two_clocks_at_one_instant_goes_out_for_each(self) -> None:
        """Initial attention and level 1 reach their warning together: neither swallows the other."""
        warned = turns(opened(), "09:45")
        clocks = [fact.clock for fact in facts(warned) if isinstance(fact, ClockWarned)]
        assert clocks == ["initial_attention", "level"]
        assert [[n.recipient for n in decision.notices] for decision in warned] == [["level:1"], ["level:1"]]


class TestTheInstantInANotice:
    @pytest.mark.parametrize(
        ("case", "step", "limit"),
        [
            (NEW, "09:45", "10:00"),
            (NEW, ("09:05", HAND_OFF), "10:05"),
            (NEW, ("09:05", RESOLVE), "2026-12-02 17:00"),
        ],
        ids=["warning", "hand-off", "resolution"],
    )
    def test_is_the_deadline_it_speaks_of(self, case: Case, step: Step, limit: str) -> None:
        """The limit warned of, the next level's, the end of the time to reopen."""
        assert turns(case, step, terms=PREMIUM)[-1].notices[0].limit_at == bogota(limit)


class TestEveryFact:
    SILENT = frozenset({f.CaseClaimed, f.NoteAdded, f.AttemptLogged, f.InitialAttentionGiven, f.PriorityConfirmed})
    ELSEWHERE = frozenset({f.CaseOpened, f.CaseHeld, f.ProviderUpdated})

    def test_has_its_row_in_the_table_or_is_silent(self) -> None:
        """A new fact asks for a decision about who learns of it."""
        rest = {kind.__name__ for kind in get_args(Fact)} - {kind.__name__ for kind in self.SILENT | self.ELSEWHERE}
        assert {row[2].title().replace("_", "") for row in TABLE} == rest
