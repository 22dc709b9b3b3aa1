"""Visits on site, inside the case: the gate, both agreements, the date, the visit itself and its end (ONS).

Each rule takes the case and the instant, and gives the case back with what happened. The level clock stands while the
customer has a quote to decide, from the agreement on a date until that date, or the start if it is earlier, and from
the report until the customer signs it off (ESC-10).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from policy.case import commands as c
from policy.case import escalation
from policy.case.case import Actor, Case, Outcome, Role, Status, Text, WaitingFor
from policy.case.decision import Change, require_reason, require_text
from policy.case.refusals import Refusal
from policy.terms.terms import Terms
from policy.visit import facts as v
from policy.visit import refusals as r
from policy.visit.places import VisitInsideBogota, is_in_bogota
from policy.visit.visit import Acceptance, Side, Term, Visit, VisitStep

_BOGOTA = ZoneInfo("America/Bogota")


def request(case: Case, command: c.RequestVisit, *, at: datetime, terms: Terms) -> Change:
    """Ask for a visit outside Bogotá, once every remote channel of the plan was tried in vain (ONS-1, ONS-4)."""
    require_reason(command.reason, "ONS-4")
    require_text(command.place, "ONS-1")
    require_text(command.address, "ONS-1")
    if is_in_bogota(command.city_code):
        raise VisitInsideBogota
    if case.visit and case.visit.is_open:
        raise r.VisitAlreadyOpen(number=case.number)
    in_vain = {attempt.channel for attempt in case.attempts if attempt.outcome is not Outcome.SOLVED}
    untried = [channel.value for channel in terms.channels if channel not in in_vain]
    if untried:
        raise r.RemoteChannelsNotExhausted(channels=", ".join(untried))
    term = _term(terms.visits.decide_within_business_days, at=at, terms=terms)
    visit = Visit(
        number=case.visit.number + 1 if case.visit else 1,
        city_code=command.city_code,
        requested_at=at,
        step=VisitStep.REQUESTED,
        term=term,
    )
    requested = v.VisitRequested(
        visit=visit.number,
        city_code=visit.city_code,
        place=command.place,
        address=command.address,
        reason=command.reason,
        decide_by=term.due_at,
    )
    return replace(case, visit=visit), (requested,)


# -- both agreements, in this order (ONS-3) ---------------------------------------------------------------------------


def approve(case: Case, command: c.ApproveVisit, *, at: datetime, terms: Terms) -> Change:
    """The director's decision; approved, it carries a quote that the customer then decides on (ONS-2, ONS-3)."""
    visit = _at_step(case, VisitStep.REQUESTED)
    if not command.approved:
        refused = v.VisitRefused(visit=visit.number, reason=require_reason(command.reason, "ONS-3"))
        return replace(case, visit=visit.ended(VisitStep.REFUSED)), (refused,)
    if command.quote is None or command.quote <= 0:
        raise r.QuoteNotPositive
    term = _term(terms.visits.decide_within_business_days, at=at, terms=terms)
    quoted = replace(visit, step=VisitStep.QUOTED, term=term, approved_by=command.by.id, quote=command.quote)
    approved = v.VisitApproved(visit=visit.number, quote=command.quote, decide_by=term.due_at, reason=command.reason)
    case = escalation.pause(replace(case, visit=quoted), WaitingFor.QUOTE, at=at, terms=terms)
    return case, (approved,)


def accept(case: Case, command: c.AcceptVisit, *, at: datetime, terms: Terms) -> Change:
    """The customer's decision on the quote, or on expenses above what it had accepted (ONS-2, ONS-3).

    It may leave out the amount while that is the only one it was asked about; what was agreed to is always on record.
    """
    visit = _open_visit(case)
    if visit.step is VisitStep.REQUESTED:
        raise r.VisitNotApproved(number=case.number)
    is_excess = visit.excess is not None
    if not is_excess and visit.step is not VisitStep.QUOTED:
        raise r.NothingToAccept(number=case.number)
    amount = visit.expenses if is_excess else visit.quote or 0
    if command.amount is not None and command.amount != amount:
        raise r.AmountChanged(amount=amount, given=command.amount)
    if command.accepted:
        if is_excess and command.amount is None and terms.edition >= 2 and visit.excess_asked != amount:
            raise r.AmountGrown(amount=amount)
        accepted = v.VisitAccepted(visit=visit.number, amount=amount, is_excess=is_excess, reason=command.reason)
        agreed = replace(visit, acceptances=(*visit.acceptances, Acceptance(command.by.id, at, amount)), excess=None)
        if is_excess:
            return replace(case, visit=agreed), (accepted,)
        term = _term(terms.visits.schedule_within_business_days, at=at, terms=terms)
        agreed = replace(agreed, step=VisitStep.AGREED, term=term)
        return _quote_decided(case, agreed, at=at, terms=terms), (accepted,)
    if terms.edition >= 3 and not is_excess:
        require_reason(command.reason, "ONS-3")
    declined = v.VisitDeclined(visit=visit.number, amount=amount, is_excess=is_excess, reason=command.reason)
    if is_excess:
        return replace(case, visit=replace(visit, excess=None, excess_declined=True)), (declined,)
    return _quote_decided(case, visit.ended(VisitStep.DECLINED), at=at, terms=terms), (declined,)


