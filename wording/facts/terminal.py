"""A fact in a terminal: one line, in Spanish, with instants and durations as they stand there."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from policy.case import facts as f
from policy.case.case import Direction
from policy.duty.steps import PageStep
from policy.time.clock import ClockName
from policy.visit import facts as v
from wording.language import show_amount, show_duration, show_instant, word

_BOGOTA = ZoneInfo("America/Bogota")
_DAYS = ("lun", "mar", "mié", "jue", "vie", "sáb", "dom")
_MONTHS = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic")
_MINUTE = timedelta(minutes=1)
_CAUSES: dict[f.HandOffCause, str] = {
    "limit": "venció su tiempo",
    "by_hand": "a mano",
    "priority": "por el cambio de prioridad",
    "functional": "escalamiento funcional",
    "amendment": "por la enmienda de sus tiempos",
}
_PAGE_STEPS: dict[PageStep, str] = {
    PageStep.PAGED: "se avisó a",
    PageStep.PASSED_ON: "nadie acusó recibo a tiempo, se avisó a",
    PageStep.NOBODY: "nadie estaba de turno, se avisó a todos",
    PageStep.UNANSWERED: "nadie acusó recibo, se avisó a todos",
    PageStep.ACKNOWLEDGED: "acusó recibo",
}
_OF_CLOCK = {ClockName.INITIAL_ATTENTION: "de la atención inicial", ClockName.LEVEL: "del tiempo del nivel"}


def sentence(fact: f.RecordedFact, *, late: timedelta | None = None) -> str:
    """What happened, and how late where a stopped service made it so; what is newer than this is told by its kind."""
    what = fact.kind if isinstance(fact, f.UnknownFact) else _told(fact)
    return f"{what}, con {lasting(late)} de retraso" if late and late >= _MINUTE else what


def short(at: datetime) -> str:
    """An instant in a table: "dom 22 nov 13:20"."""
    local = at.astimezone(_BOGOTA)
    return f"{_DAYS[local.weekday()]} {local.day:>2} {_MONTHS[local.month - 1]} {local:%H:%M}"


def lasting(duration: timedelta) -> str:
    """A duration in words; seconds only below a minute."""
    return show_duration(duration // _MINUTE * _MINUTE or duration)


def _told(fact: f.Fact) -> str:
    match fact:
        case f.CaseOpened(priority=priority, channel=channel, follows=follows):
            opened = f"abrió el caso: prioridad {int(priority)}, por {word('channel', channel)}"
            return f"{opened}; sigue al caso cerrado {follows}" if follows else opened
        case f.CaseHeld(until=until):
            return f"caso retenido, sin cobertura, hasta el {show_instant(until)}"
        case f.CaseReleased(cover=cover, plan=plan, came_by=came_by):
            released = f"caso liberado, cubierto por {word('cover', cover)} {word('plan', plan)}"
            return f"{released}; llegó por {word('channel', came_by)}, fuera del plan" if came_by else released
        case f.CaseClaimed():
            return "tomó el caso"
        case f.CaseAssigned(agent_id=agent_id):
            return f"asignó el caso a {agent_id}"
        case f.ReplySent():
            return "respondió al cliente"
        case f.NoteAdded(mentions=called):
            return "dejó una nota interna" + (f" para {', '.join(called)}" if called else "")
        case f.AttemptLogged(channel=channel, outcome=outcome):
            return f"intento por {word('channel', channel)}: {word('outcome', outcome)}"
        case f.CallLogged(direction=direction, outcome=outcome, ends_wait=ends_wait):
            way = "llamada del cliente" if direction is Direction.IN else "llamada al cliente"
            return f"{way}: {word('outcome', outcome)}" + ("; ya no se espera su respuesta" if ends_wait else "")
        case f.ChatBegun():
            return "el cliente espera en el chat"
        case f.ChatTaken(takes_case=takes_case):
            return "tomó el chat y el caso" if takes_case else "tomó el chat"
        case f.ChatSaid():
            return "escribió en el chat"
        case f.ChatHandedOver(to_agent=agent_id, takes_case=takes_case):
            return f"entregó el chat{' y el caso' if takes_case else ''} a {agent_id}"
        case f.ChatEnded(outcome=None):
            return "terminó el chat"
        case f.ChatEnded(outcome=outcome):
            return f"terminó el chat: {word('outcome', outcome)}"
        case f.InitialAttentionGiven(in_time=in_time):
            return "atención inicial " + ("a tiempo" if in_time else "fuera de tiempo")
        case f.InitialAttentionMissed():
            return "venció la atención inicial"
        case f.ClockWarned(percent=None):
            return f"aviso {_OF_CLOCK[fact.clock]}; vence {short(fact.limit_at)}"
        case f.ClockWarned(percent=percent):
            return f"aviso: va el {percent} % {_OF_CLOCK[fact.clock]}; vence {short(fact.limit_at)}"
        case f.PriorityConfirmed(priority=priority):
            return f"confirmó la prioridad {int(priority)}"
        case f.PriorityChanged(from_priority=before, to_priority=after):
            return f"cambió la prioridad de {int(before)} a {int(after)}"
        case f.InformationRequested(answer_by=datetime() as until):
            return f"pidió información al cliente; sin respuesta se resuelve el {short(until)}"
        case f.InformationRequested():
            return "pidió información al cliente"
        case f.InformationReminded(answer_by=until):
            return f"recordatorio al cliente; sin respuesta se resuelve el {short(until)}"
        case f.InformationLapsed():
            return "sin respuesta a tiempo; el caso sigue con su visita"
        case f.CustomerAnswered(brings_analysis=brings):
            return "el cliente respondió" + (" con lo que analizó" if brings else "")
        case f.AnalysisRecorded(channel=channel):
            return f"anotó lo que el cliente analizó, dicho por {word('channel', channel)}"
        case f.HandedOff():
            return f"pasó del nivel {int(fact.from_level)} al {int(fact.to_level)} ({_CAUSES[fact.cause]})"
        case f.CaseTransferred(to_group=group):
            return f"pasó al grupo {group}"
        case f.ProviderEscalated(provider=provider, provider_case=number):
            return f"escaló a {provider}, caso {number}"
        case f.ProviderUpdated():
            return "novedad del proveedor"
        case f.ProviderIncidentLinked(incident_id=incident):
            return f"vinculó el incidente {incident}"
        case f.RemoteSessionStarted(tool=tool, consented_by=contact_id):
            return f"sesión remota con {tool}, autorizada por {contact_id}"
        case f.RemoteSessionEnded(session=session):
            return f"terminó la sesión remota {session}"
        case f.DiagnosisRecorded(cause=diagnosed, is_covered=is_covered):
            return f"diagnóstico: {word('cause', diagnosed)}" + ("" if is_covered else ", no cubierto")
        case f.TermsAmended(to_version=version, moved=moved):
            return f"aplicó la política {version}: vencimientos movidos: {len(moved)}"
        case f.CaseOverdue():
            return "CASO VENCIDO: pasó el límite del nivel 3"
        case f.OverdueRepeated(periods=periods):
            return f"sigue vencido: {periods} periodo{'s' if periods != 1 else ''} más"
        case f.DutyPaged(step=step, level=level, person_id=person):
            return f"guardia del nivel {int(level)}: {_PAGE_STEPS[step]} {person or ''}".rstrip()
        case f.CaseResolved(reopen_until=until, unanswered=True):
            return f"resuelto sin respuesta del cliente; se puede reabrir hasta el {short(until)}"
        case f.CaseResolved(reopen_until=until):
            return f"dio la solución; se puede reabrir hasta el {short(until)}"
        case f.CaseReopened():
            return "reabrió el caso"
        case f.CaseClosed(reason=reason):
            return f"caso cerrado: {word('closing_reason', reason)}"
        case _:
            return _told_of_visit(fact)


def _told_of_visit(fact: v.VisitFact) -> str:
    match fact:
        case v.VisitRequested(visit=visit, decide_by=until):
            return f"pidió la visita {visit}; la dirección decide hasta el {short(until)}"
        case v.VisitApproved(quote=quote, decide_by=until):
            return f"aprobó la visita: {show_amount(quote)}, a decidir hasta el {short(until)}"
        case v.VisitRefused():
            return "no aprobó la visita"
        case v.VisitAccepted(amount=amount, is_excess=is_excess):
            return f"aceptó {_what(is_excess)} de la visita: {show_amount(amount)}"
        case v.VisitDeclined(amount=amount, is_excess=is_excess):
            return f"no aceptó {_what(is_excess)} de la visita: {show_amount(amount)}"
        case v.VisitReminded(step=step, is_past=is_past, limit_at=limit_at):
            limit = f"{'venció' if is_past else 'vence'} {short(limit_at)}"
            return f"recordatorio de la visita {word('visit_step', step)}: {limit}"
        case v.VisitLapsed(is_excess=is_excess):
            return "sin respuesta a tiempo sobre " + (_what(is_excess) if is_excess else "la visita, que caduca")
        case v.VisitScheduled(starts_at=starts_at, engineer_id=engineer_id, from_starts_at=before):
            moved = f" (antes, {short(before)})" if before and before != starts_at else ""
            return f"visita el {short(starts_at)}, con {engineer_id}{moved}"
        case v.VisitCancelled(cancelled_by=side):
            return f"visita cancelada ({word('side', side)}){_shares(fact)}"
        case v.VisitMissed(starts_at=starts_at):
            return f"la visita del {short(starts_at)} no empezó; el reloj vuelve a contar"
        case v.VisitStarted(engineer_id=engineer_id):
            return f"empezó la visita de {engineer_id}"
        case v.VisitExpenseLogged(amount=amount, receipt_reference=receipt):
            return f"gasto de {show_amount(amount)}, comprobante {receipt}"
        case v.VisitQuoteExceeded(total=total):
            return f"los gastos, {show_amount(total)}, superan lo aceptado"
        case v.VisitReported(sign_off_by=until):
            return f"informó la visita; el cliente la firma hasta el {short(until)}"
        case v.VisitSignedOff(unanswered=unanswered):
            return ("visita sin firma a tiempo" if unanswered else "firmó la visita") + _shares(fact)
        case _:
            assert_never(fact)


def _what(is_excess: bool) -> str:
    return "los gastos adicionales" if is_excess else "la cotización"


def _shares(fact: v.VisitCancelled | v.VisitSignedOff) -> str:
    customer, support = fact.borne_by_customer, fact.borne_by_support
    if not customer + support:
        return ""
    return f": {show_amount(customer)} a cargo del cliente, {show_amount(support)} de Servinformación"
