"""The terminal's tables and lines of the API's answers, in Spanish and Bogotá's time. It asks nobody anything."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from cli.shown_facts import ShownFact
from wording.facts import terminal
from wording.facts.terminal import sentence
from wording.language import show_amount, show_instant, word

Json = dict[str, Any]

_STYLES = {"missed": "bold red", "running": "green", "paused": "yellow", "met": "green"}


def opened(case: Json) -> RenderableType:
    """What to tell whoever has just opened a case."""
    table = _pairs(f"Caso {case['number']}")
    table.add_row("Estado", word("status", case["status"]))
    table.add_row("Plan y prioridad", _plan(case))
    if case["held_until"]:
        table.add_row("Retenido", f"sin cobertura; se cierra el {whole(case['held_until'])} si no se renueva y paga")
    attention = case["clocks"]["initial_attention"]
    if attention and attention["due_at"]:
        table.add_row("Atención inicial", f"a más tardar el {whole(attention['due_at'])}")
    if case["next_hand_off_at"]:
        table.add_row("Pasa al nivel 2", f"si no se resuelve, el {whole(case['next_hand_off_at'])}")
    return table


def case(case: Json) -> RenderableType:
    """What a case is."""
    table = _pairs(f"{case['number']}  {escape(case['title'])}")
    status = word("status", case["status"])
    if case["closing_reason"]:
        status += f": {word('closing_reason', case['closing_reason'])}"
    if case["out_of_scope_kind"]:
        status += f" ({word('out_of_scope_kind', case['out_of_scope_kind'])})"
    if case["duplicate_of"]:
        status += f" de {case['duplicate_of']}"
        if case["goes_on_in"] not in (None, case["duplicate_of"]):
            status += f", que sigue en {case['goes_on_in']}"
    table.add_row("Estado", f"[bold]{status}[/]" + ("  [bold red]VENCIDO[/]" if case["overdue"] else ""))
    level = f"{case['level']}, {word('level', case['level'])}"
    table.add_row("Nivel", level + (f", grupo {escape(case['group'])}" if case["group"] else ""))
    table.add_row("Responsable", escape(case["assignee"] or "sin asignar"))
    table.add_row("Plan y prioridad", _plan(case))
    table.add_row("Cobertura", word("cover", case["cover"]))
    table.add_row("Canal y categoría", f"{word('channel', case['channel'])}, {word('category', case['category'])}")
    table.add_row("Cliente", f"{case['customer_id']}, {case['contact_id']}")
    table.add_row("Solución", case["solution_id"])
    if provider := case["provider_case"]:
        table.add_row("Proveedor", escape(f"{provider['provider']}, caso {provider['number']}"))
    table.add_row("Abierto", whole(case["opened_at"]))
    if case["follows"]:
        table.add_row("Sigue al caso", case["follows"])
    if case["followed_by"]:
        table.add_row("Sigue en", ", ".join(case["followed_by"]))
    if case["awaits_analysis"]:
        table.add_row("Análisis del cliente", "pendiente; se pidió al abrir por correo")
    if case["waits"]:
        table.add_row("En espera de", " y ".join(word("waiting_for", each) for each in case["waits"]))
    for each in case["missed"]:
        late = f", {lasting(each['late_seconds'])} de más" if each["late_seconds"] else ""
        kept = f"; se cumplió el {short(each['met_at'])}" if each["met_at"] else ""
        table.add_row("Incumplido", f"{word('promise', each['clock'])}: venció el {short(each['due_at'])}{late}{kept}")
    if case["answer_by"]:
        table.add_row("Sin respuesta", f"se resuelve el {whole(case['answer_by'])}")
    if case["provider_incidents"]:
        table.add_row("Incidentes", escape(", ".join(case["provider_incidents"])))
    if session := case["remote_session"]:
        held = f"{session['tool']}, autorizada por {session['consented_by']}, desde {short(session['started_at'])}"
        table.add_row("Sesión remota", escape(held))
    if case["diagnosis"]:
        table.add_row("Diagnóstico", word("cause", case["diagnosis"]))
    return table


def visit(visit: Json) -> RenderableType:
    """A visit on site: where it stands, when and with whom, and what it costs."""
    table = _pairs(f"Visita {visit['number']}")
    due = (
        f", {'el' if visit['step'] == 'scheduled' else 'hasta el'} {short(visit['due_at'])}" if visit["due_at"] else ""
    )
    table.add_row("Estado", f"[bold]{word('visit_step', visit['step'])}[/]{due}")
    table.add_row("Municipio", visit["city_code"])
    if visit["starts_at"]:
        table.add_row("Fecha", f"{whole(visit['starts_at'])}, {escape(visit['engineer_id'])}")
    if visit["quote"]:
        table.add_row("Cotización", _money(visit["quote"]))
    if accepted := visit["accepted"]:
        table.add_row("Aceptado", f"{_money(accepted['amount'])}, {escape(accepted['by'])}, {short(accepted['at'])}")
    if int(visit["expenses"]["amount"]):
        theirs = f"{_money(visit['borne_by_customer'])} a cargo del cliente"
        table.add_row("Gastos", f"{_money(visit['expenses'])}, {theirs}")
    if excess := visit["excess"]:
        table.add_row("Gastos adicionales", f"el cliente decide hasta el {short(excess['decide_by'])}")
    return table


def amendment_preview(found: list[Json], unchanged: int, version: str) -> RenderableType:
    """Which deadlines an amendment would move and what it would bring about, case by case; whom it does not reach."""
    table = Table(title=f"Lo que movería la política {escape(version)}", box=None, title_justify="left", pad_edge=False)
    for column in ("Caso", "Vencimiento", "Antes", "Después"):
        table.add_column(column)
    moved = [each for each in found if each["deadlines"]]
    for each in moved:
        for deadline in each["deadlines"]:
            instants = (short(deadline[name]) if deadline[name] else "—" for name in ("before_at", "after_at"))
            table.add_row(each["number"], deadline["label"], *instants)
    refused = [each for each in found if each["problem"]]
    later = len(found) - len(moved) - len(refused)
    told = [f"{len(moved)} casos con vencimientos que se mueven; {later} que solo cambian desde ahora."]
    told += [f"{unchanged} ya al día."] if unchanged else []
    told += [
        f"{each['number']}: {', '.join(now['label'] for now in each['at_once'])}." for each in found if each["at_once"]
    ]
    told += [f"{each['number']}: {escape(each['problem']['detail'])}" for each in refused]
    return Group(table if moved else "", *told)


def amended(made: list[Json]) -> RenderableType:
    """What became of the cases of some amendments."""
    applied, unchanged, refused, pending = (
        sum(each[name] for each in made) for name in ("applied", "unchanged", "refused", "pending")
    )
    told = [f"Enmendados: {applied}. Ya al día: {unchanged}. Rechazados: {refused}. Sin respuesta: {pending}."]
    told += [
        f"{each['number']}: {escape(each['problem']['detail'])}"
        for amendment in made
        for each in amendment["outcomes"]
        if each["problem"]
    ]
    if pending:
        told.append("Repita el comando para los que no respondieron: lo que ya se aplicó no se aplica dos veces.")
    return Group(*told, f"En el registro: {', '.join(each['id'] for each in made)}")


def clocks(case: Json) -> RenderableType:
    """A case's two clocks."""
    table = Table(title="Relojes", title_justify="left", title_style="bold")
    for heading in ("Reloj", "Estado", "Usado", "Límite", "Vence"):
        table.add_column(heading)
    for name, label in (("initial_attention", "atención inicial"), ("level", f"nivel {case['level']}")):
        clock = case["clocks"][name]
        if clock:
            table.add_row(
                label,
                Text(word("clock_state", clock["state"]), style=_STYLES.get(clock["state"], "")),
                lasting(clock["spent_seconds"]),
                lasting(clock["limit_seconds"]),
                short(clock["due_at"]) if clock["due_at"] else "-",
            )
    return table if table.row_count else Text("Relojes: ninguno corre.", style="dim")


