"""What the production compose file keeps to: the specification, no secret of its own, and health that is watched."""

import json
import os
import re
import shutil
import stat
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from cli.temporal_server import ORDERED
from desk.engine import access
from policy.people.secret_strength import is_guessable
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


def test_secrets_come_in_files_alone() -> None:
    """But for Temporal's own image, which reads its password from the environment; it has no default."""
    told = {
        (name, variable): value
        for name, service in SERVICES.items()
        for variable, value in service.get("environment", {}).items()
        if SECRET.search(variable)
    }
    assert told.pop(("temporal", "POSTGRES_PWD")).startswith("${TEMPORAL_DB_PASSWORD:?")
    told.pop(("worker", "ESCALA_MAIL_OAUTH_TOKEN_URL"))  # where tokens are asked for: an address, and no token
    for (name, variable), value in told.items():
        assert variable.endswith("_FILE"), (name, variable)
        assert value.removeprefix("/run/secrets/") in SERVICES[name]["secrets"]


MAILBOX = {"escala_imap_url", "escala_mail_oauth_client_secret", "escala_mail_oauth_refresh_token"}
"""What a worker needs that reads a mailbox; empty where none does."""


def test_each_process_is_given_the_secrets_that_it_needs() -> None:
    given = {name: set(service["secrets"]) for name, service in SERVICES.items() if "secrets" in service}
    database, mail = "escala_database_url", "escala_smtp_url"
    assert given == {
        "postgresql": {"postgres_password", "temporal_db_password", "escala_db_password"},
        "temporal-schema": {"temporal_db_password"},
        "migrations": {database},
        "worker": {database, mail, *MAILBOX},
        "api": {database, mail, "escala_secret_key", "escala_oidc_client_secret", "escala_telephone_secret"},
    }


class TestMakeSecrets:
    def run(self, root: Path, **environment: str) -> subprocess.CompletedProcess[str]:
        shutil.copytree(ROOT / "compose", root / "compose", dirs_exist_ok=True)
        return subprocess.run(
            ["/bin/sh", root / "compose/make-secrets.sh"],
            env={"PATH": os.environ["PATH"], **environment},
            check=False,
            capture_output=True,
            text=True,
        )

    def secrets(self, root: Path) -> dict[str, str]:
        return {file.name: file.read_text(encoding="utf-8") for file in (root / "secrets").iterdir()}

    def test_makes_what_the_compose_file_names_to_be_entered_by_its_owner_alone(self, tmp_path: Path) -> None:
        shutil.copy(ROOT / "compose.env.example", tmp_path / "compose.env")
        assert self.run(tmp_path, ESCALA_SMTP_URL="smtp://a:b@c").returncode == 0
        made = self.secrets(tmp_path)
        assert made.keys() == COMPOSE["secrets"].keys()
        assert {file for file, value in made.items() if not value} == {
            "escala_oidc_client_secret",
            "escala_telephone_secret",
            *MAILBOX,
        }
        assert made["escala_db_password"] in made["escala_database_url"]
        assert not is_guessable(made["escala_secret_key"])
        assert len(set(filter(None, made.values()))) == len([each for each in made.values() if each])
        assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
        told = (tmp_path / "compose.env").read_text(encoding="utf-8")
        assert f"TEMPORAL_DB_PASSWORD={made['temporal_db_password']}\n" in told

    def test_changes_nothing_that_is_there(self, tmp_path: Path) -> None:
        self.run(tmp_path, ESCALA_SMTP_URL="smtp://a:b@c")
        before = self.secrets(tmp_path)
        assert self.run(tmp_path, ESCALA_SMTP_URL="smtp://another").returncode == 0
        assert self.secrets(tmp_path) == before

    def test_says_what_nobody_can_draw(self, tmp_path: Path) -> None:
        asked = self.run(tmp_path)
        assert asked.returncode == 1
        assert "ESCALA_SMTP_URL=" in asked.stderr

    def test_keeps_those_of_an_installation_from_before(self, tmp_path: Path) -> None:
        old = {"POSTGRES_PASSWORD": "one", "TEMPORAL_DB_PASSWORD": "two", "ESCALA_DB_PASSWORD": "three"}
        lines = [f"{name}={value}" for name, value in {**old, "ESCALA_SMTP_URL": "smtp://d:e$f@g"}.items()]
        (tmp_path / "compose.env").write_text("\n".join(lines) + "\n", encoding="utf-8")
        assert self.run(tmp_path).returncode == 0
        made = self.secrets(tmp_path)
        assert [made["postgres_password"], made["temporal_db_password"]] == ["one", "two"]
        assert made["escala_database_url"] == "postgresql+asyncpg://escala:three@postgresql:5432/escala"
        assert made["escala_smtp_url"] == "smtp://d:e$f@g"


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


def test_one_proxy_is_suggested_and_no_network() -> None:
    example = (ROOT / "compose.env.example").read_text(encoding="utf-8")
    [suggested] = re.findall(r"ESCALA_TRUSTED_PROXIES=(.+)", example)
    assert suggested == COMPOSE["networks"]["outside"]["ipam"]["config"][0]["gateway"]


def test_temporals_own_environment_gives_tls_and_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    assert access(Settings()) == {}
    monkeypatch.setenv("TEMPORAL_API_KEY", "llave")
    monkeypatch.setenv("TEMPORAL_TLS_SERVER_NAME", "temporal.example")
    found = access(Settings())
    assert (found["api_key"], found["tls"].domain) == ("llave", "temporal.example")


def test_the_key_towards_temporal_may_stand_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("llave\n", encoding="utf-8")
    monkeypatch.setenv("ESCALA_TEMPORAL_API_KEY_FILE", str(tmp_path / "key"))
    assert access(Settings())["api_key"] == "llave"


def test_temporals_tasks_wait_in_the_order_of_escala_up() -> None:
    """Urgent ones first, customers in turn: the same switches as the embedded server's."""
    switches = yaml.safe_load((ROOT / "compose/temporal-dynamicconfig.yaml").read_text(encoding="utf-8"))
    said = {f"{name}={str(each[0]['value']).lower()}" for name, each in switches.items()}
    assert said == set(ORDERED)
