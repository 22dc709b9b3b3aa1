"""What is kept beside cases, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from policy.case.case import Actor, Role
from storage.case import duplicates, ratings, views
from storage.case.ratings import Rating
from storage.engine.database import Database
from storage.signing_in import accounts
from storage.signing_in.accounts import NewAccount
from storage.workbench import canned_replies, drafts, opening_drafts, pending_replies, presence
from storage.workbench.canned_replies import CannedReply
from storage.workbench.drafts import Draft
from storage.workbench.pending_replies import TAKEN_FOR, PendingReply
from storage.workbench.presence import LASTS, OpenPage, Present
from tests.storage.desk import Desk
from tests.support.lives import bogota

AT = bogota("09:00")
MINE, HERS = "acc-1", "acc-2"


@pytest.fixture
async def number(desk: Desk) -> str:
    """A case, and two accounts."""
    for account_id in (MINE, HERS):
        await accounts.create(
            desk.db, NewAccount(id=account_id, email=f"{account_id}@escala.example", name=account_id), at=AT
        )
    return (await desk.open()).number


def reply(number: str) -> PendingReply:
    return PendingReply(
        id="cmd_1",
        case_number=number,
        account_id=MINE,
        by=Actor(Role.AGENT, "ana"),
        content_id="txt_1",
        body="Lo estamos revisando.",
        leaves_at=AT + timedelta(seconds=10),
    )


async def test_a_draft_is_kept_replaced_and_forgotten(db: Database, number: str) -> None:
    mine = {"account_id": MINE, "number": number}
    for body in ("Uno", "Dos"):
        await drafts.keep(db, Draft(**mine, composer="notes", body=body), at=AT)
    assert await drafts.of_case(db, **mine) == {"notes": "Dos"}
    await drafts.keep(db, Draft(**mine, composer="notes", body="  "), at=AT)
    assert await drafts.of_case(db, **mine) == {}


async def test_an_openings_draft_is_kept_replaced_and_forgotten(db: Database, number: str) -> None:
    row = await views.case(db, number)
    assert row
    mine = {"account_id": MINE, "solution_id": row.case.solution_id}
    for title in ("Uno", "Dos"):
        await opening_drafts.keep(db, {"title": title}, **mine, at=AT)
    assert await opening_drafts.get(db, **mine) == {"title": "Dos"}
    assert await opening_drafts.get(db, **{**mine, "account_id": HERS}) == {}
    await opening_drafts.forget(db, **mine)
    assert await opening_drafts.get(db, **mine) == {}


async def test_a_reply_is_taken_once_when_it_is_due(db: Database, number: str) -> None:
    given = reply(number)
    await pending_replies.keep(db, given)
    assert await pending_replies.take_due(db, at=AT) == []
    assert await pending_replies.take_due(db, at=given.leaves_at) == [given]
    assert await pending_replies.take_due(db, at=given.leaves_at) == []
    later = given.leaves_at + TAKEN_FOR + timedelta(seconds=1)
    assert await pending_replies.take_due(db, at=later) == [given]


async def test_a_reply_that_was_taken_is_not_undone(db: Database, number: str) -> None:
    given = reply(number)
    await pending_replies.keep(db, given)
    assert await pending_replies.undo(db, given.id, number=number, account_id=HERS) is None
    await pending_replies.take_due(db, at=given.leaves_at)
    assert await pending_replies.undo(db, given.id, number=number, account_id=MINE) is None


async def test_a_reply_that_was_refused_goes_back_to_its_author(db: Database, number: str) -> None:
    given = reply(number)
    await pending_replies.keep(db, given)
    await pending_replies.take_due(db, at=given.leaves_at)
    await pending_replies.refuse(db, given.id, {"message": "No."})
    assert await pending_replies.of_cases(db, [number]) == {number: [replace(given, refused={"message": "No."})]}
    assert await pending_replies.take_due(db, at=given.leaves_at + 2 * TAKEN_FOR) == []
    assert await pending_replies.undo(db, given.id, number=number, account_id=MINE) == given.body


async def test_a_page_id_is_its_accounts(desk: Desk, db: Database, number: str) -> None:
    """Whoever says another's page id is there as well, and drives nobody out."""
    for account_id, name in ((MINE, "Ana"), (HERS, "Dora")):
        await presence.here(
            db, OpenPage(case_number=number, page="one", account_id=account_id, name=name, writing=True), at=AT
        )
    other = (await desk.open()).number
    elsewhere = OpenPage(case_number=other, page="two", account_id=HERS, name="Dora", writing=True)
    await presence.here(db, elsewhere, at=AT)
    both = (Present(MINE, "Ana", True), Present(HERS, "Dora", True))
    assert await presence.at_cases(db, [number], at=AT) == {number: both}
    await presence.gone(db, number=number, page="one", account_id=HERS)
    assert await presence.at_cases(db, [number], at=AT) == {number: both[:1]}


async def test_somebody_with_two_pages_is_there_once(db: Database, number: str) -> None:
    for page, writing in (("one", True), ("two", False)):
        opened = OpenPage(case_number=number, page=page, account_id=MINE, name="Ana", writing=writing)
        await presence.here(db, opened, at=AT)
    assert await presence.at_cases(db, [number], at=AT) == {number: (Present(MINE, "Ana", True),)}
    assert await presence.at_cases(db, [number], at=AT + LASTS + timedelta(seconds=1)) == {}


async def test_a_canned_reply_is_its_authors_unless_shared(db: Database, number: str) -> None:
    own = CannedReply(id="can_1", account_id=MINE, shared=False, title="Saludo", body="Hola")
    await canned_replies.create(db, own, at=AT)
    assert (await canned_replies.listing(db, MINE), await canned_replies.listing(db, HERS)) == ([own], [])
    shared = replace(own, shared=True)
    assert not await canned_replies.change(db, shared, account_id=HERS, at=AT)
    assert await canned_replies.change(db, shared, account_id=MINE, at=AT)
    assert await canned_replies.listing(db, HERS) == [shared]


async def test_a_later_rating_replaces_the_earlier_one(db: Database, number: str) -> None:
    given = Rating(case_number=number, score=2, comment="", contact_id="contact-1", at=AT)
    await ratings.rate(db, replace(given, score=5, comment="Bien."))
    await ratings.rate(db, given)
    assert await ratings.of_cases(db, [number]) == {number: given}


async def test_a_case_without_duplicates_has_none(db: Database, number: str) -> None:
    assert await duplicates.of_case(db, number, customer_id="customer-1") == []
