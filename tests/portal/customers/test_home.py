"""Commercial's start: held cases and what each lacks, covers that end, unpaid contracts, each with what solves it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from desk.reading.commercial import Lacks, what_is_lacking
from policy.case.case import Plan
from storage.cover import contracts, endings, solutions
from storage.cover.contracts import Contract, NewContract
from storage.cover.solutions import Solution, SolutionKind
from storage.people import customers
from storage.people.customers import Customer
from tests.api.office import PREMIUM, STANDARD, Office
from tests.portal.people import Visitor, unspaced, visitor
from tests.support.counting import Counting
from tests.support.lives import DIRECTOR, bogota

TODAY = date(2026, 11, 25)


def contract(starts_on: date, ends_on: date, paid_through: date | None) -> Contract:
    days: dict[str, Any] = {"starts_on": starts_on, "ends_on": ends_on, "paid_through": paid_through}
    return Contract(id="con-x", customer_id="cus-x", plan=Plan.STANDARD, **days)


@pytest.mark.rule("WAR-2")
@pytest.mark.parametrize(
    ("agreed", "lacks"),
    [
        ([], Lacks.CONTRACT),
        ([contract(date(2025, 1, 1), date(2026, 10, 1), date(2026, 10, 1))], Lacks.RENEWAL),
        ([contract(date(2025, 1, 1), date(2027, 10, 1), date(2026, 10, 1))], Lacks.PAYMENT),
        ([contract(date(2026, 11, 1), date(2027, 10, 1), None)], Lacks.PAYMENT),
        ([contract(date(2026, 12, 1), date(2027, 10, 1), date(2027, 10, 1))], Lacks.START),
        ([contract(date(2025, 1, 1), date(2026, 10, 1), None)], Lacks.RENEWAL),
    ],
)
def test_what_a_held_case_lacks_follows_from_the_contracts(agreed: list[Contract], lacks: Lacks) -> None:
    assert what_is_lacking(agreed, on=TODAY)[0] is lacks


async def covered(office: Office, customer_id: str, ends_on: date, *, paid: bool = True) -> None:
    await customers.create(office.db, Customer(customer_id, f"Cliente {customer_id}", f"NIT-{customer_id}"), at=START)
    new = NewContract(
        id=f"con-{customer_id}",
        customer_id=customer_id,
        plan=Plan.STANDARD,
        starts_on=TODAY - timedelta(days=300),
        ends_on=ends_on,
        paid=paid,
    )
    await contracts.create(office.db, new, at=START)


START = bogota("2026-11-02 08:00")


def parts(page: str) -> dict[str, str]:
    """The page's three lists, by the id of their head."""
    return dict(re.findall(r'<section class="card" aria-labelledby="([a-z-]+)">(.*?)</section>', page, re.DOTALL))


async def form_in(person: Visitor, address: str) -> str:
    """The key of the page's form that goes there."""
    page = unspaced((await person.get("/inicio")).text)
    found = re.search(rf'action="{re.escape(address)}\?[^"]*">.*?name="key" value="([^"]+)"', page)
    assert found, page
    return found[1]


async def test_commercial_begins_there_and_an_empty_desk_says_so(office: Office) -> None:
    async with visitor(office, "commercial") as carla:
        assert (await carla.get("/")).headers["location"] == "/inicio"
        page = (await carla.get("/inicio")).text
    assert all(said in page for said in ("Ningún caso espera cobertura.", "Ninguna cobertura termina pronto."))
    assert "Nada espera un pago." in page


