"""Sessions and second factors, as use cases: what they begin with, and what they take once."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest

from desk.desk import Desk
from desk.signing_in import sign_in
from desk.signing_in.attempts import Tries
from desk.signing_in.invitations import Guest, ensure_account
from desk.signing_in.keys import Keys
from desk.signing_in.own_account import ChosenPassword
from desk.signing_in.problems import NoAccount, PasswordsDiffer, PasswordTooWeak, TooManyAttempts, WrongCode
from desk.signing_in.second_factor import SecondFactor
from desk.signing_in.sign_in import CODE_WITHIN, NewSession
from policy.case.case import Role
from storage.people import contacts
from storage.people.contacts import NewRoster
from storage.signing_in import accounts
from storage.signing_in.accounts import Account
from tests.support.lives import bogota, policy

AT, A_DAY, IDLE = bogota("09:00"), timedelta(hours=12), timedelta(hours=1)
AGENT, BOTH_CUSTOMERS = "ana@escala.example", "ana@cliente.example"


async def account(desk: Desk, email: str = AGENT) -> Account:
    return await ensure_account(desk.database, Guest(email=email, name="Ana"), at=AT)


def session(its: Account, *, code_given: bool = False) -> NewSession:
    return NewSession(account=its, lasts=A_DAY, browser="test", address="127.0.0.1", code_given=code_given)


async def with_factor(desk: Desk) -> tuple[SecondFactor, str, list[str]]:
    """An account's second factor that counts, its secret and its recovery codes."""
    keys, its = Keys("secret" * 8), await account(desk)
    secret = await SecondFactor(desk, keys, its).offer()
    waiting = await accounts.get(desk.database, its.id)
    assert waiting is not None
    assert SecondFactor(desk, keys, waiting).offered == secret
    codes = await SecondFactor(desk, keys, waiting).switch_on(at=AT)
    found = await accounts.get(desk.database, its.id)
    assert found is not None
    return SecondFactor(desk, keys, found), secret, codes


class TestASession:
    async def test_acts_in_the_only_name_at_once(self, desk: Desk) -> None:
        begun = await sign_in.begin(desk, session(await account(desk)), at=AT)

        found = await sign_in.find(desk, begun.secret, at=AT, idle_for=IDLE)
        assert found is not None
        assert found.persona is not None
        assert (found.persona.actor.role, begun.session.expires_at) == (Role.AGENT, AT + A_DAY)

    async def test_waits_for_a_choice_among_several(self, desk: Desk) -> None:
        its = await account(desk, BOTH_CUSTOMERS)
        begun = await sign_in.begin(desk, session(its), at=AT)
        assert begun.session.role is None

        [persona, _] = await accounts.personas(desk.database, its, policy=desk.policy, at=AT)
        secret = await sign_in.act_as(desk, begun.session, persona, at=AT)
        found = await sign_in.find(desk, secret, at=AT, idle_for=IDLE)
        assert found is not None
        assert found.persona == persona
        assert await sign_in.find(desk, begun.secret, at=AT, idle_for=IDLE) is None

    async def test_ends_when_its_name_is_taken_off_the_roster(self, desk: Desk) -> None:
        its = await account(desk, BOTH_CUSTOMERS)
        begun = await sign_in.begin(desk, session(its), at=AT)
        [persona, _] = await accounts.personas(desk.database, its, policy=desk.policy, at=AT)
        assert persona.customer_id is not None
        secret = await sign_in.act_as(desk, begun.session, persona, at=AT)
        [ana] = (await contacts.state(desk.database, persona.customer_id, policy=policy(), at=AT)).contacts
        luz = contacts.NewContact("luz", ana.entry.__class__(**{**vars(ana.entry), "email": "luz@cliente.example"}))
        await contacts.replace_roster(desk.database, persona.customer_id, NewRoster([luz]), policy=policy(), at=AT)

        assert await sign_in.find(desk, secret, at=AT, idle_for=IDLE) is None

    async def test_waits_a_few_minutes_for_its_second_factor(self, desk: Desk) -> None:
        factor, _, _ = await with_factor(desk)
        waiting = await sign_in.begin(desk, session(factor.account), at=AT)
        complete = await sign_in.begin(desk, session(factor.account, code_given=True), at=AT)

        assert (waiting.session.awaits_code, waiting.session.expires_at) == (True, AT + CODE_WITHIN)
        assert (complete.session.awaits_code, complete.session.role) == (False, Role.AGENT)


HERE = "address:here"


class TestACode:
    async def test_counts_once(self, desk: Desk) -> None:
        factor, secret, _ = await with_factor(desk)
        code = pyotp.TOTP(secret).at(int(AT.timestamp()))
        await factor.check(f" {code[:3]} {code[3:]}", HERE, at=AT)
        with pytest.raises(WrongCode):
            await factor.check(code, HERE, at=AT)

    async def test_of_recovery_counts_once_however_it_is_written(self, desk: Desk) -> None:
        factor, _, (first, *_) = await with_factor(desk)
        await factor.check(first.lower().replace("-", " "), HERE, at=AT)
        with pytest.raises(WrongCode):
            await factor.check(first, HERE, at=AT)

    @pytest.mark.parametrize("guess", ["AAAAA-BBBBB-CCCCC-DDDDD", "000000"])
    async def test_of_one_kind_is_no_failure_of_the_other(self, desk: Desk, guess: str) -> None:
        """Who guesses at recovery codes keeps the owner from no code of the telephone, nor the other way about."""
        factor, secret, (recovery, *_) = await with_factor(desk)
        for _ in range(6):
            with pytest.raises(WrongCode):
                await factor.check(guess, "address:elsewhere", at=AT)
        with pytest.raises(TooManyAttempts):
            await factor.check(guess, "address:elsewhere", at=AT)
        own = recovery if guess.isdecimal() else pyotp.TOTP(secret).at(int(AT.timestamp()))
        await factor.check(own, HERE, at=AT)


async def test_a_guesser_is_slowed_down(desk: Desk) -> None:
    tries = Tries("account:x", "address:y")
    for _ in range(6):  # five are free; the sixth makes the next one wait
        await tries.begin(desk, at=AT)
    with pytest.raises(TooManyAttempts):
        await tries.begin(desk, at=AT)


async def test_who_succeeds_is_not_slowed_down(desk: Desk) -> None:
    tries = Tries("account:x", "address:y")
    for _ in range(10):
        await tries.begin(desk, at=AT)
        await tries.succeeded(desk, at=AT)


async def test_an_address_that_nobody_let_in_stays_out(desk: Desk) -> None:
    with pytest.raises(NoAccount):
        await sign_in.with_confirmed_address(desk, AGENT, at=AT)
    its = await account(desk)
    assert await sign_in.with_confirmed_address(desk, AGENT, at=AT) == its


@pytest.mark.parametrize(
    ("password", "again", "refused"),
    [
        ("una frase bien larga", "otra frase bien larga", PasswordsDiffer),
        ("corta", "corta", PasswordTooWeak),
        (AGENT, AGENT, PasswordTooWeak),
    ],
)
async def test_a_password_that_will_not_do(desk: Desk, password: str, again: str, refused: type[Exception]) -> None:
    with pytest.raises(refused):
        await ChosenPassword(password, again).check(desk.database, await account(desk))
