"""Every page of the demonstration's desk under axe-core: WCAG 2.2 AA and more, in both themes and widths."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.portal.demo_desk import DemoDesk
from tests.support.browser import NARROW, WIDE

AXE = Path("node_modules/axe-core/axe.min.js")
"""Fetched with what pages load in the browser."""

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
THEMES = ("light", "dark")

PAGES: dict[str, tuple[str, ...]] = {
    "nobody": ("/ingreso", "/clave/olvido", "/clave/llave-que-no-existe"),
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
        "/contactos",
        "/contratos",
        "/incidentes",
        "/no-existe",
    ),
    "agent": (
        "/cuenta",
        "/cola",
        "/cola?tab=overdue&overdue=true",
        "/casos/{altaneblina visit}",
        "/casos/{altaneblina new}",
        "/casos/{equipment}",
        "/casos/{incident}",
        "/casos/{laceibaalta held}",
        "/casos/{altaneblina closed}",
        "/casos/{altaneblina new}/duplicado",
        "/casos/{altaneblina visit}/proceso",
        "/respuestas",
        "/buscar?q=mapa",
        "/proceso",
    ),
    "commercial": (
        "/clientes",
        "/clientes/cus_altaneblina",
        "/contactos?cliente=cus_altaneblina",
        "/contratos?cliente=cus_laceibaalta",
        "/incidentes",
        "/usuarios",
    ),
    "director": ("/direccion/visitas", "/direccion/tablero", "/casos/{llanoarriba visit}"),
}


@lru_cache
def _axe() -> str:
    if not AXE.exists():
        pytest.skip("axe-core is fetched by make escala/portal/static/vendor/.made")
    return AXE.read_text(encoding="utf-8")


@pytest.mark.parametrize("who", PAGES)
async def test_axe_finds_nothing(browser: Browser, demo_desk: DemoDesk, who: str) -> None:
    """Each page is loaded once for each width, all that folds is opened, and the theme is changed under it."""
    axe = _axe()
    found = []
    for size in (WIDE, NARROW):
        async with demo_desk.window(browser, None if who == "nobody" else who, size=size) as window:
            for path in PAGES[who]:
                await window.go(path.format_map(demo_desk.numbers))
                await window.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
                await window.page.evaluate(axe)
                for theme in THEMES:
                    found += [
                        f"{path} {size['width']} {theme}: {each}" for each in await _violations(window.page, theme)
                    ]
                if await window.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                    found.append(f"{path} {size['width']}: scrolls sideways")
    assert found == [], "\n".join(found)


async def _violations(page: Page, theme: Any) -> list[str]:
    await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    # The theme changes colours alone.
    only: Any = TAGS if theme == THEMES[0] else ["color-contrast", "link-in-text-block"]
    run = {"runOnly": {"type": "tag" if theme == THEMES[0] else "rule", "values": only}, "resultTypes": ["violations"]}
    answer = await page.evaluate("options => axe.run(document, options)", run)
    return [
        f"{each['id']} at {'; '.join(_where(node) for node in each['nodes'][:4])} ({len(each['nodes'])})"
        for each in answer["violations"]
    ]


def _where(node: dict[str, Any]) -> str:
    why = node["any"] + node["all"] + node["none"]
    return f"{' '.join(map(str, node['target']))} [{why[0]['message'][:120] if why else node['html'][:100]}]"
