"""Seeding: where nothing is, once, finished after a crash, never in production; and the first command for bash."""

from __future__ import annotations

import asyncio
import io
import shutil
import stat
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from api.http.app import create_app
from demo import access, desk_texts, seed, users
from demo.first_case import first_curl
from desk.placeholders import check_placeholders
from desk.signing_in import passwords
from policy.case.case import Role, Status
from settings import Settings
from storage.case import views
from storage.engine.database import Database
from storage.people import contacts, customers
from storage.people.customers import Customer
from storage.signing_in import accounts, tokens
from storage.workbench import canned_replies, macros
from tests.demo.conftest import NotingDesk
from tests.support.desk import PaperDesk
from tests.support.lives import bogota, policy
from tests.support.thoroughness import IS_LONG
from wording import console

NOW = bogota("10:20")


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(state_dir=tmp_path / "state", database_url=database_url)


def connected(monkeypatch: pytest.MonkeyPatch, desk: NotingDesk) -> None:
    """Seeding meets the desk that only notes."""

    class Connects:
        @staticmethod
        async def connect(settings: Settings, database: Database) -> NotingDesk:
            return desk

    monkeypatch.setattr(seed, "Engine", Connects)


@pytest.fixture(autouse=True)
def no_engine(monkeypatch: pytest.MonkeyPatch, desk: NotingDesk) -> None:
    connected(monkeypatch, desk)


@dataclass(frozen=True)
class Planted:
    """A desk that was seeded once: its folder, the engine that noted it, and what the operator read."""

    folder: Path
    desk: NotingDesk
    said: str


@pytest.fixture(scope="module")
async def planted(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Planted:
    """For the tests that ask what stands there then."""
    folder, desk, said = tmp_path_factory.mktemp("planted"), NotingDesk(), io.StringIO()
    file = shutil.copy(migrated, folder / "escala.db")
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said):
        connected(patch, desk)
        await seed.seed_demo(Settings(state_dir=folder / "state", database_url=f"sqlite+aiosqlite:///{file}"), now=NOW)
    return Planted(folder, desk, said.getvalue())


@pytest.fixture
def seeded(planted: Planted, settings: Settings, tmp_path: Path) -> Settings:
    """A copy of that desk, in the place of the empty one."""
    shutil.copytree(planted.folder, tmp_path, dirs_exist_ok=True)
    return settings


async def numbers(db: Database) -> list[str]:
    return [row.number for row in (await views.cases(db, views.CaseFilter(sort="number"), limit=200)).items]


async def test_an_empty_desk_is_seeded(planted: Planted, seeded: Settings, db: Database) -> None:
    assert len((await customers.listing(db)).items) == 12
    open_cases = [number for number in await numbers(db) if number in planted.desk.adopted]
    assert len(open_cases) == len(planted.desk.adopted) > 40


async def test_a_call_of_the_demonstration_finds_its_caller(seeded: Settings, db: Database) -> None:
    [caller] = await contacts.by_phone(db, "+576010000101")
    assert (caller.id, caller.name) == ("cnt_altaneblina_asuarez", "Ángela Patricia Suárez Rincón")


