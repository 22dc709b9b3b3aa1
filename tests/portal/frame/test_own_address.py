"""In production people have one address: requests for another host, and forms from another origin, are refused."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from portal.frame.session import origin_of
from settings import Settings
from tests.api.office import BASE, Office, open_office
from tests.portal.matrix.asking import ask
from tests.portal.people import visitor


@pytest.fixture
async def production(migrated: Path, tmp_path: Path) -> AsyncIterator[Office]:
    """An office that believes to be in production."""
    file = shutil.copy(migrated, tmp_path / "escala.db")
    settings = Settings(
        profile="production",
        state_dir=tmp_path,
        database_url="postgresql+asyncpg://escala@db/escala",
        secret_key=SecretStr(secrets.token_urlsafe(48)),
        public_url="https://mesa.example",
        staff_need_second_factor=False,
    )
    async with open_office(f"sqlite+aiosqlite:///{file}", tmp_path, settings=settings) as office:
        yield office


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [
        ("mesa.example", "/ingreso", 200),
        ("MESA.example:443", "/ingreso", 200),
        ("localhost:8000", "/ingreso", 200),
        ("127.0.0.1", f"{BASE}/cases", 401),
        ("mala.example", "/ingreso", 421),
        ("mesa.example.mala.example", f"{BASE}/cases", 421),
        ("mesa.example@mala.example", "/ingreso", 421),
        ("[", "/ingreso", 421),
        ("", "/ingreso", 421),
        ("10.0.0.7:8000", f"{BASE}/health/live", 200),
        ("api:8000", f"{BASE}/metrics", 401),
    ],
)
async def test_another_host_than_ours_is_not_answered(production: Office, host: str, path: str, status: int) -> None:
    answer = await ask(production.app, "GET", path, {"Host": host})
    assert answer.status == status
    assert answer.header("location") == ""
    assert answer.header("content-security-policy").startswith("default-src 'none'")


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://mesa.example", 303),
        ("http://mesa.example", 403),
        ("https://mesa.example:8443", 403),
        ("https://escala.test", 403),
        ("null", 403),
    ],
)
async def test_a_form_comes_from_our_own_origin(production: Office, origin: str, status: int) -> None:
    async with visitor(production, "agent", Host="mesa.example") as ana:
        await ana.get("/cuenta")
        answer = await ana.post("/cuenta/atajos", shortcuts="true", headers={"Origin": origin})
        assert answer.status_code == status


def test_an_origin_has_no_port_that_goes_without_saying() -> None:
    assert origin_of("https://Mesa.example:443/base/") == "https://mesa.example"
    assert origin_of("http://mesa.example:8000") == "http://mesa.example:8000"
