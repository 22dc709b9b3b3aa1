"""Signing in with the organization's own provider: who it says that somebody is, and that we decide who may in."""

from __future__ import annotations

from typing import Any

import pytest
from httpx import Response
from joserfc.jwk import RSAKey
from pydantic import SecretStr

from portal.signing_in.identity import IdentityProvider
from settings import Settings, read_settings
from storage.signing_in import accounts
from tests.api.office import Office
from tests.portal.letters import pages_of
from tests.portal.people import EMAILS, Visitor, account, visitor
from tests.portal.provider import Provider, shared_secret
from wording import console

BACK = "/ingreso/externo/vuelta"
NOT_CONFIRMED = "no confirmó quién es usted"


@pytest.fixture
async def provider(office: Office) -> Provider:
    made = Provider(office.clock, {"email": EMAILS["agent"]})
    object.__setattr__(pages_of(office).state.portal, "provider", made.identity)
    await account(office, "agent", password=False)
    return made


async def come_back(provider: Provider, who: Visitor, **changed: str) -> Response:
    left = await who.get("/ingreso/externo", volver="/cuenta")
    assert left.status_code == 303
    return await who.get(BACK, **(provider.visited(left.headers["location"]) | changed))


async def test_who_has_an_account_is_let_in_and_goes_on(office: Office, provider: Provider) -> None:
    async with visitor(office) as ana:
        assert "Ingresar con Directorio" in (await ana.get("/ingreso")).text
        answer = await come_back(provider, ana)
        assert (answer.status_code, answer.headers["location"]) == (303, "/cuenta")
        assert (await ana.get("/cuenta")).status_code == 200


async def test_no_account_is_ever_made(office: Office, provider: Provider) -> None:
    provider.claims["email"] = "nueva@escala.example"
    async with visitor(office) as somebody:
        answer = await come_back(provider, somebody)
        assert (answer.status_code, "no tiene una cuenta" in answer.text) == (422, True)
    assert await accounts.by_mailbox(office.db, "nueva@escala.example") is None


async def test_a_disabled_account_is_not_let_in(office: Office, provider: Provider) -> None:
    await accounts.disable(office.db, "acc-agent", at=office.clock())
    async with visitor(office) as ana:
        assert (await come_back(provider, ana)).status_code == 422


async def test_the_second_factor_is_asked_for_as_always(office: Office, provider: Provider) -> None:
    await accounts.change(office.db, "acc-agent", totp_confirmed_at=office.clock())
    async with visitor(office) as ana:
        assert (await come_back(provider, ana)).headers["location"] == "/ingreso/codigo?volver=/cuenta"
        assert (await ana.get("/cuenta")).status_code == 303


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": None},
        {"iss": "https://otra.example"},
        {"aud": "otra-casa"},
        {"azp": "otra-casa"},
        {"aud": ["escala", "otra-casa"]},
        {"aud": ["escala", "otra-casa"], "azp": "otra-casa"},
        {"nonce": "de otra visita"},
        {"exp": 1},
        {"iat": 9_999_999_999},
    ],
    ids=lambda claims: next(iter(claims)),
)
async def test_a_token_that_is_not_for_this_visit_is_not_believed(
    office: Office, provider: Provider, claims: dict[str, Any]
) -> None:
    provider.claims |= claims
    async with visitor(office) as ana:
        answer = await come_back(provider, ana)
        assert (answer.status_code, NOT_CONFIRMED in answer.text) == (422, True)


async def test_a_token_for_several_says_who_asked_for_it(office: Office, provider: Provider) -> None:
    provider.claims |= {"aud": ["otra-casa", "escala"], "azp": "escala"}
    async with visitor(office) as ana:
        assert (await come_back(provider, ana)).status_code == 303


