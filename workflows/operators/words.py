"""The words operators read: the policy's own, which are the catalogues' and held to them by a test, and instants.

Workflows read no catalogue, so they stand here again.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from policy.case.case import (
    Category,
    Cause,
    Channel,
    ClockState,
    ClosingReason,
    Level,
    Plan,
    Promise,
    Status,
    WaitingFor,
)
from policy.terms.terms import CoverKind
from policy.visit.visit import VisitStep

_BOGOTA = ZoneInfo("America/Bogota")
_DAYS = ("lun", "mar", "mié", "jue", "vie", "sáb", "dom")
MONTHS = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic")
_FIRST_PLANS = {"standard": "Estándar", "premium": "Premium"}
"""What the plans were called before the terms of a case said it (PLAN-16)."""
LEVELS = {
    Level.HELP_DESK: "1 (Mesa de Ayuda)",
    Level.SPECIALISTS: "2 (Grupo de Ingenieros Especialistas)",
    Level.DIRECTOR: "3 (Director de Tecnología y Operaciones)",
}
STATUSES = {
    Status.HELD: "retenido",
    Status.NEW: "nuevo",
    Status.IN_PROGRESS: "en curso",
    Status.WAITING_CUSTOMER: "en espera del cliente",
    Status.RESOLVED: "resuelto",
    Status.CLOSED: "cerrado",
}
WAITS = {
    WaitingFor.INFORMATION: "información del cliente",
    WaitingFor.QUOTE: "respuesta del cliente a la cotización",
    WaitingFor.VISIT: "visita acordada",
    WaitingFor.SIGN_OFF: "firma de la visita",
}
CHANNELS = {
    Channel.WEB: "plataforma web",
    Channel.CHAT: "chat",
    Channel.EMAIL: "correo electrónico",
    Channel.PHONE: "teléfono",
}
COVERS = {
    CoverKind.CONTRACT: "contrato",
    CoverKind.WARRANTY: "garantía",
    CoverKind.NONE: "sin cobertura",
}
CATEGORIES = {
    Category.INCIDENT: "incidente",
    Category.QUESTION: "consulta técnica",
    Category.BEST_PRACTICE: "mejores prácticas",
    Category.ARCHITECTURE: "arquitectura",
}
CLOSING_REASONS = {
    ClosingReason.CONFIRMED: "solución confirmada",
    ClosingReason.UNANSWERED: "sin respuesta",
    ClosingReason.OUT_OF_SCOPE: "fuera de alcance",
    ClosingReason.NOT_COVERED: "sin cobertura",
    ClosingReason.WITHDRAWN: "retirado",
    ClosingReason.DUPLICATE: "duplicado",
}
CLOCK_STATES = {
    ClockState.RUNNING: "en marcha",
    ClockState.PAUSED: "en pausa",
    ClockState.MET: "cumplido",
    ClockState.MISSED: "incumplido",
    ClockState.STOPPED: "detenido",
}
VISIT_STEPS = {
    VisitStep.REQUESTED: "por aprobar",
    VisitStep.QUOTED: "por aceptar",
    VisitStep.AGREED: "por programar",
    VisitStep.SCHEDULED: "programada",
    VisitStep.STARTED: "en curso",
    VisitStep.REPORTED: "por firmar",
    VisitStep.SIGNED_OFF: "firmada a conformidad",
    VisitStep.REFUSED: "no aprobada",
    VisitStep.DECLINED: "no aceptada",
    VisitStep.LAPSED: "vencida sin respuesta",
    VisitStep.CANCELLED: "cancelada",
}
PROMISES = {
    Promise.INITIAL_ATTENTION: "atención inicial",
    Promise.LEVEL_1: "nivel 1",
    Promise.LEVEL_2: "nivel 2",
    Promise.LEVEL_3: "nivel 3",
}
CAUSES = {
    Cause.MANUFACTURING_DEFECT: "defecto de fabricación",
    Cause.MISUSE: "uso indebido",
    Cause.WEAR: "desgaste",
    Cause.OTHER: "otra causa",
}


def plan_name(plan: Plan, said: str) -> str:
    """What operators call a plan: as the terms say, or as it was called before they did."""
    return said or _FIRST_PLANS.get(plan, plan)


def when(at: datetime) -> str:
    """An instant as operators say it: `lun 23 nov 2026 09:00`; with its year, because a case may be read long after."""
    local = at.astimezone(_BOGOTA)
    return f"{_DAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]} {local.year} {local:%H:%M}"


def code(text: str) -> str:
    """An id, or what somebody typed, as Markdown that cannot be anything else."""
    return f"`{' '.join(text.replace('`', ' ').split())}`"
