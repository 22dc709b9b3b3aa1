"""The process map: its diagram is the policy's, its figures are the cases', and a case's path is what happened."""

from __future__ import annotations

import asyncio
import re
import runpy
from datetime import timedelta
from html import unescape
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from policy.case import process
from policy.case.process import Move, Step, moves
from portal.process import process_drawing
from portal.process.process_bpmn import bpmn
from portal.process.process_drawing import LINES, NODES, WAYS, Line, drawn
from portal.process.process_map import address_of, heat_of, late_address, say
from portal.process.process_picture import picture
from storage.board import process_counts
from storage.board.process_counts import Standing
from tests.api.office import Office
from tests.portal.people import unspaced, visitor
from tests.support.lives import bogota

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
WAYPOINTS = "{http://www.omg.org/spec/DD/20100524/DI}"


def diagram() -> ET.Element:
    return ET.fromstring(bpmn(say("es")).encode())


class TestTheDrawing:
    def test_has_a_line_for_every_move_and_none_without(self) -> None:
        assert {move for its in WAYS.values() for move in its} == set(moves())

    def test_refuses_a_move_that_nobody_drew(self) -> None:
        with pytest.raises(LookupError, match="no line"):
            drawn([Move(Step.CONFIRMED, Step.HELD, moves()[0].cause)])

    def test_refuses_a_line_that_no_move_takes(self) -> None:
        with pytest.raises(LookupError, match="no moves"):
            drawn([move for move in moves() if move.target is not Step.UNANSWERED])

    def test_fails_the_start_and_no_request_where_a_move_has_no_line(self, monkeypatch: pytest.MonkeyPatch) -> None:
        gained = Move(Step.CONFIRMED, Step.HELD, moves()[0].cause)
        monkeypatch.setattr(process, "moves", lambda: (*moves(), gained))
        with pytest.raises(LookupError, match="no line"):
            runpy.run_path(process_drawing.__file__)

    def test_is_the_same_in_the_picture_and_in_the_diagram(self) -> None:
        ways = {"M" + "L".join(f"{x} {y}" for x, y in line.points) for line in WAYS}
        shown = set(re.findall(r'<path class="way" d="([^"]+)"', picture(say("es"), {})))
        flows = {each.attrib["id"] for each in diagram().iter(f"{BPMN}sequenceFlow")}
        assert (shown, flows) == (ways, {line.id for line in WAYS})

    def test_has_a_place_for_every_step(self) -> None:
        assert {node.step for node in NODES if node.step} == set(Step)

    @pytest.mark.parametrize("line", LINES, ids=lambda line: line.id)
    def test_lines_begin_and_end_at_what_they_join(self, line: Line) -> None:
        nodes = {node.id: node for node in NODES}
        for end, (x, y) in ((line.source, line.points[0]), (line.target, line.points[-1])):
            node = nodes[end]
            assert node.x <= x <= node.x + node.width
            assert node.y <= y <= node.y + node.height


