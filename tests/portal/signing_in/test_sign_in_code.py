"""The second factor: setting it up, signing in with it, and who may not do without it."""

from __future__ import annotations

import asyncio
import re

import pyotp
import pytest
from httpx import Response

from portal.frame.session import SESSION_COOKIE
from settings import Settings
from storage.signing_in import accounts
from tests.api.office import Office
from tests.portal.letters import pages_of
from tests.portal.people import EMAILS, PASSWORD, Visitor, account, visitor

WRONG = "El código no es correcto"


class Telephone:
    """An authenticator that reads the office's clock."""

    def __init__(self, office: Office, secret: str) -> None:
        self._office, self._totp = office, pyotp.TOTP(secret)

    def code(self, half_minutes: int = 0) -> str:
        return self._totp.at(self._office.clock().timestamp() + 30 * half_minutes)


async def set_up(office: Office, who: Visitor) -> tuple[Telephone, list[str]]:
    """Switch the second factor on; the telephone, and the recovery codes."""
    await who.get("/cuenta")
    page = await who.post("/cuenta/codigo", password=PASSWORD)
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page.text)
    assert found
    telephone = Telephone(office, found[1])
    page = await who.post("/cuenta/codigo/confirmacion", code=telephone.code())
    assert page.status_code == 200, page.text
    office.clock.passes(minutes=1)
    return telephone, re.findall(r"<code>((?:[0-9A-F]{5}-){3}[0-9A-F]{5})</code>", page.text)


async def sign_in(office: Office, who: Visitor, code: str, email: str = EMAILS["agent"]) -> Response:
    await who.get("/ingreso")
    answer = await who.post("/ingreso", email=email, password=PASSWORD, back="/cuenta")
    assert answer.headers["location"] == "/ingreso/codigo?volver=/cuenta"
    await who.get("/ingreso/codigo")
    return await who.post("/ingreso/codigo", code=code, back="/cuenta")


@pytest.fixture
async def phone(office: Office) -> tuple[Telephone, list[str]]:
    """The agent's telephone and recovery codes."""
    await account(office, "agent")
    async with visitor(office) as ana:
        await ana.post("/ingreso", email=EMAILS["agent"], password=PASSWORD)
        await ana.get("/cuenta")
        return await set_up(office, ana)


Phone = tuple[Telephone, list[str]]


