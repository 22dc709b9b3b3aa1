"""Who is told what: a table of facts and recipients, and what each message is about."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from policy.case import commands as c
from policy.case import facts as f
from policy.case.case import SYSTEM, Case, Cause, ClockState, Level, OutOfScopeKind, Priority
from policy.case.facts import ClockWarned, Fact
from policy.case.lifecycle import open_case
from policy.case.notices import Notice
from policy.people.recipients import Contact, LevelQueue, recipient_to_text
from policy.terms.terms import Terms
from policy.visit import facts as v
from policy.visit.visit import VisitStep
from tests.support.lives import (
    ACCEPT,
    ANALYSIS,
    ANSWER,
    APPROVE,
    ASK,
    BEGIN_CHAT,
    CANCEL,
    CLAIM,
    CONFIRM,
    DECLINE,
    HAND_OFF,
    HELP_DESK,
    LONGER,
    PAGED,
    PREMIUM,
    REFUSE,
    RELEASE,
    REOPEN,
    REPLY,
    REPORT,
    REQUEST_VISIT,
    RESOLVE,
    SCHEDULE,
    SIGN_OFF,
    SPECIALIST,
    STANDARD,
    START,
    TAKE_CHAT,
    TO_PROVIDER,
    UNCOVERED,
    WITHDRAW,
    WORDS,
    Step,
    after,
    amend,
    bogota,
    exhausted,
    expense,
    facts,
    hand_over_chat,
    line,
    opened,
    opening,
    priority,
    transfer,
    turns,
    visit_at,
)
from tests.support.lives import CONTACT as CUSTOMER

CONTACT = "contact:contact-1"
OWNERS = "administrators:customer-1"
NEW = opened(terms=PREMIUM)
CLAIMED = after(NEW, ("09:05", CLAIM), terms=PREMIUM)
GROUPED = after(NEW, ("09:05", transfer("sig")), terms=PREMIUM)
RESOLVED = after(CLAIMED, ("09:10", RESOLVE), terms=PREMIUM)
HELD = opened(terms=UNCOVERED)
SESSION = c.StartRemoteSession(by=HELP_DESK, tool="Chrome Remote Desktop", consented_by="contact-1")
IN_SESSION = after(NEW, ("09:05", SESSION), terms=PREMIUM)
EQUIPMENT = open_case(opening(serial_number="SN-1", equipment=c.Equipment(supplied_by_us=True)), terms=PREMIUM).case
DIAGNOSIS = c.RecordDiagnosis(by=SPECIALIST, cause=Cause.MANUFACTURING_DEFECT, summary=WORDS)
ENGINEER, MINE = "agent:agent-2", "agent:agent-1"
CHATTING = after(CLAIMED, ("09:10", BEGIN_CHAT), ("09:11", TAKE_CHAT), terms=PREMIUM)
AT_LEVEL_3 = after(NEW, ("09:05", REPLY), ("09:06", HAND_OFF), ("09:07", HAND_OFF), terms=PREMIUM)


def told(case: Case, step: Step, *, terms: Terms = PREMIUM) -> dict[str, list[str]]:
    """The recipients by kind of the last turn that the step leads to."""
    found: dict[str, list[str]] = {}
    for notice in turns(case, step, terms=terms)[-1].notices:
        found.setdefault(notice.kind, []).append(recipient_to_text(notice.recipient))
    return found


NEW_ASKED = after(NEW, ("09:05", ASK))
VISITED_ASKED = after(visit_at(VisitStep.SCHEDULED), ("09:30", ASK), "2026-12-01 18:00")
# What happens to which case, the kind of notice, and everybody who gets it, in order.
TABLE: tuple[tuple[Case, Step, str, list[str]], ...] = (
    (NEW, ("09:05", c.AssignCase(by=HELP_DESK, agent_id="agent-7")), "case_assigned", ["agent:agent-7"]),
    (NEW, ("09:05", REPLY), "reply_sent", [CONTACT]),
    (NEW, ("09:05", ASK), "information_requested", [CONTACT, "level:1"]),
    (CLAIMED, ("09:10", ASK), "information_requested", [CONTACT]),
    (NEW_ASKED, "2026-11-27 17:00", "information_reminded", [CONTACT, "level:1"]),
    (NEW_ASKED, "2026-12-02 17:00", "case_resolved", [CONTACT, "level:1"]),
    (VISITED_ASKED, "2026-12-02 17:00", "information_lapsed", [CONTACT, "level:1"]),
    (
        NEW,
        ("09:05", c.AddNote(by=HELP_DESK, body=WORDS, mentions=("agent-2", "agent-1"))),
        "note_added",
        ["agent:agent-2", "agent:agent-1"],
    ),
    (NEW, ("09:05", priority(Priority.LOW)), "priority_changed", [CONTACT]),
    (NEW, ("09:05", TO_PROVIDER), "provider_escalated", [CONTACT]),
    (NEW, ("09:05", RESOLVE), "case_resolved", [CONTACT]),
    (CLAIMED, ("09:10", BEGIN_CHAT), "chat_begun", [MINE]),
    (CHATTING, ("09:13", line(unseen=True)), "chat_said", [CONTACT]),
    (CHATTING, ("09:13", line(CUSTOMER, unseen=True)), "chat_said", [MINE]),
    (CHATTING, ("09:13", hand_over_chat()), "chat_handed_over", [ENGINEER]),
    (CHATTING, "09:26", "chat_ended", [CONTACT]),
    (NEW, ("09:05", ANSWER), "customer_answered", ["level:1"]),
    (NEW, ("09:05", c.AddNote(by=SYSTEM, body=WORDS)), "note_added", ["level:1"]),
    (CLAIMED, ("09:10", c.AddNote(by=SYSTEM, body=WORDS)), "note_added", ["agent:agent-1"]),
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
    (NEW, ("09:05", SESSION), "remote_session_started", [CONTACT]),
    (
        IN_SESSION,
        ("09:10", c.EndRemoteSession(by=HELP_DESK, session=1, summary=WORDS)),
        "remote_session_ended",
        [CONTACT],
    ),
    (EQUIPMENT, ("09:05", DIAGNOSIS), "diagnosis_recorded", [CONTACT]),
    (NEW, ("09:05", amend(LONGER)), "terms_amended", [CONTACT, "level:1"]),
    (CLAIMED, ("09:10", amend(LONGER)), "terms_amended", [CONTACT, "agent:agent-1"]),
    (HELD, ("2026-11-26 09:00", RELEASE), "case_released", [CONTACT, "level:1", "commercial"]),
)
AT = {step: visit_at(step, terms=PREMIUM) for step in VisitStep}
MISSED = after(AT[VisitStep.SCHEDULED], "2026-12-03 09:00", terms=PREMIUM)
OTHER_ENGINEER = replace(SCHEDULE, engineer_id="agent-3")
VISITS: tuple[tuple[Case, Step, str, list[str]], ...] = (
    (exhausted(terms=PREMIUM), ("09:10", REQUEST_VISIT), "visit_requested", ["director", CONTACT]),
    (AT[VisitStep.REQUESTED], ("09:15", APPROVE), "visit_approved", [CONTACT, OWNERS]),
    (AT[VisitStep.REQUESTED], ("09:15", REFUSE), "visit_refused", [CONTACT, "level:1"]),
    (AT[VisitStep.QUOTED], ("09:20", ACCEPT), "visit_accepted", ["director", "level:1"]),
    (AT[VisitStep.QUOTED], ("09:20", DECLINE), "visit_declined", ["director", "level:1"]),
    (AT[VisitStep.QUOTED], "2026-11-27 17:00", "visit_lapsed", [CONTACT, "director", "level:1"]),
    (AT[VisitStep.AGREED], ("09:25", SCHEDULE), "visit_scheduled", [CONTACT, ENGINEER]),
    (AT[VisitStep.SCHEDULED], ("09:30", OTHER_ENGINEER), "visit_scheduled", [CONTACT, "agent:agent-3", ENGINEER]),
    (AT[VisitStep.AGREED], ("09:25", CANCEL), "visit_cancelled", [CONTACT, "director", "level:1"]),
    (
        after(AT[VisitStep.AGREED], ("09:24", CLAIM), terms=PREMIUM),
        ("09:25", CANCEL),
        "visit_cancelled",
        [CONTACT, "director", MINE],
    ),
    (AT[VisitStep.SCHEDULED], ("09:30", CANCEL), "visit_cancelled", [CONTACT, "director", ENGINEER, "level:1"]),
    (
        after(AT[VisitStep.SCHEDULED], ("09:29", c.AssignCase(by=HELP_DESK, agent_id="agent-2")), terms=PREMIUM),
        ("09:30", CANCEL),
        "visit_cancelled",
        [CONTACT, "director", ENGINEER],
    ),
    (AT[VisitStep.SCHEDULED], ("2026-12-03 08:55", START), "visit_started", [CONTACT]),
    (AT[VisitStep.STARTED], ("2026-12-03 09:00", expense(400_000)), "visit_quote_exceeded", [CONTACT, OWNERS]),
    (AT[VisitStep.STARTED], ("2026-12-03 09:00", REPORT), "visit_reported", [CONTACT]),
    (AT[VisitStep.REPORTED], ("2026-12-03 09:32", SIGN_OFF), "visit_signed_off", [CONTACT, "director", ENGINEER]),
    (AT[VisitStep.REQUESTED], "2026-11-26 14:00", "visit_reminded", ["director"]),
    (AT[VisitStep.QUOTED], "2026-11-26 14:00", "visit_reminded", [CONTACT]),
    (AT[VisitStep.AGREED], "2026-11-26 14:00", "visit_reminded", ["level:3"]),
    (AT[VisitStep.SCHEDULED], "2026-12-02 09:00", "visit_reminded", [CONTACT, ENGINEER]),
    (AT[VisitStep.SCHEDULED], "2026-12-03 09:00", "visit_missed", [CONTACT, "director", ENGINEER, "level:1"]),
    (MISSED, "2026-12-04 17:00", "visit_reminded", [ENGINEER, "director"]),
    (AT[VisitStep.STARTED], "2026-12-04 14:00", "visit_reminded", [ENGINEER]),
    (AT[VisitStep.STARTED], "2026-12-07 17:00", "visit_reminded", [ENGINEER, "director"]),
    (AT[VisitStep.REPORTED], "2026-12-09 09:00", "visit_reminded", [CONTACT]),
)
SILENT: tuple[tuple[Case, Step], ...] = (
    (NEW, ("09:05", CLAIM)),
    (NEW, ("09:05", c.AddNote(by=HELP_DESK, body=WORDS))),
    (NEW, ("09:05", priority(Priority.SERIOUS))),
    (NEW, ("09:05", c.LinkProviderIncident(by=HELP_DESK, incident_id="google-cloud:incident-1"))),
    (NEW, ("09:05", PAGED)),
    (replace(NEW, lacks_analysis=True), ("09:05", ANALYSIS)),
    (AT[VisitStep.STARTED], ("2026-12-03 09:00", expense(100_000))),
)


class TestANotice:
    @pytest.mark.parametrize(("case", "step", "kind", "recipients"), TABLE)
    def test_goes_to_whom_the_table_says(self, case: Case, step: Step, kind: str, recipients: list[str]) -> None:
        """And to nobody else."""
        assert told(case, step)[kind] == recipients

    @pytest.mark.rule("ONS-3", "ONS-5")
    @pytest.mark.parametrize(
        ("case", "step", "kind", "recipients"), VISITS, ids=[f"{n}-{row[2]}" for n, row in enumerate(VISITS)]
    )
    def test_about_a_visit_goes_to_whom_the_table_says(
        self, case: Case, step: Step, kind: str, recipients: list[str]
    ) -> None:
        """Whoever decides or acts next, and whoever waits for it."""
        told_of = [n for turn in turns(case, step, terms=PREMIUM) for n in turn.notices if n.kind == kind]
        last = max((notice.seq for notice in told_of), default=0)
        assert [recipient_to_text(notice.recipient) for notice in told_of if notice.seq == last] == recipients

    @pytest.mark.parametrize(("case", "step"), SILENT)
    def test_is_not_sent_of_what_concerns_nobody_else(self, case: Case, step: Step) -> None:
        """Claiming, a note among agents, a priority that was confirmed as proposed, an incident, an expense."""
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
        assert Notice("case_opened", Contact("contact-1"), 1, bogota("10:00")) in decision.notices
        assert decision.case.initial_attention
        assert decision.case.initial_attention.state is ClockState.RUNNING

    @pytest.mark.rule("WAR-3")
    def test_of_a_held_case_goes_to_the_commercial_team(self) -> None:
        """And to the contact, but to no queue: nobody may work on it."""
        decision = open_case(opening(), terms=UNCOVERED)
        assert [(n.kind, recipient_to_text(n.recipient)) for n in decision.notices] == [
            ("case_opened", CONTACT),
            ("case_held", CONTACT),
            ("case_held", "commercial"),
        ]

    @pytest.mark.rule("SCOPE-5")
    def test_of_a_case_out_of_scope_points_at_the_fact_that_says_which(self) -> None:
        """The fact has the kind, the notice its place on the timeline."""
        out = c.CloseAsOutOfScope(by=HELP_DESK, kind=OutOfScopeKind.DEVELOPMENT, reason=WORDS)
        decision = turns(NEW, ("09:05", out), terms=PREMIUM)[-1]
        assert [(recipient_to_text(n.recipient), n.seq) for n in decision.notices] == [
            (CONTACT, decision.entries[0].seq)
        ]

    def test_of_two_clocks_at_one_instant_goes_out_for_each(self) -> None:
        """Initial attention and level 1 reach their warning together: neither swallows the other."""
        warned = turns(opened(), "09:45")
        clocks = [fact.clock for fact in facts(warned) if isinstance(fact, ClockWarned)]
        assert clocks == ["initial_attention", "level"]
        queue = LevelQueue(Level.HELP_DESK)
        assert [[n.recipient for n in decision.notices] for decision in warned] == [[queue], [queue]]


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
    SILENT = frozenset(
        {
            f.CaseClaimed,
            f.AttemptLogged,
            f.CallLogged,
            f.AnalysisRecorded,
            f.ChatTaken,
            f.InitialAttentionGiven,
            f.PriorityConfirmed,
            f.ProviderIncidentLinked,
            f.DutyPaged,
            v.VisitExpenseLogged,
        }
    )
    ELSEWHERE = frozenset({f.CaseOpened, f.CaseHeld, f.ProviderUpdated})

    def test_has_its_row_in_the_table_or_is_silent(self) -> None:
        """A new fact asks for a decision about who learns of it."""
        rest = {kind.__name__ for kind in get_args(Fact)} - {kind.__name__ for kind in self.SILENT | self.ELSEWHERE}
        assert {row[2].title().replace("_", "") for row in (*TABLE, *VISITS)} == rest
