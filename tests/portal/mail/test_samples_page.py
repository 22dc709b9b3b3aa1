"""The page of every notice with sample data: none is missing, in both languages, and a letter's HTML may do nothing."""

from __future__ import annotations

import re
from html import unescape

from desk.reading.notice_samples import samples
from tests.api.office import Office
from tests.portal.people import account, visitor
from tests.wording.samples import EVERY_NOTICE
from wording.language import LANGUAGES


async def test_every_notice_is_among_them_whole(office: Office) -> None:
    found = samples(office.app.state.desk, link="https://mesa.example", at=office.clock())
    known = {(each.kind, each.reader) for each in found}
    assert {(fact.kind, to.partition(":")[0]) for fact, to in EVERY_NOTICE} <= known
    for each in found:
        assert each.letters.keys() == set(LANGUAGES)
        for letter in each.letters.values():
            assert "{" not in letter.subject + letter.body, each.kind
            assert "None" not in letter.body, each.kind


async def test_an_administrator_sees_one_as_it_is_sent_in_a_frame_that_may_do_nothing(office: Office) -> None:
    await account(office, "admin", password=False)
    async with visitor(office, "admin") as admin:
        page = await admin.get("/avisos/ejemplos")
        frames = re.findall(r'<iframe sandbox srcdoc="([^"]+)"', page.text)
        assert [re.findall(r'<html lang="(\w+)"', unescape(each)) for each in frames] == [["es"], ["en"]]
        assert "Recibimos su caso" in unescape(frames[0])
        assert "style-src 'self' 'sha256-" in page.headers["content-security-policy"]
        assert (await admin.get("/avisos/ejemplos?aviso=9999")).status_code == 404
        assert all(f"aviso={place}" in page.text for place in range(len(re.findall(r"\?aviso=", page.text))))
