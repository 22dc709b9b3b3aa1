"""How the API's answers look in a terminal: tables and lines in Spanish, Bogotá's time. It asks nobody anything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from escala.language import show_duration, show_instant, word

Json = dict[str, Any]

_BOGOTA = ZoneInfo("America/Bogota")
_DAYS = ("lun", "mar", "mié", "jue", "vie", "sáb", "dom")
_MONTHS = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic")
_STYLES = {"missed": "bold red", "running": "green", "paused": "yellow", "met": "green"}


def opened(case: Json) -> RenderableType:
    """What to tell whoever has just opened a case."""
    table = _pairs(f"Caso {case['number']}")
    table.add_row("Estado", word("status", case["status"]))
    table.add_row("Plan y prioridad", _plan(case))
    if case["held_until"]:
        table.add_row("Retenido", f"sin cobertura; se cierra el {_when(case['held_until'])} si no se renueva y paga")
    attention = case["clocks"]["initial_attention"]
    if attention and attention["due_at"]:
        table.add_row("Atención inicial", f"a más tardar el {_when(attention['due_at'])}")
    if case["next_hand_off_at"]:
        table.add_row("Pasa al nivel 2", f"si no se resuelve, el {_when(case['next_hand_off_at'])}")
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
    table.add_row("Abierto", _when(case["opened_at"]))
    return table


def amendment_preview(found: list[Json], unchanged: int, version: str) -> RenderableType:
    """Which deadlines an amendment would move, case by case, and whom it does not reach."""
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
                _lasting(clock["spent_seconds"]),
                _lasting(clock["limit_seconds"]),
                short(clock["due_at"]) if clock["due_at"] else "-",
            )
    return table if table.row_count else Text("Relojes: ninguno corre.", style="dim")


def next_steps(case: Json) -> RenderableType:
    """What will happen by itself, soonest first."""
    coming: list[tuple[str, str]] = []
    for name, label in (("initial_attention", "de la atención inicial"), ("level", f"del nivel {case['level']}")):
        clock = case["clocks"][name]
        if clock and clock["state"] == "running":
            coming += [(clock["warn_at"], f"aviso: se ha usado el 75 % {label}")] if clock["warn_at"] else []
            if name == "initial_attention":
                coming.append((clock["due_at"], "vence la atención inicial"))
            elif case["level"] == 3:
                coming.append((clock["due_at"], "el caso queda vencido"))
    if case["next_hand_off_at"]:
        coming.append((case["next_hand_off_at"], f"pasa del nivel {case['level']} al {case['level'] + 1}"))
    if case["reopen_until"]:
        coming.append((case["reopen_until"], "se cierra si el cliente no responde"))
    if case["held_until"]:
        coming.append((case["held_until"], "se cierra por falta de cobertura"))
    table = Table(title="Lo que sigue", title_justify="left", title_style="bold", show_header=False)
    for at, what in sorted(coming):
        table.add_row(short(at), what)
    if not coming:
        return Text(f"Lo que sigue: {_nothing_coming(case)}.", style="dim")
    return table


def timeline(facts: list[Json]) -> RenderableType:
    """Everything that happened."""
    table = Table(title="Historia", title_justify="left", title_style="bold", show_lines=True)
    table.add_column("#", justify="right")
    table.add_column("Cuándo", no_wrap=True)
    table.add_column("Quién", overflow="fold")
    table.add_column("Qué", ratio=1)
    for fact in facts:
        told: list[RenderableType] = [Text(_what(fact), style="dim" if fact["internal"] else "")]
        told += [Text(text, style="italic") for text in _texts(fact)]
        table.add_row(str(fact["seq"]), short(fact["at"]), _who(fact), Group(*told))
    return table


def line(fact: Json, *, number: str | None = None) -> RenderableType:
    """A fact on one line, and its words below."""
    head = Text()
    head.append(short(fact["at"]), style="cyan")
    if number:
        head.append(f"  {number}", style="bold")
    head.append(f"  {_who(fact)}", style="dim")
    head.append(f"  {_what(fact)}", style="dim" if fact["internal"] else "")
    return Group(head, *(Text(f"    {text}", style="italic") for text in _texts(fact)))


def short(at: str) -> str:
    """An instant in a table: "dom 22 nov 13:20"."""
    local = datetime.fromisoformat(at).astimezone(_BOGOTA)
    return f"{_DAYS[local.weekday()]} {local.day:>2} {_MONTHS[local.month - 1]} {local:%H:%M}"


# -- facts ------------------------------------------------------------------------------------------------------------

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
    "case_held": lambda d: f"caso retenido, sin cobertura, hasta el {_when(d['until'])}",
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
    "case_overdue": lambda _: "CASO VENCIDO: pasó el límite del nivel 3",
    "overdue_repeated": lambda d: f"sigue vencido: {d['periods']} períodos más",
    "case_resolved": lambda d: f"dio la solución; se puede reabrir hasta el {short(d['reopen_until'])}",
    "case_reopened": lambda _: "reabrió el caso",
    "terms_amended": lambda d: f"aplicó la política {d['to_version']}: se movieron {len(d['moved'])} vencimientos",
    "case_closed": lambda d: f"caso cerrado: {word('closing_reason', d['reason'])}",
}
"""What each kind of fact says; one that is newer than this program is told by its kind."""

_WORDS = ("title", "description", "prior_analysis", "body", "summary", "reason", "words")


def _what(fact: Json) -> str:
    told = _TOLD.get(fact["kind"])
    what = told(fact["data"]) if told else str(fact["kind"])
    late = fact.get("late_seconds") or 0
    return f"{what}, con {_lasting(late)} de retraso" if late >= 60 else what


def _texts(fact: Json) -> list[str]:
    said = fact["data"]
    skipped = {"reason"} if fact["kind"] == "case_closed" else set()
    return [str(said[name]) for name in _WORDS if name not in skipped and said.get(name)]


def _who(fact: Json) -> str:
    actor = fact["actor"]
    return "Escala" if actor["role"] == "system" else str(actor["id"])


# -- words ------------------------------------------------------------------------------------------------------------


def _pairs(title: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", show_header=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    return table


def _plan(case: Json) -> str:
    return f"{word('plan', case['plan'])}, prioridad {case['priority']} ({word('priority', case['priority'])})"


def _nothing_coming(case: Json) -> str:
    if case["status"] == "waiting_customer":
        return "se espera al cliente; el reloj del nivel está en pausa"
    return "se repite el aviso de vencido hasta que se resuelva" if case["overdue"] else "nada pendiente"


def _when(at: str) -> str:
    return show_instant(datetime.fromisoformat(at))


def _lasting(seconds: int) -> str:
    minutes = timedelta(minutes=seconds // 60)
    return show_duration(minutes or timedelta(seconds=seconds))
