"""Accounts, keys, sessions and failures, on both databases: what two at once may not both have."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from policy.case.case import Role
from storage.engine.database import Database
from storage.signing_in import accounts, sessions
from storage.signing_in.accounts import Account, NewAccount, NobodyAdministers, Purpose, SignInKey, digest_of
from storage.signing_in.sessions import Session
from tests.support.lives import bogota

AT = bogota("09:00")
HOUR = timedelta(hours=1)


@pytest.fixture
async def ana(db: Database) -> Account:
    return await accounts.create(db, NewAccount(id="acc-ana", email=" Ana@Escala.example", name="Ana Ñáñez"), at=AT)


def session(name: str, **changed: object) -> Session:
    given: dict[str, object] = {
        "id": name,
        "account_id": "acc-ana",
        "role": None,
        "subject_id": None,
        "customer_id": None,
        "awaits_code": False,
        "created_at": AT,
        "seen_at": AT,
        "expires_at": AT + HOUR,
        "ended_at": None,
        "browser": "",
        "address": "",
    }
    return Session(**(given | changed))  # type: ignore[arg-type]


async def test_an_address_has_one_account_whatever_its_capitals(db: Database, ana: Account) -> None:
    again = await accounts.create(
        db, NewAccount(id="acc-2", email="ANA@escala.example", name="Otra", staff_role=Role.ADMIN), at=AT
    )
    assert (again.id, again.name, again.staff_role) == ("acc-ana", "Ana Ñáñez", Role.ADMIN)


async def test_a_key_is_used_by_one_of_many_at_once(db: Database, ana: Account) -> None:
    await accounts.keep_key(db, ana.id, SignInKey(secret="secret", purpose=Purpose.RESET, at=AT, until=AT + HOUR))
    tried = await asyncio.gather(*(accounts.choose_password(db, "secret", f"hash {n}", at=AT) for n in range(6)))
    assert sum(each is not None for each in tried) == 1


async def test_a_half_minute_and_a_recovery_code_are_used_by_one_of_many_at_once(db: Database, ana: Account) -> None:
    await accounts.change(db, ana.id, recovery_hashes=[digest_of("AAAA"), digest_of("BBBB")])
    codes = await asyncio.gather(*(accounts.take_recovery_code(db, ana.id, digest_of("AAAA"), at=AT) for _ in range(4)))
    steps = await asyncio.gather(*(accounts.take_totp_step(db, ana.id, 7) for _ in range(4)))
    assert (sum(codes), sum(steps)) == (1, 1)
    assert not await accounts.take_totp_step(db, ana.id, 6)


async def test_attempts_at_once_are_counted_one_by_one(db: Database) -> None:
    tried = await asyncio.gather(*(sessions.attempt(db, {"b": 99, "a": 3}, at=AT) for _ in range(8)))
    assert sum(each is None for each in tried) == 4
    assert {each for each in tried if each} == {AT + timedelta(seconds=2)}


async def test_the_wait_doubles_and_a_day_forgets(db: Database) -> None:
    at, waits = AT, []
    for _ in range(11):
        assert await sessions.attempt(db, {"a": 0}, at=at) is None
        free_at = await sessions.attempt(db, {"a": 0}, at=at)
        assert free_at
        waits.append((free_at - at).total_seconds())
        at = free_at
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
    at += timedelta(hours=24)
    assert [await sessions.attempt(db, {"a": 2}, at=at) for _ in range(2)] == [None, None]


async def test_a_success_frees_its_own_and_gives_the_shared_its_count_back(db: Database) -> None:
    for _ in range(3):
        assert await sessions.attempt(db, {"own": 9, "shared": 2}, at=AT) is None
    await sessions.succeeded(db, "own", shared=["shared"], at=AT)
    assert await sessions.attempt(db, {"own": 9, "shared": 2}, at=AT) is None
    assert await sessions.attempt(db, {"own": 9, "shared": 2}, at=AT) is not None


async def test_a_clock_that_is_set_back_shuts_nobody_out(db: Database) -> None:
    """An address from which somebody signed in is free; one that has to wait waits no longer than it had."""
    before = AT - timedelta(hours=5)
    assert await sessions.attempt(db, {"shared": 2}, at=AT) is None
    assert await sessions.attempt(db, {"shared": 2}, at=before) is None
    for _ in range(2):
        await sessions.attempt(db, {"shared": 0}, at=AT)
    waits_until = await sessions.attempt(db, {"shared": 0}, at=before)
    assert waits_until is not None
    assert waits_until - before <= timedelta(minutes=15)


async def test_a_session_goes_on_under_its_new_secret_only(db: Database, ana: Account) -> None:
    await sessions.begin(db, session("one"), "before")
    await sessions.rename(db, "one", "after")
    found = [await sessions.find(db, secret, at=AT, idle_for=HOUR) for secret in ("before", "after")]
    assert [each.id if each else None for each in found] == [None, "one"]


async def test_sessions_of_long_ago_are_forgotten(db: Database, ana: Account) -> None:
    await sessions.begin(db, session("old", created_at=AT, expires_at=AT), "old")
    later = AT + timedelta(days=31)
    await sessions.begin(db, session("new", created_at=later, seen_at=later, expires_at=later + HOUR), "new")
    assert not await sessions.end(db, "old", account_id=ana.id, at=later)


async def test_disabling_ends_sessions_and_keys(db: Database, ana: Account) -> None:
    await sessions.begin(db, session("one"), "secret")
    await accounts.keep_key(db, ana.id, SignInKey(secret="key", purpose=Purpose.INVITATION, at=AT, until=AT + HOUR))
    await accounts.disable(db, ana.id, at=AT)
    await accounts.change(db, ana.id, disabled_at=None)
    assert await sessions.find(db, "secret", at=AT, idle_for=HOUR) is None
    assert await accounts.account_of_key(db, "key", at=AT) is None


@pytest.mark.parametrize(("sought", "found"), [("escala.", 1), ("ANA nañ", 1), ("%", 0), ("_", 0), ("", 1)])
async def test_accounts_are_found_by_a_part_of_address_or_name(
    db: Database, ana: Account, sought: str, found: int
) -> None:
    assert len(await accounts.listing(db, sought=sought, limit=5)) == found


async def _administrators(db: Database) -> list[str]:
    known = [
        await accounts.create(
            db, NewAccount(id=f"acc-{n}", email=f"{n}@escala.example", name=str(n), staff_role=Role.ADMIN), at=AT
        )
        for n in range(3)
    ]
    return [each.id for each in known]


async def _sent_away(db: Database, place: int, account_id: str) -> bool:
    """Whether an administrator could be sent away, in one of the three ways there are."""
    try:
        if place % 3 == 0:
            await accounts.disable(db, account_id, at=AT)
        elif place % 3 == 1:
            await accounts.take_role_away(db, account_id, at=AT)
        else:
            email = f"{account_id.removeprefix('acc-')}@escala.example"
            await accounts.create(db, NewAccount(id="x", email=email, name="x", staff_role=Role.COMMERCIAL), at=AT)
    except NobodyAdministers:
        return False
    return True


@pytest.mark.parametrize("first", range(3))
async def test_of_administrators_who_send_each_other_away_at_once_one_stays(db: Database, first: int) -> None:
    ids = await _administrators(db)
    went = await asyncio.gather(*(_sent_away(db, first + place, each) for place, each in enumerate(ids)))
    left = [each for each in await accounts.listing(db) if each.staff_role is Role.ADMIN and each.disabled_at is None]
    assert (sum(went), len(left)) == (2, 1)
