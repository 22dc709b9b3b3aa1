"""A contact of one customer never sees another's: every route that names something is tried, as OpenAPI lists them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.given import BODIES
from tests.api.office import BASE, PREMIUM, Office
from tests.support.apps import app_at_rest

NAMED = {
    "{number}": "MA-2026-000001",
    "{customer_id}": PREMIUM,
    "{contract_id}": f"contract-{PREMIUM}",
    "{session}": "1",
}


def named_operations() -> Iterator[tuple[str, str]]:
    for path, methods in app_at_rest().openapi()["paths"].items():
        if "{" in path:
            yield from ((method, path) for method in methods)


@pytest.mark.parametrize(("method", "path"), sorted(named_operations()))
async def test_what_is_another_customers_is_not_there(office: Office, method: str, path: str) -> None:
    await office.open("premium_contact")
    body = BODIES.get(path.partition("{number}/")[2]) if method == "post" else None
    for name, value in NAMED.items():
        path = path.replace(name, value)
    headers = office.headers("contact", **{"Idempotency-Key": "k"})
    foreign = await office.client.request(method, path, json=body, headers=headers)
    if (method, path.removeprefix(BASE)) in registrars_only():
        assert foreign.status_code in (403, 404)
        return
    assert foreign.status_code == 404, f"{foreign.status_code} {foreign.text}"
    assert foreign.json()["type"] == "urn:escala:not-found"


def registrars_only() -> set[tuple[str, str]]:
    """What is named by id alone: a contact is refused by its role before any is looked up."""
    contracts = {("post", f"/contracts/contract-{PREMIUM}/{what}") for what in ("renewals", "payments", "end")}
    tokens = {(method, "/tokens/{token_id}") for method in ("get", "delete")}
    others = {("post", "/solutions/{solution_id}/acceptance"), ("delete", "/absences/{absence_id}")}
    webhooks = {
        each
        for each in ((method, path.removeprefix(BASE)) for method, path in named_operations())
        if "/webhooks/" in each[1]
    }
    return {*contracts, *tokens, *others, *webhooks, ("get", "/amendments/{amendment_id}")}


@pytest.mark.parametrize(("method", "path"), sorted(named_operations()))
async def test_without_a_token_nothing_is_told(office: Office, method: str, path: str) -> None:
    for name, value in NAMED.items():
        path = path.replace(name, value)
    answer = await office.client.request(method, path, headers={"Idempotency-Key": "k"})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