class TestTheDiagram:
    def test_is_bpmn_with_a_place_for_everything(self) -> None:
        root = diagram()
        flow = {"incoming", "outgoing", "documentation", "timerEventDefinition", "process"}
        elements = [each for each in root.iter() if each.tag.startswith(BPMN) and "id" in each.attrib]
        named = {each.attrib["id"] for each in elements if each.tag.removeprefix(BPMN) not in flow | {"definitions"}}
        placed = {each.attrib["bpmnElement"] for each in root.iter() if "bpmnElement" in each.attrib} - {"case"}
        assert named == placed

    def test_names_what_makes_each_move(self) -> None:
        said = {
            flow.attrib["id"]: flow.findtext(f"{BPMN}documentation", "")
            for flow in diagram().iter(f"{BPMN}sequenceFlow")
        }
        assert said["flow_limit_1"] == "level_limit"
        assert said["flow_resolved"] == "ResolveCase"
        assert said["flow_released"] == "ReleaseCase"

    def test_has_references_to_what_is_there(self) -> None:
        root = diagram()
        ids = [each.attrib["id"] for each in root.iter() if "id" in each.attrib]
        refs = [
            each.attrib[name]
            for each in root.iter()
            for name in ("sourceRef", "targetRef", "attachedToRef", "bpmnElement")
            if name in each.attrib
        ]
        assert len(ids) == len(set(ids))
        assert set(refs) <= set(ids)
        assert len(refs) > 100

    def test_tells_each_node_of_its_flows_and_each_flow_of_its_nodes(self) -> None:
        root = diagram()
        told = {
            (node.attrib["id"], way.tag.removeprefix(BPMN), way.text)
            for node in root.iter()
            for way in node
            if way.tag in (f"{BPMN}incoming", f"{BPMN}outgoing")
        }
        flows = [each.attrib for each in root.iter(f"{BPMN}sequenceFlow")]
        leave = {(flow["sourceRef"], "outgoing", flow["id"]) for flow in flows}
        arrive = {(flow["targetRef"], "incoming", flow["id"]) for flow in flows}
        assert told == leave | arrive

    def test_lets_no_flow_and_no_timer_cross_the_border_of_the_work(self) -> None:
        root = diagram()
        for place in (root.find(f"{BPMN}process"), root.find(f"{BPMN}process/{BPMN}subProcess")):
            assert place is not None
            here = {each.attrib["id"] for each in place if "id" in each.attrib}
            for each in place:
                ends = [
                    each.attrib[name] for name in ("sourceRef", "targetRef", "attachedToRef") if name in each.attrib
                ]
                assert set(ends) <= here, each.attrib["id"]

    def test_has_what_a_node_holds_in_the_order_of_the_standard(self) -> None:
        order = ["documentation", "incoming", "outgoing", "timerEventDefinition"]
        for node in diagram().iter():
            held = [each.tag.removeprefix(BPMN) for each in node if each.tag.removeprefix(BPMN) in order]
            assert held == sorted(held, key=order.index), node.attrib

    def test_begins_at_its_start_and_leaves_no_end(self) -> None:
        root = diagram()
        [start] = root.iter(f"{BPMN}startEvent")
        assert start.find(f"{BPMN}incoming") is None
        for timer in root.iter(f"{BPMN}boundaryEvent"):
            assert timer.find(f"{BPMN}incoming") is None
        for end in root.iter(f"{BPMN}endEvent"):
            assert end.find(f"{BPMN}incoming") is not None
            assert end.find(f"{BPMN}outgoing") is None

    def test_draws_shapes_for_nodes_and_edges_for_flows(self) -> None:
        root = diagram()
        flows = {each.attrib["id"] for each in root.iter(f"{BPMN}sequenceFlow")}
        shapes = list(root.iter(f"{DI}BPMNShape"))
        edges = list(root.iter(f"{DI}BPMNEdge"))
        assert {each.attrib["bpmnElement"] for each in edges} == flows
        assert {each.attrib["bpmnElement"] for each in shapes} == {node.id for node in NODES}
        assert len(edges) == len(flows)
        assert len(shapes) == len(NODES)
        assert all(each.find(f"{DC}Bounds") is not None for each in shapes)
        assert all(len(each.findall(f"{WAYPOINTS}waypoint")) >= 2 for each in edges)

    def test_speaks_both_languages(self) -> None:
        assert "Help Desk" in bpmn(say("en"))
        assert "¿Hay cobertura?" in bpmn(say("es"))


@pytest.mark.parametrize(("minutes", "heat"), [(0, 0), (15, 1), (59, 1), (60, 2), (240, 3), (1440, 4), (9000, 4)])
def test_heat_has_five_classes(minutes: int, heat: int) -> None:
    assert heat_of(timedelta(minutes=minutes)) == heat


def test_the_list_of_late_cases_is_the_queues_own() -> None:
    assert late_address(Step.WAITING_3, Standing(9)) == ""
    assert late_address(Step.WAITING_3, Standing(9, late=2)) == f"{address_of(Step.WAITING_3)}&overdue=true"


def test_a_step_leads_to_its_list() -> None:
    assert address_of(Step.LEVEL_2) == "/cola?status=in_progress&status=new&level=2"
    assert address_of(Step.WAITING_1) == "/cola?status=waiting_customer&level=1"


def row_of(text: str, step: str) -> dict[str, str]:
    found = re.search(rf'<tr data-step="{step}" ([^>]*)>', text)
    assert found
    return dict(re.findall(r'data-(\w+)="(\d*)"', found[1]))


def counting(monkeypatch: pytest.MonkeyPatch, name: str) -> list[Any]:
    """How often the page asks storage for something: a list that grows with each time."""
    asked: list[Any] = []
    found = getattr(process_counts, name)

    async def ask(*given: Any, **more: Any) -> Any:
        asked.append(given)
        return await found(*given, **more)

    monkeypatch.setattr(process_counts, name, ask)
    return asked


