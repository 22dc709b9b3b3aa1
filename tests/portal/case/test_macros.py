"""Macros: several acts at once, previewed by the policy itself, done all in their order or not at all, and once."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from storage.workbench import tags
from tests.api.office import Office
from tests.portal.people import Visitor, visitor

TAKE_AND_ASK = [
    ("claim", "", ""),
    ("replies", "", "Hola {contacto}, soy {agente}."),
    ("resolution", "", "Listo: {caso}."),
]
KINDS = ["case_opened", "case_claimed", "reply_sent", "initial_attention_given", "case_resolved"]


async def make(person: Visitor, acts: list[tuple[str, str, str]], **more: Any) -> str:
    """A macro's id."""
    fields: dict[str, Any] = {"key": "a-key-of-mine", "name": "Tomar y cerrar", **more}
    for place, (act, value, words) in enumerate(acts):
        fields |= {f"act_{place}": act, f"value_{place}": value, f"words_{place}": words}
    answer = await person.post("/macros", **fields)
    assert answer.status_code == 303, answer.text
    found = re.search(r'href="/macros/([^"]+)"', (await person.get("/macros")).text)
    assert found
    return found[1]


async def kinds(office: Office, number: str) -> list[str]:
    return [fact["kind"] for fact in await office.timeline(number)]


