"""What operators read in Temporal's UI about a case: short, in Spanish, Bogotá time, ids only and no personal data.

The policy's own words are those of the catalogues, which workflows do not read; a test holds them together.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from escala.policy import clock as clocks
from escala.policy.case import (
    LIMITS,
    Case,
    Category,
    Channel,
    Clock,
    ClockState,
    ClosingReason,
    Level,
    Plan,
    Status,
    WaitingFor,
    Wake,
    WakeKind,
)
from escala.policy.channels import Misdirected
from escala.policy.terms import CoverKind, Terms
from escala.policy.visit import VisitStep

_BOGOTA = ZoneInfo("America/Bogota")
_DAYS = ("lun", "mar", "mié", "jue", "vie", "sáb", "dom")
MONTHS = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic")
_PLANS = {Plan.STANDARD: "Estándar", Plan.PREMIUM: "Premium"}
_LEVELS = {
    Level.HELP_DESK: "1 (Mesa de Ayuda)",
    Level.SPECIALISTS: "2 (Grupo de Ingenieros Especialistas)",
    Level.DIRECTOR: "3 (Director de Tecnología y Operaciones)",
}
_STATUSES = {
    Status.HELD: "retenido",
    Status.NEW: "nuevo",
    Status.IN_PROGRESS: "en curso",
    Status.WAITING_CUSTOMER: "en espera del cliente",
    Status.RESOLVED: "resuelto",
    Status.CLOSED: "cerrado",
}
_WAITS = {
    WaitingFor.INFORMATION: "información del cliente",
    WaitingFor.QUOTE: "decisión sobre la cotización",
    WaitingFor.VISIT: "fecha de la visita",
}
_CHANNELS = {
    Channel.WEB: "plataforma web",
    Channel.CHAT: "chat",
    Channel.EMAIL: "correo electrónico",
    Channel.PHONE: "teléfono",
}
_COVERS = {
    CoverKind.CONTRACT: "contrato",
    CoverKind.WARRANTY: "garantía",
    CoverKind.NONE: "sin cobertura",
}
_CATEGORIES = {
    Category.INCIDENT: "incidente",
    Category.QUESTION: "consulta técnica",
    Category.BEST_PRACTICE: "mejores prácticas",
    Category.ARCHITECTURE: "arquitectura",
}
_CLOSING_REASONS = {
    ClosingReason.CONFIRMED: "solución confirmada",
    ClosingReason.UNANSWERED: "sin respuesta",
    ClosingReason.OUT_OF_SCOPE: "fuera de alcance",
    ClosingReason.NOT_COVERED: "sin cobertura",
    ClosingReason.WITHDRAWN: "retirado",
    ClosingReason.DUPLICATE: "duplicado",
}
_CLOCK_STATES = {
    ClockState.RUNNING: "en marcha",
    ClockState.PAUSED: "en pausa",
    ClockState.MET: "cumplido",
    ClockState.MISSED: "incumplido",
    ClockState.STOPPED: "detenido",
}

_VISIT_STEPS = {
    VisitStep.REQUESTED: "solicitada",
    VisitStep.QUOTED: "cotizada",
    VisitStep.AGREED: "acordada",
    VisitStep.SCHEDULED: "programada",
    VisitStep.STARTED: "iniciada",
    VisitStep.REPORTED: "informada",
    VisitStep.SIGNED_OFF: "firmada",
    VisitStep.REFUSED: "no aprobada",
    VisitStep.DECLINED: "no aceptada",
    VisitStep.LAPSED: "caducada",
    VisitStep.CANCELLED: "cancelada",
}

_DUE = {ClockState.RUNNING: "vence", ClockState.MISSED: "venció"}
"""The states in which a clock's due instant says something."""


def when(at: datetime) -> str:
    """An instant as operators say it: `lun 23 nov 2026 09:00`; with its year, because a case may be read long after."""
    local = at.astimezone(_BOGOTA)
    return f"{_DAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]} {local.year} {local:%H:%M}"


def wake_text(wake: Wake, case: Case) -> str:
    """What happens at a wake."""
    match wake.kind:
        case WakeKind.ATTENTION_WARNING:
            return "aviso: 75 % de la atención inicial"
        case WakeKind.ATTENTION_LIMIT:
            return "límite de la atención inicial"
        case WakeKind.LEVEL_WARNING:
            return f"aviso: 75 % del nivel {int(case.level)}"
        case WakeKind.LEVEL_LIMIT:
            return (
                f"nivel {int(case.level)} -> {case.level + 1}" if case.level < Level.DIRECTOR else "nivel 3 -> vencido"
            )
        case WakeKind.OVERDUE_REPEAT:
            return "vencido: se avisa de nuevo"
        case WakeKind.HELD_END:
            return "cierre por falta de cobertura"
        case WakeKind.REOPENING_END:
            return "cierre sin respuesta del cliente"
        case WakeKind.VISIT_REMINDER:
            return f"visita {_step(case)}: recordatorio"
        case WakeKind.VISIT_LIMIT:
            return f"visita {_step(case)}: límite"
        case WakeKind.EXCESS_REMINDER:
            return "gastos por encima de lo aceptado: recordatorio al cliente"
        case WakeKind.EXCESS_LIMIT:
            return "gastos por encima de lo aceptado: límite para que el cliente decida"


