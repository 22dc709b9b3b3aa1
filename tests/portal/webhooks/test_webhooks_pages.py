"""The pages of webhooks: made once, the secret shown by that answer alone, tried, paused, replayed, and removed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx import Response

from activities.webhooks.reach import networks
from tests.api.office import STANDARD, Office, with_desk
from tests.api.webhooks.courier import Courier
from tests.portal.people import Visitor, unspaced, visitor
from tests.support.endpoint import Endpoint, endpoint

SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]{44}")


@pytest.fixture
async def erp(office: Office) -> AsyncIterator[Endpoint]:
    with_desk(office, webhook_networks=networks("127.0.0.0/8"))
    async with endpoint() as found:
        yield found


async def made(root: Visitor, erp: Endpoint, **more: Any) -> str:
    """The address of a new webhook's page."""
    answer = await root.post("/webhooks", url=erp.address, **{"key": "una-llave-1", **more})
    assert answer.status_code == 200, answer.text
    found = re.search(r'action="(/webhooks/whk_\w+)/pausa"', answer.text)
    assert found, answer.text
    return found[1]


async def test_a_secret_is_shown_once_and_to_a_second_click(office: Office, erp: Endpoint) -> None:
    async with visitor(office, "admin") as root:
        form: dict[str, Any] = {"url": erp.address, "key": "una-llave-1", "kinds": "case_opened"}
        form["customer_id"] = STANDARD
        first, second = await root.post("/webhooks", **form), await root.post("/webhooks", **form)
        [secret] = SECRET.findall(first.text)
        assert SECRET.findall(second.text) == [secret]
        [address] = set(re.findall(r"/webhooks/whk_\w+(?=/pausa)", second.text))
        page, everything = await root.get(address), await root.get("/webhooks")
    assert not SECRET.search(page.text + everything.text)
    assert "case_opened" in page.text
    assert everything.text.count('<th scope="row">') == 1


async def test_a_refused_address_stays_typed(office: Office) -> None:
    async with visitor(office, "admin") as root:
        refused = await root.post(
            "/webhooks", url="https://10.0.0.1/interna", key="una-llave-1", kinds=["case_closed"], with_internal="on"
        )
    assert refused.status_code == 422
    assert "una dirección https:// de Internet" in refused.text
    assert 'value="https://10.0.0.1/interna"' in refused.text
    assert unspaced(refused.text).count("checked") == 2


async def test_a_secret_is_changed_and_the_former_signs_on(office: Office, erp: Endpoint) -> None:
    async with visitor(office, "admin") as root:
        address = await made(root, erp)
        changed = await root.post(f"{address}/secreto", key="otra-llave-1")
        assert len(SECRET.findall(changed.text)) == 1
        assert "también firma hasta" in changed.text


@pytest.mark.parametrize(("answers", "said"), [(200, "la respuesta 200"), (500, "la respuesta 500")])
async def test_a_test_says_what_came_of_it(office: Office, erp: Endpoint, answers: int, said: str) -> None:
    erp.answers = answers
    async with visitor(office, "admin") as root:
        address = await made(root, erp)
        for _ in range(2):
            tried = await root.post(f"{address}/prueba", key="otra-llave-1")
            assert tried.status_code == 200
        assert len(erp.got) == 1, "a second click sends nothing"
        tried = await root.post(f"{address}/prueba", key="otra-llave-2")
    assert said in tried.text


async def test_a_day_of_a_webhook(office: Office, erp: Endpoint) -> None:
    """Paused by hand, what happens waits; resumed, it leaves; what was given up is sent again; removed, it is gone."""
    courier = Courier(office)
    async with visitor(office, "admin") as root:
        address = await made(root, erp, kinds="case_opened")
        assert "El webhook quedó en pausa" in (await follow(root, await root.post(f"{address}/pausa")))
        number = await office.open("contact")
        await courier.departs()
        page = (await root.get(address, estado="held")).text
        assert number in page
        assert "retenido" in page
        assert "Reenviar" not in page
        assert erp.got == []

        await root.post(f"{address}/reanudacion")
        await courier.departs()
        page = (await root.get(address)).text
        assert "entregado" in page
        [again] = set(re.findall(r"/webhooks/\S+/reenvio", page))
        assert "se está repitiendo" in await follow(root, await root.post(again))
        await courier.departs()
        assert len(erp.got) == 2
        assert erp.got[0][0]["webhook-id"] == erp.got[1][0]["webhook-id"]

        assert "se quitó" in await follow(root, await root.post(f"{address}/fin"))
        assert (await root.get(address)).status_code == 404


async def follow(root: Visitor, answer: Response) -> str:
    assert answer.status_code == 303, answer.text
    return (await root.get(answer.headers["location"])).text
