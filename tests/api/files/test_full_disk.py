"""A disk without room, wherever something is written: a sentence, nothing half kept, and all well afterwards."""

from __future__ import annotations

import errno
import io
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO, cast

import pytest
from httpx import Response
from sqlalchemy import text

from desk.files import file_kinds
from desk.files.examination import Finding, found
from tests.api.office import Office
from tests.portal.people import visitor

_LARGE = b"a" * 1_200_000
"""So large that it does not arrive in memory."""


def png() -> bytes:
    from PIL import Image

    drawn = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(drawn, "PNG")
    return drawn.getvalue()


def no_room(*_: Any, **__: Any) -> Any:
    raise OSError(errno.ENOSPC, "No space left on device")


def where_files_are_kept(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(shutil, "copyfileobj", no_room)


def where_they_arrive(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(tempfile.SpooledTemporaryFile, "rollover", no_room)


def where_pictures_are_drawn_anew(patch: pytest.MonkeyPatch) -> None:
    """Really: what is written to this device finds no room."""

    def nowhere() -> Any:
        return Path("/dev/full").open("r+b", buffering=0)

    patch.setattr(file_kinds, "tempfile", SimpleNamespace(TemporaryFile=nowhere))


def before_anything_is_drawn(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(file_kinds, "tempfile", SimpleNamespace(TemporaryFile=no_room))


PLACES: list[tuple[Callable[[pytest.MonkeyPatch], None], str, bytes]] = [
    (where_files_are_kept, "a.txt", b"uno"),
    (where_they_arrive, "a.txt", _LARGE),
    (where_they_arrive, "a.txt", b"uno"),
    (where_pictures_are_drawn_anew, "a.png", png()),
    (before_anything_is_drawn, "a.png", png()),
]


async def send(office: Office, *files: tuple[str, bytes], key: str = "k") -> Response:
    headers = office.headers("contact", **{"Idempotency-Key": key})
    sent = [("file", each) for each in files]
    return await office.client.post("/api/v1/files", files=sent, headers=headers)


async def kept(office: Office, tmp_path: Path) -> tuple[int, list[str]]:
    """How many files are known, and which lie in the folder."""
    async with office.db.read() as connection:
        known = await connection.scalar(text("SELECT count(*) FROM files"))
    return int(known or 0), [each.name for each in (tmp_path / "files").rglob("*") if each.is_file()]


def is_full(answer: Response) -> bool:
    said = answer.json()
    assert "No queda espacio aquí para guardar lo que envió." in said["detail"]
    return (answer.status_code, said["type"]) == (507, "urn:escala:storage-full")


@pytest.mark.parametrize(
    ("full", "name", "content"), PLACES, ids=[f"{n}-{each[0].__name__}" for n, each in enumerate(PLACES)]
)
async def test_a_file_without_room_is_not_half_kept(
    office: Office, tmp_path: Path, full: Callable[[pytest.MonkeyPatch], None], name: str, content: bytes
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        full(patch)
        assert is_full(await send(office, (name, content)))
        number = await office.open()
        async with visitor(office, "contact") as ana:
            said: dict[str, Any] = {"key": "una-clave-de-prueba", "body": "Lo que escribí."}
            answer = await ana.post(f"/casos/{number}/ordenes/answers", files=[("files", (name, content))], **said)
        assert answer.status_code == 507
        assert "No queda espacio aquí" in answer.text
        assert "Lo que escribí." in answer.text
    assert await kept(office, tmp_path) == (0, [])
    again = await send(office, (name, content))
    assert again.status_code == 201
    assert (await kept(office, tmp_path))[0] == len((await kept(office, tmp_path))[1]) == 1


async def test_what_an_earlier_try_kept_stays(office: Office, tmp_path: Path) -> None:
    """Its caller has its id."""
    first = await send(office, ("a.txt", b"uno"))
    with pytest.MonkeyPatch.context() as patch:
        where_files_are_kept(patch)
        assert is_full(await send(office, ("a.txt", b"uno")))
    assert first.status_code == 201
    [known, [name]] = await kept(office, tmp_path)
    assert (known, (tmp_path / "files" / name[:2] / name).read_bytes()) == (1, b"uno")


async def test_of_several_files_all_or_none_are_kept(office: Office, tmp_path: Path) -> None:
    put, seen = shutil.copyfileobj, []

    def second_finds_no_room(*given: Any) -> None:
        seen.append(given)
        if len(seen) > 1:
            no_room()
        put(*given)

    number = await office.open()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shutil, "copyfileobj", second_finds_no_room)
        async with visitor(office, "contact") as ana:
            files = [("files", (name, name.encode())) for name in ("a.txt", "b.txt")]
            said: dict[str, Any] = {"key": "una-clave-de-prueba", "body": "Los dos."}
            answer = await ana.post(f"/casos/{number}/ordenes/answers", files=files, **said)
    assert (answer.status_code, len(seen)) == (507, 2)
    assert await kept(office, tmp_path) == (0, [])


async def test_a_database_without_room_is_told_as_such(office: Office) -> None:
    """Really full: SQLite may take no page more. Reading goes on, so the page gives back what was typed."""
    number, long = await office.open(), "Lo que escribí. " * 1_000
    async with visitor(office, "contact") as ana:
        await ana.get(f"/casos/{number}")
        for brief in (False, True):  # each has a connection of its own, which keeps the limit to itself
            async with office.db.write(brief=brief) as connection:
                pages = await connection.scalar(text("PRAGMA page_count"))
                await connection.execute(text(f"PRAGMA max_page_count={pages}"))
        answer = await office.give(number, "answers", "contact", body=long)
        page = await ana.post(f"/casos/{number}/ordenes/answers", key="una-clave-de-prueba", body=long)
    assert is_full(answer)
    assert answer.headers["retry-after"] == "60"
    assert (page.status_code, page.text.count("Lo que escribí. Lo que escribí.") > 100) == (507, True)
    assert len(await office.timeline(number)) == 1


def test_an_examination_without_room_says_so() -> None:
    with Path("/dev/full").open("wb", buffering=0) as nowhere:
        assert found("png", io.BytesIO(png()), cast("BinaryIO", nowhere)) is Finding.NO_ROOM