def _quote_decided(case: Case, visit: Visit, *, at: datetime, terms: Terms) -> Case:
    return escalation.stop_waiting(replace(case, visit=visit), WaitingFor.QUOTE, at=at, terms=terms)


# -- the date ---------------------------------------------------------------------------------------------------------


def schedule(case: Case, command: c.ScheduleVisit, *, at: datetime, terms: Terms) -> Change:
    """Agree a date and an engineer, or move them before the visit starts; the clock waits for it (ONS-5, ESC-10)."""
    visit = _before_start(case, VisitStep.AGREED, VisitStep.SCHEDULED)
    if command.by.role is Role.CONTACT and command.engineer_id not in (None, visit.engineer_id):
        raise r.EngineerChosenBySupport
    engineer_id = command.engineer_id or visit.engineer_id
    if not engineer_id:
        raise r.EngineerMissing
    if command.starts_at <= at:
        raise r.VisitDatePast
    within = terms.visits.date_within_days
    if within and command.starts_at > at + timedelta(days=within):
        raise r.VisitDateTooFar(days=within)
    remind_at = command.starts_at - terms.visits.remind_before
    scheduled = replace(
        visit,
        step=VisitStep.SCHEDULED,
        term=Term(since_at=at, due_at=command.starts_at, remind_at=remind_at if remind_at > at else None),
        starts_at=command.starts_at,
        engineer_id=engineer_id,
        invitations=visit.invitations + 1,
    )
    fact = v.VisitScheduled(
        visit=visit.number,
        starts_at=command.starts_at,
        engineer_id=engineer_id,
        sequence=visit.invitations,
        from_starts_at=visit.starts_at,
        from_engineer_id=visit.engineer_id,
    )
    case = replace(case, visit=scheduled)
    if WaitingFor.VISIT in case.waits:
        return case, (fact,)
    return escalation.pause(case, WaitingFor.VISIT, at=at, terms=terms), (fact,)


def cancel(case: Case, command: c.CancelVisit, *, at: datetime, terms: Terms) -> Change:
    """Call the visit off before it starts: who calls it off bears what was spent on it (ONS-5, ONS-2).

    The customer never bears more than it accepted; what support calls off costs the customer nothing.
    """
    _before_start(case, VisitStep.REQUESTED, VisitStep.QUOTED, VisitStep.AGREED, VisitStep.SCHEDULED)
    side = Side.CUSTOMER if command.by.role is Role.CONTACT else Side.SUPPORT
    return _cancelled(case, side, command.reason, at=at, terms=terms)


def _cancelled(case: Case, side: Side, reason: Text | None, *, at: datetime, terms: Terms) -> Change:
    visit = case.visit
    assert visit is not None
    theirs = visit.borne_by_customer if side is Side.CUSTOMER else 0
    fact = v.VisitCancelled(
        visit=visit.number,
        cancelled_by=side,
        borne_by_customer=theirs,
        borne_by_support=visit.expenses - theirs,
        sequence=visit.invitations,
        starts_at=visit.starts_at,
        engineer_id=visit.engineer_id,
        reason=reason,
    )
    case = replace(case, visit=replace(visit.ended(VisitStep.CANCELLED), invitations=visit.invitations + 1))
    for waited_for in (WaitingFor.QUOTE, WaitingFor.VISIT):
        if waited_for in case.waits:
            case = escalation.stop_waiting(case, waited_for, at=at, terms=terms)
    return case, (fact,)


# -- the visit itself -------------------------------------------------------------------------------------------------


