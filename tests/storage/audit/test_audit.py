"""The audit's chain, on both databases: entries are added, one after another, and nothing else is possible unseen."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from policy.case.case import Role
from storage.audit import audit
from storage.audit.acts import Act, Doer
from storage.audit.audit import Wanted
from storage.engine.database import Database
from storage.signing_in import accounts
from storage.signing_in.accounts import NewAccount, NobodyAdministers
from tests.support.lives import bogota

AT = bogota("09:00")
ANA = Doer("admin", "acc-1", "192.0.2.7")


async def _five(db: Database) -> None:
    for place in range(5):
        at = AT + timedelta(microseconds=place)
        await audit.note_alone(db, Act.EXPORTED, f"file-{place}", at=at, by=ANA, rows=place, names=["á"])


async def test_each_entry_says_who_from_where_and_what(db: Database) -> None:
    await _five(db)
    first, *_ = (await audit.listing(db, Wanted())).items
    assert (first.seq, first.at, first.act, first.target) == (5, AT + timedelta(microseconds=4), "exported", "file-4")
    assert (first.actor_role, first.actor_id, first.address) == ("admin", "acc-1", "192.0.2.7")
    assert first.detail == {"rows": 4, "names": ["á"]}


async def test_a_page_goes_on_where_the_last_one_ended(db: Database) -> None:
    await _five(db)
    page = await audit.listing(db, Wanted(actor="acc-1"), limit=3)
    rest = await audit.listing(db, Wanted(actor="acc-1"), cursor=page.next_cursor)
    assert [each.seq for each in (*page.items, *rest.items)] == [5, 4, 3, 2, 1]
    assert (await audit.listing(db, Wanted(actor="acc-2"))).items == []
    assert (await audit.listing(db, Wanted(act=Act.SIGNED_IN))).items == []
    assert [each.seq for each in (await audit.listing(db, Wanted(target="file-2"))).items] == [3]


async def test_acts_of_one_moment_stand_one_after_another(db: Database) -> None:
    await asyncio.gather(*(audit.note_alone(db, Act.SIGNED_IN, f"acc-{n}", at=AT) for n in range(12)))
    found = await audit.verify(db)
    assert (found.entries, found.broken_at) == (12, None)


@pytest.mark.parametrize("change", ["UPDATE audit SET target = 'x'", "DELETE FROM audit"])
async def test_nothing_is_changed_or_taken_out(db: Database, change: str) -> None:
    await _five(db)
    with pytest.raises(DBAPIError, match="append-only"):
        async with db.write() as connection:
            await connection.execute(text(change))


@pytest.mark.parametrize(
    ("change", "broken_at"),
    [
        ("UPDATE audit SET actor_id = 'acc-2' WHERE seq = 3", 3),
        ("UPDATE audit SET address = '' WHERE seq = 1", 1),
        ("UPDATE audit SET at = (SELECT at FROM audit WHERE seq = 1) WHERE seq = 4", 4),
        ("UPDATE audit SET detail = '{}' WHERE seq = 5", 5),
        ("UPDATE audit SET hash = previous WHERE seq = 2", 2),
        ("DELETE FROM audit WHERE seq = 1", 1),
        ("DELETE FROM audit WHERE seq = 4", 4),
        ("UPDATE audit SET seq = 9 WHERE seq = 2", 2),
    ],
)
async def test_who_gets_past_the_database_is_found_by_the_chain(db: Database, change: str, broken_at: int) -> None:
    await _five(db)
    assert (await audit.verify(db)).broken_at is None
    async with db.write() as connection:
        if connection.dialect.name == "sqlite":
            for trigger in ("audit_refuse_update", "audit_refuse_delete"):
                await connection.execute(text(f"DROP TRIGGER {trigger}"))
        else:
            await connection.execute(text("SET LOCAL session_replication_role = replica"))
        await connection.execute(text(change))
    assert (await audit.verify(db)).broken_at == broken_at


async def test_an_act_that_does_not_happen_leaves_no_entry(db: Database) -> None:
    new = NewAccount(id="acc-1", email="a@x.example", name="a", staff_role=Role.ADMIN)
    await accounts.create(db, new, at=AT)
    before = (await audit.verify(db)).entries
    with pytest.raises(NobodyAdministers):
        await accounts.disable(db, "acc-1", at=AT)
    assert (await audit.verify(db)).entries == before == 1
