"""A fact for operators, on its line of Temporal's UI: short, in Spanish, ids and figures only.

Workflows import it: it reads no catalogue and nothing that people wrote.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from policy.case import facts as f
from policy.duty.steps import PageStep
from policy.visit import facts as v

_CAUSES: dict[f.HandOffCause, str] = {
    "limit": "por su límite",
    "by_hand": "a mano",
    "priority": "por la prioridad",
    "functional": "funcional",
    "amendment": "por la enmienda",
}
_PAGE_STEPS: dict[PageStep, str] = {
    PageStep.PAGED: "se avisa a",
    PageStep.PASSED_ON: "sin acuse, se avisa a",
    PageStep.NOBODY: "nadie de turno",
    PageStep.UNANSWERED: "nadie acusó recibo",
    PageStep.ACKNOWLEDGED: "acusa recibo",
}


def sentences(facts: Iterable[f.Fact]) -> str:
    """All that a turn records, in its order."""
    return ", ".join(sentence(each) for each in facts)


def sentence(fact: f.Fact) -> str:
    """What happened."""
    match fact:
        case f.CaseOpened(priority=priority, follows=follows):
            return f"abierto con P{int(priority)}" + (f", sigue a {follows}" if follows else "")
        case f.CaseHeld():
            return "retenido sin cobertura"
        case f.CaseReleased(came_by=came_by):
            return "liberado por su cobertura" + (f", llegó por {came_by}, fuera del plan" if came_by else "")
        case f.CaseClaimed(agent_id=agent_id):
            return f"lo toma {agent_id}"
        case f.CaseAssigned(agent_id=agent_id):
            return f"asignado a {agent_id}"
        case f.ReplySent():
            return "respuesta al cliente"
        case f.NoteAdded():
            return "nota interna"
        case f.AttemptLogged():
            return "intento remoto"
        case f.CallLogged(ends_wait=ends_wait):
            return "llamada, ya no espera respuesta" if ends_wait else "llamada"
        case f.ChatBegun():
            return "empieza un chat"
        case f.ChatTaken():
            return "chat tomado"
        case f.ChatSaid():
            return "línea de chat"
        case f.ChatHandedOver():
            return "chat entregado"
        case f.ChatEnded():
            return "termina el chat"
        case f.InitialAttentionGiven(in_time=in_time):
            return "atención inicial a tiempo" if in_time else "atención inicial tardía"
        case f.InitialAttentionMissed():
            return "atención inicial vencida"
        case f.ClockWarned(clock=clock):
            return "aviso del nivel" if clock == "level" else "aviso de la atención inicial"
        case f.PriorityConfirmed(priority=priority):
            return f"P{int(priority)} confirmada"
        case f.PriorityChanged(from_priority=before, to_priority=after):
            return f"P{int(before)} -> P{int(after)}"
        case f.InformationRequested():
            return "información pedida al cliente"
        case f.InformationReminded():
            return "recordatorio de la información pedida"
        case f.InformationLapsed():
            return "pregunta sin respuesta, sigue la visita"
        case f.CustomerAnswered(brings_analysis=brings):
            return "respuesta del cliente" + (" con su análisis" if brings else "")
        case f.AnalysisRecorded():
            return "análisis del cliente anotado"
        case f.HandedOff(from_level=before, to_level=after, cause=cause):
            return f"nivel {int(before)} -> {int(after)} {_CAUSES[cause]}"
        case f.CaseTransferred(to_group=group):
            return f"pasa al grupo {group}"
        case f.ProviderEscalated():
            return "escalado al proveedor"
        case f.ProviderUpdated():
            return "novedad del proveedor"
        case f.ProviderIncidentLinked(incident_id=incident):
            return f"incidente {incident} del proveedor"
        case f.RemoteSessionStarted(session=session):
            return f"empieza la sesión remota {session}"
        case f.RemoteSessionEnded(session=session):
            return f"termina la sesión remota {session}"
        case f.DiagnosisRecorded(is_covered=is_covered):
            return "diagnóstico cubierto" if is_covered else "diagnóstico no cubierto"
        case f.TermsAmended(to_version=version):
            return f"política {version} aplicada"
        case f.CaseOverdue():
            return "vencido"
        case f.OverdueRepeated(periods=periods):
            return f"sigue vencido ({periods})"
        case f.DutyPaged(step=step, person_id=person):
            return f"guardia: {_PAGE_STEPS[step]} {person or ''}".rstrip()
        case f.CaseResolved(unanswered=unanswered):
            return "resuelto sin respuesta" if unanswered else "solución dada"
        case f.CaseReopened():
            return "reabierto"
        case f.CaseClosed():
            return "cierre"
        case _:
            return f"visita {fact.visit}: {_of_visit(fact)}"


def _of_visit(fact: v.VisitFact) -> str:
    match fact:
        case v.VisitRequested():
            return "pedida"
        case v.VisitApproved():
            return "aprobada"
        case v.VisitRefused():
            return "no aprobada"
        case v.VisitAccepted(is_excess=is_excess):
            return "gastos adicionales aceptados" if is_excess else "cotización aceptada"
        case v.VisitDeclined(is_excess=is_excess):
            return "gastos adicionales no aceptados" if is_excess else "cotización no aceptada"
        case v.VisitReminded():
            return "recordatorio"
        case v.VisitLapsed(is_excess=is_excess):
            return "gastos adicionales sin respuesta" if is_excess else "caducada"
        case v.VisitScheduled(engineer_id=engineer_id):
            return f"programada con {engineer_id}"
        case v.VisitCancelled():
            return "cancelada"
        case v.VisitMissed():
            return "no empezó en su fecha"
        case v.VisitStarted():
            return "empezada"
        case v.VisitExpenseLogged():
            return "gasto registrado"
        case v.VisitQuoteExceeded():
            return "gastos por encima de lo aceptado"
        case v.VisitReported():
            return "informe entregado"
        case v.VisitSignedOff(unanswered=unanswered):
            return "terminada sin firma" if unanswered else "firmada"
        case _:
            assert_never(fact)
