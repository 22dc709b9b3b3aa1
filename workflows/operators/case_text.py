"""The texts of a case in Temporal's UI: short, in Spanish, Bogotá time, ids only and no personal data.

The policy's own words are operator_words', a visit's lines are operator_visit's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from policy.case.case import LIMITS, Case, Clock, ClockState, Level, Wake, WakeKind
from policy.case.decision import Decision
from policy.terms.channels import Misdirected
from policy.terms.terms import Terms
from policy.time import clock as clocks
from policy.visit import on_site
from wording.facts.operator import sentences
from workflows.operators import visit_text
from workflows.operators.words import (
    CATEGORIES,
    CAUSES,
    CHANNELS,
    CLOCK_STATES,
    CLOSING_REASONS,
    COVERS,
    LEVELS,
    PROMISES,
    STATUSES,
    WAITS,
    code,
    plan_name,
    when,
)

_DUE = {ClockState.RUNNING: "vence", ClockState.MISSED: "venció"}
"""The states in which a clock's due instant says something."""


def wake_text(wake: Wake, case: Case, terms: Terms) -> str:
    """What happens at a wake."""
    match wake.kind:
        case WakeKind.ATTENTION_WARNING:
            return f"aviso: {terms.warn_at_percent} % de la atención inicial"
        case WakeKind.ATTENTION_LIMIT:
            return "límite de la atención inicial"
        case WakeKind.LEVEL_WARNING:
            return f"aviso: {terms.warn_at_percent} % del nivel {int(case.level)}"
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
        case WakeKind.CHAT_END:
            return "el chat termina si nadie escribe"
        case WakeKind.INFORMATION_REMINDER:
            return "recordatorio al cliente de la información pedida"
        case WakeKind.INFORMATION_END if on_site.goes_on(case):
            return "se deja de esperar la información: el caso sigue con su visita"
        case WakeKind.INFORMATION_END:
            return "se resuelve sin respuesta del cliente"
        case _:
            return visit_text.wake_text(wake, case)


def timer_summary(case: Case, terms: Terms) -> str:
    """The line on the timer that runs: `nivel 1 -> 2, P2 Estándar, vence lun 23 nov 2026 09:00`.

    Only a limit is due (`vence`); a warning or a repetition has its instant and no more.
    """
    if not case.wakes:
        return "nada pendiente"
    wake = case.wakes[0]
    due = "vence " if wake.kind in LIMITS else ""
    return f"{wake_text(wake, case, terms)}, {kind_of_case(case, terms)}, {due}{when(wake.at)}"


def kind_of_case(case: Case, terms: Terms) -> str:
    """Priority and plan: `P2 Estándar`."""
    return f"P{int(case.priority)} {plan_name(terms.plan, terms.plan_name)}"


def static_summary(case: Case, terms: Terms) -> str:
    """The line that stays on the workflow for its whole life, as it was opened."""
    return f"{kind_of_case(case, terms)} · {case.channel.value} · {CATEGORIES[case.category]}"


def record_summary(decision: Decision) -> str:
    """The line on the activity that records a turn."""
    case, what = decision.case, sentences(entry.fact for entry in decision.entries)
    by = next((f", {each.by.id} por {each.by.on_behalf_of}" for each in decision.entries if each.by.on_behalf_of), "")
    return f"turno {case.turn}: {what}{by}, nivel {int(case.level)}, {STATUSES[case.status]}"


