"""Files in the desk: the same under the same key are the same files, and nobody is handed what no fact published."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from desk.commands.commands import give
from desk.desk import Desk
from desk.files.downloads import Download, download_of
from desk.files.uploads import MOST_FILES, SentFile, TooManyFiles, attach, keep_files
from desk.idempotency import IdempotentRequest
from desk.problems import NotFound
from storage.case.views import CaseRow
from storage.files.files import File
from tests.desk.asking import AGENT, CONTACT, command
from tests.support.lives import bogota

Log = Callable[..., SentFile]


@pytest.fixture
def log() -> Iterator[Log]:
    """Makes a file to send, by its name."""
    with ExitStack() as stack:

        def sent(name: str = "registro.txt") -> SentFile:
            file = cast("BinaryIO", stack.enter_context(tempfile.TemporaryFile()))
            file.write(b"09:00 error\n")
            return SentFile(name, file)

        yield sent


async def keep(desk: Desk, *sent: SentFile, key: str = "k", number: str | None = None) -> list[File]:
    at = bogota("09:00")
    request = IdempotentRequest(by=AGENT, key=key, address="/files", at=at, language="es")
    return await keep_files(desk, sent, by=AGENT.actor, request=request, number=number)


async def test_the_same_file_under_the_same_key_is_the_same(desk: Desk, log: Log) -> None:
    [first], [again], [other] = await keep(desk, log()), await keep(desk, log()), await keep(desk, log(), key="other")

    assert (again.id == first.id, other.id == first.id) == (True, False)


async def test_two_alike_in_one_form_are_two(desk: Desk, log: Log) -> None:
    one, other = await keep(desk, log(), log())

    assert one.id != other.id


async def test_a_text_carries_so_many_and_no_more(desk: Desk, log: Log) -> None:
    with pytest.raises(TooManyFiles):
        await keep(desk, *(log(f"{place}.txt") for place in range(MOST_FILES + 1)))


async def test_nobody_takes_what_another_sent(desk: Desk, row: CaseRow, log: Log) -> None:
    [file] = await keep(desk, log(), number=row.number)

    with pytest.raises(NotFound):
        await attach(desk, [file.id], content_id="txt_1", number=row.number, by=CONTACT.actor)


async def test_a_file_is_handed_out_once_a_fact_published_it(desk: Desk, row: CaseRow, log: Log) -> None:
    [file] = await keep(desk, log(), number=row.number)
    with pytest.raises(NotFound):
        await download_of(desk, CONTACT, file.id)

    await give(desk, command(row, "replies", body="Va el registro.", files=[file.id]))

    found = await download_of(desk, CONTACT, file.id)
    assert (found.name, found.path.read_bytes()) == ("registro.txt", b"09:00 error\n")


async def test_a_note_hands_its_file_to_nobody_outside(desk: Desk, row: CaseRow, log: Log) -> None:
    [file] = await keep(desk, log(), number=row.number)
    await give(desk, command(row, "notes", body="Solo entre nosotros.", files=[file.id]))

    assert (await download_of(desk, AGENT, file.id)).name == "registro.txt"
    with pytest.raises(NotFound):
        await download_of(desk, CONTACT, file.id)


@pytest.mark.parametrize(("name", "plain"), [("mapa ñ.png", "mapa .png"), ("日本.pdf", "archivo.pdf")])
def test_a_name_has_a_plain_form(name: str, plain: str) -> None:
    assert Download(Path("x"), name).plain_name == plain
