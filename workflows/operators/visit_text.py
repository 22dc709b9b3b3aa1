"""The texts of a visit on site in Temporal's UI: its step, its wait and its figures. Ids, no places."""

from __future__ import annotations

from collections.abc import Iterator

from policy.case.case import Case, Wake, WakeKind
from policy.visit.visit import PENDING, Term, Visit, VisitStep
from workflows.operators.words import VISIT_STEPS, code, when

_AWAITED = {
    VisitStep.REQUESTED: "la decisión de la dirección",
    VisitStep.QUOTED: "la decisión del cliente sobre la cotización",
    VisitStep.AGREED: "la fecha y el ingeniero",
    VisitStep.SCHEDULED: "el inicio",
    VisitStep.STARTED: "el informe",
    VisitStep.REPORTED: "la firma del cliente",
}


def wake_text(wake: Wake, case: Case) -> str:
    """What happens at a wake of the visit: `visita 1, por aceptar: caduca sin la decisión del cliente ...`."""
    visit = case.visit
    if visit is None or visit.step not in _AWAITED:
        return "visita"
    named = f"visita {visit.number}, {VISIT_STEPS[visit.step]}"
    match wake.kind:
        case WakeKind.VISIT_REMINDER:
            return f"{named}: recordatorio, falta {_AWAITED[visit.step]}"
        case WakeKind.EXCESS_REMINDER:
            return f"{named}: recordatorio al cliente de los gastos adicionales"
        case WakeKind.VISIT_DATE:
            return f"{named}: sin inicio, el reloj del nivel vuelve a contar"
        case WakeKind.EXCESS_LIMIT:
            return f"{named}: sin respuesta del cliente, los gastos adicionales quedan a cargo de soporte"
    if visit.step in PENDING:
        return f"{named}: caduca sin {_AWAITED[visit.step]}"
    if visit.step is VisitStep.REPORTED:
        return f"{named}: termina sin {_AWAITED[visit.step]}"
    return f"{named}: se avisa que falta {_AWAITED[visit.step]}"


def lines(visit: Visit) -> Iterator[str]:
    """The visit in Markdown: where it stands, what it waits for and what it costs. Temporal's UI nests no lists."""
    yield f"- **Visita {visit.number}** {VISIT_STEPS[visit.step]}, municipio {code(visit.city_code)} (ONS-5)"
    if visit.starts_at and visit.engineer_id:
        yield f"- **Fecha de la visita** {when(visit.starts_at)}, ingeniero {code(visit.engineer_id)}"
    if visit.step in _AWAITED:
        yield f"- **La visita espera** {_AWAITED[visit.step]}{_until(visit.term)}"
    if visit.quote is not None:
        yield f"- **Cotización** {_pesos(visit.quote)}, {_accepted(visit)}, gastos {_pesos(visit.expenses)} (ONS-2)"
    if visit.excess:
        yield f"- **Gastos adicionales** espera la decisión del cliente{_until(visit.excess)}"
    elif visit.excess_declined:
        yield f"- **Gastos adicionales** no aceptados: el cliente asume {_pesos(visit.borne_by_customer)}"


def _accepted(visit: Visit) -> str:
    if not visit.acceptances:
        return "sin aceptar"
    last = visit.acceptances[-1]
    return f"aceptado {_pesos(last.amount)} por {code(last.contact_id)}, {when(last.at)}"


def _until(term: Term | None) -> str:
    return f" hasta {when(term.due_at)}" if term else ""


def _pesos(amount: int) -> str:
    """Without its sign, which Temporal's UI would take for the begin of a formula."""
    return f"{amount:,} COP".replace(",", ".")
