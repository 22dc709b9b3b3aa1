"""A case's life: `open_case`, `decide` (a command) and `elapse` (time), the three questions anybody may ask the policy.

Each takes the instant as `at` and the pinned `terms`, and answers a `Decision` or raises a `Refusal`. The same function
serves the validator and the handler, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from policy.case import chats, duplicates, escalation, information, remote_sessions, scope
from policy.case import commands as c
from policy.case import facts as f
from policy.case.case import (
    SYSTEM,
    WORKED_ON,
    Actor,
    Attempt,
    Case,
    Category,
    Cause,
    Channel,
    ClosingReason,
    Level,
    Outcome,
    Role,
    Status,
    WaitingFor,
)
from policy.case.decision import Change, Decision, Origin, decided, require_reason, require_text
from policy.case.duplicates import GoesOnIn
from policy.case.refusals import (
    AgentDoesNotServe,
    AlreadyClaimed,
    AlreadyWaiting,
    AnalysisNotAwaited,
    CallToCome,
    CaseClosed,
    CaseHeld,
    CaseNotHeld,
    CaseNotResolved,
    CaseResolvedAlready,
    ChannelNotInPlan,
    DescriptionMissing,
    GroupNotServed,
    LevelNotServed,
    PriorAnalysisMissing,
    ReopeningTooLate,
    RoleNotAllowed,
    StateRefusal,
)
from policy.cover import equipment
from policy.people.groups import serves
from policy.terms import amendment
from policy.terms.terms import CoverKind, Terms
from policy.visit import on_site
from policy.visit.refusals import CustomerDecides, DirectorDecides
from policy.visit.visit import Side

_DIRECTOR = frozenset({Role.DIRECTOR})
_WORKERS = frozenset({Role.AGENT}) | _DIRECTOR
_CUSTOMER = frozenset({Role.CONTACT})

ROLES: Mapping[type[c.Command], frozenset[Role]] = {
    c.OpenCase: _WORKERS | _CUSTOMER,
    c.ClaimCase: _WORKERS,
    c.AssignCase: _WORKERS,
    c.SendReply: _WORKERS,
    c.AddNote: _WORKERS | {Role.SYSTEM},
    c.LogAttempt: _WORKERS,
    c.LogCall: _WORKERS,
    c.BeginChat: _CUSTOMER,
    c.TakeChat: _WORKERS,
    c.SayInChat: _WORKERS | _CUSTOMER,
    c.HandOverChat: _WORKERS,
    c.EndChat: _WORKERS | _CUSTOMER,
    c.SetPriority: _WORKERS,
    c.RequestInformation: _WORKERS,
    c.AnswerAsCustomer: _CUSTOMER,
    c.RecordAnalysis: _WORKERS,
    c.HandOff: _WORKERS,
    c.TransferCase: _WORKERS,
    c.EscalateToProvider: _WORKERS,
    c.UpdateFromProvider: _WORKERS,
    c.LinkProviderIncident: _WORKERS,
    c.RecordDiagnosis: _WORKERS,
    c.StartRemoteSession: _WORKERS,
    c.EndRemoteSession: _WORKERS,
    c.RequestVisit: _WORKERS | _CUSTOMER,
    c.ApproveVisit: _DIRECTOR,
    c.AcceptVisit: _CUSTOMER,
    c.ScheduleVisit: _WORKERS | _CUSTOMER,
    c.CancelVisit: _WORKERS | _CUSTOMER,
    c.StartVisit: _WORKERS,
    c.LogVisitExpense: _WORKERS,
    c.ReportVisit: _WORKERS,
    c.SignOffVisit: _CUSTOMER,
    c.CloseAsOutOfScope: _WORKERS,
    c.CloseAsDuplicate: _WORKERS,
    c.ResolveCase: _WORKERS,
    c.ConfirmSolution: _CUSTOMER,
    c.ReopenCase: _CUSTOMER,
    c.WithdrawCase: _CUSTOMER,
    c.AmendTerms: _DIRECTOR | {Role.ADMIN},
    c.ReleaseCase: frozenset({Role.SYSTEM}),
    c.RecordPage: _WORKERS | {Role.SYSTEM},
}
"""Who may give which command; whoever is not named may not."""

_REFUSED_ROLES: Mapping[type[c.Command], type[RoleNotAllowed]] = {
    c.ApproveVisit: DirectorDecides,
    c.AcceptVisit: CustomerDecides,
    c.SignOffVisit: CustomerDecides,
}

_WORKED_ON = frozenset(WORKED_ON)
_OPEN = _WORKED_ON | {Status.HELD}
_CLOCKS_APART = timedelta(minutes=1)
"""How much a telephone's clock may be ahead of ours."""

