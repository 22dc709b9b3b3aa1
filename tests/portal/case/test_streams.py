"""The streams behind open pages: they end with the session, and keep none alive."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from httpx import AsyncClient, Response

from desk import stream_readers
from portal.frame.rooms import TEMPLATES
from portal.frame.session import BY_ITSELF, SESSION_COOKIE
from storage.signing_in import accounts, sessions
from tests.api.office import Office
from tests.portal.matrix.routes import routes
from tests.portal.people import session_secret, visitor
from tests.support.serving import serving

NOTE = "Solo para nosotros."


@asynccontextmanager
async def reading(office: Office, path: str, secret: str) -> AsyncIterator[Response]:
    cookie = {"Cookie": f"{SESSION_COOKIE}={secret}"}
    async with (
        serving(office.app) as address,
        AsyncClient(base_url=address, timeout=10) as client,
        client.stream("GET", path, headers=cookie) as answer,
    ):
        yield answer


async def first_event(lines: AsyncIterator[str]) -> None:
    while not (await anext(lines)).startswith("data: "):
        pass


async def signs_out(office: Office, secret: str) -> None:
    async with visitor(office) as ana:
        ana.bring(secret)
        assert (await ana.post("/salida")).status_code == 303


async def is_disabled(office: Office, secret: str) -> None:
    await accounts.disable(office.db, "acc-agent", at=office.clock())


async def loses_the_session(office: Office, secret: str) -> None:
    await sessions.end_all(office.db, "acc-agent", at=office.clock())


async def acts_in_another_name(office: Office, secret: str) -> None:
    session = await sessions.find(office.db, secret, at=office.clock(), idle_for=timedelta(hours=2))
    assert session
    await sessions.rename(office.db, session.id, "otro secreto de la misma sesión")


async def works_all_day(office: Office, secret: str) -> None:
    for _ in range(13):
        office.clock.passes(hours=1)
        session = await sessions.find(office.db, secret, at=office.clock(), idle_for=timedelta(hours=2))
        if session:
            await sessions.note(office.db, session.id, at=office.clock())


async def leaves_the_page_open(office: Office, secret: str) -> None:
    office.clock.passes(minutes=121)


ENDS = [signs_out, is_disabled, loses_the_session, acts_in_another_name, works_all_day, leaves_the_page_open]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("path", ["/casos/{number}/eventos", "/cola/eventos"])
async def test_a_stream_ends_with_its_session(
    office: Office, monkeypatch: pytest.MonkeyPatch, path: str, end: Callable[[Office, str], Awaitable[None]]
) -> None:
    monkeypatch.setattr(stream_readers, "BELIEVED_FOR", 0.0)
    number, secret = await office.open(), await session_secret(office, "agent")
    async with asyncio.timeout(20), reading(office, path.format(number=number), secret) as answer:
        lines = answer.aiter_lines()
        await first_event(lines)
        await end(office, secret)
        await office.give(number, "notes", "specialist", body=NOTE)
        told = [line async for line in lines]
    assert [line for line in told if line.startswith("data")] == []


async def test_a_contacts_stream_ends_when_it_is_taken_off_the_roster(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_readers, "BELIEVED_FOR", 0.0)
    number, secret = await office.open(), await session_secret(office, "contact")
    async with asyncio.timeout(20), reading(office, f"/casos/{number}/eventos", secret) as answer:
        lines = answer.aiter_lines()
        await first_event(lines)
        await office.take_contact_off_roster()
        await office.give(number, "replies", body="Sí.")
        assert [line async for line in lines if line.startswith("data")] == []


async def test_one_session_follows_so_many_pages_and_no_more(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_readers, "MOST_STREAMS", 1)
    number, secret = await office.open(), await session_secret(office, "agent")
    async with reading(office, "/cola/eventos", secret) as answer:
        lines = answer.aiter_lines()
        await first_event(lines)
        async with reading(office, f"/casos/{number}/eventos", secret) as refused:
            assert refused.status_code == 429


class TestAPageThatIsLeftOpen:
    async def test_keeps_no_session_alive(self, office: Office) -> None:
        number = await office.open()
        async with visitor(office, "agent") as ana:
            await ana.get(f"/casos/{number}")
            office.clock.passes(minutes=100)
            for path in (f"/casos/{number}/partes/all", "/cola/filas", "/proceso/cifras"):
                assert (await ana.client.get(path)).status_code == 200
            assert (await ana.post(f"/casos/{number}/presencia", page="pagina-de-prueba")).status_code == 204
            office.clock.passes(minutes=21)
            assert (await ana.get("/cola")).status_code == 303

    async def test_goes_to_the_sign_in_page_and_comes_back_when_it_asks_again(self, office: Office) -> None:
        number = await office.open()
        async with visitor(office, "agent") as ana:
            office.clock.passes(minutes=121)
            scripted = {"HX-Request": "true", "HX-Current-URL": f"https://escala.test/casos/{number}"}
            answer = await ana.client.get(f"/casos/{number}/partes/all", headers=scripted)
            assert (answer.status_code, answer.headers["hx-redirect"]) == (401, f"/ingreso?volver=/casos/{number}")

    async def test_lives_on_while_somebody_writes(self, office: Office) -> None:
        number = await office.open()
        async with visitor(office, "agent") as ana:
            await ana.get(f"/casos/{number}")
            for _ in range(3):
                office.clock.passes(minutes=100)
                draft = await ana.post(
                    f"/casos/{number}/borradores/replies", body="Estamos", headers={"HX-Request": "1"}
                )
                assert draft.status_code == 204

    def test_asks_for_nothing_by_itself_that_counts_as_a_visit(self) -> None:
        polled = re.findall(
            r'hx-get="([^"?{]+)[^"]*" hx-trigger="every',
            "".join(each.read_text() for room in TEMPLATES.values() for each in room.rglob("*.html")),
        )
        streams = {each.path for each in routes() if each.path.endswith("/eventos")}
        asked_again = {"/cola/filas", "/casos/lista", "/casos/{number}/partes/{part}", "/proceso/cifras"}
        assert {"/cola/eventos", "/casos/eventos", "/casos/{number}/eventos"} <= streams
        assert asked_again <= {each.path for each in routes()}
        assert [path for path in (*polled, *streams, *asked_again) if not BY_ITSELF.fullmatch(path)] == []
