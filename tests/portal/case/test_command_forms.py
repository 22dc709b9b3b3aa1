"""What the forms of a case's page make of what people type: amounts as people write them, and nothing by guessing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from httpx import Response

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