ALLOWED: Mapping[type[c.Command], frozenset[Status]] = {
    c.ClaimCase: _WORKED_ON,
    c.AssignCase: _WORKED_ON,
    c.SendReply: _OPEN | {Status.RESOLVED},
    c.AddNote: _OPEN | {Status.RESOLVED},
    c.LogAttempt: _WORKED_ON,
    c.LogCall: _WORKED_ON,
    c.BeginChat: _WORKED_ON,
    c.TakeChat: _WORKED_ON,
    c.SayInChat: _WORKED_ON,
    c.HandOverChat: _WORKED_ON,
    c.EndChat: _WORKED_ON,
    c.SetPriority: _WORKED_ON,
    c.RequestInformation: _WORKED_ON,
    c.AnswerAsCustomer: _OPEN,
    c.RecordAnalysis: _OPEN,
    c.HandOff: _WORKED_ON,
    c.TransferCase: _WORKED_ON,
    c.EscalateToProvider: _WORKED_ON,
    c.UpdateFromProvider: _WORKED_ON,
    c.LinkProviderIncident: _WORKED_ON,
    c.RecordDiagnosis: _WORKED_ON,
    c.StartRemoteSession: _WORKED_ON,
    c.EndRemoteSession: _WORKED_ON,
    c.RequestVisit: _WORKED_ON,
    c.ApproveVisit: _WORKED_ON,
    c.AcceptVisit: _WORKED_ON | {Status.RESOLVED},
    c.ScheduleVisit: _WORKED_ON,
    c.CancelVisit: _WORKED_ON,
    c.StartVisit: _WORKED_ON,
    c.LogVisitExpense: _WORKED_ON | {Status.RESOLVED},
    c.ReportVisit: _WORKED_ON,
    c.SignOffVisit: _WORKED_ON | {Status.RESOLVED},
    c.CloseAsOutOfScope: _OPEN,
    c.CloseAsDuplicate: _OPEN,
    c.ResolveCase: _WORKED_ON,
    c.ConfirmSolution: frozenset({Status.RESOLVED}),
    c.ReopenCase: frozenset({Status.RESOLVED}),
    c.WithdrawCase: _OPEN,
    c.AmendTerms: _OPEN | {Status.RESOLVED},
    c.ReleaseCase: frozenset({Status.HELD}),
    c.RecordPage: _OPEN | {Status.RESOLVED},
}
"""In which states each command is taken."""


