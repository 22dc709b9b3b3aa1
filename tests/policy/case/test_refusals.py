"""Every command in every state, every command by every role, and a life that leads to every refusal."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from policy.case import commands as c
from policy.case import refusals as r
from policy.case.case import SYSTEM, Case, Category, Channel, Level, OutOfScopeKind, Priority, Role, Status
from policy.case.chats import ChatOver
from policy.case.commands import COMMANDS, Command
from policy.case.decision import Decision
from policy.case.duplicates import GoesOnIn
from policy.case.lifecycle import ALLOWED, ROLES, decide, open_case
from policy.case.remote_sessions import RemoteSessionNotOpen
from policy.terms.amendment import NothingToAmend, TermsChanged
from policy.terms.terms import Terms
from policy.visit import refusals as v
from policy.visit.visit import VisitStep
from tests.support.every import every
from tests.support.lives import (
    ADMIN,
    ANALYSIS,
    ANSWER,
    ASK,
    BEGIN_CHAT,
    CLAIM,
    COMMERCIAL,
    CONTACT,
    DIRECTOR,
    HAND_OFF,
    HELP_DESK,
    NO_WORDS,
    PREMIUM,
    RELEASE,
    REOPEN,
    REPLY,
    RESOLVE,
    SCHEDULE,
    SPECIALIST,
    STANDARD,
    TAKE_CHAT,
    TO_PROVIDER,
    UNCOVERED,
    WITHDRAW,
    WORDS,
    after,
    amend,
    attempt,
    bogota,
    call,
    commands,
    duplicate,
    exhausted,
    opened,
    opening,
    priority,
    transfer,
    visit_at,
)

# One case in each state, about equipment and with a provider involved, so that nothing but the state decides.
_CLAIM = opening(
    priority=Priority.SERIOUS,
    category=Category.QUESTION,
    serial_number="SN-1",
    equipment=c.Equipment(supplied_by_us=True),
)
_WITH_PROVIDER = replace(TO_PROVIDER, provider_case="G-0")
_WORKED = after(open_case(_CLAIM, terms=PREMIUM).case, ("09:01", _WITH_PROVIDER), terms=PREMIUM)
STATES: dict[Status, tuple[Case, Terms]] = {
    Status.HELD: (opened(terms=UNCOVERED), UNCOVERED),
    Status.NEW: (_WORKED, PREMIUM),
    Status.IN_PROGRESS: (after(_WORKED, ("09:02", REPLY), terms=PREMIUM), PREMIUM),
    Status.WAITING_CUSTOMER: (after(_WORKED, ("09:02", ASK), terms=PREMIUM), PREMIUM),
    Status.RESOLVED: (after(_WORKED, ("09:02", RESOLVE), terms=PREMIUM), PREMIUM),
    Status.CLOSED: (after(_WORKED, ("09:02", WITHDRAW), terms=PREMIUM), PREMIUM),
}
GOOD = {type(command): command for command in commands()}
WITHOUT: dict[type[Command], type[r.Refusal]] = {
    c.TakeChat: ChatOver,
    c.SayInChat: ChatOver,
    c.HandOverChat: ChatOver,
    c.EndChat: ChatOver,
    c.EndRemoteSession: RemoteSessionNotOpen,
    c.RecordAnalysis: r.AnalysisNotAwaited,
    c.RequestVisit: v.RemoteChannelsNotExhausted,
    c.ApproveVisit: v.NoVisitOpen,
    c.AcceptVisit: v.NoVisitOpen,
    c.ScheduleVisit: v.NoVisitOpen,
    c.CancelVisit: v.NoVisitOpen,
    c.StartVisit: v.NoVisitOpen,
    c.LogVisitExpense: v.NoVisitOpen,
    c.ReportVisit: v.NoVisitOpen,
    c.SignOffVisit: v.NoVisitOpen,
}
"""What needs more than a state, and what refuses it in the cases above, which have neither visit nor session."""

# The law in rows that a manager can read: h(eld) n(ew) i(n progress) w(aiting) r(esolved) c(losed).
WHEN_TAKEN = {
    c.ClaimCase: "niw",
    c.AssignCase: "niw",
    c.SendReply: "hniwr",
    c.AddNote: "hniwr",
    c.LogAttempt: "niw",
    c.LogCall: "niw",
    c.BeginChat: "niw",
    c.TakeChat: "niw",
    c.SayInChat: "niw",
    c.HandOverChat: "niw",
    c.EndChat: "niw",
    c.SetPriority: "niw",
    c.RequestInformation: "niw",
    c.AnswerAsCustomer: "hniw",
    c.RecordAnalysis: "hniw",
    c.HandOff: "niw",
    c.TransferCase: "niw",
    c.EscalateToProvider: "niw",
    c.UpdateFromProvider: "niw",
    c.LinkProviderIncident: "niw",
    c.RecordDiagnosis: "niw",
    c.StartRemoteSession: "niw",
    c.EndRemoteSession: "niw",
    c.RequestVisit: "niw",
    c.ApproveVisit: "niw",
    c.AcceptVisit: "niwr",
    c.ScheduleVisit: "niw",
    c.CancelVisit: "niw",
    c.StartVisit: "niw",
    c.LogVisitExpense: "niwr",
    c.ReportVisit: "niw",
    c.SignOffVisit: "niwr",
    c.CloseAsOutOfScope: "hniw",
    c.CloseAsDuplicate: "hniw",
    c.ResolveCase: "niw",
    c.ConfirmSolution: "r",
    c.ReopenCase: "r",
    c.WithdrawCase: "hniw",
    c.AmendTerms: "hniwr",
    c.RecordPage: "hniwr",
}
ONLY_RESOLVED = (c.ConfirmSolution, c.ReopenCase)


def refusal_expected(kind: type[Command], status: Status) -> type[r.Refusal] | None:
    """What the state alone says, a question to a customer who was asked already, and a visit that nobody asked for."""
    if status.value[0] in WHEN_TAKEN[kind]:
        asked_twice = kind is c.RequestInformation and status is Status.WAITING_CUSTOMER
        return r.AlreadyWaiting if asked_twice else WITHOUT.get(kind)
    if status is Status.CLOSED:
        return r.CaseClosed
    if kind in ONLY_RESOLVED:
        return r.CaseNotResolved
    return {Status.HELD: r.CaseHeld, Status.RESOLVED: r.CaseResolvedAlready}[status]


def answer(kind: type[Command], status: Status) -> Decision | r.Refusal:
    case, terms = STATES[status]
    try:
        return decide(case, GOOD[kind], terms=terms, at=bogota("09:10"))
    except r.Refusal as refusal:
        return refusal


class TestEveryCommand:
    @every("status", Status)
    @every("kind", COMMANDS)
    def test_in_every_state_is_decided_or_refused_as_the_table_says(self, kind: type[Command], status: Status) -> None:
        """A decision where it is taken; elsewhere the refusal that names the state."""
        answered = answer(kind, status)
        expected = refusal_expected(kind, status)
        assert isinstance(answered, Decision) if expected is None else type(answered) is expected

    @every("kind", COMMANDS)
    def test_has_its_row_in_the_table(self, kind: type[Command]) -> None:
        """The policy's own table says the same as the one written here."""
        assert ALLOWED[kind] == {status for status in Status if status.value[0] in WHEN_TAKEN[kind]}

    @pytest.mark.parametrize("status", list(Status))
    def test_finds_a_case_in_the_state_it_is_tried_on(self, status: Status) -> None:
        """The lives above led where they say."""
        assert STATES[status][0].status is status

    @pytest.mark.parametrize("status", list(Status))
    def test_that_is_refused_says_so_with_the_cases_number(self, status: Status) -> None:
        """State refusals fill in their message."""
        for refusal in (answer(kind, status) for kind in COMMANDS):
            if isinstance(refusal, r.Refusal) and not isinstance(refusal, v.RemoteChannelsNotExhausted):
                assert refusal.is_about_state
                assert "MA-2026-000001" in refusal.message.format(**refusal.values)