def _step(case: Case) -> str:
    return _VISIT_STEPS[case.visit.step] if case.visit else ""


def timer_summary(case: Case, terms: Terms) -> str:
    """The line on the timer that runs: `nivel 1 -> 2, P2 Estándar, vence lun 23 nov 2026 09:00`.

    Only a limit is due (`vence`); a warning or a repetition has its instant and no more.
    """
    if not case.wakes:
        return "nada pendiente"
    wake = case.wakes[0]
    due = "vence " if wake.kind in LIMITS else ""
    return f"{wake_text(wake, case)}, {kind_of_case(case, terms)}, {due}{when(wake.at)}"


def kind_of_case(case: Case, terms: Terms) -> str:
    """Priority and plan: `P2 Estándar`."""
    return f"P{int(case.priority)} {_PLANS[terms.plan]}"


def static_summary(case: Case, terms: Terms) -> str:
    """The line that stays on the workflow for its whole life, as it was opened."""
    return f"{kind_of_case(case, terms)} · {case.channel.value} · {_CATEGORIES[case.category]}"


def record_summary(what: str, case: Case) -> str:
    """The line on the activity that records a turn."""
    return f"turno {case.turn}: {what}, nivel {int(case.level)}, {_STATUSES[case.status]}"


def current_details(case: Case, terms: Terms, link: str) -> str:
    """The Markdown page of a case: its state, who has it, what comes next, when and why."""
    lines = [
        f"### {case.number}: {_STATUSES[case.status]}",
        "",
        f"- **Nivel** {_LEVELS[case.level]}" + (f", grupo `{case.group}`" if case.group else ""),
        f"- **Prioridad y plan** {kind_of_case(case, terms)} ({terms.hours.name})",
        f"- **Cobertura** {_COVERS[terms.cover.kind]}",
        f"- **Responsable** {f'`{case.assignee}`' if case.assignee else 'sin asignar'}",
    ]
    if case.waiting_for:
        lines.append(f"- **En espera de** {_WAITS[case.waiting_for]}: el reloj del nivel está en pausa (ESC-10)")
    if case.overdue and case.overdue_at:
        lines.append(f"- **Vencido** desde {when(case.overdue_at)} (ESC-6)")
    if case.provider_case:
        lines.append(f"- **Proveedor** {case.provider_case.provider}, caso `{case.provider_case.number}` (ESC-9)")
    if case.closing_reason:
        lines.append(f"- **Motivo del cierre** {_CLOSING_REASONS[case.closing_reason]}")
    lines += ["", "**Relojes**", "", *_clock_lines(case, terms)]
    lines += ["", "**Lo que sigue**", ""]
    lines += [f"1. {when(wake.at)}: {wake_text(wake, case)}" for wake in case.wakes] or ["Nada por sí solo."]
    return "\n".join([*lines, "", f"Turno {case.turn}, {when(case.last_at)} · [abrir el caso]({link})"])


def _clock_lines(case: Case, terms: Terms) -> list[str]:
    """A line for each clock, as of the last turn: the page is written at a turn and stands until the next one."""
    named = (("Atención inicial", case.initial_attention), (f"Nivel {int(case.level)}", case.level_clock))
    lines = [_clock_line(name, clock, case, terms) for name, clock in named if clock]
    return lines or ["Ninguno en marcha: el caso está retenido (WAR-3)."]


def _clock_line(name: str, clock: Clock, case: Case, terms: Terms) -> str:
    spent = clocks.spent_at(clock, at=case.last_at, calendar=terms.hours)
    due = f", {_DUE[clock.state]} {when(clock.due_at)}" if clock.due_at and clock.state in _DUE else ""
    return f"- **{name}** {_CLOCK_STATES[clock.state]}: {_duration(spent)} de {_duration(clock.limit)}{due}"


def _duration(amount: timedelta) -> str:
    """`45 min`, `1 h`, `1 h 30 min`."""
    hours, minutes = divmod(int(amount.total_seconds()) // 60, 60)
    parts = [f"{hours} h"] * (hours > 0) + [f"{minutes} min"] * (minutes > 0 or hours == 0)
    return " ".join(parts)


def misdirected_summary(told: Misdirected) -> str:
    """Who is told what about the channels of the plan."""
    return f"aviso a {told.contact_id}: el plan {_PLANS[told.plan]} no incluye el canal {_CHANNELS[told.channel]}"
