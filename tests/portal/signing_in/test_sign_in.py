"""Signing in with a password: what lets in, what slows down, how a session begins and ends."""

from __future__ import annotations

import asyncio
from dataclasses import replace as changed
from datetime import date
from typing import Any

import pytest

from desk.signing_in import passwords
from policy.people.contacts import RosterEntry
from portal.frame.session import SESSION_COOKIE, VISIT_COOKIE, safe_path
from portal.signing_in.sign_in_throttle import KNOWN_BROWSER_COOKIE
from storage.people import agents, contacts
from storage.people.contacts import NewContact, NewRoster
from storage.signing_in import accounts
from storage.signing_in.accounts import NewAccount
from tests.api.office import STANDARD, Office
from tests.portal.people import EMAILS, PASSWORD, Visitor, account, visitor
from tests.support.lives import policy

WRONG = "El correo o la contraseña no son correctos."
TOO_MANY = "Demasiados intentos"


async def sign_in(who: Visitor, email: str, password: str = PASSWORD) -> int:
    return (await who.post("/ingreso", email=email, password=password)).status_code


async def is_in(who: Visitor) -> bool:
    return (await who.get("/cuenta")).status_code == 200


class TestTheFirstSession:
    async def test_begins_under_a_secret_that_nobody_brought(self, office: Office) -> None:
        await account(office, "agent")
        async with visitor(office) as ana:
            ana.bring("x" * 43)
            await ana.get("/ingreso")
            assert await sign_in(ana, EMAILS["agent"]) == 303
            assert ana.client.cookies.get(SESSION_COOKIE) != "x" * 43
            assert await is_in(ana)

    async def test_is_kept_in_a_cookie_of_this_host_that_no_script_reads(self, office: Office) -> None:
        await account(office, "agent")
        async with visitor(office) as ana:
            answer = await ana.post("/ingreso", email=EMAILS["agent"], password=PASSWORD)
            (cookie,) = [
                each for each in answer.headers.get_list("set-cookie") if each.startswith(f"{SESSION_COOKIE}=")
            ]
            assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
            assert "Domain" not in cookie

    async def test_replaces_the_one_before(self, office: Office) -> None:
        await account(office, "agent")
        async with visitor(office, "agent") as ana, visitor(office) as thief:
            thief.bring(ana.client.cookies[SESSION_COOKIE])
            ana.client.cookies.delete(SESSION_COOKIE)
            await ana.get("/ingreso")
            ana.bring(thief.client.cookies[SESSION_COOKIE])
            await ana.get("/cuenta")
            assert await sign_in(ana, EMAILS["agent"]) == 303
            assert not await is_in(thief)

    async def test_takes_any_capitals_of_the_address(self, office: Office) -> None:
        await account(office, "agent")
        async with visitor(office) as ana:
            assert await sign_in(ana, f" {EMAILS['agent'].upper()} ") == 303

    async def test_goes_on_where_the_visitor_wanted_to_with_its_filters(self, office: Office) -> None:
        await account(office, "agent")
        async with visitor(office) as ana:
            asked = await ana.get("/cuenta?vista=mías&orden=2")
            assert asked.headers["location"] == "/ingreso?volver=/cuenta%3Fvista%3Dm%25C3%25ADas%26orden%3D2"
            page = await ana.get(asked.headers["location"])
            assert 'name="back" value="/cuenta?vista=m%C3%ADas&amp;orden=2"' in page.text
            answer = await ana.post(
                "/ingreso", email=EMAILS["agent"], password=PASSWORD, back="/cuenta?vista=m%C3%ADas&orden=2"
            )
            assert answer.headers["location"] == "/cuenta?vista=m%C3%ADas&orden=2"

    @pytest.mark.parametrize(
        "elsewhere",
        ["https://mala.example", "//mala.example", "/\\mala.example", "/\t/mala.example", "javascript:alert(1)", ""],
    )
    async def test_never_goes_on_elsewhere(self, office: Office, elsewhere: str) -> None:
        await account(office, "agent")
        async with visitor(office) as ana:
            answer = await ana.post("/ingreso", email=EMAILS["agent"], password=PASSWORD, back=elsewhere)
            assert answer.headers["location"] in ("/", "/%09/mala.example")

    def test_goes_on_at_no_path_that_is_longer_than_any_of_ours(self) -> None:
        assert safe_path("/" + "a" * 5_000) == "/"


