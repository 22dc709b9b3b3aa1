"""Webhooks over HTTP and at their endpoint: signed, each fact once, tried again, paused, replayed, nobody else's."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from httpx import Response
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.webhooks.delivering import Webhooks
from desk.signing_in.sign_in_mail import SignInMail
from desk.webhooks import departures
from policy.webhooks.delivery import TRIED_FOR
from storage.audit import audit
from storage.audit.audit import Wanted
from storage.engine.database import Database
from tests.api.office import BASE, PREMIUM, STANDARD, Office, with_desk
from tests.api.webhooks.courier import HERE, Courier
from tests.portal.people import account
from tests.support.endpoint import Endpoint, endpoint


@pytest.fixture
async def erp(office: Office) -> AsyncIterator[Endpoint]:
    with_desk(office, webhook_networks=HERE)
    async with endpoint() as found:
        yield found


@pytest.fixture
def courier(office: Office) -> Courier:
    return Courier(office)


async def made(office: Office, erp: Endpoint, **more: Any) -> dict[str, Any]:
    answer = await office.post("/webhooks", {"url": erp.address, **more}, "admin")
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def deliveries(office: Office, hook: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
    return list((await office.get(f"/webhooks/{hook['id']}/deliveries", "admin", **query)).json()["items"])


async def replay(office: Office, hook: dict[str, Any], delivery: dict[str, Any]) -> Response:
    return await office.post(f"/webhooks/{hook['id']}/deliveries/{delivery['id']}/replay", None, "admin")


def signature(secret: str, headers: dict[str, str], body: bytes) -> str:
    """By the words of the standard, not by the library that signed."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


async def test_each_fact_arrives_signed_as_the_timeline_tells_it(
    office: Office, erp: Endpoint, courier: Courier
) -> None:
    hook = await made(office, erp)
    number = await office.open("contact", title="El mapa no carga")
    await courier.departs()

    told = await office.timeline(number, "contact")
    assert [each["data"]["seq"] for each in erp.said] == [each["seq"] for each in told]
    first, opened = erp.said[0], told[0]
    assert (first["type"], first["timestamp"]) == ("case.case_opened", opened["at"])
    assert (first["data"]["case"], first["data"]["customer_id"]) == (number, STANDARD)
    assert first["data"]["actor"] == opened["actor"]
    assert first["data"]["data"] == opened["data"]
    assert first["data"]["data"]["title"] == "El mapa no carga"
    for headers, body in erp.got:
        assert headers["webhook-signature"] == signature(hook["secret"], headers, body)
        assert headers["webhook-timestamp"] == str(int(office.clock().timestamp()))
    assert len({headers["webhook-id"] for headers, _ in erp.got}) == len(erp.got)

    await courier.departs()
    assert len(erp.got) == len(told), "what arrived does not leave again"
    assert {each["state"] for each in await deliveries(office, hook)} == {"delivered"}


async def test_a_customers_webhook_is_told_of_its_own_cases_and_of_nothing_internal(
    office: Office, erp: Endpoint, courier: Courier
) -> None:
    await made(office, erp, customer_id=STANDARD)
    await office.open("premium_contact")
    number = await office.open("contact")
    await office.give(number, "notes", body="Solo entre nosotros")
    await courier.departs()

    assert {each["data"]["case"] for each in erp.said} == {number}
    assert "note_added" not in {each["data"]["seq"] and each["type"].removeprefix("case.") for each in erp.said}
    assert "Solo entre nosotros" not in str(erp.said)


@pytest.mark.parametrize("with_internal", [True, False])
async def test_what_is_internal_is_told_where_that_was_asked_for(
    office: Office, erp: Endpoint, courier: Courier, with_internal: bool
) -> None:
    await made(office, erp, with_internal=with_internal)
    number = await office.open("contact")
    await office.give(number, "notes", body="Solo entre nosotros")
    await courier.departs()
    assert ("Solo entre nosotros" in str(erp.said)) is with_internal


