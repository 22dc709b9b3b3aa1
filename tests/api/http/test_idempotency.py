"""Every POST happens once, whatever becomes of its answers."""

from __future__ import annotations

import asyncio

import pytest

from api.http.idempotency import REPLAYED
from desk.problems import EngineUnavailable
from policy.case.commands import Command
from storage.case import views
from tests.api.office import NEW_CASE, NEW_PREMIUM_CASE, PREMIUM, STANDARD, Office
from tests.support.lives import bogota

REPLY = {"body": "Lo estamos revisando."}


async def turn(office: Office, number: str) -> int:
    row = await views.case(office.db, number)
    assert row is not None
    return row.case.turn


async def test_the_same_key_and_body_give_the_same_answer(office: Office) -> None:
    first = await office.post("/cases", NEW_CASE, "contact", key="k")
    office.clock.passes(minutes=5)
    again = await office.post("/cases", NEW_CASE, "contact", key="k")
    assert (again.status_code, again.json(), again.headers["location"]) == (
        201,
        first.json(),
        first.headers["location"],
    )
    assert (first.headers.get(REPLAYED), again.headers[REPLAYED]) == (None, "true")


async def test_a_command_with_the_same_key_happens_once(office: Office) -> None:
    number = await office.open()
    for _ in range(3):
        assert (await office.post(f"/cases/{number}/replies", REPLY, key="k")).status_code == 200
    assert await turn(office, number) == 2


async def test_the_same_body_written_differently_is_the_same_body(office: Office) -> None:
    """Blanks around a text, an unset optional field and the order of fields make no other request."""
    first = await office.post("/cases", NEW_CASE, "contact", key="k")
    other = dict(reversed((NEW_CASE | {"title": f" {NEW_CASE['title']} ", "serial_number": None}).items()))
    assert (await office.post("/cases", other, "contact", key="k")).json() == first.json()


async def test_the_same_key_with_another_body_is_refused(office: Office) -> None:
    number = await office.open()
    await office.post(f"/cases/{number}/replies", REPLY, key="k")
    answer = await office.post(f"/cases/{number}/replies", {"body": "Otra cosa."}, key="k")
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:escala:idempotency-key-reused")
    assert await turn(office, number) == 2


async def test_the_same_key_on_another_address_is_refused(office: Office) -> None:
    number = await office.open()
    await office.post(f"/cases/{number}/replies", REPLY, key="k")
    answer = await office.post(f"/cases/{number}/notes", REPLY, key="k")
    assert answer.json()["type"] == "urn:escala:idempotency-key-reused"


async def test_two_callers_may_choose_the_same_key(office: Office) -> None:
    first = await office.post("/cases", NEW_CASE, "contact", key="k")
    second = await office.post("/cases", NEW_PREMIUM_CASE, "premium_contact", key="k")
    assert first.json()["number"] != second.json()["number"]


async def test_a_post_without_a_key_is_refused_and_told_what_to_send(office: Office) -> None:
    answer = await office.client.post("/api/v1/cases", json=NEW_CASE, headers=office.headers("contact"))
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:escala:idempotency-key-missing")
    assert "Idempotency-Key" in answer.json()["detail"]