class TestASession:
    async def test_ends_after_two_hours_without_a_visit(self, office: Office) -> None:
        async with visitor(office, "agent") as ana:
            office.clock.passes(minutes=119)
            assert await is_in(ana)
            office.clock.passes(minutes=119)
            assert await is_in(ana)
            office.clock.passes(minutes=121)
            assert not await is_in(ana)

    async def test_ends_after_its_hours_however_busy(self, office: Office) -> None:
        async with visitor(office, "agent") as ana:
            for _ in range(7):
                office.clock.passes(minutes=100)
                await ana.get("/cuenta")
            office.clock.passes(minutes=21)
            assert not await is_in(ana)

    async def test_ends_at_signing_out_for_everybody_who_has_the_cookie(self, office: Office) -> None:
        async with visitor(office, "agent") as ana, visitor(office) as thief:
            thief.bring(ana.client.cookies[SESSION_COOKIE])
            await ana.get("/cuenta")
            await ana.post("/salida")
            assert not await is_in(thief)

    async def test_ends_when_its_account_is_disabled(self, office: Office) -> None:
        async with visitor(office, "agent") as ana:
            await accounts.disable(office.db, "acc-agent", at=office.clock())
            assert not await is_in(ana)

    @pytest.mark.rule("REQ-3")
    async def test_ends_for_good_when_its_contact_leaves_the_roster(self, office: Office) -> None:
        async with visitor(office, "contact") as ana:
            assert await is_in(ana)
            own = (await contacts.roster(office.db, STANDARD))[0]
            other = RosterEntry(
                name="Luz",
                email="luz@standard.example",
                is_system_administrator=True,
                notice_reference="Carta 18",
                notified_on=date(2026, 11, 2),
                can_sign_in=False,
            )
            for roster in ([NewContact("luz", other)], [NewContact(own.id, own.entry)]):
                await contacts.replace_roster(
                    office.db, STANDARD, NewRoster(roster), policy=policy(), at=office.clock()
                )
                assert not await is_in(ana)

    async def test_ends_when_its_agent_has_another_address(self, office: Office) -> None:
        async with visitor(office, "agent") as ana:
            agent = await agents.get(office.db, "ana")
            assert agent
            await agents.put(office.db, changed(agent, email="otra@escala.example"))
            assert not await is_in(ana)

    async def test_is_not_changed_by_looking(self, office: Office) -> None:
        async with visitor(office, "agent") as ana:
            for path in ("/salida", "/idioma", "/cuenta/sesiones/fin", "/cuenta/codigo", "/cuenta/atajos"):
                assert (await ana.get(path)).status_code in (404, 405)
            assert await is_in(ana)


class TestAForm:
    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "https://mala.example"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ],
    )
    async def test_of_another_site_is_not_taken(self, office: Office, headers: dict[str, str]) -> None:
        async with visitor(office, "agent") as ana:
            await ana.get("/cuenta")
            assert (await ana.post("/salida", headers=headers)).status_code == 403
            assert await is_in(ana)

    async def test_of_somebody_elses_page_is_not_taken(self, office: Office) -> None:
        async with visitor(office, "agent") as ana, visitor(office, "director") as dora:
            await dora.get("/cuenta")
            assert (await ana.client.post("/salida", data={"stamp": dora.stamp})).status_code == 403

    async def test_without_a_stamp_is_not_taken_at_the_sign_in_either(self, office: Office) -> None:
        await account(office, "agent")
        async with visitor(office) as ana, visitor(office) as attacker:
            await ana.get("/ingreso")
            await attacker.get("/ingreso")
            given = {"email": EMAILS["agent"], "password": PASSWORD}
            for stamp in ("", "x.y", attacker.stamp):
                assert (await ana.client.post("/ingreso", data=given | {"stamp": stamp})).status_code == 403

    async def test_may_bring_its_stamp_in_a_header(self, office: Office) -> None:
        async with visitor(office, "agent") as ana:
            await ana.get("/cuenta")
            answer = await ana.client.post("/cuenta/atajos", headers={"X-Escala-Stamp": ana.stamp})
            assert answer.status_code == 303

    async def test_is_stamped_otherwise_each_time(self, office: Office) -> None:
        async with visitor(office, "agent") as ana:
            stamps = [(await ana.get("/cuenta"), ana.stamp)[1] for _ in range(2)]
            assert stamps[0] != stamps[1]

    async def test_of_sign_in_in_another_tab_leads_to_the_start(self, office: Office) -> None:
        await account(office, "agent")
        async with visitor(office) as ana:
            await ana.get("/ingreso")
            assert await sign_in(ana, EMAILS["agent"]) == 303
            answer = await ana.post("/ingreso", email=EMAILS["agent"], password=PASSWORD)
            assert (answer.status_code, answer.headers["location"]) == (303, "/")

    @pytest.mark.parametrize("name", ["email", "password", "back"])
    async def test_with_a_sign_that_no_database_keeps_is_refused(self, office: Office, name: str) -> None:
        given: dict[str, Any] = {"email": "ana@x.example", "password": PASSWORD, "back": "/"} | {name: "a\0b"}
        async with visitor(office) as ana:
            assert (await ana.post("/ingreso", **given)).status_code == 422