PEOPLE = {
    Role.CONTACT: CONTACT,
    Role.AGENT: replace(HELP_DESK, levels=(Level.HELP_DESK, Level.SPECIALISTS)),
    Role.DIRECTOR: DIRECTOR,
    Role.COMMERCIAL: COMMERCIAL,
    Role.ADMIN: ADMIN,
    Role.SYSTEM: SYSTEM,
}
CUSTOMERS = {
    c.AnswerAsCustomer,
    c.BeginChat,
    c.ConfirmSolution,
    c.ReopenCase,
    c.WithdrawCase,
    c.AcceptVisit,
    c.SignOffVisit,
}
BOTH = {c.OpenCase, c.SayInChat, c.EndChat, c.RequestVisit, c.ScheduleVisit, c.CancelVisit}
THEIRS: dict[type[Command], set[Role]] = {
    c.ApproveVisit: {Role.DIRECTOR},
    c.AmendTerms: {Role.DIRECTOR, Role.ADMIN},
    c.ReleaseCase: {Role.SYSTEM},
    c.RecordPage: {Role.AGENT, Role.DIRECTOR, Role.SYSTEM},
    c.AddNote: {Role.AGENT, Role.DIRECTOR, Role.SYSTEM},  # the system notes what comes by mail by itself
}
CHATTING = after(_WORKED, ("09:05", BEGIN_CHAT), terms=PREMIUM)
TAKEN = after(CHATTING, ("09:06", TAKE_CHAT), terms=PREMIUM)
_VISITS: dict[type[Command], Case] = {
    c.RequestVisit: exhausted(terms=PREMIUM),
    c.ApproveVisit: visit_at(VisitStep.REQUESTED, terms=PREMIUM),
    c.AcceptVisit: visit_at(VisitStep.QUOTED, terms=PREMIUM),
    c.ScheduleVisit: visit_at(VisitStep.SCHEDULED, terms=PREMIUM),
    c.CancelVisit: visit_at(VisitStep.SCHEDULED, terms=PREMIUM),
    c.StartVisit: visit_at(VisitStep.SCHEDULED, terms=PREMIUM),
    c.LogVisitExpense: visit_at(VisitStep.STARTED, terms=PREMIUM),
    c.ReportVisit: visit_at(VisitStep.STARTED, terms=PREMIUM),
    c.SignOffVisit: visit_at(VisitStep.REPORTED, terms=PREMIUM),
    c.TakeChat: CHATTING,
    c.SayInChat: TAKEN,
    c.HandOverChat: TAKEN,
    c.EndChat: TAKEN,
    c.RecordAnalysis: replace(_WORKED, lacks_analysis=True),
    c.EndRemoteSession: after(_WORKED, ("09:05", GOOD[c.StartRemoteSession]), terms=PREMIUM),
}