def next_steps(case: Json) -> RenderableType:
    """What will happen by itself, soonest first."""
    coming: list[tuple[str, str]] = []
    for name, label in (("initial_attention", "de la atención inicial"), ("level", f"del nivel {case['level']}")):
        clock = case["clocks"][name]
        if clock and clock["state"] == "running":
            coming += [(clock["warn_at"], f"aviso {label}")] if clock["warn_at"] else []
            if name == "initial_attention":
                coming.append((clock["due_at"], "vence la atención inicial"))
            elif case["level"] == 3:
                coming.append((clock["due_at"], "el caso queda vencido"))
    if case["next_hand_off_at"]:
        coming.append((case["next_hand_off_at"], f"pasa del nivel {case['level']} al {case['level'] + 1}"))
    if case["reopen_until"]:
        coming.append((case["reopen_until"], "se cierra si el cliente no responde"))
    coming += _of_visit(case["visit"]) if case["visit"] else []
    if case["held_until"]:
        coming.append((case["held_until"], "se cierra por falta de cobertura"))
    table = Table(title="Lo que sigue", title_justify="left", title_style="bold", show_header=False)
    for at, what in sorted(coming):
        table.add_row(short(at), what)
    if not coming:
        return Text(f"Lo que sigue: {_nothing_coming(case)}.", style="dim")
    return table