class TestAGuesser:
    async def test_gets_the_same_answer_for_addresses_with_and_without_an_account(self, office: Office) -> None:
        await account(office, "agent")
        async with visitor(office) as guesser:
            seen = set()
            for email in (EMAILS["agent"], "nadie@escala.example"):
                answer = await guesser.post("/ingreso", email=email, password="no es esta")
                cut = answer.text.replace(email, "").split('<form method="post" action="/ingreso">')[0]
                seen.add((answer.status_code, WRONG in cut, frozenset(answer.headers)))
            assert len(seen) == 1
            assert next(iter(seen))[:2] == (422, True)

    async def test_makes_the_house_work_as_hard_for_nobody(self, monkeypatch: pytest.MonkeyPatch) -> None:
        tried: list[str] = []

        def same(_: str, kept: str) -> bool:
            tried.append(kept)
            return False

        monkeypatch.setattr(passwords, "_same", same)
        await passwords.matches("una contraseña", None)
        await passwords.matches("una contraseña", await passwords.hash_of("otra contraseña"))
        nobodys, somebodys = (each.split("$")[1:4] for each in tried)
        assert nobodys == somebodys

    async def test_is_slowed_down_after_five_failures_and_not_by_a_restart(self, office: Office) -> None:
        await account(office, "agent")
        async with visitor(office) as guesser:
            assert [await sign_in(guesser, EMAILS["agent"], "no es esta") for _ in range(6)] == [422] * 6
            answer = await guesser.post("/ingreso", email=EMAILS["agent"], password=PASSWORD)
            assert (answer.status_code, TOO_MANY in answer.text) == (429, True)
            office.clock.passes(seconds=3)
            assert await sign_in(guesser, EMAILS["agent"]) == 303

    async def test_waits_a_quarter_of_an_hour_at_most(self, office: Office) -> None:
        await account(office, "agent")
        async with visitor(office) as guesser:
            for _ in range(18):
                assert await sign_in(guesser, EMAILS["agent"], "no es esta") == 422
                office.clock.passes(minutes=15, seconds=1)
            assert await sign_in(guesser, EMAILS["agent"]) == 303

    async def test_finds_no_more_open_doors_at_once_than_in_a_row(self, office: Office) -> None:
        await account(office, "agent")
        async with visitor(office) as guesser:
            await guesser.get("/ingreso")
            tries = [sign_in(guesser, EMAILS["agent"], f"intento número {n}") for n in range(12)]
            assert sorted(await asyncio.gather(*tries)) == [422] * 6 + [429] * 6

    async def test_never_locks_the_owner_out_of_a_known_browser(self, office: Office) -> None:
        await account(office, "agent")
        async with visitor(office) as ana, visitor(office) as guesser:
            assert await sign_in(ana, EMAILS["agent"]) == 303
            assert KNOWN_BROWSER_COOKIE in ana.client.cookies
            await ana.get("/cuenta")
            await ana.post("/salida")
            await ana.get("/ingreso")
            for _ in range(7):
                await sign_in(guesser, EMAILS["agent"], "no es esta")
            assert await sign_in(ana, EMAILS["agent"]) == 303

    async def test_gains_nothing_from_the_known_browser_of_another_account(self, office: Office) -> None:
        await account(office, "agent")
        await account(office, "director")
        async with visitor(office) as ana:
            assert await sign_in(ana, EMAILS["agent"]) == 303
            await ana.get("/cuenta")
            await ana.post("/salida")
            await ana.get("/ingreso")
            answers = [await sign_in(ana, EMAILS["director"], "no es esta") for _ in range(7)]
            assert answers[-1] == 429

    async def test_of_many_accounts_is_slowed_down_by_where_it_is(self, office: Office) -> None:
        async with visitor(office) as guesser:
            answers = [await sign_in(guesser, f"nadie{n}@x.example", "no es esta") for n in range(22)]
            assert answers == [422] * 21 + [429]

    async def test_does_not_slow_an_office_down_whose_people_know_their_passwords(self, office: Office) -> None:
        await account(office, "agent")
        async with visitor(office) as ana:
            for _ in range(25):
                ana.client.cookies.clear()
                await ana.get("/ingreso")
                assert await sign_in(ana, EMAILS["agent"]) == 303

    async def test_learns_nothing_of_a_disabled_account_without_its_password(self, office: Office) -> None:
        await account(office, "agent")
        await accounts.disable(office.db, "acc-agent", at=office.clock())
        async with visitor(office) as guesser:
            answer = await guesser.post("/ingreso", email=EMAILS["agent"], password="no es esta")
            assert WRONG in answer.text
            answer = await guesser.post("/ingreso", email=EMAILS["agent"], password=PASSWORD)
            assert (answer.status_code, SESSION_COOKIE in guesser.client.cookies) == (422, False)

    async def test_cannot_make_the_house_hash_a_book(self, office: Office) -> None:
        async with visitor(office) as guesser:
            assert await sign_in(guesser, "ana@x.example", "a" * 301) == 422


