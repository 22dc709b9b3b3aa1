"""How the samples of facts are told in the tests: the notices that each calls for, and their letters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from policy.case import facts as f
from policy.case.case import Level, Plan, Priority
from policy.case.notices import Notice, notices_of
from policy.people.recipients import recipient_from_text, recipient_to_text
from policy.visit.visit import Visit, VisitStep
from tests.support.lives import HELP_DESK, STANDARD, opened
from wording.notices.letter import NoticeText, text_of
from wording.notices.occasion import Occasion
from wording.notices.samples import (
    AMENDED,
    APPROVED,
    DATE,
    LIMIT,
    OPENED,
    PRIORITY_CHANGED,
    SAMPLES,
    WORDS,
    cancelled,
    closed,
    handed_off,
    reminded,
    scheduled,
    warned,
)

__all__ = [
    "AMENDED",
    "APPROVED",
    "DATE",
    "LIMIT",
    "OPENED",
    "PRIORITY_CHANGED",
    "SAMPLES",
    "WORDS",
    "cancelled",
    "closed",
    "handed_off",
    "reminded",
    "scheduled",
    "warned",
]

NUMBER = "MA-2026-000001"
BODY = "Revise el token {number} del mapa.\nLuego reinicie."
MAILBOX = "comercial@escala.example"


def notices(fact: f.Fact) -> tuple[Notice, ...]:
    """The notices that the policy asks for when this happens to an assigned case that has a visit."""
    visit = Visit(
        number=1, city_code="05001", requested_at=LIMIT, step=VisitStep.SCHEDULED, term=None, engineer_id="agent-2"
    )
    case = replace(opened(), assignee="agent-1", visit=visit)
    entry = f.Entry(seq=1, at=LIMIT, by=replace(HELP_DESK, id="agent-7"), fact=fact)
    return notices_of((entry,), before=case, after=case, terms=STANDARD)


def occasion(fact: f.Fact, to: str, language: str = "es", **changes: Any) -> Occasion:
    recipient = recipient_from_text(to)
    limit_at = next((notice.limit_at for notice in notices(fact) if notice.recipient == recipient), None)
    given = Occasion(
        recipient=recipient,
        language=language,
        number=NUMBER,
        title="No carga el mapa {0}",
        customer="Alcaldía de Ejemplo",
        plan=Plan.PREMIUM,
        level=Level.SPECIALISTS,
        priority=Priority.CRITICAL,
        fact=fact,
        words={WORDS.content_id: BODY},
        limit_at=limit_at,
        due_at=LIMIT if isinstance(fact, f.CaseReleased) else None,
        link=f"https://mesa.example/casos/{NUMBER}",
        commercial_mailbox=MAILBOX,
        place="Calle 10 # 20-30, Medellín",
        names={"agent-2": "Luz Ñáñez", "contact-1": "Ana Gómez"},
    )
    return replace(given, **changes)


def told(fact: f.Fact, recipient: str, language: str = "es", **changes: Any) -> NoticeText:
    return text_of(occasion(fact, recipient, language, **changes))


def body(fact: f.Fact, recipient: str = "contact:contact-1", **changes: Any) -> str:
    return told(fact, recipient, **changes).body


EVERY_NOTICE = [(fact, recipient_to_text(notice.recipient)) for fact in SAMPLES for notice in notices(fact)]
