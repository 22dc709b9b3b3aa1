"""Whatever anybody sends, in whatever role: no failure of ours, and every answer is as the OpenAPI document says."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from desk.reading import stream
from settings import Settings
from tests.api.office import BASE, NEW_PREMIUM_CASE, PEOPLE, STANDARD, Office, open_office
from tests.support.apps import app_at_rest
from tests.support.serving import serving
from tests.support.thoroughness import examples

CHECKS = [not_a_server_error, response_schema_conformance, status_code_conformance, content_type_conformance]

schema = schemathesis.openapi.from_dict(app_at_rest().openapi())
schema.config.phases.coverage.enabled = False  # hundreds of examples for each operation; these are drawn instead
schema.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])

# Not the customer whose contact opens the cases: a new roster ends that contact's token.
KNOWN = {
    "customer_id": STANDARD,
    "contract_id": f"contract-{STANDARD}",
    "solution_id": f"solution-{STANDARD}",
    "session": 1,
    "absence_id": "nothing",
    "rota_id": "nothing",
    "override_id": "nothing",
    "swap_id": "nothing",
    "page_id": "nothing",
    "amendment_id": "nothing",
    "file_id": "nothing",
    "token_id": "token-contact",
    "webhook_id": "nothing",
    "delivery_id": "msg_nothing",
}


@dataclass
class Served:
    """The office behind a server in another thread, and keys that nobody used."""

    address: str
    office: Office

    def __post_init__(self) -> None:
        self.keys = (f"schema-{place}" for place in count(1))
        self.people = cycle(PEOPLE)

    def new_case(self) -> str:
        headers = self.office.headers("premium_contact", **{"Idempotency-Key": next(self.keys)})
        answer = httpx.post(f"{self.address}{BASE}/cases", json=NEW_PREMIUM_CASE, headers=headers)
        return str(answer.json()["number"])


@pytest.fixture(scope="module")
def served(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("schema")
    file = shutil.copy(migrated, folder / "escala.db")
    started, stopping = threading.Event(), asyncio.Event()
    found: list[Served] = []

    async def serve() -> None:
        url = f"sqlite+aiosqlite:///{file}"
        wide: dict[str, Any] = {
            f"{what}_per_{whose}": 10**6 for what in ("openings", "commands") for whose in ("contact", "customer")
        }
        chosen = Settings(state_dir=folder, database_url=url, **wide)
        async with open_office(url, folder, settings=chosen) as office, serving(office.app) as address:
            found.append(Served(address, office))
            started.set()
            await stopping.wait()

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(stream, "LIFETIME", 0.05)
        thread.start()
        assert started.wait(20)
        yield found[0]
        loop.call_soon_threadsafe(stopping.set)
        thread.join(20)
        loop.close()


@pytest.mark.timeout(300)
@schema.parametrize()
@settings(
    examples(len(PEOPLE)),
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_answers_as_documented(case: schemathesis.Case[Any], served: Served) -> None:
    """Paths and openings name what exists, so that more than 404 is tried."""
    for name in case.path_parameters or {}:
        case.path_parameters[name] = served.new_case() if name == "number" else KNOWN[name]
    if isinstance(case.body, dict) and "contact_id" in case.body:
        case.body.update(contact_id=NEW_PREMIUM_CASE["contact_id"], solution_id=NEW_PREMIUM_CASE["solution_id"])
    headers = served.office.headers(next(served.people))
    if case.headers and "Idempotency-Key" in case.headers:
        headers["Idempotency-Key"] = next(served.keys)
    case.call_and_validate(base_url=served.address, headers=headers, checks=CHECKS)
