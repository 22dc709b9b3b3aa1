"""Invitations and forgotten passwords: single-use keys by mail, and who may invite whom."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from desk.signing_in.invitations import Guest, invite
from desk.signing_in.sign_in_mail import SignInMail
from policy.case.case import Role
from portal.signing_in import new_password
from storage.engine.reach import DatabaseUnavailable
from storage.signing_in import accounts
from storage.signing_in.accounts import NewAccount, Purpose
from tests.api.office import Office
from tests.portal.letters import key_path, letters, pages_of
from tests.portal.people import EMAILS, PASSWORD, account, visitor

NEW = "otra frase bien larga"


async def wish(office: Office, email: str) -> str:
    async with visitor(office) as somebody:
        await somebody.get("/clave/olvido")
        return (await somebody.post("/clave/olvido", email=email)).text.replace(email, "")


class TestAForgottenPassword:
    async def test_is_answered_alike_for_everybody(self, office: Office) -> None:
        await account(office, "agent")
        known, unknown = [await wish(office, email) for email in (EMAILS["agent"], "nadie@x.example")]
        assert "va en camino un mensaje" in known
        assert len(known) == len(unknown)
        assert len(await letters(office)) == 1

    async def test_that_cannot_be_looked_up_is_given_up_with_a_word_in_the_log(
        self, office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def away(db: object, email: str) -> None:
            raise DatabaseUnavailable

        monkeypatch.setattr(accounts, "by_mailbox", away)
        assert "va en camino un mensaje" in await wish(office, EMAILS["agent"])
        assert await letters(office) == []
        assert "a message about signing in was given up: DatabaseUnavailable" in caplog.messages

    async def test_is_answered_before_anybody_is_looked_up(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[str] = []
        monkeypatch.setattr(pages_of(office).state.portal.mail.__class__, "later", lambda _, work: work.close())
        monkeypatch.setattr(accounts, "by_mailbox", lambda _, email: asked.append(email))
        await wish(office, EMAILS["agent"])
        assert asked == []

    async def test_is_replaced_with_the_key_of_the_letter(self, office: Office) -> None:
        await account(office, "agent")
        await wish(office, EMAILS["agent"])
        key = await key_path(office, EMAILS["agent"])
        async with visitor(office, "agent") as before, visitor(office) as ana:
            page = await ana.get(key)
            assert "Elija su contraseña" in page.text
            assert (await ana.post(key, password=NEW, again=NEW)).headers["location"] == "/"
            assert (await ana.get("/cuenta")).status_code == 200  # she is signed in by it
            assert (await before.get("/cuenta")).status_code == 303
            await ana.post("/salida")
            await ana.get("/ingreso")
            assert (await ana.post("/ingreso", email=EMAILS["agent"], password=PASSWORD)).status_code == 422
            assert (await ana.post("/ingreso", email=EMAILS["agent"], password=NEW)).status_code == 303

    async def test_asks_for_the_second_factor_as_signing_in_does(self, office: Office) -> None:
        its = await account(office, "agent")
        await accounts.confirm_totp(office.db, its.id, [], at=office.clock())
        await wish(office, EMAILS["agent"])
        key = await key_path(office, EMAILS["agent"])
        async with visitor(office) as ana:
            await ana.get(key)
            assert (await ana.post(key, password=NEW, again=NEW)).headers["location"].startswith("/ingreso/codigo")
            assert (await ana.get("/cuenta")).status_code == 303

    async def test_opens_the_door_that_strangers_failures_closed(self, office: Office) -> None:
        await account(office, "agent")
        async with visitor(office) as ana:
            for _ in range(7):
                await ana.post("/ingreso", email=EMAILS["agent"], password="no es esta")
            await wish(office, EMAILS["agent"])
            key = await key_path(office, EMAILS["agent"])
            await ana.post(key, password=NEW, again=NEW)
            assert (await ana.post("/ingreso", email=EMAILS["agent"], password=NEW)).status_code == 303

    async def test_is_as_much_work_for_an_address_that_nobody_has(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await account(office, "agent")
        written: list[str] = []
        write = SignInMail.key_letter

        def noted(mail: SignInMail, to: str, *what: Any, **more: Any) -> Any:
            written.append(to)
            return write(mail, to, *what, **more)

        monkeypatch.setattr(SignInMail, "key_letter", noted)
        for email in (EMAILS["agent"], "nadie@escala.example"):
            await wish(office, email)
            await letters(office)
        sent = await letters(office)
        assert written == [EMAILS["agent"], "nadie@escala.example"]
        assert [each["To"] for each in sent] == [EMAILS["agent"]]

    async def test_is_looked_at_some_time_after_its_answer(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(new_password, "WITHIN", 36_000.0)
        asked: list[str] = []
        monkeypatch.setattr(new_password, "send_new_key", lambda *_, **__: asked.append("key"))
        await account(office, "agent")
        await wish(office, EMAILS["agent"])
        await wish(office, EMAILS["agent"])
        assert asked == []
        await pages_of(office).state.portal.mail.stop()

    async def test_does_not_flood_a_mailbox(self, office: Office) -> None:
        await account(office, "agent")
        for _ in range(6):
            await wish(office, EMAILS["agent"])
        assert len(await letters(office)) == 4

    async def test_of_a_disabled_account_is_nobodys(self, office: Office) -> None:
        await account(office, "agent")
        await accounts.disable(office.db, "acc-agent", at=office.clock())
        await wish(office, EMAILS["agent"])
        assert await letters(office) == []


class TestAKey:
    async def test_works_once_also_for_two_at_once(self, office: Office) -> None:
        await account(office, "agent")
        await wish(office, EMAILS["agent"])
        key = await key_path(office, EMAILS["agent"])
        async with visitor(office) as one, visitor(office) as other:
            await one.get(key)
            await other.get(key)
            both = await asyncio.gather(*(each.post(key, password=NEW, again=NEW) for each in (one, other)))
            assert sorted(each.status_code for each in both) == [303, 404]
            assert (await one.get(key)).status_code == 404

    async def test_works_for_its_hour(self, office: Office) -> None:
        await account(office, "agent")
        await wish(office, EMAILS["agent"])
        key = await key_path(office, EMAILS["agent"])
        async with visitor(office) as ana:
            office.clock.passes(minutes=59)
            assert (await ana.get(key)).status_code == 200
            office.clock.passes(minutes=1)
            assert (await ana.get(key)).status_code == 404

    async def test_is_used_up_by_the_next_and_by_a_changed_password(self, office: Office) -> None:
        its = await account(office, "agent")
        keys = []
        for _ in range(2):
            await wish(office, EMAILS["agent"])
            keys.append(await key_path(office, EMAILS["agent"]))
        async with visitor(office) as ana:
            assert [(await ana.get(key)).status_code for key in keys] == [404, 200]
            assert its.password_hash
            await accounts.put_password(office.db, its.id, its.password_hash, at=office.clock())
            assert (await ana.get(keys[1])).status_code == 404

    async def test_of_an_account_disabled_since_is_none(self, office: Office) -> None:
        await account(office, "agent")
        await wish(office, EMAILS["agent"])
        key = await key_path(office, EMAILS["agent"])
        await accounts.change(office.db, "acc-agent", disabled_at=office.clock())
        async with visitor(office) as ana:
            assert (await ana.get(key)).status_code == 404

    @pytest.mark.parametrize(("password", "again"), [(NEW, "otra"), ("corta", "corta"), (EMAILS["agent"],) * 2])
    async def test_is_not_used_up_by_a_password_that_will_not_do(
        self, office: Office, password: str, again: str
    ) -> None:
        await account(office, "agent")
        await wish(office, EMAILS["agent"])
        key = await key_path(office, EMAILS["agent"])
        async with visitor(office) as ana:
            await ana.get(key)
            assert (await ana.post(key, password=password, again=again)).status_code == 422
            assert (await ana.get(key)).status_code == 200

    async def test_that_nobody_made_is_a_page_and_no_error(self, office: Office) -> None:
        async with visitor(office) as ana:
            for key in ("x", "%00", "a" * 5_000, "ñ"):
                assert (await ana.get(f"/clave/{key}")).status_code in (404, 422)


class TestAnInvitation:
    async def test_leads_to_a_first_password(self, office: Office) -> None:
        async with visitor(office, "admin") as root:
            await root.get("/usuarios")
            answer = await root.post("/usuarios/invitacion", email="ana@escala.example")
            assert answer.headers["location"] == "/usuarios?invitado=true"
            assert "La invitación va en camino" in (await root.get("/usuarios?invitado=true")).text
        key = await key_path(office, "ana@escala.example")
        async with visitor(office) as ana:
            office.clock.passes(days=6, hours=23)
            await ana.get(key)
            await ana.post(key, password=NEW, again=NEW)
            assert (await ana.get("/cuenta")).status_code == 200

    async def test_is_none_any_more_after_seven_days(self, office: Office) -> None:
        portal = pages_of(office).state.portal
        await invite(
            office.app.state.desk, portal.mail, Guest(email="ana@escala.example", name="Ana"), at=office.clock()
        )
        key = await key_path(office, "ana@escala.example")
        office.clock.passes(days=7)
        async with visitor(office) as ana:
            assert (await ana.get(key)).status_code == 404

    async def test_to_who_has_a_password_tells_them_and_gives_no_key(self, office: Office) -> None:
        await account(office, "agent")
        portal = pages_of(office).state.portal
        await invite(office.app.state.desk, portal.mail, Guest(email=EMAILS["agent"], name="x"), at=office.clock())
        (letter,) = await letters(office, EMAILS["agent"])
        assert "/ingreso" in letter.get_content()
        assert "/clave/" not in letter.get_content()

    async def test_is_answered_alike_whoever_had_an_account(self, office: Office) -> None:
        await account(office, "contact")
        async with visitor(office, "commercial") as carla:
            await carla.get("/usuarios")
            seen = {
                (await carla.post("/usuarios/invitacion", email=email)).headers["location"]
                for email in (EMAILS["contact"], "ana@cliente.example")
            }
            assert seen == {"/usuarios?invitado=true"}

    async def test_needs_a_place_on_a_list(self, office: Office) -> None:
        async with visitor(office, "admin") as root:
            await root.get("/usuarios")
            answer = await root.post("/usuarios/invitacion", email="nadie@x.example")
            assert (answer.status_code, "en ninguna lista" in answer.text) == (422, True)
        assert await letters(office) == []

    async def test_gives_a_role_of_the_house_by_an_administrator_only(self, office: Office) -> None:
        given = {"email": "nueva@escala.example", "name": "Nueva", "role": "commercial"}
        async with visitor(office, "commercial") as carla, visitor(office, "admin") as root:
            await carla.get("/usuarios")
            assert (await carla.post("/usuarios/invitacion", **given)).status_code == 403  # type: ignore[arg-type]
            assert await accounts.by_mailbox(office.db, "nueva@escala.example") is None
            await root.get("/usuarios")
            for role in ("agent", "system", "contact"):
                answer = await root.post("/usuarios/invitacion", **(given | {"role": role}))  # type: ignore[arg-type]
                assert answer.status_code == 403
            assert (await root.post("/usuarios/invitacion", **given)).status_code == 303  # type: ignore[arg-type]
        made = await accounts.by_mailbox(office.db, "nueva@escala.example")
        assert made
        assert made.staff_role is Role.COMMERCIAL


class TestTheUsersPage:
    @pytest.mark.parametrize("who", ["contact", "agent", "specialist", "director"])
    async def test_is_for_administrators_and_commercial(self, office: Office, who: str) -> None:
        async with visitor(office, who) as somebody:
            assert (await somebody.get("/usuarios")).status_code == 403

    async def test_shows_commercial_the_contacts_alone(self, office: Office) -> None:
        for who in ("contact", "agent", "admin"):
            await account(office, who)
        async with visitor(office, "commercial") as carla:
            page = (await carla.get("/usuarios")).text
            assert EMAILS["contact"] in page
            assert EMAILS["agent"] not in page
            assert EMAILS["admin"] not in page
            for action in ("desactivacion", "invitacion", "sesiones/fin", "codigo/fin", "activacion"):
                for whose in ("acc-agent", "acc-admin", "acc-commercial", "nadie"):
                    assert (await carla.post(f"/usuarios/{whose}/{action}")).status_code == 404

    async def test_finds_by_address_or_name(self, office: Office) -> None:
        for who in ("contact", "agent"):
            await account(office, who)
        async with visitor(office, "admin") as root:
            page = (await root.get("/usuarios", busca="STANDARD.")).text
            assert EMAILS["contact"] in page
            assert EMAILS["agent"] not in page
            assert "No se encontró a nadie" in (await root.get("/usuarios", busca="%")).text

    async def test_disables_and_enables_an_account(self, office: Office) -> None:
        async with visitor(office, "admin") as root, visitor(office, "agent") as ana:
            await root.get("/usuarios")
            await root.post("/usuarios/acc-agent/desactivacion")
            assert (await ana.get("/cuenta")).status_code == 303
            await root.post("/usuarios/acc-agent/activacion")
            its = await accounts.get(office.db, "acc-agent")
            assert its
            assert its.disabled_at is None
            assert (await ana.get("/cuenta")).status_code == 303

    async def test_lets_nobody_in_again_whom_an_administrator_shut_out(self, office: Office) -> None:
        await account(office, "contact")
        await accounts.disable(office.db, "acc-contact", at=office.clock())
        async with visitor(office, "commercial") as carla:
            page = await carla.get("/usuarios")
            assert "/usuarios/acc-contact/activacion" not in page.text
            assert (await carla.post("/usuarios/acc-contact/activacion")).status_code == 403
        its = await accounts.get(office.db, "acc-contact")
        assert its
        assert its.disabled_at

    async def test_takes_a_role_of_the_house_away(self, office: Office) -> None:
        async with visitor(office, "admin") as root, visitor(office, "commercial") as carla:
            assert "/usuarios/acc-commercial/rol/fin" in (await root.get("/usuarios")).text
            await carla.get("/usuarios")
            assert (await carla.post("/usuarios/acc-admin/rol/fin")).status_code == 403
            assert (await root.post("/usuarios/acc-commercial/rol/fin")).status_code == 303
            assert (await carla.get("/usuarios")).headers["location"].startswith("/ingreso")

    async def test_keeps_its_last_administrator(self, office: Office) -> None:
        async with visitor(office, "admin") as root:
            await accounts.create(
                office.db,
                NewAccount(id="acc-left", email="x@escala.example", name="X", staff_role=Role.ADMIN),
                at=office.clock(),
            )
            await accounts.disable(office.db, "acc-left", at=office.clock())
            await root.get("/usuarios")
            answer = await root.post("/usuarios/acc-admin/rol/fin")
            assert (answer.status_code, "No quedaría nadie" in answer.text) == (422, True)
            assert (await root.post("/usuarios/acc-left/rol/fin")).status_code == 303

    async def test_does_not_disable_its_own(self, office: Office) -> None:
        async with visitor(office, "admin") as root:
            await root.get("/usuarios")
            assert (await root.post("/usuarios/acc-admin/desactivacion")).status_code == 422

    async def test_ends_sessions_and_takes_a_lost_factor_off(self, office: Office) -> None:
        async with visitor(office, "admin") as root, visitor(office, "agent") as ana:
            await accounts.change(office.db, "acc-agent", totp_secret="x", totp_confirmed_at=office.clock())
            await root.get("/usuarios")
            await root.post("/usuarios/acc-agent/codigo/fin")
            its = await accounts.get(office.db, "acc-agent")
            assert its
            assert not its.asks_for_code
            assert (await ana.get("/cuenta")).status_code == 303


async def test_a_key_stands_nowhere_but_in_its_letter(office: Office) -> None:
    its = await account(office, "agent")
    await wish(office, EMAILS["agent"])
    secret = (await key_path(office, EMAILS["agent"])).removeprefix("/clave/")
    assert await accounts.account_of_key(office.db, secret, at=office.clock()) == its
    from sqlalchemy import select

    from storage.engine.tables import sign_in_keys

    async with office.db.read() as connection:
        (row,) = (await connection.execute(select(sign_in_keys))).mappings()
    assert row["purpose"] == Purpose.RESET
    assert secret not in repr(dict(row))
