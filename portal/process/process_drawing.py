"""The geometry of the process map: boxes, circles and lines, in pixels. Diagram and picture share it.

What is drawn follows from `policy.process.moves`: a line is drawn only where a move is, and every move has its line.
Both draw `WAYS`, which is made when this module is read: a move that nobody drew ends the start, not a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from policy.case import commands as c
from policy.case.case import WakeKind
from policy.case.process import WAITS, WORK, Move, Step, moves

WIDTH, HEIGHT = 1290, 690

Point = tuple[int, int]


class Shape(StrEnum):
    """What a node is, in BPMN's own words."""

    START = "startEvent"
    END = "endEvent"
    TASK = "userTask"
    GATEWAY = "exclusiveGateway"
    TIMER = "boundaryEvent"
    WORK = "subProcess"


@dataclass(frozen=True)
class Node:
    """Something that stands on the map. `label` is an English sentence of the catalogue; `step` a step's word."""

    id: str
    shape: Shape
    x: int
    y: int
    width: int
    height: int
    label: str = ""
    step: Step | None = None
    on: str | None = None

    @property
    def centre(self) -> Point:
        return self.x + self.width // 2, self.y + self.height // 2


@dataclass(frozen=True)
class Line:
    """A way on the map: the moves it stands for are those of `steps`, by one of `causes` where any are named."""

    id: str
    source: str
    target: str
    points: tuple[Point, ...]
    steps: tuple[tuple[Step, Step], ...]
    label: str = ""
    causes: tuple[type[c.Command] | WakeKind, ...] = ()

    def stands_for(self, move: Move) -> bool:
        """Whether this line is the move's."""
        return (move.source, move.target) in self.steps and (not self.causes or move.cause in self.causes)


def _task(step: Step, x: int, y: int) -> Node:
    return Node(step.value, Shape.TASK, x, y, 150, 80, step=step)


def _end(step: Step, x: int, y: int) -> Node:
    return Node(step.value, Shape.END, x - 18, y - 18, 36, 36, step=step)


def _timer(on: Step, label: str, x: int, y: int) -> Node:
    return Node(f"timer_{on.value}", Shape.TIMER, x - 18, y - 18, 36, 36, label, on=on.value)


NODES = (
    Node("opened", Shape.START, 37, 132, 36, 36, "The case is opened"),
    Node("cover", Shape.GATEWAY, 120, 125, 50, 50, "Is there cover?"),
    Node("work", Shape.WORK, 230, 20, 640, 370, "The case is worked on"),
    _task(Step.LEVEL_1, 260, 110),
    _task(Step.LEVEL_2, 460, 110),
    _task(Step.LEVEL_3, 660, 110),
    _task(Step.WAITING_1, 260, 270),
    _task(Step.WAITING_2, 460, 270),
    _task(Step.WAITING_3, 660, 270),
    _task(Step.RESOLVED, 960, 110),
    _task(Step.HELD, 70, 450),
    Node("otherwise", Shape.GATEWAY, 525, 465, 50, 50, "It ends without a solution"),
    _end(Step.CONFIRMED, 1208, 150),
    _end(Step.UNANSWERED, 1208, 260),
    _end(Step.WITHDRAWN, 738, 430),
    _end(Step.DUPLICATE, 738, 500),
    _end(Step.OUT_OF_SCOPE, 738, 570),
    _end(Step.NOT_COVERED, 738, 640),
    _timer(Step.LEVEL_1, "Its time there ends", 390, 110),
    _timer(Step.LEVEL_2, "Its time there ends", 590, 110),
    _timer(Step.LEVEL_3, "Overdue", 790, 110),
    Node("timer_work", Shape.TIMER, 852, 222, 36, 36, "No answer in time", on="work"),
    _timer(Step.RESOLVED, "Nobody answers in time", 1080, 190),
    _timer(Step.HELD, "No cover comes in time", 190, 530),
)
"""Every node; what stands inside the work comes after it."""

_S = Step
_LIMIT = (WakeKind.LEVEL_LIMIT,)
_BY_HAND = (c.HandOff, c.SetPriority, c.AmendTerms)


def _all_work(target: Step) -> tuple[tuple[Step, Step], ...]:
    return tuple((source, target) for source in Step if source in WORK)


_UNSOLVED = tuple((Step.HELD, each) for each in (_S.WITHDRAWN, _S.DUPLICATE, _S.OUT_OF_SCOPE))
_WORK_UNSOLVED = tuple(
    pair for each in (_S.WITHDRAWN, _S.DUPLICATE, _S.OUT_OF_SCOPE, _S.NOT_COVERED) for pair in _all_work(each)
)