async def test_covers_that_end_within_thirty_days_and_no_others(office: Office) -> None:
    """Nor one that was ended early, which nobody renews, nor one that another contract follows."""
    for customer_id, days in (("soon", 5), ("edge", 30), ("later", 31), ("ended", 10), ("followed", 8)):
        await covered(office, customer_id, TODAY + timedelta(days=days))
    follows = NewContract(
        id="con-next", customer_id="followed", plan=Plan.STANDARD, starts_on=TODAY + timedelta(days=9),
        ends_on=TODAY + timedelta(days=400), paid=True,
    )  # fmt: skip
    await contracts.create(office.db, follows, at=START)
    ending = endings.NewEnding(
        id="end-1", contract_id="con-ended", from_on=TODAY + timedelta(days=3), reason="Cierra.", by=DIRECTOR
    )  # fmt: skip
    await endings.end(office.db, ending, calendars=(), at=office.clock())
    await customers.create(office.db, Customer("warrant", "Cliente warrant", "NIT-w"), at=START)
    visor = Solution(
        id="sol-w", customer_id="warrant", name="Visor", kind=SolutionKind.CLOUD,
        accepted_on=date(2026, 9, 1), acceptance_reference="Acta 1",
    )  # fmt: skip
    await solutions.create(office.db, visor, at=START)
    async with visitor(office, "commercial") as carla:
        page = parts((await carla.get("/inicio")).text)["terminan"]
    assert re.findall(r">Cliente (\w+)</a>", page) == ["soon", "warrant", "edge"]
    assert ("/contratos/con-soon/renovaciones" in page, "Garantía, Visor" in page) == (True, True)


@pytest.mark.rule("WAR-2", "WAR-3")
async def test_a_held_case_stands_with_what_it_lacks_and_the_act_is_right_there(office: Office) -> None:
    await office.post(
        f"/contracts/contract-{STANDARD}/end", {"ends_on": "2026-11-25", "reason": "Otro contrato."}, "commercial"
    )
    office.clock.passes(days=2)
    number = await office.open()
    async with visitor(office, "commercial") as carla:
        held = unspaced(parts((await carla.get("/inicio")).text)["retenidos"])
        assert (number in held, "Contrato terminado" in held, "15 días hábiles" in held) == (True, True, True)
        agreed = await office.post(
            f"/customers/{STANDARD}/contracts",
            {"plan": "standard", "starts_on": "2026-11-26", "ends_on": "2027-11-25"},
            "commercial",
        )
        owed = agreed.json()["id"]
        key = await form_in(carla, f"/contratos/{owed}/pagos")
        form: dict[str, Any] = {"key": key, "de": "inicio", "paid_on": "2026-11-27", "reference": "FV-1"}
        paid = await carla.post(f"/contratos/{owed}/pagos?cliente={STANDARD}", **form)
        assert paid.headers["location"] == "/inicio?hecho=pagos"
        page = (await carla.get("/inicio?hecho=pagos")).text
    assert ("Pago registrado" in page, "Nada espera un pago." in page) == (True, True)


async def test_the_page_asks_for_many_held_cases_as_for_one(office: Office) -> None:
    """Their customers, contracts and solutions are read at once, however many there are."""
    for each in (STANDARD, PREMIUM):
        gone = {"ends_on": "2026-11-25", "reason": "Otro contrato."}
        await office.post(f"/contracts/contract-{each}/end", gone, "commercial")
    office.clock.passes(days=2)
    counter, asked = Counting(office.app), []
    async with visitor(replace(office, app=counter), "commercial") as carla:  # type: ignore[arg-type]
        for who in ("contact", "premium_contact", "contact"):
            number = await office.open(who)
            with counter.hearing(office.db):
                assert number in (await carla.get("/inicio")).text
            asked.append(counter.count.statements)
    assert len(set(asked)) == 1, asked


async def test_a_refused_act_says_why_and_keeps_what_was_typed(office: Office) -> None:
    await covered(office, "owes", TODAY + timedelta(days=200), paid=False)
    async with visitor(office, "commercial") as carla:
        key = await form_in(carla, "/contratos/con-owes/pagos")
        form: dict[str, Any] = {"key": key, "de": "inicio", "paid_on": "2027-01-01", "reference": "FV-9"}
        answer = await carla.post("/contratos/con-owes/pagos?cliente=owes", **form)
    assert (answer.status_code, "WAR-2" in answer.text, "FV-9" in answer.text) == (422, True, True)