def open_case(command: c.OpenCase, *, terms: Terms) -> Decision:
    """Open a case at the instant it was received: level 1, its clocks running, or held where there is no cover.

    Refuses a channel the plan does not hold (REQ-7), an empty prior analysis (REQ-5) unless it is asked for by mail
    afterwards, an empty title or description, and a claim on equipment that lacks what it needs (WAR-4).
    """
    check_role(type(command), command.by.role)
    if command.channel not in terms.channels:
        raise ChannelNotInPlan(
            plan=terms.plan, channel=command.channel.value, channels=", ".join(_words(terms.channels))
        )
    if command.title.characters <= 0 or command.description.characters <= 0:
        raise DescriptionMissing
    if command.prior_analysis.characters <= 0 and not command.analysis_follows:
        raise PriorAnalysisMissing
    equipment.check_claim(command)
    at = command.received_at
    case = Case(
        number=command.number,
        status=Status.NEW,
        level=Level.HELP_DESK,
        priority=command.proposed_priority,
        customer_id=command.customer_id,
        contact_id=command.contact_id,
        solution_id=command.solution_id,
        channel=command.channel,
        category=command.category,
        serial_number=command.serial_number,
        is_equipment=command.equipment is not None,
        follows=command.follows,
        lacks_analysis=command.prior_analysis.characters <= 0,
        opened_at=at,
        last_at=at,
    )
    opened = f.CaseOpened(
        plan=terms.plan,
        cover=terms.cover.kind,
        priority=case.priority,
        channel=case.channel,
        category=case.category,
        title=command.title,
        description=command.description,
        prior_analysis=command.prior_analysis,
        architecture_help=terms.architecture_help if case.category is Category.ARCHITECTURE else None,
        follows=case.follows,
    )
    if terms.cover.kind is CoverKind.NONE:
        until = terms.business_days.after_business_days(at, terms.held_for_business_days)
        held = replace(case, status=Status.HELD, held_until=until)
        return decided(None, (held, (opened, f.CaseHeld(until=until))), Origin(command.by, at), terms=terms)
    started, facts = escalation.start_clocks(case, at=at, terms=terms), (opened,)
    if command.begins_chat:
        started, begun = chats.begin(started, command.by, at=at, terms=terms)
        return decided(None, (started, (*facts, *begun)), Origin(command.by, at), terms=terms)
    return decided(None, (started, facts), Origin(command.by, at), terms=terms)


def decide(case: Case, command: c.Command, *, terms: Terms, at: datetime) -> Decision:
    """Apply `command` at `at`, once all that fell due before is settled. Refuses by role, then state, then rule."""
    check_role(type(command), command.by.role)
    _check_state(case, command)
    match command:
        case c.ReleaseCase():
            return _release(case, command, at=at)
        case c.AmendTerms():
            amended = amendment.amended_terms(terms, command.terms)
            change = amendment.amend(case, command, terms=terms, amended=amended, at=at)
            return decided(case, change, Origin(command.by, at), terms=terms, replaced=amended)
        case c.CloseAsDuplicate(last=GoesOnIn(number=goes_on_in)):
            change = _apply(case, command, terms=terms, at=at)
            closed = decided(case, change, Origin(command.by, at), terms=terms)
            return replace(closed, goes_on_in=goes_on_in)
        case _:
            return decided(case, _apply(case, command, terms=terms, at=at), Origin(command.by, at), terms=terms)


def elapse(case: Case, *, terms: Terms, at: datetime) -> Decision:
    """Let happen what falls due at `case.next_wake_at`, which is not after `at` (ESC-15).

    One due instant makes one turn, but for a second warning or term of a visit at that instant, which makes another.
    """
    due_at = case.next_wake_at
    if due_at is None or due_at > at:
        raise ValueError(f"nothing of case {case.number} is due at {at}")
    facts: tuple[f.Fact, ...] = ()
    before = case
    for case, happened in _wakes(case, due_at, terms=terms, at=at):  # noqa: B007, B020 - each wake sees the one before
        facts += happened
    if case.next_wake_at == due_at and not facts:  # else it would be due for ever, a turn after the other
        raise ValueError(f"no rule takes what is due of case {case.number} at {due_at}")
    return decided(before, (case, facts), Origin(SYSTEM, at, due_at), terms=terms)


def settle(case: Case, *, terms: Terms, at: datetime) -> Iterator[Decision]:
    """All that has fallen due by `at`, a decision for each due instant, in order (ESC-15)."""
    while case.next_wake_at is not None and case.next_wake_at <= at:
        decision = elapse(case, terms=terms, at=at)
        case = decision.case
        yield decision