LINES = (
    Line("flow_open", "opened", "cover", ((73, 150), (120, 150)), ()),
    Line("flow_covered", "cover", "work", ((170, 150), (230, 150)), (), "yes"),
    Line("flow_held", "cover", "held", ((145, 175), (145, 450)), (), "no"),
    Line("flow_released", "held", "work", ((190, 450), (190, 420), (290, 420), (290, 390)), ((_S.HELD, _S.LEVEL_1),)),
    Line("flow_limit_1", "timer_level_1", "level_2", ((390, 92), (390, 80), (535, 80), (535, 110)),
         ((_S.LEVEL_1, _S.LEVEL_2),), "", _LIMIT),
    Line("flow_limit_2", "timer_level_2", "level_3", ((590, 92), (590, 80), (735, 80), (735, 110)),
         ((_S.LEVEL_2, _S.LEVEL_3),), "", _LIMIT),
    Line("flow_up_1", "level_1", "level_2", ((410, 150), (460, 150)), ((_S.LEVEL_1, _S.LEVEL_2),), "", _BY_HAND),
    Line("flow_up_2", "level_2", "level_3", ((610, 165), (660, 165)), ((_S.LEVEL_2, _S.LEVEL_3),), "",
         (*_BY_HAND, c.TransferCase)),
    Line("flow_top_1", "level_1", "level_3", ((300, 110), (300, 60), (750, 60), (750, 110)),
         ((_S.LEVEL_1, _S.LEVEL_3),), "functional escalation"),
    *(Line(f"flow_wait_{n}", f"level_{n}", f"waiting_{n}", ((x, 190), (x, 270)),
           ((Step(f"level_{n}"), Step(f"waiting_{n}")),)) for n, x in ((1, 310), (2, 510), (3, 710))),
    *(Line(f"flow_on_{n}", f"waiting_{n}", f"level_{n}", ((x, 270), (x, 190)),
           ((Step(f"waiting_{n}"), Step(f"level_{n}")),)) for n, x in ((1, 360), (2, 560), (3, 760))),
    Line("flow_up_waiting_1", "waiting_1", "waiting_2", ((410, 310), (460, 310)), ((_S.WAITING_1, _S.WAITING_2),)),
    Line("flow_up_waiting_2", "waiting_2", "waiting_3", ((610, 310), (660, 310)), ((_S.WAITING_2, _S.WAITING_3),)),
    Line("flow_top_waiting", "waiting_1", "waiting_3", ((335, 350), (335, 372), (735, 372), (735, 350)),
         ((_S.WAITING_1, _S.WAITING_3),)),
    Line("flow_resolved", "work", "resolved", ((870, 150), (960, 150)), _all_work(_S.RESOLVED), "solved",
         (c.ResolveCase,)),
    Line("flow_no_answer", "timer_work", "resolved", ((888, 240), (980, 240), (980, 190)),
         tuple((each, _S.RESOLVED) for each in WAITS)),
    Line("flow_reopened", "resolved", "work", ((1000, 190), (1000, 320), (870, 320)),
         tuple((_S.RESOLVED, each) for each in (_S.LEVEL_1, _S.LEVEL_2, _S.LEVEL_3)), "reopened"),
    Line("flow_confirmed", "resolved", "confirmed", ((1110, 150), (1190, 150)), ((_S.RESOLVED, _S.CONFIRMED),)),
    Line("flow_unanswered", "timer_resolved", "unanswered", ((1080, 208), (1080, 260), (1190, 260)),
         ((_S.RESOLVED, _S.UNANSWERED),)),
    Line("flow_held_ends", "held", "otherwise", ((220, 490), (525, 490)), _UNSOLVED),
    Line("flow_work_ends", "work", "otherwise", ((550, 390), (550, 465)), _WORK_UNSOLVED),
    Line("flow_withdrawn", "otherwise", "withdrawn", ((575, 490), (640, 490), (640, 430), (720, 430)), ()),
    Line("flow_duplicate", "otherwise", "duplicate", ((575, 490), (640, 490), (640, 500), (720, 500)), ()),
    Line("flow_out_of_scope", "otherwise", "out_of_scope", ((575, 490), (640, 490), (640, 570), (720, 570)), ()),
    Line("flow_not_covered", "otherwise", "not_covered", ((575, 490), (640, 490), (640, 625), (723, 632)), ()),
    Line("flow_held_not_covered", "timer_held", "not_covered", ((190, 548), (190, 645), (721, 645)),
         ((_S.HELD, _S.NOT_COVERED),)),
)  # fmt: skip
"""Every line. Those from a gateway stand for the rest of a way that ended at it."""

INSIDE = frozenset(
    {node.id for node in NODES if node.step in WORK}
    | {node.id for node in NODES if node.on in {each.value for each in WORK}}
)
"""What stands inside the work."""


def drawn(all_moves: Iterable[Move]) -> Mapping[Line, list[Move]]:
    """Each line with the moves that it stands for. LookupError for a move that has no line, or a line without moves."""
    found: dict[Line, list[Move]] = {line: [] for line in LINES}
    for move in all_moves:
        line = next((each for each in LINES if each.stands_for(move)), None)
        if line is None:
            raise LookupError(f"no line for {move}")
        found[line].append(move)
    empty = [line.id for line in LINES if line.steps and not found[line]]
    if empty:
        raise LookupError(f"no moves for {', '.join(empty)}")
    return found


WAYS = drawn(moves())
"""Every line that is shown, with the policy's moves that it stands for."""


def is_inside(line: Line) -> bool:
    """Whether both of the line's ends stand inside the work."""
    return line.source in INSIDE and line.target in INSIDE