def timeline(facts: list[ShownFact]) -> RenderableType:
    """Everything that happened."""
    table = Table(title="Historia", title_justify="left", title_style="bold", show_lines=True)
    table.add_column("#", justify="right")
    table.add_column("Cuándo", no_wrap=True)
    table.add_column("Quién", overflow="fold")
    table.add_column("Qué", ratio=1)
    for fact in facts:
        told: list[RenderableType] = [_told(fact)]
        told += [Text(text, style="italic") for text in fact.texts]
        table.add_row(str(fact.seq), terminal.short(fact.at), fact.who, Group(*told))
    return table


def line(fact: ShownFact, *, number: str | None = None) -> RenderableType:
    """A fact on one line, and its words below."""
    head = Text()
    head.append(terminal.short(fact.at), style="cyan")
    if number:
        head.append(f"  {number}", style="bold")
    head.append(f"  {fact.who}", style="dim")
    head.append("  ").append_text(_told(fact))
    return Group(head, *(Text(f"    {text}", style="italic") for text in fact.texts))


# -- words ------------------------------------------------------------------------------------------------------------


def short(at: str) -> str:
    """An instant of an answer in a table."""
    return terminal.short(datetime.fromisoformat(at))


def whole(at: str) -> str:
    """An instant of an answer in a sentence."""
    return show_instant(datetime.fromisoformat(at))


def lasting(seconds: int) -> str:
    """A duration of an answer in words."""
    return terminal.lasting(timedelta(seconds=seconds))


def _told(fact: ShownFact) -> Text:
    return Text(sentence(fact.fact, late=fact.late), style="dim" if fact.internal else "")


def _pairs(title: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", show_header=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    return table


def _of_visit(visit: Json) -> list[tuple[str, str]]:
    named = f"visita {word('visit_step', visit['step'])}"
    coming = [(visit["remind_at"], f"{named}: recordatorio")] if visit["remind_at"] else []
    coming += [(visit["due_at"], f"{named}: límite")] if visit["due_at"] else []
    return coming + ([(visit["excess"]["decide_by"], "límite de los gastos adicionales")] if visit["excess"] else [])


def _money(money: Json) -> str:
    return show_amount(int(money["amount"]))


def _plan(case: Json) -> str:
    return f"{word('plan', case['plan'])}, prioridad {case['priority']} ({word('priority', case['priority'])})"


def _nothing_coming(case: Json) -> str:
    if case["status"] == "waiting_customer":
        return "se espera al cliente; el reloj del nivel está en pausa"
    return "se repite el aviso de vencido hasta que se resuelva" if case["overdue"] else "nada pendiente"