async def test_requests_at_once_with_the_same_key_happen_once_and_agree(office: Office) -> None:
    number = await office.open()
    answers = await asyncio.gather(*(office.post(f"/cases/{number}/replies", REPLY, key="k") for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert await turn(office, number) == 2


async def test_openings_at_once_with_the_same_key_are_one_case(office: Office) -> None:
    answers = await asyncio.gather(*(office.post("/cases", NEW_CASE, "contact", key="k") for _ in range(8)))
    assert {answer.json()["number"] for answer in answers} == {"MA-2026-000001"}


async def test_a_refusal_is_an_answer_and_stays_one(office: Office) -> None:
    number = await office.open()
    refused = await office.post(f"/cases/{number}/confirmation", None, "contact", key="k")
    await office.give(number, "resolution", summary="Listo.")
    again = await office.post(f"/cases/{number}/confirmation", None, "contact", key="k")
    assert (refused.status_code, again.status_code, again.json()) == (409, 409, refused.json())
    assert again.headers["content-type"] == "application/problem+json"
    assert (await office.post(f"/cases/{number}/confirmation", None, "contact", key="k2")).status_code == 200


async def test_bad_input_is_no_answer_so_the_key_may_try_again(office: Office) -> None:
    number = await office.open()
    assert (await office.post(f"/cases/{number}/replies", {}, key="k")).status_code == 422
    assert (await office.post(f"/cases/{number}/replies", REPLY, key="k")).status_code == 200


class TestWhileTheEngineIsDown:
    async def test_a_command_is_told_to_come_again(self, office: Office) -> None:
        number = await office.open()
        office.desk.down = True
        answer = await office.post(f"/cases/{number}/replies", REPLY)
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:escala:engine-unavailable")
        assert int(answer.headers["retry-after"]) > 0

    async def test_nothing_of_it_is_seen(self, office: Office) -> None:
        """Neither half a case nor a text that nobody published."""
        number = await office.open()
        office.desk.down = True
        await office.post(f"/cases/{number}/replies", REPLY)
        await office.post("/cases", NEW_CASE, "contact")
        assert [fact["kind"] for fact in await office.timeline(number)] == ["case_opened"]
        assert len((await office.get("/cases")).json()["items"]) == 1

    async def test_the_same_key_goes_on_once_it_is_back(self, office: Office) -> None:
        number = await office.open()
        office.desk.down = True
        await office.post(f"/cases/{number}/replies", REPLY, key="k")
        office.desk.down = False
        assert (await office.post(f"/cases/{number}/replies", REPLY, key="k")).status_code == 200
        assert await turn(office, number) == 2

    async def test_a_command_whose_answer_was_lost_is_not_given_twice(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        number = await office.open()
        given = office.desk.command

        async def loses_the_answer(number: str, command: Command, *, key: str) -> None:
            await given(number, command, key=key)
            raise EngineUnavailable

        monkeypatch.setattr(office.desk, "command", loses_the_answer)
        lost = await office.post(f"/cases/{number}/withdrawal", None, "contact", key="k")
        monkeypatch.setattr(office.desk, "command", given)
        found = await office.post(f"/cases/{number}/withdrawal", None, "contact", key="k")
        assert (lost.status_code, found.status_code, found.json()["status"]) == (503, 200, "closed")
        assert await turn(office, number) == 2


class TestAnOpeningThatIsTriedAgain:
    """The number's instant is the first try's, and everything is judged at it."""

    @pytest.mark.rule("WAR-2")
    async def test_is_not_covered_by_what_was_paid_in_between(self, office: Office) -> None:
        """It opens held; the payment releases it, and its clocks count from then."""
        office.clock.at = bogota("2028-01-03 09:00")
        new = {"plan": "premium", "starts_on": "2028-01-01", "ends_on": "2028-12-31"}
        contract = (await office.post(f"/customers/{PREMIUM}/contracts", new, "commercial")).json()
        office.desk.down = True
        lost = await office.post("/cases", NEW_PREMIUM_CASE, key="k")
        office.desk.down = False
        office.clock.passes(hours=3)
        payment = {"paid_on": "2028-01-03", "reference": "FV-1"}
        await office.post(f"/contracts/{contract['id']}/payments", payment, "commercial")
        office.clock.passes(minutes=5)

        case = (await office.post("/cases", NEW_PREMIUM_CASE, key="k")).json()

        assert (lost.status_code, case["status"], case["cover"]) == (503, "held", "none")
        assert case["opened_at"] == "2028-01-03T14:00:00Z"

    @pytest.mark.rule("WAR-6")
    async def test_keeps_the_cover_and_the_channels_of_the_last_day(self, office: Office) -> None:
        """Asked for by telephone ten minutes before midnight, again ten minutes after it."""
        office.clock.at = bogota("2027-12-31 23:50")
        office.desk.down = True
        case = NEW_PREMIUM_CASE | {"channel": "phone"}
        await office.post("/cases", case, key="k")
        office.desk.down = False
        office.clock.passes(minutes=20)

        answer = await office.post("/cases", case, key="k")

        assert (answer.status_code, answer.json()["status"], answer.json()["cover"]) == (201, "new", "contract")

    @pytest.mark.rule("REQ-1")
    async def test_stands_though_the_contact_was_taken_off_since(self, office: Office) -> None:
        office.desk.down = True
        await office.post("/cases", NEW_CASE, key="k")
        office.desk.down = False
        office.clock.passes(minutes=5)
        other = {
            "name": "Luz", "email": "luz@cliente.example", "is_system_administrator": True,
            "notice_reference": "Carta 18", "notified_on": "2026-11-02", "can_sign_in": True,
        }  # fmt: skip
        await office.put(f"/customers/{STANDARD}/contacts", [other])

        assert (await office.post("/cases", NEW_CASE, key="k")).status_code == 201
        assert (await office.post("/cases", NEW_CASE, key="new")).json()["type"] == "urn:escala:contact-not-authorized"


@pytest.mark.rule("WAR-3")
async def test_a_lapsed_premium_customer_who_calls_is_held_not_refused(office: Office) -> None:
    office.clock.at = bogota("2028-02-01 10:00")
    answer = await office.post("/cases", NEW_PREMIUM_CASE | {"channel": "phone"})
    assert (answer.status_code, answer.json()["status"], answer.json()["channel"]) == (201, "held", "phone")
    lapsed_standard = await office.post("/cases", NEW_CASE | {"channel": "phone"})
    assert lapsed_standard.json()["type"] == "urn:escala:channel-not-in-plan"
