"""Before anybody is known: headers and bodies that do not end, lengths told twice, and too many connections."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from api.http import server
from api.http.server import Patience, options, patient
from settings import Settings
from tests.api.office import Office, open_office
from tests.support.serving import serving

HOST = b"Host: escala.test\r\n"
JSON = b"Content-Type: application/json\r\n"
OPENING = b"POST /api/v1/cases HTTP/1.1\r\n" + HOST + JSON
UPLOAD = b"POST /api/v1/files HTTP/1.1\r\n" + HOST + b"Content-Type: multipart/form-data; boundary=x\r\n"


@pytest.fixture
async def port(migrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """An office with little patience, behind the real server's protocol."""
    monkeypatch.setattr(server, "_UNREAD_WITHIN", 0.2)
    url = f"sqlite+aiosqlite:///{shutil.copy(migrated, tmp_path / 'escala.db')}"
    settings = Settings(state_dir=tmp_path, database_url=url, body_within=0.15, upload_within=0.3)
    little = patient(Patience(headers=0.15, body=20, connections=20))
    async with AsyncExitStack() as stack:
        office = await stack.enter_async_context(open_office(url, tmp_path, settings=settings))
        address = await stack.enter_async_context(serving(office.app, http=little))
        yield int(address.rpartition(":")[2])


async def answered(port: int, sent: bytes, *, within: float = 2.0) -> bytes:
    """What comes back until the server closes the connection; it has to, in time."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    try:
        async with asyncio.timeout(within):
            return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"", b""),
        (b"POST /api/v1/cases HTTP/1.1\r\nHost: esc", b""),
        (OPENING + b"Content-Length: 100\r\n\r\n{", b"408"),
        (OPENING + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{", b"408"),
        (UPLOAD + b"Content-Length: 100000\r\n\r\n--x\r\n", b"401"),  # answered unread, and given up
        (OPENING + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
        (
            b"GET /ingreso HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            b"400",
        ),
    ],
    ids=[
        "nothing",
        "half headers",
        "half a body",
        "half a chunk",
        "an upload of nobody",
        "told twice",
        "told twice GET",
    ],
)
async def test_what_does_not_end_is_ended(port: int, sent: bytes, answer: bytes) -> None:
    found = await answered(port, sent, within=8.0)
    assert found.partition(b" ")[2][:3] == answer
    assert not answer or answer == b"401" or b"connection: close" in found.lower()


async def test_hundreds_of_them_leave_room_for_others(port: int) -> None:
    halves = [b"GET / HTTP/1.1\r\nHost", OPENING + b"Content-Length: 9\r\n\r\n{"] * 100
    await asyncio.gather(*(answered(port, each, within=8.0) for each in halves))
    whole = b"GET /api/v1/health/live HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
    assert b'"live"' in await answered(port, whole)


async def test_there_are_so_many_connections_and_no_more(port: int) -> None:
    held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(20)]
    began = asyncio.get_running_loop().time()
    assert await answered(port, b"GET / HTTP/1.1\r\n" + HOST + b"\r\n") == b""
    assert asyncio.get_running_loop().time() - began < 0.15  # at once, not when its headers were due
    for _, writer in held:
        writer.close()


async def test_who_speaks_slowly_and_well_is_served(port: int) -> None:
    """Pauses between requests of one connection count into nothing."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(3):
        writer.write(b"GET /api/v1/health/live HTTP/1.1\r\n" + HOST + b"\r\n")
        assert b"200" in await reader.readline()
        while await reader.readline() != b"\r\n":
            pass
        await reader.readexactly(len(b'{"status":"live"}'))
        await asyncio.sleep(0.2)
    writer.close()


def test_the_command_serves_so(tmp_path: Path) -> None:
    told = options(Settings(state_dir=tmp_path, headers_within=3))
    assert told["http"].__qualname__.startswith("patient")


async def test_uploads_under_way_are_few_for_each_caller(office: Office) -> None:
    """Four unfinished ones held 480 MB; the fifth is told to wait before a byte of it is read."""
    never = asyncio.Event()

    async def unfinished() -> AsyncIterator[bytes]:
        yield b"--x\r\n"
        await never.wait()

    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    asked = [
        office.client.post("/api/v1/files", content=unfinished(), headers=office.headers("contact", **kind, **key))
        for key in ({"Idempotency-Key": f"u-{place}"} for place in range(3))
    ]
    tasks = [asyncio.create_task(each) for each in asked]
    done, waiting = await asyncio.wait(tasks, timeout=5, return_when=asyncio.FIRST_COMPLETED)
    refused = done.pop().result()
    assert (refused.status_code, refused.json()["type"]) == (429, "urn:escala:too-much-arriving")
    assert int(refused.headers["retry-after"]) > 0
    for each in (*waiting, *done):
        each.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
async def bare() -> AsyncIterator[int]:
    """The server's protocol with all the patience there is, and an application that tells the names of the headers."""

    async def told(scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        names = b",".join(name for name, _ in scope["headers"])
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(names))]})
        await send({"type": "http.response.body", "body": names})

    async with serving(told, http=patient(Patience(headers=60, body=60, connections=20))) as address:
        yield int(address.rpartition(":")[2])


CHUNKED = b"POST / HTTP/1.1\r\n" + HOST + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"GET / HTTP/1.1\r\n" + HOST + b"X-Long: " + b"a" * 400_000, b"400"),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X-Many: a\r\n" * 40_000, b"400"),
        (b"GET /" + b"a" * 400_000, b"400"),
        (CHUNKED + b"2;" + b"a" * 400_000, b""),
        (CHUNKED + b"2\r\n{}\r\n0\r\nX-Long: " + b"a" * 400_000, b""),
    ],
    ids=["one header", "many headers", "an address", "a chunk's extension", "what follows a body"],
)
async def test_nothing_is_kept_that_has_no_end(bare: int, sent: bytes, answer: bytes) -> None:
    """It is given up by its length, long before its time."""
    found = await answered(bare, sent, within=8.0)
    assert found.partition(b" ")[2][:3] in {answer, b""}  # who goes on sending may not hear of it


async def test_what_follows_a_body_is_no_header(bare: int) -> None:
    """A proxy in front has not looked at it."""
    found = await answered(bare, CHUNKED + b"0\r\nX-Forwarded-For: 192.0.2.7\r\n\r\n")
    assert found.endswith(b"host,connection,transfer-encoding")


async def test_requests_that_come_together_are_each_answered(bare: int) -> None:
    one = b"GET / HTTP/1.1\r\n" + HOST
    found = await answered(bare, (one + b"\r\n") * 3 + one + b"Connection: close\r\n\r\n")
    assert found.count(b"HTTP/1.1 200") == 4
