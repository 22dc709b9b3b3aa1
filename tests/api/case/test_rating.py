"""Rating a case over HTTP."""

from __future__ import annotations

import pytest

from tests.api.office import Office

RATING = {"score": 4, "comment": "Rápidos y claros."}


@pytest.fixture
async def resolved(office: Office) -> str:
    number = await office.open()
    await office.give(number, "resolution", summary="Se amplió la cuota.")
    return number


async def test_a_contact_rates_a_resolved_case(office: Office, resolved: str) -> None:
    answer = await office.post(f"/cases/{resolved}/rating", RATING, "contact")
    assert (answer.status_code, answer.json()["rating"]["score"]) == (200, 4)
    case = (await office.get(f"/cases/{resolved}")).json()
    assert case["rating"]["comment"] == "Rápidos y claros."


async def test_a_later_rating_replaces_the_earlier_one(office: Office, resolved: str) -> None:
    await office.post(f"/cases/{resolved}/rating", RATING, "contact")
    answer = await office.post(f"/cases/{resolved}/rating", {"score": 1}, "contact")
    assert (answer.json()["rating"]["score"], answer.json()["rating"]["comment"]) == (1, "")


async def test_the_same_key_rates_once(office: Office, resolved: str) -> None:
    await office.post(f"/cases/{resolved}/rating", RATING, "contact", key="one")
    again = await office.post(f"/cases/{resolved}/rating", RATING, "contact", key="one")
    assert again.headers["idempotency-replayed"] == "true"


async def test_a_case_that_is_worked_on_has_nothing_to_rate(office: Office) -> None:
    answer = await office.post(f"/cases/{await office.open()}/rating", RATING, "contact")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:escala:nothing-to-rate")


@pytest.mark.parametrize(("days", "status"), [(29, 200), (31, 409)])
async def test_a_closed_case_can_be_rated_for_30_days(office: Office, resolved: str, days: int, status: int) -> None:
    await office.post(f"/cases/{resolved}/confirmation", None, "contact")
    office.clock.passes(days=days)
    assert (await office.post(f"/cases/{resolved}/rating", RATING, "contact")).status_code == status


@pytest.mark.parametrize(("who", "status"), [("agent", 403), ("premium_contact", 404)])
async def test_nobody_but_the_customer_rates(office: Office, resolved: str, who: str, status: int) -> None:
    assert (await office.post(f"/cases/{resolved}/rating", RATING, who)).status_code == status


@pytest.mark.parametrize("score", [0, 6, 4.5, "5", True])
async def test_a_score_is_a_whole_number_from_1_to_5(office: Office, resolved: str, score: object) -> None:
    assert (await office.post(f"/cases/{resolved}/rating", {"score": score}, "contact")).status_code == 422