async def test_only_the_kinds_that_were_chosen(office: Office, erp: Endpoint, courier: Courier) -> None:
    await made(office, erp, kinds=["case_claimed"])
    number = await office.open("contact")
    await office.give(number, "claim")
    await courier.departs()
    assert [each["type"] for each in erp.said] == ["case.case_claimed"]


async def test_a_turn_that_was_not_recorded_is_told_to_nobody(office: Office, erp: Endpoint, courier: Courier) -> None:
    number = await office.open("contact")
    hook = await made(office, erp)
    assert (await office.give(number, "visits/sign-off")).status_code in (403, 409)
    await courier.departs()
    assert erp.got == []
    assert await deliveries(office, hook) == []


async def test_what_is_not_taken_is_tried_again_and_arrives_under_the_same_id(
    office: Office, erp: Endpoint, courier: Courier
) -> None:
    hook = await made(office, erp, kinds=["case_opened"])
    await office.open("contact")
    erp.answers = 503
    await courier.departs()
    [failed] = await deliveries(office, hook)
    assert (failed["state"], failed["attempts"], failed["answered"], failed["last_error"]) == (
        "under_way",
        1,
        503,
        "status_503",
    )
    assert (await office.get(f"/webhooks/{hook['id']}", "admin")).json()["failing_since"]

    erp.answers = 200
    assert await courier.tries(failed["id"]) == "delivered"
    assert await courier.tries(failed["id"]) == "delivered", "a try that was told to come again finds it done"
    assert [headers["webhook-id"] for headers, _ in erp.got] == [failed["id"]] * 2
    assert erp.got[0][1] == erp.got[1][1]
    assert (await office.get(f"/webhooks/{hook['id']}", "admin")).json()["failing_since"] is None


async def test_the_engine_that_is_away_loses_nothing(office: Office, erp: Endpoint, courier: Courier) -> None:
    await made(office, erp, kinds=["case_opened"])
    await office.open("contact")
    courier.is_away = True
    await courier.departs()
    courier.is_away = False
    await courier.departs()
    assert len(erp.got) == 1


async def test_an_endpoint_that_fails_for_days_is_paused_its_owner_told_and_nothing_lost(
    office: Office, erp: Endpoint, courier: Courier
) -> None:
    hook = await made(office, erp, kinds=["case_opened"], owner_email="ti@cliente.example")
    await office.open("contact")
    erp.answers = 500
    await courier.departs()
    [failed] = await deliveries(office, hook)
    office.clock.passes(seconds=TRIED_FOR.total_seconds() - 1)
    assert await courier.tries(failed["id"]) == "status_500"
    office.clock.passes(seconds=1)
    assert await courier.tries(failed["id"]) == "held"

    paused = (await office.get(f"/webhooks/{hook['id']}", "admin")).json()
    assert paused["paused_why"] == "failing"
    told = await owners_told(office)
    assert told == ["ti@cliente.example"]
    assert await owners_told(office) == [], "once"

    erp.answers, before = 200, len(erp.got)
    await office.open("contact")
    await courier.departs()
    assert len(erp.got) == before, "nothing is sent to one that is paused"
    assert (await replay(office, hook, failed)).json()["type"] == "urn:escala:webhook-paused"
    assert {each["state"] for each in await deliveries(office, hook)} == {"held"}

    assert (await office.post(f"/webhooks/{hook['id']}/resumption", None, "admin")).json()["paused_at"] is None
    await courier.departs()
    assert {each["state"] for each in await deliveries(office, hook)} == {"delivered"}
    assert len(erp.got) == before + 2


async def owners_told(office: Office) -> list[str]:
    """Who is told now, by mail."""
    to: list[str] = []

    class Port:
        async def send(self, message: Any, addresses: list[str], *, all_or_nobody: bool = True) -> list[str]:
            to.extend(addresses)
            assert "127.0.0.1" in message.get_content()
            assert "escala/" not in message.get_content(), "an address may hold a secret"
            return addresses

    mail = SignInMail(mail=Port(), sender="mesa@escala.example", public_url="https://mesa.example")  # type: ignore[arg-type]
    await departures.tell_owners(office.db, mail, at=office.clock())
    await mail.done()
    return to


