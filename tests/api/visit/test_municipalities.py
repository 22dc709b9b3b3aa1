"""The list of municipalities over HTTP, and its import at the command line."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import municipalities
from settings import Settings
from tests.api.office import Office
from wording.console import Stopped

FILE = "COD_DPTO;NOM_DPTO;COD_MPIO;NOM_MPIO\n5;ANTIOQUIA;5999;VILLANUEVA DE ABAJO\n5;ANTIOQUIA;5.001;MEDELLÍN\n"


class TestOverHttp:
    @pytest.mark.rule("ONS-1")
    async def test_finds_by_name_without_accents_and_says_where_visits_are_possible(self, office: Office) -> None:
        [found] = (await office.get("/municipalities", "contact", q="medellin")).json()["items"]
        [bogota] = (await office.get("/municipalities", "contact", q="BOGOTA")).json()["items"]
        assert found == {
            "code": "05001",
            "name": "Medellín",
            "department_code": "05",
            "department": "Antioquia",
            "on_site": True,
        }
        assert (bogota["code"], bogota["on_site"]) == ("11001", False)

    async def test_goes_from_page_to_page(self, office: Office) -> None:
        asked: dict[str, Any] = {"department": "05", "limit": 100}
        first = (await office.get("/municipalities", **asked)).json()
        second = (await office.get("/municipalities", **asked, cursor=first["next_cursor"])).json()
        assert (len(first["items"]), len(second["items"]), second["next_cursor"]) == (100, 25, None)

    @pytest.mark.parametrize("query", [{"department": "5"}, {"department": "abc"}, {"cursor": "x"}, {"q": "a\x00"}])
    async def test_refuses_what_it_does_not_understand(self, office: Office, query: dict[str, Any]) -> None:
        assert (await office.get("/municipalities", **query)).status_code == 422

    async def test_is_for_those_with_a_token(self, office: Office) -> None:
        assert (await office.get("/municipalities", None)).status_code == 401


class TestAtTheCommandLine:
    @pytest.fixture
    def run(self, migrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
        """What a command prints, on a database of its own; Stopped where it cannot go on."""
        file = shutil.copy(migrated, tmp_path / "own.db")
        settings = Settings(state_dir=tmp_path, database_url=f"sqlite+aiosqlite:///{file}")
        monkeypatch.setattr(municipalities, "settings", lambda: settings)

        async def run(*arguments: str) -> str:
            invoke = CliRunner().invoke
            result = await asyncio.to_thread(invoke, municipalities.app, [*arguments], catch_exceptions=False)
            return str(result.output)

        return run

    async def test_imports_once_and_lists(self, run: Any, tmp_path: Path) -> None:
        (tmp_path / "divipola.csv").write_text(FILE, encoding="latin-1")
        first = await run("import", str(tmp_path / "divipola.csv"))
        again = await run("import", str(tmp_path / "divipola.csv"))
        assert first == "Municipios nuevos: 1. Con otro nombre: 0. Sin cambio: 1.\n"
        assert again == "Municipios nuevos: 0. Con otro nombre: 0. Sin cambio: 2.\n"
        listed = (await run("list", "--department", "05")).splitlines()
        assert (listed[0], listed[-1]) == ("05001  Medellín  (Antioquia)", "05999  Villanueva de Abajo  (Antioquia)")

    async def test_imports_nothing_of_a_file_with_a_wrong_row(self, run: Any, tmp_path: Path) -> None:
        (tmp_path / "divipola.csv").write_text(FILE + "5;ANTIOQUIA;;LA CEJA\n", encoding="utf-8")
        with pytest.raises(Stopped, match="línea 4"):
            await run("import", str(tmp_path / "divipola.csv"))
        assert "Villanueva de Abajo" not in await run("list")

    @pytest.mark.parametrize("arguments", [("import", "no-hay.csv"), ("import", "."), ("list", "--department", "98")])
    async def test_says_what_it_cannot_do(self, run: Any, arguments: tuple[str, ...]) -> None:
        with pytest.raises(Stopped):
            await run(*arguments)