async def test_the_second_start_seeds_nothing(
    planted: Planted, seeded: Settings, db: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = await numbers(db)
    await seed.seed_demo(seeded, now=NOW + timedelta(days=3))

    known = access.read(seeded.state_dir)
    assert known
    assert "12 clientes y" in planted.said
    assert all(email in planted.said and password in planted.said for email, password in known.passwords.items())
    assert capsys.readouterr().out == f"{console.demo_users_are_in(seeded.state_dir / access.FILE)}\n"
    assert await numbers(db) == cases


@pytest.mark.parametrize("patience", [0, 30] if IS_LONG else [30])
async def test_a_seeding_that_was_interrupted_is_finished_as_it_began(
    settings: Settings, db: Database, desk: NotingDesk, patience: int
) -> None:
    """The engine goes away half way; three hours later the next start goes on, with the first instant and secrets."""
    desk.patience = patience
    with pytest.raises(console.Stopped, match="Temporal no responde"):
        await seed.seed_demo(settings, now=NOW)
    begun = access.read(settings.state_dir)
    desk.patience = None

    await seed.seed_demo(settings, now=NOW + timedelta(hours=3))

    finished = access.read(settings.state_dir)
    assert begun is not None
    assert finished is not None
    assert (begun.complete, finished.complete) == (False, True)
    assert (finished.seeded_at, finished.secrets) == (begun.seeded_at, begun.secrets) == (NOW, begun.secrets)
    rows = (await views.cases(db, views.CaseFilter(), limit=200)).items
    assert {row.number for row in rows if row.case.status is not Status.CLOSED} == set(desk.adopted)
    assert max(row.case.last_at for row in rows) <= NOW


async def test_customers_of_ones_own_are_left_alone(settings: Settings, db: Database) -> None:
    await customers.create(db, Customer("cus_own", "Cliente propio", "900123456-8"), at=NOW)

    await seed.seed_demo(settings, now=NOW)

    assert len((await customers.listing(db)).items) == 1
    assert first_curl(settings) == ""


async def test_production_is_refused_in_one_sentence(settings: Settings, db: Database) -> None:
    production = settings.model_copy(update={"profile": "production"})

    with pytest.raises(console.Stopped, match="no se siembran en el perfil de producción"):
        await seed.seed_demo(production, now=NOW)
    assert (await customers.listing(db)).items == []


async def test_a_database_that_is_not_there_is_named_in_one_sentence(tmp_path: Path) -> None:
    for missing in (tmp_path / "nowhere" / "escala.db", tmp_path / "empty.db"):
        settings = Settings(state_dir=tmp_path / "state", database_url=f"sqlite+aiosqlite:///{missing}")

        with pytest.raises(console.Stopped, match="ejecute «escala migrate»"):
            await seed.seed_demo(settings, now=NOW)


async def test_the_secrets_are_the_owners_alone_and_kept_as_digests(seeded: Settings, db: Database) -> None:
    known = access.read(seeded.state_dir)
    assert known is not None
    assert stat.S_IMODE((seeded.state_dir / access.FILE).stat().st_mode) == 0o600
    found = {name: await tokens.principal(db, secret, at=NOW) for name, secret in known.secrets.items()}
    assert {who.actor.role for who in found.values() if who} == set(Role) - {Role.SYSTEM}


async def as_bash_reads(command: str) -> list[str]:
    """The arguments that curl would get."""
    script = f"curl() {{ printf '%s\\0' \"$@\"; }}\n{command}"
    bash = await asyncio.create_subprocess_exec("bash", "-c", script, stdout=asyncio.subprocess.PIPE)
    arguments, _ = await bash.communicate()
    return arguments.decode().split("\0")[:-1]


async def test_the_first_command_opens_a_case_and_pasted_twice_the_same(seeded: Settings, db: Database) -> None:
    _, url, *options = await as_bash_reads(first_curl(seeded))
    headers = dict(
        option.split(": ", 1) for flag, option in zip(options[::2], options[1::2], strict=True) if flag == "-H"
    )
    app = create_app(seeded, database=db, engine=PaperDesk(db, lambda: NOW), clock=lambda: NOW)

    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        answers = [await client.post(url, headers=headers, content=options[-1].encode()) for _ in range(2)]

    assert url == "http://127.0.0.1:8000/api/v1/cases"
    assert [answer.status_code for answer in answers] == [201, 201]
    assert len({answer.json()["number"] for answer in answers}) == 1


async def test_where_the_api_is_now_is_noted_at_every_start(seeded: Settings) -> None:
    await seed.seed_demo(seeded.model_copy(update={"api_port": 8123}), now=NOW)

    known = access.read(seeded.state_dir)
    assert known is not None
    assert known.url == "http://127.0.0.1:8123"


async def test_its_canned_replies_are_shared_and_hold_no_unknown_placeholder(seeded: Settings, db: Database) -> None:
    """Also those of macros; a reply that was removed since does not come back."""
    replies, kept = await canned_replies.listing(db, "acc_demo_hernando.rincon"), await macros.listing(db, "another")
    assert (len(replies), len(kept)) == (7, 2)
    for words in [each.body for each in replies] + [act["words"] for each in kept for act in each.acts]:
        check_placeholders(words)
    await canned_replies.remove(db, replies[0].id, account_id=replies[0].account_id)
    await desk_texts.keep(db, at=NOW)
    assert len(await canned_replies.listing(db, "another")) == 6


async def test_its_users_may_sign_in_and_one_may_of_each_kind(seeded: Settings, db: Database) -> None:
    known = access.read(seeded.state_dir)
    assert known
    roles = []
    for user in users.USERS:
        account = await accounts.by_mailbox(db, user.email)
        assert account
        assert await passwords.matches(known.passwords[user.email], account.password_hash)
        (persona,) = await accounts.personas(db, account, policy=policy(), at=NOW)
        roles.append(persona.actor.role)
    contact, agent = Role.CONTACT, Role.AGENT
    assert roles == [contact, contact, agent, agent, Role.DIRECTOR, Role.COMMERCIAL, Role.ADMIN]


async def test_a_demonstration_of_before_there_were_users_gets_them_once(
    seeded: Settings, db: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    known = access.read(seeded.state_dir)
    assert known
    access.write(seeded.state_dir, replace(known, passwords={}))
    capsys.readouterr()
    await seed.seed_demo(seeded, now=NOW + timedelta(days=3))
    assert "laura.mejia@escala.example" in capsys.readouterr().out
    await seed.seed_demo(seeded, now=NOW + timedelta(days=3))
    assert "laura.mejia@escala.example" not in capsys.readouterr().out