def key_in(page: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found
    return found[1]


async def test_does_its_acts_in_order_and_once(office: Office) -> None:
    number = await office.open()
    async with visitor(office, "agent") as agent:
        macro = await make(agent, TAKE_AND_ASK)
        assert f"/casos/{number}/macros/{macro}" in (await agent.get(f"/casos/{number}")).text
        shown = (await agent.get(f"/casos/{number}/macros/{macro}")).text
        assert await kinds(office, number) == ["case_opened"]  # a look does nothing
        assert "Hola Ana, soy Ana Torres." in html.unescape(shown)
        assert shown.index("tomó el caso") < shown.index("respondió") < shown.index("dio la solución")
        for _ in range(2):
            answer = await agent.post(f"/casos/{number}/macros/{macro}", key=key_in(shown))
            assert answer.headers["location"] == f"/casos/{number}"
    found = await kinds(office, number)
    assert sorted(found) == sorted(KINDS)
    assert [each for each in found if each in ("case_claimed", "reply_sent", "case_resolved")] == [
        "case_claimed", "reply_sent", "case_resolved",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "acts",
    [
        [("notes", "", "Una nota"), ("resolution", "", "Ya"), ("information-requests", "", "¿Y ahora?")],
        [("notes", "", "Una nota"), ("transfers", "nadie", "No existe")],
        [("notes", "", "Una nota"), ("claim", "", ""), ("claim", "", "")],
        [("resolution", "", "Ya"), ("resolution", "", "Otra vez")],
    ],
)
async def test_of_which_the_policy_refuses_one_act_does_none(office: Office, acts: list[tuple[str, str, str]]) -> None:
    """Each act is judged as those before it would leave the case."""
    number = await office.open()
    async with visitor(office, "agent") as agent:
        macro = await make(agent, acts)
        shown = await agent.get(f"/casos/{number}/macros/{macro}")
        assert "no se hace nada" in shown.text
        answer = await agent.post(f"/casos/{number}/macros/{macro}", key=key_in(shown.text))
        assert (answer.status_code, 'class="problem"' in answer.text) == (422, True)
    assert await kinds(office, number) == ["case_opened"]


@pytest.mark.parametrize(
    ("acts", "name"),
    [
        ([], "Nada"),
        ([("notes", "", "x")], ""),
        ([("notes", "", "")], "Sin texto"),
        ([("priority", "9", "x")], "Otra prioridad"),
        ([("replies", "", "Hola {contact}")], "Otra llave"),
        ([("visits", "", "x")], "Lo que no se ofrece"),
    ],
)
async def test_that_makes_no_sense_is_not_kept(office: Office, acts: list[tuple[str, str, str]], name: str) -> None:
    fields: dict[str, Any] = {"key": "a-key-of-mine", "name": name}
    for place, (act, value, words) in enumerate(acts):
        fields |= {f"act_{place}": act, f"value_{place}": value, f"words_{place}": words}
    async with visitor(office, "agent") as agent:
        assert (await agent.post("/macros", **fields)).status_code == 422
        assert "Aún no hay macros." in (await agent.get("/macros")).text


async def test_have_an_end(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.workbench.macros.MOST", 1)
    async with visitor(office, "agent") as agent:
        first = await make(agent, [("notes", "", "x")])
        more: dict[str, Any] = {"key": "another-key", "name": "Otra", "act_0": "notes", "words_0": "y"}
        answer = await agent.post("/macros", **more)
        assert (answer.status_code, "1 macros" in answer.text, "Otra" in answer.text) == (422, True, True)
        assert (await agent.post(f"/macros/{first}", **more)).status_code == 303


@pytest.mark.parametrize("shared", [True, False])
async def test_is_ones_own_unless_shared_and_changed_by_its_maker_alone(office: Office, shared: bool) -> None:
    number = await office.open()
    async with visitor(office, "agent") as agent, visitor(office, "specialist") as other:
        macro = await make(agent, [("notes", "", "x")], **({"shared": "true"} if shared else {}))
        assert ((await other.get(f"/casos/{number}/macros/{macro}")).status_code == 200) is shared
        await other.get("/macros")
        change: dict[str, Any] = {"key": "another-key", "name": "Otra", "act_0": "notes", "words_0": "y"}
        assert (await other.post(f"/macros/{macro}", **change)).status_code == 404
        await other.post(f"/macros/{macro}/eliminar")
        assert (await agent.get(f"/macros/{macro}")).status_code == 200
        assert (await agent.post(f"/macros/{macro}", **change)).status_code == 303
        assert "Otra" in (await agent.get("/macros")).text


@pytest.mark.parametrize("shared", [True, False])
async def test_is_removed_by_the_director_where_it_is_shared(office: Office, shared: bool) -> None:
    """Who shared it may have left, and nobody else could."""
    async with visitor(office, "agent") as agent, visitor(office, "director") as director:
        macro = await make(agent, [("notes", "", "x")], **({"shared": "true"} if shared else {}))
        assert (f"/macros/{macro}/eliminar" in (await director.get("/macros")).text) is shared
        await director.post(f"/macros/{macro}/eliminar")
        assert ((await agent.get(f"/macros/{macro}")).status_code == 404) is shared


async def test_a_reply_that_ends_it_can_be_undone(office: Office) -> None:
    number = await office.open()
    async with visitor(office, "agent") as agent:
        macro = await make(agent, [("claim", "", ""), ("replies", "", "Ya lo revisamos.")])
        key = key_in((await agent.get(f"/casos/{number}/macros/{macro}")).text)
        for _ in range(2):
            answer = await agent.post(f"/casos/{number}/macros/{macro}", key=key)
            assert answer.status_code == 303
        assert "reply_sent" not in await kinds(office, number)
        page = (await agent.get(f"/casos/{number}")).text
        assert page.count('class="said support pending"') == 1
    assert "case_claimed" in await kinds(office, number)


async def test_puts_tags_once_the_case_took_the_rest(office: Office) -> None:
    number = await office.open()
    async with visitor(office, "agent") as agent:
        macro = await make(agent, [("tags", "#VIP ", ""), ("claim", "", ""), ("tags", "mapas", "")])
        text = (await agent.get(f"/casos/{number}/macros/{macro}")).text
        assert [text.index(each) for each in ("Tomar el caso", "#VIP", "mapas")] == sorted(
            text.index(each) for each in ("Tomar el caso", "#VIP", "mapas")
        )
        assert (await agent.post(f"/casos/{number}/macros/{macro}", key=key_in(text))).status_code == 303
        assert list(await tags.of_case(office.db, number)) == ["mapas", "vip"]
        again = (await agent.get(f"/casos/{number}/macros/{macro}")).text  # it is taken already: nothing of it is done
        assert (await agent.post(f"/casos/{number}/macros/{macro}", key=key_in(again))).status_code == 422


async def test_may_be_a_tag_alone(office: Office) -> None:
    number = await office.open()
    async with visitor(office, "agent") as agent:
        macro = await make(agent, [("tags", "solo", "")])
        text = (await agent.get(f"/casos/{number}/macros/{macro}")).text
        assert (await agent.post(f"/casos/{number}/macros/{macro}", key=key_in(text))).status_code == 303
    assert list(await tags.of_case(office.db, number)) == ["solo"]
