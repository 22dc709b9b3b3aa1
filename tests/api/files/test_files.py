"""Files over HTTP: which are taken, who sees them and since when, and how they are handed out."""

from __future__ import annotations

import asyncio
import io
import json
import resource
import struct
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from httpx import Response
from PIL import Image

from api.files.files import disposition
from desk.files import file_kinds, uploads
from desk.files.downloads import Download
from desk.files.examination import READERS
from desk.files.file_kinds import KINDS, LARGEST_FILE, FileTooComplex, clean_name, examined
from desk.files.uploads import MOST_FILES
from storage.files import files
from tests.api.office import BASE, NEW_CASE, Office

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n"
PARTS = """<?xml version="1.0" encoding="{}"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Override PartName="/word/document.xml" ContentType="application/vnd.ms-word.document.{}main+xml"/></Types>"""


def picture(form: str = "PNG", **saved: Any) -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (8, 6), (200, 10, 10)).save(kept, form, **saved)
    return kept.getvalue()


def archive(**members: bytes) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in members.items():
            opened.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return kept.getvalue()


def document(parts: bytes) -> bytes:
    """A document of Office with this list of its parts."""
    return archive(**{"[Content_Types]_dot_xml": parts, "word__document_dot_xml": b"<a/>", "word__data_dot_bin": b"1"})


def crowded_archive() -> bytes:
    """A ZIP64 of 500,000 empty members, of which the count that old programs read says nothing."""
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 3, 20, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    many, start, size = 500_000, 30, 500_000 * len(entry)
    end = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, many, many, size, start)
    end += struct.pack("<4sLQL", b"PK\6\7", 0, start + size, 1)
    return b"PK\3\4" + b"\0" * 26 + entry * many + end + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, 47, start, 0)


async def send(
    office: Office,
    number: str | None,
    name: str = "mapa.pdf",
    content: bytes = PDF,
    who: str = "agent",
    key: str | None = None,
) -> Response:
    path = f"/cases/{number}/files" if number else "/files"
    headers = office.headers(who, **{"Idempotency-Key": key or next(office.keys)})
    return await office.client.post(BASE + path, files={"file": (name, content)}, headers=headers)


async def sent(office: Office, number: str | None, *more: Any, **those: Any) -> str:
    answer = await send(office, number, *more, **those)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def names(office: Office, number: str, who: str) -> list[str]:
    return [each["name"] for each in (await office.get(f"/cases/{number}/files", who)).json()["items"]]