class TestACode:
    async def test_lets_in_with_the_password(self, office: Office, phone: Phone) -> None:
        async with visitor(office) as ana:
            assert (await sign_in(office, ana, phone[0].code())).headers["location"] == "/cuenta"
            assert (await ana.get("/cuenta")).status_code == 200

    async def test_is_needed_for_everything(self, office: Office, phone: Phone) -> None:
        async with visitor(office) as ana:
            await ana.get("/ingreso")
            await ana.post("/ingreso", email=EMAILS["agent"], password=PASSWORD)
            assert (await ana.get("/cuenta")).headers["location"] == "/ingreso/codigo?volver=/cuenta"
            assert (await ana.get("/ingreso/como")).headers["location"] == "/ingreso"
            await ana.get("/ingreso/codigo")
            assert (await ana.post("/ingreso/como", name="agent/ana")).headers["location"] == "/ingreso"
            assert (await ana.post("/cuenta/codigo/fin", password=PASSWORD)).status_code == 303
            its = await accounts.get(office.db, "acc-agent")
            assert its
            assert its.asks_for_code

    async def test_has_to_come_within_five_minutes(self, office: Office, phone: Phone) -> None:
        async with visitor(office) as ana:
            await ana.get("/ingreso")
            await ana.post("/ingreso", email=EMAILS["agent"], password=PASSWORD)
            office.clock.passes(minutes=5)
            assert (await ana.get("/ingreso/codigo")).headers["location"] == "/ingreso"

    @pytest.mark.parametrize("half_minutes", [-1, 0, 1])
    async def test_of_the_half_minutes_beside_now_is_taken(
        self, office: Office, phone: Phone, half_minutes: int
    ) -> None:
        async with visitor(office) as ana:
            assert (await sign_in(office, ana, phone[0].code(half_minutes))).status_code == 303

    @pytest.mark.parametrize("code", ["", "000000x", "١٢٣٤٥٦", "é" * 6, "1" * 300])
    async def test_that_is_none_is_refused(self, office: Office, phone: Phone, code: str) -> None:
        async with visitor(office) as ana:
            assert (await sign_in(office, ana, code)).status_code == 422

    async def test_of_two_half_minutes_ago_is_refused(self, office: Office, phone: Phone) -> None:
        async with visitor(office) as ana:
            assert WRONG in (await sign_in(office, ana, phone[0].code(-2))).text

    async def test_is_taken_once(self, office: Office, phone: Phone) -> None:
        code = phone[0].code()
        async with visitor(office) as ana, visitor(office) as thief:
            assert (await sign_in(office, ana, code)).status_code == 303
            assert (await sign_in(office, thief, code)).status_code == 422

    async def test_is_taken_once_also_of_two_at_once(self, office: Office, phone: Phone) -> None:
        code = phone[0].code()
        async with visitor(office) as ana, visitor(office) as thief:
            for each in (ana, thief):
                await each.get("/ingreso")
                await each.post("/ingreso", email=EMAILS["agent"], password=PASSWORD)
                await each.get("/ingreso/codigo")
            both = await asyncio.gather(*(each.post("/ingreso/codigo", code=code) for each in (ana, thief)))
            assert sorted(each.status_code for each in both) == [303, 422]

    async def test_cannot_be_guessed(self, office: Office, phone: Phone) -> None:
        async with visitor(office) as guesser:
            assert (await sign_in(office, guesser, "000000")).status_code == 422
            tries = [(await guesser.post("/ingreso/codigo", code="000000")).status_code for _ in range(6)]
            assert tries == [422] * 5 + [429]
            assert (await guesser.post("/ingreso/codigo", code=phone[0].code())).status_code == 429

    async def test_changes_the_session(self, office: Office, phone: Phone) -> None:
        async with visitor(office) as ana:
            await ana.get("/ingreso")
            await ana.post("/ingreso", email=EMAILS["agent"], password=PASSWORD)
            before = ana.client.cookies[SESSION_COOKIE]
            await ana.get("/ingreso/codigo")
            await ana.post("/ingreso/codigo", code=phone[0].code())
            assert ana.client.cookies[SESSION_COOKIE] != before


class TestARecoveryCode:
    async def test_is_one_of_ten_and_works_once(self, office: Office, phone: Phone) -> None:
        codes = phone[1]
        assert len(set(codes)) == 10
        async with visitor(office) as ana, visitor(office) as thief:
            assert (await sign_in(office, ana, f" {codes[0].lower().replace('-', ' ', 1)} ")).status_code == 303
            assert (await sign_in(office, thief, codes[0])).status_code == 422
            assert "Códigos de recuperación que quedan: 9" in (await ana.get("/cuenta")).text

    async def test_is_kept_as_a_signature_that_no_other_account_and_no_other_key_makes(
        self, office: Office, phone: Phone
    ) -> None:
        its = await accounts.get(office.db, "acc-agent")
        assert its
        code = phone[1][0].replace("-", "")
        signed = pages_of(office).state.portal.keys.signature("recovery", f"acc-agent.{code}")
        assert signed in its.recovery_hashes
        assert accounts.digest_of(code) not in its.recovery_hashes
        other = await account(office, "director")
        await accounts.change(office.db, other.id, recovery_hashes=list(its.recovery_hashes))
        stolen = pages_of(office).state.portal.keys.signature("recovery", f"{other.id}.{code}")
        assert not await accounts.take_recovery_code(
            office.db, other.id, stolen, accounts.digest_of(code), at=office.clock()
        )

    async def test_of_before_still_works(self, office: Office, phone: Phone) -> None:
        await accounts.change(office.db, "acc-agent", recovery_hashes=[accounts.digest_of("0123456789")])
        async with visitor(office) as ana, visitor(office) as thief:
            assert (await sign_in(office, ana, "01234-56789")).status_code == 303
            assert (await sign_in(office, thief, "01234-56789")).status_code == 422

    async def test_is_kept_by_its_digest_and_the_secret_encrypted(self, office: Office, phone: Phone) -> None:
        its = await accounts.get(office.db, "acc-agent")
        assert its
        assert its.totp_secret
        assert pages_of(office).state.portal.keys.opened(its.totp_secret)
        kept = repr(its)
        assert not any(code in kept or code.replace("-", "") in kept for code in phone[1])
        assert phone[0]._totp.secret not in kept

    async def test_still_works_when_the_secret_key_was_lost(self, office: Office, phone: Phone) -> None:
        await accounts.change(office.db, "acc-agent", totp_secret="sealed with another key")
        async with visitor(office) as ana:
            assert (await sign_in(office, ana, phone[1][0])).status_code == 303