@pytest.mark.parametrize(
    "email",
    [
        "ana@e\u017fcala.example",  # folds to an s
        "ana@escala.example\u200b",
        "\uff41na@escala.example",
        " ana@escala.example",
        "ana@escala.example\n",
        "an\u0430@escala.example",
    ],
)
async def test_an_address_that_only_looks_like_ones_own_is_not_believed(
    office: Office, provider: Provider, email: str
) -> None:
    provider.claims["email"] = email
    async with visitor(office) as somebody:
        answer = await come_back(provider, somebody)
        assert (answer.status_code, NOT_CONFIRMED in answer.text) == (422, True)


async def test_a_token_that_somebody_else_signed_is_not_believed(office: Office, provider: Provider) -> None:
    async with visitor(office) as ana:
        left = await ana.get("/ingreso/externo")
        brought = provider.visited(left.headers["location"])
        await come_back(provider, ana)
        keys = provider.key
        provider.key = RSAKey.generate_key(2048, {"kid": "one"})
        provider.visited(left.headers["location"])
        object.__setattr__(provider, "_keys", keys)
        assert (await ana.get(BACK, **brought)).status_code == 422


async def test_a_token_signed_with_the_secret_that_we_share_is_not_believed(office: Office, provider: Provider) -> None:
    async with visitor(office) as ana:
        provider.key, provider.algorithm = shared_secret(), "HS256"
        assert (await come_back(provider, ana)).status_code in (422, 503)


async def test_a_provider_may_change_its_key(office: Office, provider: Provider) -> None:
    async with visitor(office) as ana, visitor(office) as again:
        assert (await come_back(provider, ana)).status_code == 303
        provider.key = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"})
        assert (await come_back(provider, again)).status_code == 303


@pytest.mark.parametrize("changed", [{"state": "otro"}, {"code": "otro"}, {"code": ""}, {"state": "ñ"}])
async def test_what_comes_back_has_to_be_what_left(office: Office, provider: Provider, changed: dict[str, str]) -> None:
    async with visitor(office) as ana:
        assert (await come_back(provider, ana, **changed)).status_code == 422


async def test_a_code_is_taken_in_the_browser_that_left_only(office: Office, provider: Provider) -> None:
    async with visitor(office) as attacker, visitor(office) as ana:
        left = await attacker.get("/ingreso/externo")
        answer = await ana.get(BACK, **provider.visited(left.headers["location"]))
        assert (answer.status_code, NOT_CONFIRMED in answer.text) == (422, True)


async def test_who_comes_back_too_late_starts_again(office: Office, provider: Provider) -> None:
    async with visitor(office) as ana:
        left = await ana.get("/ingreso/externo")
        office.clock.passes(minutes=10)
        assert (await ana.get(BACK, **provider.visited(left.headers["location"]))).status_code == 422


async def test_a_provider_that_is_down_says_so_and_passwords_still_work(office: Office, provider: Provider) -> None:
    provider.down = True
    async with visitor(office) as ana:
        answer = await ana.get("/ingreso/externo")
        assert (answer.status_code, "no responde en este momento" in answer.text) == (503, True)
        assert 'name="password"' in answer.text


async def test_without_a_provider_there_is_no_such_page(office: Office) -> None:
    async with visitor(office) as ana:
        assert "/ingreso/externo" not in (await ana.get("/ingreso")).text
        assert [(await ana.get(path)).status_code for path in ("/ingreso/externo", BACK)] == [404, 404]


def test_the_settings_name_it_whole_or_not_at_all() -> None:
    with pytest.raises(console.Stopped, match="ESCALA_OIDC_CLIENT_ID"):
        read_settings(oidc_issuer="https://identidad.example")
    with pytest.raises(console.Stopped, match="https://"):
        read_settings(oidc_issuer="http://identidad.example", oidc_client_id="x", oidc_client_secret="y")
    given = Settings(
        oidc_issuer="https://identidad.example",
        oidc_client_id="x",
        oidc_client_secret=SecretStr("y"),
        public_url="https://mesa.example/",
    )
    made = IdentityProvider.of(given)
    assert made
    assert made.redirect_uri == "https://mesa.example/ingreso/externo/vuelta"
    assert "y'" not in repr(made)
