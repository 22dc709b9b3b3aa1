"""Every page of the demonstration's desk under axe-core: WCAG 2.2 AA and more, in both themes and widths."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from typing import Any, Literal

import pyotp
import pytest
from playwright.async_api import Browser, Page, ViewportSize

from policy.mail.unsubscribing import word_of
from portal.frame import pages
from portal.frame.rooms import TEMPLATES
from storage.mail import threads
from tests.portal.demo_desk import NOW, DemoDesk
from tests.support.browser import NARROW, WIDE, Screen, missing
from tests.support.thoroughness import IS_LONG

AXE = Path("node_modules/axe-core/axe.min.js")
"""Fetched with what pages load in the browser."""

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
Theme = Literal["light", "dark"]
LOOKS: tuple[tuple[ViewportSize, Theme], ...] = (
    (WIDE, "light"),
    (NARROW, "dark"),
    (NARROW, "light"),
    (WIDE, "dark"),
)
"""Each width in each theme. `make test-long` looks at every page in all of them, `make test` at each page in the next
one: neighbours in the lists below are much alike.
"""
_looked = count()

PAGES: dict[str, tuple[str, ...]] = {
    "nobody": ("/ingreso", "/clave/olvido", "/clave/llave-que-no-existe", "/clave/{key}", "/guardia/aviso/{link}"),
    "nameless": ("/ingreso/como",),
    "half_in": ("/ingreso/codigo",),
    "contact": (
        "/cuenta",
        "/casos",
        "/casos/nuevo",
        "/casos/nuevo?solucion=sol_altaneblina_maps",
        "/casos/nuevo?solucion=sol_altaneblina_tracking",
        "/casos/{altaneblina visit}",
        "/casos/{altaneblina in_progress}",
        "/casos/{altaneblina waiting_customer}",
        "/casos/{altaneblina closed}",
        "/casos/{altaneblina visit}/proceso",
        "/chat",
        "/casos/{altaneblina new}/chat",
        "/buscar?q=mapa",
        "/contactos",
        "/contratos",
        "/incidentes",
        "/no-existe",
    ),
    "other_contact": ("/casos", "/casos/{colibriexpress resolved}"),
    "agent": (
        "/cuenta",
        "/cola",
        "/cola?tab=overdue&overdue=true",
        "/avisos",
        "/casos/{altaneblina visit}",
        "/casos/{altaneblina new}",
        "/casos/{answered}",
        "/casos/{equipment}",
        "/casos/{incident}",
        "/casos/{laceibaalta held}",
        "/casos/{altaneblina closed}",
        "/casos/{altaneblina new}/duplicado",
        "/casos/{altaneblina new}/duplicado?de={altaneblina in_progress}",
        "/casos/{altaneblina visit}/proceso",
        "/casos/nuevo?cliente=cus_altaneblina&solucion=sol_altaneblina_maps",
        "/chats",
        "/respuestas",
        "/respuestas/can_demo",
        "/macros",
        "/macros/mac_demo",
        "/casos/{altaneblina new}/macros/mac_demo",
        "/casos/{altaneblina in_progress}?de=tab%3Dopen",
        "/ausencias",
        "/guardia",
        "/cuenta/calendarios",
        "/correo",
        "/correo/{message}",
        "/telefono",
        "/telefono/{call}",
        "/buscar?q=mapa",
        "/proceso",
    ),
    "commercial": (
        "/inicio",
        "/clientes",
        "/clientes/cus_altaneblina",
        "/contactos?cliente=cus_altaneblina",
        "/contratos?cliente=cus_laceibaalta",
        "/incidentes",
        "/usuarios",
    ),
    "admin": ("/usuarios", "/auditoria", "/webhooks", "/avisos/ejemplos", "/guardia/turnos"),
    "director": ("/direccion/visitas", "/direccion/tablero", "/casos/{llanoarriba visit}"),
}


# -- pages that no address has: what each walk comes by ---------------------------------------------------------------


async def forgotten_password(window: Screen, _: DemoDesk) -> AsyncIterator[str]:
    await window.go("/clave/olvido")
    await window.page.fill("#email", "nadie@nada.example")
    await window.page.click("main button")
    yield "the link is on its way"


async def unwanted_digest(window: Screen, desk: DemoDesk) -> AsyncIterator[str]:
    word = word_of("ana@escala.example", await threads.key(desk.desk.db, at=NOW))
    await window.go(f"/avisos/baja/{word}")
    yield "whether a digest is to end"
    await window.page.click("main button")
    await window.page.wait_for_load_state()
    yield "a digest that comes no more"


async def webhook(window: Screen, _: DemoDesk) -> AsyncIterator[str]:
    await window.go("/webhooks")
    await window.page.fill("#url", "https://8.8.8.8/escala")
    await window.page.click("main form button")
    await window.page.wait_for_selector("main code")
    yield "a webhook that was made, with its secret"


async def refused_opening(window: Screen, _: DemoDesk) -> AsyncIterator[str]:
    await window.go("/casos/nuevo?solucion=sol_altaneblina_maps")
    await window.page.evaluate("document.getElementById('apertura').noValidate = true")
    await window.page.click("#enviar")
    await window.page.wait_for_selector("#problema")
    yield "an opening that is refused"


async def slow_opening(window: Screen, desk: DemoDesk) -> AsyncIterator[str]:
    await window.go("/casos/nuevo?solucion=sol_altaneblina_maps")
    for name in ("title", "description", "what_tried"):
        await window.page.fill(f"#{name}", "El mapa no carga.")
    await window.page.check("[name=proposed_priority][value='3']")
    desk.desk.slow = True
    try:
        await window.page.click("#enviar")
        await window.page.wait_for_selector("article [role=status]")
    finally:
        desk.desk.slow = False
    yield "an opening that takes longer"


async def impossible_password(window: Screen, _: DemoDesk) -> AsyncIterator[str]:
    await window.go("/cuenta")
    for name, typed in (("present", "la de hoy"), ("password", "una que es larga"), ("again", "otra que es larga")):
        await window.page.fill(f"#{name}", typed)
    await window.page.click("form[action='/cuenta/clave'] button")
    await window.page.wait_for_selector("[role=alert]")
    yield "a problem with the account"


async def second_factor(window: Screen, _: DemoDesk) -> AsyncIterator[str]:
    await window.go("/cuenta")
    await window.page.click("form[action='/cuenta/codigo'] button")
    secret = await window.page.inner_text("main p > code")
    yield "the second factor's picture"
    await window.page.fill("#code", pyotp.TOTP(secret).at(NOW))
    await window.page.click("main form button")
    await window.page.wait_for_selector(".codes")
    yield "the recovery codes"
    await window.go("/cuenta")
    yield "an account with a second factor"


async def batch(window: Screen, desk: DemoDesk) -> AsyncIterator[str]:
    page = window.page
    await window.go("/cola?tab=all")
    for place in range(3):
        await page.locator("#filas input").nth(place).check()
    yield "what may be done with those that are chosen"
    await page.evaluate("document.querySelectorAll('.pane details').forEach((each) => { each.open = false; })")
    await page.click(".batch [value=notes]")
    yield "what a batch asks"
    await page.fill("[name=body]", "Se revisa hoy.")
    await page.click(".narrow-form button")
    yield "what a batch would do"
    await page.click("#aplicar button")
    await page.wait_for_selector("#resultados tr:last-child .outcome:not(:has(ul))")
    yield "what a batch did"


async def commands(window: Screen, desk: DemoDesk) -> AsyncIterator[str]:
    await window.go(f"/casos/{desk.numbers['altaneblina new']}")
    await window.page.keyboard.press("Control+k")
    yield "the commands of a case"
    await window.page.keyboard.type("altan")
    await window.page.wait_for_selector("#paleta-hallado [role=option]")
    yield "what a search found"
    await window.page.fill("#paleta-texto", "")
    await window.page.keyboard.type("nada que exista")
    yield "no command"


async def sheets(window: Screen, desk: DemoDesk) -> AsyncIterator[str]:
    """They lie over the page, so they are looked at one at a time, as they open."""
    open_alone = """id => {
        document.querySelectorAll('.ours .sheet, .more, .canned > *').forEach((each) => { each.open = false; });
        for (let each = document.getElementById(id); each; each = each.parentElement.closest('details')) {
            each.open = true;
        }
    }"""
    await window.go(f"/casos/{desk.numbers['equipment']}")
    ids = ("d-more", "d-attempts", "d-priority", "d-canned-replies", "d-provider-escalations", "d-resolution")
    for each in ids if IS_LONG else ids[:4]:
        await window.page.evaluate(open_alone, each)
        yield each


async def own_menu(window: Screen, _: DemoDesk) -> AsyncIterator[str]:
    """It lies over the page, so it is looked at by itself."""
    await window.go("/clientes")
    await window.page.click(".account > summary")
    yield "the menu of one's account"


Walk = Callable[[Screen, DemoDesk], AsyncIterator[str]]
WALKS: dict[str, tuple[Walk, ...]] = {
    "nobody": (forgotten_password, unwanted_digest),
    "admin": (webhook,),
    "contact": (refused_opening, slow_opening, impossible_password),
    "agent": (batch, commands, own_menu, sheets),
    "commercial": (second_factor,),
}


def looked_at() -> Iterator[tuple[str, str]]:
    """Who looks at which page: all in a long run; else every fourth one of those that contacts or we have of a kind."""
    places = Counter[tuple[bool, str]]()
    for who, paths in PAGES.items():
        for path in paths:
            kind = who.endswith("contact"), re.sub(r"\{.*?\}|\?.*", "", path)
            places[kind] += 1
            if IS_LONG or places[kind] % 4 == 1:
                yield who, path


# -- looking at them --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", autouse=True)
def shown() -> Iterator[set[str]]:
    """The templates that the desk has shown a page of."""
    names: set[str] = set()
    render = pages.render

    def noting(request: Any, visit: Any, template: str, /, **more: Any) -> str:
        names.add(template)
        return render(request, visit, template, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "render", noting)
        yield names


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.exists():
        missing("axe-core is fetched by make portal/frame/static/vendor/.made")
    return AXE.read_text(encoding="utf-8")


Windows = Callable[[str], Awaitable[Screen]]


@pytest.fixture(scope="module")
async def window_of(browser: Browser, demo_desk: DemoDesk) -> AsyncIterator[Windows]:
    """Everybody's one window, opened when it is first looked through."""
    async with AsyncExitStack() as stack:
        opened: dict[str, Screen] = {}

        async def window_of(who: str) -> Screen:
            if who not in opened:
                window = demo_desk.window(browser, None if who == "nobody" else who, reduced_motion="reduce")
                opened[who] = await stack.enter_async_context(window)
            return opened[who]

        yield window_of