def current_details(case: Case, terms: Terms, link: str) -> str:
    """The Markdown page of a case: its state, who has it, what comes next, when and why."""
    lines = [
        f"### {case.number}: {STATUSES[case.status]}",
        "",
        f"- **Nivel** {LEVELS[case.level]}" + (f", grupo `{case.group}`" if case.group else ""),
        f"- **Prioridad y plan** {kind_of_case(case, terms)} ({terms.hours.name})",
        f"- **Cobertura** {COVERS[terms.cover.kind]}" + (", soporte administrado" if terms.managed_support else ""),
        f"- **Responsable** {f'`{case.assignee}`' if case.assignee else 'sin asignar'}",
    ]
    if case.follows:
        lines.append(f"- **Sigue al caso cerrado** {code(case.follows)}")
    if case.awaits_analysis:
        lines.append("- **Análisis del cliente** pendiente: se pidió al abrir por correo (REQ-5)")
    if case.waits:
        awaited = " y ".join(WAITS[each] for each in case.waits)
        lines.append(f"- **En espera de** {awaited}: el reloj del nivel está en pausa (ESC-10)")
    if case.overdue and case.overdue_at:
        lines.append(f"- **Vencido** desde {when(case.overdue_at)} (ESC-6)")
    if case.missed:
        broken = "; ".join(f"{PROMISES[each.promise]}, venció {when(each.due_at)}" for each in case.missed)
        lines.append(f"- **Incumplido** {broken} (ESC-6)")
    if case.provider_case:
        lines.append(f"- **Proveedor** {case.provider_case.provider}, caso `{case.provider_case.number}` (ESC-9)")
    lines += _of_specialists(case)
    if case.visit:
        lines += visit_text.lines(case.visit)
    if case.closing_reason:
        lines.append(f"- **Motivo del cierre** {CLOSING_REASONS[case.closing_reason]}")
    lines += ["", "**Relojes**", "", *_clock_lines(case, terms)]
    lines += ["", "**Lo que sigue**", ""]
    lines += [f"1. {when(wake.at)}: {wake_text(wake, case, terms)}" for wake in case.wakes] or ["Nada por sí solo."]
    return "\n".join([*lines, "", f"Turno {case.turn}, {when(case.last_at)} · [abrir el caso]({link})"])


def _of_specialists(case: Case) -> Iterator[str]:
    if case.provider_incidents:
        yield f"- **Incidentes del proveedor** {', '.join(map(code, case.provider_incidents))} (SCOPE-6)"
    if chat := case.chat:
        has_it = f"lo atiende {code(chat.agent_id)}" if chat.agent_id else "sin tomar"
        yield f"- **Chat** desde {when(chat.begun_at)}, {has_it} (PLAN-7)"
    if session := case.remote_session:
        yield (
            f"- **Sesión remota {session.number}** en curso desde {when(session.started_at)}, con "
            f"{code(session.tool)}; la autorizó {code(session.consented_by)} (ONS-6)"
        )
    if case.is_equipment:
        yield f"- **Diagnóstico del equipo** {CAUSES[case.diagnosis] if case.diagnosis else 'pendiente'} (WAR-4)"


def _clock_lines(case: Case, terms: Terms) -> list[str]:
    """A line for each clock, as of the last turn: the page is written at a turn and stands until the next one."""
    named = (("Atención inicial", case.initial_attention), (f"Nivel {int(case.level)}", case.level_clock))
    lines = [_clock_line(name, clock, case, terms) for name, clock in named if clock]
    return lines or ["Ninguno en marcha: el caso está retenido (WAR-3)."]


def _clock_line(name: str, clock: Clock, case: Case, terms: Terms) -> str:
    spent = clocks.spent_at(clock, at=case.last_at, calendar=terms.hours)
    due = f", {_DUE[clock.state]} {when(clock.due_at)}" if clock.due_at and clock.state in _DUE else ""
    return f"- **{name}** {CLOCK_STATES[clock.state]}: {_duration(spent)} de {_duration(clock.limit)}{due}"


def _duration(amount: timedelta) -> str:
    """`45 min`, `1 h`, `1 h 30 min`."""
    hours, minutes = divmod(int(amount.total_seconds()) // 60, 60)
    parts = [f"{hours} h"] * (hours > 0) + [f"{minutes} min"] * (minutes > 0 or hours == 0)
    return " ".join(parts)


def misdirected_summary(told: Misdirected) -> str:
    """Who is told what about the channels of the plan."""
    plan = plan_name(told.plan, told.plan_name)
    return f"aviso a {told.contact_id}: el plan {plan} no incluye el canal {CHANNELS[told.channel]}"
