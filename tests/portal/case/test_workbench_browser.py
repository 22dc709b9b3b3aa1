"""The workbench at a screen: drafts, undo, who is there, canned replies, and the keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, FilePayload, expect

from portal.frame.session import SESSION_COOKIE
from storage.signing_in import accounts
from tests.api.office import Office
from tests.portal.case.test_case_page_browser import at_case, listening
from tests.portal.case.test_workbench import let_go
from tests.portal.people import session_secret
from tests.support.browser import screen


@pytest.fixture
async def number(office: Office) -> str:
    return await office.open()


@pytest.mark.parametrize("who", ["agent", "contact"])
async def test_a_draft_survives_a_closed_browser(
    browser: Browser, site: str, office: Office, number: str, who: str
) -> None:
    field = "#replies-body" if who == "agent" else "#answers-body"
    cookies = {SESSION_COOKIE: await session_secret(office, who)}
    async with screen(browser, site, cookies=cookies) as window:
        await window.go(f"/casos/{number}")
        async with window.page.expect_response("**/borradores/*"):
            await window.page.type(field, "Estamos a punto de")
    async with screen(browser, site, cookies=cookies) as window:
        await window.go(f"/casos/{number}")
        await expect(window.page.locator(field)).to_have_value("Estamos a punto de")


async def test_a_solutions_draft_survives_a_closed_browser(
    browser: Browser, site: str, office: Office, number: str
) -> None:
    cookies = {SESSION_COOKIE: await session_secret(office, "agent")}
    async with screen(browser, site, cookies=cookies) as window:
        await window.go(f"/casos/{number}")
        await window.page.click("#d-resolution summary")
        async with window.page.expect_response("**/borradores/resolution/summary"):
            await window.page.type("#resolution-summary", "Se amplió")
    async with screen(browser, site, cookies=cookies) as window:
        page = window.page
        await window.go(f"/casos/{number}")
        await expect(page.locator("#resolution-summary")).to_have_value("Se amplió")
        await page.fill("#resolution-summary", "Se amplió la cuota.")
        await page.click("#f-resolution button")
        await expect(page.locator(".status-resolved")).to_be_visible()
        await window.go(f"/casos/{number}")
        await expect(page.get_by_text("Se amplió la cuota.")).to_have_count(1)


async def test_a_reply_with_files_that_is_undone_asks_for_them_again(
    browser: Browser, site: str, office: Office, number: str
) -> None:
    async with at_case(browser, site, office, "agent", number) as window:
        page, words = window.page, "elija de nuevo sus archivos"
        file = FilePayload(name="registro.log", mimeType="text/plain", buffer=b"hola")
        await page.fill("#replies-body", "Con un error")
        await page.set_input_files("#replies-files", files=[file])
        await page.click("#f-replies .sends")
        await page.click("#pending .undo button")
        await expect(page.locator("#composer .done")).to_contain_text(words)
        await expect(page.locator("#avisos")).to_contain_text(words)
        await expect(page.locator("#replies-body")).to_be_focused()


async def test_a_reply_is_undone(browser: Browser, site: str, office: Office, number: str) -> None:
    async with at_case(browser, site, office, "agent", number) as window:
        page = window.page
        await page.fill("#replies-body", "Con un error")
        await page.click("#f-replies .sends")
        await expect(page.locator("#replies-body")).to_have_value("")
        await expect(page.locator(".said.pending .words")).to_have_text("Con un error")
        await page.type("#replies-body", "Y además")
        await page.click("#pending .undo button")
        await expect(page.locator("#replies-body")).to_have_value("Con un error\n\nY además")
        await expect(page.locator("#replies-body")).to_be_focused()
        await expect(page.locator(".said.pending")).to_have_count(0)


async def test_a_reply_is_undone_without_javascript(browser: Browser, site: str, office: Office, number: str) -> None:
    async with at_case(browser, site, office, "agent", number, javascript=False) as window:
        await window.page.fill("#replies-body", "Con un error")
        await window.page.click("#f-replies .sends")
        await window.page.click("#pending .undo button")
        await expect(window.page.locator("#replies-body")).to_have_value("Con un error")


async def test_a_reply_leaves_when_the_browser_is_closed(
    browser: Browser, site: str, office: Office, number: str
) -> None:
    async with at_case(browser, site, office, "agent", number) as window:
        await window.page.fill("#replies-body", "Ya está.")
        await window.page.click("#f-replies .sends")
        await expect(window.page.locator(".said.pending")).to_be_visible()
    async with at_case(browser, site, office, "contact", number) as customer:
        await listening(office)
        office.clock.passes(seconds=11)
        await let_go(office)
        await expect(customer.page.get_by_text("Ya está.")).to_be_visible()


async def test_two_agents_see_each_other(browser: Browser, site: str, office: Office, number: str) -> None:
    async with at_case(browser, site, office, "agent", number) as one:
        await listening(office)
        async with at_case(browser, site, office, "director", number) as two:
            await expect(one.page.locator("#presence")).to_contain_text("Dora Ruiz tiene abierto este caso")
            await expect(two.page.locator("#presence")).to_contain_text("Ana Torres tiene abierto este caso")
            await two.page.type("#replies-body", "Yo")
            await expect(one.page.locator("#presence")).to_contain_text("Dora Ruiz está escribiendo")
            await expect(one.page.locator("#replies-body")).to_have_value("")
            await two.go("/cuenta")
            await expect(one.page.locator("#presence")).not_to_contain_text("Dora Ruiz")


async def test_a_canned_reply_is_put_where_the_cursor_is(
    browser: Browser, site: str, office: Office, number: str
) -> None:
    async with at_case(browser, site, office, "agent", number) as window:
        page = window.page
        await page.click("text=Respuestas predefinidas")
        await page.fill("#title", "Saludo")
        await page.fill("#body", "Hola {contacto}.")
        await page.click("main form button")
        await page.route("**/*.woff2", lambda route: route.abort())
        await window.go(f"/casos/{number}")
        await page.fill("#replies-body", "Antes después")
        await expect(page.locator("#d-replies .kept-draft")).to_have_class(re.compile("is-kept"))
        for width in (360, 820, 1024, 1180, 1280, 1440):
            await page.set_viewport_size({"width": width, "height": 800})
            assert await page.evaluate(OVERLAPPING) == [], f"at {width}, in whatever font there is"
        await page.locator("#replies-body").evaluate("each => each.setSelectionRange(6, 6)")
        await page.click("#f-canned-replies summary")
        await page.click("#f-canned-replies button")
        await expect(page.locator("#replies-body")).to_have_value("Antes Hola Ana.después")


OVERLAPPING = """() => {
  const shown = [...document.querySelectorAll(
    "#d-replies :is(.attach .button, .foot > :not(.attach, .sending), .canned-row > *)"
  )].map(each => [each.textContent.trim(), each.getBoundingClientRect()]).filter(([, box]) => box.width > 20);
  const over = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  return shown.flatMap(([one, box], place) =>
    shown.slice(place + 1).filter(([, other]) => over(box, other)).map(([another]) => [one, another]));
}"""
"""Which of what stands at the composer's foot lies over which."""