def start(case: Case, command: c.StartVisit, *, at: datetime, terms: Terms) -> Change:
    """The engineer is there: the level clock goes on, unless the date has passed, when it goes on already (ONS-5)."""
    visit = _at_step(case, VisitStep.SCHEDULED)
    assert visit.engineer_id is not None
    if terms.edition >= 3:
        _check_start(case, visit, command.by, at=at)
    term = _term(terms.visits.report_within_business_days, at=at, terms=terms)
    case = replace(case, visit=replace(visit, step=VisitStep.STARTED, term=term, started_at=at))
    case = escalation.stop_waiting(case, WaitingFor.VISIT, at=at, terms=terms)
    return case, (v.VisitStarted(visit=visit.number, engineer_id=visit.engineer_id),)


def may_start(case: Case, by: Actor, *, at: datetime, terms: Terms) -> bool:
    """Whether it is worth offering to start the case's visit."""
    try:
        start(case, c.StartVisit(by=by), at=at, terms=terms)
    except Refusal:
        return False
    return True


def _check_start(case: Case, visit: Visit, by: Actor, *, at: datetime) -> None:
    """Refuse a start by another than its engineer or the director, and on another day of Bogotá's (ONS-5)."""
    if by.role is not Role.DIRECTOR and visit.engineer_id not in (by.id, by.on_behalf_of):
        raise r.NotTheEngineer(number=case.number)
    assert visit.starts_at is not None
    if _day(at) != _day(visit.starts_at):
        raise r.NotTheVisitsDay(number=case.number, day=_day(visit.starts_at).isoformat())


def _day(at: datetime) -> date:
    return at.astimezone(_BOGOTA).date()


def log_expense(case: Case, command: c.LogVisitExpense, *, at: datetime, terms: Terms) -> Change:
    """Log an expense with its receipt; above what the customer accepted, it decides anew (ONS-2).

    Travel is paid for before it begins, so expenses come from the agreement on.
    """
    visit = _at_step(case, VisitStep.AGREED, VisitStep.SCHEDULED, VisitStep.STARTED, VisitStep.REPORTED)
    require_text(command.concept, "ONS-2")
    receipt = command.receipt_reference.strip()
    if command.amount <= 0:
        raise r.ExpenseNotPositive
    if not receipt:
        raise r.ReceiptMissing
    if receipt.casefold() in (known.casefold() for known in visit.receipts):
        raise r.ReceiptUsedTwice(receipt=receipt)
    total = visit.expenses + command.amount
    visit = replace(visit, expenses=total, receipts=(*visit.receipts, receipt))
    logged = v.VisitExpenseLogged(
        visit=visit.number,
        concept=command.concept,
        amount=command.amount,
        receipt_reference=receipt,
        total=total,
        accepted=visit.accepted,
    )
    if total <= visit.accepted:
        return replace(case, visit=visit), (logged,)
    excess = _term(terms.visits.decide_within_business_days, at=at, terms=terms)
    exceeded = v.VisitQuoteExceeded(visit=visit.number, total=total, accepted=visit.accepted, decide_by=excess.due_at)
    asked = visit.excess_asked if visit.excess else total
    visit = replace(visit, excess=excess, excess_asked=asked, excess_declined=False)
    visit = _signed_off_last(visit, terms=terms)
    return kept_for_its_signature(replace(case, visit=visit)), (logged, exceeded)


def report(case: Case, command: c.ReportVisit, *, at: datetime, terms: Terms) -> Change:
    """Report on the visit; the customer then signs it off, and the level clock stands for it (ONS-5, ESC-10)."""
    visit = _at_step(case, VisitStep.STARTED)
    require_text(command.found, "ONS-5")
    require_text(command.done, "ONS-5")
    term = _term(terms.visits.sign_off_within_business_days, at=at, terms=terms)
    visit = _signed_off_last(replace(visit, step=VisitStep.REPORTED, term=term), terms=terms)
    assert visit.term is not None
    sign_off_by = visit.term.due_at
    reported = v.VisitReported(visit=visit.number, found=command.found, done=command.done, sign_off_by=sign_off_by)
    case = replace(case, visit=visit)
    if terms.edition >= 3:
        case = escalation.pause(case, WaitingFor.SIGN_OFF, at=at, terms=terms)
    return case, (reported,)


def _signed_off_last(visit: Visit, *, terms: Terms) -> Visit:
    """The visit whose sign-off by silence does not come before the customer's answer to its expenses is due (ONS-2).

    Where it would, it takes the answer's own term: its length, its reminder, and its count from the expense on.
    """
    if visit.step is not VisitStep.REPORTED or not visit.term or not visit.excess:
        return visit
    if terms.edition < 2:
        return replace(visit, term=replace(visit.term, due_at=max(visit.term.due_at, visit.excess.due_at)))
    return replace(visit, term=visit.excess) if visit.excess.due_at > visit.term.due_at else visit