class TestAPassword:
    @pytest.mark.parametrize(
        "wrong",
        ["corta", "aaaaaaaaaaaaaaaa", "ana@escala.example", "x" * 201, "password1234", "contraseña123", "escala123456"],
    )
    async def test_is_refused_when_it_is_easily_guessed(self, wrong: str) -> None:
        with pytest.raises(passwords.BadPassword):
            await passwords.check(wrong, ["ana@escala.example"])

    @pytest.mark.parametrize("wrong", ["Ana Torres 1!", "Standard12345", "ana.standard.2026"])
    async def test_is_none_of_ones_names_and_companies_with_digits(self, office: Office, wrong: str) -> None:
        its = await account(office, "contact")
        await accounts.change(office.db, its.id, name="Ana Torres")
        async with visitor(office, "contact") as ana:
            await ana.get("/cuenta")
            answer = await ana.post("/cuenta/clave", present=PASSWORD, password=wrong, again=wrong)
        assert (answer.status_code, "difícil de adivinar" in answer.text) == (422, True)

    async def test_is_the_same_however_the_keyboard_composes_it(self) -> None:
        kept = await passwords.hash_of("un caf\u00e9 en Bogot\u00e1")
        assert await passwords.matches("un cafe\u0301 en Bogota\u0301", kept)

    def test_is_hashed_in_any_event_loop(self) -> None:
        async def many() -> list[bool]:
            return list(await asyncio.gather(*(passwords.matches("una contraseña", None) for _ in range(4))))

        assert [asyncio.run(many()) for _ in range(2)] == [[False] * 4] * 2


class TestInSeveralNames:
    @pytest.fixture
    async def both(self, office: Office) -> Office:
        """One address on two rosters, as the office is furnished."""
        made = await accounts.create(
            office.db, NewAccount(id="acc-both", email="ana@cliente.example", name="Ana"), at=office.clock()
        )
        await accounts.put_password(office.db, made.id, await passwords.hash_of(PASSWORD), at=office.clock())
        return office

    async def test_the_visitor_chooses_one(self, both: Office) -> None:
        async with visitor(both) as ana:
            answer = await ana.post("/ingreso", email="ana@cliente.example", password=PASSWORD, back="/cuenta")
            assert answer.headers["location"] == "/ingreso/como?volver=/cuenta"
            assert (await ana.get("/cuenta")).headers["location"] == "/ingreso/como?volver=/cuenta"
            page = await ana.get("/ingreso/como?volver=/cuenta")
            assert "Cliente premium-1" in page.text
            answer = await ana.post("/ingreso/como", name="contact/contact-premium-1", back="/cuenta")
            assert answer.headers["location"] == "/cuenta"
            assert await is_in(ana)

    async def test_no_form_of_another_names_page_is_taken(self, both: Office) -> None:
        async with visitor(both) as ana:
            await ana.post("/ingreso", email="ana@cliente.example", password=PASSWORD)
            await ana.get("/ingreso/como")
            await ana.post("/ingreso/como", name="contact/contact-premium-1")
            await ana.get("/cuenta")
            stale = ana.stamp
            await ana.post("/ingreso/como", name="contact/contact-standard-1")
            assert (await ana.client.post("/cuenta/atajos", data={"stamp": stale})).status_code == 403

    @pytest.mark.parametrize("name", ["admin/acc-both", "contact/otro", "0", ""])
    async def test_no_other_name_can_be_chosen(self, both: Office, name: str) -> None:
        async with visitor(both) as ana:
            await ana.post("/ingreso", email="ana@cliente.example", password=PASSWORD)
            await ana.get("/ingreso/como")
            await ana.post("/ingreso/como", name=name)
            assert not await is_in(ana)


