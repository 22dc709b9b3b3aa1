"""A form that is refused for having come too often gives back all that was typed, with a script and without."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from desk.budgets import Allowance, Budgets, BudgetSpent, Holder, Spending
from desk.files.arriving import Arriving, ArrivingLimits
from desk.files.file_kinds import LARGEST_FILE
from storage.signing_in.tokens import Principal
from tests.api.given import ready_for
from tests.api.office import PREMIUM, STANDARD, Office, with_desk
from tests.portal.forms import Form, forms_of
from tests.portal.people import Visitor, visitor
from tests.support.thoroughness import IS_LONG

_FRAME = ("/salida", "/idioma")
_NUMBER = re.compile(r"MA-\d{4}-\d{6}")
_WORDS = "Lo que se escribió con cuidado."


class Spent(Budgets):
    """A budget of which nothing is left, but to send forms at all."""

    def spend(self, what: Spending, by: Principal, *, at: datetime) -> None:
        if what is not Spending.FORM:
            raise BudgetSpent(seconds=30)


async def _pages(office: Office) -> AsyncIterator[tuple[str, str]]:
    """Who sees which page; together they hold every form that has a budget."""
    plain, resolved = await office.open(), await office.open()
    await office.give(resolved, "resolution", summary="Se amplió la cuota.")
    asked, quoted = await ready_for(office, "visits/approval"), await ready_for(office, "visits/acceptance")
    agreed, under_way = await ready_for(office, "visits/schedule"), await ready_for(office, "visits/report")
    equipment = await ready_for(office, "diagnosis")
    for number in (plain, agreed, under_way):
        yield "agent", f"/casos/{number}"
    for number in (asked, equipment):
        yield "director", f"/casos/{number}"
    for number in (plain, resolved):
        yield "contact", f"/casos/{number}"
    yield "premium_contact", f"/casos/{quoted}"
    yield "contact", f"/casos/nuevo?solucion=solution-{STANDARD}"
    yield "director", "/ausencias"
    yield "director", "/guardia/turnos"
    yield "admin", "/webhooks"
    yield "agent", "/telefono/numero?numero=3001234567"
    yield "premium_contact", "/chat"
    yield "commercial", "/clientes"
    yield "commercial", f"/clientes/{STANDARD}"
    yield "commercial", f"/contratos?cliente={PREMIUM}"


async def test_a_spent_budget_gives_back_all_that_was_typed(office: Office) -> None:
    refused: set[str] = set()
    lost: list[str] = []
    pages = [each async for each in _pages(office)]
    with_desk(office, budgets=Spent())
    for who in dict.fromkeys(who for who, _ in pages):
        tried: set[object] = set()
        async with visitor(office, who) as person:
            for address in (address for each, address in pages if each == who):
                await _try_all(person, address, refused, lost, tried)
    assert lost == []
    orders = {each.rpartition("/ordenes/")[2] for each in refused if "/ordenes/" in each}
    assert orders >= {"replies", "notes", "answers", "priority", "visits/approval", "visits/acceptance", "diagnosis"}
    assert {"/casos/nuevo", "/ausencias", "/clientes"} <= refused
    assert any(each.endswith("/calificacion") for each in refused)
    assert any(each.startswith("/contratos/") for each in refused)


async def _try_all(person: Visitor, address: str, refused: set[str], lost: list[str], tried: set[object]) -> None:
    for place, form in enumerate(forms_of((await person.get(address)).text)):
        if form.method != "post" or not form.seen or form.action in _FRAME:
            continue
        its = _NUMBER.sub("", form.action), tuple(form.kinds)  # on many a case's page; all in a long run
        if its in tried and not IS_LONG:
            continue
        tried.add(its)
        typed = form.filled()
        for headers in ({}, {"hx-request": "true"}) if form.by_script else ({},):
            answer = await person.post(form.action, headers=headers, **form.hidden | typed)
            if answer.status_code < 400:
                continue  # drafts and such have no budget
            refused.add(form.action.partition("?")[0])
            if "30 segundos" in answer.text:  # and otherwise what was typed is refused before anybody counts
                assert answer.status_code == (422 if headers else 429)
                assert answer.headers["retry-after"] == "30"
            again = [each for each in forms_of(answer.text) if each.action == form.action and each.kinds == form.kinds]
            if typed not in [each.seen for each in again]:
                lost.append(f"{address}, form {place} ({form.action}), {headers}: {_difference(typed, again)}")


async def test_every_form_has_a_budget_also_one_that_changes_nothing(office: Office) -> None:
    """What an open page says by itself, and what is only looked at: one budget for all of a session's."""
    number = await office.open()
    forms: tuple[tuple[str, dict[str, Any]], ...] = (
        (f"/casos/{number}/vista-previa/replies", {"body": "Hola"}),
        (f"/casos/{number}/presencia", {"page": "una-pagina-abierta"}),
        (f"/casos/{number}/borradores/replies", {"body": "Hola"}),
        ("/cola/lote", {"action": "claim", "case": number}),
        ("/casos/nuevo/parecidos", {"cliente": STANDARD, "title": "mapa"}),
    )
    few = Allowance(len(forms), timedelta(minutes=1))
    with_desk(office, budgets=Budgets({(Spending.FORM, Holder.TOKEN): few}))
    async with visitor(office, "agent") as ana, visitor(office, "specialist") as eva:
        assert {(await ana.post(path, **body)).status_code for path, body in forms} <= {200, 204, 303}
        assert {(await ana.post(path, **body)).status_code for path, body in forms} == {429}
        assert (await eva.post(*forms[1][:1], **forms[1][1])).status_code == 204


def _difference(typed: dict[str, str], again: list[Form]) -> object:
    return [{name: (value, each.seen.get(name)) for name, value in typed.items() if each.seen.get(name) != value}
            for each in again]  # fmt: skip


FILES = {
    "too many": [("files", (f"{place}.txt", b"a")) for place in range(60)],
    "too large": [("files", ("a.txt", b"a" * (LARGEST_FILE + 1)))],
    "too much on its way": [("files", ("a.txt", b"a"))],
}


@pytest.mark.parametrize("what", FILES)
@pytest.mark.parametrize("to", ["answers", "nuevo"])
async def test_files_that_are_refused_leave_what_was_typed(office: Office, to: str, what: str) -> None:
    """Also where not a byte of them is taken in."""
    number = await office.open()
    if what == "too much on its way":
        with_desk(office, arriving=Arriving(ArrivingLimits(requests=1, bytes=0, bytes_of_all=0)))
    path = f"/casos/{number}/ordenes/answers" if to == "answers" else "/casos/nuevo"
    fields: dict[str, Any] = {"body": _WORDS}
    if to == "nuevo":
        fields = {"solution_id": f"solution-{STANDARD}", "description": _WORDS}
    async with visitor(office, "contact") as ana:
        answer = await ana.post(path, files=FILES[what], key="una-clave-de-prueba", **fields)
    assert answer.status_code == {"too many": 422, "too large": 413, "too much on its way": 429}[what]
    assert _WORDS in answer.text
    assert len(await office.timeline(number)) == 1