@pytest.mark.parametrize(("who", "path"), list(looked_at()))
async def test_axe_finds_nothing_on(window_of: Windows, demo_desk: DemoDesk, axe: str, who: str, path: str) -> None:
    window = await window_of(who)
    await window.go(path.format_map(demo_desk.numbers))
    assert await _wrong(window, axe) == []


@pytest.mark.parametrize(("who", "walk"), [(who, walk) for who, walks in WALKS.items() for walk in walks])
async def test_axe_finds_nothing_after(window_of: Windows, demo_desk: DemoDesk, axe: str, who: str, walk: Walk) -> None:
    window = await window_of(who)
    found = [f"{place} {each}" async for place in walk(window, demo_desk) for each in await _wrong(window, axe)]
    assert found == []


@pytest.mark.real
def test_every_page_was_looked_at(shown: set[str]) -> None:
    whole = {
        f"{room}/{each.relative_to(folder)}"
        for room, folder in TEMPLATES.items()
        for each in folder.rglob("*.html")
        if '{% extends "frame/base.html" %}' in each.read_text("utf-8")
    }
    assert whole
    assert whole - shown == set(), "these are shown by no address and no walk above"


def test_a_checker_that_is_missing_fails_the_whole_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no axe-core"):
        missing("no axe-core")


