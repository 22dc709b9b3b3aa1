"""What the forms of a case's page make of what people type: amounts as people write them, and nothing by guessing."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from httpx import Response

from desk.commands.commands import OFFERS
from portal.case.case_page import SAID_DONE
from tests.api.given import ready_for
from tests.api.office import Office
from tests.portal.people import visitor

pytestmark = pytest.mark.rule("ONS-2")


async def quoted(office: Office, typed: str) -> tuple[Response, Any]:
    """The page after the director typed a quote, and the quote that the visit then has."""
    number = await ready_for(office, "visits/approval")
    async with visitor(office, "director") as them:
        page = await them.get(f"/casos/{number}")
        key = re.search(r'data-order="visits/approval".*?name="key" value="([^"]+)"', page.text, re.DOTALL)
        assert key
        answer = await them.post(f"/casos/{number}/ordenes/visits/approval", key=key[1], approved="true", quote=typed)
    return answer, (await office.get(f"/cases/{number}")).json()["visit"]["quote"]


@pytest.mark.parametrize(
    "typed",
    [
        "350000",
        "350.000",
        "$ 350.000",
        "$350.000 COP",
        "cop 350.000",
        "350000.00",
        "350'000",
        "350 000",
        " 350.000 pesos ",
    ],
)
async def test_an_amount_is_read_as_people_write_it(office: Office, typed: str) -> None:
    answer, quote = await quoted(office, typed)

    assert (answer.status_code, quote) == (303, {"amount": "350000", "currency": "COP"})


async def test_an_amount_of_millions_is_read_with_all_its_dots(office: Office) -> None:
    assert (await quoted(office, "1.350.000"))[1]["amount"] == "1350000"


@pytest.mark.parametrize("typed", ["350000.50", "1.5", "350.000,00", "350,000", "3.50.000", "1350.000", "mil", "."])
async def test_an_amount_that_may_mean_another_is_refused_and_stays_as_it_was_typed(office: Office, typed: str) -> None:
    answer, quote = await quoted(office, typed)

    assert (answer.status_code, quote) == (422, None)
    assert "solo con dígitos, o con puntos entre los miles, por ejemplo 350000 o 350.000" in answer.text
    assert f'value="{typed}"' in answer.text


def test_what_is_said_of_a_command_is_said_of_one_that_there_is() -> None:
    assert SAID_DONE.keys() <= {offer.path for offer in OFFERS}


async def test_a_note_that_was_kept_is_said_to_be_for_the_desk_alone(office: Office) -> None:
    number = await office.open()
    async with visitor(office, "agent") as ana:
        ana.client.headers["HX-Request"] = "true"
        key = re.findall(
            r'id="f-notes".*?name="key" value="([^"]+)"', (await ana.get(f"/casos/{number}")).text, re.DOTALL
        )
        answer = await ana.post(f"/casos/{number}/ordenes/notes", key=key[0], body="Es el cortafuegos.")
    assert "Nota guardada: solo la ve la mesa." in answer.text


@pytest.mark.parametrize("scripted", [True, False])
@pytest.mark.parametrize(
    ("form", "typed"),
    [
        ("information-requests", {"body": "¿Desde <cuál> sede?"}),
        ("notes", {"body": "Revisé"}),
        ("resolution", {"summary": "Se amplió la cuota."}),
        ("out-of-scope", {"kind": "data_load", "reason": "Es una carga de datos."}),
    ],
)
async def test_what_was_typed_is_not_lost_where_the_case_takes_no_such_form_any_more(
    office: Office, form: str, typed: dict[str, Any], scripted: bool
) -> None:
    """Somebody else ended the case meanwhile: the texts stand there to be copied, and nothing else does."""
    number = await office.open()
    async with visitor(office, "agent") as ana:
        page = await ana.get(f"/casos/{number}")
        key = re.search(rf'data-order="{form}".*?name="key" value="([^"]+)"', page.text, re.DOTALL)
        assert key
        assert (await office.give(number, "withdrawal", "contact")).status_code == 200
        ana.client.headers.update({"HX-Request": "true"} if scripted else {})
        answer = await ana.post(f"/casos/{number}/ordenes/{form}", key=key[1], **typed)
    assert answer.status_code == (422 if scripted else 409)
    texts = [unescape(each) for each in re.findall(r'class="left-over".*?>(.*?)</textarea>', answer.text, re.DOTALL)]
    assert texts == [text for name, text in typed.items() if name != "kind"]