class TestSettingItUp:
    async def test_needs_the_present_password_where_there_is_one(self, office: Office) -> None:
        await account(office, "agent")
        async with visitor(office) as ana:
            await ana.post("/ingreso", email=EMAILS["agent"], password=PASSWORD)
            await ana.get("/cuenta")
            for given in ("", "no es esta"):
                answer = await ana.post("/cuenta/codigo", password=given)
                assert (answer.status_code, "no es correcta" in answer.text) == (422, True)
            its = await accounts.get(office.db, "acc-agent")
            assert its
            assert its.totp_secret is None

    async def test_gives_the_session_another_secret_and_a_page_whose_forms_work(self, office: Office) -> None:
        async with visitor(office, "agent") as ana, visitor(office) as thief:
            before = ana.client.cookies[SESSION_COOKIE]
            await set_up(office, ana)
            thief.bring(before)
            assert (await thief.get("/cuenta")).status_code == 303
            assert (await ana.post("/cuenta/atajos")).status_code == 303

    async def test_counts_once_a_code_was_given(self, office: Office) -> None:
        async with visitor(office, "agent") as ana:
            await ana.get("/cuenta")
            await ana.post("/cuenta/codigo")
            answer = await ana.post("/cuenta/codigo/confirmacion", code="000000")
            assert (answer.status_code, WRONG in answer.text, "data:image/svg" in answer.text) == (422, True, True)
            its = await accounts.get(office.db, "acc-agent")
            assert its
            assert not its.asks_for_code

    async def test_ends_the_other_sessions(self, office: Office) -> None:
        async with visitor(office, "agent") as ana, visitor(office, "agent") as elsewhere:
            await set_up(office, ana)
            assert (await ana.get("/cuenta")).status_code == 200
            assert (await elsewhere.get("/cuenta")).status_code == 303

    async def test_cannot_put_another_secret_over_the_one_in_use(self, office: Office, phone: Phone) -> None:
        async with visitor(office) as ana:
            await sign_in(office, ana, phone[0].code())
            await ana.get("/cuenta")
            before = await accounts.get(office.db, "acc-agent")
            await ana.post("/cuenta/codigo")
            await ana.post("/cuenta/codigo/confirmacion", code=phone[0].code(1))
            assert await accounts.get(office.db, "acc-agent") == before

    async def test_is_undone_with_the_password_only(self, office: Office, phone: Phone) -> None:
        async with visitor(office) as ana:
            await sign_in(office, ana, phone[0].code())
            await ana.get("/cuenta")
            assert (await ana.post("/cuenta/codigo/fin", password="no es esta")).status_code == 422
            assert (await ana.post("/cuenta/codigo/fin", password=PASSWORD)).status_code == 303
            its = await accounts.get(office.db, "acc-agent")
            assert its
            assert (its.asks_for_code, its.recovery_hashes) == (False, ())