async def _wrong(window: Screen, axe: str) -> list[str]:
    """The page is loaded once, all that folds is opened, and width and theme are changed under it."""
    page, found = window.page, window.wrong[:]
    window.wrong.clear()
    for size, theme in LOOKS if IS_LONG else [LOOKS[next(_looked) % len(LOOKS)]]:
        await page.set_viewport_size(size)
        await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        if size is NARROW and await page.locator("#mapa").count():
            await page.reload()  # a map is drawn for the width that it is loaded at
        await page.evaluate(
            "document.querySelectorAll('details:not(.account, .more-rooms, .more, .ours .sheet, .canned > *)')"
            ".forEach(each => { each.name = ''; each.open = true; })"
        )
        found += [f"{size['width']} {theme}: {each}" for each in await _violations(page, axe)]
        if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{size['width']}: scrolls sideways")
        if await page.evaluate("(nav => nav?.scrollWidth > nav?.clientWidth)(document.querySelector('.top > nav'))"):
            found.append(f"{size['width']}: the bar has no room for its pages")
    await page.set_viewport_size(WIDE)
    return found


async def _violations(page: Page, axe: str) -> list[str]:
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(axe)
    asked = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"], "preload": False}
    answer = await page.evaluate("options => axe.run(document, options)", asked)
    return [
        f"{each['id']} at {'; '.join(_where(node) for node in each['nodes'][:4])} ({len(each['nodes'])})"
        for each in answer["violations"]
    ]


def _where(node: dict[str, Any]) -> str:
    why = node["any"] + node["all"] + node["none"]
    return f"{' '.join(map(str, node['target']))} [{why[0]['message'][:120] if why else node['html'][:100]}]"
