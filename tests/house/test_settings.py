"""What an installation may set, and the one sentence it gets where that cannot be."""

import re
import secrets
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from cli import doctor, main
from desk.signing_in.keys import Keys
from policy.people.secret_strength import is_guessable
from settings import Settings, read_settings
from wording import console

ROOT = Path(__file__).parents[2]


class TestEmbedded:
    def test_needs_nothing_and_keeps_all_in_one_folder(self, tmp_path: Path) -> None:
        settings = Settings(state_dir=tmp_path)

        assert settings.database_url == f"sqlite+aiosqlite:///{tmp_path}/escala.db"
        assert settings.temporal_db.parent == settings.mail_dir.parent == settings.log_dir.parent == tmp_path

    def test_makes_a_relative_folder_absolute_so_that_children_share_it(self) -> None:
        assert Settings(state_dir=Path("here")).state_dir == Path.cwd() / "here"

    def test_gives_customers_the_apis_own_address(self) -> None:
        assert Settings(api_port=8123).public_url == "http://127.0.0.1:8123"

    def test_its_children_find_the_same_settings(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        settings = Settings(state_dir=tmp_path, api_port=8123, temporal_address="127.0.0.1:7333")
        for name, value in settings.environment().items():
            monkeypatch.setenv(name, value)

        assert Settings() == settings


PUBLISHED = "vjLb6Y-7DPQ2fWn3sRk9TzUo1aXe8Hc5"
POSTGRESQL = "postgresql+asyncpg://escala@db/escala"


def production_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESCALA_PROFILE", "production")
    monkeypatch.setenv("ESCALA_SECRET_KEY", secrets.token_urlsafe(48))
    monkeypatch.setenv("ESCALA_PUBLIC_URL", "https://mesa.example")


class TestProduction:
    @pytest.fixture(autouse=True)
    def production(self, monkeypatch: pytest.MonkeyPatch) -> None:
        production_environment(monkeypatch)

    @pytest.mark.parametrize(
        "secret",
        [
            "short",
            "x" * 40,
            "aB3-" * 10,
            "0123456789abcdef0123456789abcdef",
            "abcdefghijklmnopqrstuvwxyzABCDEFGH",
            "1234567890qwertyuiopasdfghjklzxcvbnm",
            "change-this-secret-key-before-production",
            "ESCALA_SECRET_KEY_CHANGE_ME_PLEASE_1234567",
            "Contraseña-de-la-mesa-que-nadie-conoce-2026",
            PUBLISHED,
        ],
    )
    def test_refuses_to_start_without_a_secret_of_its_own(self, secret: str) -> None:
        with pytest.raises(console.Stopped, match="necesita ESCALA_SECRET_KEY"):
            read_settings(database_url=POSTGRESQL, secret_key=secret)

    @pytest.mark.parametrize("secret", [None, ""])
    def test_signs_nobody_in_without_a_secret_and_works_on_cases_without_one(self, secret: str | None) -> None:
        """The worker and the migrations need none, so that they are given none."""
        here = read_settings(database_url=POSTGRESQL, secret_key=secret)
        with pytest.raises(console.Stopped, match="necesita ESCALA_SECRET_KEY"):
            Keys.of(here)

    @pytest.mark.parametrize("bytes_", [24, 32, 48])
    def test_takes_a_secret_that_was_drawn(self, bytes_: int) -> None:
        assert not any(is_guessable(secrets.token_urlsafe(bytes_)) for _ in range(200))
        assert not any(is_guessable(secrets.token_hex(bytes_)) for _ in range(200))

    def test_takes_no_secret_that_anybody_can_read_in_our_files(self) -> None:
        files = [*ROOT.glob("*.*"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "tests").rglob("*.py")]
        written = re.compile(r"SECRET_KEY[\"'=:, ]+([\w-]{32,})")
        found = [key for file in files if file.is_file() for key in written.findall(file.read_text(errors="ignore"))]
        assert [key for key in found if not is_guessable(key)] == []

    @pytest.mark.parametrize(
        "address", ["", "http://mesa.example", "https://127.0.0.1", "https://localhost:8000", "https://[::1]", "mesa"]
    )
    def test_refuses_to_start_without_the_address_that_people_open(self, address: str) -> None:
        with pytest.raises(console.Stopped, match="necesita ESCALA_PUBLIC_URL"):
            read_settings(database_url=POSTGRESQL, public_url=address)

    def test_demands_a_second_factor_of_the_houses_people_unless_told_otherwise(self) -> None:
        assert read_settings(database_url=POSTGRESQL).staff_need_second_factor
        assert not read_settings(database_url=POSTGRESQL, staff_need_second_factor=False).staff_need_second_factor
        assert not Settings(profile="embedded", public_url="").staff_need_second_factor

    def test_refuses_to_start_without_a_database(self) -> None:
        with pytest.raises(console.Stopped, match=r"^La configuración no es válida: .*exige ESCALA_DATABASE_URL"):
            read_settings()

    def test_refuses_sqlite(self) -> None:
        with pytest.raises(console.Stopped, match="no admite SQLite"):
            read_settings(database_url="sqlite+aiosqlite:///escala.db")

    def test_takes_postgresql(self) -> None:
        url = "postgresql+asyncpg://escala:secret@db/escala"

        assert read_settings(database_url=url).database_url == url


def test_a_wrong_value_is_named_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESCALA_API_PORT", "eighty")

    with pytest.raises(console.Stopped, match="ESCALA_API_PORT"):
        read_settings()


def test_no_secret_shows_in_a_traceback() -> None:
    settings = Settings(
        database_url="postgresql+asyncpg://escala:hidden@db/escala", smtp_url=SecretStr("smtp://escala:hidden@mail:25")
    )

    assert "hidden" not in repr(settings)


class TestProviderFeeds:
    def test_are_asked_in_production_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A demonstration reaches nobody outside its machine."""
        assert Settings().provider_feeds == {}

        monkeypatch.setenv("ESCALA_DATABASE_URL", POSTGRESQL)
        production_environment(monkeypatch)
        assert set(Settings().provider_feeds) == {"google-cloud", "google-maps-platform"}

    def test_can_be_switched_off_one_by_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ESCALA_GOOGLE_CLOUD_STATUS_URL", "off")
        monkeypatch.setenv("ESCALA_GOOGLE_MAPS_STATUS_URL", "http://127.0.0.1:9/incidents.json")

        assert Settings().provider_feeds == {"google-maps-platform": "http://127.0.0.1:9/incidents.json"}
        assert Settings(google_maps_status_url="").provider_feeds == {}

    @pytest.mark.parametrize("address", ["file:///etc/passwd", "status.cloud.google.com", "http://", "http://["])
    def test_are_web_pages(self, address: str) -> None:
        with pytest.raises(console.Stopped, match="ESCALA_GOOGLE_MAPS_STATUS_URL"):
            read_settings(google_maps_status_url=address)


class TestThePublicAddress:
    @pytest.mark.parametrize("address", ["https://mesa.example", "http://127.0.0.1:8000", "http://localhost", ""])
    def test_may_be_secured_or_this_machine(self, address: str) -> None:
        assert Settings(public_url=address).public_url_is_private

    @pytest.mark.parametrize("address", ["http://mesa.example", "http://127.mesa.example", "http://10.0.0.1", "mesa"])
    async def test_is_warned_of_where_browsers_would_keep_no_session(
        self, address: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert not Settings(public_url=address).public_url_is_private
        await doctor.examine(Settings(public_url=address))
        assert f"MAL   Dirección pública: ESCALA_PUBLIC_URL es {address}" in capsys.readouterr().out


class TestTrustedProxies:
    @pytest.mark.parametrize(
        ("trusted", "options"),
        [("", (False, [""])), ("10.0.0.0/8, 192.0.2.7", (True, ["10.0.0.0/8", "192.0.2.7"]))],
    )
    def test_are_believed_and_nobody_else_is(
        self, monkeypatch: pytest.MonkeyPatch, trusted: str, options: tuple[bool, list[str]]
    ) -> None:
        given: dict[str, Any] = {}
        monkeypatch.setattr("uvicorn.run", lambda _, **more: given.update(more))
        monkeypatch.setattr("api.http.app.create_app", lambda _: None)
        monkeypatch.setattr("cli.main.settings", lambda: Settings(trusted_proxies=trusted))
        main.api()
        assert (given["proxy_headers"], given["forwarded_allow_ips"]) == options

    def test_are_addresses_or_networks(self) -> None:
        with pytest.raises(console.Stopped, match="ESCALA_TRUSTED_PROXIES"):
            read_settings(trusted_proxies="el proxy")


class TestSecretsFromFiles:
    @pytest.mark.parametrize(
        "name", ["secret_key", "smtp_url", "oidc_client_secret", "database_url", "temporal_api_key"]
    )
    def test_are_read_without_the_line_end(self, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "secret").write_text("postgresql+asyncpg://escala@db/escala\n")
        monkeypatch.setenv(f"ESCALA_{name.upper()}_FILE", str(tmp_path / "secret"))
        found = getattr(Settings(), name)
        said = found.get_secret_value() if isinstance(found, SecretStr) else found
        assert said == "postgresql+asyncpg://escala@db/escala"

    def test_that_are_empty_give_nothing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "secret").write_text("\n")
        monkeypatch.setenv("ESCALA_OIDC_CLIENT_SECRET_FILE", str(tmp_path / "secret"))
        assert Settings().oidc_client_secret is None

    def test_that_cannot_be_read_are_one_sentence(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ESCALA_SECRET_KEY_FILE", str(tmp_path / "none"))
        with pytest.raises(console.Stopped, match="ESCALA_SECRET_KEY_FILE"):
            read_settings()


@pytest.mark.parametrize("secret", ["whsec_x", "whsec_" + "A" * 20, "A" * 44, "whsec_" + "A" * 44 + " x"])
def test_a_telephone_systems_secret_is_one(monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    monkeypatch.setenv("ESCALA_TELEPHONE_SECRET", secret)
    with pytest.raises(console.Stopped, match="ESCALA_TELEPHONE_SECRET"):
        read_settings()
    two = f"whsec_{'A' * 44} whsec_{'B' * 44}"
    monkeypatch.setenv("ESCALA_TELEPHONE_SECRET", two)
    assert read_settings().telephone_secrets == tuple(two.split())