class TestThePage:
    async def test_counts_the_cases_at_each_step(self, office: Office) -> None:
        await office.open()
        number = await office.open("premium_contact")
        await office.give(number, "hand-offs", reason="Es un problema de base de datos.")
        async with visitor(office, "director") as them:
            text = (await them.get("/proceso")).text
        assert row_of(text, "level_1")["cases"] == "1"
        assert row_of(text, "level_2") == {"cases": "1", "late": "0", "heat": ""}

    async def test_shows_broken_promises(self, office: Office) -> None:
        number = await office.open()
        office.clock.passes(minutes=90)
        async with visitor(office, "agent") as them:
            text = (await them.get("/proceso")).text
            assert row_of(text, "level_1")["late"] == "1"
            await office.desk.settle(number)
            assert row_of((await them.get("/proceso/cifras")).text, "level_2")["late"] == "1"

    async def test_shows_how_long_cases_stay(self, office: Office) -> None:
        number = await office.open("premium_contact")
        office.clock.passes(minutes=20)
        await office.give(number, "hand-offs", reason="Es un problema de base de datos.")
        async with visitor(office, "agent") as them:
            text = (await them.get("/proceso")).text
        assert row_of(text, "level_1")["heat"] == "1"
        assert "0:20:00" in text

    async def test_late_cases_are_a_link_to_those_and_no_others(self, office: Office) -> None:
        late = await office.open()
        office.clock.passes(minutes=50)
        await office.open()
        office.clock.passes(minutes=40)
        async with visitor(office, "agent") as them:
            text = (await them.get("/proceso")).text
            [*links] = re.findall(r'<a href="([^"]+overdue=true)"', text)
            found = (await them.get(unescape(links[0]))).text
        assert len(links) == 2  # in the picture and in the table
        assert row_of(text, "level_1")["late"] == "1"
        assert re.findall(r'data-number="([^"]+)"', found) == [late]

    @pytest.mark.rule("ESC-6")
    async def test_a_case_that_waits_overdue_is_late_and_in_its_list(self, office: Office) -> None:
        number = await office.open("premium_contact")
        office.clock.passes(minutes=7 * 60)
        await office.desk.settle(number)
        await office.give(number, "information-requests", body="¿Desde qué navegador?")
        async with visitor(office, "agent") as them:
            text = (await them.get("/proceso")).text
            found = (await them.get("/cola?status=waiting_customer&level=3&overdue=true")).text
        assert "/cola?status=waiting_customer&amp;level=3&amp;overdue=true" in text
        assert row_of(text, "waiting_3") == {"cases": "1", "late": "1", "heat": ""}
        assert re.findall(r'data-number="([^"]+)"', found) == [number]

    async def test_a_case_that_ended_overdue_is_awaited_no_more(self, office: Office) -> None:
        number = await office.open("premium_contact")
        office.clock.passes(minutes=7 * 60)
        await office.desk.settle(number)
        await office.give(number, "out-of-scope", kind="development", reason="Es una función nueva.")
        async with visitor(office, "agent") as them:
            text = (await them.get("/proceso")).text
        assert row_of(text, "out_of_scope") == {"cases": "1", "late": "0", "heat": ""}

    async def test_keeps_its_picture_at_the_tables_figures(self, office: Office) -> None:
        async with visitor(office, "agent") as them:
            await them.get("/proceso")
            await office.open()
            text = (await them.get("/proceso/cifras")).text
        assert row_of(text, "level_1")["cases"] == "1"
        assert re.search(r'<text class="count"[^>]*><a [^>]*level=1[^>]*><tspan>1</tspan></a></text>', text)

    async def test_measures_stays_once_a_minute_for_everybody(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = counting(monkeypatch, "dwell")
        async with visitor(office, "agent") as them:
            for path in ("/proceso", "/proceso", "/proceso/cifras"):
                assert (await them.get(path)).status_code == 200
        assert len(asked) == 1

    async def test_counts_once_for_all_who_look_until_there_is_news(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = counting(monkeypatch, "standing")
        async with visitor(office, "agent") as them:
            await asyncio.gather(*(them.get("/proceso/cifras") for _ in range(5)))
            assert len(asked) == 1
            await office.open()
            await them.get("/proceso/cifras")
        assert len(asked) == 2

    async def test_is_ours_and_not_the_customers(self, office: Office) -> None:
        async with visitor(office, "contact") as them:
            assert (await them.get("/proceso")).status_code == 403
            assert (await them.get("/proceso/cifras")).status_code == 403

    async def test_has_no_style_or_script_of_its_own(self, office: Office) -> None:
        async with visitor(office, "director") as them:
            text = (await them.get("/proceso")).text
        assert " style=" not in text
        assert "<style" not in text
        assert "<script>" not in text


class TestACasesPath:
    async def test_is_what_happened_to_it(self, office: Office) -> None:
        number = await office.open("premium_contact")
        office.clock.passes(minutes=5)
        await office.give(number, "information-requests", body="¿Desde qué navegador?")
        office.clock.passes(minutes=30)
        await office.give(number, "answers", "premium_contact", body="Desde Firefox.")
        office.clock.passes(minutes=5)
        await office.give(number, "resolution", summary="Se amplió la cuota.")
        async with visitor(office, "premium_contact") as them:
            text = unspaced((await them.get(f"/casos/{number}/proceso")).text)
        assert re.findall(r'<th scope="row">([^<]+)</th>', text) == [
            "Nivel 1: Mesa de Ayuda",
            "Nivel 1, en espera del cliente",
            "Nivel 1: Mesa de Ayuda",
            "Resuelto",
        ]
        assert re.findall(r'<td class="figure">(\d+:\d\d:\d\d)</td>', text) == ["0:05:00", "0:30:00", "0:05:00"]
        assert bogota("09:05").isoformat().replace("+00:00", "Z") in text

    async def test_that_waits_ends_in_its_wait(self, office: Office) -> None:
        number = await office.open("premium_contact")
        office.clock.passes(minutes=5)
        await office.give(number, "information-requests", body="¿Desde qué navegador?")
        async with visitor(office, "agent") as them:
            text = (await them.get(f"/casos/{number}/proceso")).text
        assert 'data-last="waiting_1"' in text

    async def test_of_another_customer_is_not_there(self, office: Office) -> None:
        number = await office.open("premium_contact")
        async with visitor(office, "contact") as them:
            assert (await them.get(f"/casos/{number}/proceso")).status_code == 404