class TestAHouseThatDemandsIt:
    @pytest.fixture(autouse=True)
    def demands(self, office: Office) -> None:
        portal = pages_of(office).state.portal
        given: Settings = portal.settings.model_copy(update={"staff_need_second_factor": True})
        object.__setattr__(portal, "settings", given)

    @pytest.mark.parametrize("who", ["agent", "director", "commercial", "admin"])
    async def test_shows_its_people_nothing_else_before(self, office: Office, who: str) -> None:
        async with visitor(office, who) as somebody:
            for path in ("/", "/usuarios", "/cola", "/casos/MA-2026-000001"):
                answer = await somebody.get(path)
                assert answer.headers.get("location", "/cuenta") == "/cuenta"
                assert answer.status_code in (303, 404)  # 404 where no such page is served yet
            page = await somebody.get("/cuenta")
            assert "configure un segundo factor" in page.text

    async def test_takes_no_form_of_theirs_before(self, office: Office) -> None:
        async with visitor(office, "admin") as root:
            await root.get("/cuenta")
            answer = await root.post("/usuarios/invitacion", email="ana@escala.example")
            assert answer.headers["location"] == "/cuenta"

    async def test_sends_scripts_there_too(self, office: Office) -> None:
        async with visitor(office, "admin") as root:
            answer = await root.client.get("/usuarios", headers={"HX-Request": "true"})
            assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/cuenta")

    async def test_lets_them_work_afterwards(self, office: Office) -> None:
        async with visitor(office, "admin") as root:
            await set_up(office, root)
            assert (await root.get("/usuarios")).status_code == 200

    async def test_demands_nothing_of_customers(self, office: Office) -> None:
        async with visitor(office, "contact") as ana:
            assert (await ana.get("/")).headers["location"] == "/casos"


class TestAChangedPassword:
    async def test_ends_every_other_session_and_renames_this_one(self, office: Office) -> None:
        await account(office, "agent")
        async with visitor(office) as ana, visitor(office, "agent") as elsewhere, visitor(office) as thief:
            await ana.post("/ingreso", email=EMAILS["agent"], password=PASSWORD)
            await ana.get("/cuenta")
            thief.bring(ana.client.cookies[SESSION_COOKIE])
            new = "otra frase bien larga"
            answer = await ana.post("/cuenta/clave", present=PASSWORD, password=new, again=new)
            assert answer.headers["location"] == "/cuenta"
            seen = [(await each.get("/cuenta")).status_code for each in (ana, elsewhere, thief)]
            assert seen == [200, 303, 303]

    async def test_needs_the_present_one_and_slows_guessers_down(self, office: Office) -> None:
        await account(office, "agent")
        async with visitor(office, "agent") as ana:
            await accounts.change(office.db, "acc-agent", password_hash=(await account(office, "agent")).password_hash)
            await ana.get("/cuenta")
            new = "otra frase bien larga"
            for _ in range(6):
                answer = await ana.post("/cuenta/clave", present="no es esta", password=new, again=new)
                assert "no es correcta" in answer.text
            answer = await ana.post("/cuenta/clave", present=PASSWORD, password=new, again=new)
            assert "Demasiados intentos" in answer.text


class TestTheSessionsOfAnAccount:
    async def test_are_listed_and_ended_one_by_one(self, office: Office) -> None:
        async with visitor(office, "agent") as ana, visitor(office, "agent") as elsewhere:
            page = await ana.get("/cuenta")
            (other,) = re.findall(r'action="(/cuenta/sesiones/ses-\w+/fin)"', page.text)
            await ana.post(other)
            assert (await elsewhere.get("/cuenta")).status_code == 303

    async def test_of_somebody_else_are_not_ended(self, office: Office) -> None:
        async with (
            visitor(office, "agent") as ana,
            visitor(office, "director") as dora,
            visitor(office, "agent") as two,
        ):
            page = await ana.get("/cuenta")
            (other,) = re.findall(r'action="(/cuenta/sesiones/ses-\w+/fin)"', page.text)
            await dora.get("/cuenta")
            await dora.post(other)
            assert (await two.get("/cuenta")).status_code == 200

    async def test_are_ended_together_but_the_own(self, office: Office) -> None:
        async with visitor(office, "agent") as ana, visitor(office, "agent") as elsewhere:
            await ana.get("/cuenta")
            await ana.post("/cuenta/sesiones/fin")
            assert (await elsewhere.get("/cuenta")).status_code == 303
            assert (await ana.get("/cuenta")).status_code == 200
