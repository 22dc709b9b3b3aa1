"""`escala open`, `show` and `tail` against the API behind a real HTTP server: what they print, and what they refuse."""

from __future__ import annotations

import asyncio
import io
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console
from typer.testing import CliRunner

from cli import terminal
from cli.main import app as commands
from cli.terminal import Entrance
from demo import access
from demo.access import DemoAccess
from demo.first_case import FIRST_CASE
from settings import Settings
from tests.api.given import BODIES, ready_for
from tests.api.office import NEW_CASE, PREMIUM, Office, open_office
from tests.api.terms.test_amendments import law
from tests.support.lives import bogota
from tests.support.serving import serving
from tests.support.templates import migrated_file
from wording import console


@dataclass
class Terminal:
    """A screen 200 wide, and the office that it asks."""

    office: Office
    url: str
    screen: Console

    def where(self, who: str = "agent", **changes: Any) -> Entrance:
        known = Entrance(
            url=self.url,
            token=self.office.secrets[who],
            contact_id=f"contact-{PREMIUM}",
            solution_id=f"solution-{PREMIUM}",
        )
        return replace(known, **changes)

    async def run(self, command: Callable[..., None], *arguments: Any, **named: Any) -> str:
        """What the command printed; it runs in a thread, because the API is served in this loop."""
        await asyncio.to_thread(command, *arguments, self.screen, **named)
        return self.printed

    @property
    def printed(self) -> str:
        assert isinstance(self.screen.file, io.StringIO)
        return self.screen.file.getvalue()


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Terminal]:
    url = f"sqlite+aiosqlite:///{shutil.copy(migrated_file(), tmp_path / 'escala.db')}"
    async with open_office(url, tmp_path) as office, serving(office.app) as address:
        yield Terminal(office, address, Console(file=io.StringIO(), width=200))


class TestOpen:
    async def test_tells_the_number_and_what_was_promised_in_bogotas_time(self, at: Terminal) -> None:
        said = await at.run(terminal.open_case, at.where("premium_contact"), {"title": "Sin mapa"})

        assert "Caso MA-2026-000001" in said
        assert "Premium, prioridad 2 (impacto grave)" in said
        assert "a más tardar el miércoles 25 de noviembre de 2026, 9:30" in said
        assert "si no se resuelve, el miércoles 25 de noviembre de 2026, 10:00" in said

    async def test_tells_a_refusal_with_its_rule(self, at: Terminal) -> None:
        with pytest.raises(console.Stopped, match=r"analizó.*\[REQ-5\]"):
            await at.run(terminal.open_case, at.where("premium_contact"), {"prior_analysis": ""})

    async def test_names_what_is_wrong_in_the_input(self, at: Terminal) -> None:
        with pytest.raises(console.Stopped, match="category: Debe ser uno de"):
            await at.run(terminal.open_case, at.where("premium_contact"), {"category": "party"})

    async def test_says_so_while_the_case_is_still_being_opened(self, at: Terminal) -> None:
        at.office.desk.slow = True

        assert "estará abierto en un momento" in await at.run(terminal.open_case, at.where("premium_contact"), {})

    async def test_asks_for_whom_where_nothing_says_it(self, at: Terminal) -> None:
        nobody = at.where(contact_id=None, solution_id=None)

        with pytest.raises(console.Stopped, match="--contact y --solution"):
            await at.run(terminal.open_case, nobody, {})


