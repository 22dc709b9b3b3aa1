"""A contact of one customer never sees another's: every route that names something is tried, as OpenAPI lists them."""

from __future__ import annotations

from collections.abc import Iterator

from tests.api.given import BODIES
from tests.api.office import BASE, PREMIUM, Office
from tests.support.apps import app_at_rest

NAMED = {
    "{number}": "MA-2026-000001",
    "{customer_id}": PREMIUM,
    "{contract_id}": f"contract-{PREMIUM}",
    "{session}": "1",
}


def addresses() -> Iterator[tuple[str, str, str]]:
    """The method, the template and the address of every operation that names something."""
    for template, methods in app_at_rest().openapi()["paths"].items():
        path = template
        for name, value in NAMED.items():
            path = path.replace(name, value)
        yield from ((method, template, path) for method in methods if "{" in template)


async def test_what_is_another_customers_is_not_there(office: Office) -> None:
    await office.open("premium_contact")
    by_role = registrars_only()
    assert len(list(addresses())) > 60
    told = []
    for method, template, path in addresses():
        body = BODIES.get(template.partition("{number}/")[2]) if method == "post" else None
        headers = office.headers("contact", **{"Idempotency-Key": next(office.keys)})
        foreign = await office.client.request(method, path, json=body, headers=headers)
        if (method, template) in by_role and foreign.status_code == 403:
            continue
        if (foreign.status_code, foreign.json()["type"]) != (404, "urn:escala:not-found"):
            told.append(f"{method} {template}: {foreign.status_code} {foreign.text}")
    assert told == []


def registrars_only() -> set[tuple[str, str]]:
    """What is named by id alone: a contact is refused by its role before any is looked up."""
    contracts = {("post", f"/contracts/{{contract_id}}/{what}") for what in ("renewals", "payments", "end")}
    tokens = {(method, "/tokens/{token_id}") for method in ("get", "delete")}
    others = {("post", "/solutions/{solution_id}/acceptance"), ("delete", "/absences/{absence_id}")}
    ours = ("/webhooks/", "/duty/")
    of_ours = {(method, template) for method, template, _ in addresses() if any(each in template for each in ours)}
    named = {*contracts, *tokens, *others, ("get", "/amendments/{amendment_id}")}
    return {*of_ours, *((method, BASE + template) for method, template in named)}


async def test_without_a_token_nothing_is_told(office: Office) -> None:
    told = []
    for method, template, path in addresses():
        answer = await office.client.request(method, path, headers={"Idempotency-Key": next(office.keys)})
        if (answer.status_code, answer.headers.get("www-authenticate")) != (401, "Bearer"):
            told.append(f"{method} {template}: {answer.status_code}")
    assert told == []