def _wakes(case: Case, due_at: datetime, *, terms: Terms, at: datetime) -> Iterator[Change]:
    change = escalation.warn(case, due_at, terms=terms)
    yield change
    yield (change := escalation.miss_attention(change[0], due_at))
    yield (change := escalation.reach_limit(change[0], due_at, terms=terms))
    yield (change := escalation.repeat_overdue(change[0], due_at, at=at, terms=terms))
    yield (change := on_site.pass_time(change[0], due_at, at=at, terms=terms))
    yield (change := information.remind(change[0], due_at))
    yield (change := chats.pass_time(change[0], due_at))
    case = change[0]
    if case.question and case.question.answer_by == due_at:
        yield _unanswered(case, at=due_at, terms=terms)
    elif case.reopen_until == due_at and not on_site.is_open(case):
        yield _close(case, f.CaseClosed(reason=ClosingReason.UNANSWERED), at=at, terms=terms)
    elif case.held_until == due_at:
        yield _close(case, f.CaseClosed(reason=ClosingReason.NOT_COVERED), at=at, terms=terms)


# -- who and when -----------------------------------------------------------------------------------------------------


def check_role(command: type[c.Command], role: Role) -> None:
    """Refuse a role that may never give this command."""
    if role not in ROLES.get(command, frozenset()):
        raise _REFUSED_ROLES.get(command, RoleNotAllowed)


def _check_state(case: Case, command: c.Command) -> None:
    if case.status in ALLOWED[type(command)]:
        return
    refusals: dict[Status, type[StateRefusal]] = {
        Status.CLOSED: CaseClosed,
        Status.RESOLVED: CaseResolvedAlready,
        Status.HELD: CaseHeld,
    }
    if ALLOWED[type(command)] == {Status.RESOLVED} and case.status is not Status.CLOSED:
        raise CaseNotResolved(number=case.number)
    raise refusals.get(case.status, CaseNotHeld)(number=case.number)


# -- commands ---------------------------------------------------------------------------------------------------------