class TestShow:
    async def test_shows_case_clocks_next_steps_and_timeline(self, at: Terminal) -> None:
        number = await at.office.open(title="El mapa [bold]no[/bold] carga")
        at.office.clock.passes(minutes=10)
        await at.office.give(number, "notes", body="Revisar la cuota.")

        said = await at.run(terminal.show_case, at.where(), number)

        assert f"{number}  El mapa [bold]no[/bold] carga" in said
        assert "sin asignar" in said
        assert "10 minutos" in said
        assert "mié 25 nov 10:00" in said
        assert "pasa del nivel 1 al 2" in said
        assert "Revisar la cuota." in said

    async def test_shows_a_held_and_a_closed_case(self, at: Terminal) -> None:
        number = await at.office.open()
        await at.office.give(number, "withdrawal", "contact")

        said = await at.run(terminal.show_case, at.where(), number)

        assert "cerrado: retirado" in said
        assert "Lo que sigue: nada pendiente." in said

    async def test_shows_a_visit_with_its_date_its_figures_and_what_comes_next(self, at: Terminal) -> None:
        number = await ready_for(at.office, "visits/start")
        await at.office.give(number, "visits/expenses", **BODIES["visits/expenses"])

        said = await at.run(terminal.show_case, at.where(), number)

        assert "programada, el jue  3 dic 09:00" in said
        assert "jueves 3 de diciembre de 2026, 9:00, Ana Torres" in said
        assert "$ 350.000 COP" in said
        assert "$ 120.000 COP, $ 120.000 COP a cargo del cliente" in said
        assert "visita acordada" in said
        assert "visita programada: recordatorio" in said
        assert "aprobó la visita: $ 350.000 COP" in said

    async def test_shows_the_remote_session_that_goes_on(self, at: Terminal) -> None:
        number = await ready_for(at.office, "remote-sessions/{session}/end")

        assert "Chrome Remote Desktop, autorizada por Ana," in await at.run(terminal.show_case, at.where(), number)

    async def test_says_names_and_not_ids(self, at: Terminal) -> None:
        """But for what a contact may not see: who works here."""
        number = await at.office.open("premium_contact")
        await at.office.give(number, "assignments", "director", agent_id="ana")

        said = await at.run(terminal.show_case, at.where(), number)
        for name in ("Ana Torres", "Cliente premium-1, Ana", "Geoportal", "asignó el caso a Ana Torres", "Dora Ruiz"):
            assert name in said
        for id_ in ("contact-premium", "solution-premium", " dora "):
            assert id_ not in said

        seen = (await at.run(terminal.show_case, at.where("premium_contact"), number)).removeprefix(said)
        assert ("Cliente premium-1, Ana" in seen, "asignó el caso a ana" in seen) == (True, True)

    @pytest.mark.parametrize("number", ["MA-2026-999999", "../customers", "a/b"])
    async def test_says_that_there_is_no_such_case(self, at: Terminal, number: str) -> None:
        with pytest.raises(console.Stopped, match="No se encontró"):
            await at.run(terminal.show_case, at.where(), number)

    async def test_says_that_the_token_is_not_valid(self, at: Terminal) -> None:
        with pytest.raises(console.Stopped, match="acceso"):
            await at.run(terminal.show_case, at.where(token="esc_wrong"), "MA-2026-000001")

    @pytest.mark.parametrize("url", ["http://127.0.0.1:1", "nonsense", "http://[", "http://nobody.invalid"])
    async def test_says_that_the_api_does_not_answer(self, at: Terminal, url: str) -> None:
        with pytest.raises(console.Stopped, match="La API no responde en"):
            await at.run(terminal.show_case, at.where(url=url), "MA-2026-000001")


