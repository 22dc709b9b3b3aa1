"""Files on the pages: sent with a message, seen with it, and downloaded by whoever may."""

from __future__ import annotations

import re
from typing import Any

from httpx import Response

from desk.files.file_kinds import LARGEST_FILE
from tests.api.office import Office
from tests.portal.people import Visitor, visitor

XSS = "<img src=x onerror=alert(1)>.txt"


async def say(who: Visitor, number: str, order: str, *files: tuple[str, bytes], body: str = "Vea.") -> Response:
    page = await who.get(f"/casos/{number}")
    key = re.search(r'name="key" value="([^"]+)"', page.text)
    assert key
    sent: Any = [("files", each) for each in files] or None
    return await who.post(f"/casos/{number}/ordenes/{order}", files=sent, key=key[1], body=body)


async def links(who: Visitor, number: str) -> list[str]:
    return re.findall(r'href="(/archivos/[^"]+)"', (await who.get(f"/casos/{number}")).text)


async def test_a_customers_file_is_with_its_answer(office: Office) -> None:
    number = await office.open()
    async with visitor(office, "contact") as ana, visitor(office, "agent") as agent:
        assert (await say(ana, number, "answers", ("a.txt", b"uno"), ("b.txt", b"dos"))).status_code == 303
        [first, second] = await links(agent, number)
        assert [(await agent.get(each)).content for each in (first, second)] == [b"uno", b"dos"]


async def test_a_notes_file_is_hidden_from_the_customer(office: Office) -> None:
    number = await office.open()
    async with visitor(office, "contact") as ana, visitor(office, "agent") as agent:
        await say(agent, number, "notes", ("secreto.txt", b"uno"))
        [link] = await links(agent, number)
        assert await links(ana, number) == []
        assert (await ana.get(link)).status_code == 404
        assert "secreto" not in (await ana.get(f"/casos/{number}")).text


async def test_another_customers_file_is_not_there(office: Office) -> None:
    number = await office.open()
    async with visitor(office, "contact") as ana, visitor(office, "premium_contact") as other:
        await say(ana, number, "answers", ("a.txt", b"uno"))
        [link] = await links(ana, number)
        assert (await other.get(link)).status_code == 404
        assert (await other.get("/archivos/nada")).status_code == 404
        assert (await other.get("/archivos/..%2F..%2Fescala.db")).status_code == 404
        assert (await other.post(f"/casos/{number}/ordenes/answers", key="una-clave", body="x")).status_code == 404


async def test_a_download_is_locked_up(office: Office) -> None:
    number = await office.open()
    async with visitor(office, "contact") as ana:
        await say(ana, number, "answers", (XSS, b"<script>alert(1)</script>"))
        page = (await ana.get(f"/casos/{number}")).text
        assert "<img src=x" not in page
        [link] = await links(ana, number)
        headers = (await ana.get(link)).headers
        assert headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert headers["content-disposition"].startswith("attachment; ")
        assert headers["content-type"] == "application/octet-stream"
        assert "no-store" in headers["cache-control"]


async def test_nobody_unknown_sends_or_gets_any(office: Office) -> None:
    number = await office.open()
    async with visitor(office) as somebody:
        sent = {"files": ("a.txt", b"a" * 300_000)}
        for path in ("/casos/nuevo", f"/casos/{number}/ordenes/answers"):
            answer = await somebody.post(path, files=sent, key="una-clave", body="x")
            assert answer.headers["location"].startswith("/ingreso")
        assert (await somebody.get("/archivos/x")).headers["location"].startswith("/ingreso")


async def test_a_bad_file_leaves_the_message_unsent_and_as_it_was_typed(office: Office) -> None:
    number = await office.open()
    async with visitor(office, "contact") as ana:
        answer = await say(ana, number, "answers", ("a.exe", b"MZ"), body="Lo que escribí")
        assert (answer.status_code, "Lo que escribí" in answer.text) == (415, True)
    assert "Lo que escribí" not in str(await office.timeline(number))


async def test_one_that_is_too_large_is_refused_while_it_is_read(office: Office) -> None:
    number = await office.open()
    async with visitor(office, "contact") as ana:
        answer = await say(ana, number, "answers", ("a.txt", b"a" * (LARGEST_FILE + 1)))
        assert (answer.status_code, "25 MB" in answer.text) == (413, True)
        six = [(f"{n}.txt", b"a") for n in range(6)]
        assert (await say(ana, number, "answers", *six)).status_code == 422