async def test_without_an_owner_the_administrators_are_told(office: Office, erp: Endpoint, courier: Courier) -> None:
    admin = await account(office, "admin")
    await made(office, erp, kinds=["case_opened"])
    await office.open("contact")
    erp.answers = 410
    await courier.departs()
    assert await owners_told(office) == [admin.mailbox]


async def test_what_fails_at_an_endpoint_that_works_is_given_up_and_can_be_replayed(
    office: Office, erp: Endpoint, courier: Courier
) -> None:
    hook = await made(office, erp, kinds=["case_opened"])
    await office.open("contact")
    erp.answers = 422
    await courier.departs()
    [failed] = await deliveries(office, hook)
    office.clock.passes(seconds=TRIED_FOR.total_seconds())
    erp.answers = 200
    await office.open("contact")
    await courier.departs()
    erp.answers = 422
    assert await courier.tries(failed["id"]) == "given_up"
    assert [each["state"] for each in await deliveries(office, hook, state="given_up")] == ["given_up"]

    erp.answers = 200
    again = (await replay(office, hook, failed)).json()
    assert (again["state"], again["round"]) == ("waiting", 1)
    assert (await replay(office, hook, failed)).json()["type"] == "urn:escala:delivery-under-way"
    await courier.departs()
    assert courier.started == [f"{failed['id']}_1"], "another start than the first"
    assert erp.got[-1][0]["webhook-id"] == failed["id"]


async def test_a_redirect_is_not_followed(office: Office, erp: Endpoint, courier: Courier) -> None:
    hook = await made(office, erp, kinds=["case_opened"])
    erp.answers, erp.headers = 307, {"location": f"{erp.address}/otra"}
    await office.open("contact")
    await courier.departs()
    assert len(erp.got) == 1
    assert [each["answered"] for each in await deliveries(office, hook)] == [307]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/", "https://10.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest/meta-data"]
)
async def test_an_address_inside_is_refused_and_not_asked_later_either(
    office: Office, erp: Endpoint, courier: Courier, url: str
) -> None:
    with_desk(office, webhook_networks=())
    refused = await office.post("/webhooks", {"url": url}, "admin")
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:escala:webhook-address-refused")

    with_desk(office, webhook_networks=HERE)
    hook = await made(office, erp, kinds=["case_opened"])
    await office.open("contact")
    await departures.depart(office.db, courier, at=office.clock())
    [waiting] = await deliveries(office, hook)
    closed = Webhooks(database=office.db, clock=office.clock)
    with pytest.raises(ApplicationError, match="internal"):
        await ActivityEnvironment().run(closed.deliver, waiting["id"])
    assert erp.got == []


async def test_a_secret_is_answered_once_and_to_who_repeats_the_request(office: Office, erp: Endpoint) -> None:
    body = {"url": erp.address}
    first = await office.post("/webhooks", body, "admin", key="alta-1")
    again = await office.post("/webhooks", body, "admin", key="alta-1")
    assert first.json() == again.json()
    secret = first.json()["secret"]
    hook = first.json()
    for path in ("/webhooks", f"/webhooks/{hook['id']}", f"/webhooks/{hook['id']}/deliveries"):
        assert secret not in (await office.get(path, "admin")).text
    assert len((await office.get("/webhooks", "admin")).json()["items"]) == 1
    assert secret not in await everything_kept_of_requests(office.db)


async def everything_kept_of_requests(db: Database) -> str:
    async with db.read() as connection:
        found = await connection.exec_driver_sql("SELECT * FROM requests")
        return str(list(found))


