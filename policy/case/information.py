"""The wait for information: it begins with a question, and ends with the answer or with the customer's time (ESC-16).

What the end of it does to the case is lifecycle's.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from policy.case import escalation
from policy.case import facts as f
from policy.case.case import Case, Question, WaitingFor
from policy.case.decision import Change
from policy.terms.terms import Terms


def wait(case: Case, *, at: datetime, terms: Terms) -> Case:
    """Wait for the answer to what was asked at `at`, which has an end since the third edition (ESC-10, ESC-16)."""
    asked = replace(case, question=_question(at, terms) if terms.edition >= 3 else None)
    return escalation.pause(asked, WaitingFor.INFORMATION, at=at, terms=terms)


def stop_waiting(case: Case, *, at: datetime, terms: Terms) -> Case:
    """End the wait at `at`; the level clock goes on unless the case waits for something else (ESC-10)."""
    answered = replace(case, question=None)
    return escalation.stop_waiting(answered, WaitingFor.INFORMATION, at=at, terms=terms)


def remind(case: Case, due_at: datetime) -> Change:
    """Remind the requester of a question whose reminder falls due at `due_at` (ESC-16)."""
    question = case.question
    if question is None or due_at not in question.remind_at:
        return case, ()
    still = tuple(at for at in question.remind_at if at > due_at)
    reminded = f.InformationReminded(answer_by=question.answer_by)
    return replace(case, question=replace(question, remind_at=still)), (reminded,)


def lapse(case: Case, *, at: datetime, terms: Terms) -> Change:
    """Go on without the answer, which a visit that goes on lets nobody wait for (ESC-16)."""
    return stop_waiting(case, at=at, terms=terms), (f.InformationLapsed(),)


def retermed(question: Question, *, at: datetime, terms: Terms) -> Question:
    """The question with its reminders and its end as `terms` count business days (PLAN-15).

    What that puts in the past is due at `at`; a reminder that the end overtakes is not given any more.
    """
    anew = _question(question.asked_at, terms)
    answer_by = max(anew.answer_by, at)
    to_come = anew.remind_at[len(anew.remind_at) - len(question.remind_at) :] if question.remind_at else ()
    remind_at = sorted({max(each, at) for each in to_come})
    return replace(anew, answer_by=answer_by, remind_at=tuple(each for each in remind_at if each < answer_by))


def _question(at: datetime, terms: Terms) -> Question:
    days, promised = terms.business_days, terms.information
    return Question(
        asked_at=at,
        answer_by=days.after_business_days(at, promised.end_after_business_days),
        remind_at=tuple(days.after_business_days(at, each) for each in promised.remind_after_business_days),
    )
