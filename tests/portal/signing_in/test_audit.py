"""The audit of security acts, through pages and API: each act, by whom, from where, to what, and never a secret."""

from __future__ import annotations

import asyncio
import csv
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import settings as settings_module
from cli.main import app
from desk import auditing
from settings import Settings
from storage.audit import audit
from storage.audit.acts import Act
from storage.audit.audit import Entry, Wanted
from storage.engine.database import Database
from storage.engine.reach import DatabaseUnavailable
from storage.signing_in import accounts
from tests.api.office import BASE, PREMIUM, Office
from tests.portal.people import EMAILS, PASSWORD, account, visitor

SECRETS = (PASSWORD, "no es esta", "otra frase bien larga", "esc_", "@")


async def entries(office: Office, act: Act | None = None) -> list[Entry]:
    return (await audit.listing(office.db, Wanted(act=act), limit=200)).items


async def signs_in(office: Office) -> None:
    await account(office, "agent")
    async with visitor(office) as ana:
        await ana.post("/ingreso", email=EMAILS["agent"], password=PASSWORD)


async def fails_to_sign_in(office: Office) -> None:
    await account(office, "agent")
    async with visitor(office) as ana:
        await ana.post("/ingreso", email=EMAILS["agent"], password="no es esta")


async def signs_out(office: Office) -> None:
    async with visitor(office, "agent") as ana:
        await ana.post("/salida")


async def changes_the_password(office: Office) -> None:
    await account(office, "agent")
    async with visitor(office, "agent") as ana:
        new = "otra frase bien larga"
        await accounts.change(office.db, "acc-agent", password_hash=(await account(office, "agent")).password_hash)
        answer = await ana.post("/cuenta/clave", present=PASSWORD, password=new, again=new)
        assert answer.status_code == 303, answer.text


def by_an_administrator(path: str, **fields: Any) -> Callable[[Office], Awaitable[None]]:
    async def act(office: Office) -> None:
        await account(office, "agent")
        await accounts.change(office.db, "acc-agent", totp_confirmed_at=office.clock())
        async with visitor(office, "admin") as root:
            answer = await root.post(path, **fields)
            assert answer.status_code == 303, answer.text
            await _mail(office)

    return act


async def _mail(office: Office) -> None:
    from tests.api.office import pages_behind

    await pages_behind(office.app).state.portal.mail.done()


def over_the_api(method: str, path: str, body: Any = None) -> Callable[[Office], Awaitable[None]]:
    async def act(office: Office) -> None:
        headers = office.headers("admin", **{"Idempotency-Key": "k-1"})
        answer = await office.client.request(method, BASE + path, headers=headers, json=body)
        assert answer.is_success, answer.text

    return act


_CONTACT = {"name": "Luz", "email": "luz@premium.example", "is_system_administrator": True, "can_sign_in": True}
_CONTACT |= {"notice_reference": "C", "notified_on": "2026-11-02"}
_AGENT = {
    "id": "ana",
    "name": "Ana",
    "email": "ana@escala.example",
    "levels": [1, 2],
    "groups": [],
    "is_director": True,
}
TABLE: list[tuple[Callable[[Office], Awaitable[None]], Act, str, str]] = [
    (signs_in, Act.SIGNED_IN, "acc-agent", "acc-agent"),
    (fails_to_sign_in, Act.SIGN_IN_FAILED, "acc-agent", "acc-agent"),
    (signs_out, Act.SIGNED_OUT, "acc-agent", "acc-agent"),
    (changes_the_password, Act.PASSWORD_CHANGED, "acc-agent", "acc-agent"),
    (by_an_administrator("/usuarios/acc-agent/desactivacion"), Act.ACCOUNT_DISABLED, "acc-admin", "acc-agent"),
    (by_an_administrator("/usuarios/acc-agent/desactivacion"), Act.TOKEN_REVOKED, "acc-admin", "token-agent"),
    (by_an_administrator("/usuarios/acc-agent/activacion"), Act.ACCOUNT_ENABLED, "acc-admin", "acc-agent"),
    (by_an_administrator("/usuarios/acc-agent/codigo/fin"), Act.SECOND_FACTOR_OFF, "acc-admin", "acc-agent"),
    (by_an_administrator("/usuarios/tokens/token-agent/fin"), Act.TOKEN_REVOKED, "acc-admin", "token-agent"),
    (
        by_an_administrator("/usuarios/invitacion", email=EMAILS["agent"], name="Ana", role="commercial"),
        Act.ROLE_GIVEN,
        "acc-admin",
        "acc-agent",
    ),
    (over_the_api("DELETE", "/tokens/token-agent"), Act.TOKEN_REVOKED, "root", "token-agent"),
    (over_the_api("POST", "/agents", _AGENT), Act.AGENT_REGISTERED, "root", "ana"),
    (over_the_api("PUT", f"/customers/{PREMIUM}/contacts", [_CONTACT]), Act.ROSTER_CHANGED, "root", PREMIUM),
]