def sign_off(case: Case, *, at: datetime, terms: Terms) -> Change:
    """The customer agrees that the visit was made (ONS-5), once it has decided on all of its expenses (ONS-2)."""
    visit = _at_step(case, VisitStep.REPORTED)
    if visit.excess:
        raise r.ExcessUndecided(number=case.number)
    return _signed_off(case, visit, unanswered=False, at=at, terms=terms)


def _signed_off(case: Case, visit: Visit, *, unanswered: bool, at: datetime, terms: Terms) -> Change:
    fact = v.VisitSignedOff(
        visit=visit.number,
        unanswered=unanswered,
        borne_by_customer=visit.borne_by_customer,
        borne_by_support=visit.expenses - visit.borne_by_customer,
    )
    case = replace(case, visit=visit.ended(VisitStep.SIGNED_OFF))
    if WaitingFor.SIGN_OFF in case.waits:
        case = escalation.stop_waiting(case, WaitingFor.SIGN_OFF, at=at, terms=terms)
    return case, (fact,)


# -- what time does to it ---------------------------------------------------------------------------------------------


def pass_time(case: Case, due_at: datetime, *, at: datetime, terms: Terms) -> Change:
    """Remind, or reach a limit, where either of the visit falls due at `due_at`.

    One a turn: two may fall due at the same instant, and a turn tells each recipient once of each kind.
    """
    visit = case.visit
    if visit is None:
        return case, ()
    for term, is_excess in ((visit.excess, True), (visit.term, False)):
        if term and term.remind_at == due_at:
            reminded = replace(term, remind_at=None)
            fact = _reminder(visit, term, is_excess=is_excess, is_past=False)
            return replace(case, visit=_with_term(visit, reminded, is_excess=is_excess)), (fact,)
        if term and term.due_at == due_at:
            return _excess_lapsed(case, visit) if is_excess else _reach_limit(case, visit, due_at, at=at, terms=terms)
    return case, ()


def _with_term(visit: Visit, term: Term, *, is_excess: bool) -> Visit:
    return replace(visit, excess=term) if is_excess else replace(visit, term=term)


def _excess_lapsed(case: Case, visit: Visit) -> Change:
    """No answer is no agreement: the customer bears what it had accepted before (ONS-2)."""
    fact = v.VisitLapsed(visit=visit.number, step=visit.step, is_excess=True)
    return replace(case, visit=replace(visit, excess=None, excess_declined=True)), (fact,)


def _reach_limit(case: Case, visit: Visit, due_at: datetime, *, at: datetime, terms: Terms) -> Change:
    match visit.step:
        case VisitStep.REQUESTED | VisitStep.QUOTED:
            fact = v.VisitLapsed(visit=visit.number, step=visit.step, is_excess=False)
            lapsed = replace(case, visit=visit.ended(VisitStep.LAPSED))
            if visit.step is VisitStep.QUOTED:
                lapsed = escalation.stop_waiting(lapsed, WaitingFor.QUOTE, at=due_at, terms=terms)
            return lapsed, (fact,)
        case VisitStep.REPORTED:
            return _signed_off(case, visit, unanswered=True, at=due_at, terms=terms)
        case VisitStep.SCHEDULED if visit.awaits_its_date and terms.edition >= 3:
            return _missed(case, visit, due_at, at=at, terms=terms)
        case _:
            return _still_owed(case, visit, due_at, at=at, terms=terms)


def _missed(case: Case, visit: Visit, due_at: datetime, *, at: datetime, terms: Terms) -> Change:
    """The date came and nobody started the visit: it counts on support's clock from now on (ESC-10)."""
    assert visit.starts_at is not None
    assert visit.engineer_id is not None
    fact = v.VisitMissed(visit=visit.number, starts_at=visit.starts_at, engineer_id=visit.engineer_id)
    case = escalation.stop_waiting(case, WaitingFor.VISIT, at=due_at, terms=terms)
    owed, _ = _still_owed(case, visit, due_at, at=at, terms=terms)
    return owed, (fact,)


def _still_owed(case: Case, visit: Visit, due_at: datetime, *, at: datetime, terms: Terms) -> Change:
    """A date, a start or a report that did not come in time: say so, and again after each further period (ONS-5).

    Periods that passed while the service was down are told of once, as overdue cases are.
    """
    assert visit.term is not None
    fact = _reminder(visit, visit.term, is_excess=False, is_past=True)
    days = visit.term.business_days or 1
    again = _term(days, at=due_at, terms=terms)
    while again.due_at <= at:
        again = _term(days, at=again.due_at, terms=terms)
    again = replace(again, remind_at=None)
    return replace(case, visit=replace(visit, term=again)), (fact,)