class TestAFile:
    async def test_is_nobodys_to_see_before_a_message_carries_it(self, office: Office) -> None:
        number = await office.open()
        file = await sent(office, number)
        assert (await office.get(f"/files/{file}", "agent")).status_code == 404
        assert await names(office, number, "agent") == []

    async def test_of_a_reply_is_the_customers_to_see(self, office: Office) -> None:
        number = await office.open()
        file = await sent(office, number)
        assert (await office.give(number, "replies", body="Vea el mapa.", files=[file])).status_code == 200
        answer = await office.get(f"/files/{file}", "contact")
        assert (answer.status_code, answer.content) == (200, PDF)
        assert await names(office, number, "contact") == ["mapa.pdf"]

    async def test_of_a_note_is_hidden_from_the_customer(self, office: Office) -> None:
        number = await office.open()
        file = await sent(office, number)
        await office.give(number, "notes", body="Para nosotros.", files=[file])
        assert (await office.get(f"/files/{file}", "contact")).status_code == 404
        assert (await office.get(f"/files/{file}", "agent")).status_code == 200
        assert await names(office, number, "contact") == []

    async def test_of_another_customers_case_is_not_there(self, office: Office) -> None:
        number = await office.open()
        file = await sent(office, number)
        await office.give(number, "replies", body="Vea.", files=[file])
        assert (await office.get(f"/files/{file}", "premium_contact")).status_code == 404
        assert (await office.get(f"/cases/{number}/files", "premium_contact")).status_code == 404
        assert (await send(office, number, who="premium_contact")).status_code == 404

    async def test_comes_with_the_opening(self, office: Office) -> None:
        file = await sent(office, None, who="contact")
        number = await office.open(files=[file])
        assert await names(office, number, "agent") == ["mapa.pdf"]

    async def test_of_somebody_else_cannot_be_carried(self, office: Office) -> None:
        number = await office.open()
        file = await sent(office, number, who="contact")
        assert (await office.give(number, "replies", body="Vea.", files=[file])).status_code == 404
        other = await office.open()
        mine = await sent(office, other)
        assert (await office.give(number, "replies", body="Vea.", files=[mine])).status_code == 404
        assert (await office.post("/cases", NEW_CASE | {"files": [mine]}, "contact")).status_code == 404

    async def test_is_carried_once(self, office: Office) -> None:
        number = await office.open()
        file = await sent(office, number)
        await office.give(number, "replies", body="Vea.", files=[file])
        assert (await office.give(number, "notes", body="Otra vez.", files=[file])).status_code == 404

    async def test_sent_again_under_its_key_is_the_same(self, office: Office) -> None:
        number = await office.open()
        first = await sent(office, number, key="una-vez")
        assert await sent(office, number, key="una-vez") == first
        assert (await send(office, number, "otro.pdf", key="una-vez")).json()["type"].endswith("key-reused")

    async def test_that_nobody_published_is_gone_after_a_day(self, office: Office) -> None:
        number = await office.open()
        loose, kept = await sent(office, number), await sent(office, number)
        await office.give(number, "replies", body="Vea.", files=[kept])
        known = await files.get(office.db, loose)
        assert known
        office.clock.passes(hours=25)
        await sent(office, number)
        assert await files.get(office.db, loose) is None
        store = office.app.state.desk.files
        assert not store.path(known.stored_name).exists()
        assert (await office.get(f"/files/{kept}", "contact")).status_code == 200

    async def test_without_a_message_is_limited_in_number(self, office: Office) -> None:
        number = await office.open()
        for _ in range(50):
            await sent(office, number, "a.txt", b"hola")
        assert (await send(office, number, "a.txt", b"hola")).status_code == 422
        assert (await send(office, number, "a.txt", b"hola", who="contact")).status_code == 201

    async def test_finds_no_room_in_a_case_that_is_full(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(uploads, "LARGEST_CASE", 10)
        number = await office.open()
        first, ahead, more = [await sent(office, place, "a.txt", b"seis..") for place in (number, None, number)]
        assert (await office.give(number, "replies", body="Vea.", files=[first])).status_code == 200
        for file in (ahead, more):
            answer = await office.give(number, "notes", body="Y esto.", files=[file])
            assert (answer.status_code, answer.json()["type"]) == (422, "urn:escala:case-is-full")
        other = await office.open()
        assert (await office.give(other, "replies", body="Vea.", files=[ahead])).status_code == 200


class TestADownload:
    async def test_is_run_by_no_browser(self, office: Office) -> None:
        number = await office.open()
        file = await sent(office, number, "página.txt", b"<script>alert(1)</script>")
        await office.give(number, "replies", body="Vea.", files=[file])
        headers = (await office.get(f"/files/{file}", "contact")).headers
        assert headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-type"] == "application/octet-stream"
        disposition = "attachment; filename=\"pgina.txt\"; filename*=UTF-8''p%C3%A1gina.txt"
        assert headers["content-disposition"] == disposition

    @pytest.mark.parametrize(
        "name", ['a".exe".txt', "a\r\nSet-Cookie: x=1.txt", "../../etc/passwd.txt", "\u202etxt.exe.txt"]
    )
    def test_has_a_name_that_breaks_no_header(self, name: str) -> None:
        told = disposition(Download(Path("x"), clean_name(name)))
        assert told.isascii()
        assert not set(told) & set("\r\n/\\")
        assert told.count('"') == 2


class TestAName:
    @pytest.mark.parametrize(
        ("given", "clean"),
        [
            ("../../etc/cron.txt", "cron.txt"),
            ("C:\\Windows\\mapa.pdf", "mapa.pdf"),
            ("<img src=x onerror=alert(1)>.png", "_img src=x onerror=alert(1)_.png"),
            ("factura\u202efdp.exe.pdf", "facturafdp.exe.pdf"),
            ("  .png", "archivo.png"),
            ("CON.txt", "_CON.txt"),
            ("a" * 300 + ".pdf", "a" * 120 + ".pdf"),
            ("nu\0lo.csv", "nulo.csv"),
            ("...", "archivo"),
        ],
    )
    def test_is_one_that_can_be_shown_and_saved_anywhere(self, given: str, clean: str) -> None:
        assert clean_name(given) == clean


class TestWhatIsTaken:
    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("a.png", picture()),
            ("a.jpg", picture("JPEG")),
            ("a.JPEG", picture("JPEG")),
            ("a.gif", picture("GIF")),
            ("a.webp", picture("WEBP")),
            ("a.pdf", PDF),
            ("a.log", "añil \x1b[31mrojo\n".encode()),
            ("a.csv", "a;ñ\r\n".encode("cp1252")),
            ("a.json", b'{"a": 1}'),
            ("a.zip", archive(a=b"1")),
            ("a.docx", document(b"<a/>")),
            ("a.docx", document(PARTS.format("UTF-8", "").encode())),
            ("a.mp4", b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41"),
        ],
    )
    async def test_is_what_its_extension_says(self, office: Office, name: str, content: bytes) -> None:
        assert (await send(office, None, name, content)).status_code == 201

    @pytest.mark.parametrize(
        "name",
        [
            "a.html",
            "a.svg",
            "a.exe",
            "a.js",
            "a.xml",
            "a.pdf.exe",
            "pdf",
            "a.php",
            "a.docm",
            "a.htaccess",
            "a",
        ],
    )
    async def test_is_nothing_that_is_not_listed(self, office: Office, name: str) -> None:
        assert (await send(office, None, name, b"<svg/>")).status_code == 415

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("a.png", picture("JPEG")),
            ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
            ("a.png", picture()[:40]),
            ("a.jpg", b"GIF89a" + b"\0" * 30),
            ("a.pdf", b"<html>%PDF-1.7</html>"),
            ("a.pdf", b""),
            ("a.txt", b"MZ\x90\x00\x03"),
            ("a.json", b"{"),
            ("a.json", b"[" * 200_000),
            ("a.zip", b"GIF89a" + archive(a=b"1")),
            ("a.zip", b"PK\x03\x04" + b"\0" * 100),
            ("a.docx", archive(a=b"1")),
            ("a.pdf", b"%PDF-1.7\n<script>alert(1)</script>"),
            ("a.docx", document(PARTS.format("UTF-8", "macroEnabled.").encode())),
            ("a.docx", document(PARTS.format("UTF-16", "MacroEnabled.").encode("utf-16"))),
            ("a.docx", document(PARTS.format("UTF-8", "macroEn&#97;bled.").encode())),
            ("a.docx", document(b"no list")),
            (
                "a.docx",
                archive(
                    **{
                        "[Content_Types]_dot_xml": b"1",
                        "word__document_dot_xml": b"1",
                        "word__vbaProject_dot_bin": b"1",
                    }
                ),
            ),
            ("a.mp4", b"\0\0\0\x20ftyp"[:4] + b"html" + b"\0" * 40),
            ("a.webm", b"\x1a\x45\xdf\xa3" + b"\0" * 40),
        ],
    )
    async def test_is_nothing_that_lies_about_itself(self, office: Office, name: str, content: bytes) -> None:
        assert (await send(office, None, name, content)).status_code == 422

    async def test_is_no_archive_that_swells(self, office: Office) -> None:
        assert (await send(office, None, "a.zip", archive(a=b"\0" * (401 * 1024 * 1024)))).status_code == 422

    async def test_is_no_archive_of_countless_members(self, office: Office) -> None:
        answer = await send(office, None, "a.zip", crowded_archive())
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:escala:file-too-complex")

    @pytest.mark.parametrize("size", [(30_000, 30_000), (5_001, 5_000)])
    async def test_is_no_picture_that_swells(self, office: Office, size: tuple[int, int]) -> None:
        kept = io.BytesIO()
        Image.new("1", size).save(kept, "PNG")
        answer = await send(office, None, "a.png", kept.getvalue())
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:escala:file-too-complex")
        assert "demasiado grande al desempaquetarlo" in answer.json()["detail"]

    async def test_takes_neither_time_nor_memory_of_who_serves(self, office: Office) -> None:
        """24 MB of nothing but brackets, which become a gigabyte when they are read."""
        with tempfile.TemporaryFile() as content:
            content.write(b"[" + b"[[]]," * (5 * 1024 * 1024 - 1) + b"1]")
            content.flush()
            began, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            with pytest.raises(FileTooComplex):
                await asyncio.to_thread(examined, "a.json", content)
            assert time.process_time() - began < 0.5
            assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 * 1024

    async def test_that_takes_too_long_is_refused(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(file_kinds, "_PATIENCE", 0.001)
        answer = await send(office, None, "a.json", b"{}")
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:escala:file-too-complex")

    def test_is_all_that_can_be_examined(self) -> None:
        assert KINDS.keys() == READERS.keys()

    async def test_is_25_megabytes_at_most(self, office: Office) -> None:
        assert (await send(office, None, "a.txt", b"a" * LARGEST_FILE)).status_code == 201
        answer = await send(office, None, "a.txt", b"a" * (LARGEST_FILE + 1))
        assert (answer.status_code, "25 MB" in answer.json()["detail"]) == (413, True)

    async def test_is_read_nowhere_else(self, office: Office) -> None:
        number = await office.open()
        big = {"file": ("a.txt", b"a" * 300_000)}
        for path in (f"/cases/{number}/replies", "/cases", f"/cases/{number}/claim"):
            headers = office.headers("agent", **{"Idempotency-Key": next(office.keys)})
            assert (await office.client.post(BASE + path, files=big, headers=headers)).status_code == 413

    async def test_is_one_at_a_time(self, office: Office) -> None:
        headers = office.headers("agent", **{"Idempotency-Key": "dos"})
        two = [("file", (f"{n}.txt", b"a")) for n in range(2)]
        assert (await office.client.post(f"{BASE}/files", files=two, headers=headers)).status_code == 422
        many = [("file", (f"{n}.txt", b"a")) for n in range(MOST_FILES + 3)]
        assert (await office.client.post(f"{BASE}/files", files=many, headers=headers)).status_code == 422

    async def test_comes_with_nothing_else(self, office: Office) -> None:
        headers = office.headers("agent", **{"Idempotency-Key": "nada-mas"})
        for more in ({"data": {"body": "Hola"}}, {"files": [("file", ("a.txt", b"a")), ("other", ("b.txt", b"b"))]}):
            given: dict[str, Any] = {"files": {"file": ("a.txt", b"a")}} | more
            answer = await office.client.post(f"{BASE}/files", headers=headers, **given)
            assert (answer.status_code, answer.json()["type"]) == (422, "urn:escala:file-not-sent")

    @pytest.mark.parametrize("content", [b"", b"{}", b"--x\r\n\r\n"])
    async def test_is_a_form(self, office: Office, content: bytes) -> None:
        headers = office.headers("agent", **{"Idempotency-Key": "x", "Content-Type": "multipart/form-data; boundary=x"})
        answer = await office.client.post(f"{BASE}/files", content=content, headers=headers)
        assert answer.status_code in (400, 422)


class TestAPicture:
    async def shown(self, office: Office, name: str, content: bytes) -> bytes:
        number = await office.open()
        file = await sent(office, number, name, content)
        await office.give(number, "replies", body="Vea.", files=[file])
        return (await office.get(f"/files/{file}", "contact")).content

    async def test_loses_where_it_was_taken(self, office: Office) -> None:
        exif = Image.Exif()
        exif[0x010E] = "en la casa de Ana"
        content = picture("JPEG", exif=exif, comment=b"secreto", icc_profile=b"perfil" * 40)
        assert b"casa de Ana" in content
        kept = await self.shown(office, "a.jpg", content)
        assert not any(each in kept for each in (b"casa de Ana", b"secreto", b"perfil"))

    async def test_loses_what_hangs_behind_it(self, office: Office) -> None:
        kept = await self.shown(office, "a.png", picture() + archive(virus=b"1") + b"<script>alert(1)</script>")
        assert b"PK\x03\x04" not in kept
        assert b"script" not in kept

    async def test_stands_upright(self, office: Office) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        kept = await self.shown(office, "a.jpg", picture("JPEG", exif=exif))
        assert Image.open(io.BytesIO(kept)).size == (6, 8)

    async def test_that_moves_goes_on_moving(self, office: Office) -> None:
        frames = [Image.new("RGB", (4, 4), color) for color in ("red", "green", "blue")]
        kept = io.BytesIO()
        frames[0].save(kept, "GIF", save_all=True, append_images=frames[1:], comment=b"secreto", duration=80)
        told = await self.shown(office, "a.gif", kept.getvalue())
        assert getattr(Image.open(io.BytesIO(told)), "n_frames", 1) == 3
        assert b"secreto" not in told


async def test_a_body_without_files_is_the_same_request_as_ever(office: Office) -> None:
    number = await office.open()
    first = await office.post(f"/cases/{number}/replies", {"body": "Hola."}, key="igual")
    again = await office.post(f"/cases/{number}/replies", {"body": "Hola.", "files": []}, key="igual")
    assert json.loads(again.content) == json.loads(first.content)
    assert again.headers["idempotency-replayed"] == "true"
