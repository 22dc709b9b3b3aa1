"""Files on both databases: whose they are, which text takes them, and what is forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from policy.case import commands as c
from policy.case.case import Actor, Case
from storage.files import files
from storage.files.files import File, FileMissing
from tests.storage.desk import Desk
from tests.support.lives import CONTACT, HELP_DESK, bogota

SENT_AT = bogota("09:00")
LATER = SENT_AT + timedelta(days=2)


def file(name: str, sender: Actor = HELP_DESK) -> File:
    return File(
        id=f"file-{name}", stored_name=f"stored-{name}", name=name, media_type="text/plain", size=3, sender=sender,
        at=SENT_AT,
    )  # fmt: skip


async def replied(desk: Desk, case: Case, name: str) -> str:
    """The id of the text of a recorded reply that carries a file."""
    body = await desk.text(case.number, "Vea el archivo.")
    await files.keep(desk.db, file(name))
    await files.attach(desk.db, [f"file-{name}"], content_id=body.content_id, number=case.number, by=HELP_DESK)
    await desk.live(case, ("09:30", c.SendReply(by=HELP_DESK, body=body)))
    return body.content_id


async def test_a_file_is_seen_with_the_text_that_carries_it(desk: Desk) -> None:
    case = await desk.open()
    content_id = await replied(desk, case, "a.txt")

    carried = await files.of_case(desk.db, case.number, {content_id})
    assert [each.name for each in carried[content_id]] == ["a.txt"]
    assert await files.of_case(desk.db, case.number, {"another-text"}) == {}


async def test_a_text_takes_its_writers_files_only(desk: Desk) -> None:
    case = await desk.open()
    await files.keep(desk.db, file("theirs.txt", CONTACT))

    with pytest.raises(FileMissing):
        await files.attach(desk.db, ["file-theirs.txt"], content_id="content-9", number=case.number, by=HELP_DESK)


async def test_a_published_file_is_taken_by_no_other_text(desk: Desk) -> None:
    case = await desk.open()
    await replied(desk, case, "a.txt")

    with pytest.raises(FileMissing):
        await files.attach(desk.db, ["file-a.txt"], content_id="content-9", number=case.number, by=HELP_DESK)


async def test_a_text_that_has_its_files_takes_them_once_more(desk: Desk) -> None:
    """A command that is given again, after its text was published, finds them taken by itself."""
    case = await desk.open()
    content_id = await replied(desk, case, "a.txt")

    await files.attach(desk.db, ["file-a.txt"], content_id=content_id, number=case.number, by=HELP_DESK)

    assert list(await files.of_case(desk.db, case.number, {content_id})) == [content_id]


async def test_what_a_case_that_is_still_being_opened_carries_stays(desk: Desk) -> None:
    number = await desk.number()
    await files.keep(desk.db, file("early.txt"))
    await files.attach(desk.db, ["file-early.txt"], content_id="content-9", number=number, by=HELP_DESK)

    assert await files.forget_unpublished(desk.db, before=LATER) == []


async def test_what_nobody_published_is_forgotten_after_its_time(desk: Desk) -> None:
    case = await desk.open()
    await replied(desk, case, "published.txt")
    unsent = await desk.text(case.number, "Nunca se envió.")
    for name in ("loose.txt", "unsent.txt"):
        await files.keep(desk.db, file(name))
    await files.attach(desk.db, ["file-unsent.txt"], content_id=unsent.content_id, number=case.number, by=HELP_DESK)

    assert await files.forget_unpublished(desk.db, before=SENT_AT) == []
    assert sorted(await files.forget_unpublished(desk.db, before=LATER)) == ["stored-loose.txt", "stored-unsent.txt"]
    assert await files.get(desk.db, "file-published.txt")