@pytest.mark.parametrize(
    ("does", "act", "actor", "target"), TABLE, ids=[f"{n}-{row[1]}" for n, row in enumerate(TABLE)]
)
async def test_a_security_act_is_on_the_audit(
    office: Office, does: Callable[[Office], Awaitable[None]], act: Act, actor: str, target: str
) -> None:
    before = {each.seq for each in await entries(office)}
    await does(office)
    new = [each for each in await entries(office) if each.seq not in before]
    found = [each for each in new if (each.act, each.target) == (act, target)]
    assert [(each.actor_id, each.target, each.address) for each in found] == [(actor, target, "127.0.0.1")]
    said = json.dumps([{**each.detail, "t": each.target} for each in new])
    assert [each for each in SECRETS if each in said] == []
    assert (await audit.verify(office.db)).broken_at is None


async def test_an_address_that_nobody_has_is_not_written_down(office: Office) -> None:
    """People type their password where the address goes."""
    async with visitor(office) as ana:
        await ana.post("/ingreso", email="mi clave secreta", password="x")
    [found] = await entries(office, Act.SIGN_IN_FAILED)
    assert (found.target, found.actor_id, found.detail) == ("", "", {})


async def test_unknown_tokens_are_counted_by_hour_and_flood_nothing(office: Office) -> None:
    """Nobody's token, or one that has ended: told at the first, the tenth and so on."""
    for _ in range(25):
        answer = await office.client.get(f"{BASE}/cases", headers={"Authorization": "Bearer esc_de_nadie"})
        assert answer.status_code == 401
    assert (await office.client.get(f"{BASE}/cases")).status_code == 401  # who shows no token tries none
    told = [(each.actor_id, each.address, each.target, each.detail["times"]) for each in await refused(office)]
    assert told == [("", "127.0.0.1", "", 10), ("", "127.0.0.1", "", 1)]
    office.clock.passes(hours=1)
    await office.client.get(f"{BASE}/cases", headers={"Authorization": "Bearer esc_de_nadie"})
    assert [each.detail["times"] for each in await refused(office)] == [1, 10, 1]
    assert "de_nadie" not in str(await entries(office))


async def refused(office: Office) -> list[Entry]:
    return await entries(office, Act.TOKEN_REFUSED)


async def test_tries_that_have_to_wait_are_counted_too(office: Office) -> None:
    """Of a password, and of wishes for another one."""
    await account(office, "agent")
    async with visitor(office) as ana:
        answers = [await ana.post("/ingreso", email=EMAILS["agent"], password="no es esta") for _ in range(8)]
        assert [each.status_code for each in answers] == [422] * 6 + [429] * 2
        for _ in range(9):
            await ana.post("/clave/olvido", email=EMAILS["agent"])
    throttled = await entries(office, Act.SIGN_IN_THROTTLED)
    assert len(await entries(office, Act.SIGN_IN_FAILED)) == 6
    assert [each.detail["times"] for each in throttled][-1] == 1
    assert len(throttled) <= 2


async def test_a_wrong_present_password_is_on_it(office: Office) -> None:
    await account(office, "agent")
    async with visitor(office, "agent") as ana:
        new = "otra frase bien larga"
        await accounts.change(office.db, "acc-agent", password_hash=(await account(office, "agent")).password_hash)
        assert (await ana.post("/cuenta/clave", present="no es", password=new, again=new)).status_code == 422
    [found] = await entries(office, Act.PRESENT_PASSWORD_FAILED)
    assert (found.actor_id, found.target, found.detail) == ("acc-agent", "acc-agent", {})


async def test_the_page_says_it_in_words(office: Office) -> None:
    """No raw values of ours, and the day, the hour and the second on one line."""
    await by_an_administrator("/usuarios/invitacion", email=EMAILS["agent"], name="Ana", role="commercial")(office)
    await over_the_api("POST", "/agents", _AGENT)(office)
    await over_the_api("PUT", f"/customers/{PREMIUM}/contacts", [_CONTACT])(office)
    async with visitor(office, "admin") as root:
        page = (await root.get("/auditoria")).text
    assert "Rol: comercial." in page
    assert "Niveles: 1, 2. Grupos: ninguno. Director." in page
    assert "Contactos: " in page
    assert "{" not in page.partition("<tbody>")[2].partition("</tbody>")[0].replace("&#34;", '"')
    assert '<td class="exact"><time datetime="2026-11-25T14:00:00Z">25 nov 2026, 9:00:00</time></td>' in page


