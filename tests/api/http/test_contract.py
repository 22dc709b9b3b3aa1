"""The OpenAPI document as linters and generators read it: Redocly's recommended rules, and a client that works.

The rules are written out here, as far as they can fail on a document that FastAPI makes: their program needs Node and
some hundred packages. `redocly lint` itself says the same.
"""

from __future__ import annotations

import importlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from httpx import ASGITransport

from tests.api.office import NEW_CASE, Office

METHODS = {"get", "put", "post", "delete", "patch", "head", "options", "trace"}
Document = dict[str, Any]


@pytest.fixture
def document(office: Office) -> Document:
    return office.app.openapi()


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, methods in document["paths"].items():
        yield from ((path, method, each) for method, each in methods.items() if method in METHODS)


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (str(value) for key, value in part.items() if key == "$ref")
        for each in part.values():
            yield from references(each)
    elif isinstance(part, list):
        for each in part:
            yield from references(each)


def test_somebody_serves_it(document: Document) -> None:
    """no-empty-servers, no-server-trailing-slash, no-server-example.com"""
    assert [each["url"] for each in document["servers"]] == ["http://127.0.0.1:8000"]


def test_it_may_be_used(document: Document) -> None:
    """info-license"""
    assert document["info"]["license"] == {"name": "Apache License 2.0", "identifier": "Apache-2.0"}


def test_every_operation_says_who_may(document: Document) -> None:
    """security-defined: also those that are for everybody say so."""
    assert [path for path, _, each in operations(document) if "security" not in each] == []
    known = document["components"]["securitySchemes"]
    assert {name for *_, each in operations(document) for need in each["security"] for name in need} == set(known)
    assert {path for path, _, each in operations(document) if not each["security"]} == {
        "/api/v1/health/live",
        "/api/v1/health/ready",
    }


def test_every_operation_has_a_name_of_its_own(document: Document) -> None:
    """operation-operationId-unique, -url-safe, operation-summary, operation-2xx-response, operation-4xx-response"""
    names = Counter(each["operationId"] for *_, each in operations(document))
    assert [name for name, times in names.items() if times > 1 or not re.fullmatch(r"[\w-]+", name)] == []
    assert all(each["summary"] for *_, each in operations(document))
    for path, method, each in operations(document):
        assert {"2", "4"} <= {status[0] for status in each["responses"]}, (method, path)


def test_every_path_is_told_once_with_its_parameters(document: Document) -> None:
    """no-identical-paths, path-parameters-defined, no-path-trailing-slash, path-not-include-query"""
    shapes = Counter(re.sub(r"\{\w+\}", "{}", path) for path in document["paths"])
    assert [shape for shape, times in shapes.items() if times > 1 or shape.endswith("/") or "?" in shape] == []
    for path, method, operation in operations(document):
        told = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "path"}
        assert told == set(re.findall(r"\{(\w+)\}", path)), (method, path)


def test_every_schema_is_used_and_known(document: Document) -> None:
    """no-unresolved-refs, no-unused-components"""
    schemas = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(references(document)) == schemas


def test_every_schema_has_a_name_of_its_own(document: Document) -> None:
    """Generators name their classes by it, and leave out the second one: the preview was missing so."""
    names = [each.get("title", name) for name, each in document["components"]["schemas"].items()]
    names += [name for name in document["components"]["schemas"] if "__" in name]
    plain = Counter(re.sub(r"\W|_", "", name).casefold() for name in names)
    assert [name for name, times in plain.items() if times > 1] == []


@pytest.fixture
def generated(document: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The package of a client that openapi-python-client made of the document, without a complaint."""
    generator = pytest.importorskip("openapi_python_client", reason="make installs it: requirements-client.lock")
    settings = importlib.import_module("openapi_python_client.config")
    source, package = tmp_path / "openapi.json", "escala_client"
    source.write_text(json.dumps(document))
    config = settings.Config.from_sources(
        config_file=settings.ConfigFile(post_hooks=[]),
        meta_type=settings.MetaType.NONE,
        document_source=source,
        file_encoding="utf-8",
        overwrite=True,
        output_path=tmp_path / package,
    )
    assert list(generator.generate(config=config)) == []
    monkeypatch.syspath_prepend(tmp_path)
    return package


async def test_a_generated_client_opens_a_case_answers_it_and_reads_its_clocks(office: Office, generated: str) -> None:
    def of(module: str) -> Any:
        return importlib.import_module(f"{generated}.{module}")

    made = of("client").AuthenticatedClient(
        base_url="http://escala.test",
        token=office.secrets["contact"],
        httpx_args={"transport": ASGITransport(office.app)},
    )
    new = of("models.new_case").NewCase.from_dict(NEW_CASE)
    case = await of("api.cases.open_case").asyncio(client=made, body=new, idempotency_key="one")
    assert case.number.startswith("MA-2026-")
    message = of("models.message").Message(body="También en la otra oficina.")
    answered = await of("api.commands.answers").asyncio(case.number, client=made, body=message, idempotency_key="two")
    assert answered.turn > case.turn
    clocks = await of("api.cases.explain_clocks").asyncio(case.number, client=made)
    assert clocks.to_dict()
    plan = of("models.preview_promises_plan").PreviewPromisesPlan.STANDARD
    asked = {"plan": plan, "priority": 2, "opened_at": office.clock()}
    foreseen = await of("api.promises.preview_promises").asyncio(client=made, **asked)
    assert foreseen.level_2_at == case.next_hand_off_at
