"""What each kind of fact says in a terminal: one line, in Spanish, with instants and durations as they stand there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from wording.language import show_amount, show_duration, show_instant, word

Json = dict[str, Any]

_BOGOTA = ZoneInfo("America/Bogota")
_DAYS = ("lun", "mar", "mié", "jue", "vie", "sáb", "dom")
_MONTHS = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic")

_CAUSES = {
    "limit": "venció su tiempo",
    "by_hand": "a mano",
    "priority": "por el cambio de prioridad",
    "functional": "escalamiento funcional",
    "amendment": "por la enmienda de sus tiempos",
}

_OF_CLOCK = {"initial_attention": "de la atención inicial", "level": "del tiempo del nivel"}

_TOLD: dict[str, Callable[[Json], str]] = {
    "case_opened": lambda d: f"abrió el caso: prioridad {d['priority']}, por {word('channel', d['channel'])}",
    "case_held": lambda d: f"caso retenido, sin cobertura, hasta el {whole(d['until'])}",
    "case_released": lambda d: f"caso liberado, cubierto por {word('cover', d['cover'])} {word('plan', d['plan'])}",
    "case_claimed": lambda _: "tomó el caso",
    "case_assigned": lambda d: f"asignó el caso a {d['agent_id']}",
    "reply_sent": lambda _: "respondió al cliente",
    "note_added": lambda _: "dejó una nota interna",
    "attempt_logged": lambda d: f"intento por {word('channel', d['channel'])}: {word('outcome', d['outcome'])}",
    "initial_attention_given": lambda d: "atención inicial " + ("a tiempo" if d["in_time"] else "fuera de tiempo"),
    "initial_attention_missed": lambda _: "venció la atención inicial",
    "clock_warned": lambda d: f"aviso: va el 75 % {_OF_CLOCK[d['clock']]}; vence {short(d['limit_at'])}",
    "priority_confirmed": lambda d: f"confirmó la prioridad {d['priority']}",
    "priority_changed": lambda d: f"cambió la prioridad de {d['from_priority']} a {d['to_priority']}",
    "information_requested": lambda _: "pidió información al cliente",
    "customer_answered": lambda _: "el cliente respondió",
    "handed_off": lambda d: f"pasó del nivel {d['from_level']} al {d['to_level']} ({_CAUSES.get(d['cause'], '')})",
    "case_transferred": lambda d: f"pasó al grupo {d['to_group']}",
    "provider_escalated": lambda d: f"escaló a {d['provider']}, caso {d['provider_case']}",
    "provider_updated": lambda _: "novedad del proveedor",
    "provider_incident_linked": lambda d: f"vinculó el incidente {d['incident_id']}",
    "remote_session_started": lambda d: f"sesión remota con {d['tool']}, autorizada por {d['consented_by']}",
    "remote_session_ended": lambda d: f"terminó la sesión remota {d['session']}",
    "diagnosis_recorded": lambda d: (
        f"diagnóstico: {word('cause', d['cause'])}" + ("" if d["is_covered"] else ", no cubierto")
    ),
    "case_overdue": lambda _: "CASO VENCIDO: pasó el límite del nivel 3",
    "overdue_repeated": lambda d: f"sigue vencido: {d['periods']} periodo{'s' if d['periods'] != 1 else ''} más",
    "case_resolved": lambda d: f"dio la solución; se puede reabrir hasta el {short(d['reopen_until'])}",
    "case_reopened": lambda _: "reabrió el caso",
    "terms_amended": lambda d: f"aplicó la política {d['to_version']}: vencimientos movidos: {len(d['moved'])}",
    "case_closed": lambda d: f"caso cerrado: {word('closing_reason', d['reason'])}",
    "visit_requested": lambda d: f"pidió la visita {d['visit']}; la dirección decide hasta el {short(d['decide_by'])}",
    "visit_approved": lambda d: (
        f"aprobó la visita: {show_amount(d['quote'])}, a decidir hasta el {short(d['decide_by'])}"
    ),
    "visit_refused": lambda _: "no aprobó la visita",
    "visit_accepted": lambda d: f"aceptó {_of(d)} de la visita: {show_amount(d['amount'])}",
    "visit_declined": lambda d: f"no aceptó {_of(d)} de la visita: {show_amount(d['amount'])}",
    "visit_reminded": lambda d: f"recordatorio de la visita {word('visit_step', d['step'])}: {_limit(d)}",
    "visit_lapsed": lambda d: "sin respuesta a tiempo sobre " + (_of(d) if d["is_excess"] else "la visita, que caduca"),
    "visit_scheduled": lambda d: f"visita el {short(d['starts_at'])}, con {d['engineer_id']}{_from(d)}",
    "visit_cancelled": lambda d: f"visita cancelada ({word('side', d['cancelled_by'])}){_shares(d)}",
    "visit_started": lambda d: f"empezó la visita de {d['engineer_id']}",
    "visit_expense_logged": lambda d: f"gasto de {show_amount(d['amount'])}, comprobante {d['receipt_reference']}",
    "visit_quote_exceeded": lambda d: f"los gastos, {show_amount(d['total'])}, superan lo aceptado",
    "visit_reported": lambda d: f"informó la visita; el cliente la firma hasta el {short(d['sign_off_by'])}",
    "visit_signed_off": lambda d: ("visita sin firma a tiempo" if d["unanswered"] else "firmó la visita") + _shares(d),
}
"""What each kind of fact says; one that is newer than this program is told by its kind."""

_WORDS = (
    "title", "description", "prior_analysis", "body", "summary", "reason", "words",
    "place", "address", "concept", "found", "done",
)  # fmt: skip


def _of(said: Json) -> str:
    return "los gastos adicionales" if said["is_excess"] else "la cotización"


def _limit(said: Json) -> str:
    return f"{'venció' if said['is_past'] else 'vence'} {short(said['limit_at'])}"


def _from(said: Json) -> str:
    moved = said["from_starts_at"] not in (None, said["starts_at"])
    return f" (antes, {short(said['from_starts_at'])})" if moved else ""


def _shares(said: Json) -> str:
    customer, support = said["borne_by_customer"], said["borne_by_support"]
    if not customer + support:
        return ""
    return f": {show_amount(customer)} a cargo del cliente, {show_amount(support)} de Servinformación"


def sentence(fact: Json) -> str:
    """What happened, and how late where a stopped service made it so."""
    told = _TOLD.get(fact["kind"])
    what = told(fact["data"]) if told else str(fact["kind"])
    late = fact.get("late_seconds") or 0
    return f"{what}, con {lasting(late)} de retraso" if late >= 60 else what


def texts(fact: Json) -> list[str]:
    """What people wrote about it."""
    said = fact["data"]
    skipped = {"reason"} if fact["kind"] == "case_closed" else set()
    return [str(said[name]) for name in _WORDS if name not in skipped and said.get(name)]


def who(fact: Json) -> str:
    """Who did it."""
    actor = fact["actor"]
    return "Escala" if actor["role"] == "system" else str(actor["id"])


def short(at: str) -> str:
    """An instant in a table: "dom 22 nov 13:20"."""
    local = datetime.fromisoformat(at).astimezone(_BOGOTA)
    return f"{_DAYS[local.weekday()]} {local.day:>2} {_MONTHS[local.month - 1]} {local:%H:%M}"


def whole(at: str) -> str:
    """An instant in a sentence."""
    return show_instant(datetime.fromisoformat(at))


def lasting(seconds: int) -> str:
    """A duration in words; seconds only below a minute."""
    minutes = timedelta(minutes=seconds // 60)
    return show_duration(minutes or timedelta(seconds=seconds))
