"""The process map as BPMN 2.0 XML, with its coordinates: any BPMN tool opens it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from xml.sax.saxutils import quoteattr

from policy.case.case import WakeKind
from policy.case.process import Move
from portal.process.process_drawing import INSIDE, NODES, WAYS, Line, Node, Shape, is_inside

Say = Callable[[str], str]
"""A sentence or a step's word, in the reader's language."""

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" \
xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" \
xmlns:di="http://www.omg.org/spec/DD/20100524/DI" id="escala" targetNamespace="urn:escala:process">"""


def bpmn(say: Say) -> str:
    """The diagram in a language."""
    return "\n".join((_HEAD, *_process(say), *_diagram(), "</bpmn:definitions>\n"))


def name_of(node: Node, say: Say) -> str:
    """What a node is called."""
    return say(node.step.value) if node.step else say(node.label)


def _process(say: Say) -> Iterator[str]:
    yield f'<bpmn:process id="case" name={quoteattr(say("The life of a case"))} isExecutable="false">'
    for node in NODES:
        if node.id == "work":
            yield f'<bpmn:subProcess id="work" name={quoteattr(name_of(node, say))}>'
            yield from _flow("work")
            for inner in NODES:
                if inner.id in INSIDE:
                    yield from _node(inner, say)
            for line in WAYS:
                if is_inside(line):
                    yield from _line(line, say)
            yield "</bpmn:subProcess>"
        elif node.id not in INSIDE:
            yield from _node(node, say)
    for line in WAYS:
        if not is_inside(line):
            yield from _line(line, say)
    yield "</bpmn:process>"


def _node(node: Node, say: Say) -> Iterator[str]:
    tag, more = f"bpmn:{node.shape}", ""
    if node.shape is Shape.TIMER:
        # Overdue does not end level 3's work; every other limit moves the case on.
        is_last = not any(line.source == node.id for line in WAYS)
        more = f' attachedToRef="{node.on}"' + (' cancelActivity="false"' if is_last else "")
    yield f'<{tag} id="{node.id}" name={quoteattr(name_of(node, say))}{more}>'
    yield from _flow(node.id)
    if node.shape is Shape.TIMER:
        yield f'<bpmn:timerEventDefinition id="{node.id}_definition" />'
    yield f"</{tag}>"


def _flow(node_id: str) -> Iterator[str]:
    yield from (f"<bpmn:incoming>{line.id}</bpmn:incoming>" for line in WAYS if line.target == node_id)
    yield from (f"<bpmn:outgoing>{line.id}</bpmn:outgoing>" for line in WAYS if line.source == node_id)


def _line(line: Line, say: Say) -> Iterator[str]:
    name = f" name={quoteattr(say(line.label))}" if line.label else ""
    yield f'<bpmn:sequenceFlow id="{line.id}" sourceRef="{line.source}" targetRef="{line.target}"{name}>'
    if causes := sorted({cause_of(move) for move in WAYS[line]}):
        yield f"<bpmn:documentation>{', '.join(causes)}</bpmn:documentation>"
    yield "</bpmn:sequenceFlow>"


def cause_of(move: Move) -> str:
    """What makes a move, by its name in the policy."""
    return move.cause.value if isinstance(move.cause, WakeKind) else move.cause.__name__


def _diagram() -> Iterator[str]:
    yield '<bpmndi:BPMNDiagram id="diagram"><bpmndi:BPMNPlane id="plane" bpmnElement="case">'
    for node in NODES:
        expanded = ' isExpanded="true"' if node.shape is Shape.WORK else ""
        yield f'<bpmndi:BPMNShape id="{node.id}_di" bpmnElement="{node.id}"{expanded}>'
        yield f'<dc:Bounds x="{node.x}" y="{node.y}" width="{node.width}" height="{node.height}" />'
        if place := label_place(node):
            x, y, width = place
            yield f'<bpmndi:BPMNLabel><dc:Bounds x="{x}" y="{y}" width="{width}" height="28" /></bpmndi:BPMNLabel>'
        yield "</bpmndi:BPMNShape>"
    for line in WAYS:
        yield f'<bpmndi:BPMNEdge id="{line.id}_di" bpmnElement="{line.id}">'
        yield from (f'<di:waypoint x="{x}" y="{y}" />' for x, y in line.points)
        if line.label:
            x, y, width = label_of_line(line)
            yield f'<bpmndi:BPMNLabel><dc:Bounds x="{x}" y="{y}" width="{width}" height="14" /></bpmndi:BPMNLabel>'
        yield "</bpmndi:BPMNEdge>"
    yield "</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"


def label_place(node: Node) -> tuple[int, int, int] | None:
    """Where the name of a round or square node stands: its left, its top and its width."""
    x, y = node.centre
    match node.shape:
        case Shape.START:
            return x - 36, y + 24, 72
        case Shape.GATEWAY if node.id == "otherwise":
            return x - 130, y - 50, 110
        case Shape.GATEWAY:
            return x - 45, y - 60, 90
        case Shape.END if node.x > 1_000:
            return x - 55, y + 22, 110
        case Shape.END:
            return x + 24, y - 8, 100
        case Shape.TIMER if node.on == "held":
            return x + 24, y + 4, 150
        case Shape.TIMER if node.on == "work":
            return x + 20, y - 46, 86
        case Shape.TIMER if node.on == "resolved":
            return x + 6, y + 26, 110
        case Shape.TIMER:
            return x + 20, y - 24, 54 if node.on == "level_3" else 122
        case _:
            return None


def label_of_line(line: Line) -> tuple[int, int, int]:
    """Where a line's name stands, beside the middle of its longest part: its left, its top and its width."""
    width = max(24, 11 * len(line.label))
    (x1, y1), (x2, y2) = max(
        pairwise(line.points),
        key=lambda ends: (abs(ends[0][0] - ends[1][0]) + abs(ends[0][1] - ends[1][1]), ends[0][1] == ends[1][1]),
    )
    if y1 == y2:
        return (x1 + x2 - width) // 2, y1 - 18, width
    return x1 + 4, (y1 + y2) // 2 - 7, width