class TestEveryPage:
    async def test_carries_the_strict_policy(self, office: Office) -> None:
        async with visitor(office) as somebody:
            for path in ("/ingreso", "/nada", "/clave/olvido", "/clave/x"):
                headers = (await somebody.get(path)).headers
                assert headers["content-security-policy"].startswith("default-src 'none'")
                assert headers["cache-control"] == "no-store"

    async def test_that_is_not_there_is_a_page_in_the_visitors_language(self, office: Office) -> None:
        async with visitor(office, **{"Accept-Language": "en"}) as somebody:
            answer = await somebody.get("/nada")
            assert (answer.status_code, "Not possible" in answer.text) == (404, True)
            assert VISIT_COOKIE in somebody.client.cookies

    async def test_file_that_is_not_there_is_a_plain_404(self, office: Office) -> None:
        async with visitor(office) as somebody:
            for path in ("/static/nada.css", "/static/../pages.py", "/static/%2e%2e/pages.py", "/static/"):
                assert (await somebody.client.get(path)).status_code == 404

    async def test_is_logged_by_its_route(self, office: Office, caplog: pytest.LogCaptureFixture) -> None:
        async with visitor(office) as somebody:
            for path in ("/clave/un-secreto", "/static/escala.css", "/ingreso?volver=/casos/MA-2026-000001"):
                await somebody.get(path)
        said = "".join(caplog.messages)
        assert all(f'"route": "{route}"' in said for route in ("/clave/{key}", "/static/{path}", "/ingreso"))
        assert "un-secreto" not in said
        assert "MA-2026" not in said

    async def test_can_be_read_in_the_other_language_and_keeps_its_filters(self, office: Office) -> None:
        async with visitor(office, "agent") as ana:
            page = await ana.get("/cuenta?a=1")
            assert 'name="back" value="/cuenta?a=1"' in page.text
            answer = await ana.post("/idioma", language="en", back="/cuenta?a=1")
            assert answer.headers["location"] == "/cuenta?a=1"
            assert "My account" in (await ana.get("/cuenta")).text


class TestHalfACharacter:
    """Some encodings of forms can say what no database keeps: none but those of browsers is read."""

    @staticmethod
    async def send(who: Visitor, path: str, **fields: str) -> int:
        """A form in an encoding in which \\ud800 is half a character."""
        await who.get("/cuenta" if SESSION_COOKIE in who.client.cookies else "/ingreso")
        parts = [f'--x\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items()]
        answer = await who.client.post(
            path,
            content="".join([*parts, "--x--\r\n"]).replace("STAMP", who.stamp).encode(),
            headers={"Content-Type": "multipart/form-data; boundary=x; charset=raw_unicode_escape"},
        )
        return answer.status_code

    @pytest.mark.parametrize("field", ["stamp", "email", "password", "back", "\\ud800"])
    async def test_is_refused_before_anybody_is_known(self, office: Office, field: str) -> None:
        async with visitor(office) as somebody:
            fields = {"stamp": "STAMP", "email": "a@b.co", "password": "x", field: "\\ud800"}
            assert await self.send(somebody, "/ingreso", **fields) == 400

    async def test_is_refused_in_a_name_of_a_file(self, office: Office) -> None:
        number = await office.open()
        async with visitor(office, "contact") as ana:
            fields = {"stamp": "STAMP", "key": "abcdefgh1", "body": "Hola", 'files"; filename="\\ud800.txt': "a"}
            assert await self.send(ana, f"/casos/{number}/ordenes/answers", **fields) == 400

    @pytest.mark.parametrize("path", ["/idioma", "/casos/nuevo", "/cuenta/clave"])
    async def test_is_refused_of_who_is_known(self, office: Office, path: str) -> None:
        async with visitor(office, "contact") as ana:
            fields = dict.fromkeys(("language", "title", "key", "present", "password", "again"), "\\ud800")
            assert await self.send(ana, path, stamp="STAMP", **fields) == 400