def roles_expected(kind: type[Command]) -> set[Role]:
    if kind in BOTH:
        return {Role.CONTACT, Role.AGENT, Role.DIRECTOR}
    return THEIRS.get(kind, {Role.CONTACT} if kind in CUSTOMERS else {Role.AGENT, Role.DIRECTOR})


def taking(kind: type[Command]) -> Case:
    """A case that takes the command; its visit, where one starts, is the agent's, and of that day."""
    if kind is c.StartVisit:
        of_today = replace(SCHEDULE, engineer_id=HELP_DESK.id, starts_at=bogota("11:00"))
        return after(visit_at(VisitStep.AGREED, terms=PREMIUM), ("09:25", of_today), terms=PREMIUM)
    resolved, in_progress = STATES[Status.RESOLVED][0], STATES[Status.IN_PROGRESS][0]
    return _VISITS.get(kind, resolved if kind in ONLY_RESOLVED else in_progress)


class TestEveryRole:
    @every("kind, role", product(COMMANDS, Role))
    def test_may_give_exactly_its_commands(self, kind: type[Command], role: Role) -> None:
        """Whoever is not named may not, whatever the state."""
        command, case = replace(GOOD[kind], by=PEOPLE[role]), taking(kind)
        if case.chat and case.chat.agent_id:
            case = replace(case, chat=replace(case.chat, agent_id=PEOPLE[Role(role)].id))
        if role in roles_expected(kind):
            assert decide(case, command, terms=PREMIUM, at=case.last_at).entries[0].by.role is role
        else:
            with pytest.raises(r.RoleNotAllowed):
                decide(case, command, terms=PREMIUM, at=case.last_at)

    @pytest.mark.parametrize("role", list(Role))
    def test_may_release_a_case_or_not(self, role: Role) -> None:
        """Nobody asks for it: it happens when the cover comes."""
        released = replace(RELEASE, by=PEOPLE[role])
        if role in roles_expected(c.ReleaseCase):
            assert decide(opened(terms=UNCOVERED), released, terms=UNCOVERED, at=bogota("09:10")).case.turn == 2
        else:
            with pytest.raises(r.RoleNotAllowed):
                decide(opened(terms=UNCOVERED), released, terms=UNCOVERED, at=bogota("09:10"))

    @pytest.mark.parametrize("role", list(Role))
    def test_may_open_a_case_or_not(self, role: Role) -> None:
        """A contact, or an agent who writes down what came by telephone."""
        if role in roles_expected(c.OpenCase):
            assert open_case(opening(by=PEOPLE[role]), terms=STANDARD).case.turn == 1
        else:
            with pytest.raises(r.RoleNotAllowed):
                open_case(opening(by=PEOPLE[role]), terms=STANDARD)

    def test_may_not_give_a_command_that_nobody_listed(self) -> None:
        """Default deny."""
        with pytest.raises(r.RoleNotAllowed):
            decide(opened(), Command(by=DIRECTOR), terms=STANDARD, at=bogota("09:10"))

    @every("kind", [c.OpenCase, *COMMANDS, c.ReleaseCase])
    def test_is_listed_for_every_command(self, kind: type[Command]) -> None:
        """No command was forgotten."""
        assert ROLES[kind] == roles_expected(kind)

    def test_is_told_before_the_state_is(self) -> None:
        """Who may not ask learns nothing about the case."""
        case, terms = STATES[Status.CLOSED]
        with pytest.raises(r.RoleNotAllowed):
            decide(case, replace(CLAIM, by=CONTACT), terms=terms, at=bogota("09:10"))