def _apply(case: Case, command: c.Command, *, terms: Terms, at: datetime) -> Change:
    match command:
        case c.ClaimCase():
            return _claim(case, command)
        case c.AssignCase():
            _check_taker(case, command.to)
            return _assigned(case, command.agent_id), (f.CaseAssigned(agent_id=command.agent_id),)
        case c.SendReply():
            require_text(command.body, "ESC-12")
            return _answered(case, f.ReplySent(body=command.body), at=at, terms=terms)
        case c.AddNote():
            require_text(command.body)
            return case, (f.NoteAdded(body=command.body, mentions=command.mentions),)
        case c.LogAttempt():
            return _log_attempt(case, command, at=at, terms=terms)
        case c.LogCall():
            return _log_call(case, command, at=at, terms=terms)
        case c.BeginChat():
            return _begin_chat(case, command, at=at, terms=terms)
        case c.TakeChat():
            _check_serves(case, command.by)
            return chats.take(_begun(case), command.by)
        case c.SayInChat():
            return _said_in_chat(case, command, at=at, terms=terms)
        case c.HandOverChat():
            _check_taker(case, command.to)
            return chats.hand_over(_begun(case), command)
        case c.EndChat():
            return chats.end(case, command)
        case c.SetPriority():
            return escalation.set_priority(case, command, at=at, terms=terms)
        case c.RequestInformation():
            return _request_information(case, command, at=at, terms=terms)
        case c.AnswerAsCustomer():
            return _customer_answered(case, command, at=at, terms=terms)
        case c.RecordAnalysis():
            return _record_analysis(case, command, at=at, terms=terms)
        case c.HandOff():
            return escalation.hand_off_by_hand(case, command, at=at, terms=terms)
        case c.TransferCase():
            return escalation.transfer(case, command, at=at, terms=terms)
        case c.EscalateToProvider():
            return escalation.escalate_to_provider(case, command, terms=terms)
        case c.UpdateFromProvider():
            return escalation.update_from_provider(case, command)
        case c.LinkProviderIncident():
            return escalation.link_provider_incident(case, command)
        case c.RecordDiagnosis():
            return _diagnose(case, command, at=at, terms=terms)
        case c.StartRemoteSession():
            return remote_sessions.start(_begun(case), command, at=at)
        case c.EndRemoteSession():
            return remote_sessions.end(case, command)
        case c.RequestVisit():
            return on_site.request(case, command, at=at, terms=terms)
        case c.ApproveVisit():
            return on_site.approve(_begun(case), command, at=at, terms=terms)
        case c.AcceptVisit():
            return on_site.accept(case, command, at=at, terms=terms)
        case c.ScheduleVisit():
            return on_site.schedule(case, command, at=at, terms=terms)
        case c.CancelVisit():
            return on_site.cancel(case, command, at=at, terms=terms)
        case c.StartVisit():
            return on_site.start(case, command, at=at, terms=terms)
        case c.LogVisitExpense():
            return on_site.log_expense(case, command, at=at, terms=terms)
        case c.ReportVisit():
            return on_site.report(case, command, at=at, terms=terms)
        case c.SignOffVisit():
            return on_site.sign_off(case, at=at, terms=terms)
        case c.RecordPage(step=step, about=about, level=level, person_id=person):
            return case, (f.DutyPaged(step=step, about=about, level=level, person_id=person),)
        case c.ResolveCase():
            return _resolve(case, command, at=at, terms=terms)
        case c.ReopenCase():
            return _reopen(case, command, at=at, terms=terms)
        case _:
            return _end(case, _closing(case, command), command.by.role, at=at, terms=terms)


def _claim(case: Case, command: c.ClaimCase) -> Change:
    if case.assignee is not None:
        raise AlreadyClaimed(number=case.number, assignee=case.assignee)
    _check_serves(case, command.by)
    return _assigned(case, command.by.id), (f.CaseClaimed(agent_id=command.by.id),)


def _check_serves(case: Case, by: Actor) -> None:
    if by.role is Role.AGENT and not serves(by.levels, by.groups, level=case.level, group=case.group):
        if case.group is not None and by.groups:
            raise GroupNotServed(group=case.group)
        raise LevelNotServed(level=int(case.level))


def _check_taker(case: Case, taker: Actor | None) -> None:
    """Refuse to give the case to somebody who does not serve it where it is by now (ESC-8)."""
    if taker is None or taker.role is not Role.AGENT:
        return
    if not serves(taker.levels, taker.groups, level=case.level, group=case.group):
        raise AgentDoesNotServe(agent=taker.id, number=case.number, level=int(case.level), group=case.group or "-")


def _assigned(case: Case, agent_id: str) -> Case:
    return replace(_begun(case), assignee=agent_id)


def _begun(case: Case) -> Case:
    return replace(case, status=Status.IN_PROGRESS) if case.status is Status.NEW else case


def _answered(case: Case, fact: f.Fact, *, at: datetime, terms: Terms) -> Change:
    """A human answer that the customer can see: the first one meets the initial attention (ESC-12)."""
    attended, first = escalation.give_attention(_begun(case), at=at, terms=terms)
    return attended, (fact, *first)


def _log_attempt(case: Case, command: c.LogAttempt, *, at: datetime, terms: Terms) -> Change:
    require_text(command.summary, "ONS-4")
    case = replace(case, attempts=_with_attempt(case.attempts, Attempt(command.channel, command.outcome)))
    logged = f.AttemptLogged(channel=command.channel, outcome=command.outcome, summary=command.summary)
    spoke = _is_spoken(command.channel) and command.outcome is not Outcome.NO_ANSWER
    return _answered(case, logged, at=at, terms=terms) if spoke else (_begun(case), (logged,))