async def test_a_former_secret_signs_for_another_day(office: Office, erp: Endpoint, courier: Courier) -> None:
    hook = await made(office, erp, kinds=["case_opened"])
    rotated = (await office.post(f"/webhooks/{hook['id']}/rotation", None, "admin", key="giro-1")).json()
    again = (await office.post(f"/webhooks/{hook['id']}/rotation", None, "admin", key="giro-1")).json()
    assert rotated["secret"] == again["secret"] != hook["secret"]

    async def signed_by(*secrets: str) -> bool:
        await office.open("contact")
        await courier.departs()
        headers, body = erp.got[-1]
        return headers["webhook-signature"].split(" ") == [signature(each, headers, body) for each in secrets]

    assert await signed_by(rotated["secret"], hook["secret"])
    office.clock.passes(seconds=timedelta(days=1).total_seconds())
    assert await signed_by(rotated["secret"])


async def test_a_webhook_that_was_removed_is_told_nothing(office: Office, erp: Endpoint, courier: Courier) -> None:
    hook = await made(office, erp, kinds=["case_opened"])
    await office.open("contact")
    removed = await office.client.delete(f"{BASE}/webhooks/{hook['id']}", headers=office.headers("admin"))
    assert removed.status_code == 204
    await office.open("contact")
    await courier.departs()
    assert erp.got == []
    assert (await office.get(f"/webhooks/{hook['id']}", "admin")).status_code == 404
    acts = [each.act for each in (await audit.listing(office.db, Wanted(target=hook["id"]))).items]
    assert acts == ["webhook_removed", "webhook_made"]


async def test_a_test_says_what_was_answered(office: Office, erp: Endpoint) -> None:
    hook = await made(office, erp)
    erp.answers = 418
    tried = await office.post(f"/webhooks/{hook['id']}/test", None, "admin")
    assert tried.json() == {"answered": 418, "reason": None}
    assert erp.said[0]["type"] == "webhook.test"
    headers, body = erp.got[0]
    assert headers["webhook-signature"] == signature(hook["secret"], headers, body)


async def test_no_log_names_a_secret_or_an_address(
    office: Office, erp: Endpoint, courier: Courier, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    hook = await made(office, erp)
    await office.open("contact")
    erp.answers = 500
    await courier.departs()
    said = "\n".join(each.getMessage() for each in caplog.records if not each.name.startswith(("httpx", "uvicorn")))
    assert hook["secret"] not in said
    assert "/escala" not in said


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"url": "erp.example.com"}, "url"),
        ({"url": "https://a@b.example/"}, "url"),
        ({"url": "https://erp.example.com/", "kinds": ["nada"]}, "kinds.0"),
        ({"url": "https://erp.example.com/", "owner_email": "x"}, "owner_email"),
        ({"url": "https://erp.example.com/", "events": []}, "events"),
    ],
)
async def test_bad_input_is_told_by_its_field(office: Office, body: dict[str, Any], path: str) -> None:
    refused = await office.post("/webhooks", body, "admin")
    assert refused.status_code == 422
    assert [each["path"] for each in refused.json()["errors"]] == [path]


async def test_nobodys_customer_and_nothing_internal_for_a_customer(office: Office, erp: Endpoint) -> None:
    unknown = await office.post("/webhooks", {"url": erp.address, "customer_id": "cli-z"}, "admin")
    assert unknown.status_code == 404
    internal = {"url": erp.address, "customer_id": PREMIUM, "with_internal": True}
    refused = await office.post("/webhooks", internal, "admin")
    assert refused.json()["type"] == "urn:escala:internal-for-customer"


async def test_another_webhooks_delivery_is_not_there(office: Office, erp: Endpoint, courier: Courier) -> None:
    one, other = await made(office, erp, kinds=["case_opened"]), await made(office, erp, kinds=["case_closed"])
    await office.open("contact")
    await courier.departs()
    [delivered] = await deliveries(office, one)
    assert (await replay(office, other, delivered)).status_code == 404


async def test_what_arrived_long_ago_is_forgotten(office: Office, erp: Endpoint, courier: Courier) -> None:
    hook = await made(office, erp, kinds=["case_opened"])
    await office.open("contact")
    await courier.departs()
    office.clock.passes(days=29)
    await departures.forget(office.db, at=office.clock())
    assert len(await deliveries(office, hook)) == 1
    office.clock.passes(days=2)
    await departures.forget(office.db, at=office.clock())
    assert await deliveries(office, hook) == []
