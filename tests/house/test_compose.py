"""What the production compose file keeps to: the specification, no secret of its own, and health that is watched."""

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from desk.engine import access
from settings import Settings

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SECRET = re.compile(r"PASSWORD|PWD|SECRET|TOKEN|SMTP_URL|DATABASE_URL")

each_service = pytest.mark.parametrize("service", SERVICES.values(), ids=list(SERVICES))


def test_it_is_what_the_compose_specification_says() -> None:
    schema = files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json"

    jsonschema.validate(COMPOSE, json.loads(schema.read_text(encoding="utf-8")))


def is_one_shot(service: dict[str, Any]) -> bool:
    return str(service["restart"]).startswith("on-failure")


@each_service
def test_every_service_is_watched_or_ends_by_itself(service: dict[str, Any]) -> None:
    assert "healthcheck" in service or is_one_shot(service)


@each_service
def test_nobody_waits_for_less_than_ready(service: dict[str, Any]) -> None:
    for name, wait in service.get("depends_on", {}).items():
        expected = "service_completed_successfully" if is_one_shot(SERVICES[name]) else "service_healthy"
        assert wait["condition"] == expected


@each_service
def test_no_secret_has_a_default(service: dict[str, Any]) -> None:
    secrets = {name: value for name, value in service.get("environment", {}).items() if SECRET.search(name)}

    # Either it has to be given, or what it is for is off without it.
    assert all(re.search(r"\$\{\w+:(\?|-\})", value) for value in secrets.values())


@each_service
def test_every_image_is_pinned(service: dict[str, Any]) -> None:
    assert re.search(r":\d+\.\d+", service["image"])


def test_the_databases_are_reached_from_inside_alone() -> None:
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"temporal-ui", "api"}


@pytest.mark.parametrize("name", ["migrations", "worker", "api"])
def test_our_own_processes_can_write_nothing_but_tmp(name: str) -> None:
    assert SERVICES[name]["read_only"]
    assert SERVICES[name]["cap_drop"] == ["ALL"]


def test_what_must_be_given_is_in_the_example_and_left_empty() -> None:
    required = set(re.findall(r"\$\{(\w+):\?", TEXT))
    example = (ROOT / "compose.env.example").read_text(encoding="utf-8")

    assert set(re.findall(r"^(\w+)=$", example, re.MULTILINE)) == required
    assert not re.findall(r"^\w+=.+$", example, re.MULTILINE)


def test_the_image_runs_as_nobody_in_particular_and_installs_by_hash() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")

    assert "USER escala" in dockerfile
    assert "--require-hashes -r requirements.lock" in dockerfile


@each_service
def test_nobody_has_more_of_the_machine_than_it_needs(service: dict[str, Any]) -> None:
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert service["pids_limit"] <= 400
    assert all("size=" in each for each in service.get("tmpfs", ()))


def test_what_cannot_be_read_only_is_named() -> None:
    assert {name for name, service in SERVICES.items() if not service.get("read_only")} == {"temporal-ui"}


def test_the_inside_leads_nowhere() -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    outside = {name for name, service in SERVICES.items() if "outside" in service["networks"]}
    assert outside == {"worker", "api"}


def test_what_arrives_has_room() -> None:
    [room] = SERVICES["api"]["tmpfs"]
    assert int(re.findall(r"size=(\d+)m", room)[0]) > Settings.model_fields["arriving_megabytes"].default


def test_only_who_signs_people_in_knows_the_providers_secret() -> None:
    told = {name for name, service in SERVICES.items() if "ESCALA_OIDC_CLIENT_SECRET" in service.get("environment", {})}
    assert told == {"api"}


def test_one_proxy_is_suggested_and_no_network() -> None:
    example = (ROOT / "compose.env.example").read_text(encoding="utf-8")
    [suggested] = re.findall(r"ESCALA_TRUSTED_PROXIES=(.+)", example)
    assert suggested == COMPOSE["networks"]["outside"]["ipam"]["config"][0]["gateway"]


def test_temporals_own_environment_gives_tls_and_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    assert access() == {}
    monkeypatch.setenv("TEMPORAL_API_KEY", "llave")
    monkeypatch.setenv("TEMPORAL_TLS_SERVER_NAME", "temporal.example")
    found = access()
    assert (found["api_key"], found["tls"].domain) == ("llave", "temporal.example")