class TestTheKeyboard:
    async def test_the_palette_finds_what_can_be_done(
        self, browser: Browser, site: str, office: Office, number: str
    ) -> None:
        async with at_case(browser, site, office, "agent", number) as window:
            page = window.page
            await page.keyboard.press("Control+k")
            await page.keyboard.type("pasar al niv")
            await expect(page.locator("#paleta-lista [aria-selected=true]")).to_contain_text("Pasar al nivel 2")
            await page.keyboard.press("Enter")
            await expect(page.locator("#hand-offs-reason")).to_be_focused()

    async def test_the_palette_goes_to_a_case_by_its_number(
        self, browser: Browser, site: str, office: Office, number: str
    ) -> None:
        other = await office.open(title="Otro caso")
        async with at_case(browser, site, office, "agent", number) as window:
            await window.page.keyboard.press("Control+k")
            await window.page.keyboard.type(other)
            await window.page.keyboard.press("Enter")
            await expect(window.page.locator("h1")).to_have_text("Otro caso")

    async def test_escape_closes_it_and_gives_the_focus_back(
        self, browser: Browser, site: str, office: Office, number: str
    ) -> None:
        async with at_case(browser, site, office, "agent", number) as window:
            await window.page.focus("#replies-body")
            await window.page.keyboard.press("Control+k")
            await window.page.keyboard.press("Escape")
            await expect(window.page.locator("#replies-body")).to_be_focused()

    async def test_single_keys_do_nothing_while_somebody_types(
        self, browser: Browser, site: str, office: Office, number: str
    ) -> None:
        async with at_case(browser, site, office, "agent", number) as window:
            page = window.page
            await page.keyboard.press("r")
            await expect(page.locator("#replies-body")).to_be_focused()
            await page.keyboard.type("tan")
            await expect(page.locator("#replies-body")).to_have_value("tan")
        assert (await office.get(f"/cases/{number}")).json()["assignee"] is None

    async def test_a_key_takes_the_case(self, browser: Browser, site: str, office: Office, number: str) -> None:
        async with at_case(browser, site, office, "agent", number) as window:
            await window.page.keyboard.press("t")
            await expect(window.page.locator("#side")).to_contain_text("Ana Torres")
            await expect(window.page.locator("#actions .done")).to_be_focused()

    async def test_single_keys_can_be_switched_off(
        self, browser: Browser, site: str, office: Office, number: str
    ) -> None:
        cookies = {SESSION_COOKIE: await session_secret(office, "agent")}
        await accounts.change(office.db, "acc-agent", shortcuts=False)
        async with screen(browser, site, cookies=cookies) as window:
            await window.go(f"/casos/{number}")
            await window.page.keyboard.press("r")
            await window.page.keyboard.press("Control+k")
            await expect(window.page.locator("#paleta-texto")).to_be_focused()
            await expect(window.page.locator("#paleta kbd")).to_have_count(0)