LEVEL_3 = after(opened(), ("09:01", HAND_OFF), ("09:02", HAND_OFF))
CLAIMED = after(opened(), ("09:01", CLAIM))
RESOLVED = after(opened(), ("09:01", RESOLVE))
OUT_OF_SCOPE = c.CloseAsOutOfScope(by=HELP_DESK, kind=OutOfScopeKind.DATA_LOAD, reason=WORDS)
LINK = GOOD[c.LinkProviderIncident]
LINKED = after(opened(), ("09:01", LINK))
IN_GROUP = after(opened(terms=PREMIUM), ("09:01", transfer("sig")), terms=PREMIUM)
SITUATIONS: tuple[tuple[type[r.Refusal], str | None, Case | None, Command, str], ...] = (
    (r.RoleNotAllowed, None, opened(), replace(CLAIM, by=ADMIN), "09:10"),
    (r.CaseClosed, None, after(opened(), ("09:01", WITHDRAW)), CLAIM, "09:10"),
    (r.CaseResolvedAlready, "ESC-14", RESOLVED, CLAIM, "09:10"),
    (r.CaseNotResolved, "ESC-14", opened(), REOPEN, "09:10"),
    (r.CaseHeld, "WAR-3", opened(terms=UNCOVERED), CLAIM, "09:10"),
    (r.CaseNotHeld, "WAR-3", opened(), RELEASE, "09:10"),
    (r.AlreadyClaimed, None, CLAIMED, CLAIM, "09:10"),
    (r.AlreadyAtHighestLevel, "ESC-7", LEVEL_3, HAND_OFF, "09:10"),
    (r.AnalysisNotAwaited, "REQ-5", opened(), ANALYSIS, "09:10"),
    (r.AlreadyWaiting, "ESC-10", after(opened(), ("09:01", ASK)), ASK, "09:10"),
    (r.AgentDoesNotServe, "ESC-8", opened(), c.AssignCase(by=HELP_DESK, agent_id="agent-2", to=SPECIALIST), "09:10"),
    (r.LevelNotServed, "ESC-5", opened(), c.ClaimCase(by=SPECIALIST), "09:10"),
    (r.GroupNotServed, "ESC-8", IN_GROUP, c.ClaimCase(by=replace(HELP_DESK, groups=("rastreo",))), "09:10"),
    (r.ChannelNotInPlan, "PLAN-7", None, opening(channel=Channel.PHONE), "09:00"),
    (r.PriorAnalysisMissing, "REQ-5", None, opening(prior_analysis=NO_WORDS), "09:00"),
    (r.DescriptionMissing, "SCOPE-1", None, opening(title=NO_WORDS), "09:00"),
    (r.TextMissing, None, opened(), c.AddNote(by=HELP_DESK, body=NO_WORDS), "09:10"),
    (r.TextMissing, "ESC-12", opened(), replace(REPLY, body=NO_WORDS), "09:10"),
    (r.TextMissing, "ONS-4", opened(), replace(attempt(), summary=NO_WORDS), "09:10"),
    (r.CallToCome, "ONS-4", opened(), call(at="09:10"), "09:10"),
    (r.TextMissing, "ESC-10", opened(), replace(ASK, body=NO_WORDS), "09:10"),
    (r.TextMissing, "ESC-10", opened(), replace(ANSWER, body=NO_WORDS), "09:10"),
    (r.TextMissing, "ESC-14", opened(), replace(RESOLVE, summary=NO_WORDS), "09:10"),
    (r.TextMissing, "ESC-9", opened(), c.UpdateFromProvider(by=HELP_DESK, body=NO_WORDS), "09:10"),
    (r.ReasonMissing, "ESC-7", opened(), replace(HAND_OFF, reason=NO_WORDS), "09:10"),
    (r.ReasonMissing, "ESC-8", opened(), replace(transfer("sig"), reason=NO_WORDS), "09:10"),
    (r.ReasonMissing, "PRI-5", opened(), replace(priority(Priority.LOW), reason=NO_WORDS), "09:10"),
    (r.ReasonMissing, "ESC-14", RESOLVED, replace(REOPEN, reason=NO_WORDS), "09:20"),
    (r.ReasonMissing, "SCOPE-5", opened(), replace(OUT_OF_SCOPE, reason=NO_WORDS), "09:10"),
    (r.ReasonMissing, "PLAN-15", opened(), replace(amend(STANDARD), reason=NO_WORDS), "09:10"),
    (r.FunctionalEscalationNotInPlan, "ESC-8", opened(), transfer("sig"), "09:10"),
    (r.UnknownGroup, "ESC-8", opened(), transfer("astrology"), "09:10"),
    (r.GroupHasIt, "ESC-8", IN_GROUP, transfer("sig"), "09:10"),
    (r.TransferTargetUnclear, "ESC-8", opened(), transfer(level=Level.SPECIALISTS), "09:10"),
    (r.ProviderNotInvolved, "ESC-9", opened(), c.UpdateFromProvider(by=HELP_DESK, body=WORDS), "09:10"),
    (r.ProviderCaseMissing, "ESC-9", opened(), replace(TO_PROVIDER, provider_case=" "), "09:10"),
    (r.ProviderCaseMissing, "ESC-9", opened(), replace(TO_PROVIDER, provider=""), "09:10"),
    (r.ProviderCaseKnown, "ESC-9", after(opened(), ("09:01", TO_PROVIDER)), TO_PROVIDER, "09:10"),
    (r.ProviderIncidentAlreadyLinked, "SCOPE-6", LINKED, LINK, "09:10"),
    (NothingToAmend, "PLAN-15", opened(), amend(STANDARD), "09:10"),
    (TermsChanged, "PLAN-15", opened(), amend(STANDARD, instead_of=PREMIUM), "09:10"),
    (r.DuplicateOfItself, "ESC-18", opened(), c.CloseAsDuplicate(by=HELP_DESK, of="MA-2026-000001"), "09:10"),
    (r.DuplicateInCircle, "ESC-18", opened(), duplicate(GoesOnIn("MA-2026-000001", Status.NEW)), "09:10"),
    (r.DuplicateOfEnded, "ESC-18", opened(), duplicate(GoesOnIn("MA-2026-000002", Status.RESOLVED)), "09:10"),
    (r.ReopeningTooLate, "ESC-14", RESOLVED, REOPEN, "2026-12-02 17:00"),
)
"""Refusal, its rule, the case (None: an opening), the command and when."""
FUNCTIONAL = {r.UnknownGroup, r.TransferTargetUnclear, r.GroupHasIt}


