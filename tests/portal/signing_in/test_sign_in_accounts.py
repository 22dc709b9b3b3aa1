"""`escala accounts`: the first administrator of a new installation, and what an operator can mend."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

import settings as settings_module
from cli.main import app

ADMIN = "primera@escala.example"


class Terminal:
    """Runs `escala` on a database of its own."""

    def __call__(self, *words: str, given: str | None = None) -> Result:
        result: Any = CliRunner().invoke(app, ["accounts", *words], input=given)
        return result  # type: ignore[no-any-return]


@pytest.fixture
def escala(migrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    shutil.copy(migrated, tmp_path / "escala.db")
    monkeypatch.setenv("ESCALA_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("ESCALA_PUBLIC_URL", "https://mesa.example/")
    settings_module.settings.cache_clear()
    yield Terminal()
    settings_module.settings.cache_clear()


def test_the_first_administrator_gets_a_link(escala: Terminal) -> None:
    done = escala("invite", ADMIN, "--role", "admin", "--name", "Rosa")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("https://mesa.example/clave/")
    assert ADMIN in escala("list").stdout


def test_a_password_is_read_and_never_an_argument(escala: Terminal) -> None:
    escala("invite", ADMIN, "--role", "admin")
    assert "sin contraseña" in escala("list").stdout
    assert escala("set-password", ADMIN, given="caballito de totora\n").exit_code == 0
    assert "sin contraseña" not in escala("list").stdout
    assert escala("set-password", ADMIN, "caballito de totora").exit_code == 2


def test_a_weak_password_is_refused(escala: Terminal) -> None:
    escala("invite", ADMIN, "--role", "admin")
    assert "12 y 200" in escala("set-password", ADMIN, given="corta\n").stderr


def test_an_account_is_disabled_and_enabled(escala: Terminal) -> None:
    escala("invite", ADMIN)
    escala("disable", ADMIN)
    assert "desactivada" in escala("list").stdout
    assert escala("invite", ADMIN).exit_code == 2
    escala("enable", ADMIN)
    assert "desactivada" not in escala("list").stdout


def test_a_role_is_taken_away_but_not_the_last_administrators(escala: Terminal) -> None:
    escala("invite", ADMIN, "--role", "admin")
    assert "ningún administrador" in escala("remove-role", ADMIN).stderr
    escala("invite", "carla@escala.example", "--role", "commercial")
    assert escala("remove-role", "carla@escala.example").exit_code == 0
    assert "commercial" not in escala("list").stdout
    assert "no tiene un rol" in escala("remove-role", "carla@escala.example").stderr


@pytest.mark.parametrize(
    "words", [("disable",), ("enable",), ("set-password",), ("remove-role",), ("reset-second-factor",)]
)
def test_an_account_that_is_not_there_is_said_so(escala: Terminal, words: tuple[str, ...]) -> None:
    assert "no existe la cuenta" in escala(*words, "nadie@x.example", given="caballito de totora\n").stderr


@pytest.mark.parametrize("words", [("nadie",), (ADMIN, "--role", "agent"), (ADMIN, "--role", "contact")])
def test_an_invitation_needs_an_address_and_a_role_of_the_house(escala: Terminal, words: tuple[str, ...]) -> None:
    assert escala("invite", *words).exit_code == 2