PICTURE = """name => {
    const bytes = Uint8Array.from(atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9aw'
        + 'AAAABJRU5ErkJggg=='), (each) => each.charCodeAt(0));
    const brought = new DataTransfer();
    brought.items.add(new File([bytes], name, { type: 'image/png' }));
    return brought;
}"""
"""A picture as a clipboard or a drag brings it."""


async def test_a_picture_is_pasted_and_another_dropped(
    browser: Browser, site: str, office: Office, number: str
) -> None:
    """Words that come with a picture of themselves are pasted as words."""
    async with at_case(browser, site, office, "agent", number) as window:
        page, said = window.page, window.page.locator("#replies-files-chosen")
        events = f"""([kind, name, words]) => {{
            const data = ({PICTURE})(name), field = document.getElementById('replies-body');
            if (words) data.setData('text/plain', words);
            const how = {{ bubbles: true, cancelable: true, clipboardData: data, dataTransfer: data }};
            const event = kind === 'paste' ? new ClipboardEvent(kind, how) : new DragEvent(kind, how);
            return field.dispatchEvent(event);
        }}"""
        assert not await page.evaluate(events, ["paste", "image.png", ""])
        await expect(said).to_have_text(re.compile(r"^captura-\d{6}\.png$"))
        assert not await page.evaluate(events, ["drop", "plano.png", ""])
        await expect(said).to_have_text(re.compile(r"^captura-\d{6}\.png, plano\.png$"))
        assert await page.evaluate(events, ["paste", "celdas.png", "1\t2"])
        assert await page.evaluate("document.getElementById('replies-files').files.length") == 2
        await page.fill("#replies-body", "Así se ve.")
        await listening(office)
        await page.click("#f-replies .sends")
        await expect(page.locator(".held")).to_be_visible()
        office.clock.passes(seconds=11)
        await let_go(office)
        await expect(page.locator("#conversation .picture img")).to_have_count(2)
        for place in range(2):
            shown = page.locator("#conversation .picture img").nth(place)
            await expect(shown).to_have_js_property("complete", value=True)
            assert await shown.evaluate("each => each.naturalWidth") > 0