def ask(case: Case | None, command: Command, terms: Terms, at: str) -> Decision:
    if isinstance(command, c.OpenCase):
        return open_case(command, terms=terms)
    assert case
    return decide(case, command, terms=terms, at=bogota(at))


class TestARefusal:
    @pytest.mark.parametrize(
        ("refusal", "rule", "case", "command", "at"),
        [
            pytest.param(*row, id=f"{n}-{row[0].__name__}", marks=[pytest.mark.rule(row[1])] if row[1] else [])
            for n, row in enumerate(SITUATIONS)
        ],
    )
    def test_names_its_rule_in_a_sentence(
        self, refusal: type[r.Refusal], rule: str | None, case: Case | None, command: Command, at: str
    ) -> None:
        """The situation, the rule's id, and a message whose blanks are all filled."""
        terms = PREMIUM if refusal in FUNCTIONAL else STANDARD
        with pytest.raises(refusal) as refused:
            ask(case, command, terms, at)
        assert refused.value.rule == rule
        assert refused.value.message.format(**refused.value.values)

    def test_is_found_in_the_table_above_whichever_it_is(self) -> None:
        """Every refusal of the core has its situation."""
        core = {kind for kind in vars(r).values() if isinstance(kind, type) and issubclass(kind, r.Refusal)}
        assert core - {r.Refusal, r.StateRefusal} == {row[0] for row in SITUATIONS} - {NothingToAmend, TermsChanged}

    def test_has_a_public_name(self) -> None:
        """The class in kebab-case, by which it is found again."""
        assert r.ChannelNotInPlan.name == "channel-not-in-plan"
        assert r.Refusal.known["channel-not-in-plan"] is r.ChannelNotInPlan