def _log_call(case: Case, command: c.LogCall, *, at: datetime, terms: Terms) -> Change:
    """A call that somebody took is an answer to the customer; one that solved nothing is a try on the telephone.

    A call of the customer's that nobody took is neither: support spoke with nobody, and tried nothing. Who was spoken
    with since a question was asked is waited for no more, as by a line in the chat (ESC-10); else the customer would be
    reminded of what it has told, and its case resolved as unanswered.
    """
    require_text(command.summary, "ONS-4")
    over_at, spoke = command.started_at + command.lasted, command.outcome is not Outcome.NO_ANSWER
    if over_at > at + _CLOCKS_APART:
        raise CallToCome
    ends_wait = bool(spoke and terms.edition >= 4 and case.question and over_at >= case.question.asked_at)
    logged = f.CallLogged(
        direction=command.direction,
        contact_id=command.contact_id,
        outcome=command.outcome,
        summary=command.summary,
        started_at=command.started_at,
        lasted=command.lasted,
        ends_wait=ends_wait,
    )
    if logged.channel:
        case = replace(case, attempts=_with_attempt(case.attempts, Attempt(logged.channel, command.outcome)))
    if ends_wait:
        case = _no_longer_asked(case, at=at, terms=terms)
    return _answered(case, logged, at=at, terms=terms) if spoke else (_begun(case), (logged,))


def _begin_chat(case: Case, command: c.BeginChat, *, at: datetime, terms: Terms) -> Change:
    """A contact comes to the chat with its first line, which answers what was asked like any other."""
    begun, waits = chats.begin(case, command.by, at=at, terms=terms)
    first = c.SayInChat(by=command.by, body=command.body, says_more=command.says_more)
    said, line = _said_in_chat(begun, first, at=at, terms=terms)
    return said, (*waits, *line)


def _said_in_chat(case: Case, command: c.SayInChat, *, at: datetime, terms: Terms) -> Change:
    """A line of ours is a human answer (ESC-12); the customer's is what the case waited for, if it did (ESC-10)."""
    said, line = chats.say(case, command, at=at, terms=terms)
    if command.by.role is Role.CONTACT:
        brings = case.lacks_analysis and command.says_more
        said = replace(said, lacks_analysis=case.lacks_analysis and not brings)
        return _no_longer_asked(said, at=at, terms=terms), (replace(line, brings_analysis=brings),)
    attended, first = escalation.give_attention(_begun(said), at=at, terms=terms)
    return attended, (line, *first)


def _is_spoken(channel: Channel) -> bool:
    """Whether a try on the channel that was answered is a human answer to the customer (ESC-12)."""
    match channel:
        case Channel.PHONE | Channel.CHAT:
            return True
        case Channel.WEB | Channel.EMAIL:
            return False
        case _:
            assert_never(channel)


def _with_attempt(attempts: tuple[Attempt, ...], attempt: Attempt) -> tuple[Attempt, ...]:
    return attempts if attempt in attempts else (*attempts, attempt)


def _request_information(case: Case, command: c.RequestInformation, *, at: datetime, terms: Terms) -> Change:
    require_text(command.body, "ESC-10")
    if WaitingFor.INFORMATION in case.waits:
        raise AlreadyWaiting(number=case.number)
    asked = information.wait(case, at=at, terms=terms)
    answer_by = asked.question.answer_by if asked.question else None
    return _answered(asked, f.InformationRequested(body=command.body, answer_by=answer_by), at=at, terms=terms)


def _customer_answered(case: Case, command: c.AnswerAsCustomer, *, at: datetime, terms: Terms) -> Change:
    """What the case was opened without is the first answer that is more than thanks (REQ-5)."""
    require_text(command.body, "ESC-10")
    brings = case.lacks_analysis and command.says_more
    case = replace(case, lacks_analysis=case.lacks_analysis and not brings)
    return _no_longer_asked(case, at=at, terms=terms), (f.CustomerAnswered(body=command.body, brings_analysis=brings),)