async def test_a_colleagues_name_is_completed_by_the_keyboard(
    browser: Browser, site: str, office: Office, number: str
) -> None:
    async with at_case(browser, site, office, "agent", number) as window:
        page, field = window.page, window.page.locator("#notes-body")
        await page.click("#d-notes > summary")
        await field.type("Que lo vea @do")
        await expect(page.locator("#called [aria-selected=true]")).to_have_text("Dora Ruiz")
        await page.keyboard.press("Enter")
        await expect(field).to_have_value(re.compile(r"^Que lo vea @Dora Ruiz ?$"))
        await expect(page.locator("#called")).to_have_count(0)
        await field.type(" y @ev")
        await expect(page.locator("#called")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.locator("#called")).to_have_count(0)
        await expect(field).to_be_focused()


async def test_what_came_before_a_word_was_written_is_seen(
    browser: Browser, site: str, office: Office, number: str
) -> None:
    """What comes later is not, and is shown to whoever writes before it leaves."""
    async with at_case(browser, site, office, "agent", number) as window:
        page, seen = window.page, window.page.locator("#f-replies input[name=seen]")
        await listening(office)
        before = await seen.input_value()
        await office.give(number, "answers", "contact", body="Sigue igual.")
        await expect(seen).not_to_have_value(before)
        now = await seen.input_value()
        await page.fill("#replies-body", "Ya lo miro.")
        await office.give(number, "answers", "contact", body="Y ahora tampoco entra.")
        await expect(page.locator("#conversation")).to_contain_text("Y ahora tampoco entra.")
        await expect(seen).to_have_value(now)
        await page.click("#f-replies .sends")
        await expect(page.locator(".came")).to_contain_text("Y ahora tampoco entra.")


async def test_a_property_opens_its_sheet_and_takes_the_focus_back(
    browser: Browser, site: str, office: Office, number: str
) -> None:
    async with at_case(browser, site, office, "agent", number) as window:
        page = window.page
        sheet, link = page.locator("#d-priority"), page.locator(".edits[data-opens=d-priority]")
        for close in ("Escape", "cancel"):
            await link.focus()
            await page.keyboard.press("Enter")
            await expect(sheet.locator(":checked")).to_be_focused()
            assert page.url.endswith("?hoja=prioridad")
            if close == "Escape":
                await page.keyboard.press("Escape")
            else:
                await sheet.locator(".cancels").click()
            await expect(sheet.locator("form")).to_be_hidden()
            await expect(link).to_be_focused()
            assert page.url.endswith(number)
        await window.go(f"/casos/{number}?hoja=prioridad")
        await page.check("#f-priority [value='1']")
        await page.fill("#priority-reason", "Nadie despacha.")
        await page.click("#f-priority button")
        await expect(link).to_contain_text("Impacto crítico")


async def test_an_opening_with_files_that_is_refused_keeps_them(browser: Browser, site: str, office: Office) -> None:
    """Sent by the script that says how far the files have come, and shown in the place of the page that sent it."""
    cookies = {SESSION_COOKIE: await session_secret(office, "contact")}
    async with screen(browser, site, cookies=cookies) as window:
        page = window.page
        await window.go("/casos/nuevo")
        await page.set_input_files("#files", FilePayload(name="error.txt", mimeType="text/plain", buffer=b"error 503"))
        await page.evaluate("document.getElementById('apertura').noValidate = true")
        await page.fill("#title", "El mapa no carga")
        await page.click("#enviar")
        await expect(page.locator("[name=kept_files]")).to_be_checked()
        await expect(page.locator("#title")).to_have_value("El mapa no carga")
        await expect(page.locator("main [role=alert]").first).to_be_visible()