async def test_administrators_read_it_and_take_it_with_them(office: Office) -> None:
    await signs_in(office)
    async with visitor(office, "admin") as root:
        page = await root.get("/auditoria", acto="signed_in")
        assert (page.status_code, page.text.count("acc-agent")) == (200, 2)
        assert "acc-agent" not in (await root.get("/auditoria", quien="acc-nobody")).text
        rows = list(csv.DictReader(StringIO((await root.get("/auditoria.csv")).text.removeprefix("\ufeff"))))
        lines = [json.loads(line) for line in (await root.get("/auditoria.json")).text.splitlines()]
    assert [row["act"] for row in rows][-1] == "exported"
    assert [row["seq"] for row in rows] == [str(place + 1) for place in range(len(rows))]
    assert [line["hash"] for line in lines][: len(rows)] == [row["hash"] for row in rows]
    listed = (await office.get("/audit", "admin", act="exported")).json()["items"]
    assert [each["target"] for each in listed] == ["audit.json", "audit.csv"]


@pytest.mark.parametrize("kind", ["csv", "json"])
async def test_what_cannot_be_read_is_refused_and_not_broken_off(
    office: Office, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    async def away(db: object) -> AsyncIterator[Entry]:
        if db:
            raise DatabaseUnavailable
        for entry in await entries(office):
            yield entry

    monkeypatch.setattr(audit, "whole", away)
    async with visitor(office, "admin") as root:
        answer = await root.get(f"/auditoria.{kind}")
    assert (answer.status_code, int(answer.headers["retry-after"]) >= 1) == (503, True)


@pytest.mark.parametrize("who", ["contact", "agent", "director", "commercial"])
async def test_it_is_nobody_elses(office: Office, who: str) -> None:
    async with visitor(office, who) as somebody:
        for path in ("/auditoria", "/auditoria.csv", "/auditoria.json"):
            assert (await somebody.get(path)).status_code == 403
    assert (await office.get("/audit", who)).status_code == 403
    assert await entries(office, Act.EXPORTED) == []


async def test_changed_settings_are_told_by_name_and_secrets_not_at_all(office: Office, tmp_path: Path) -> None:
    await auditing.note_settings(office.db, Settings(state_dir=tmp_path), "1", at=office.clock())
    settings = Settings(state_dir=tmp_path, session_hours=3, smtp_url="smtp://u:geheim@mail.example")  # type: ignore[arg-type]
    for _ in range(2):
        await auditing.note_settings(office.db, settings, "1", at=office.clock())
    latest, *_ = await entries(office, Act.SETTINGS_CHANGED)
    assert latest.detail["changed"] == ["session_hours", "smtp_url"]
    assert "session_hours=3" in latest.detail["now"]
    assert not any("geheim" in str(each) or "sqlite" in str(each) for each in latest.detail["now"])


def test_the_command_line_verifies_it(migrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "escala.db").write_bytes(migrated.read_bytes())
    monkeypatch.setenv("ESCALA_STATE_DIR", str(tmp_path))
    settings_module.settings.cache_clear()
    run = CliRunner().invoke
    try:
        assert run(app, ["accounts", "invite", "rosa@escala.example", "--role", "admin"]).exit_code == 0
        good = run(app, ["verify", "--audit"])
        assert (good.exit_code, "2 registros encadenados" in good.stdout) == (0, True)
        assert "están completos" in run(app, ["verify"]).stdout
        asyncio.run(_tamper(f"sqlite+aiosqlite:///{tmp_path / 'escala.db'}"))
        bad = run(app, ["verify", "--audit"])
        assert (bad.exit_code, "falla el registro 1" in bad.stderr) == (1, True)
    finally:
        settings_module.settings.cache_clear()


async def _tamper(url: str) -> None:
    from sqlalchemy import text

    db = Database.at(url)
    async with db.write() as connection:
        [entry] = (await connection.execute(text("SELECT actor_role FROM audit WHERE seq = 1"))).scalars()
        assert entry == "operator"
        await connection.execute(text("DROP TRIGGER audit_refuse_update"))
        await connection.execute(text("UPDATE audit SET actor_id = 'mallory' WHERE seq = 1"))
    await db.close()