def _record_analysis(case: Case, command: c.RecordAnalysis, *, at: datetime, terms: Terms) -> Change:
    """It is the customer's word, whoever wrote it down, and ends its wait as any other does (ESC-10)."""
    require_text(command.body, "REQ-5")
    if not case.lacks_analysis:
        raise AnalysisNotAwaited(number=case.number)
    recorded = f.AnalysisRecorded(channel=command.channel, body=command.body)
    return _no_longer_asked(replace(case, lacks_analysis=False), at=at, terms=terms), (recorded,)


def _no_longer_asked(case: Case, *, at: datetime, terms: Terms) -> Case:
    if WaitingFor.INFORMATION not in case.waits:
        return case
    return information.stop_waiting(case, at=at, terms=terms)


def _diagnose(case: Case, command: c.RecordDiagnosis, *, at: datetime, terms: Terms) -> Change:
    """Record the diagnosis; what is no manufacturing defect is denied with it, and the case ends (WAR-4)."""
    case, diagnosed = equipment.diagnose(_begun(case), command)
    if command.cause is Cause.MANUFACTURING_DEFECT:
        return case, diagnosed
    denied = f.CaseClosed(reason=ClosingReason.NOT_COVERED, words=command.summary)
    case, ended = _end(case, denied, command.by.role, at=at, terms=terms)
    return case, (*diagnosed, *ended)


def _release(case: Case, command: c.ReleaseCase, *, at: datetime) -> Decision:
    """Let a held case go on under the cover that came: its clocks start when the case was covered (WAR-3).

    A case released late is released as of then, for the customer's time counted on (ESC-15), whatever was written
    meanwhile; never before it was opened, and never ahead of `at`, whatever another machine's clock said. It stays
    where its plan does not hold the channel by which it came (PLAN-7).
    """
    terms = command.terms
    if terms.cover.kind is CoverKind.NONE:
        raise CaseHeld(number=case.number)
    since = max(command.counts_from or command.covered_at, case.opened_at if command.counts_from else case.last_at)
    due_at = min(since, at)
    released = replace(case, status=Status.NEW, held_until=None)
    released = escalation.start_clocks(released, at=due_at, terms=terms)
    fact = f.CaseReleased(plan=terms.plan, cover=terms.cover.kind)
    if case.channel not in terms.channels:
        fact = replace(fact, came_by=case.channel, channels=tuple(terms.channels))
    change = released, (fact,)
    return decided(case, change, Origin(command.by, at, due_at), terms=terms, replaced=terms)


def _resolve(case: Case, command: c.ResolveCase, *, at: datetime, terms: Terms) -> Change:
    require_text(command.summary, "ESC-14")
    equipment.check_resolution(case, terms=terms)
    case, before = _wound_up(case, Side.SUPPORT, at=at, terms=terms, is_resolution=True)
    case, until = _resolved(case, at=at, terms=terms)
    answered, facts = _answered(case, f.CaseResolved(summary=command.summary, reopen_until=until), at=at, terms=terms)
    return escalation.stop_clocks(answered, at=at, terms=terms), (*before, *facts)


def _unanswered(case: Case, *, at: datetime, terms: Terms) -> Change:
    """The customer did not answer what it was asked in time: the case is resolved so (ESC-16).

    A visit that goes on keeps it from that: then only the wait is over, and the case goes on by its visit.
    """
    if on_site.goes_on(case):
        return information.lapse(case, at=at, terms=terms)
    case, session = remote_sessions.end_with_case(case)
    case, chat = chats.end_with_case(case)
    before = (*session, *chat)
    case, until = _resolved(case, at=at, terms=terms)
    resolved = f.CaseResolved(summary=None, reopen_until=until, unanswered=True)
    return escalation.stop_clocks(case, at=at, terms=terms), (*before, resolved)