class TestTail:
    async def test_follows_a_case_until_it_is_closed(self, at: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(terminal, "_COME_BACK_AFTER", 0.05)
        number = await at.office.open("premium_contact")
        following = asyncio.create_task(at.run(terminal.follow_case, at.where(), number))
        await until(lambda: "abrió el caso" in at.printed)

        await at.office.give(number, "replies", body="Ya lo vemos.")
        await until(lambda: "Ya lo vemos." in at.printed)
        await at.office.give(number, "withdrawal", "premium_contact")

        said = await asyncio.wait_for(following, 20)
        assert said.count("abrió el caso") == said.count("respondió al cliente") == 1
        assert said.rstrip().endswith("está cerrado: no habrá más hechos.")

    async def test_follows_all_open_cases(self, at: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
        """Old facts are not told again; a case that is opened or closed meanwhile is."""
        known = await at.office.open(title="Antiguo")
        at.office.clock.passes(minutes=1)
        monkeypatch.setattr(terminal, "_POLL_EVERY", 0.02)
        monkeypatch.setattr(terminal, "_clock_of", lambda _: at.office.clock.at)
        following = asyncio.create_task(at.run(terminal.follow_all, at.where()))
        await until(lambda: "Siguiendo 1 casos" in at.printed)
        at.office.clock.passes(minutes=1)

        opened = await at.office.open(title="Reciente")
        await until(lambda: "Reciente" in at.printed)
        await at.office.give(known, "withdrawal", "contact")
        await until(lambda: "retirado" in at.printed)
        monkeypatch.setattr(terminal, "_wait", enough)
        with pytest.raises(Enough):
            await asyncio.wait_for(following, 20)

        assert f"{opened}  Ana  abrió el caso" in at.printed
        assert "Antiguo" not in at.printed

    async def test_comes_back_when_the_connection_is_lost(self, at: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(terminal, "_COME_BACK_AFTER", 0.01)
        number = await at.office.open()
        await at.office.give(number, "withdrawal", "contact")
        stream = terminal._stream
        lost = iter([True])

        def sometimes(*arguments: Any) -> Any:
            if next(lost, False):
                raise httpx.ReadError("gone")
            return stream(*arguments)

        monkeypatch.setattr(terminal, "_stream", sometimes)

        said = await at.run(terminal.follow_case, at.where(), number)

        assert console.RECONNECTING in said
        assert "está cerrado" in said


class TestAmend:
    @pytest.fixture
    async def number(self, at: Terminal) -> str:
        """A Standard case that is due tomorrow, which a law has just made a holiday."""
        at.office.clock.at = bogota("16:30")
        number = await at.office.open(proposed_priority=4)
        law(at.office)
        return number

    @pytest.mark.rule("PLAN-15")
    async def test_previews_each_deadline_before_and_after_and_changes_nothing(self, at: Terminal, number: str) -> None:
        said = await at.run(amending(None), at.where("director"))

        assert f"{number}" in said
        assert "límite del nivel" in said
        assert "jue 26 nov 09:30" in said
        assert "vie 27 nov 09:30" in said
        assert "1 casos con vencimientos que se mueven" in said
        assert len(await at.office.timeline(number)) == 1

    @pytest.mark.rule("PLAN-15")
    async def test_applies_what_it_previewed_and_says_where_it_is_on_record(self, at: Terminal, number: str) -> None:
        said = await at.run(amending("La ley del festivo."), at.where("director"))

        assert "Enmendados: 1. Ya al día: 0. Rechazados: 0. Sin respuesta: 0." in said
        assert "En el registro: amd_" in said
        assert (await at.office.timeline(number))[-1]["data"]["reason"] == "La ley del festivo."

    async def test_again_finds_nothing_to_do(self, at: Terminal, number: str) -> None:
        await at.run(amending("La ley del festivo."), at.where("director"))

        await at.run(amending("La ley del festivo."), at.where("director"))

        assert at.printed.rstrip().endswith("1 ya al día.")
        assert [fact["kind"] for fact in await at.office.timeline(number)].count("terms_amended") == 1

    async def test_names_the_cases_that_take_no_change(self, at: Terminal, number: str) -> None:
        await at.office.give(number, "withdrawal", "contact")

        said = await at.run(amending("La ley del festivo.", [number]), at.where("director"))

        assert f"{number}: El caso {number} está cerrado" in said

    @pytest.mark.parametrize(
        "options",
        [[], ["--all-open", "--case", "MA-2026-000001"], ["--all-open", "--apply"]],
        ids=["neither", "both", "no reason"],
    )
    def test_needs_some_or_all_cases_and_a_reason_to_apply(self, options: list[str]) -> None:
        result = CliRunner().invoke(commands, ["amend", "--what", "holidays", *options])

        assert result.exit_code == 2
        assert "escala: Indique" in result.output


def amending(reason: str | None, numbers: list[str] | None = None) -> Callable[..., None]:
    def amend(where: Entrance, screen: Console) -> None:
        terminal.amend(where, ["holidays"], numbers, reason, screen)

    return amend


class Enough(Exception):
    """Somebody pressed Ctrl-C, in a thread."""


def enough(_: float) -> None:
    raise Enough


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.02)


class TestTheEntrance:
    @pytest.fixture
    def settings(self, tmp_path: Path) -> Settings:
        return Settings(state_dir=tmp_path, api_port=8123)

    @pytest.fixture
    def known(self, settings: Settings) -> DemoAccess:
        known = DemoAccess(
            seeded_at=bogota("09:00"),
            complete=True,
            url="http://127.0.0.1:8777",
            customer_id="cus",
            contact_id="cnt",
            solution_id="sol",
            secrets={"contacto": "esc_contact", "director": "esc_director"},
        )
        access.write(settings.state_dir, known)
        return known

    @pytest.mark.usefixtures("known")
    def test_is_the_demonstrations_by_default(self, settings: Settings) -> None:
        found = terminal.entrance(settings, url=None, token=None, as_whom="director")

        assert found == Entrance(url="http://127.0.0.1:8777", token="esc_director", contact_id="cnt", solution_id="sol")

    @pytest.mark.usefixtures("known")
    def test_is_what_the_options_say(self, settings: Settings) -> None:
        found = terminal.entrance(settings, url="https://mesa.example/", token="esc_own", as_whom="director")

        assert found == Entrance(url="https://mesa.example", token="esc_own")

    def test_needs_a_token_from_somewhere(self, settings: Settings) -> None:
        with pytest.raises(console.Stopped, match="ESCALA_TOKEN"):
            terminal.entrance(settings, url=None, token=None, as_whom="director")


@pytest.mark.parametrize("command", ["open", "show", "tail", "amend", "seed-demo"])
def test_the_command_line_knows_them(command: str) -> None:
    result = CliRunner().invoke(commands, [command, "--help"])

    assert result.exit_code == 0


def test_what_the_first_case_says_is_what_the_api_takes() -> None:
    assert set(FIRST_CASE) | {"contact_id", "solution_id"} == set(NEW_CASE)
