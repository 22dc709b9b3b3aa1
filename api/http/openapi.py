"""The OpenAPI document: what FastAPI knows, in Spanish, with every refusal and an example for every body."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from string import Formatter
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.http import problems
from api.http.documented_refusals import REFUSALS
from desk.problems import Problem, Refused
from policy.case.refusals import Refusal
from wording.language import translate

_METHODS = ("get", "post", "put", "delete", "patch")
_VALUES: dict[str, str | int] = {
    "megabytes": 25,
    "most": 5,
    "file": "mapa.png",
    "extensions": "pdf, png, txt",
    "day": "2026-12-03",
    "days": 30,
    "hours": 744,
    "other": "MA-2026-000041",
    "number": "MA-2026-000042",
    "assignee": "ana.torres",
    "level": 2,
    "plan": "standard",
    "unknown": "oro",
    "plans": "standard, premium",
    "channel": "phone",
    "channels": "web",
    "group": "otro",
    "groups": "sig, rastreo",
    "agent": "ana.torres",
    "person": "ana.torres",
    "name": "Ángela Suárez",
    "turn": 9,
    "substitute": "eva.rojas",
    "calendar": "9x6",
    "calendars": "7x24, 8x5",
    "starts_on": "2026-11-01",
    "from_on": "2026-10-01",
    "earliest_on": "2026-11-02",
    "ends_on": "2027-10-31",
    "places": 2,
    "asked": 3,
    "place": 1,
    "first": 1,
    "second": 2,
    "kibibytes": 256,
    "seconds": 30,
    "missing": "Temporal",
    "accepted_on": "2027-01-15",
    "paid_on": "2027-01-15",
    "paid_through": "2027-10-31",
    "nit": "900123456",
    "expected": 8,
    "found": 7,
    "department": "98",
    "municipality": "25175",
    "serial_number": "SN-48213",
    "incident": "google-maps-platform:rZvZvSKVdDHyWh4dZJ8D",
    "provider": "google",
    "provider_case": "58120034",
    "session": 1,
    "step": "requested",
    "needed": "scheduled",
    "amount": 350_000,
    "given": 320_000,
    "receipt": "FE-20418",
}
_INSTANT, _DATE = "2026-11-23T14:00:00Z", "2026-11-23"

_WHOLE = "…"

Schema = dict[str, Any]


def document(app: FastAPI, *, version: str, address: str, plans: Iterable[str]) -> Schema:
    """The whole document, of what is served at `address`; built once, when it is first asked for.

    `plans` are those that a caller may name.
    """
    made = get_openapi(
        title="Escala",
        version=version,
        summary=translate("A support desk whose promises keep themselves."),
        description=translate(
            "Every POST needs an Idempotency-Key: the same key and body give the same answer and happen once. "
            "What succeeded and what a rule refused is kept; after a 5xx or a 202 the same key goes on."
        ),
        routes=app.routes,
        servers=[{"url": address.rstrip("/")}],
        license_info={"name": "Apache License 2.0", "identifier": "Apache-2.0"},
    )
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = _problem_schema()
    for operation in _operations(made):
        operation["summary"] = translate(operation["summary"])
        _document_bodies(operation, schemas)
        _document_refusals(operation)
        for answer in operation["responses"].values():
            answer["description"] = translate(answer["description"])
    _name_plans(made, [str(plan) for plan in plans])
    return made


def _name_plans(part: Any, plans: list[str]) -> None:
    """Say in each schema of a plan which there are, in place of how one is spelt (PLAN-16)."""
    if isinstance(part, list):
        for each in part:
            _name_plans(each, plans)
    elif isinstance(part, dict):
        if part.pop("x-names", None) == "plan":
            for spelling in ("minLength", "maxLength", "pattern"):
                part.pop(spelling, None)
            part["enum"] = plans
        for each in part.values():
            _name_plans(each, plans)


def _operations(made: Schema) -> Iterator[Schema]:
    for path in made["paths"].values():
        yield from (path[method] for method in _METHODS if method in path)


def _problem_schema() -> Schema:
    text = {"type": "string"}
    error = {"type": "object", "properties": {"path": text, "message": text}, "required": ["path", "message"]}
    return {
        "type": "object",
        "description": "RFC 9457",
        "properties": {
            "type": text,
            "title": text,
            "status": {"type": "integer"},
            "detail": text,
            "rule": text,
            "errors": {"type": "array", "items": error},
        },
        "required": ["type", "title", "status", "detail"],
        "additionalProperties": False,
    }


# -- refusals ---------------------------------------------------------------------------------------------------------


def _document_refusals(operation: Schema) -> None:
    for answer in operation["responses"].values():
        if names := answer.pop(REFUSALS, None):
            examples = {name: {"value": _example_of(_kind(name))} for name in names}
            answer["content"] = {
                problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples}
            }


def _kind(name: str) -> type[Refused]:
    named: dict[str, type[Refused]] = {each.name: each for each in Problem.__subclasses__()}
    return named.get(name) or Refusal.known[name]


def _example_of(kind: type[Refused]) -> Schema:
    wanted = {name for _, name, _, _ in Formatter().parse(kind.message) if name}
    return problems.document(kind(**{name: _VALUES[name] for name in wanted}), "es")


# -- examples ---------------------------------------------------------------------------------------------------------


def _document_bodies(operation: Schema, schemas: Schema) -> None:
    bodies = [answer.get("content", {}) for answer in operation["responses"].values()]
    for content in (operation.get("requestBody", {}).get("content", {}), *bodies):
        if (body := content.get("application/json")) is not None:
            body["example"] = _example(body.get("schema", {}), schemas)


def _example(schema: Schema, schemas: Schema, name: str = _WHOLE) -> Any:
    """What a body of this schema looks like: the examples of its parts, or the least that is valid."""
    if reference := schema.get("$ref"):
        return _example(schemas[reference.rsplit("/", 1)[1]], schemas, name)
    for key in ("examples", "enum"):
        if schema.get(key):
            return schema[key][0]
    if "const" in schema:
        return schema["const"]
    if "anyOf" in schema:
        nullable = any(each.get("type") == "null" for each in schema["anyOf"])
        whole = next((each for each in schema["anyOf"] if "$ref" in each), None)
        is_the_body = name == _WHOLE
        return _example(whole, schemas, name) if whole and (is_the_body or not nullable) else None
    return _example_of_type(schema, schemas, name)


def _example_of_type(schema: Schema, schemas: Schema, name: str) -> Any:
    match schema.get("type"):
        case "object":
            parts: Schema = schema.get("properties", {})
            required = set(schema.get("required", ()))
            return {
                part: _example(each, schemas, part)
                for part, each in parts.items()
                if part in required or each.get("examples")
            }
        case "array":
            return [_example(schema["items"], schemas, name)]
        case "integer":
            return int(schema.get("minimum", 1))
        case "boolean":
            return False
        case "string":
            return {"date-time": _INSTANT, "date": _DATE}.get(schema.get("format", ""), name)
        case _:
            return None
