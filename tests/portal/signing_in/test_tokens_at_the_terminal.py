"""`escala tokens`: whose a token is and until when, as the command line makes them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import settings as settings_module
from cli.main import app

ROSA = "rosa@escala.example"
Run = Callable[..., Any]


@pytest.fixture
def escala(migrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    shutil.copy(migrated, tmp_path / "escala.db")
    monkeypatch.setenv("ESCALA_STATE_DIR", str(tmp_path))
    settings_module.settings.cache_clear()
    yield lambda *words: CliRunner().invoke(app, list(words))
    settings_module.settings.cache_clear()


@pytest.mark.parametrize(("days", "lasts"), [((), 90), (("--days", "7"), 7)])
def test_a_token_expires(escala: Run, days: tuple[str, ...], lasts: int) -> None:
    made = escala("tokens", "create", "--role", "commercial", "--subject", "erp", *days)
    assert made.exit_code == 0, made.output
    until = f"{datetime.now(UTC) + timedelta(days=lasts):%Y-%m-%d}"
    assert f"vence el {until}" in made.stderr
    listed = escala("tokens", "list").stdout
    assert ("vence pronto" in listed) is (lasts < 14)
    assert "sin usar" in listed


def test_one_of_the_house_is_of_an_account_that_has_the_role_and_is_enabled(escala: Run) -> None:
    for name in (ROSA, "luz@escala.example"):
        assert escala("accounts", "invite", name, "--role", "admin").exit_code == 0
    made = escala("tokens", "create", "--role", "admin", "--subject", ROSA)
    assert made.exit_code == 0, made.output
    assert re.search(r"admin +acc_[0-9a-f]{16}", escala("tokens", "list").stdout)
    assert "no tiene el rol" in escala("tokens", "create", "--role", "commercial", "--subject", ROSA).stderr
    assert "no existe la cuenta" in escala("tokens", "create", "--role", "admin", "--subject", "x@y.example").stderr
    escala("accounts", "disable", ROSA)
    assert "revocado" in escala("tokens", "list").stdout
    assert "desactivada" in escala("tokens", "create", "--role", "admin", "--subject", ROSA).stderr


def test_the_last_administrator_stays(escala: Run) -> None:
    escala("accounts", "invite", ROSA, "--role", "admin")
    for words in (("disable", ROSA), ("remove-role", ROSA), ("invite", ROSA, "--role", "commercial")):
        assert "no quedaría ningún administrador" in escala("accounts", *words).stderr
