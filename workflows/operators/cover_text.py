"""The texts of a cover in Temporal's UI: short, in Spanish, ids only and no personal data."""

from __future__ import annotations

from datetime import date, datetime

from policy.cover.cover import CoverRef
from policy.cover.cover_end import Announcement, CoverDates
from policy.terms.terms import CoverKind
from workflows.operators.words import MONTHS, when

_KINDS = {CoverKind.CONTRACT: "contrato", CoverKind.WARRANTY: "garantía", CoverKind.NONE: "sin cobertura"}


def day(on: date) -> str:
    """A date as operators say it: `31 mar 2027`."""
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def static_summary(cover: CoverRef) -> str:
    """The line that stays on the workflow for its whole life."""
    return f"{_KINDS[cover.kind]} {cover.id}, cliente {cover.customer_id}"


def timer_summary(dates: CoverDates, wake: datetime, *, at: datetime) -> str:
    """The line on the timer that runs: what happens at the next wake, and when."""
    announcement = dates.next_announcement(at=at)
    if announcement and announcement.at == wake:
        return f"aviso: {_left(announcement)}, {when(wake)}"
    if at < dates.starts_at:
        return f"empieza, {when(wake)}"
    return f"{'termina' if wake >= dates.over_at else 'termina lo pagado'}, {when(wake)}"


def announcements(dates: CoverDates | None, *, at: datetime) -> list[str]:
    """Each announcement of the end with what became of it, then the end: the dates to come, and what was told."""
    if dates is None:
        return []
    told = min(dates.given, default=None)
    lines = []
    for each in dates.announcements:
        if each.days_before in dates.given:
            became = "dado"
        elif dates.goes_on or dates.has_lapsed(at=at) or (told is not None and each.days_before > told):
            became = "no hizo falta"
        else:
            became = "por dar"
        lines.append(f"{when(each.at)}: {_left(each)} ({became})")
    return [*lines, f"{when(dates.over_at)}: termina"]


def _left(announcement: Announcement) -> str:
    days = announcement.days_left
    if days == 0:
        return "último día de la cobertura"
    return f"{'falta 1 día' if days == 1 else f'faltan {days} días'} para el fin de la cobertura"


def state(dates: CoverDates, *, at: datetime) -> str:
    """How the cover stands at an instant."""
    if at >= dates.over_at:
        return "terminó"
    if dates.covered_through is None:
        return "sin pago"
    if at < dates.starts_at:
        return "por comenzar"
    return "vigente" if dates.covers_at(at) else "vencido, con renovación sin pago"


def result(dates: CoverDates | None) -> str:
    """What is left of the workflow when it has ended."""
    if dates is None:
        return "no existe"
    return f"cubrió hasta el {day(dates.covered_through)}" if dates.covered_through else "terminó sin pago"


def current_details(cover: CoverRef, dates: CoverDates | None, *, at: datetime) -> str:
    """The Markdown page of a cover: its days, what was announced, what comes next."""
    title = f"{_KINDS[cover.kind].capitalize()} {cover.id}"
    if dates is None:
        return f"### {title}: no existe\n\nNo hay nada que avisar."
    lines = [f"### {title}: {state(dates, at=at)}", "", f"- **Cliente** `{cover.customer_id}`"]
    lines.append(f"- **Desde** {day(dates.starts_on)}")
    if dates.covered_through:
        lines.append(f"- **Cubre hasta** {day(dates.covered_through)}, incluido (WAR-2)")
    else:
        lines.append(f"- **Acordado hasta** {day(dates.agreed_until)}, sin pago: no cubre (WAR-2)")
    if dates.unpaid_until:
        lines.append(f"- **Renovación sin pago** hasta {day(dates.unpaid_until)}")
    if dates.goes_on:
        lines.append("- **Sigue** otro contrato pagado: no hay fin que avisar")
    given = ", ".join(str(days) for days in dates.given)
    lines.append(f"- **Avisos dados** {f'{given} días antes' if given else 'ninguno'} (WAR-5)")
    lines += ["", "**Lo que sigue**", ""]
    wake = dates.next_wake_at(at=at)
    lines.append("Nada: el flujo terminó." if at >= dates.over_at else f"1. {timer_summary(dates, wake, at=at)}")
    return "\n".join([*lines, "", f"Visto {when(at)}"])