def _reminder(visit: Visit, term: Term, *, is_excess: bool, is_past: bool) -> v.VisitReminded:
    return v.VisitReminded(
        visit=visit.number, step=visit.step, is_excess=is_excess, is_past=is_past, limit_at=term.due_at
    )


# -- the end of the case, and changed terms ---------------------------------------------------------------------------


def is_open(case: Case) -> bool:
    """Whether the case has a visit that has not ended."""
    return case.visit is not None and case.visit.is_open


def lacks_only_its_signature(case: Case) -> bool:
    """Whether the case's visit was made and reported on, and the customer has not signed it off (ONS-5)."""
    return case.visit is not None and case.visit.step is VisitStep.REPORTED


def goes_on(case: Case) -> bool:
    """Whether a visit is asked for, agreed or made: more of it is missing than its signature."""
    return case.visit is not None and case.visit.goes_on


def kept_for_its_signature(case: Case) -> Case:
    """The case, where it is resolved, open to be reopened until its visit's signature is due: closed, it takes none."""
    visit = case.visit
    if case.reopen_until is None or visit is None or visit.term is None:
        return case
    return replace(case, reopen_until=max(case.reopen_until, visit.term.due_at))


def end_with_case(case: Case, side: Side, *, at: datetime, terms: Terms) -> Change:
    """Call off a visit that is not agreed yet, because its case ends; one that is agreed keeps the case from ending.

    A customer that confirms the solution of a resolved case signs off the visit that led to it (ONS-5).
    """
    visit = case.visit
    if visit is None or not visit.is_open:
        return case, ()
    match visit.step:
        case VisitStep.REPORTED if case.status is Status.RESOLVED:
            return sign_off(case, at=at, terms=terms)
        case VisitStep.REPORTED:
            raise r.VisitNotSignedOff(number=case.number)
        case VisitStep.STARTED:
            raise r.VisitGoesOn(number=case.number)
        case VisitStep.AGREED | VisitStep.SCHEDULED:
            raise r.VisitUnderWay(number=case.number)
        case _:
            return _cancelled(case, side, None, at=at, terms=terms)


def retermed(visit: Visit, *, at: datetime, terms: Terms, instead_of: Terms) -> Visit:
    """The visit with its limits as `terms` count business days; what that puts in the past is due at `at` (PLAN-15)."""
    if terms.edition >= 2 and terms.business_days == instead_of.business_days:
        return visit
    recounted = replace(
        visit,
        term=visit.term and _recounted(visit.term, at=at, terms=terms),
        excess=visit.excess and _recounted(visit.excess, at=at, terms=terms),
    )
    return _signed_off_last(recounted, terms=terms)


def _recounted(term: Term, *, at: datetime, terms: Terms) -> Term:
    if term.business_days is None:
        return term
    anew = _term(term.business_days, at=term.since_at, terms=terms)
    assert anew.remind_at is not None
    is_pending = term.remind_at is not None and anew.due_at > at
    return replace(anew, due_at=max(anew.due_at, at), remind_at=max(anew.remind_at, at) if is_pending else None)


def _term(business_days: int, *, at: datetime, terms: Terms) -> Term:
    """A step's limit in business days from `at`, with a reminder at half of it (ONS-3)."""
    days = terms.business_days
    due_at = days.after_business_days(at, business_days)
    half_at = days.add(at, days.elapsed(at, due_at) / 2)
    return Term(since_at=at, due_at=due_at, remind_at=half_at, business_days=business_days)


# -- which step it is at ----------------------------------------------------------------------------------------------


def _open_visit(case: Case) -> Visit:
    if case.visit is None or not case.visit.is_open:
        raise r.NoVisitOpen(number=case.number)
    return case.visit


def _at_step(case: Case, *steps: VisitStep) -> Visit:
    visit = _open_visit(case)
    if visit.step not in steps:
        raise r.VisitOutOfOrder(number=case.number, step=visit.step.value, needed=_words(steps))
    return visit


def _before_start(case: Case, *steps: VisitStep) -> Visit:
    visit = _open_visit(case)
    if visit.step in (VisitStep.STARTED, VisitStep.REPORTED):
        raise r.VisitAlreadyStarted(number=case.number)
    return _at_step(case, *steps)


def _words(steps: Iterable[VisitStep]) -> str:
    return ", ".join(step.value for step in steps)
