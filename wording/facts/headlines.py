"""The titles of what binds both sides of a case, in a few words, as its line in the conversation begins."""

from __future__ import annotations

from policy.case import facts as f
from policy.visit import facts as v


def headline(fact: f.RecordedFact) -> str:
    """The title of a milestone, to be translated; empty for what is none."""
    match fact:
        case v.VisitApproved():
            return "Visit approved"
        case v.VisitRefused():
            return "Visit not approved"
        case v.VisitAccepted(is_excess=is_excess):
            return "Expenses accepted" if is_excess else "Quote accepted"
        case v.VisitDeclined(is_excess=is_excess):
            return "Expenses not accepted" if is_excess else "Quote not accepted"
        case v.VisitSignedOff(unanswered=unanswered):
            return "Visit ended without a sign-off" if unanswered else "Visit signed off"
        case f.CaseResolved(unanswered=unanswered):
            return "Resolved without an answer" if unanswered else "Solution given"
        case f.CaseReopened():
            return "Case reopened"
        case f.CaseClosed():
            return "Case closed"
        case _:
            return ""
