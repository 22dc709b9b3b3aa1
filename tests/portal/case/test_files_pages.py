"""Files on the pages: sent with a message, seen with it, and downloaded by whoever may."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

from httpx import Response
from PIL import Image

from desk.files.file_kinds import LARGEST_FILE
from storage.files import files
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


class TestPictures:
    async def sent(self, office: Office, number: str, order: str = "answers", who: str = "contact") -> str:
        async with visitor(office, who) as person:
            await say(person, number, order, ("mapa.png", picture()), ("a.txt", b"uno"))
            page = (await person.get(f"/casos/{number}")).text
        found = re.findall(r'src="/archivos/([^/"]+)/miniatura"', page)
        assert len(found) == 1, "what is no picture is not shown as one"
        return str(found[0])

    async def test_are_shown_small_and_opened_large(self, office: Office) -> None:
        number = await office.open()
        its = await self.sent(office, number)
        async with visitor(office, "agent") as agent:
            assert f'href="/archivos/{its}/imagen"' in (await agent.get(f"/casos/{number}")).text
            small, large = [await agent.get(f"/archivos/{its}/{which}") for which in ("miniatura", "imagen")]
            again = await agent.get(f"/archivos/{its}/miniatura")
        assert [each.headers["content-type"] for each in (small, large)] == ["image/webp", "image/png"]
        assert small.content == again.content
        with Image.open(BytesIO(small.content)) as shown, Image.open(BytesIO(large.content)) as whole:
            assert (shown.size, whole.size) == ((480, 120), (1600, 400))

    async def test_are_as_locked_up_as_downloads(self, office: Office) -> None:
        its = await self.sent(office, await office.open())
        async with visitor(office, "agent") as agent:
            for which in ("miniatura", "imagen"):
                headers = (await agent.get(f"/archivos/{its}/{which}")).headers
                assert headers["content-security-policy"] == "sandbox; default-src 'none'"
                assert headers["x-content-type-options"] == "nosniff"
                assert "no-store" in headers["cache-control"]

    async def test_are_for_those_alone_who_may_see_the_text(self, office: Office) -> None:
        number = await office.open()
        its, hidden = await self.sent(office, number), await self.sent(office, await office.open(), "notes", "agent")
        async with visitor(office, "premium_contact") as stranger, visitor(office, "contact") as ana:
            for which in ("miniatura", "imagen"):
                assert (await stranger.get(f"/archivos/{its}/{which}")).status_code == 404
                assert (await ana.get(f"/archivos/{hidden}/{which}")).status_code == 404

    async def test_what_is_none_is_not_there(self, office: Office) -> None:
        number = await office.open()
        await self.sent(office, number)
        async with visitor(office, "agent") as agent:
            page = (await agent.get(f"/casos/{number}")).text
            text = re.search(r'href="(/archivos/[^"/]+)" download>a.txt', page)
            assert text
            for which in ("miniatura", "imagen"):
                assert (await agent.get(f"{text[1]}/{which}")).status_code == 404

    async def test_a_small_one_goes_with_its_picture(self, office: Office) -> None:
        its = await self.sent(office, await office.open())
        async with visitor(office, "agent") as agent:
            await agent.get(f"/archivos/{its}/miniatura")
        store, file = office.app.state.desk.files, await files.get(office.db, its)
        assert file
        assert store.small_path(file.stored_name).is_file()
        store.remove([file.stored_name])
        assert not store.small_path(file.stored_name).exists()


def picture() -> bytes:
    kept = BytesIO()
    Image.new("RGB", (1600, 400), (200, 10, 10)).save(kept, "PNG")
    return kept.getvalue()
