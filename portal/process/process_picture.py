"""The process map as a picture that needs no script: the diagram's own places, with figures on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap

from markupsafe import Markup

from policy.case.process import Step
from portal.process.process_bpmn import Say, label_of_line, label_place, name_of
from portal.process.process_drawing import HEIGHT, NODES, WAYS, WIDTH, Node, Shape

_LETTERS_A_LINE = 22


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What is shown at a step: figures and where their lists are, or the places that the step has in a case's path."""

    cases: int | None = None
    late: int = 0
    heat: int | None = None
    address: str = ""
    late_address: str = ""
    order: tuple[int, ...] = ()
    is_last: bool = False


def picture(say: Say, marks: Mapping[Step, Mark]) -> Markup:
    """The whole picture. It is for eyes; all that it tells stands in a table beside it."""
    parts = [*(_line(line.points) for line in WAYS)]
    for line in WAYS:
        if line.label:
            x, y, width = label_of_line(line)
            parts.append(_text(x + width // 2, y + 11, [say(line.label)], "label", "middle"))
    parts += [part for node in NODES for part in _node(node, say, marks)]
    return Markup(
        '<svg class="map" id="dibujo" viewBox="0 0 {width} {height}" role="group" '
        'aria-labelledby="dibujo-t" aria-describedby="dibujo-d">'
        '<title id="dibujo-t">{title}</title><desc id="dibujo-d">{told}</desc>'
        '<defs><marker id="punta" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
        'orient="auto-start-reverse"><path class="head" d="M0 0L10 5L0 10z"/></marker></defs>{parts}</svg>'
    ).format(
        width=WIDTH,
        height=HEIGHT,
        title=say("The life of a case"),
        told=say("The same figures stand in the table."),
        parts=Markup("").join(parts),
    )


def _node(node: Node, say: Say, marks: Mapping[Step, Mark]) -> Iterator[Markup]:
    mark = marks.get(node.step) if node.step else None
    name = name_of(node, say)
    drawn, figures = _shape(node, mark), Markup("")
    if node.shape is Shape.TASK:
        lines = wrap(name, _LETTERS_A_LINE)
        drawn += _text(node.x + node.width // 2, node.y + 30, lines, "name", "middle")
        figures = _figures(node.x + node.width // 2, node.y + node.height - 6, mark, say)
    elif node.shape is Shape.WORK:
        drawn += _text(node.x + 12, node.y + 20, [name], "name")
    elif place := label_place(node):
        x, y, width = place
        drawn += _text(x + width // 2, y + 10, wrap(name, width // 6), "label", "middle")
        figures = _figures(node.centre[0], node.centre[1] + 5, mark, say)
    yield _link(mark.address, drawn) if mark and mark.address else drawn
    yield figures


def _link(address: str, shown: Markup) -> Markup:
    """A link for who points at it; the table's are for the keyboard."""
    return Markup('<a href="{address}" tabindex="-1">{shown}</a>').format(address=address, shown=shown)


def _shape(node: Node, mark: Mark | None) -> Markup:
    x, y = node.centre
    tone = _tone(mark)
    match node.shape:
        case Shape.GATEWAY:
            points = f"{x},{node.y} {node.x + node.width},{y} {x},{node.y + node.height} {node.x},{y}"
            return Markup('<polygon class="node" points="{points}"/>').format(points=points)
        case Shape.START | Shape.END | Shape.TIMER:
            hands = Markup('<path class="hands" d="M{x} {top}V{y}H{right}"/>').format(x=x, y=y, top=y - 9, right=x + 7)
            return Markup('<circle class="node {shape} {tone}" cx="{x}" cy="{y}" r="18"/>').format(
                shape=node.shape.value, tone=tone, x=x, y=y
            ) + (hands if node.shape is Shape.TIMER else Markup(""))
        case _:
            return Markup('<rect class="node {shape} {tone}" x="{x}" y="{y}" width="{w}" height="{h}" rx="8"/>').format(
                shape=node.shape.value, tone=tone, x=node.x, y=node.y, w=node.width, h=node.height
            )


def _tone(mark: Mark | None) -> str:
    if mark is None:
        return ""
    if mark.order:
        return "taken last" if mark.is_last else "taken"
    return "" if mark.heat is None else f"heat-{mark.heat}"


def _figures(x: int, y: int, mark: Mark | None, say: Say) -> Markup:
    if mark is None:
        return Markup("")
    if mark.order:
        return _text(x, y, [", ".join(str(place) for place in mark.order)], "count", "middle")
    if mark.cases is None:
        return Markup("")
    cases = Markup("<tspan>{cases}</tspan>").format(cases=mark.cases)
    shown = _link(mark.address, cases)
    if mark.late:
        late = Markup('<tspan class="late">{late} {word}</tspan>').format(late=mark.late, word=say("late"))
        shown += Markup(" ") + _link(mark.late_address, late)
    return Markup('<text class="count" x="{x}" y="{y}" text-anchor="middle">{shown}</text>').format(
        x=x, y=y, shown=shown
    )


def _line(points: Sequence[tuple[int, int]]) -> Markup:
    way = "M" + "L".join(f"{x} {y}" for x, y in points)
    return Markup('<path class="way" d="{way}" marker-end="url(#punta)"/>').format(way=way)


def _text(x: int, y: int, lines: Sequence[str], kind: str, anchor: str = "start") -> Markup:
    spans = Markup("").join(
        Markup('<tspan x="{x}" dy="{dy}">{line}</tspan>').format(x=x, dy=0 if place == 0 else 14, line=line)
        for place, line in enumerate(lines)
    )
    return Markup('<text class="{kind}" x="{x}" y="{y}" text-anchor="{anchor}">{spans}</text>').format(
        kind=kind, x=x, y=y, anchor=anchor, spans=spans
    )