def _resolved(case: Case, *, at: datetime, terms: Terms) -> tuple[Case, datetime]:
    """The case resolved at `at`, and until when it can be reopened (ESC-14); its clocks are still to be stopped."""
    until = terms.business_days.after_business_days(at, terms.reopen_within_business_days)
    case = replace(case, status=Status.RESOLVED, resolved_at=at, reopen_until=until)
    case = on_site.kept_for_its_signature(case)
    assert case.reopen_until is not None
    return case, case.reopen_until


def _reopen(case: Case, command: c.ReopenCase, *, at: datetime, terms: Terms) -> Change:
    require_reason(command.reason, "ESC-14")
    if case.reopen_until is None or at >= case.reopen_until:
        raise ReopeningTooLate(number=case.number)
    reopened = f.CaseReopened(reason=command.reason)
    case = escalation.resume(replace(case, resolved_at=None, reopen_until=None), at=at, terms=terms)
    assert case.level_clock is not None
    if case.level_clock.limit == terms.limit(case.level, case.priority):
        return case, (reopened,)
    # The matrix was amended while the clock stood still (PLAN-15).
    case, moved = escalation.relimit_level(case, "amendment", at=at, terms=terms)
    return case, (reopened, *moved)


def _closing(case: Case, command: c.Command) -> f.CaseClosed:
    match command:
        case c.ConfirmSolution():
            return f.CaseClosed(reason=ClosingReason.CONFIRMED)
        case c.WithdrawCase():
            return f.CaseClosed(reason=ClosingReason.WITHDRAWN)
        case c.CloseAsDuplicate():
            last = command.last or GoesOnIn(command.of, Status.NEW)
            duplicates.check(case.number, command.of, last)
            return f.CaseClosed(reason=ClosingReason.DUPLICATE, duplicate_of=last.number)
        case c.CloseAsOutOfScope():
            return scope.found_out_of_scope(command)
        case _:
            raise TypeError(f"no rule for {type(command).__name__}")


def _end(case: Case, fact: f.CaseClosed, by: Role, *, at: datetime, terms: Terms) -> Change:
    """Close the case, with whatever of it was still going on."""
    side = Side.CUSTOMER if by is Role.CONTACT else Side.SUPPORT
    case, before = _wound_up(case, side, at=at, terms=terms)
    closed, facts = _close(case, fact, at=at, terms=terms)
    return closed, (*before, *facts)


def _wound_up(case: Case, side: Side, *, at: datetime, terms: Terms, is_resolution: bool = False) -> Change:
    """End what goes on inside the case before it ends itself; an agreed visit keeps it from ending (ONS-5).

    But a case is resolved while nothing but its visit's signature is missing.
    """
    visit: tuple[f.Fact, ...] = ()
    if not (is_resolution and terms.edition >= 3 and on_site.lacks_only_its_signature(case)):
        case, visit = on_site.end_with_case(case, side, at=at, terms=terms)
    case, session = remote_sessions.end_with_case(case)
    case, chat = chats.end_with_case(case, is_solved=is_resolution)
    return case, (*visit, *session, *chat)


def _close(case: Case, fact: f.CaseClosed, *, at: datetime, terms: Terms) -> Change:
    """The end: clocks stop, nothing falls due any more."""
    closed = replace(
        escalation.stop_clocks(case, at=at, terms=terms),
        status=Status.CLOSED,
        closed_at=at,
        closing_reason=fact.reason,
        out_of_scope_kind=fact.out_of_scope_kind,
        duplicate_of=fact.duplicate_of,
        reopen_until=None,
        held_until=None,
    )
    return closed, (fact,)


def _words(channels: tuple[Channel, ...]) -> Iterator[str]:
    return (channel.value for channel in channels)
